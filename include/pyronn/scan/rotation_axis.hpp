// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The column in which the rotation axis is seen, found from the lines that a scan measures twice.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/detail/panel_mismatch.hpp>

namespace pyronn {

/// One step of a search: how little both measurements of lines agree about an axis.
struct AxisCandidate {
  double column;    ///< from 0
  double mismatch;  ///< 0: the same; 1: nothing in common
};

/// Where the rotation axis is seen.
struct RotationAxis {
  double column;  ///< from 0; pixel centres are at integers
  /// Standard deviation of `column` [columns] by noise; of half a turn of parallel rays whose outer
  /// columns move by 1.5 and more from view to view, by noise, by how views are continued to where
  /// both ends meet, or by how little columns agree about it, whichever is most. Simulated rays
  /// without width alias at edges: of half a turn errors of twice as much are then no surprise, and
  /// where views are closer than that, errors of twenty times as much.
  double uncertainty;
  double mismatch;  ///< from 0, where lines measured twice are the same, to 1
  /// The same for the other sense of rotation, which parallel rays do not tell. One that is much
  /// smaller means that the scan turned the other way.
  std::optional<double> mismatch_of_other_rotation;
  std::vector<AxisCandidate> candidates;  ///< all that were looked at
};

namespace detail {

/// Searches for the least mismatch, coarsely and then finely.
template <class Rows, class Executor>
class AxisSearch {
 public:
  AxisSearch(PanelMismatch<Rows, Executor> const& mismatch, Rotation rotation)
      : mismatch_{mismatch}, rotation_{rotation} {}

  /// The best of the columns from `first` to `last`, and the least of a parabola about it.
  [[nodiscard]] AxisCandidate operator()(double first, double last) {
    double step = std::max(1.0, (last - first) / 400);
    for (;;) {
      auto const best = evaluate(first, last, step);
      if (step <= finest) return refine(best, step);
      first = tried_[best].column - 2 * step;
      last = tried_[best].column + 2 * step;
      step = std::max(step / 8, finest);
    }
  }

  [[nodiscard]] std::vector<AxisCandidate> const& all() const { return all_; }

 private:
  static constexpr double finest = 0.125;  // columns, within which mismatches are parabolas

  std::size_t evaluate(double first, double last, double step) {
    tried_.clear();
    int const count = static_cast<int>(std::lround((last - first) / step)) + 1;
    std::vector<PanelPlace> places;
    places.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) places.push_back({first + i * step, 0});
    for (auto const& sums : mismatch_.sums(places, rotation_)) {
      tried_.push_back({places[tried_.size()].column, mismatch_.mismatch(sums.all)});
    }
    all_.insert(all_.end(), tried_.begin(), tried_.end());
    auto const less = [](AxisCandidate const& a, AxisCandidate const& b) {
      return a.mismatch < b.mismatch;
    };
    return static_cast<std::size_t>(std::min_element(tried_.begin(), tried_.end(), less) -
                                    tried_.begin());
  }

  [[nodiscard]] AxisCandidate refine(std::size_t best, double step) const {
    AxisCandidate result = tried_[best];
    if (best == 0 || best + 1 == tried_.size()) return result;
    double const left = tried_[best - 1].mismatch;
    double const right = tried_[best + 1].mismatch;
    double const bend = left - 2 * result.mismatch + right;
    if (bend > 0 && std::isfinite(bend)) result.column += 0.5 * step * (left - right) / bend;
    return result;
  }

  PanelMismatch<Rows, Executor> const& mismatch_;
  Rotation rotation_;
  std::vector<AxisCandidate> tried_;
  std::vector<AxisCandidate> all_;
};

/// The variance of the least place of a seam by how far it moves where some columns are left out,
/// each in its turn (the jackknife). Rays without width meet edges beside where the mirrored ones
/// do: differences are then large where slopes are, of which a mean over all columns knows nothing.
/// The ways to continue views tell the same, and so do both ends: sums of one end count as one.
template <class Executor>
double variance_of_columns(PanelMismatch<SingleRows, Executor> const& mismatch, double column,
                           Rotation rotation) {
  constexpr double step = 0.25;
  std::vector<PanelPlace> const around{{column - step, 0}, {column, 0}, {column + step, 0}};
  std::vector<double> bends;
  std::vector<double> slopes;
  for (Vec<int, 2> const& columns : mismatch.blocks_of_columns()) {
    auto const places = mismatch.sums_of_columns(columns, around, rotation);
    double squares[3] = {};
    for (int place = 0; place < 3; ++place) {
      for (int way = 0; way < SeamViews::degrees; ++way) {
        squares[place] += places[static_cast<std::size_t>(place)].of_group[way].squares;
      }
    }
    bends.push_back((squares[0] - 2 * squares[1] + squares[2]) / (step * step));
    slopes.push_back((squares[0] - squares[2]) / (2 * step));
  }
  double const bend = std::accumulate(bends.begin(), bends.end(), 0.0);
  double variance = 0;
  for (std::size_t i = 0; i < bends.size(); ++i) {
    double const rest = std::max(bend - bends[i], 0.5 * bend);  // what is narrow has one block
    variance += std::pow(slopes[i] / rest, 2);
  }
  return variance;
}

/// The standard deviation of the least place: what noise makes of it if the differences there are
/// noise, or how much groups of views scatter if that is more.
template <class Executor>
double axis_uncertainty(PanelMismatch<SingleRows, Executor> const& mismatch, double column,
                        Rotation rotation) {
  constexpr double step = 0.25;
  auto const places =
      mismatch.sums({{column - step, 0}, {column, 0}, {column + step, 0}}, rotation);
  double bends = 0;
  std::vector<double> shifts;
  for (int group = 0; group < PlaceSums::groups; ++group) {
    double const left = places[0].of_group[group].squares;
    double const middle = places[1].of_group[group].squares;
    double const right = places[2].of_group[group].squares;
    double const bend = (left - 2 * middle + right) / (step * step);
    bends += bend;
    if (bend > 0) shifts.push_back((left - right) / (2 * step * bend));
  }
  if (!(bends > 0)) return std::numeric_limits<double>::infinity();
  double const of_noise = mismatch.repetitions() * mismatch.correlated_columns() * 4 *
                          mismatch.noise(places[1]) / bends;
  double const of_columns =
      mismatch.is_seam() ? variance_of_columns(mismatch, column, rotation) : 0;
  return std::sqrt(std::max({of_noise, mismatch.variance(shifts), of_columns}));
}

}  // namespace detail

/// Finds the column in which the rotation axis is seen, in the middle three quarters of the
/// detector. `lines` are line integrals in the executor's memory, (columns, rows, views), of all
/// views: for parallel rays of any rows; for a point source of rows next to the plane z = 0 of the
/// source, as rays of other rows are measured once; in the plane of its one row. Lines must be
/// measured twice: by half a turn of parallel rays, but for a step or two, or by more than half a
/// turn and the fan of a point source. The scan's own `axis_column` is not looked at. Waits until
/// the search is done. Throws InvalidArgument for sizes that do not fit, for lines that are not
/// finite, and where the column is not found: no lines are measured twice, or those that are have
/// little in common at any column.
template <class Executor>
[[nodiscard]] RotationAxis find_rotation_axis(Executor const& executor, CircularScan const& scan,
                                              ProjectionView<float const> lines) {
  detail::expects(lines.extents[0] == scan.size[0] && lines.extents[1] >= 1 &&
                      lines.extents[2] == static_cast<int>(scan.angles.size()),
                  "find_rotation_axis: lines of ", lines.extents, " for ", scan.size[0],
                  " columns and ", scan.angles.size(), " views");
  detail::expects(scan.size[0] >= 16, "find_rotation_axis: ", scan.size[0],
                  " columns are too few; 16 are needed");
  detail::check_angles("find_rotation_axis", scan.angles);
  executor.check_reachable(lines.data, "find_rotation_axis: lines");
  detail::PanelMismatch<detail::SingleRows, Executor> const mismatch{
      "find_rotation_axis", executor, scan, lines, 0.5 * (lines.extents[1] - 1)};
  auto const search = [&](Rotation rotation, double first, double last, auto* all) {
    detail::AxisSearch<detail::SingleRows, Executor> searching{mismatch, rotation};
    auto const best = searching(first, last);
    if (all != nullptr) *all = searching.all();
    return best;
  };
  double const columns = scan.size[0] - 1.0;
  RotationAxis axis{};
  double const first = 0.125 * columns;
  double const last = 0.875 * columns;
  auto const best = search(scan.rotation, first, last, &axis.candidates);
  detail::expects(std::isfinite(best.mismatch), "find_rotation_axis: none of the ",
                  scan.angles.size(),
                  " views measures lines that vary and that another one "
                  "measures, too; name the column");
  constexpr double most_mismatch = 0.5;  // of which half is noise, or lines of other objects
  bool const is_inside = best.column > first + 1 && best.column < last - 1;
  detail::expects(best.mismatch <= most_mismatch && is_inside,
                  "find_rotation_axis: lines that are measured twice agree best about column ",
                  detail::rounded(best.column), ", of columns ", first, " to ", last,
                  ", with a mismatch of ", detail::rounded(best.mismatch),
                  ": that is no axis; name the column, or the other rotation of a point source");
  axis.column = best.column;
  axis.mismatch = best.mismatch;
  axis.uncertainty = detail::axis_uncertainty(mismatch, best.column, scan.rotation);
  if (!scan.is_parallel()) {
    Rotation const other =
        scan.rotation == Rotation::clockwise ? Rotation::counter_clockwise : Rotation::clockwise;
    std::vector<AxisCandidate>* const none = nullptr;
    axis.mismatch_of_other_rotation =
        search(other, best.column - 8, best.column + 8, none).mismatch;
  }
  return axis;
}

}  // namespace pyronn
