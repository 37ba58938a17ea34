// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The pixels of a view that a tile of an image sees, laid out for loops that
/// vectorise.
#include <cstdint>
#include <cstring>

#include <pyronn/backend/cpu/detail/rows/places.hpp>
#include <pyronn/backend/cpu/detail/rows/tile_shadow.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// The same pointer, of which compilers know nothing: loops in which it is made
/// are left alone, and the loops in them vectorise.
template <class T>
T* opaque(T* pointer) {
#if defined(__GNUC__)
  __asm__("" : "+r"(pointer));
#endif
  return pointer;
}

/// The first number where `is_first` is 1, the second where it is 0, without a
/// branch.
inline float either_of(int is_first, float first, float second) {
  std::uint32_t const mask = 0U - static_cast<std::uint32_t>(is_first);
  return float_of_bits((bits_of_float(first) & mask) | (bits_of_float(second) & ~mask));
}

/// Copies `count` pixels of row `v` of a view from pixel `first` on; those that do not exist are
/// zero.
template <class Slice>
void copy_pixels(Slice const& slice, int v, int first, int count, int detector, float* row) {
  int const begin = clamp(-first, 0, count);
  int const end = clamp(detector - first, begin, count);
  for (int i = 0; i < begin; ++i) row[i] = 0.0F;
  for (int i = begin; i < end; ++i) row[i] = slice.texel_inside(first + i, v);
  for (int i = end; i < count; ++i) row[i] = 0.0F;
}

/// Says that pixels of row `v` of a view will be copied.
template <class Slice>
void prefetch_pixels(Slice const& slice, int v, int first, int count, int detector) {
#if defined(__GNUC__)
  constexpr int pixels_of_line = 16;
  int const begin = max(first, 0);
  int const last = min(first + count, detector) - 1;
  for (int i = begin; i < last; i += pixels_of_line) __builtin_prefetch(slice.address(i, v));
  if (begin <= last) __builtin_prefetch(slice.address(last, v));
#else
  static_cast<void>(slice), static_cast<void>(v), static_cast<void>(first);
  static_cast<void>(count), static_cast<void>(detector);
#endif
}

/// Makes four arrays the columns first, ..., first + 3 of a table: by way of a narrow one, so that
/// loops vectorise.
template <int Columns>
void put_columns(float const* const (&arrays)[4], int count, int first, float (*table)[Columns]) {
  float narrow[TileShadow::max_pixels][4];
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < 4; ++j) narrow[i][j] = arrays[j][i];
  }
  for (int i = 0; i < count; ++i) std::memcpy(table[i] + first, narrow[i], sizeof(narrow[i]));
}

/// For each pixel the value, and by how much the next one is greater.
template <int Most>
class PixelPairs {
 public:
  template <class Slice>
  void load(Slice const& slice, IndexRange const& pixels, int detector) {
    int const count = pixels.last - pixels.first + 1;
    float row[Most + 1];
    copy_pixels(slice, 0, pixels.first, count + 1, detector, row);
    for (int i = 0; i < count; ++i) {
      at_[i][0] = row[i];
      at_[i][1] = row[i + 1] - row[i];
    }
  }

  /// Adds to the sums of voxels.
  template <int Side>
  void add(Places<Side> const& places, int count, float (&sums)[Side]) const {
    float pair[Side][2];
    for (int k = 0; k < count; ++k) std::memcpy(pair[k], at_[places.index[k]], sizeof(pair[k]));
    for (int k = 0; k < count; ++k) {
      sums[k] = add_sample(sums[k], places.weight[k], pair[k][0], places.fraction[k], pair[k][1]);
    }
  }

 private:
  float at_[Most][2];
};

/// For each pixel what a run of voxels reads whose first reads that pixel,
/// where all depths are equal: voxels then need not look up theirs one by one.
template <int Most>
class RunPixels {
 public:
  template <class Slice>
  void load(Slice const& slice, ParallelRun const& run, IndexRange const& pixels, int detector) {
    int const count = pixels.last - pixels.first + 3;
    // With zeros around, as what is farther than a run from all others is read and not used.
    float row[3 * Most] = {};
    copy_pixels(slice, 0, pixels.first, count, detector, row + Most);
    for (int k = 0; k < voxels_of_run; k += 4) {
      auto const moved = [&](int lane) { return row + Most + run.pixels[lane]; };
      put_columns({moved(k), moved(k + 1), moved(k + 2), moved(k + 3)}, count, k, at_);
    }
  }

  /// Adds to the sums of a run; `start` is counted from pixel `-origin`.
  void add(RunStart const& start, int origin, ParallelRun const& run, float weight,
           float* sums) const {
    auto const* const pixels = opaque(at_ + (start.index + origin));
    float total[voxels_of_run];
    std::memcpy(total, sums, sizeof(total));
    for (int k = 0; k < voxels_of_run; ++k) {
      float const from_start = start.fraction + run.fraction[k];
      int const next = static_cast<int>(from_start);
      float const fraction = from_start - static_cast<float>(next);
      float const below = either_of(next, pixels[1][k], pixels[0][k]);
      float const above = either_of(next, pixels[2][k], pixels[1][k]);
      total[k] = add_sample(total[k], weight, below, fraction, above - below);
    }
    std::memcpy(sums, total, sizeof(total));
  }

 private:
  alignas(64) float at_[Most][voxels_of_run];
};

}  // namespace pyronn::detail
