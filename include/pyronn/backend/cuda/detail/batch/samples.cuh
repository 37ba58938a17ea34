// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The samples of a batch in the plane, as kernels address them: images, or projections whose rows
/// are views. In space they are the slices of a volume, or the detector rows that see slices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstdint>

#include <cuda_runtime.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// How large a batch is: rows of elements along x or u, of which a sample has one for each y or
/// view.
struct BatchSize {
  int width;
  int rows;
  int samples;
};

/// Samples in memory.
template <class T>
struct BatchArray {
  T* data;  ///< the first element of the first sample
  BatchSize size;
  std::int64_t row_stride;     ///< elements from row to row
  std::int64_t sample_stride;  ///< elements from sample to sample

  [[nodiscard]] PYRONN_HOST_DEVICE T* at(int x, int row, int sample) const {
    return data + (sample * sample_stride + row * row_stride + x);
  }
  /// Where a sample is read from, and an element of it.
  [[nodiscard]] __device__ int source(int sample) const { return sample; }
  [[nodiscard]] __device__ float load(int x, int row, int source) const {
    return load_float(at(x, row, source), 0);
  }

  [[nodiscard]] BatchArray slices(int first, int count) const {
    return {at(0, 0, first), {size.width, size.rows, count}, row_stride, sample_stride};
  }
  [[nodiscard]] BatchArray from_row(int row) const {
    return {at(0, row, 0), size, row_stride, sample_stride};
  }
};

/// Images (x, y, 1, sample).
template <class T>
BatchArray<T> batch_of_images(ArrayView<T, 4> images) {
  Extents<4> const& extents = images.extents;
  return {images.data, {extents[0], extents[1], extents[3]}, extents[0], images.slice_count()};
}

/// Projections (u, 1, view, sample).
template <class T>
BatchArray<T> batch_of_views(ArrayView<T, 4> projections) {
  Extents<4> const& extents = projections.extents;
  return {projections.data,
          {extents[0], extents[2], extents[3]},
          extents[0],
          projections.slice_count()};
}

/// The slices of one of some volumes (x, y, z, sample).
template <class T>
BatchArray<T> batch_of_slices(ArrayView<T, 4> volumes, int volume) {
  Extents<4> const& extents = volumes.extents;
  return {volumes.data + volume * volumes.slice_count(),
          {extents[0], extents[1], extents[2]},
          extents[0],
          std::int64_t{extents[0]} * extents[1]};
}

/// The rows of the detector, in all views, of one of some projections (u, v, view, sample).
template <class T>
BatchArray<T> batch_of_rows(ArrayView<T, 4> projections, int volume) {
  Extents<4> const& extents = projections.extents;
  return {projections.data + volume * projections.slice_count(),
          {extents[0], extents[2], extents[1]},
          std::int64_t{extents[0]} * extents[1],
          extents[0]};
}

/// Where the samples of one array lie among those of another: sample n at first + n * step.
struct SamplePositions {
  double first;
  double step;
};

/// The same for kernels, in units of 2^-36, so that what a sample gets depends neither on where its
/// batch begins nor on how compilers round: exact for whole samples, within 2^-24 for some thousand
/// others, without conversions, which are slow.
struct FixedPositions {
  static constexpr int bits = 36;

  std::int64_t first;  ///< with what is added to round to `part`
  std::int64_t step;

  explicit FixedPositions(SamplePositions const& positions)
      : first{fixed(positions.first) + (std::int64_t{1} << (bits - 24))},
        step{fixed(positions.step)} {}

  [[nodiscard]] PYRONN_HOST_DEVICE std::int64_t operator()(int sample) const {
    return first + sample * step;
  }
  /// The whole samples of a position.
  static PYRONN_HOST_DEVICE int whole(std::int64_t position) {
    return static_cast<int>(position >> bits);
  }
  /// The bits of 1 and what a position has besides.
  static PYRONN_HOST_DEVICE unsigned one_and_part(std::int64_t position) {
    return 0x3f800000U | (static_cast<unsigned>(position >> (bits - 23)) & 0x7fffffU);
  }

 private:
  /// Samples that are seen have positions far within these bounds.
  static std::int64_t fixed(double samples) {
    constexpr double most = 1 << 25;
    return std::llround(std::ldexp(clamp(samples, -most, most), bits));
  }
};

/// Samples some of which are seen, from `first` on.
struct SeenSamples {
  int first;
  int count;
};

/// Which of `count` samples have a position within less than 1 of one of `others` samples.
inline SeenSamples seen_samples(int count, SamplePositions const& positions, int others) {
  double const a = (-1 - positions.first) / positions.step;
  double const b = (others - positions.first) / positions.step;
  double const begin = clamp(std::floor(min(a, b)) + 1, 0.0, static_cast<double>(count));
  double const end = clamp(std::ceil(max(a, b)), begin, static_cast<double>(count));
  return {static_cast<int>(begin), static_cast<int>(end - begin)};
}

/// Calls `work(samples)` for those before and those after the ones that are seen.
template <class T, class Work>
void work_on_unseen(BatchArray<T> const& all, SeenSamples const& seen, Work const& work) {
  int const end = seen.first + seen.count;
  if (seen.first > 0) work(all.slices(0, seen.first));
  if (end < all.size.samples) work(all.slices(end, all.size.samples - end));
}

/// How often it calls it.
inline int unseen_pieces(int all, SeenSamples const& seen) {
  return (seen.first > 0 ? 1 : 0) + (seen.first + seen.count < all ? 1 : 0);
}

/// Samples, each of which is blended of the two of an array that its position lies between. The
/// weight of one at the distance d is 1 - sharpness * d, or 0.
template <class T>
struct BlendedSamples {
  BatchArray<T const> array;
  FixedPositions positions;  ///< among the samples of `array`, of sample 0
  float sharpness;           ///< 1 or more; 1: linear interpolation
  BatchSize size;
  int first;  ///< what is sample 0 to others

  /// Two samples of the array and their weights; the one without weight is not read, as it may not
  /// be finite.
  struct Neighbours {
    int lower;
    float of_lower;
    float of_upper;
  };

  [[nodiscard]] __device__ Neighbours source(int sample) const {
    std::int64_t const position = positions(first + sample);
    int const lower = FixedPositions::whole(position);
    float const part = __uint_as_float(FixedPositions::one_and_part(position)) - 1.0F;
    return {lower, weight(lower, part), weight(lower + 1, 1.0F - part)};
  }
  [[nodiscard]] __device__ float load(int x, int row, Neighbours const& of) const {
    float const lower = of.of_lower > 0.0F ? array.load(x, row, of.lower) : 0.0F;
    float const upper = of.of_upper > 0.0F ? array.load(x, row, of.lower + 1) : 0.0F;
    // Left to the compiler, either product could be the one that is rounded.
    return __fmaf_rn(of.of_upper, upper, __fmul_rn(of.of_lower, lower));
  }

  [[nodiscard]] BlendedSamples slices(int from, int count) const {
    BlendedSamples result = *this;
    result.first += from;
    result.size.samples = count;
    return result;
  }
  [[nodiscard]] BlendedSamples from_row(int row) const {
    BlendedSamples result = *this;
    result.array = array.from_row(row);
    return result;
  }

 private:
  /// That of a sample of the array at a distance.
  [[nodiscard]] __device__ float weight(int sample, float distance) const {
    bool const exists = sample >= 0 && sample < array.size.samples;
    return exists ? max(1.0F - sharpness * distance, 0.0F) : 0.0F;
  }
};

/// Makes samples zero.
template <class T>
struct ClearSamples {
  struct Block : BlockShape<256, 1, 1> {};

  BatchArray<T> array;

  [[nodiscard]] Extents<3> items() const {
    return {array.size.width, array.size.rows, array.size.samples};
  }
  __device__ void operator()(Vec<int, 3> item) const {
    write_or_add(*array.at(item[0], item[1], item[2]), 0.0F, false);
  }
};

}  // namespace pyronn::detail
