// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RisingSamples: the samples of a marched ray in the order in which z rises.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cuda_runtime.h>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>

namespace pyronn::detail {

/// The samples from `begin` to before `end`, counted in the order in which z rises.
struct SampleRange {
  int begin;
  int end;
};

/// The samples of a marched ray in the order in which z rises: slabs of a volume that are gone
/// through from below then go through the samples in this order, too. Positions are those of
/// MarchedRay, which rounding leaves in order.
class RisingSamples {
 public:
  __device__ explicit RisingSamples(MarchedRay const& ray)
      : ray_{ray}, rises_{!(ray.count > 0 && ray.stride[2] < 0.0F)} {}

  /// Moves all samples to one point.
  __device__ void gather_at(Vec3f const& point) {
    ray_.first = point;
    ray_.stride = {};
  }

  [[nodiscard]] __device__ float length() const { return ray_.length; }

  /// The number along the ray of the sample `n` in this order, and what one sample more adds to it.
  /// Numbers are below 2^24, hence exact.
  [[nodiscard]] __device__ float number(int n) const {
    return static_cast<float>(rises_ ? n : ray_.count - 1 - n);
  }
  [[nodiscard]] __device__ float direction() const { return rises_ ? 1.0F : -1.0F; }

  /// The position of the sample with a number along the ray.
  [[nodiscard]] __device__ Vec3f at(float number) const { return ray_.at(number); }

  /// The samples with floor(z) in [first, end) that lie, in x and y, in [-1, size). No other can
  /// differ from zero there.
  [[nodiscard]] __device__ SampleRange in_slab(int first, int end, Extents<3> const& size) const {
    SampleRange range{first_from(static_cast<float>(first)), first_from(static_cast<float>(end))};
    while (range.begin < range.end && !is_beside(range.begin, size)) ++range.begin;
    while (range.begin < range.end && !is_beside(range.end - 1, size)) --range.end;
    return range;
  }

 private:
  [[nodiscard]] __device__ float z(int n) const { return at(number(n))[2]; }

  /// The first sample whose z is not below a bound. One division finds it but for rounding.
  [[nodiscard]] __device__ int first_from(float bound) const {
    int const count = ray_.count;
    if (count <= 0 || !(z(count - 1) >= bound)) return max(count, 0);
    if (z(0) >= bound) return 0;
    float const guess = (bound - z(0)) * reciprocal(abs(ray_.stride[2]));
    int n = static_cast<int>(clamp(guess, 1.0F, static_cast<float>(count - 1)));
    while (z(n) < bound) ++n;
    while (z(n - 1) >= bound) --n;
    return n;
  }

  [[nodiscard]] __device__ bool is_beside(int n, Extents<3> const& size) const {
    Vec3f const index = at(number(n));
    return index[0] >= -1.0F && index[0] < static_cast<float>(size[0]) && index[1] >= -1.0F &&
           index[1] < static_cast<float>(size[1]);
  }

  MarchedRay ray_;
  bool rises_;
};

}  // namespace pyronn::detail
