// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Weights of pixels, and how those of many views travel into kernels.

#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn::detail {

/// The cosine of the angle between a ray and the central one.
struct CosineOfRay {
  template <class View>
  PYRONN_HOST_DEVICE float operator()(View const& view, float u, float v) const {
    return view.cosine(u, v);
  }
};

/// How much a ray counts among those that see the same line.
struct RedundancyOfRay {
  template <class View>
  PYRONN_HOST_DEVICE float operator()(View const& view, float u, float v) const {
    RedundancyWeight const& weight = view.share.redundancy;
    if (weight.kind == Redundancy::uniform) return weight.parameter;
    return weight(view.share.angle, view.fan_angle(u, v));
  }
};

/// All that filtered backprojection multiplies a pixel with before filtering.
struct FbpWeightOfRay {
  template <class View>
  PYRONN_HOST_DEVICE float operator()(View const& view, float u, float v) const {
    return of_row(view, v) * of_ray(view, u, v) * redundancy(view, u, v);
  }

  /// What is the same for a row.
  template <class View>
  static PYRONN_HOST_DEVICE float of_row(View const& view, float v) {
    return view.share.factor / view.row_distance(v);
  }
  template <class View>
  static PYRONN_HOST_DEVICE float of_ray(View const& view, float u, float v) {
    return view.cosine(u, v);
  }
  template <class View>
  static PYRONN_HOST_DEVICE float redundancy(View const& view, float u, float v) {
    return RedundancyOfRay{}(view, u, v);
  }

  /// What is left in rows v and v + 1, which share most of it where fan angles are those of all
  /// rows.
  template <class View>
  static PYRONN_HOST_DEVICE Vec<float, 2> of_two_pixels(View const& view, float u, float v) {
    float const first = redundancy(view, u, v);
    float const second = view.is_z_aligned() ? first : redundancy(view, u, v + 1);
    return {of_ray(view, u, v) * first, of_ray(view, u, v + 1) * second};
  }
};

/// The weights of some views, as they travel in a launch.
template <class View, class Weight>
struct ViewWeightTable {
  static constexpr int capacity = 512;

  LaunchTable<View, capacity> views;

  PYRONN_HOST_DEVICE float operator()(float u, float v, int n) const {
    return Weight{}(views[n], u, v);
  }
  PYRONN_HOST_DEVICE float of_row(float v, int n) const { return Weight::of_row(views[n], v); }
  PYRONN_HOST_DEVICE Vec<float, 2> of_two_pixels(float u, float v, int n) const {
    return Weight::of_two_pixels(views[n], u, v);
  }
};

/// The same where they were set up, on the host: `views_per_sample` views from `views` on, for the
/// next sample as many from `sample_stride` views farther on, which is 0 where samples share them.
template <class View, class Weight, int Dimension = 3>
struct ViewWeights {
  static constexpr int capacity = ViewWeightTable<View, Weight>::capacity;
  static constexpr bool of_single_rows = Dimension == 2;

  View const* views;
  int views_per_sample;
  int sample_stride;

  [[nodiscard]] View const& view(int n) const {
    return views[n / views_per_sample * sample_stride + n % views_per_sample];
  }

  float of_row(float v, int n) const { return Weight::of_row(view(n), v); }
  float of_ray(float u, float v, int n) const { return Weight::of_ray(view(n), u, v); }
  float redundancy(float u, float v, int n) const { return Weight::redundancy(view(n), u, v); }
  [[nodiscard]] bool rows_share_redundancy(int n) const { return view(n).is_z_aligned(); }

  /// The views [first, first + count); count is at most `capacity`.
  [[nodiscard]] ViewWeightTable<View, Weight> table(int first, int count) const {
    ViewWeightTable<View, Weight> result;
    for (int n = 0; n < count; ++n) result.views[n] = view(first + n);
    return result;
  }
};

}  // namespace pyronn::detail
