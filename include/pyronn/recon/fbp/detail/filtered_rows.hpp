// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rows that are filtered for a slab.
#include <vector>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/fbp/detail/widened_detector.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

/// Those that the slab's voxels need, where the backend's filter leaves others out and there is but
/// one geometry.
template <class Filter, class Geometry>
DetectorRows filtered_rows(std::vector<WidenedDetector<Geometry>> const& geometries, Grid slices,
                           Slab const& slab) {
  Geometry const& geometry = geometries.front().geometry();
  if constexpr (dimension_v<Geometry> == 3 && is_detected_v<LeavesRowsOut, Filter>) {
    if (geometries.size() == 1 && slab.num_slices < slices.size[2]) {
      slices.size[2] = slab.num_slices;
      slices.origin[2] += slab.first_slice * slices.spacing[2];
      return shadow_rows(geometry, slices);
    }
  }
  return {0, geometry.detector_size()[1]};
}

}  // namespace pyronn::detail
