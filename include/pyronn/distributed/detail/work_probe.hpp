// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measures how long an operator works on some of a streamed call's blocks.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/stream_forecast.hpp>
#include <pyronn/distributed/detail/stream_tasks.hpp>
#include <pyronn/distributed/detail/transfer_probe.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// Less work, of fewer planes.
struct LessWork {
  int all_planes;
  int planes;
  double saved_seconds;

  /// What all planes take of `seconds`, as far as time grows with them.
  [[nodiscard]] double share(double seconds) const {
    if (planes == all_planes) return seconds;
    return std::clamp(saved_seconds * all_planes / (all_planes - planes), 0.0, seconds);
  }
};

/// Rates of work that takes so long: that of p planes made of q planes takes a p q + b q + c p.
inline void set_rates(BlockWork const& work, double seconds, LessWork const& made,
                      LessWork const& read, StreamRates& rates) {
  double const with_made = made.share(seconds);  // a p q + c p
  double const with_read = read.share(seconds);  // a p q + b q
  double const both =
      std::clamp(with_made + with_read - seconds, 0.0, std::min(with_made, with_read));
  // Where some rays met no voxel there is no rate of updates.
  double const with_both = work.updates > 0 ? both : 0;
  auto const rate = [&](double count, double time) {
    constexpr double rounding = 1e-9;
    return time > rounding * seconds ? count / time : StreamRates::infinite;
  };
  rates.updates = rate(work.updates, with_both);
  rates.input_elements = rate(work.input_elements, with_read - both);
  rates.output_elements = rate(work.output_elements, with_made - with_both);
}

/// Calls `work(task, n)`, which waits, for planes of a block in the middle of a call. Where rays of
/// some blocks meet more of the volume than those of others, or more of their voxels are seen, as
/// many planes of blocks that lie between the first and the last correct what they took.
template <class Tasks, class Work>
class WorkProbe {
 public:
  WorkProbe(Tasks const& calls, std::vector<OutputTask> const& tasks, Work work)
      : calls_{calls}, tasks_{tasks}, work_{work} {}

  /// Sets the rates of work.
  void measure(StreamRates& rates) const {
    bool const is_even = makes_volume && !is_uneven();
    int const chosen = makes_volume ? best_seen() : middle;
    Place const place = is_even ? Place{tasks_[tasks_.size() / 2], 0, 0} : place_at(chosen);
    int const all = place.task.output.num_planes;
    int made = std::min(few_planes, all);
    Time now = least_time(place, made, 1);
    // Kernels work on several planes together: more of them, until time has grown with them.
    double const enough = std::max(work_seconds, growth * now.seconds);
    while (now.seconds < enough && made < all) {
      made = std::min(2 * made, all);
      now = least_time(place, made, 1);
    }
    int const less_made = (made + made_share - 1) / made_share;
    int const read = place.task.inputs[place.input].num_planes;
    int const less_read = (read + read_share - 1) / read_share;
    double const saved_made = now.seconds - least_time(place, less_made, 1).seconds;
    double const saved_read = now.seconds - least_time(place, made, read_share).seconds;
    set_rates(now.work, now.seconds, {made, less_made, saved_made}, {read, less_read, saved_read},
              rates);
    if (!is_even) correct(chosen, made, now, rates);
  }

 private:
  static constexpr bool makes_volume = Tasks::makes_volume;
  static constexpr int few_planes = 8;
  static constexpr double work_seconds = makes_volume ? 0.05 : 0.02;
  static constexpr double growth = makes_volume ? 2 : 3;
  static constexpr int made_share = makes_volume ? 4 : 2;
  static constexpr int read_share = 4;
  static constexpr int places = 5;  ///< between the first block and the last
  static constexpr int middle = 2;
  static constexpr int repeats = 3;
  static constexpr double most_seconds = 0.5;  ///< of repeats

  /// A block of the output, one of the inputs that it is made of, and where some of its planes are
  /// taken from.
  struct Place {
    OutputTask const& task;
    std::size_t input;
    int shift;  ///< of places - 1
  };
  struct Time {
    BlockWork work;
    double seconds;
  };

  /// Outputs, inputs and planes are those at quarters of the way, each in another order.
  [[nodiscard]] Place place_at(int n) const {
    OutputTask const& task = tasks_[at(n, tasks_.size())];
    return {task, at(2 * n % places, task.inputs.size()), 3 * n % places};
  }
  static std::size_t at(int n, std::size_t count) {
    return (count - 1) * static_cast<std::size_t>(n) / (places - 1);
  }

  /// The share of voxels of a place that views see.
  [[nodiscard]] double seen(int n) const {
    Place const place = place_at(n);
    BlockWork const work = calls_.work(place.task, place.input);
    return work.updates / work.output_elements / place.task.inputs[place.input].num_planes;
  }
  [[nodiscard]] int best_seen() const {
    int best = middle;
    for (int n = 0; n < places; ++n) best = seen(n) > seen(best) ? n : best;
    return best;
  }
  [[nodiscard]] bool is_uneven() const {
    constexpr double least_share = 0.9;
    double const most = seen(best_seen());
    for (int n = 0; n < places; ++n) {
      if (seen(n) < least_share * most) return true;
    }
    return false;
  }

  /// Lets all places together take what they took.
  void correct(int measured, int made, Time const& of_that, StreamRates& rates) const {
    double taken = of_that.seconds;
    double forecast = seconds_of(of_that.work, rates);
    for (int n = 0; n < places; ++n) {
      if (n == measured) continue;
      Time const one = least_time(place_at(n), made, 1);
      taken += one.seconds;
      forecast += seconds_of(one.work, rates);
    }
    if (!(forecast > 0 && taken > 0)) return;
    double const faster = forecast / taken;
    rates.updates *= faster;
    rates.input_elements *= faster;
    rates.output_elements *= faster;
  }

  /// Of at most so many planes of the output, of one of `share` of the input's.
  [[nodiscard]] Time time(Place const& place, int made, int share) const {
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
  /// The first call of some planes may take longer, as plans are made for them.
  [[nodiscard]] Time least_time(Place const& place, int made, int share) const {
    Time least = time(place, made, share);
    double all = least.seconds;
    for (int n = 1; n < repeats && all < most_seconds; ++n) {
      double const seconds = time(place, made, share).seconds;
      least.seconds = std::min(least.seconds, seconds);
      all += seconds;
    }
    return least;
  }

  Tasks const& calls_;
  std::vector<OutputTask> const& tasks_;
  Work work_;
};

}  // namespace pyronn::detail
