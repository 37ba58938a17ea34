// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How little two measurements of the same lines agree for some axis and roll of a panel.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/detail/panel_fit.hpp>
#include <pyronn/scan/detail/panel_fit_kernel.hpp>
#include <pyronn/scan/detail/panel_kernels.hpp>
#include <pyronn/scan/detail/seam_views.hpp>
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
  static constexpr int smoothings = 1;         ///< how often lines are smoothed
  static constexpr int row_smoothings = 0;     ///< and how often across rows, too
  static constexpr int step = 1;               ///< of the columns, and the rows, that are compared
  static constexpr int most_rows = 1 << 16;    ///< that are compared
  static constexpr int most_views = 180;       ///< and how many views about
  static constexpr double least_motion = 1.5;  ///< of a seam [columns a view]
  using Interpolation = LinearInRow;
};

/// Some rows, for where the axis is about.
struct FewRows {
  static constexpr int smoothings = 1;
  static constexpr int row_smoothings = 0;
  static constexpr int step = 2;
  static constexpr int most_rows = 8;
  static constexpr int most_views = 60;
  static constexpr double least_motion = 1.5;
  using Interpolation = LinearInRow;
};

/// Rows of a panel that may be rolled. Next to each other smoothed pixels tell little more.
struct PanelRows {
  static constexpr int smoothings = 2;
  static constexpr int row_smoothings = 1;
  static constexpr int step = 2;
  static constexpr int most_rows = 1 << 16;
  static constexpr int most_views = 180;
  static constexpr double least_motion = 0;
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
        seam_{scan.is_parallel() ? seam_of(scan.angles, lines.extents[0], Rows::least_motion)
                                 : std::nullopt},
        sorted_{executor, seam_ ? SeamViews::angles() : scan.angles},
        angles_{detail::in_memory_of(executor, seam_ ? SeamViews::angles() : scan.angles)},
        smoothed_{executor, 0},
        ratio_{scan.pixel[1] / scan.pixel[0]},
        fan_{scan.is_parallel() ? 0.0 : scan.pixel[0] / scan.source_detector,
             scan.shape == DetectorShape::arc} {
    check_finite(function, lines);
    if (seam_) {
      extents_[2] = SeamViews::count;
      make([&](auto made) { executor.for_each(extents_, MakeSeamViews{lines, made, *seam_}); });
    }
    for (int i = 0; i < Rows::smoothings; ++i) {
      make([&](auto made) {
        executor.for_each(extents_, SmoothLines{i == 0 && !seam_ ? lines : smoothed_.view(extents_),
                                                made, i < Rows::row_smoothings ? 2 : 0});
      });
    }
    if (seam_) smooth_along_rows();
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
    return {std::max(Rows::step, columns),
            std::max({Rows::step, rows, extents_[1] / Rows::most_rows})};
  }

  /// The sums of all places, for one sense of rotation, of columns and views some steps apart.
  [[nodiscard]] std::vector<PlaceSums> sums(std::vector<PanelPlace> const& places,
                                            Rotation rotation, int sparseness = 1) const {
    return sums_of_columns({edge_, extents_[0] - edge_}, places, rotation, sparseness);
  }

  /// The same, of these columns and what others measured of their lines.
  [[nodiscard]] std::vector<PlaceSums> sums_of_columns(Vec<int, 2> columns,
                                                       std::vector<PanelPlace> const& places,
                                                       Rotation rotation,
                                                       int sparseness = 1) const {
    int const view_step = seam_ ? 1 : sparseness * std::max(1, extents_[2] / Rows::most_views);
    int const views = (extents_[2] + view_step - 1) / view_step;
    Steps const steps = this->steps();
    int const count = static_cast<int>(places.size());
    auto const in_memory = detail::in_memory_of(executor_, places);
    Buffer<PairSums, Executor> of_views{executor_, places.size() * static_cast<std::size_t>(views)};
    Buffer<PairSums, Executor> of_groups{executor_, places.size() * PlaceSums::groups};
    executor_.for_each({count, views, 1},
                       CompareViews<typename Rows::Interpolation>{
                           smoothed_.view(extents_), sorted_.circle(), angles_.data(),
                           in_memory.data(), of_views.data(), count, view_step, steps.rows,
                           sparseness * steps.columns, edge_, columns, 2 * Rows::row_smoothings,
                           reference_, ratio_, fan_, rotation == Rotation::clockwise ? 1.0 : -1.0});
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

  /// The sums of one place for a fit.
  [[nodiscard]] FitTable fit_sums(PanelPlace const& place, Rotation rotation) const {
    int const view_step = std::max(1, extents_[2] / Rows::most_views);
    int const views = (extents_[2] + view_step - 1) / view_step;
    Steps const steps = this->steps();
    int const edge_rows = 2 * Rows::row_smoothings;
    int const rows = (extents_[1] - 2 * edge_rows - 1) / steps.rows + 1;
    Buffer<FitSums, Executor> sums{
        executor_, static_cast<std::size_t>(rows) * static_cast<std::size_t>(views)};
    executor_.for_each(
        {rows, views, 1},
        ComparePanel{smoothed_.view(extents_), sorted_.circle(), angles_.data(), sums.data(), place,
                     rows, view_step, steps.rows, steps.columns, edge_, edge_rows, reference_,
                     ratio_, fan_, rotation == Rotation::clockwise ? 1.0 : -1.0});
    return {rows, views, detail::on_host(executor_, sums)};
  }
  /// Whether there is nothing but the seam of half a turn, of views made in several ways.
  [[nodiscard]] bool is_seam() const { return seam_.has_value(); }

  /// Columns that smoothing makes one.
  [[nodiscard]] double correlated_columns() const {
    constexpr double binomial = Rows::smoothings == 1 ? 256.0 / 70.0 : 65536.0 / 12870.0;
    if (!seam_) return binomial;
    return 2 * std::sqrt(pi * (Rows::smoothings + seam_->sigma * seam_->sigma));
  }

  /// The mean square of differences that is noise: of a seam, of the views that are continued by
  /// parabolas, as lines leave more.
  [[nodiscard]] double noise(PlaceSums const& found) const {
    PairSums const& part = seam_ ? found.of_group[1] : found.all;
    return part.squares / part.count;
  }

  /// How often sums hold the same measurements, as only a seam makes them.
  [[nodiscard]] int repetitions() const { return seam_ ? SeamViews::count : 1; }

  /// The variance of a result of which groups of views found `values`: that of their mean, but of
  /// a seam how far ways to continue views are apart, of which none need be right.
  [[nodiscard]] double variance(std::vector<double> const& values) const {
    if (seam_ && values.size() < SeamViews::count) return std::numeric_limits<double>::infinity();
    if (values.size() < 3) return 0;
    auto const count = static_cast<double>(values.size());
    double const mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (double const value : values) squares += (value - mean) * (value - mean);
    return squares / (seam_ ? count : count * (count - 1));
  }

  /// Columns in blocks that are as good as independent of one another.
  [[nodiscard]] std::vector<Vec<int, 2>> blocks_of_columns() const {
    auto const width = static_cast<int>(std::ceil(correlated_columns()));
    std::vector<Vec<int, 2>> blocks;
    int const end = extents_[0] - edge_;
    for (int first = edge_; first < end; first += width) {
      blocks.push_back({first, std::min(first + width, end)});
    }
    return blocks;
  }

  /// From 0, where both measurements are the same, to about 1, where they have nothing in common;
  /// infinite where too little of what varies is measured twice.
  [[nodiscard]] double mismatch(PairSums const& found) const {
    bool const is_enough = found.count > 0 && found.variation() > least_variation_ * found.count;
    return is_enough ? found.squares / found.variation() : std::numeric_limits<double>::infinity();
  }

 private:
  template <class Function>
  void make(Function const& function) {
    Buffer<float, Executor> result{executor_, static_cast<std::size_t>(extents_.count())};
    function(result.view(extents_));
    smoothed_ = std::move(result);
  }
  void smooth_along_rows() {
    auto const weights = SmoothAlongRows::normal_weights(seam_->sigma);
    int const reach = static_cast<int>(weights.size()) - 1;
    auto const in_memory = detail::in_memory_of(executor_, weights);
    make([&](auto made) {
      executor_.for_each(extents_,
                         SmoothAlongRows{smoothed_.view(extents_), made, in_memory.data(), reach});
    });
    edge_ += reach;
  }
  [[nodiscard]] std::vector<PairSums> sums_of_views(ProjectionView<float const> lines) const {
    Buffer<PairSums, Executor> sums{executor_, static_cast<std::size_t>(lines.extents[2])};
    executor_.for_each({lines.extents[2], 1, 1}, SumView{lines, sums.data()});
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
  Extents<3> extents_;  ///< of the lines that are compared
  std::optional<SeamViews> seam_;
  SortedViews<Executor> sorted_;
  Buffer<double, Executor> angles_;
  Buffer<float, Executor> smoothed_;
  double ratio_;
  FanAngles fan_;
  double least_variation_ = 0;
  int edge_ = 2 * Rows::smoothings;  ///< columns at either end that smoothing has extended
};

}  // namespace pyronn::detail
