// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The paths of batches in the plane on tensor cores. Tensor cores multiply numbers in half
/// precision, so that values and weights go through them as two terms each: results are as exact as
/// those of single precision. Where arrays hold Half, a value is one term, and positions are
/// rounded to 1/2048 of a voxel or pixel; before it is transposed, a value times the step of its
/// ray is rounded to Half. A number that is not finite spoils results of its own sample up to 16
/// voxels or pixels around.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include <pyronn/backend/cuda/detail/batch/backproject.cuh>
#include <pyronn/backend/cuda/detail/batch/batches_of_call.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/pack.cuh>
#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/backend/cuda/detail/batch/project.cuh>
#include <pyronn/backend/cuda/detail/batch/samples.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// What both directions share. `Direction` derives from it and has
///   reads<View>                         whether it can read such views
///   Batches<Call>                       a call as batches
///   plan_for<Tiles, Terms>(size, limit) the plan of a batch of this size
///   launches(plan, call, scales)        of a block of samples; `scales` of them, 0 or 1, find
///   scales
///   run_batch(...)                      does one of the batches
template <class Direction>
struct TensorCorePath {
  template <class Call>
  static constexpr bool suits =
      has_tensor_cores_v<CompiledArchitectures>&& Direction::template reads<typename Call::View> &&
      (Call::dimension == 2 || has_parallel_rays_v<typename Call::View>);
  static constexpr bool reads_special_views = false;

  using Plan = BatchPlan;

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    typename Direction::template Batches<Call> const batches{call};
    Extents<3> const& grid = call.op.grid().size;
    if (!batches.exist() || max(grid[0], grid[1]) > longest_batch_axis) return std::nullopt;
    BatchSize const size = batches.source(0).size;
    if (!is_worth_a_batch(size, batches.all_samples())) return std::nullopt;
    constexpr int terms = half_terms_v<typename Call::In>;
    Plan const plan = batch_plan(size.samples, [&](auto tiles) {
      return Direction::template plan_for<tiles.value, terms>(size, limit);
    });
    return plan.bytes > 0 ? std::optional<Plan>{plan} : std::nullopt;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> output, Workspace<Executor>& workspace) {
    typename Direction::template Batches<Call> const batches{call};
    batches.for_each_unseen(output, [&](BatchArray<Out> const& samples) {
      ClearSamples<Out> const clear{samples};
      executor.for_each(clear.items(), clear);
    });
    for (int n = 0; n < batches.count(); ++n) {
      Direction::run_batch(plan, executor, call, batches.source(n), batches.target(output, n),
                           workspace);
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    typename Direction::template Batches<Call> const batches{call};
    int const num_samples = batches.source(0).size.samples;
    step.path = "tensor-core batch";
    step.blocks = 0;
    for_each_batch_block(num_samples, plan.tiles, [&](auto, int, int) { ++step.blocks; });
    step.blocks *= batches.count();
    step.block =
        message(min(8 * plan.tiles, num_samples), " of ", num_samples, ' ', batches.samples);
    int const scales = half_terms_v<typename Call::In> == 1 ? 0 : 1;
    step.launches += step.blocks * Direction::launches(plan, call, scales);
    step.launches += batches.unseen_pieces();
  }
};

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

/// Voxel-driven backprojection from copies of as many views at a time as the workspace holds.
template <class DepthWeight>
struct TensorCoreBack : TensorCorePath<TensorCoreBack<DepthWeight>> {
  using Plan = BatchPlan;

  template <class View>
  static constexpr bool reads = is_projective_view_v<View>;
  template <class Call>
  using Batches = BackBatches<Call, InterpolatesRows>;

  template <int Tiles, int Terms>
  static Plan plan_for(BatchSize const& size, std::size_t limit) {
    std::size_t const usable = batch_limit(limit);
    if (usable < batch_header_bytes) return {0, 0, 0};
    std::size_t const view = BatchLayout<Tiles, Terms>::row_bytes(size.width);
    constexpr int most = ViewTable<PlaneMap>::capacity;
    int const views = static_cast<int>(
        min((usable - batch_header_bytes) / view, static_cast<std::size_t>(min(size.rows, most))));
    if (views < min(size.rows, least_views)) return {0, 0, 0};
    return {batch_header_bytes + static_cast<std::size_t>(views) * view, Tiles, views};
  }

  template <class Call>
  static int launches(Plan const& plan, Call const& call, int scales) {
    int const passes_of_views = (call.input.extents[2] - 1) / plan.copies_or_views + 1;
    return scales + 2 * passes_of_views;
  }

  template <class Executor, class Call, class Samples, class Out>
  static void run_batch(Plan const& plan, Executor const& executor, Call const& call,
                        Samples const& all, ArrayView<Out, 4> volumes,
                        Workspace<Executor>& workspace) {
    for_each_batch_block(all.size.samples, plan.tiles, [&](auto tiles, int first, int count) {
      // Those of all views, so that results do not depend on how many are copied at a time.
      auto const batch = all.slices(first, count);
      auto const scales = find_scales<typename Call::In>(executor, batch, workspace);
      for (int view = 0; view < batch.size.rows; view += plan.copies_or_views) {
        int const num_views = min(plan.copies_or_views, batch.size.rows - view);
        run_views<tiles.value>(
            executor, plane_maps(call.op.views().special(), call.range(view, num_views, 0, 1)),
            num_views, call.adds || view > 0, scales, batch.from_row(view),
            volumes.slices(first, count), workspace);
      }
    });
  }

 private:
  /// Each launch adds to the volumes: fewer views are not worth the way to memory.
  static constexpr int least_views = 64;

  template <int Tiles, class Executor, class In, class Samples, class Out>
  static void run_views(Executor const& executor, ViewTable<PlaneMap> const& views, int num_views,
                        bool adds, SampleScales<In> const& scales, Samples const& projections,
                        ArrayView<Out, 4> volumes, Workspace<Executor>& workspace) {
    auto* const rows = reinterpret_cast<uint4*>(workspace.data() + batch_header_bytes);
    PackProjections<Tiles, In, Samples> const pack{projections, num_views, scales, rows};
    executor.for_each(pack.items(), pack);
    BackprojectBatch<Tiles, DepthWeight, ViewTable<PlaneMap>, In, Out> const kernel{
        views, num_views, rows, projections.size.width, scales, volumes, adds};
    executor.for_each(kernel.items(), kernel);
  }

  /// Views as maps of the plane.
  template <class Geometry>
  static ViewTable<PlaneMap> plane_maps(LaunchViews<Geometry, PlaneMap> const& views,
                                        LaunchRange const& range) {
    return views.chunk(range);
  }
  template <class Geometry>
  static ViewTable<PlaneMap> plane_maps(LaunchViews<Geometry, ZAlignedMap> const& views,
                                        LaunchRange const& range) {
    ViewTable<PlaneMap> result;
    result.sample_stride = 0;
    int count = 0;
    views.for_each_launch(range, {}, [&](LaunchRange const& some) {
      auto const chunk = views.chunk(some);
      for (int n = 0; n < some.views.count; ++n) {
        ZAlignedMap const& map = chunk.view(n, 0);
        result.views.entries[count++] = {{map.u[0], map.u[1], map.u[2]},
                                         {map.w[0], map.w[1], map.w[2]}};
      }
    });
    return result;
  }
};

}  // namespace pyronn::detail
