// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HeadScan: the head that the programs reconstruct, scanned and waiting for an image.
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>

#include "executor.hpp"
#include "head.hpp"
#include "program.hpp"

namespace example {

/// The exact line integrals of the head of Shepp and Logan, of the plane or of space as the
/// geometry is and as wide as the grid, and memory for the image that is reconstructed from them.
template <class Geometry>
class HeadScan {
  static constexpr int dimension = pyronn::dimension_v<Geometry>;

 public:
  /// Simulates the scan.
  HeadScan(Settings settings, Geometry const& scan, pyronn::Grid const& grid)
      : settings_{std::move(settings)},
        grid_{grid},
        phantom_{phantom_of(grid)},
        scan_size_{scan_size_of(scan)},
        image_size_{image_size_of(grid)},
        projections_{buffer(scan_size_)},
        image_{buffer(image_size_)} {
    pyronn::project(executor(), phantom_, scan, projections());
  }

  [[nodiscard]] pyronn::ArrayView<float, dimension> projections() const {
    return projections_.view(scan_size_);
  }
  [[nodiscard]] pyronn::ArrayView<float, dimension> image() const {
    return image_.view(image_size_);
  }

  /// Compares the image with the head as check_head says; the truth then takes the image's place.
  [[nodiscard]] bool check(HeadBounds const& bounds) const {
    std::vector<float> const found = to_host(image_);
    pyronn::voxelise(executor(), phantom_, grid_, image(), 3);
    return check_head(settings_, grid_, found, to_host(image_), bounds);
  }

 private:
  static pyronn::Phantom phantom_of(pyronn::Grid const& grid) {
    double const radius = 0.5 * grid.size[0] * grid.spacing[0];
    if constexpr (dimension == 2) {
      return pyronn::shepp_logan_2d(radius, head_scale, pyronn::SheppLoganContrast::high);
    } else {
      return pyronn::shepp_logan_3d_high_contrast(radius, head_scale);
    }
  }

  static pyronn::Extents<dimension> scan_size_of(Geometry const& scan) {
    pyronn::Extents<2> const detector = scan.detector_size();
    if constexpr (dimension == 2) {
      return {detector[0], scan.num_views()};
    } else {
      return {detector[0], detector[1], scan.num_views()};
    }
  }

  static pyronn::Extents<dimension> image_size_of(pyronn::Grid const& grid) {
    if constexpr (dimension == 2) {
      return {grid.size[0], grid.size[1]};
    } else {
      return grid.size;
    }
  }

  Settings settings_;
  pyronn::Grid grid_;
  pyronn::Phantom phantom_;
  pyronn::Extents<dimension> scan_size_;
  pyronn::Extents<dimension> image_size_;
  Buffer projections_;
  Buffer image_;
};

}  // namespace example
