// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How long a streamed call takes.
#include <algorithm>
#include <cstddef>
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
      : shared_{shared},
        given_back_(static_cast<std::size_t>(input_slots), 0),
        brought_(static_cast<std::size_t>(output_slots), 0) {}

  /// `times.input(block)`, `times.work(task, n)` and `times.output(block)` are in seconds, as is
  /// what it returns.
  template <class Times>
  [[nodiscard]] double seconds(std::vector<OutputTask> const& tasks, Times const& times) {
    double filled = 0;
    double done = 0;
    double written = 0;
    double of_input = 0;
    double of_output = 0;
    HostBlock const* last = nullptr;
    std::size_t from = given_back_.size() - 1;
    std::size_t to = 0;
    for (OutputTask const& task : tasks) {
      done = std::max(done, brought_[to]);
      for (std::size_t n = 0; n < task.inputs.size(); ++n) {
        HostBlock const& block = task.inputs[n];
        if (last == nullptr || !(block == *last)) {
          if (last != nullptr) given_back_[from] = done;
          from = (from + 1) % given_back_.size();
          double const time = times.input(block);
          filled = std::max(filled, given_back_[from]) + time;
          of_input += time;
          last = &block;
        }
        done = std::max(done, filled) + times.work(task, n);
      }
      double const time = times.output(task.output);
      written = std::max(written, done) + time;
      of_output += time;
      brought_[to] = written;
      to = (to + 1) % brought_.size();
    }
    return std::max(written,
                    std::max(of_input, of_output) + shared_ * std::min(of_input, of_output));
  }

 private:
  double shared_;
  std::vector<double> given_back_;  ///< when each slot is free
  std::vector<double> brought_;     ///< when each slot is free
};

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
    BlockWork const work = calls.work(task, n);
    return work.updates / rates.updates + work.input_elements / rates.input_elements +
           work.output_elements / rates.output_elements;
  }
};

}  // namespace pyronn::detail
