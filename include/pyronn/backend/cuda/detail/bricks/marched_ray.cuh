// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How marched rays add to a brick.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>

namespace pyronn::detail {

/// A lane follows a ray. Where steps are long it adds sample by sample. Where they are short the
/// samples in a cell, the cube between eight voxels, are summed up first.
template <class Interp>
struct RaysInBrick<TraceAtSteps, Interp> {
  /// Samples are at most the step apart, and along the axis on which a ray advances most they have
  /// the weights of a hat: these sum to no more than its area over their distance and one sample.
  static __device__ float most_weight(TraceAtSteps const& trace, Vec3f const& spacing) {
    float const longest = max(spacing[0], max(spacing[1], spacing[2]));
    return most_share_v<Interp> * (length(spacing) + trace.step * longest);
  }
  /// Of a sample. Steps may be longer than is asked for by less than a hundredth.
  static __device__ float few_weight(TraceAtSteps const& trace, Vec3f const& spacing) {
    if (1.01F * trace.step < longest_short_step) return 0.0F;
    float const longest = max(spacing[0], max(spacing[1], spacing[2]));
    return 1.01F * most_share_v<Interp> * trace.step * longest;
  }

  static constexpr bool has_runs = false;
  static constexpr bool has_weights_of_hats = false;

  template <class Run>
  static __device__ void add_run(BrickMemory const& brick, Run const& run) {
    if (run.count() > 0) add(brick, run.traced(0));
  }
  template <class Ray>
  static __device__ void add(BrickMemory const& brick, RayOfPixel<Ray> const& of) {
    MarchedRay const& ray = of.ray;
    if (of.units == 0.0F || ray.count <= 0) return;
    FewSamples const samples = samples_near(brick.box(), ray);
    float const weight = of.units * ray.length;
    Vec3f const beside = vec_cast<float>(brick.box().first - Vec<int, 3>{1, 1, 1});
    if (dot(ray.stride, ray.stride) > longest_short_step * longest_short_step) {
      for (float n = samples.first; n <= samples.last; n += 1.0F) {
        Place const place{brick, ray.at(n) - beside};
        add_sample(place.offset(), CellShares::at<Interp>(place.part[0], place.part[1]), weight,
                   weight * place.part[2]);
      }
    } else {
      add_cells(brick, ray, samples, weight, beside);
    }
  }

 private:
  static constexpr float longest_short_step = 0.3F;  ///< [voxels]

  /// Numbers of samples; none where last < first.
  struct FewSamples {
    float first;
    float last;
  };

  /// Those in the cells of a brick and beside it. They follow one another, as positions rise or
  /// fall on each axis.
  static __device__ FewSamples samples_near(VoxelBox const& box, MarchedRay const& ray) {
    float low = 0.0F;
    auto high = static_cast<float>(ray.count - 1);
    for (int axis = 0; axis < 3; ++axis) {
      clip_to_cells(ray.first[axis], ray.stride[axis], box, axis, low, high);
    }
    if (!(low <= high)) return {0.0F, -1.0F};
    FewSamples samples{std::ceil(low), std::floor(high)};
    while (samples.first <= samples.last && !is_near(box, ray.at(samples.first))) {
      samples.first += 1.0F;
    }
    while (samples.first <= samples.last && !is_near(box, ray.at(samples.last))) {
      samples.last -= 1.0F;
    }
    return samples;
  }
  static __device__ bool is_near(VoxelBox const& box, Vec3f const& at) {
    return both(is_in_cells(at[0], box, 0),
                both(is_in_cells(at[1], box, 1), is_in_cells(at[2], box, 2)));
  }

  /// Where a position is, which is counted from the voxel beside the first one of the brick.
  struct Place {
    unsigned index;  ///< of the cell's lowest corner in the order of sums
    Vec3f part;      ///< of the way to the next one

    __device__ Place(BrickMemory const& brick, Vec3f const& at)
        : index{static_cast<unsigned>(brick.offset_beside())} {
      for (int axis = 0; axis < 3; ++axis) {
        GridIndex const on_axis = grid_index_of(at[axis]);
        index +=
            (on_axis.index - grid_index_origin) * static_cast<unsigned>(BrickLayout::stride(axis));
        part[axis] = on_axis.fraction;
      }
    }
    [[nodiscard]] __device__ int offset() const { return static_cast<int>(index); }
  };

  static __device__ void add_cells(BrickMemory const& brick, MarchedRay const& ray,
                                   FewSamples const& samples, float weight, Vec3f const& beside) {
    for (float n = samples.first; n <= samples.last;) {
      Vec3f at = ray.at(n) - beside;
      Place const place{brick, at};
      Vec3f const corner = at - place.part;
      auto const offset = static_cast<int>(hide_from_optimizer(place.index));
      Vec3f part = place.part;
      CellShares in_slice;  // as if all samples were in the lower slice
      CellShares above;     // what of that is in the upper one
      do {
        auto const shares = CellShares::at<Interp>(part[0], part[1]);
        in_slice.add(shares, 1.0F);
        above.add(shares, part[2]);
        n += 1.0F;
        part = (ray.at(n) - beside) - corner;
      } while (n <= samples.last && is_in_cell(part));
      in_slice.add(above, -1.0F);
      add_sums(offset, in_slice, weight);
      add_sums(offset + BrickLayout::slice, above, weight);
    }
  }
  static __device__ void add_sums(int offset, CellShares const& sums, float weight) {
    constexpr int row = BrickLayout::row;
    BrickMemory::add(offset, weight * sums.lower_lower());
    BrickMemory::add(offset + 1, weight * sums.upper_lower());
    BrickMemory::add(offset + row, weight * sums.lower_upper());
    BrickMemory::add(offset + row + 1, weight * sums.upper_upper());
  }
  static __device__ bool is_in_cell(Vec3f const& part) {
    return both(is_between(part[0], 0.0F, 1.0F),
                both(is_between(part[1], 0.0F, 1.0F), is_between(part[2], 0.0F, 1.0F)));
  }

  /// Adds a sample, of whose weight `above` is for the upper slice.
  static __device__ void add_sample(int offset, CellShares const& shares, float weight,
                                    float above) {
    add_shares(offset, shares, weight - above);
    add_shares(offset + BrickLayout::slice, shares, above);
  }
  static __device__ void add_shares(int offset, CellShares const& shares, float weight) {
    constexpr int row = BrickLayout::row;
    BrickMemory::add_few(offset, weight * shares.lower_lower());
    BrickMemory::add_few(offset + 1, weight * shares.upper_lower());
    BrickMemory::add_few(offset + row, weight * shares.lower_upper());
    BrickMemory::add_few(offset + row + 1, weight * shares.upper_upper());
  }
};

}  // namespace pyronn::detail
