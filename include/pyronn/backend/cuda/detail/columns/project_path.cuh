// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <limits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/columns/copy.cuh>
#include <pyronn/backend/cuda/detail/columns/project.cuh>
#include <pyronn/backend/cuda/detail/columns/project_in_place.cuh>
#include <pyronn/backend/cuda/executor.cuh>
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

/// Joseph's projection of upright views in software. From copies of the volume in which z lies
/// fastest, as many slices across x and then across y at a time as the workspace holds; from the
/// caller's memory where it holds none.
template <>
struct ZAlignedForward<Joseph, SoftwareInterp, CudaExecutor> {
  static constexpr bool exists = true;

  template <class In>
  static std::size_t workspace_bytes(CudaExecutor const&, ArrayView<In const, 4> volumes,
                                     std::size_t limit) {
    std::size_t const slice = slice_bytes<In>(volumes.extents);
    auto const slices = static_cast<std::size_t>(max(volumes.extents[0], volumes.extents[1]));
    return min(limit / slice, slices) * slice;
  }

  /// Returns false where the general way is to be taken.
  template <class Views, class In, class Out>
  static bool project(CudaExecutor const& executor, Views const& views, Grid const& grid,
                      ArrayView<In const, 4> volumes, ArrayView<Out, 4> projections,
                      Workspace<CudaExecutor>& workspace) {
    constexpr int max_items = 65535;  // along the second axis of a launch
    std::size_t const slice = slice_bytes<In>(volumes.extents);
    bool const copies = workspace.bytes() >= slice && slice <= most_bytes<In> &&
                        max(volumes.extents[0], volumes.extents[1]) < max_items &&
                        projections.extents[0] < max_items;
    if (!copies && volumes.slice_count() > std::numeric_limits<int>::max()) return false;
    for (int sample = 0; sample < volumes.extents[3]; ++sample) {
      detail::LaunchRange const all{0, projections.extents[2], sample, 1};
      if (copies) {
        auto const volume = detail::sample_of(volumes, sample);
        project_copies<0>(executor, views, grid, all, volume, projections, workspace);
        project_copies<1>(executor, views, grid, all, volume, projections, workspace);
      } else {
        project_in_place(executor, views, grid, all, volumes, projections);
      }
    }
    return true;
  }

 private:
  /// Offsets within the copies are 32 bits long.
  template <class In>
  static constexpr std::size_t most_bytes = std::size_t{std::numeric_limits<int>::max()} *
                                            sizeof(detail::SampleAndSlopeOf<In>);

  /// Of a slice across x or y, whichever takes more.
  template <class In>
  static std::size_t slice_bytes(Extents<4> size) {
    return detail::ColumnCopy<In>::slice_bytes({size[0], size[1], size[2]});
  }

  template <int Axis, class Views, class In, class Out>
  static void project_copies(CudaExecutor const& executor, Views const& views, Grid const& grid,
                             detail::LaunchRange const& all, ArrayView<In const, 3> volume,
                             ArrayView<Out, 4> projections, Workspace<CudaExecutor>& workspace) {
    std::size_t const slice = detail::ColumnCopy<In>::slice_bytes(volume.extents);
    using Cell = detail::SampleAndSlopeOf<In>;
    std::size_t const most = min(workspace.bytes(), most_bytes<In>);
    int const slices = volume.extents[Axis];
    auto const fit = static_cast<int>(min(most / slice, static_cast<std::size_t>(slices)));
    for (int first = 0; first < slices; first += fit) {
      int const end = min(first + fit, slices);
      auto* const memory = reinterpret_cast<Cell*>(workspace.data());
      detail::CopyColumns<Axis, In> const copy{volume, memory, first, end};
      executor.for_each(copy.items(), copy);
      views.for_each_launch(all, {}, [&](detail::LaunchRange const& range) {
        detail::ProjectColumns<Axis, detail::chunk_t<Views>, In, Out> const kernel{
            views.chunk(range),
            range.num_views,
            memory,
            first,
            end,
            volume.extents,
            vec_cast<float>(grid.spacing),
            detail::from_view(projections, range.first_view, range.first_sample),
            first > 0};
        executor.for_each(kernel.items(), kernel);
      });
    }
  }

  template <class Views, class In, class Out>
  static void project_in_place(CudaExecutor const& executor, Views const& views, Grid const& grid,
                               detail::LaunchRange const& all, ArrayView<In const, 4> volumes,
                               ArrayView<Out, 4> projections) {
    views.for_each_launch(all, {}, [&](detail::LaunchRange const& range) {
      detail::ProjectColumnsInPlace<detail::chunk_t<Views>, In, Out> const kernel{
          views.chunk(range),
          range.num_views,
          {volumes},
          range.first_sample,
          vec_cast<float>(grid.spacing),
          detail::from_view(projections, range.first_view, range.first_sample)};
      executor.for_each(kernel.items(), kernel);
    });
  }
};

}  // namespace pyronn
