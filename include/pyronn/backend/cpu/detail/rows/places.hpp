// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Places: between which pixels the voxels of a row of a tile project.
#include <pyronn/backend/cpu/detail/rows/boxes.hpp>
#include <pyronn/backend/cpu/detail/rows/tile_shadow.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// What a voxel takes from the pixels below and above it, added to its sum.
/// Every loop adds in this one form, so that all of them round alike.
inline float add_sample(float sum, float weight, float below, float fraction, float rise) {
  return sum + weight * (below + fraction * rise);
}

/// How far the voxels of a run project from its first where all depths are
/// equal, in whole pixels and fractions.
struct ParallelRun {
  int pixels[voxels_of_run];
  float fraction[voxels_of_run];

  ParallelRun() = default;
  explicit ParallelRun(float step) {
    for (int k = 0; k < voxels_of_run; ++k) {
      float const offset = static_cast<float>(k) * step;
      int const below = floor_to_int(offset);
      // Right below a pixel the difference to the one before is rounded to 1.
      int const rounded = below + static_cast<int>(offset - static_cast<float>(below));
      pixels[k] = rounded;
      fraction[k] = max(offset - static_cast<float>(rounded), 0.0F);
    }
  }
};

/// Where the first voxel of such a run projects.
struct RunStart {
  int index;
  float fraction;

  RunStart(ProjectedRow const& row, int first) {
    float const position = row.u + static_cast<float>(first) * row.step_u;
    index = static_cast<int>(position);
    fraction = position - static_cast<float>(index);
  }
};

/// The places of at most `Most` voxels.
template <int Most>
struct Places {
  int index[Most];       ///< of the pixel below
  float fraction[Most];  ///< of the way to the pixel above
  float weight[Most];    ///< of the depth

  /// The voxels [first, first + count) of a row, which are whole runs, of equal
  /// depths.
  template <class DepthWeight>
  void find(ProjectedRow const& row, ParallelRun const& run, int first, int count) {
    for (int n = 0; n < count; n += voxels_of_run) {
      RunStart const start{row, first + n};
      for (int k = 0; k < voxels_of_run; ++k) {
        float const from_start = start.fraction + run.fraction[k];
        int const next = static_cast<int>(from_start);
        index[n + k] = start.index + run.pixels[k] + next;
        fraction[n + k] = from_start - static_cast<float>(next);
      }
    }
    for (int k = 0; k < count; ++k) weight[k] = DepthWeight{}(reciprocal(row.w));
  }

  /// The same where depths differ.
  template <class DepthWeight>
  void find(ProjectedRow const& row, int first, int count) {
    auto const begin = static_cast<float>(first);
    for (int k = 0; k < count; ++k) {
      float const n = begin + static_cast<float>(k);
      float const inverse = reciprocal(row.w + n * row.step_w);
      float const position = (row.u + n * row.step_u) * inverse;
      index[k] = static_cast<int>(position);
      fraction[k] = position - static_cast<float>(index[k]);
      weight[k] = DepthWeight{}(inverse);
    }
  }

  /// Moves what lies exactly upon a pixel to the end of the interval before it:
  /// the voxel then takes nothing from the pixel after it, not even 0 times a
  /// sample that is not finite.
  void leave_out(int pixel, int count) {
    for (int k = 0; k < count; ++k) {
      index[k] -= static_cast<int>(both(index[k] == pixel, fraction[k] == 0.0F));
    }
  }
};

}  // namespace pyronn::detail
