// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The choice of the redundancy weights of a scan, from the angles of its views and the reach of
/// their fans.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/recon/fbp/detail/angular_sampling.hpp>
#include <pyronn/recon/redundancy/detail/reach.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn::detail {

/// What each view of a scan counts.
struct ScanWeights {
  Redundancy kind;                        ///< not `automatic`
  std::vector<double> shares;             ///< of the circle [rad]
  std::vector<RedundancyWeight> weights;  ///< of the view's rays
};

/// The same weight for all views.
inline ScanWeights equal_weights(RedundancyWeight const& weight,
                                 std::vector<double> const& shares) {
  return {weight.kind, shares, std::vector<RedundancyWeight>(shares.size(), weight)};
}

inline std::vector<int> all_views(std::size_t count) {
  std::vector<int> views(count);
  std::iota(views.begin(), views.end(), 0);
  return views;
}

/// What is left over of a reach by which views or sides may differ and still count as equal.
inline constexpr double alike = 0.95;
/// The same for views of one side, which detectors that sag or jitter move.
inline constexpr double nearly_alike = 0.9;

/// Whether this side of this row reaches about as far as the views do.
inline bool is_usual(FanExtent const& extent, double reach) {
  return reach >= nearly_alike * extent.usual || reach >= extent.usual - 1.5 * extent.step;
}

/// Throws InvalidArgument where a view sees less than the others of what only one side sees:
/// `reach` of `view` is the least.
inline void check_usual(char const* function, FanExtent const& extent, double reach, int view) {
  expects(is_usual(extent, reach), function, ": view ", view, " sees ",
          rounded(reach / extent.step),
          " columns of the side of the axis of which other views see ",
          rounded(extent.usual / extent.step),
          "; leave it out, or if the object lies within what it sees, name the weights of the scan "
          "with FbpOptions::redundancy");
}

/// Why an offset detector is refused on less than a full turn.
inline constexpr char const* offset_needs_turn =
    ": a detector so far to one side needs a full turn";

/// Throws InvalidArgument unless every row of every view sees about as much of both sides of the
/// axis. Of less than a full turn an offset detector does not see what it misses on the near side,
/// and on a full turn all rays count alike.
inline void check_sides(char const* function, ScanReach const& reach, char const* reason) {
  std::vector<int> const views = all_views(reach.rows.front().size());
  for (RowReaches const& row : reach.rows) {
    FanExtent const extent = fan_extent(row, views);
    // Small detectors may be off by a column.
    bool const is_centered = extent.overlap() >= alike * extent.farther() ||
                             extent.overlap() >= extent.farther() - 2.5 * extent.step;
    expects(is_centered, function, ": every view sees ", rounded(-extent.low / extent.step),
            " columns to one side of the axis and ", rounded(extent.high / extent.step),
            " to the other, least in view ", extent.least_view(), reason,
            "; if the object lies within the smaller side, name the weights of the scan with "
            "FbpOptions::redundancy");
    check_usual(function, extent, extent.overlap(), extent.least_view());
  }
}

/// Views whose detectors see far on the same side of the axis.
struct SideOfScan {
  std::vector<int> views;
  bool is_high;
};

/// The views of a detector that is offset to one side, or, where some see far on one side and
/// others on the other, those of each side, which then are scans of their own.
inline std::vector<SideOfScan> sides_of_scan(ScanReach const& reach) {
  RowReaches const& row = reach.rows.front();
  std::vector<int> const views = all_views(row.size());
  FanExtent const extent = fan_extent(row, views);
  if (is_usual(extent, extent.farther())) return {{views, extent.high >= -extent.low}};
  std::vector<SideOfScan> sides{{{}, false}, {{}, true}};
  for (int const n : views) {
    sides[row[static_cast<std::size_t>(n)].is_high() ? 1 : 0].views.push_back(n);
  }
  if (sides[0].views.empty() || sides[1].views.empty()) {
    return {{views, extent.high >= -extent.low}};
  }
  return sides;
}

/// How many columns of the near side Wang's weights need to pass from 0 to 1 where the far side has
/// so many. The row of steep weights that was filtered is interpolated linearly, in voxels on the
/// axis at the same place between two columns in all views, which there adds up to an error of
/// about far / (20 n^2.7) of the value for n columns: 8 % for these.
inline double least_near_columns(double far_columns) {
  return std::cbrt(std::max(1.0, far_columns));
}

/// The weight of the views of one side. Throws InvalidArgument unless each of them sees both sides
/// of the axis, by columns in which the weights can pass from 0 to 1.
inline RedundancyWeight wang_weight(char const* function, ScanReach const& reach,
                                    SideOfScan const& side) {
  double overlap = pi;
  double seen_once = 0.0;
  double step = 0.0;
  for (RowReaches const& row : reach.rows) {
    FanExtent const extent = fan_extent(row, side.views);
    double const near = side.is_high ? -extent.low : extent.high;
    double const far = side.is_high ? extent.high : -extent.low;
    double const least = least_near_columns(far / extent.step);
    expects(
        near >= least * extent.step, function,
        ": a full turn needs a detector that sees both sides of the axis; in its worst row view ",
        side.is_high ? extent.low_view : extent.high_view, " sees ", rounded(near / extent.step),
        " columns to the near side, and all views see ", rounded(far / extent.step),
        " to the other, which takes ", rounded(least));
    overlap = std::min(overlap, near);
    seen_once = std::max(seen_once, far - near);
    step = std::max(step, extent.step);
  }
  // Wide enough for the ramp filter not to see it, and no wider than what is seen once asks for.
  double const transition = std::min(overlap, 4.0 * std::max(seen_once, 0.0) + 8.0 * step);
  return {Redundancy::wang, static_cast<float>(side.is_high ? overlap : -overlap),
          static_cast<float>(transition)};
}

/// How the views of one of several sides share the circle. Throws InvalidArgument unless they go
/// all the way round.
inline std::vector<double> shares_of_side(char const* function, SideOfScan const& side,
                                          std::vector<double> const& angles) {
  int const view = side.views.front();
  expects(side.views.size() >= 3, function, ": view ", view,
          " sees far on one side of the axis, most views on the other; leave it out");
  std::vector<double> own;
  for (int const n : side.views) own.push_back(angles[static_cast<std::size_t>(n)]);
  AngularSampling const sampling = sample_angles(function, own);
  expects(sampling.is_closed, function, ": view ", view, " and ", side.views.size() - 1,
          " more see far on one side of the axis, the others on the other; each needs a full turn, "
          "but these cover ",
          rounded(sampling.range / degree), " degrees");
  return sampling.shares;
}

/// Wang's weights, of each view for the side on which it sees far. Where there are two sides, their
/// views are scans of their own, whose mean is the result. Throws InvalidArgument where one of them
/// is not a full turn.
inline ScanWeights wang_weights(char const* function, AngularSampling const& turn,
                                std::vector<double> const& angles, ScanReach const& reach) {
  expects(turn.is_closed, function, ": Redundancy::wang needs a full turn, but the views cover ",
          rounded(turn.range / degree), " degrees");
  std::vector<SideOfScan> const sides = sides_of_scan(reach);
  ScanWeights result = equal_weights({Redundancy::wang}, turn.shares);
  for (SideOfScan const& side : sides) {
    bool const is_all = sides.size() == 1;
    auto const shares = is_all ? turn.shares : shares_of_side(function, side, angles);
    RedundancyWeight const weight = wang_weight(function, reach, side);
    double const part = static_cast<double>(side.views.size()) / static_cast<double>(angles.size());
    for (std::size_t i = 0; i < side.views.size(); ++i) {
      auto const n = static_cast<std::size_t>(side.views[i]);
      result.shares[n] = part * shares[i];
      result.weights[n] = weight;
    }
  }
  return result;
}

/// Throws InvalidArgument where a view sees less of the far side than the others: what lies there
/// is seen once only.
inline void check_far_sides(char const* function, ScanReach const& reach) {
  for (SideOfScan const& side : sides_of_scan(reach)) {
    for (RowReaches const& row : reach.rows) {
      FanExtent extent = fan_extent(row, side.views);
      extent.usual = fan_extent(row, all_views(row.size())).usual;
      double const far = side.is_high ? extent.high : -extent.low;
      check_usual(function, extent, far, side.is_high ? extent.high_view : extent.low_view);
    }
  }
}

/// Whether a full turn asks for Wang's weights. Throws InvalidArgument for views that see too
/// differently for one weight.
inline bool is_offset_turn(char const* function, ScanReach const& reach) {
  bool const is_offset =
      sides_of_scan(reach).size() > 1 || reach.middle(all_views(reach.rows[0].size())).is_offset();
  if (is_offset) {
    check_far_sides(function, reach);
  } else {
    check_sides(function, reach, ", as where a detector is rolled too far");
  }
  return is_offset;
}

/// Throws InvalidArgument for views too far apart.
inline void check_gaps(char const* function, AngularSampling const& sampling) {
  expects(sampling.widest_step <= 5.0 * sampling.usual_step, function, ": the views cover ",
          rounded(sampling.range / degree), " degrees, but between two neighbours there are ",
          rounded(sampling.widest_step / degree), ", and between most of them ",
          rounded(sampling.usual_step / degree), "; Redundancy::uniform takes them as they are");
}

/// What a fan-beam or cone-beam scan asks for, where nothing else is said. Throws InvalidArgument
/// for offset detectors on less than a full turn, and for views unlike one another.
inline Redundancy automatic_fan_redundancy(char const* function, AngularSampling const& sampling,
                                           ScanReach const& reach) {
  if (sampling.is_closed) {
    return is_offset_turn(function, reach) ? Redundancy::wang : Redundancy::uniform;
  }
  check_gaps(function, sampling);
  check_sides(function, reach, offset_needs_turn);
  if (sampling.range >= pi + 2.0 * reach.widest()) return Redundancy::parker;
  return Redundancy::riess;
}

/// The weights that were chosen for a fan-beam or cone-beam scan with sources at these angles.
/// Throws InvalidArgument where the scan cannot have them.
inline ScanWeights fan_weights(char const* function, Redundancy choice,
                               AngularSampling const& sampling, std::vector<double> const& angles,
                               ScanReach const& reach) {
  if (choice == Redundancy::automatic) choice = automatic_fan_redundancy(function, sampling, reach);
  if (choice == Redundancy::wang) return wang_weights(function, sampling, angles, reach);
  if (choice == Redundancy::uniform) return equal_weights({}, sampling.shares);
  // Half a turn in equal steps must not fail by rounding.
  expects(sampling.range >= pi - 1e-6, function, ": the views cover ",
          rounded(sampling.range / degree),
          " degrees of the circle, but at least 180 are needed; Redundancy::uniform takes a "
          "limited angle as it is");
  check_gaps(function, sampling);
  return equal_weights({choice, static_cast<float>(std::max(sampling.range, pi))}, sampling.shares);
}

/// The same weight for rays up to the fan angle `widest` to either side of the central one, from a
/// source at `angle`. Parker's and Riess's are 1 in the middle of a scan, whatever the fan angle,
/// which need not be known there.
inline RedundancyWeight simplified(RedundancyWeight const& weight, double angle, double widest) {
  if (weight.kind != Redundancy::parker && weight.kind != Redundancy::riess) return weight;
  auto const range = static_cast<double>(weight.parameter);
  double const from_an_end = std::min(angle, range - angle);
  if (from_an_end < range - pi + 2.0 * widest) return weight;
  return {Redundancy::uniform, 1.0F};
}

/// The weights that were chosen for parallel rays at these angles, which see every line in half a
/// turn: `turn` has the views on the circle, `half_turn` opposite ones at the same place and all
/// angles twice. Throws InvalidArgument where the scan cannot have them.
inline ScanWeights parallel_weights(char const* function, Redundancy choice,
                                    AngularSampling const& turn, AngularSampling const& half_turn,
                                    std::vector<double> const& angles, ScanReach const& reach) {
  expects(choice != Redundancy::parker && choice != Redundancy::riess, function,
          ": Redundancy::parker and riess are for fans; parallel rays have no use for them");
  if (choice == Redundancy::automatic) {
    expects(half_turn.is_closed, function, ": the views cover ",
            rounded(half_turn.range / 2.0 / degree),
            " of the 180 degrees that parallel rays need; Redundancy::uniform takes a limited "
            "angle as it is");
    if (!turn.is_closed) check_sides(function, reach, offset_needs_turn);
    bool const is_wang = turn.is_closed && is_offset_turn(function, reach);
    choice = is_wang ? Redundancy::wang : Redundancy::uniform;
  }
  if (choice == Redundancy::wang) return wang_weights(function, turn, angles, reach);
  // Every line counts 1/2 and half a turn of them as the whole.
  return equal_weights({}, half_turn.shares);
}

}  // namespace pyronn::detail
