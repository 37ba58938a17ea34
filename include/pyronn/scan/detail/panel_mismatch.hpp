// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How little two measurements of the same lines agree for some axis and roll of a panel.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/detail/panel_kernels.hpp>
#include <pyronn/scan/detail/views_around.hpp>

namespace pyronn::detail {

/// The sums of a place, in groups of views that tell how much results scatter.
struct PlaceSums {
  static constexpr int groups = 6;

  PairSums of_group[groups];
  PairSums all;
};

/// Rows that are compared as they are, without a roll.
struct SingleRows {
  static constexpr int smoothings = 1;   ///< how often lines are smoothed
  static constexpr bool across = false;  ///< whether over rows, too
  static constexpr int step = 1;         ///< of the columns, and the rows, that are compared
  using Interpolation = LinearInRow;
};

/// Rows of a panel that may be rolled. Next to each other smoothed pixels tell little more.
struct PanelRows {
  static constexpr int smoothings = 2;
  static constexpr bool across = true;
  static constexpr int step = 2;
  using Interpolation = CubicOnPanel;
};

/// How little two measurements agree, on an executor, in whose memory the lines are.
template <class Rows, class Executor>
class PanelMismatch {
 public:
  /// A place's column is that of the axis in row `reference`. Throws InvalidArgument, for
  /// `function`, for lines that are not finite.
  PanelMismatch(char const* function, Executor const& executor, CircularScan const& scan,
                ProjectionView<float const> lines, double reference)
      : executor_{executor},
        reference_{reference},
        extents_{lines.extents},
        sorted_{executor, scan.angles},
        angles_{detail::in_memory_of(executor, scan.angles)},
        smoothed_{executor, 0},
        ratio_{scan.pixel[1] / scan.pixel[0]},
        fan_step_{scan.is_parallel() ? 0.0 : scan.pixel[0] / scan.source_detector} {
    check_finite(function, lines);
    for (int i = 0; i < Rows::smoothings; ++i) {
      Buffer<float, Executor> result{executor, static_cast<std::size_t>(lines.count())};
      executor.for_each(extents_, SmoothLines{i == 0 ? lines : smoothed_.view(extents_),
                                              result.view(extents_), Rows::across ? 2 : 0});
      smoothed_ = std::move(result);
    }
    PairSums const all = sum(smoothed_.view(extents_));
    least_variation_ = 0.02 * all.variation() / all.count;
  }

  /// How far columns and rows are apart that are compared.
  struct Steps {
    int columns;
    int rows;
  };
  [[nodiscard]] Steps steps() const {
    constexpr std::int64_t most_pixels = 1 << 16;
    std::int64_t const pixels = std::int64_t{extents_[0]} * extents_[1];
    std::int64_t const most_step = std::max(1, extents_[1] / 16);
    auto const rows =
        static_cast<int>(std::clamp<std::int64_t>(pixels / most_pixels, 1, most_step));
    auto const columns = static_cast<int>(pixels / rows / most_pixels);
    return {std::max(Rows::step, columns), std::max(Rows::step, rows)};
  }

  /// The sums of all places, for one sense of rotation.
  [[nodiscard]] std::vector<PlaceSums> sums(std::vector<PanelPlace> const& places,
                                            Rotation rotation) const {
    constexpr int most_views = 180;
    int const view_step = std::max(1, extents_[2] / most_views);
    int const views = (extents_[2] + view_step - 1) / view_step;
    Steps const steps = this->steps();
    int const count = static_cast<int>(places.size());
    auto const in_memory = detail::in_memory_of(executor_, places);
    Buffer<PairSums, Executor> of_views{executor_, places.size() * static_cast<std::size_t>(views)};
    Buffer<PairSums, Executor> of_groups{executor_, places.size() * PlaceSums::groups};
    executor_.for_each(
        {count, views, 1},
        CompareViews<typename Rows::Interpolation>{
            smoothed_.view(extents_), sorted_.circle(), angles_.data(), in_memory.data(),
            of_views.data(), count, view_step, steps.rows, steps.columns, 2 * Rows::smoothings,
            Rows::across ? 2 * Rows::smoothings : 0, reference_, ratio_, fan_step_,
            rotation == Rotation::clockwise ? 1.0 : -1.0});
    executor_.for_each({count, PlaceSums::groups, 1}, AddViews{of_views.data(), of_groups.data(),
                                                               count, views, PlaceSums::groups});
    auto const found = detail::on_host(executor_, of_groups);
    std::vector<PlaceSums> result(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (int group = 0; group < PlaceSums::groups; ++group) {
        PairSums const& part = found[static_cast<std::size_t>(group) * places.size() + i];
        result[i].of_group[group] = part;
        result[i].all += part;
      }
    }
    return result;
  }

  /// From 0, where both measurements are the same, to about 1, where they have nothing in common;
  /// infinite where too little of what varies is measured twice.
  [[nodiscard]] double mismatch(PairSums const& found) const {
    bool const is_enough = found.count > 0 && found.variation() > least_variation_ * found.count;
    return is_enough ? found.squares / found.variation() : std::numeric_limits<double>::infinity();
  }

 private:
  [[nodiscard]] std::vector<PairSums> sums_of_views(ProjectionView<float const> lines) const {
    Buffer<PairSums, Executor> sums{executor_, static_cast<std::size_t>(extents_[2])};
    executor_.for_each({extents_[2], 1, 1}, SumView{lines, sums.data()});
    return detail::on_host(executor_, sums);
  }
  [[nodiscard]] PairSums sum(ProjectionView<float const> lines) const {
    PairSums all;
    for (PairSums const& view : sums_of_views(lines)) all += view;
    return all;
  }
  void check_finite(char const* function, ProjectionView<float const> lines) const {
    auto const sums = sums_of_views(lines);
    for (std::size_t view = 0; view < sums.size(); ++view) {
      expects(std::isfinite(sums[view].second), function, ": view ", view,
              " holds a line that is not finite");
    }
  }

  Executor const& executor_;
  double reference_;
  Extents<3> extents_;
  SortedViews<Executor> sorted_;
  Buffer<double, Executor> angles_;
  Buffer<float, Executor> smoothed_;
  double ratio_;
  double fan_step_;
  double least_variation_ = 0;
};

}  // namespace pyronn::detail
