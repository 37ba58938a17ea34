// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measures how long an operator works on some of a streamed call's blocks.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/rate_fit.hpp>
#include <pyronn/distributed/detail/transfer_probe.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// Calls `work(task, n)` for some planes of blocks that lie between the first and the last, waits,
/// and fits rates to the times.
template <class Tasks, class Work>
class WorkProbe {
 public:
  /// How many times planes are called at `measure`.
  static constexpr int calls_of_measure = 16;

  WorkProbe(Tasks const& calls, std::vector<OutputTask> const& tasks, Work work)
      : calls_{calls}, tasks_{tasks}, work_{work} {}

  /// Sets rates that a few planes of a block in the middle have.
  void begin(StreamRates& rates) {
    Place const place = place_at(middle);
    few_ = std::min(few_, planes(place));
    static_cast<void>(time(place, few_, 1));  // the first time takes longer
    times_ = {time(place, few_, 1), time(place, (few_ + 3) / 4, 1)};
    RateFit{times_}.set(rates);
  }
  /// Sets rates by several blocks, and the fewest planes that take so long or are all.
  void measure(double least, StreamRates& rates) {
    Place const place = place_at(middle);
    int const all = planes(place);
    int some = few_;
    double seconds = times_.front().seconds;
    while (seconds < least && some < all) {
      some = std::min(2 * some, all);
      seconds = time(place, some, 1).seconds;
    }
    times_.clear();
    for (int n = 0; n < places; ++n) times_.push_back(least_time(place_at(n), some, 1));
    int const fewer = (some + 3) / 4;
    times_.push_back(least_time(place, fewer, 1));
    times_.push_back(least_time(place, some, 4));
    times_.push_back(least_time(place, fewer, 4));
    RateFit{times_}.set(rates);
  }

 private:
  static constexpr int places = 5;  ///< between the first block and the last
  static constexpr int middle = 2;
  static constexpr int repeats = 2;

  /// A block of the output, one of the inputs that it is made of, and where some of its planes are
  /// taken from.
  struct Place {
    OutputTask const& task;
    std::size_t input;
    int shift;  ///< of places - 1
  };

  /// Outputs, inputs and planes are those at quarters of the way, each in another order.
  [[nodiscard]] Place place_at(int n) const {
    OutputTask const& task = tasks_[at(n, tasks_.size())];
    return {task, at(2 * n % places, task.inputs.size()), 3 * n % places};
  }
  static std::size_t at(int n, std::size_t count) {
    return (count - 1) * static_cast<std::size_t>(n) / (places - 1);
  }
  static int planes(Place const& place) { return place.task.output.num_planes; }

  /// Of at most so many planes of the output, of one of `share` of the input's.
  [[nodiscard]] WorkTime time(Place const& place, int made, int share) const {
    OutputTask task = place.task;
    int const left = std::max(0, task.output.num_planes - made);
    // Some models work on eight views together.
    task.output.first_plane += left * place.shift / (places - 1) / 8 * 8;
    task.output.num_planes -= left;
    HostBlock& input = task.inputs[place.input];
    input.num_planes = (input.num_planes + share - 1) / share;
    SecondsSince const seconds;
    work_(task, place.input);
    double const passed = seconds();
    return {calls_.work(task, place.input), passed};
  }
  [[nodiscard]] WorkTime least_time(Place const& place, int made, int share) const {
    WorkTime least = time(place, made, share);
    for (int n = 1; n < repeats; ++n) {
      least.seconds = std::min(least.seconds, time(place, made, share).seconds);
    }
    return least;
  }

  Tasks const& calls_;
  std::vector<OutputTask> const& tasks_;
  Work work_;
  int few_ = 8;  ///< planes
  std::vector<WorkTime> times_;
};

}  // namespace pyronn::detail
