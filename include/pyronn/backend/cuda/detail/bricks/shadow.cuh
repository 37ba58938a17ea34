// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BrickShadow: the pixels of a view whose rays may meet a brick of voxels, in batches for warps.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstdint>

#include <pyronn/backend/cuda/detail/bricks/ray_density.cuh>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

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

/// A rectangle of pixels, cut into batches, of which each lane of a warp takes a pixel or a run of
/// neighbouring ones. Their lines lie along the axis along which z changes most. The rays of a
/// batch are about a voxel apart, so that few lanes add to the same voxel at a time.
struct BrickShadow {
  int first[2];             ///< column and row of the detector
  int size[2];              ///< in columns and rows; 0 where the view does not see the brick
  Divisor stride;           ///< pixels between the lines of a batch
  Divisor line;             ///< how many lanes have what lies on a line
  Divisor phase;            ///< batches of those that the strides reach from one pixel
  std::uint8_t run_stride;  ///< runs between those of a line
  std::uint8_t along;       ///< the detector axis of lines, 0 is u, 1 is v
  std::int8_t run;          ///< pixels that a lane takes; negative: from the last one on
  bool is_bounded;          ///< whether `rays` are fewer than pixels, as far as is known
  float rays;               ///< at most so many touch a voxel, or their weights sum up to that
  float largest;            ///< of the pixels that are finite, without sign
  int end_batch;            ///< one past the last of its batches, counted through all views
  int num_batches;

  /// With its rectangle alone, and the density of its rays.
  template <class View>
  static __device__ BrickShadow of(View const& view, VoxelBox const& box, float reach,
                                   Extents<2> const& detector, RayDensity& density) {
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
    density = RayDensity::of(view, center, half, reach);
    return shadow;
  }

  /// At most so many rays touch a voxel, as far as is known.
  __device__ void set_rays(float most, bool is_projective, Extents<2> const& detector) {
    auto const pixels = static_cast<float>(size[0]) * static_cast<float>(size[1]);
    // A view that is not smooth has all its pixels in the shadow.
    bool const is_part =
        is_projective || pixels < static_cast<float>(detector[0]) * static_cast<float>(detector[1]);
    is_bounded = is_part && most < pixels;
    rays = is_part ? min(most, pixels) : pixels;
  }

  /// Cuts it into runs of so many pixels along an axis.
  __device__ void set_runs(RayDensity const& density, int axis, int pixels) {
    along = static_cast<std::uint8_t>(axis);
    run = static_cast<std::int8_t>(pixels);
    int const length = abs(pixels);
    bool const is_turned = axis != density.along;
    int const beside = is_turned ? density.pixels_along : density.pixels_across;
    // Lines that are near have runs of like numbers of slices, which matters more than conflicts.
    stride = Divisor{length > 1 ? max(beside / 2, 1) : beside};
    int const apart = is_turned ? density.pixels_across : density.pixels_along;
    run_stride = static_cast<std::uint8_t>((apart - 1) / length + 1);
    line = Divisor{(size[axis] - 1) / (length * run_stride) + 1};
    phase = Divisor{(line * ((size[1 - axis] - 1) / stride + 1) - 1) / 32 + 1};
  }

  /// Sets the number of batches; none where no pixel differs from zero.
  __device__ void count_batches(bool any_differs) {
    num_batches = any_differs ? phase * stride * run_stride : 0;
  }

  /// Pixels (u, v), (u + du, v + dv), ...
  struct Run {
    int u, v;
    int du, dv;
    int count;  ///< may be none
  };
  [[nodiscard]] __device__ Run run_of(int batch, int lane) const {
    int const part = phase.quotient(batch);
    int const n = (batch - part * phase) * 32 + lane;
    int const on_line = line.quotient(n);
    int const shift = stride.quotient(part);
    int const length = abs(static_cast<int>(run));
    int const across = on_line * stride + (part - shift * stride);
    int const place = ((n - on_line * line) * run_stride + shift) * length;
    int const count = across < size[1 - along] ? min(length, size[along] - place) : 0;
    if (count <= 0) return {first[0], first[1], 0, 0, 0};
    int const at = first[along] + place + (run < 0 ? count - 1 : 0);
    int const beside = first[1 - along] + across;
    int const step = run < 0 ? -1 : 1;
    return along == 0 ? Run{at, beside, step, 0, count} : Run{beside, at, 0, step, count};
  }
};

}  // namespace pyronn::detail
