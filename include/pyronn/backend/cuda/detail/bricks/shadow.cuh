// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BrickShadow: the pixels of a view whose rays may meet a brick of voxels, in batches for warps.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstdint>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// How many rays a voxel may be touched by, and how they lie about it.
struct RayDensity {
  float rays;         ///< at most so many touch a voxel
  int along;          ///< the detector axis along which z changes most: 0 is u, 1 is v
  int pixels_along;   ///< pixels on this axis that are a voxel apart, or a little more
  int pixels_across;  ///< the same on the other axis
};

/// Finds the density of a view's rays about the voxels of a box. A voxel is touched by rays that
/// come within `reach` voxels on each axis. Its footprint is no larger than the sum of its
/// extents along three axes. These are measured at the corners of the box. For a projective view
/// they are there as large as anywhere but for the square of the depth, by which they are divided;
/// other views that are smooth (footprint.hpp) vary less than that factor. Where not even this is
/// known, any number of rays may touch a voxel.
template <class View>
__device__ RayDensity find_density(View const& view, Vec3f const& center, Vec3f const& half,
                                   float reach) {
  float extent[2][3] = {};
  float nearest = anywhere;
  float farthest = 0.0F;
  bool is_known = true;
  float rise[2] = {};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3f const at = center + Vec3f{(corner & 1) != 0 ? half[0] : -half[0],
                                    (corner & 2) != 0 ? half[1] : -half[1],
                                    (corner & 4) != 0 ? half[2] : -half[2]};
    for (int axis = 0; axis < 3; ++axis) {
      Vec3f step{};
      step[axis] = reach;
      auto const above = view.project(at + step);
      auto const below = view.project(at - step);
      float const moved[2] = {above.u - below.u, above.v - below.v};
      for (int n = 0; n < 2; ++n) {
        is_known = is_known && abs(moved[n]) < 1e30F;  // not for what is not a number
        extent[n][axis] = max(extent[n][axis], abs(moved[n]));
        if (axis == 2) rise[n] += moved[n];
      }
      nearest = min(nearest, min(above.depth, below.depth));
      farthest = max(farthest, max(above.depth, below.depth));
    }
  }
  float factor = 1.5F;
  if constexpr (View::is_projective) factor = (farthest / nearest) * (farthest / nearest);
  RayDensity density{anywhere, abs(rise[1]) >= abs(rise[0]) ? 1 : 0, 1, 1};
  if (!is_known || !(nearest > 0.0F)) return density;
  float width[2] = {};
  for (int n = 0; n < 2; ++n) {
    width[n] = factor * (extent[n][0] + extent[n][1] + extent[n][2]);
  }
  density.rays = (width[0] + 1.001F) * (width[1] + 1.001F);
  auto const apart = [](float pixels) {
    return static_cast<int>(clamp(std::ceil(pixels), 1.0F, 16.0F));
  };
  density.pixels_along = apart(extent[density.along][2] / (2.0F * reach));
  // Of a view that is upright, at most angles.
  density.pixels_across = apart(width[1 - density.along] / (2.4F * factor * reach));
  return density;
}

/// Divides numbers that are not negative, rounding down, by one that is known before.
class Divisor {
 public:
  Divisor() = default;
  explicit __device__ Divisor(int number)
      : number_{number}, inverse_{0xffffffffU / static_cast<unsigned>(number)} {}

  [[nodiscard]] __device__ int quotient(int dividend) const {
    auto const product = static_cast<std::uint64_t>(inverse_) * static_cast<unsigned>(dividend);
    auto const guess = static_cast<int>(product >> 32);  // or one less than is right
    return guess + (dividend - guess * number_ >= number_ ? 1 : 0);
  }
  [[nodiscard]] __device__ operator int() const { return number_; }

 private:
  int number_;
  unsigned inverse_;
};

/// A rectangle of pixels, cut into batches, of which each lane of a warp takes a pixel. Their rows
/// lie along the axis along which z changes most. The rays of a batch are about a voxel apart, so
/// that few lanes add to the same voxel at a time.
struct BrickShadow {
  int first[2];          ///< column and row of the detector
  int size[2];           ///< in columns and rows; 0 where the view does not see the brick
  Divisor stride;        ///< pixels between the columns of a batch
  Divisor row_stride;    ///< pixels between its rows
  Divisor rows;          ///< of each batch
  int columns;           ///< of each batch
  Divisor parts_across;  ///< how many batches lie across
  float rays;            ///< at most so many touch a voxel
  bool is_bounded;       ///< whether they are fewer than pixels, as far as is known
  std::uint8_t along;    ///< the detector axis of a batch's rows, 0 is u, 1 is v
  float largest;         ///< of the pixels that are finite, without sign
  int end_batch;         ///< one past the last of its batches, counted through all views
  int num_batches;

  template <class View>
  static __device__ BrickShadow of(View const& view, VoxelBox const& box, float reach,
                                   Extents<2> const& detector) {
    Vec3f center{};
    Vec3f half{};
    for (int axis = 0; axis < 3; ++axis) {
      center[axis] = 0.5F * static_cast<float>(box.first[axis] + box.end[axis] - 1);
      half[axis] = 0.5F * static_cast<float>(box.end[axis] - box.first[axis] - 1) + reach;
    }
    IndexRange columns{0, detector[0] - 1};
    IndexRange rows{0, detector[1] - 1};
    find_footprint(view, center, half, detector, columns, rows);
    BrickShadow shadow{};
    if (columns.first > columns.last || rows.first > rows.last) return shadow;
    shadow.first[0] = columns.first;
    shadow.first[1] = rows.first;
    shadow.size[0] = columns.last - columns.first + 1;
    shadow.size[1] = rows.last - rows.first + 1;
    RayDensity const density = find_density(view, center, half, reach);
    shadow.along = static_cast<std::uint8_t>(density.along);
    auto const pixels = static_cast<float>(shadow.size[0]) * static_cast<float>(shadow.size[1]);
    // A view that is not smooth has all its pixels in the shadow.
    bool const is_part = View::is_projective ||
                         pixels < static_cast<float>(detector[0]) * static_cast<float>(detector[1]);
    shadow.is_bounded = is_part && density.rays < pixels;
    shadow.rays = is_part ? min(density.rays, pixels) : pixels;
    shadow.set_shape(density);
    return shadow;
  }

  /// Sets the number of batches; none where no pixel differs from zero.
  __device__ void count_batches(bool any_differs) {
    num_batches = any_differs ? parts_along() * parts_across : 0;
  }

  /// A pixel; the shadow's first one where a lane has none.
  struct Pixel {
    int u, v;
    bool exists;
  };
  [[nodiscard]] __device__ Pixel pixel(int batch, int lane) const {
    int const part = parts_across.quotient(batch);
    int const group = batch - part * parts_across;
    int const column = rows.quotient(lane);
    int const row = lane - column * rows;
    int const across = (stride.quotient(group) * (columns - 1) + column) * stride + group;
    int const place = (row_stride.quotient(part) * (rows - 1) + row) * row_stride + part;
    if (column >= columns || place >= size[along] || across >= size[1 - along]) {
      return {first[0], first[1], false};
    }
    int const at = first[along] + place;
    int const beside = first[1 - along] + across;
    return along == 0 ? Pixel{at, beside, true} : Pixel{beside, at, true};
  }

 private:
  static constexpr int most_rows = 16;

  __device__ void set_shape(RayDensity const& density) {
    stride = Divisor{density.pixels_across};
    row_stride = Divisor{density.pixels_along};
    int const all_rows = (size[along] - 1) / row_stride + 1;
    rows = Divisor{(all_rows - 1) / ((all_rows - 1) / most_rows + 1) + 1};
    columns = 32 / rows;
    parts_across = Divisor{((size[1 - along] - 1) / (columns * stride) + 1) * stride};
  }
  [[nodiscard]] __device__ int parts_along() const {
    return ((size[along] - 1) / (rows * row_stride) + 1) * row_stride;
  }
};

}  // namespace pyronn::detail
