// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measures the rates of a streamed call on some of its blocks.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <limits>
#include <vector>

#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/stream_tasks.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

template <class Call>
double seconds_of(Call const& call) {
  auto const begin = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A probe of a call's tasks with its slots.
template <class Tasks, class Input, class Output>
class StreamProbe {
 public:
  StreamProbe(Tasks const& calls, std::vector<OutputTask> const& tasks, Input& input,
              Output& output)
      : calls_{calls}, tasks_{tasks}, input_{input}, output_{output} {}

  /// `work(task, input, output)` queues what the first input of a task adds to its output.
  template <class Work>
  StreamRates rates(Work const& work) {
    StreamRates rates;
    transfers(rates);
    OutputTask const whole = tasks_[tasks_.size() / 2];
    HostBlock const& block = whole.inputs.front();
    input_.fill(0, block);
    auto const part = [&](int made, int read) {
      OutputTask task = whole;
      task.output.num_planes = made;
      task.inputs.front().num_planes = read;
      return task;
    };
    auto const time = [&](int made, int read) {
      OutputTask const task = part(made, read);
      return least_seconds([&] {
        work(task, input_.take(0, task.inputs.front()), output_.take(0, task.output));
        input_.wait();
      });
    };
    // As few planes of the output as take long enough, beside what does not depend on them.
    int const read = block.num_planes;
    int made = std::min(least_planes, whole.output.num_planes);
    double const least = time(made, read);
    double seconds = least;
    while (seconds < std::max(work_seconds, 2 * least) && made < whole.output.num_planes) {
      made = std::min(2 * made, whole.output.num_planes);
      seconds = time(made, read);
    }
    input_.give_back(0);
    int const less_made = (made + 3) / 4;
    int const less_read = (read + 3) / 4;
    split(seconds, {made, less_made, seconds - time(less_made, read)},
          {read, less_read, seconds - time(made, less_read)}, calls_.work(part(made, read), 0),
          rates);
    return rates;
  }

 private:
  static constexpr double transfer_seconds = 0.25;
  static constexpr double work_seconds = 0.05;
  static constexpr double most_seconds = 0.5;  ///< of repeats
  static constexpr int least_planes = 8;
  static constexpr int repeats = 7;

  /// How much less time fewer planes take.
  struct Fewer {
    int planes;
    int less;
    double saved;

    /// Of all planes, as far as time grows with them.
    [[nodiscard]] double share(double seconds) const {
      if (less == planes) return seconds;
      return std::clamp(saved * planes / (planes - less), 0.0, seconds);
    }
  };

  /// The time of p planes that are made of q is a p q + b q + c p.
  static void split(double seconds, Fewer const& made, Fewer const& read, BlockWork const& work,
                    StreamRates& rates) {
    double const with_made = made.share(seconds);  // a p q + c p
    double const with_read = read.share(seconds);  // a p q + b q
    double const with_both =
        std::clamp(with_made + with_read - seconds, 0.0, std::min(with_made, with_read));
    auto const rate = [](double count, double time) {
      return time > 0 ? count / time : StreamRates::infinite;
    };
    rates.updates = rate(work.updates, with_both);
    rates.input_elements = rate(work.input_elements, with_read - with_both);
    rates.output_elements = rate(work.output_elements, with_made - with_both);
  }

  /// The first call may take longer, and others at times.
  template <class Call>
  static double least_seconds(Call const& call) {
    double least = seconds_of(call);
    double all = least;
    for (int n = 1; n < repeats && all < most_seconds; ++n) {
      double const time = seconds_of(call);
      least = std::min(least, time);
      all += time;
    }
    return least;
  }

  /// What was moved, and how long it took.
  struct Moved {
    std::int64_t bytes = 0;
    double seconds = 0;

    [[nodiscard]] double rate() const { return static_cast<double>(bytes) / seconds; }
  };

  /// @{
  /// Blocks of the call, until that has taken so long or so many bytes were moved.
  Moved move_input(double longest, std::int64_t most_bytes) {
    Moved moved;
    for (OutputTask const& task : tasks_) {
      for (HostBlock const& block : task.inputs) {
        if (moved.seconds > longest || moved.bytes >= most_bytes) break;
        moved.seconds += seconds_of([&] {
          input_.fill(0, block);
          input_.wait();
        });
        moved.bytes += calls_.input_bytes(block);
        input_.take(0, block);
        input_.give_back(0);
      }
    }
    return moved;
  }
  Moved move_output(double longest, std::int64_t most_bytes) {
    Moved moved;
    for (OutputTask const& task : tasks_) {
      if (moved.seconds > longest || moved.bytes >= most_bytes) break;
      output_.take(0, task.output);
      output_.made(0);
      moved.seconds += seconds_of([&] {
        output_.bring(0, task.output);
        output_.wait();
      });
      moved.bytes += calls_.output_bytes(task.output);
    }
    return moved;
  }
  /// @}

  /// Input and output one by one, then the same bytes of both at once.
  void transfers(StreamRates& rates) {
    constexpr std::int64_t any_bytes = std::numeric_limits<std::int64_t>::max();
    constexpr double any_time = std::numeric_limits<double>::infinity();
    Moved const in = move_input(transfer_seconds, any_bytes);
    Moved const out = move_output(transfer_seconds, any_bytes);
    double const both = seconds_of([&] {
      auto going = std::async(std::launch::async, [&] { move_output(any_time, out.bytes); });
      move_input(any_time, in.bytes);
      going.get();
    });
    rates.input_bytes = in.rate();
    rates.output_bytes = out.rate();
    double const longer = std::max(in.seconds, out.seconds);
    double const shorter = std::min(in.seconds, out.seconds);
    rates.shared = std::clamp((both - longer) / shorter, 0.0, 1.0);
  }

  Tasks const& calls_;
  std::vector<OutputTask> const& tasks_;
  Input& input_;
  Output& output_;
};

}  // namespace pyronn::detail
