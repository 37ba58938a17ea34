// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// IntervalSums: what a lane of TransposeColumnTiles adds up.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/backend/cuda/detail/columns/column_tile.cuh>
#include <pyronn/backend/cuda/detail/columns/running_sums.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// The voxels at the ends of some intervals across the main axis, which follow one another in a
/// slice of a tile.
template <int Intervals>
struct IntervalSums {
  static constexpr int intervals = Intervals;
  static constexpr int height = ColumnTile::height;

  float at[intervals + 1][height];

  /// Adds the columns of a part that fall into the intervals from voxel `across` on in `slice`.
  __device__ void add(ColumnTile const& tile, int slice, int across, IndexMap const& map,
                      ShadowPart const& part, RunningSums const& table) {
    auto const u_of = [&](int at) {
      return map.project(tile.point(static_cast<float>(slice), static_cast<float>(at), 0.0F)).u;
    };
    Bounds bounds;
    bounds.include(u_of(across), 0.0F);
    bounds.include(u_of(across + intervals), 0.0F);
    IndexRange columns = bounds.indices(0, part.first_column + part.columns, column_margin);
    columns.first = max(columns.first, part.first_column);
    auto const k = static_cast<float>(slice);
    float const coverage_low = k - 0.5F;
    for (int u = columns.first; u <= columns.last; ++u) {
      int const number = u - part.first_column;
      ColumnPath const path = table.paths[number];
      // Compared as it is, so that no column is lost between intervals and none is taken twice.
      float const crossing = path.across[0] + k * path.across[1];
      if (!(crossing >= static_cast<float>(across) &&
            crossing < static_cast<float>(across + intervals))) {
        continue;
      }
      float const position = crossing - static_cast<float>(across);
      float const step = path.step[0] + k * path.step[1];
      float const coverage =
          clamp(min(coverage_low + 1.0F, path.high) - max(coverage_low, path.low), 0.0F, 1.0F);
      float shares[intervals + 1];
#pragma unroll
      for (int end = 0; end <= intervals; ++end) {
        float const distance = std::fabs(position - static_cast<float>(end));
        shares[end] = coverage * std::fabs(step) * __saturatef(1.0F - distance);
      }
      float const rows_per_voxel = reciprocal(step) * RunningSums::row_scale;
      float const row =
          (static_cast<float>(tile.first[2] - 1) - (path.z[0] + k * path.z[1])) * rows_per_voxel;
      add_column({row, rows_per_voxel}, part, table.sums + number * part.pitch(), shares);
    }
  }

 private:
  static constexpr float column_margin = 1.0F / 64;

  /// Rows, counted from a table's middle one and scaled, at which planes of voxels lie.
  struct Planes {
    float row;
    float rows_per_voxel;

    [[nodiscard]] __device__ float at(int plane) const {
      return row + static_cast<float>(plane) * rows_per_voxel;
    }
  };

  __device__ void add_column(Planes const& planes, ShadowPart const& part, float2 const* column,
                             float const (&shares)[intervals + 1]) {
    constexpr float scale = RunningSums::row_scale;
    int const below = part.middle_row() - part.first_row;
    float const low = scale * static_cast<float>(-below);
    float const high = scale * static_cast<float>(part.rows - below);
    float const ends[2] = {planes.at(0), planes.at(height + 1)};
    bool const is_inside = min(ends[0], ends[1]) >= low && max(ends[0], ends[1]) < high;
    // Rounded down, 2 and a row that is counted from the table's first have its number in the last
    // bits.
    float const origin = 2.0F - low;
    if (is_inside) {
      add_differences(
          planes, column, [=](float row) { return __fadd_rd(row, origin); }, shares);
    } else {
      add_differences(
          planes, column,
          [=](float row) { return __fadd_rd(clamp(row, low, high - scale), origin); }, shares);
    }
  }

  template <class NumberOf>
  __device__ void add_differences(Planes const& planes, float2 const* column,
                                  NumberOf const& number_of, float const (&shares)[intervals + 1]) {
    auto const first_entry = static_cast<unsigned>(__cvta_generic_to_shared(column));
    // Some planes are looked up while those before them are added.
    constexpr int at_a_time = 6;
    static_assert((height + 2) % at_a_time == 0, "All planes must be looked up.");
    float rows[at_a_time];
    float2 entries[at_a_time];
    auto const look_up = [&](int first) {
#pragma unroll
      for (int n = 0; n < at_a_time; ++n) {
        rows[n] = planes.at(first + n);
        unsigned const bits = __float_as_uint(number_of(rows[n]));  // without their first three
        asm volatile("ld.shared.v2.f32 {%0, %1}, [%2];"
                     : "=f"(entries[n].x), "=f"(entries[n].y)
                     : "r"(first_entry + (bits << 3)));
      }
    };
    look_up(0);
    float last = 0.0F;
    float rise = 0.0F;
#pragma unroll
    for (int first = 0; first < height + 2; first += at_a_time) {
      float integrals[at_a_time];
#pragma unroll
      for (int n = 0; n < at_a_time; ++n) integrals[n] = entries[n].x * rows[n] + entries[n].y;
      if (first + at_a_time < height + 2) look_up(first + at_a_time);
#pragma unroll
      for (int n = 0; n < at_a_time; ++n) {
        float const next_rise = integrals[n] - last;
        int const z = first + n - 2;
        if (z >= 0) {
#pragma unroll
          for (int end = 0; end <= intervals; ++end) {
            at[end][z] += shares[end] * (next_rise - rise);
          }
        }
        rise = next_rise;
        last = integrals[n];
      }
    }
  }
};

}  // namespace pyronn::detail
