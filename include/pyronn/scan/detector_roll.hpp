// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The roll of a panel against the rotation axis, found from the lines that a scan measures twice.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/scan/circular_scan.hpp>
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
  double roll;                            ///< as CircularScan::roll [rad]
  double uncertainty;                     ///< standard deviation of `roll` by noise [rad]
  double column;                          ///< as CircularScan::axis_column: at its central_row
  double column_uncertainty;              ///< of `column` by noise [columns]
  double mismatch;                        ///< from 0, where lines measured twice are the same, to 1
  std::vector<RollCandidate> candidates;  ///< rolls that were looked at about one column
};

namespace detail {

/// Searches for the least mismatch over column and roll.
template <class Executor>
class RollSearch {
 public:
  /// `reach` is how many columns or rows the farthest pixels lie from the place of reference.
  RollSearch(PanelMismatch<PanelRows, Executor> const& mismatch, Rotation rotation, double reach)
      : mismatch_{mismatch}, rotation_{rotation}, reach_{reach} {}

  /// Rolls up to `most` about one column, in steps that move no pixel by more than two.
  [[nodiscard]] std::vector<RollCandidate> scan_rolls(double column, double most) const {
    int const steps = std::max(4, static_cast<int>(std::ceil(0.5 * most * reach_)));
    std::vector<PanelPlace> places;
    for (int i = -steps; i <= steps; ++i) places.push_back({column, i * most / steps});
    std::vector<RollCandidate> result;
    for (auto const& sums : mismatch_.sums(places, rotation_)) {
      result.push_back({places[result.size()].roll, mismatch_.mismatch(sums.all)});
    }
    return result;
  }

  /// The least on ever finer grids of three by three about a place.
  [[nodiscard]] PanelPlace descend(PanelPlace place) const {
    for (int halvings = 3; halvings >= 0; --halvings) {
      double const step = finest * (1 << halvings);
      for (int tries = 0; tries < 12; ++tries) {
        auto const places = grid(place, step, step / reach_);
        PanelPlace const best = least_of(places);
        bool const is_inside = std::abs(best.column - place.column) < 0.5 * step &&
                               std::abs(best.roll - place.roll) < 0.5 * step / reach_;
        place = best;
        if (is_inside) break;
      }
    }
    return place;
  }

  /// The least of a paraboloid through three by three places, and how sure it is. Rolls are as far
  /// apart as makes mismatches twice the least one, which is what interpolation and noise leave.
  [[nodiscard]] DetectorRoll refine(PanelPlace place) const {
    constexpr double widest = 1.0 * pi / 180;
    double roll_step = finest / reach_;
    std::vector<PlaceSums> sums;
    for (int tries = 0;; ++tries) {
      sums = mismatch_.sums(grid(place, finest, roll_step), rotation_);
      double values[9];
      for (std::size_t i = 0; i < 9; ++i) values[i] = mismatch_.mismatch(sums[i].all);
      Paraboloid const all{values};
      bool const rises = all.has_least() && 0.5 * all.bend_roll > values[4];
      Step const best = all.least();
      place.column += best.column * finest;
      place.roll += best.roll * roll_step;
      bool const is_near = std::abs(best.column) < 0.7 && std::abs(best.roll) < 0.7;
      if ((rises && is_near) || tries == 10) break;
      if (!rises) roll_step = std::min(2 * roll_step, widest);
    }
    DetectorRoll result{place.roll, 0, place.column, 0, mismatch_.mismatch(sums[4].all), {}};
    set_uncertainty(sums, roll_step, result);
    return result;
  }

 private:
  static constexpr double finest = 0.25;  // columns, within which mismatches are parabolas

  /// In steps of a grid.
  struct Step {
    double column;
    double roll;
  };

  /// Of least squares through values at places -1, 0, 1 of the column, and of the roll, the slower.
  struct Paraboloid {
    double slope_column, slope_roll, bend_column, bend_roll, twist;

    explicit Paraboloid(double const (&f)[9])
        : slope_column{(f[2] + f[5] + f[8] - f[0] - f[3] - f[6]) / 6},
          slope_roll{(f[6] + f[7] + f[8] - f[0] - f[1] - f[2]) / 6},
          bend_column{(f[0] + f[2] + f[3] + f[5] + f[6] + f[8] - 2 * (f[1] + f[4] + f[7])) / 3},
          bend_roll{(f[0] + f[1] + f[2] + f[6] + f[7] + f[8] - 2 * (f[3] + f[4] + f[5])) / 3},
          twist{(f[0] - f[2] - f[6] + f[8]) / 4} {}

    [[nodiscard]] double determinant() const { return bend_column * bend_roll - twist * twist; }
    [[nodiscard]] bool has_least() const { return bend_column > 0 && determinant() > 0; }
    [[nodiscard]] Step least() const {
      if (!has_least()) return {0, 0};
      return {
          pyronn::clamp((twist * slope_roll - bend_roll * slope_column) / determinant(), -1.0, 1.0),
          pyronn::clamp((twist * slope_column - bend_column * slope_roll) / determinant(), -1.0,
                        1.0)};
    }
  };

  /// Places about one, the column fastest.
  static std::vector<PanelPlace> grid(PanelPlace const& about, double column_step,
                                      double roll_step) {
    std::vector<PanelPlace> places;
    for (int r = -1; r <= 1; ++r) {
      for (int c = -1; c <= 1; ++c) {
        places.push_back({about.column + c * column_step, about.roll + r * roll_step});
      }
    }
    return places;
  }

  [[nodiscard]] PanelPlace least_of(std::vector<PanelPlace> const& places) const {
    auto const sums = mismatch_.sums(places, rotation_);
    std::size_t best = places.size() / 2;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (mismatch_.mismatch(sums[i].all) < mismatch_.mismatch(sums[best].all)) best = i;
    }
    return places[best];
  }

  /// What noise makes of it if the differences at the best place are noise, or how much groups of
  /// views scatter if that is more.
  void set_uncertainty(std::vector<PlaceSums> const& sums, double roll_step,
                       DetectorRoll& result) const {
    // At all places as of the pairs that there are at the middle one.
    auto const paraboloid = [&](auto const& part) {
      double squares[9];
      for (std::size_t i = 0; i < 9; ++i) {
        squares[i] = part(sums[i]).squares * part(sums[4]).count / part(sums[i]).count;
      }
      return Paraboloid{squares};
    };
    Paraboloid const all = paraboloid([](PlaceSums const& of) { return of.all; });
    if (!all.has_least()) {
      result.uncertainty = result.column_uncertainty = std::numeric_limits<double>::infinity();
      return;
    }
    // Rows that smoothing by (1, 4, 6, 4, 1) twice makes one.
    constexpr double correlated = 65536.0 / 12870.0;
    auto const steps_apart = mismatch_.steps();
    double const one = std::max(1.0, mismatch_.correlated_columns() / steps_apart.columns) *
                       std::max(1.0, correlated / steps_apart.rows);
    double const noise = mismatch_.repetitions() * one * 4 * mismatch_.noise(sums[4]);
    double variance_column = noise * all.bend_roll / all.determinant();
    double variance_roll = noise * all.bend_column / all.determinant();
    std::vector<double> columns;
    std::vector<double> rolls;
    // NOLINTNEXTLINE(modernize-loop-convert): the group of each of nine places
    for (int group = 0; group < PlaceSums::groups; ++group) {
      auto const part = paraboloid([group](PlaceSums const& of) { return of.of_group[group]; });
      if (!part.has_least()) continue;
      columns.push_back(part.least().column);
      rolls.push_back(part.least().roll);
    }
    variance_column = std::max(variance_column, mismatch_.variance(columns));
    variance_roll = std::max(variance_roll, mismatch_.variance(rolls));
    result.column_uncertainty = std::sqrt(variance_column) * finest;
    result.uncertainty = std::sqrt(variance_roll) * roll_step;
  }

  PanelMismatch<PanelRows, Executor> const& mismatch_;
  Rotation rotation_;
  double reach_;
};

}  // namespace detail

/// Finds the roll of the panel, up to 3 degrees, and the column in which the rotation axis is seen.
/// `lines` are line integrals of all pixels (u, v, view) in the executor's memory: mirrored about
/// the axis, each view is compared with the one from the other side. With parallel rays any rows
/// do. Of a point source lines are measured twice in the plane of its circle alone, and where the
/// object changes along the axis others differ the more the farther from it: give
/// CircularScan::part of the rows about central_row that lie within a degree or so of it. Where a
/// panel is high, rows may be averaged by some first, with pixel[1] and central_row to match. Of
/// views and else it asks what find_rotation_axis does. The scan's own `axis_column` and `roll` are
/// not looked at. Waits until the search is done. Throws InvalidArgument where that function does,
/// for fewer than 8 rows, for a point source whose plane lies beyond the rows, and where no roll is
/// found.
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
  detail::expects(scan.is_parallel() || (scan.central_row >= 0 && scan.central_row <= rows - 1),
                  "find_roll: the source's plane is seen in row ", scan.central_row, " of ", rows,
                  ", beyond which no line is measured twice");
  RotationAxis const axis = find_rotation_axis(executor, scan, lines);
  double const reference = scan.is_parallel() ? 0.5 * (rows - 1) : scan.central_row;
  detail::PanelMismatch<detail::PanelRows, Executor> const mismatch{"find_roll", executor, scan,
                                                                    lines, reference};
  double const ratio = scan.pixel[1] / scan.pixel[0];
  double const reach = std::max(0.5 * scan.size[0] / std::min(ratio, 1.0), 0.5 * rows * ratio);
  detail::RollSearch<Executor> const search{mismatch, scan.rotation, reach};
  constexpr double most = 3 * pi / 180;
  auto candidates = search.scan_rolls(axis.column, most);
  auto const best =
      std::min_element(candidates.begin(), candidates.end(),
                       [](auto const& a, auto const& b) { return a.mismatch < b.mismatch; });
  detail::PanelPlace const place = search.descend({axis.column, best->roll});
  DetectorRoll result = search.refine(place);
  constexpr double most_mismatch = 0.5;
  detail::expects(result.mismatch <= most_mismatch && std::isfinite(result.uncertainty) &&
                      std::abs(result.roll) < most,
                  "find_roll: lines that are measured twice agree best about a roll of ",
                  detail::rounded(result.roll * 180 / pi), " +- ",
                  detail::rounded(result.uncertainty * 180 / pi), " degrees, with a mismatch of ",
                  detail::rounded(result.mismatch), ": that is none; name the roll");
  result.column += (scan.central_row - reference) * ratio * std::tan(result.roll);
  result.candidates = std::move(candidates);
  return result;
}

}  // namespace pyronn
