// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Batches of scans of the plane on the matrix units, which multiply what they round to half
/// precision; values and weights go through them in two halves each, so that results are as exact
/// as those of single precision. Where arrays hold Half, values are themselves, and positions are
/// rounded to 1/2048 of a cell. A sample that holds infinities or what is not a number spoils its
/// results up to 16 cells around.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <pyronn/backend/cuda/detail/batch/backproject.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/pack.cuh>
#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/backend/cuda/detail/batch/project.cuh>
#include <pyronn/backend/cuda/executor.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/views/launch_views.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/batch.hpp>
#include <pyronn/operators/detail/tensor_core_batch.hpp>

namespace pyronn {

/// Joseph's projection from copies of the images, along rows and along columns; one after the other
/// where the workspace does not hold both.
template <>
struct TensorCoreForward<Joseph, SoftwareInterp, CudaExecutor> {
  static constexpr bool exists = detail::has_tensor_cores_v<detail::CompiledArchitectures>;

  template <class In>
  static std::size_t workspace_bytes(ArrayView<In const, 4> volumes, std::size_t limit) {
    return plan<detail::half_terms_v<In>>(volumes.extents, limit).bytes;
  }

  template <class Views, class In, class Out>
  static bool project(CudaExecutor const& executor, Views const& views, Grid const& grid,
                      ArrayView<In const, 4> volumes, ArrayView<Out, 4> projections,
                      Workspace<CudaExecutor>& workspace) {
    detail::BatchPlan const found =
        plan<detail::half_terms_v<In>>(volumes.extents, workspace.bytes());
    if (found.bytes == 0) return false;
    detail::for_each_batch_block(
        volumes.extents[3], found.tiles, [&](auto tiles, int first, int count) {
          auto const images = volumes.slices(first, count);
          Pass<tiles.value, In> pass{
              detail::find_scales(executor, images, images.slice_count(), workspace), nullptr,
              nullptr};
          auto* const memory =
              reinterpret_cast<uint4*>(workspace.data() + detail::batch_header_bytes);
          if (found.parts == 2) {
            pass.columns = memory;
            pass.rows =
                memory + columns_bytes<tiles.value, detail::half_terms_v<In>>(volumes.extents) /
                             sizeof(uint4);
            run(executor, views, grid, images, projections, first, pass);
            return;
          }
          pass.columns = memory;
          run(executor, views, grid, images, projections, first, pass);
          pass.columns = nullptr;
          pass.rows = memory;
          run(executor, views, grid, images, projections, first, pass);
        });
    return true;
  }

 private:
  template <int Tiles, class In>
  struct Pass {
    detail::SampleScales<In> scales;
    uint4* rows;
    uint4* columns;
  };

  template <int Tiles, int Parts>
  static std::size_t rows_bytes(Extents<4> const& size) {
    return static_cast<std::size_t>(size[1]) *
           detail::BatchLayout<Tiles, Parts>::row_bytes(size[0]);
  }
  template <int Tiles, int Parts>
  static std::size_t columns_bytes(Extents<4> const& size) {
    return static_cast<std::size_t>(size[0]) *
           detail::BatchLayout<Tiles, Parts>::row_bytes(size[1]);
  }

  template <int Parts>
  static detail::BatchPlan plan(Extents<4> const& size, std::size_t limit) {
    return detail::batch_plan(
        size, [&](auto tiles) { return plan_for<tiles.value, Parts>(size, limit); });
  }

  template <int Tiles, int Parts>
  static detail::BatchPlan plan_for(Extents<4> const& size, std::size_t limit) {
    std::size_t const rows = rows_bytes<Tiles, Parts>(size);
    std::size_t const columns = columns_bytes<Tiles, Parts>(size);
    std::size_t const both = detail::batch_header_bytes + rows + columns;
    if (both <= detail::batch_limit(limit)) return {both, Tiles, 2};
    std::size_t const one = detail::batch_header_bytes + max(rows, columns);
    if (one <= detail::batch_limit(limit)) return {one, Tiles, 1};
    return {0, 0, 0};
  }

  /// Packs what `pass` has memory for, and projects the rays that read it.
  template <int Tiles, class Views, class In, class Out>
  static void run(CudaExecutor const& executor, Views const& views, Grid const& grid,
                  ArrayView<In const, 4> images, ArrayView<Out, 4> projections, int first_sample,
                  Pass<Tiles, In> const& pass) {
    detail::PackImages<Tiles, In> const pack{images, pass.scales, pass.rows, pass.columns};
    executor.for_each(pack.items(), pack);
    int const all = projections.extents[2];
    int const share = detail::even_share(all, detail::chunk_t<Views>::capacity);
    for (int view = 0; view < all; view += share) {
      int const num_views = min(share, all - view);
      auto const chunk = views.chunk({view, num_views, 0, 1});
      detail::ProjectBatch<Tiles, detail::chunk_t<Views>, In, Out> const kernel{
          chunk,
          num_views,
          {pass.columns, pass.rows},
          {images.extents[0], images.extents[1]},
          vec_cast<float>(grid.spacing),
          pass.scales,
          detail::from_view(projections, view, first_sample),
          images.extents[3],
          views_are_close(chunk, num_views, images, projections.extents[0])};
      executor.for_each(kernel.items(), kernel);
    }
  }

  /// Whether two views of a ray lie nearer to each other than 8 rays of one view.
  template <class Chunk, class In>
  static bool views_are_close(Chunk const& views, int num_views, ArrayView<In const, 4> images,
                              int width) {
    if (num_views < 2) return false;
    float const middle = 0.5F * static_cast<float>(width - 1);
    Ray<float> const ray = views.view(0, 0).ray(middle, 0.0F);
    Ray<float> const next = views.view(1, 0).ray(middle, 0.0F);
    Ray<float> const beside = views.view(0, 0).ray(middle + 1.0F, 0.0F);
    auto const spread = [&ray](Ray<float> const& other, float distance) {
      auto const across = [&ray](Vec3f const& vec) {
        return std::abs(ray.direction[0] * vec[1] - ray.direction[1] * vec[0]) /
               length(ray.direction);
      };
      return across(other.origin - ray.origin) +
             distance * across(1.0F / length(other.direction) * other.direction);
    };
    // Halfway between the middle of the image, where the origins lie, and its border.
    float const distance = 0.25F * static_cast<float>(max(images.extents[0], images.extents[1]));
    return spread(next, distance) < 8.0F * spread(beside, 0.0F);
  }
};

/// Voxel-driven backprojection from copies of as many views at a time as the workspace holds.
template <>
struct TensorCoreBack<VoxelDriven, SoftwareInterp, CudaExecutor> {
  static constexpr bool exists = detail::has_tensor_cores_v<detail::CompiledArchitectures>;

  template <class In>
  static std::size_t workspace_bytes(ArrayView<In const, 4> projections, std::size_t limit) {
    return plan<detail::half_terms_v<In>>(projections.extents, limit).bytes;
  }

  template <class Views, class In, class Out>
  static bool backproject(CudaExecutor const& executor, Views const& views, int first_view,
                          ArrayView<In const, 4> projections, ArrayView<Out, 4> volumes,
                          Workspace<CudaExecutor>& workspace) {
    detail::BatchPlan const found =
        plan<detail::half_terms_v<In>>(projections.extents, workspace.bytes());
    int const longest = max(volumes.extents[0], volumes.extents[1]);
    if (found.bytes == 0 || longest > detail::longest_batch_axis) return false;
    detail::for_each_batch_block(
        projections.extents[3], found.tiles, [&](auto tiles, int first, int count) {
          for (int view = 0; view < projections.extents[2]; view += found.parts) {
            int const num_views = min(found.parts, projections.extents[2] - view);
            auto samples = projections.slices(first, count);
            samples.data += std::int64_t{view} * projections.extents[0];
            run<tiles.value>(executor, views.chunk({first_view + view, num_views, 0, 1}), num_views,
                             first_view + view > 0, samples, volumes.slices(first, count),
                             workspace);
          }
        });
    return true;
  }

 private:
  /// Each launch adds to the volumes: fewer views are not worth the way to memory.
  static constexpr int least_views = 64;

  template <int Parts>
  static detail::BatchPlan plan(Extents<4> const& size, std::size_t limit) {
    return detail::batch_plan(
        size, [&](auto tiles) { return plan_for<tiles.value, Parts>(size, limit); });
  }

  template <int Tiles, int Parts>
  static detail::BatchPlan plan_for(Extents<4> const& size, std::size_t limit) {
    std::size_t const usable = detail::batch_limit(limit);
    if (usable < detail::batch_header_bytes) return {0, 0, 0};
    std::size_t const view = detail::BatchLayout<Tiles, Parts>::row_bytes(size[0]);
    constexpr int most = detail::ViewTable<detail::IndexMap>::capacity;
    auto const fit = static_cast<int>(
        min((usable - detail::batch_header_bytes) / view, static_cast<std::size_t>(most)));
    if (fit < min(size[2], least_views)) return {0, 0, 0};
    int const views = detail::even_share(size[2], fit);
    return {detail::batch_header_bytes + static_cast<std::size_t>(views) * view, Tiles, views};
  }

  template <int Tiles, class Chunk, class In, class Out>
  static void run(CudaExecutor const& executor, Chunk const& views, int num_views, bool adds,
                  ArrayView<In const, 4> projections, ArrayView<Out, 4> volumes,
                  Workspace<CudaExecutor>& workspace) {
    std::int64_t const count = std::int64_t{num_views} * projections.extents[0];
    detail::SampleScales<In> const scales =
        detail::find_scales(executor, projections, count, workspace);
    auto* const rows = reinterpret_cast<uint4*>(workspace.data() + detail::batch_header_bytes);
    detail::PackProjections<Tiles, In> const pack{projections, num_views, scales, rows};
    executor.for_each(pack.items(), pack);
    detail::BackprojectBatch<Tiles, Chunk, In, Out> const kernel{
        views, num_views, rows, projections.extents[0], scales, volumes, adds};
    executor.for_each(kernel.items(), kernel);
  }
};

}  // namespace pyronn
