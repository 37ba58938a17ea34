// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of Joseph's projection of batches in the plane on tensor cores.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>

#include <pyronn/backend/cuda/detail/batch/batches_of_call.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/pack.cuh>
#include <pyronn/backend/cuda/detail/batch/path.cuh>
#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/backend/cuda/detail/batch/project.cuh>
#include <pyronn/backend/cuda/detail/batch/samples.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// Joseph's projection from copies of the images, along rows and along columns; one after the other
/// where the workspace does not hold both.
struct TensorCoreForward : TensorCorePath<TensorCoreForward> {
  template <class View>
  static constexpr bool reads = has_projective_rays_v<View>;
  template <class Call>
  using Batches = ForwardBatches<Call>;

  template <int Tiles, int Terms>
  static Plan plan_for(BatchSize const& size, std::size_t limit) {
    std::size_t const rows = rows_bytes<Tiles, Terms>(size);
    std::size_t const columns = columns_bytes<Tiles, Terms>(size);
    std::size_t const both = batch_header_bytes + rows + columns;
    if (both <= batch_limit(limit)) return {both, Tiles, 2};
    std::size_t const one = batch_header_bytes + max(rows, columns);
    if (one <= batch_limit(limit)) return {one, Tiles, 1};
    return {0, 0, 0};
  }

  template <class Call>
  static int launches(Plan const& plan, Call const& call, int scales) {
    int passes_of_views = 0;
    for_each_pass_of_views(call, [&](LaunchRange const&) { ++passes_of_views; });
    int const passes = plan.copies_or_views == 2 ? 1 : 2;
    return scales + passes * (1 + passes_of_views);
  }

  template <class Executor, class Call, class Samples, class Out>
  static void run_batch(Plan const& plan, Executor const& executor, Call const& call,
                        Samples const& all, BatchArray<Out> const& projections,
                        Workspace<Executor>& workspace) {
    using In = typename Call::In;
    for_each_batch_block(all.size.samples, plan.tiles, [&](auto tiles, int first, int count) {
      auto const images = all.slices(first, count);
      auto const target = projections.slices(first, count);
      Pass<tiles.value, In> pass{find_scales<In>(executor, images, workspace), nullptr, nullptr};
      auto* const memory = reinterpret_cast<uint4*>(workspace.data() + batch_header_bytes);
      if (plan.copies_or_views == 2) {
        pass.columns = memory;
        pass.rows =
            memory + columns_bytes<tiles.value, half_terms_v<In>>(images.size) / sizeof(uint4);
        run_pass(executor, call, images, target, pass);
        return;
      }
      pass.columns = memory;
      run_pass(executor, call, images, target, pass);
      pass.columns = nullptr;
      pass.rows = memory;
      run_pass(executor, call, images, target, pass);
    });
  }

 private:
  template <int Tiles, class In>
  struct Pass {
    SampleScales<In> scales;
    uint4* rows;
    uint4* columns;
  };

  template <int Tiles, int Terms>
  static std::size_t rows_bytes(BatchSize const& size) {
    return static_cast<std::size_t>(size.rows) * BatchLayout<Tiles, Terms>::row_bytes(size.width);
  }
  template <int Tiles, int Terms>
  static std::size_t columns_bytes(BatchSize const& size) {
    return static_cast<std::size_t>(size.width) * BatchLayout<Tiles, Terms>::row_bytes(size.rows);
  }

  /// Calls `work(range)` for as many views at a time as a launch holds.
  template <class Call, class Work>
  static void for_each_pass_of_views(Call const& call, Work const& work) {
    int const count = call.views.views.count;
    int const most = even_block(count, ViewTable<IndexRays>::capacity);
    for (int view = 0; view < count; view += most) {
      work(call.range(view, min(most, count - view), 0, 1));
    }
  }

  /// Packs what `pass` has memory for, and projects the rays that read it.
  template <int Tiles, class Executor, class Call, class Samples, class In, class Out>
  static void run_pass(Executor const& executor, Call const& call, Samples const& images,
                       BatchArray<Out> const& projections, Pass<Tiles, In> const& pass) {
    PackImages<Tiles, In, Samples> const pack{images, pass.scales, pass.rows, pass.columns};
    executor.for_each(pack.items(), pack);
    auto const& views = call.op.views().general();
    for_each_pass_of_views(call, [&](LaunchRange const& range) {
      auto const chunk = views.chunk(range);
      ProjectBatch<Tiles, chunk_t<decltype(views)>, In, Out> const kernel{
          chunk,
          range.views.count,
          {pass.columns, pass.rows},
          {images.size.width, images.size.rows},
          vec_cast<float>(call.op.grid().spacing),
          pass.scales,
          projections.from_row(range.first_view),
          views_are_close(chunk, range.views.count, images.size, projections.size.width),
          call.adds};
      executor.for_each(kernel.items(), kernel);
    });
  }

  /// Whether two views of a ray lie nearer to each other than 8 rays of one view.
  template <class Chunk>
  static bool views_are_close(Chunk const& views, int num_views, BatchSize const& images,
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
    float const distance = 0.25F * static_cast<float>(max(images.width, images.rows));
    return spread(next, distance) < 8.0F * spread(beside, 0.0F);
  }
};

}  // namespace pyronn::detail
