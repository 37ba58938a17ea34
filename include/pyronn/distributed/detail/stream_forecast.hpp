// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How long a streamed call takes.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/stream_tasks.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// Goes through a call's blocks as BlockStream does, with the times that each of them takes: when
/// it comes, is worked on, and goes, if the three overlap as far as there are slots.
class StreamForecast {
 public:
  /// Input and output that go at once share so much of their time, as StreamRates says.
  StreamForecast(int input_slots, int output_slots, double shared = 0)
      : input_slots_{static_cast<std::size_t>(input_slots)},
        output_slots_{static_cast<std::size_t>(output_slots)},
        shared_{shared} {}

  /// `times.input(block)`, `times.work(task, n)` and `times.output(block)` are in seconds, as is
  /// what it returns.
  template <class Times>
  [[nodiscard]] double seconds(std::vector<OutputTask> const& tasks, Times const& times) {
    read(tasks, times);
    double now = 0;
    while (going_.next < going_.times.size()) {
      coming_.start(coming_.next < given_back() + input_slots_);
      working_.start(working_.next < works_.size() && works_[working_.next].input < coming_.next &&
                     works_[working_.next].output < going_.next + output_slots_);
      going_.start(going_.next < made());
      bool const is_both = coming_.is_under_way && going_.is_under_way;
      double const slower = is_both ? 1 + shared_ : 1;
      double const passed = std::min({coming_.wait(slower), working_.wait(1), going_.wait(slower)});
      coming_.pass(passed, slower);
      working_.pass(passed, 1);
      going_.pass(passed, slower);
      now += passed;
    }
    return now;
  }

 private:
  /// What one thread does, one after the other.
  struct Steps {
    std::vector<double> times;
    std::size_t next = 0;  ///< as many as are done
    bool is_under_way = false;
    double left = 0;  ///< of the next one, alone

    void start(bool may_start) {
      if (is_under_way || !may_start || next == times.size()) return;
      is_under_way = true;
      left = times[next];
    }
    /// Until it is done, if it is so much slower than alone.
    [[nodiscard]] double wait(double slower) const {
      return is_under_way ? left * slower : std::numeric_limits<double>::infinity();
    }
    void pass(double seconds, double slower) {
      if (!is_under_way) return;
      if (left * slower > seconds) {
        left -= seconds / slower;
      } else {
        is_under_way = false;
        ++next;
      }
    }
  };
  /// Which input some work is on, and for which output.
  struct Work {
    std::size_t input;
    std::size_t output;
  };

  template <class Times>
  void read(std::vector<OutputTask> const& tasks, Times const& times) {
    coming_ = working_ = going_ = {};
    works_.clear();
    HostBlock const* last = nullptr;
    for (std::size_t output = 0; output < tasks.size(); ++output) {
      OutputTask const& task = tasks[output];
      for (std::size_t n = 0; n < task.inputs.size(); ++n) {
        HostBlock const& block = task.inputs[n];
        if (last == nullptr || !(block == *last)) coming_.times.push_back(times.input(block));
        last = &block;
        works_.push_back({coming_.times.size() - 1, output});
        working_.times.push_back(times.work(task, n));
      }
      going_.times.push_back(times.output(task.output));
    }
  }

  /// Inputs that no work needs any more.
  [[nodiscard]] std::size_t given_back() const {
    return working_.next < works_.size() ? works_[working_.next].input : coming_.times.size();
  }
  /// Outputs that are whole.
  [[nodiscard]] std::size_t made() const {
    return working_.next < works_.size() ? works_[working_.next].output : going_.times.size();
  }

  std::size_t input_slots_;
  std::size_t output_slots_;
  double shared_;
  Steps coming_;
  Steps working_;
  Steps going_;
  std::vector<Work> works_;
};

/// How long work takes at these rates.
inline double seconds_of(BlockWork const& work, StreamRates const& rates) {
  return work.updates / rates.updates + work.input_elements / rates.input_elements +
         work.output_elements / rates.output_elements;
}

/// Times at measured rates.
template <class Tasks>
struct BlockTimes {
  Tasks const& calls;
  StreamRates const& rates;

  [[nodiscard]] double input(HostBlock const& block) const {
    return static_cast<double>(calls.input_bytes(block)) / rates.input_bytes;
  }
  [[nodiscard]] double output(HostBlock const& block) const {
    return static_cast<double>(calls.output_bytes(block)) / rates.output_bytes;
  }
  [[nodiscard]] double work(OutputTask const& task, std::size_t n) const {
    return seconds_of(calls.work(task, n), rates);
  }
};

}  // namespace pyronn::detail
