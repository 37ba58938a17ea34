// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <pyronn/backend/cpu/detail/columns/project.hpp>
#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/views/launch_views.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/operators/detail/batch.hpp>
#include <pyronn/operators/detail/z_aligned_forward.hpp>

namespace pyronn {

/// Joseph's projection of upright views in software on cores: from copies in which z lies fastest,
/// of as many z slices at a time as the workspace holds. A sample that is linear in the voxels is
/// the sum of what it is in pieces of the volume with zeros around them.
template <>
struct ZAlignedForward<Joseph, SoftwareInterp, CpuExecutor> {
  static constexpr bool exists = true;

  template <class In>
  static std::size_t workspace_bytes(CpuExecutor const&, ArrayView<In const, 4> volumes,
                                     std::size_t limit) {
    int const slices = slices_in(volumes.extents, limit);
    return slices == 0 ? 0 : slab_bytes(volumes.extents, slices);
  }

  /// Returns false where the general way is to be taken.
  template <class Views, class In, class Out>
  static bool project(CpuExecutor const& executor, Views const& views, Grid const& grid,
                      ArrayView<In const, 4> volumes, ArrayView<Out, 4> projections,
                      Workspace<CpuExecutor>& workspace) {
    Extents<4> const& size = volumes.extents;
    int const slices = slices_in(size, workspace.bytes());
    if (slices == 0) return false;
    auto* const memory = reinterpret_cast<float*>(workspace.data());
    for (int sample = 0; sample < size[3]; ++sample) {
      for (int first = 0; first < size[2]; first += slices) {
        detail::ColumnSlab const slab{
            memory, {size[0], size[1], min(slices, size[2] - first)}, first};
        detail::CopyColumnSlab<In> const copy{detail::sample_of(volumes, sample), slab};
        executor.for_each(copy.items(), copy);
        views.for_each_launch(
            {0, projections.extents[2], sample, 1}, {}, [&](detail::LaunchRange const& range) {
              detail::ProjectColumnSlab<detail::chunk_t<Views>, Out> const kernel{
                  views.chunk(range),
                  range.num_views,
                  slab,
                  vec_cast<float>(grid.spacing),
                  detail::from_view(projections, range.first_view, range.first_sample),
                  first > 0};
              executor.for_each(kernel.items(), kernel);
            });
      }
    }
    return true;
  }

 private:
  static std::size_t slab_bytes(Extents<4> const& size, int slices) {
    return detail::ColumnSlab::bytes(size[0], size[1], slices);
  }

  /// As many as fit; 0 where they would be too few to be worth it.
  static int slices_in(Extents<4> const& size, std::size_t bytes) {
    constexpr int min_slices = 8;
    int slices = min(size[2], detail::ColumnSlab::max_height - 2 * detail::ColumnSlab::strip);
    while (slices >= min_slices && slab_bytes(size, slices) > bytes) --slices;
    return slices < min_slices ? 0 : slices;
  }
};

}  // namespace pyronn
