// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RunningSums: tables of integrals along detector columns.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>

#include <pyronn/backend/cuda/detail/columns/column_tile.cuh>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// Some columns of a shadow, and some of its rows.
struct ShadowPart {
  int first_column;
  int columns;
  int first_row;
  int rows;
  bool is_cut;  ///< whether the shadow has other rows

  [[nodiscard]] __device__ int middle_row() const { return first_row + rows / 2; }
  /// From column to column of a table: odd, so that neighbours lie in different banks.
  [[nodiscard]] __device__ int pitch() const { return rows | 1; }
};

/// What all rays of a detector column have in common.
struct alignas(16) ColumnPath {
  float across[2];  ///< where the path crosses slice 0, and what it moves by from slice to slice
  float z[2];       ///< the same of the ray of the middle row along z
  float step[2];    ///< the same of the distance along z between rows
  float low, high;  ///< the rays' ends, in slices
};

/// Where columns of a view run along z, a hat function along z is a second difference: the sum over
/// rows v, at z(v) = z(0) + v s, of p(v) max(0, 1 - |z(v) - k|) is |s| (H(t(k-1)) - 2 H(t(k)) +
/// H(t(k+1))), where t(k) is the row, with its fraction, that lies at k, and H(t) is the sum over
/// the rows v <= t of p(v) (t - v). Between rows H is linear, A t + B: a table holds A and B for
/// each column and row, and costs the same however many rows a voxel has. Second differences do not
/// see a linear function that is added to H, so that sums begin at the middle row and go both ways,
/// where they are small.
struct RunningSums {
  static constexpr int most_columns = 192;

  /// Rows are counted in steps of the floats from 2 to 4, in whose last bits they can be found.
  static constexpr float row_scale = 1.0F / (1 << 22);

  ColumnPath* paths;
  float2* sums;  ///< (A / row_scale, B), rows counted from the middle one

  static __host__ __device__ constexpr std::size_t bytes(int entries) {
    return most_columns * sizeof(ColumnPath) + static_cast<std::size_t>(entries) * sizeof(float2);
  }
  __device__ RunningSums(float4* memory, int slot, int entries)
      : paths{reinterpret_cast<ColumnPath*>(memory + static_cast<unsigned>(slot) *
                                                         (bytes(entries) / sizeof(float4)))},
        sums{reinterpret_cast<float2*>(paths + most_columns)} {}

  /// A warp fills in this many columns at a time: half of its lanes go up, half go down.
  static constexpr int columns_of_warp = 16;

  /// Fills in the columns from number `first` of the part on. Pixels of the view, which has
  /// `detector` of them, are multiplied by the length of their rays between slices [mm].
  template <class T>
  __device__ void fill(ShadowPart const& part, int first, ZAlignedRays const& view, T const* pixels,
                       Extents<2> const& detector, int axis, Vec3f const& spacing) const {
    auto const lane = static_cast<int>(threadIdx.x % 32);
    int const number = first + lane % columns_of_warp;
    if (number >= part.columns) return;
    bool const goes_up = lane < columns_of_warp;
    int const below = part.middle_row() - part.first_row;
    int const u = part.first_column + number;
    float2* const middle = sums + number * part.pitch() + below;
    int const sign = goes_up ? 1 : -1;
    Rows<T> rows{pixels + u, detector, sign, part.middle_row() + (goes_up ? 1 : 0),
                 goes_up ? part.rows - 1 - below : below};
    ColumnRays const rays{view, u, part.middle_row(), axis, spacing};
    if (goes_up) {
      paths[number] = rays.path;
      *middle = {0.0F, 0.0F};
    }
    rows.add_up(static_cast<float>(sign), goes_up ? 1.0F : 0.0F, rays, middle + sign, sign);
  }

 private:
  /// Where no tile is.
  static constexpr float nowhere = 1e30F;

  /// What is computed once a column; as JosephRay and RayColumn do, but for its divisions.
  struct ColumnRays {
    ColumnPath path;
    float in_plane;  ///< the length of rays between slices, without their z, squared [mm^2]
    float z;         ///< of the middle row's ray between slices [mm]
    float z_step;    ///< and what it moves by from row to row

    __device__ ColumnRays(ZAlignedRays const& view, int u, int middle, int axis,
                          Vec3f const& spacing) {
      Ray<float> const ray = view.ray(static_cast<float>(u), static_cast<float>(middle));
      auto const along = [axis](Vec3f const& vec) { return axis == 0 ? vec[0] : vec[1]; };
      auto const across = [axis](Vec3f const& vec) { return axis == 0 ? vec[1] : vec[0]; };
      float const direction = along(ray.direction);
      float const other = std::fabs(across(ray.direction));
      bool const is_main = axis == 0 ? std::fabs(direction) >= other : std::fabs(direction) > other;
      float const guess = reciprocal(direction);
      float const per_slice = guess + guess * (1.0F - direction * guess);
      float const origin = along(ray.origin);
      float const slopes[2] = {across(ray.direction) * per_slice, ray.direction[2] * per_slice};
      float const slope_step = view.direction_weight * view.along_v[2] * per_slice;
      float const begin = origin + ray.begin * direction;
      float const end = origin + ray.end * direction;
      path = {{is_main ? across(ray.origin) - origin * slopes[0] : nowhere, slopes[0]},
              {ray.origin[2] - origin * slopes[1], slopes[1]},
              {view.origin_weight * view.along_v[2] - origin * slope_step, slope_step},
              min(begin, end),
              max(begin, end)};
      float const x = along(spacing);
      float const y = across(spacing) * slopes[0];
      in_plane = x * x + y * y;
      z = slopes[1] * spacing[2];
      z_step = slope_step * spacing[2];
    }
  };

  /// The pixels of a column on one side of its middle row.
  template <class T>
  class Rows {
   public:
    /// `count` rows from row `first` on, which is the nearest to the middle, upwards where `sign`
    /// is 1.
    __device__ Rows(T const* column, Extents<2> const& detector, int sign, int first, int count)
        : next_{column + static_cast<std::ptrdiff_t>(first) * detector[0]},
          step_{sign * detector[0]},
          count_{count} {
      // Of those, rows outside the detector are zero.
      int const existing[2] = {sign > 0 ? -first : first - (detector[1] - 1),
                               sign > 0 ? detector[1] - first : first + 1};
      before_ = max(existing[0], 0);
      existing_ = static_cast<unsigned>(max(min(existing[1], count) - before_, 0));
      load(0);
    }

    /// Writes the sums from `entry` on. The first row lies `distance` rows from the middle.
    __device__ void add_up(float side, float distance, ColumnRays const& rays, float2* entry,
                           int sign) {
      float const z_step = side * rays.z_step;
      float const scaled_side = side / row_scale;
      float sum = 0.0F;
      float moment = 0.0F;
      for (int i = 0; i < count_; i += at_a_time) {
#pragma unroll
        for (int n = 0; n < at_a_time; ++n) {
          float const row = distance + static_cast<float>(n);
          float const z = rays.z + row * z_step;
          float const square = rays.in_plane + z * z;
          float const value = values_[n] * (square * reciprocal_sqrt(square));
          sum += scaled_side * value;
          moment -= row * value;
          if (i + n < count_) entry[sign * n] = {sum, moment};
        }
        if (i + at_a_time < count_) load(i + at_a_time);
        distance += static_cast<float>(at_a_time);
        entry += sign * at_a_time;
      }
    }

   private:
    static constexpr int at_a_time = 16;

    __device__ void load(int begin) {
#pragma unroll
      for (int n = 0; n < at_a_time; ++n) {
        bool const exists = static_cast<unsigned>(begin - before_ + n) < existing_;
        values_[n] = exists ? load_float(next_, n * step_) : 0.0F;
      }
      next_ += at_a_time * step_;
    }

    T const* next_;
    int step_;
    int count_;
    int before_;         ///< rows that do not exist
    unsigned existing_;  ///< and rows after them that do
    float values_[at_a_time];
  };
};

}  // namespace pyronn::detail
