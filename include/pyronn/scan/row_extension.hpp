// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// On which sides the rows of a scan are continued where the object reaches beyond the detector.
#include <algorithm>
#include <cmath>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/recon/preprocess/extend_rows.hpp>
#include <pyronn/scan/circular_scan.hpp>

namespace pyronn {

namespace detail {

/// Whether views go round by this angle [rad], but for a step and a half, as equal ones that
/// exclude their end do.
inline bool go_round(std::vector<double> const& angles, double angle) {
  if (angles.size() < 3) return false;
  auto const [low, high] = std::minmax_element(angles.begin(), angles.end());
  double const range = *high - *low;
  return range + 1.5 * range / static_cast<double>(angles.size() - 1) >= angle;
}

}  // namespace detail

/// Whether the views of a scan go all the way round: but for a step and a half, as of equal ones
/// that exclude their end.
[[nodiscard]] inline bool is_full_turn(CircularScan const& scan) {
  return detail::go_round(scan.angles, 2 * pi);
}

/// Whether the views go half way round at least: but for a step and a half, as above.
[[nodiscard]] inline bool is_half_turn(CircularScan const& scan) {
  return detail::go_round(scan.angles, pi);
}

/// `columns` on either side, but on the far side of the axis alone where the detector is offset, by
/// more than a twentieth of its width, and the scan a full turn: on the near side opposite rays
/// measure what would be continued.
[[nodiscard]] inline RowExtension row_extension(CircularScan const& scan, int columns) {
  double const aside = scan.column_of_axis() - 0.5 * (scan.size[0] - 1.0);
  if (!is_full_turn(scan) || std::abs(aside) <= 0.05 * scan.size[0]) return {columns, columns};
  return aside < 0 ? RowExtension{0, columns} : RowExtension{columns, 0};
}

}  // namespace pyronn
