// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// reconstruct: filtered backprojection of host arrays in one call.
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/fbp/options.hpp>

namespace pyronn {

/// The volume [1/mm] of one scan's line integrals (no unit), by an Fbp that is set up for this
/// call: who reconstructs many scans of one geometry, batches or parts makes an Fbp.
/// `line_integrals` has the scan's extents, (u, v, view), in the plane (u, view); the result has
/// the grid's, (x, y, z) or (x, y); fastest axis first. The executor is one of cores, as
/// CpuExecutor; returns when all is done. Throws InvalidArgument where Fbp does and for another
/// number of line integrals, and OutOfMemory or std::bad_alloc.
template <class Interp = SoftwareInterp, class Executor, class Geometry>
[[nodiscard]] std::vector<float> reconstruct(Executor const& executor, Geometry const& scan,
                                             Grid const& grid,
                                             std::vector<float> const& line_integrals,
                                             FbpOptions const& options = {}) {
  static_assert(std::is_same_v<backend_t<Executor>, CpuBackend>,
                "reconstruct takes arrays of the host and an executor of cores; on a GPU call an "
                "Fbp with arrays and a workspace there.");
  constexpr int rank = dimension_v<Geometry>;
  Fbp<Geometry, Interp> const fbp{scan, grid, options};
  auto const projections =
      detail::projection_extents<rank, rank>(scan.detector_size(), scan.num_views(), 1);
  detail::expects(static_cast<std::int64_t>(line_integrals.size()) == projections.count(),
                  "reconstruct: the scan has ", projections.count(), " line integrals, ",
                  projections, ", but the vector has ", line_integrals.size());
  auto const extents = detail::volume_extents<rank, rank>(grid.size, 1);
  std::vector<float> volume;
  auto const voxels = static_cast<std::size_t>(extents.count());
  if (voxels > volume.max_size()) {
    throw OutOfMemory(
        detail::message("pyronn::reconstruct: cannot allocate a volume of ", extents, " voxels"));
  }
  volume.resize(voxels);
  fbp(executor, view_of(line_integrals, projections), view_of(volume, extents));
  return volume;
}

}  // namespace pyronn
