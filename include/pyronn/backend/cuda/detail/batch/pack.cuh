// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Kernels that copy the samples of a batch into BatchLayout.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cfloat>
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// Finds the largest finite absolute value of each sample and writes its bits to `largest[sample]`,
/// which must be zero before. `Samples` are a BatchArray or BlendedSamples.
template <class Samples>
struct FindLargest {
  struct Block : BlockShape<256, 1, 1> {};

  Samples samples;
  unsigned* largest;

  [[nodiscard]] Extents<3> items() const {
    return {threads_of_row(), rows_at_a_time(), samples.size.samples};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    auto const source = samples.source(item[2]);
    int const rows = samples.size.rows;
    int const step = rows_at_a_time();
    float most = 0.0F;
    auto const look_at = [&most](float value) {
      if (fabsf(value) <= FLT_MAX) most = max(most, fabsf(value));
    };
    for (int x = item[0]; x < samples.size.width; x += threads_of_row()) {
      int row = item[1];
      // Some are loaded before the first of them is looked at.
      constexpr int some = 8;
      for (; row + (some - 1) * step < rows; row += some * step) {
        float values[some];
#pragma unroll
        for (int k = 0; k < some; ++k) values[k] = samples.load(x, row + k * step, source);
#pragma unroll
        for (float const value : values) look_at(value);
      }
      for (; row < rows; row += step) look_at(samples.load(x, row, source));
    }
    // Floats that are not negative are ordered as their bits are.
    unsigned const of_warp = warp_max(__float_as_uint(most));
    if (item[0] % 32 == 0) atomicMax(largest + item[2], of_warp);
  }

 private:
  static constexpr int threads = 32 * 256;  ///< about as many work on one sample

  [[nodiscard]] PYRONN_HOST_DEVICE int threads_of_row() const {
    return min(threads, (samples.size.width + (Block::x - 1)) / Block::x * Block::x);
  }
  [[nodiscard]] PYRONN_HOST_DEVICE int rows_at_a_time() const {
    return min(threads / threads_of_row(), samples.size.rows);
  }
};

/// Writes the fragment of one lane: 4 elements of the samples g and g + 8 of a pair of tiles.
template <int Tiles, int Terms>
__device__ void write_fragment(uint4* fragments, std::size_t group, int lane, int pair,
                               float4 const& a, float4 const& b) {
  HalfPair const a0{a.x, a.y};
  HalfPair const a1{a.z, a.w};
  HalfPair const b0{b.x, b.y};
  HalfPair const b1{b.z, b.w};
  using Layout = BatchLayout<Tiles, Terms>;
  uint4* const word = fragments + group * Layout::group_words + pair * 32 + lane;
  word[0] = make_uint4(a0.rounded, a1.rounded, b0.rounded, b1.rounded);
  if (Terms == 2) word[Layout::pairs * 32] = make_uint4(a0.rest, a1.rest, b0.rest, b1.rest);
}

/// Copies images into BatchLayout by rows, by columns or both. A block takes 16 x 16 voxels of 32
/// samples.
template <int Tiles, class T, class Samples>
struct PackImages {
  struct Block : BlockShape<256, 1, 1> {};
  using Layout = BatchLayout<Tiles, half_terms_v<T>>;

  Samples images;
  SampleScales<T> scale;
  uint4* rows;     ///< memory for rows of voxels along x; null: no rows
  uint4* columns;  ///< memory for rows of voxels along y; null: no columns

  [[nodiscard]] Extents<3> items() const {
    return {Layout::groups(images.size.width) * Block::x, Layout::groups(images.size.rows),
            Tiles / 4};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ float tile[32 * plane];
    int const thread = item[0] % Block::x;
    int const group_x = item[0] / Block::x;
    int const group_y = item[1];
    load(tile, thread, group_x * 16, group_y * 16, item[2] * 32);
    __syncthreads();
    int const lane = thread % 32;
    for (int k = thread / 32; k < 32; k += Block::x / 32) {
      int const row = k / 2;
      float const* const samples = tile + (k % 2 * 16 + lane / 4) * plane;
      int const pair = item[2] * 2 + k % 2;
      int const element = lane % 4 * 4;
      if (rows != nullptr && group_y * 16 + row < images.size.rows) {
        auto const first = static_cast<std::size_t>(group_y * 16 + row) *
                           static_cast<std::size_t>(Layout::groups(images.size.width));
        write(rows, first + static_cast<std::size_t>(group_x), lane, pair,
              samples + row * pitch + element, 1);
      }
      if (columns != nullptr && group_x * 16 + row < images.size.width) {
        auto const first = static_cast<std::size_t>(group_x * 16 + row) *
                           static_cast<std::size_t>(Layout::groups(images.size.rows));
        write(columns, first + static_cast<std::size_t>(group_y), lane, pair,
              samples + element * pitch + row, pitch);
      }
    }
  }

 private:
  static constexpr int pitch = 17;           ///< from row to row: lanes have no bank conflicts
  static constexpr int plane = 16 * 17 + 1;  ///< from sample to sample

  __device__ void load(float* tile, int thread, int x, int y, int first_sample) const {
    int const column = thread % 16;
    int const row = thread / 16;
    bool const inside = x + column < images.size.width && y + row < images.size.rows;
    // Some are loaded before the first of them is stored.
    constexpr int some = 8;
#pragma unroll 1
    for (int n = 0; n < 32; n += some) {
      float values[some];
#pragma unroll
      for (int k = 0; k < some; ++k) {
        int const sample = first_sample + n + k;
        bool const exists = inside && sample < images.size.samples;
        values[k] = exists ? images.load(x + column, y + row, images.source(sample)) : 0.0F;
      }
#pragma unroll
      for (int k = 0; k < some; ++k) {
        tile[(n + k) * plane + row * pitch + column] = values[k] * scale(first_sample + n + k);
      }
    }
  }

  static __device__ void write(uint4* fragments, std::size_t group, int lane, int pair,
                               float const* elements, int step) {
    auto const four = [step](float const* at) {
      return make_float4(at[0], at[step], at[2 * step], at[3 * step]);
    };
    write_fragment<Tiles, half_terms_v<T>>(fragments, group, lane, pair, four(elements),
                                           four(elements + 8 * plane));
  }
};

/// Pixels are packed as they are.
struct PixelsThemselves {
  __device__ float operator()(int, int) const { return 1.0F; }
};

/// Copies some views of projections into BatchLayout, times factors of pixels and views of at most
/// 1. A block takes 32 pixels of a view, of all samples.
template <int Tiles, class T, class Samples, class Factors = PixelsThemselves>
struct PackProjections {
  struct Block : BlockShape<256, 1, 1> {};
  using Layout = BatchLayout<Tiles, half_terms_v<T>>;

  Samples projections;  ///< from the first view on
  int num_views;
  SampleScales<T> scale;
  uint4* rows;
  Factors factor = {};

  [[nodiscard]] Extents<3> items() const {
    return {(Layout::groups(projections.size.width) + 1) / 2 * Block::x, num_views, 1};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ alignas(sizeof(float4)) float tile[Layout::samples * pitch];
    int const thread = item[0] % Block::x;
    int const first_group = item[0] / Block::x * 2;
    int const view = item[1];
    load(tile, thread, first_group * 16, view);
    __syncthreads();
    int const lane = thread % 32;
    int const groups = Layout::groups(projections.size.width);
    for (int k = thread / 32; k < 2 * Layout::pairs; k += Block::x / 32) {
      int const pair = k % Layout::pairs;
      int const group = k / Layout::pairs;
      if (first_group + group >= groups) continue;
      auto const* const elements = reinterpret_cast<float4 const*>(
          tile + (pair * 16 + lane / 4) * pitch + 16 * group + lane % 4 * 4);
      float4 const a = elements[0];
      float4 const b = elements[8 * pitch / 4];
      auto const row = static_cast<std::size_t>(view) * static_cast<std::size_t>(groups);
      write_fragment<Tiles, half_terms_v<T>>(
          rows, row + static_cast<std::size_t>(first_group + group), lane, pair, a, b);
    }
  }

 private:
  /// From sample to sample: the 8 lanes that load together read from all banks.
  static constexpr int pitch = 48;

  __device__ void load(float* tile, int thread, int first_pixel, int view) const {
    int const pixel = thread % 32;
    int const u = first_pixel + pixel;
    float const of_pixel = u < projections.size.width ? factor(u, view) : 0.0F;
    // All are loaded before the first is stored.
    constexpr int warps = Block::x / 32;
    float values[Layout::samples / warps];
#pragma unroll
    for (int k = 0; k < Layout::samples / warps; ++k) {
      int const n = thread / 32 + k * warps;
      bool const exists = n < projections.size.samples && u < projections.size.width;
      values[k] = exists ? projections.load(u, view, projections.source(n)) : 0.0F;
    }
#pragma unroll
    for (int k = 0; k < Layout::samples / warps; ++k) {
      int const n = thread / 32 + k * warps;
      tile[n * pitch + pixel] = values[k] * scale(n) * of_pixel;
    }
  }
};

}  // namespace pyronn::detail
