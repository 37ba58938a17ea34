// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What filtered backprojection can be asked for.
#include <vector>

#include <pyronn/recon/filter/window.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn {

/// What filtered backprojection leaves to choose.
struct FbpOptions {
  FilterWindow window = FilterWindow::ram_lak;    ///< of the ramp filter
  Redundancy redundancy = Redundancy::automatic;  ///< what rays that see one line count
  /// Instead of the window's: as of filter_response, for rows of as many columns as the detector
  /// has, or filtered_columns() where filtered rows are longer.
  std::vector<float> response{};
  /// Instead of half the way to either neighbour: the share of each view in the angular integral
  /// [rad], one a view, at least 0. They sum to the range that fans cover, 2 pi for a full turn,
  /// but to pi for parallel rays, whatever range they cover.
  std::vector<double> angular_weights{};
};

}  // namespace pyronn
