// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which rays of a detector column belong to a lane of ProjectColumns, where they cross slices, and
/// how long they are between them.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/joseph/ray_column.hpp>

namespace pyronn::detail {

/// Where rays cross slices, in the coordinates of a copy with `Border` zeros before each column:
/// the crossing of slice 0, and what it moves by from slice to slice.
template <int Border>
struct Crossings {
  float across[2];
  float z[2];     ///< the crossing of one ray
  float step[2];  ///< from its z to that of the ray `rows_apart` rows further

  __device__ Crossings(RayColumn const& column, int row, int rows_apart)
      : across{column.ray.base[0] + 1.0F, column.ray.slope[0]},
        z{column.ray.base[1] + static_cast<float>(row) * column.base_step + Border,
          column.ray.slope[1] + static_cast<float>(row) * column.slope_step},
        step{static_cast<float>(rows_apart) * column.base_step,
             static_cast<float>(rows_apart) * column.slope_step} {}

  static __device__ float at(float const (&line)[2], int k) {
    return line[0] + static_cast<float>(k) * line[1];
  }
};

/// Rays of a lane that are 32 rows apart, so that neighbouring lanes have neighbouring rows and
/// load the same cells together.
template <int Border>
struct SpreadRays : Crossings<Border> {
  static constexpr int warp = 32;

  __device__ SpreadRays(RayColumn const& column, int first_row, int lane)
      : Crossings<Border>{column, first_row + lane, warp} {}

  /// How many rows behind its first ray a lane has ray i.
  [[nodiscard]] __device__ int row(int i) const { return warp * i; }

  /// Where ray i crosses a slice along z.
  struct InSlice {
    float z;
    float step;
    [[nodiscard]] __device__ float operator()(int i) const {
      return z + static_cast<float>(i) * step;
    }
  };
  [[nodiscard]] __device__ InSlice in_slice(int k) const {
    return {this->at(this->z, k), this->at(this->step, k)};
  }
};

/// Rays of a lane in threes of successive rows, which lie so close to each other that the three
/// need no more than three cells in any slice. The first of three is the lowest in z.
template <int Border>
struct CloseRays : Crossings<Border> {
  static constexpr int three = 3;
  static constexpr int rows_of_threes = 32 * three;

  int direction;  ///< 1: z rises with the row; -1: it falls

  __device__ CloseRays(RayColumn const& column, int first_row, int lane, int direction_)
      : Crossings<Border>{column, first_row + three * lane + (direction_ < 0 ? three - 1 : 0),
                          direction_},
        direction{direction_} {}

  [[nodiscard]] __device__ int row(int i) const {
    return i / three * rows_of_threes + i % three * direction;
  }

  struct InSlice {
    float z;
    float step;
    float step_of_threes;
    [[nodiscard]] __device__ float operator()(int i) const {
      return (z + static_cast<float>(i / three) * step_of_threes) +
             static_cast<float>(i % three) * step;
    }
  };
  [[nodiscard]] __device__ InSlice in_slice(int k) const {
    float const step = this->at(this->step, k);
    return {this->at(this->z, k), step, step * static_cast<float>(direction * rows_of_threes)};
  }

  /// The direction of a column's rays if they are close in the slices from `first` to `last`, else
  /// 0. Steps are linear in the slice, and smaller than half a cell by more than what rounding
  /// adds.
  static __device__ int direction_of(RayColumn const& column, int first, int last) {
    constexpr float most = 0.49F;
    float const steps[2] = {column.base_step + static_cast<float>(first) * column.slope_step,
                            column.base_step + static_cast<float>(last) * column.slope_step};
    if (!(abs(steps[0]) <= most && abs(steps[1]) <= most)) return 0;
    if (steps[0] > 0.0F && steps[1] > 0.0F) return 1;
    return steps[0] < 0.0F && steps[1] < 0.0F ? -1 : 0;
  }
};

/// The lengths of the rays of a detector column between two slices [mm].
struct RayLengths {
  float level;  ///< without their z, squared
  float rise[2];

  __device__ RayLengths(RayColumn const& column, Vec3f const& spacing, int axis)
      : rise{spacing[2] * column.ray.slope[1], spacing[2] * column.slope_step} {
    float const along = axis == 0 ? spacing[0] : spacing[1];
    float const aside = (axis == 0 ? spacing[1] : spacing[0]) * column.ray.slope[0];
    level = along * along + aside * aside;
  }
  __device__ float operator[](int row) const {
    float const z = rise[0] + static_cast<float>(row) * rise[1];
    return std::sqrt(level + z * z);
  }
};

}  // namespace pyronn::detail
