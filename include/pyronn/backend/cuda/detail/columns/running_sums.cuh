// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RunningSums: tables of integrals along detector columns.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/columns/tile_shadow.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/joseph/ray_column.hpp>
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

/// What all rays of a detector column have in common, as RayColumn has it, from the middle row of a
/// table on.
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

  ColumnPath* paths;
  float2* sums;  ///< (A, B), rows counted from the middle one

  static __host__ __device__ constexpr std::size_t bytes(int entries) {
    return most_columns * sizeof(ColumnPath) + static_cast<std::size_t>(entries) * sizeof(float2);
  }
  __device__ RunningSums(float4* memory, int slot, int entries)
      : paths{reinterpret_cast<ColumnPath*>(memory + static_cast<unsigned>(slot) *
                                                         (bytes(entries) / sizeof(float4)))},
        sums{reinterpret_cast<float2*>(paths + most_columns)} {}

  /// A warp fills in this many columns at a time: half of its lanes go up, half go down.
  static constexpr int columns_of_warp = 16;

  /// Fills in the columns from number `first` of the part on. Pixels are multiplied by the length
  /// of their rays between slices [mm].
  template <class Slice>
  __device__ void fill(ShadowPart const& part, int first, ZAlignedRays const& view,
                       Slice const& slice, int axis, Vec3f const& spacing) const {
    auto const lane = static_cast<int>(threadIdx.x % 32);
    int const number = first + lane % columns_of_warp;
    if (number >= part.columns) return;
    bool const goes_up = lane < columns_of_warp;
    int const u = part.first_column + number;
    int const middle = part.middle_row();
    RayColumn const column{view, static_cast<float>(u), static_cast<float>(middle), spacing};
    bool const is_along = column.ray.axis == axis;
    float2* const entry = sums + number * part.pitch() + (middle - part.first_row);
    if (goes_up) {
      paths[number] = {{is_along ? column.ray.base[0] : nowhere, column.ray.slope[0]},
                       {column.ray.base[1], column.ray.slope[1]},
                       {column.base_step, column.slope_step},
                       column.ray.low,
                       column.ray.high};
      *entry = {0.0F, 0.0F};
    }
    if (!is_along) return;
    Lengths const lengths{view, u, middle, axis, spacing};
    if (goes_up) {
      add_rows<1>(slice, u, middle + 1, part.rows - 1 - (middle - part.first_row), 1, lengths,
                  entry + 1);
    } else {
      add_rows<-1>(slice, u, middle, middle - part.first_row, 0, lengths, entry - 1);
    }
  }

 private:
  /// Where no tile is.
  static constexpr float nowhere = 1e30F;
  static constexpr int rows_at_a_time = 8;

  /// Lengths of a column's rays between slices.
  struct Lengths {
    float in_plane;  ///< squared [mm^2]
    float z;         ///< of the middle row [mm]
    float z_step;

    __device__ Lengths(ZAlignedRays const& view, int u, int middle, int axis,
                       Vec3f const& spacing) {
      Vec3f const direction =
          view.ray(static_cast<float>(u), static_cast<float>(middle)).direction;
      float const per_slice = reciprocal(axis == 0 ? direction[0] : direction[1]);
      float const x = direction[0] * spacing[0] * per_slice;
      float const y = direction[1] * spacing[1] * per_slice;
      in_plane = x * x + y * y;
      z = direction[2] * spacing[2] * per_slice;
      z_step = view.direction_weight * view.along_v[2] * spacing[2] * per_slice;
    }
    [[nodiscard]] __device__ float at(float row) const {
      float const along_z = z + row * z_step;
      float const square = in_plane + along_z * along_z;
      return square * reciprocal_sqrt(square);
    }
  };

  /// Sums up `count` rows from row `v` on, which is `distance` rows from the middle.
  template <int Sign, class Slice>
  static __device__ void add_rows(Slice const& slice, int u, int v, int count, int distance,
                                  Lengths const& lengths, float2* entry) {
    float sum = 0.0F;
    float moment = 0.0F;
    for (int i = 0; i < count; i += rows_at_a_time) {
      float pixels[rows_at_a_time];
#pragma unroll
      for (int n = 0; n < rows_at_a_time; ++n) pixels[n] = slice.texel(u, v + Sign * (i + n));
#pragma unroll
      for (int n = 0; n < rows_at_a_time; ++n) {
        auto const row = static_cast<float>(distance + i + n);
        float const value = pixels[n] * lengths.at(Sign * row);
        sum += Sign * value;
        moment -= row * value;
        if (i + n < count) entry[Sign * (i + n)] = {sum, moment};
      }
    }
  }
};

}  // namespace pyronn::detail
