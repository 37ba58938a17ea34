// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The roll of a panel against the rotation axis, found from the lines that a scan measures twice.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/detail/panel_fit.hpp>
#include <pyronn/scan/detail/panel_mismatch.hpp>
#include <pyronn/scan/rotation_axis.hpp>

namespace pyronn {

/// One step of a search: how little both measurements of lines agree about a roll.
struct RollCandidate {
  double roll;      ///< [rad]
  double mismatch;  ///< 0: the same; 1: nothing in common
};

/// How a panel stands to the rotation axis.
struct DetectorRoll {
  double roll;                ///< as CircularScan::roll [rad]
  double uncertainty;         ///< standard deviation of `roll` by noise [rad]
  double column;              ///< as CircularScan::axis_column: at its central_row
  double column_uncertainty;  ///< of `column` by noise [columns]
  double mismatch;            ///< from 0, where lines measured twice are the same, to 1
  /// Rolls that were looked at, in their order: coarsely, and finely about `roll`.
  std::vector<RollCandidate> candidates;
};

namespace detail {

/// Searches for the roll, and the column along with it.
template <class Executor>
class RollSearch {
 public:
  /// `reach` is how many columns or rows the farthest pixels lie from the place of reference.
  RollSearch(PanelMismatch<PanelRows, Executor> const& mismatch, Rotation rotation, double reach)
      : mismatch_{mismatch}, rotation_{rotation}, reach_{reach} {}

  /// How far rolls of a first search lie apart that reaches up to `most`: they move no pixel by
  /// more than two.
  [[nodiscard]] double coarse_step(double most) const {
    return most / std::max(4.0, std::ceil(0.5 * most * reach_));
  }

  /// Rolls in steps to both sides of a place, at its column.
  [[nodiscard]] std::vector<RollCandidate> scan_rolls(PanelPlace const& about, int steps,
                                                      double step) const {
    std::vector<PanelPlace> places;
    for (int i = -steps; i <= steps; ++i) places.push_back({about.column, about.roll + i * step});
    std::vector<RollCandidate> result;
    constexpr int sparseness = 3;
    for (auto const& sums : mismatch_.sums(places, rotation_, sparseness)) {
      result.push_back({places[result.size()].roll, mismatch_.mismatch(sums.all)});
    }
    return result;
  }

  /// The place near another one at which least squares, by Gauss and Newton, ask for no change.
  [[nodiscard]] DetectorRoll refine(PanelPlace place) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr int most_tries = 20;
    for (int tries = 1;; ++tries) {
      FitTable const table = mismatch_.fit_sums(place, rotation_);
      FitSums const all = table.all();
      NormalEquations const equations{all};
      DetectorRoll result{
          place.roll, infinity, place.column, infinity, mismatch_.mismatch(all.pairs), {}};
      if (!equations.is_solvable()) return result;
      PlaceChange const step = equations.step();
      bool const is_there = std::abs(step.column) < 1e-3 && std::abs(step.roll) * reach_ < 1e-3;
      if (is_there || tries == most_tries) {
        PlaceChange const variances = this->variances(equations, table);
        result.uncertainty = std::hypot(std::sqrt(variances.roll), step.roll);
        result.column_uncertainty = std::hypot(std::sqrt(variances.column), step.column);
        return result;
      }
      double const longest = std::max({1.0, std::abs(step.column), std::abs(step.roll) * reach_});
      place.column += step.column / longest;
      place.roll += step.roll / longest;
    }
  }

 private:
  /// By how much blocks of rows and arcs of views scatter: what noise makes of it is independent
  /// in both, and what else differs is so in one of them or the other.
  [[nodiscard]] PlaceChange variances(NormalEquations const& equations,
                                      FitTable const& table) const {
    PlaceChange const of_rows = equations.variances(table.blocks_of_rows());
    if (mismatch_.is_seam()) {
      // Ways to continue views, of which none need be right, hold the same noise.
      auto const ways =
          table.parts(SeamViews::degrees, [](int, int view) { return view % SeamViews::degrees; });
      PlaceChange const between = equations.variances(ways);
      return {of_rows.column + between.column, of_rows.roll + between.roll};
    }
    PlaceChange const of_views = equations.variances(table.arcs_of_views());
    return {std::max(of_rows.column, of_views.column), std::max(of_rows.roll, of_views.roll)};
  }

  PanelMismatch<PanelRows, Executor> const& mismatch_;
  Rotation rotation_;
  double reach_;
};

/// The column in which the axis is about, whatever the roll; `columns` is how many there are.
template <class Executor>
double column_about(PanelMismatch<FewRows, Executor> const& mismatch, Rotation rotation,
                    int columns) {
  AxisSearch<FewRows, Executor> search{mismatch, rotation};
  return search(0.125 * (columns - 1), 0.875 * (columns - 1)).column;
}

/// Some candidates, and others wherever these reach.
inline std::vector<RollCandidate> joined(std::vector<RollCandidate> const& coarse,
                                         std::vector<RollCandidate> const& fine) {
  std::vector<RollCandidate> result;
  for (RollCandidate const& one : coarse) {
    if (one.roll < fine.front().roll) result.push_back(one);
  }
  result.insert(result.end(), fine.begin(), fine.end());
  for (RollCandidate const& one : coarse) {
    if (one.roll > fine.back().roll) result.push_back(one);
  }
  return result;
}

}  // namespace detail

/// Finds the roll of the panel, up to 3 degrees, and the column in which the rotation axis is seen.
/// `lines` are line integrals of all pixels (u, v, view) in the executor's memory: mirrored about
/// the axis, each view is compared with the one from the other side. With parallel rays any rows
/// do. Of a point source lines are measured twice in the plane of its circle alone, and where the
/// object changes along the axis others differ the more the farther from it, of which the search
/// leaves out what is linear: give CircularScan::part of the rows about central_row that lie within
/// two degrees or so of it. Where a panel is high, rows may be averaged by some first, with
/// pixel[1] and central_row to match. Uncertainties tell how much parts of the rows and of the
/// views differ. Of views and else it asks what find_rotation_axis does. The scan's own
/// `axis_column` and `roll` are not looked at. Waits until the search is done. Throws
/// InvalidArgument where that function does, for fewer than 12 rows, for a point source whose plane
/// lies beyond the rows, and where no roll is found.
template <class Executor>
[[nodiscard]] DetectorRoll find_roll(Executor const& executor, CircularScan const& scan,
                                     ProjectionView<float const> lines) {
  int const rows = lines.extents[1];
  detail::expects(lines.extents[0] == scan.size[0] && rows == scan.size[1] &&
                      lines.extents[2] == static_cast<int>(scan.angles.size()),
                  "find_roll: lines of ", lines.extents, " for a panel of ", scan.size, " and ",
                  scan.angles.size(), " views");
  detail::expects(scan.size[0] >= 16 && rows >= 12, "find_roll: a panel of ", scan.size,
                  " pixels is too small; 16 columns and 12 rows are needed");
  detail::expects(
      scan.is_parallel() || (scan.row_of_isocenter() >= 0 && scan.row_of_isocenter() <= rows - 1),
      "find_roll: the source's plane is seen in row ", scan.row_of_isocenter(), " of ", rows,
      ", beyond which no line is measured twice");
  double const reference = scan.is_parallel() ? 0.5 * (rows - 1) : scan.row_of_isocenter();
  detail::check_angles("find_roll", scan.angles);
  executor.check_reachable(lines.data, "find_roll: lines");
  detail::PanelMismatch<detail::FewRows, Executor> const few_rows{"find_roll", executor, scan,
                                                                  lines, reference};
  double const column = detail::column_about(few_rows, scan.rotation, scan.size[0]);
  detail::PanelMismatch<detail::PanelRows, Executor> const mismatch{"find_roll", executor, scan,
                                                                    lines, reference};
  double const ratio = scan.pixel[1] / scan.pixel[0];
  double const reach = std::max(0.5 * scan.size[0] / std::min(ratio, 1.0), 0.5 * rows * ratio);
  detail::RollSearch<Executor> const search{mismatch, scan.rotation, reach};
  constexpr double most = 3 * pi / 180;
  double const step = search.coarse_step(most);
  auto const coarse =
      search.scan_rolls({column, 0}, static_cast<int>(std::lround(most / step)), step);
  auto const best =
      std::min_element(coarse.begin(), coarse.end(),
                       [](auto const& a, auto const& b) { return a.mismatch < b.mismatch; });
  DetectorRoll result = search.refine({column, best->roll});
  constexpr double most_mismatch = 0.5;
  detail::expects(result.mismatch <= most_mismatch && std::isfinite(result.uncertainty) &&
                      std::abs(result.roll) < most,
                  "find_roll: lines that are measured twice agree best about a roll of ",
                  detail::rounded(result.roll * 180 / pi), " +- ",
                  detail::rounded(result.uncertainty * 180 / pi), " degrees, with a mismatch of ",
                  detail::rounded(result.mismatch), ": that is none; name the roll");
  constexpr int fine_steps = 8;
  auto const fine = search.scan_rolls({result.column, result.roll}, fine_steps, step / fine_steps);
  result.candidates = detail::joined(coarse, fine);
  result.column += (scan.row_of_isocenter() - reference) * ratio * std::tan(result.roll);
  return result;
}

}  // namespace pyronn
