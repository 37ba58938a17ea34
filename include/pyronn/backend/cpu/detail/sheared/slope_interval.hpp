// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SlopeInterval: rays of nearly one slope, and the shear that makes them upright.
#include <cmath>

#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// Slices that a strip has, which are the lanes of loops that vectorise.
inline constexpr int strip_slices = 16;

/// One of `count` intervals of the slopes of rays in the plane: how far a ray moves across from one
/// slice to the next, at most one voxel. A strip of slices is sheared by whole voxels, so that in
/// it rays of the interval move by less than one voxel to either side of where they cross its first
/// slice: half a voxel for what whole voxels leave, and 15/32 for what slopes differ.
class SlopeInterval {
 public:
  static constexpr int count = 32;

  explicit SlopeInterval(int index) : middle_{(static_cast<float>(index) + 0.5F) * width - 1.0F} {
    for (int lane = 0; lane < strip_slices; ++lane) {
      float const moved = static_cast<float>(lane) * middle_;
      shifts_[lane] = static_cast<int>(std::floor(moved + 0.5F));
      rests_[lane] = moved - static_cast<float>(shifts_[lane]);
    }
  }

  /// The index of the interval that a slope is in.
  static int index_of(float slope) {
    return clamp(static_cast<int>((slope + 1.0F) / width), 0, count - 1);
  }

  [[nodiscard]] float middle() const { return middle_; }
  /// By how many voxels the slice `lane` of a strip is moved back.
  [[nodiscard]] int shift(int lane) const { return shifts_[lane]; }
  /// How much farther across than that the middle slope has moved.
  [[nodiscard]] float rest(int lane) const { return rests_[lane]; }

 private:
  static constexpr float width = 2.0F / count;

  float middle_;
  int shifts_[strip_slices];
  float rests_[strip_slices];
};

}  // namespace pyronn::detail
