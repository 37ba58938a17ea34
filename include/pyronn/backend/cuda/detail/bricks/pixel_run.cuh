// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PixelRun: the pixels whose rays a lane adds to a brick.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <type_traits>

#include <pyronn/backend/cuda/detail/bricks/brick_totals.cuh>
#include <pyronn/backend/cuda/detail/bricks/fixed_point.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/shadow.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>

namespace pyronn::detail {

/// One pixel, or a run of four or five, of which those at the end of a line may be missing. A run
/// has five places, that in the middle being empty in a run of four.
template <class Interp, class Kernel, class Pixels>
struct PixelRun {
  static constexpr int places = 5;

  Kernel const& kernel;
  typename std::decay_t<decltype(Kernel::task)>::View const& view;
  Pixels pixels;
  FixedPoint const& unit;
  BrickTotals const& totals;
  BrickShadow::Run run;
  int length;  ///< of all lanes' runs

  [[nodiscard]] __device__ bool is_run() const { return length > 1; }
  [[nodiscard]] __device__ int count() const { return run.count; }

  /// The value at a place, and 0 where there is none.
  [[nodiscard]] __device__ float value(int place) const {
    int const n = pixel_at(place);
    bool const is_empty = place == 2 && length < places;
    return n >= run.count || is_empty ? 0.0F : value_of(n);
  }
  /// The ray, which where the place is empty is that of a pixel before it.
  [[nodiscard]] __device__ Ray<float> ray(int place) const {
    int const n = max(min(pixel_at(place), run.count - 1), 0);
    return view.ray(static_cast<float>(run.u + n * run.du), static_cast<float>(run.v + n * run.dv));
  }
  [[nodiscard]] __device__ Vec3f const& spacing() const { return kernel.task.spacing; }
  [[nodiscard]] __device__ float in_units(float number) const { return unit.in_units(number); }

  /// Pixel n, traced. What is not finite is added to the totals.
  [[nodiscard]] __device__ auto traced(int n) const {
    auto const ray = kernel.traced(view, run.u + n * run.du, run.v + n * run.dv);
    float number = value_of(n);
    if (!(abs(number) < anywhere)) {
      spoil<Interp>(totals, ray, number);
      number = 0.0F;
    }
    return RayOfPixel<std::decay_t<decltype(ray)>>{ray, in_units(number)};
  }

 private:
  [[nodiscard]] __device__ int pixel_at(int place) const {
    return place < 2 ? place : place + length - places;
  }
  [[nodiscard]] __device__ float value_of(int n) const {
    int const columns = kernel.task.detector[0];
    return load_float(pixels + (run.v * columns + run.u), n * (run.dv * columns + run.du));
  }
};

}  // namespace pyronn::detail
