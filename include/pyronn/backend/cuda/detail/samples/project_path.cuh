// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The paths of the marched ray on CUDA devices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <optional>

#include <pyronn/backend/cuda/detail/samples/columns_of_pairs.cuh>
#include <pyronn/backend/cuda/detail/samples/project.cuh>
#include <pyronn/backend/cuda/detail/samples/slices_of_pairs.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// RayMarch's projection from copies `Copy` of slabs of the volume, as thick as the workspace
/// allows. `FineWarp` serves steps that are small beside the distance between rays. Sums do not
/// depend on how thick slabs are where the warp adds in order and projections are float; without
/// room for `least_elements` the general path takes over, which adds in another order.
template <class Copy, class FineWarp, class CoarseWarp>
struct CudaSamplesForward {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3;
  static constexpr bool reads_special_views = false;

  struct Plan {
    int elements;  ///< along z at a time
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const& call, std::size_t limit) {
    int const all = elements_of(call);
    Extents<3> const size = call.input_size();
    int const most = Copy::most_elements(executor, size);
    if (!floats_count_samples(call.op.grid().size, call.op.model().step())) return std::nullopt;
    for (int slabs = 1; slabs <= all; ++slabs) {
      int const elements = (all - 1) / slabs + 1;
      if (elements < min(least_elements, all)) break;
      if (elements > most) continue;
      std::size_t const bytes = Copy::bytes(executor, size, elements);
      if (bytes <= limit) return Plan{elements, bytes};
    }
    return std::nullopt;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    bool const is_fine = steps_are_fine(call);
    for (int sample = 0; sample < call.input.extents[3]; ++sample) {
      if (is_fine) {
        run_sample<FineWarp>(plan, executor, call, sample, projections, workspace);
      } else {
        run_sample<CoarseWarp>(plan, executor, call, sample, projections, workspace);
      }
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    int const launches_of_views = count_launches(call.op.views().general(), call.range(0, 1));
    step.path = "samples of pairs";
    step.blocks = ((elements_of(call) - 1) / plan.elements + 1) * call.input.extents[3];
    step.launches += step.blocks * (1 + launches_of_views);
    step.block = message(plan.elements, " of ", elements_of(call), " pairs of slices");
  }

 private:
  static constexpr int least_elements = 8;

  /// Along z of the copy of all slices, with one before the first.
  template <class Call>
  static int elements_of(Call const& call) {
    return call.input.extents[2] + 1;
  }

  /// Whether successive samples of a ray lie much nearer to each other than those of neighbouring
  /// rays, in the middle of the grid. The first view speaks for all, also for calls without it.
  template <class Call>
  static bool steps_are_fine(Call const& call) {
    using View = ray_view_t<typename Call::View>;
    Extents<2> const detector = call.op.detector();
    Extents<3> const& size = call.op.grid().size;
    View const view = View::make(call.op.geometries().front().view(0), call.op.grid());
    Vec3f const middle = 0.5F * vec_cast<float>(Vec<int, 3>{size[0] - 1, size[1] - 1, size[2] - 1});
    auto const nearest = [&](float u) {
      Ray<float> const ray = view.ray(u, 0.5F * static_cast<float>(detector[1] - 1));
      float const t = dot(middle - ray.origin, ray.direction) / dot(ray.direction, ray.direction);
      return ray.origin + t * ray.direction;
    };
    float const u = 0.5F * static_cast<float>(detector[0] - 1);
    return 2.0F * call.op.model().step() <= length(nearest(u + 1.0F) - nearest(u));
  }

  template <class Warp, class Executor, class Call, class Out>
  static void run_sample(Plan const& plan, Executor const& executor, Call const& call, int sample,
                         ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    auto const volume = sample_of(call.input, sample);
    auto const& views = call.op.views().general();
    int const begin = call.slab.first_slice - 1;
    int const end = begin + elements_of(call);
    for (int first = begin; first < end; first += plan.elements) {
      int const elements = min(plan.elements, end - first);
      auto const copy =
          Copy::copy(executor, volume, call.slab.first_slice, first, elements, workspace);
      views.for_each_launch(call.range(sample, 1), {}, [&](LaunchRange const& range) {
        ProjectSamples<Warp, Copy, chunk_t<decltype(views)>, Out> const kernel{
            views.chunk(range),
            range.views.count,
            {call.op.model().step()},
            copy,
            first,
            first + elements,
            call.op.grid().size,
            vec_cast<float>(call.op.grid().spacing),
            from_view(projections, range.first_view, sample),
            call.adds || first > begin};
        executor.for_each(kernel.items(), kernel);
      });
    }
  }
};

/// From columns, in software.
using CudaColumnsOfPairsForward =
    CudaSamplesForward<ColumnsOfPairs, WarpOfRays<1, 8, 2, 2, 2, 5>, WarpOfRays<1, 8, 4, 1, 2, 4>>;

/// By the texture unit, which serves four lanes at a time, fastest where they read side by side.
using CudaSlicesOfPairsForward =
    CudaSamplesForward<SlicesOfPairs, WarpOfRays<0, 2, 4, 4, 4, 8>, WarpOfRays<0, 32, 1, 1, 1, 6>>;

}  // namespace pyronn::detail
