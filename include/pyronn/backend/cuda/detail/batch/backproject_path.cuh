// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of voxel-driven backprojection of batches in the plane on tensor cores.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <pyronn/backend/cuda/detail/batch/backproject.cuh>
#include <pyronn/backend/cuda/detail/batch/batches_of_call.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/pack.cuh>
#include <pyronn/backend/cuda/detail/batch/path.cuh>
#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/voxel_driven/depth_weight.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

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
      float const per_unit = per_unit_of_weights(call, volumes.extents);
      for (int view = 0; view < batch.size.rows; view += plan.copies_or_views) {
        int const num_views = min(plan.copies_or_views, batch.size.rows - view);
        run_views<tiles.value, typename Call::View>(
            executor, plane_maps(call.op.views().special(), call.range(view, num_views, 0, 1)),
            num_views, call.adds || view > 0, scales, batch.from_row(view),
            volumes.slices(first, count), per_unit, workspace);
      }
    });
  }

 private:
  /// Each launch adds to the volumes: fewer views are not worth the way to memory.
  static constexpr int least_views = 64;

  template <int Tiles, class View, class Executor, class In, class Samples, class Out>
  static void run_views(Executor const& executor, ViewTable<PlaneMap> const& views, int num_views,
                        bool adds, SampleScales<In> const& scales, Samples const& projections,
                        ArrayView<Out, 4> volumes, float per_unit, Workspace<Executor>& workspace) {
    auto* const rows = reinterpret_cast<uint4*>(workspace.data() + batch_header_bytes);
    PackProjections<Tiles, In, Samples> const pack{projections, num_views, scales, rows};
    executor.for_each(pack.items(), pack);
    auto const backproject = [&](auto weight) {
      BackprojectBatch<Tiles, decltype(weight), ViewTable<PlaneMap>, In, Out> const kernel{
          views, num_views, rows, projections.size.width, scales, volumes, adds, weight};
      executor.for_each(kernel.items(), kernel);
    };
    if constexpr (has_parallel_rays_v<View>) {
      if (depths_are_one(views, num_views)) return backproject(NoDepthWeight{});
    }
    if constexpr (goes_into_weights<In>) {
      if (per_unit > 0.0F) return backproject(InverseSquareInWeights{per_unit});
    }
    backproject(DepthWeight{});
  }

  /// Weights of two halves take factors; with one half each they would lose digits.
  template <class In>
  static constexpr bool goes_into_weights =
      std::is_same_v<DepthWeight, InverseSquareDepth>&& half_terms_v<In> == 2;

  /// The largest power of two [mm^2] that makes 1 / depth^2 at most 1 in all views of a call; 0
  /// where depths differ so much that weights would lose digits, or times the scales of samples
  /// might be beyond floats.
  template <class Call>
  static float per_unit_of_weights(Call const& call, Extents<4> const& size) {
    if constexpr (goes_into_weights<typename Call::In>) {
      constexpr float most_apart = 4.0F;
      float nearest = std::numeric_limits<float>::max();
      float farthest = 0.0F;
      int const all_views = call.input.extents[2];
      for (int first = 0; first < all_views; first += ViewTable<PlaneMap>::capacity) {
        int const count = min(ViewTable<PlaneMap>::capacity, all_views - first);
        auto const maps = plane_maps(call.op.views().special(), call.range(first, count, 0, 1));
        for (int n = 0; n < count; ++n) {
          for (int corner = 0; corner < 4; ++corner) {
            auto const& w = maps.view(n, 0).w;
            float const depth = w[0] * static_cast<float>(corner % 2 * (size[0] - 1)) +
                                w[1] * static_cast<float>(corner / 2 * (size[1] - 1)) + w[2];
            nearest = min(nearest, depth);
            farthest = max(farthest, depth);
          }
        }
      }
      if (nearest > 0.03F && farthest < 8e3F && farthest <= most_apart * nearest) {
        return std::exp2(std::floor(2.0F * std::log2(nearest)));
      }
    }
    return 0.0F;
  }

  static bool depths_are_one(ViewTable<PlaneMap> const& views, int num_views) {
    for (int n = 0; n < num_views; ++n) {
      auto const& depth = views.view(n, 0).w;
      if (depth[0] != 0.0F || depth[1] != 0.0F || depth[2] != 1.0F) return false;
    }
    return true;
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
