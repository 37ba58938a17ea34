// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of Joseph's transpose in the plane of few samples, of a scan for each sample, and of
/// rays that begin or end in the image. Sums are of 1024 views at a time, however large the
/// workspace is; one that holds less is not used. A number that is not finite spoils voxels of its
/// own view's neighbouring pixels, too.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/detail/plane/axis_view.cuh>
#include <pyronn/backend/cuda/detail/plane/gather.cuh>
#include <pyronn/backend/cuda/detail/plane/ray_table.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

struct PlaneGather {
  template <class Call>
  static constexpr bool suits = has_tensor_cores_v<CompiledArchitectures>&& Call::dimension == 2;
  static constexpr bool reads_special_views = false;

  struct Plan {
    int views;    ///< at a time
    int samples;  ///< at a time: 1 or 4
    bool has_ends;
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    Extents<3> const& grid = call.op.grid().size;
    if (max(max(grid[0], grid[1]), call.input.extents[0]) > longest_batch_axis) return std::nullopt;
    bool const has_ends = !call.op.has_checked_plane();
    bool const shares_rays = call.op.num_geometries() == 1;
    int const most = shares_rays && !has_ends && call.input.extents[3] > 2 ? 4 : 1;
    for (int samples = most; samples >= 1; samples -= 3) {
      Plan plan{min(call.input.extents[2], plane_block_views), samples, has_ends, 0};
      plan.bytes = rays_bytes(plan, call) + sums_bytes(plan, call);
      if (plan.bytes <= limit) return plan;
    }
    return std::nullopt;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    step.path = "rays of the plane";
    step.blocks = 0;
    for_each_block(plan, call, [&](LaunchRange const& range, int, bool is_new) {
      ++step.blocks;
      step.launches += plan.samples == 4 ? 3 : 2;
      if (is_new) step.launches += tabulating_launches(call.op.views().general(), range);
    });
    step.block = message(plan.views, " of ", call.input.extents[2], " views");
    if (call.input.extents[3] > 1)
      step.block += message(" of ", min(plan.samples, call.input.extents[3]), " of ",
                            call.input.extents[3], " samples");
  }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> volumes, Workspace<Executor>& workspace) {
    for_each_block(plan, call, [&](LaunchRange const& range, int num_samples, bool is_new) {
      int const sample = call.sample_of(range);
      auto samples = call.input.slices(sample, num_samples);
      samples.data += std::int64_t{range.first_view} * samples.extents[0];
      Block<typename Call::In, Out> const block{range, is_new, samples,
                                                volumes.slices(sample, num_samples),
                                                call.adds || range.first_view > 0};
      if (plan.samples == 4) return run_four(plan, executor, call, block, workspace);
      if (plan.has_ends) return run_one<true>(plan, executor, call, block, workspace);
      run_one<false>(plan, executor, call, block, workspace);
    });
  }

 private:
  template <class Call>
  using AxisViewOf = axis_view_t<typename Call::Model::template BackView<typename Call::View>>;

  static std::size_t aligned(std::size_t bytes) { return (bytes + 255) / 256 * 256; }

  template <class Call>
  static std::size_t table_bytes(Plan const& plan, Call const& call) {
    return aligned(RayTable<AxisViewOf<Call>>::bytes(call.input.extents[0], plan.views));
  }

  template <class Call>
  static std::size_t rays_bytes(Plan const& plan, Call const& call) {
    int const pixels = call.input.extents[0];
    if (plan.samples == 4) {
      return table_bytes(plan, call) + static_cast<std::size_t>(plan.views) *
                                           static_cast<std::size_t>(pitch_of_rays(pixels)) *
                                           sizeof(float4);
    }
    return aligned(
        SampledRays<AxisViewOf<Call>, typename Call::In>::bytes(pixels, plan.views, plan.has_ends));
  }

  template <class Call>
  static std::size_t sums_bytes(Plan const& plan, Call const& call) {
    return static_cast<std::size_t>(call.op.grid().size[0]) *
           static_cast<std::size_t>(call.op.grid().size[1]) * 2 *
           static_cast<std::size_t>(plan.samples) * sizeof(float);
  }

  /// Calls `work(views and a sample, samples, whether their lines are other ones than before)`.
  template <class Call, class Work>
  static void for_each_block(Plan const& plan, Call const& call, Work const& work) {
    int const num_samples = call.input.extents[3];
    for (int view = 0; view < call.input.extents[2]; view += plan.views) {
      int const num_views = min(plan.views, call.input.extents[2] - view);
      for (int sample = 0; sample < num_samples; sample += plan.samples) {
        work(call.range(view, num_views, sample, 1), min(plan.samples, num_samples - sample),
             sample == 0 || plan.samples == 1);
      }
    }
  }

  /// What is done at a time.
  template <class In, class Out>
  struct Block {
    LaunchRange const& range;
    bool is_new;
    ArrayView<In const, 4> samples;  ///< (u, 1, view, sample), from the first of both on
    ArrayView<Out, 4> images;
    bool adds;
  };

  /// A sample, whose products lie beside its rays.
  template <bool HasEnds, class Executor, class Call, class In, class Out>
  static void run_one(Plan const& plan, Executor const& executor, Call const& call,
                      Block<In, Out> const& block, Workspace<Executor>& workspace) {
    using AxisView = AxisViewOf<Call>;
    SampledRays<AxisView, In> const rays{workspace.data(), block.range.views.count, HasEnds,
                                         block.samples};
    auto* const sums = reinterpret_cast<float*>(workspace.data() + rays_bytes(plan, call));
    tabulate(executor, call, block, rays);
    gather_and_write<HasEnds>(executor, OneSample<AxisView>{rays}, rays.ends, block, sums);
  }

  /// Up to four samples that share their rays.
  template <class Executor, class Call, class In, class Out>
  static void run_four(Plan const& plan, Executor const& executor, Call const& call,
                       Block<In, Out> const& block, Workspace<Executor>& workspace) {
    using AxisView = AxisViewOf<Call>;
    int const num_views = block.range.views.count;
    std::byte* const memory = workspace.data();
    RayTable<AxisView> const rays{memory, block.samples.extents[0], num_views};
    auto* const products = reinterpret_cast<float4*>(memory + table_bytes(plan, call));
    auto* const sums = reinterpret_cast<float*>(memory + rays_bytes(plan, call));
    if (block.is_new) tabulate(executor, call, block, rays);
    ScaleByStep<In> const scale{block.samples, num_views, rays.steps, rays.pitch, products};
    executor.for_each(scale.items(), scale);
    gather_and_write<false>(executor, FourSamples<AxisView>{rays, products}, nullptr, block, sums);
  }

  template <class Executor, class Call, class In, class Out, class Table>
  static void tabulate(Executor const& executor, Call const& call, Block<In, Out> const& block,
                       Table const& table) {
    tabulate_rays(call.op.views().general(), block.range, block.samples.extents[0],
                  vec_cast<float>(call.op.grid().spacing), table,
                  [&executor](auto const& kernel) { executor.for_each(kernel.items(), kernel); });
  }

  template <bool HasEnds, class Executor, class Rays, class In, class Out>
  static void gather_and_write(Executor const& executor, Rays const& rays, float2 const* ends,
                               Block<In, Out> const& block, float* sums) {
    Extents<4> const& size = block.images.extents;
    GatherRays<Rays, HasEnds> const gather{
        rays, ends, block.range.views.count, {size[0], size[1]}, sums};
    executor.for_each(gather.items(), gather);
    WriteSums<Rays::samples, Out> const write{sums, size[3], block.images, block.adds};
    executor.for_each(write.items(), write);
  }
};

}  // namespace pyronn::detail
