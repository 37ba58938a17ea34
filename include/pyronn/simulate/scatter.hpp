// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/simulate/detail/checks.hpp>

namespace pyronn {

namespace detail {

/// Half of a symmetric sequence of weights, which travels in a launch.
struct GaussianWeights {
  static constexpr int capacity = 4096;

  int reach;  ///< pixels on either side of the middle one
  LaunchTable<float, capacity + 1> values;

  /// A Gaussian of standard deviation `sigma`, cut at four of them, of sum 1.
  static GaussianWeights make(double sigma) {
    GaussianWeights result{};
    result.reach = static_cast<int>(std::ceil(4.0 * sigma));
    auto const weight = [sigma](int k) { return std::exp(-0.5 * (k / sigma) * (k / sigma)); };
    double sum = 1.0;
    for (int k = 1; k <= result.reach; ++k) sum += 2.0 * weight(k);
    result.values[0] = static_cast<float>(1.0 / sum);
    for (int k = 1; k <= result.reach; ++k) {
      result.values[k] = static_cast<float>(weight(k) / sum);
    }
    return result;
  }

  /// One pixel of `views` convolved along an axis; beyond the outermost pixels there is nothing.
  template <int Axis>
  PYRONN_HOST_DEVICE float convolve(ProjectionView<float const> views, Vec<int, 3> pixel) const {
    int const middle = pixel[Axis];
    int const first = pyronn::max(0, middle - reach);
    int const last = pyronn::min(views.extents[Axis] - 1, middle + reach);
    float sum = 0.0F;
    for (int k = first; k <= last; ++k) {
      pixel[Axis] = k;
      sum += values[pyronn::abs(k - middle)] * views(pixel[0], pixel[1], pixel[2]);
    }
    return sum;
  }
};

struct BlurAlongU {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> input;
  ProjectionView<float> output;
  GaussianWeights weights;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    output(pixel[0], pixel[1], pixel[2]) = weights.convolve<0>(input, pixel);
  }
};

struct AddBlurredAlongV {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> input;
  ProjectionView<float> output;
  GaussianWeights weights;
  float factor;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    output(pixel[0], pixel[1], pixel[2]) += factor * weights.convolve<1>(input, pixel);
  }
};

}  // namespace detail

/// Scattered radiation as a smooth background: a fraction of the primary intensity, spread by a
/// Gaussian that may be wider along one axis of the detector. The simplest of the kernel models
/// (L. A. Love, R. A. Kruger, "Scatter estimation for a digital radiographic system using
/// convolution filtering", Med. Phys. 14 (1987)). What falls beside the detector is lost; else the
/// scatter's sum is `ratio` times the primary's.
class GaussianScatter {
 public:
  static constexpr double most_sigma = 1024;  ///< [pixels]

  /// `ratio` of scatter to primary; `sigma` the Gaussian's standard deviation along (u, v)
  /// [pixels], 0 for none, cut at four of them. Throws InvalidArgument for a ratio that is negative
  /// or not finite and a sigma outside [0, 1024].
  GaussianScatter(double ratio, Vec2d sigma) : ratio_{ratio} {
    detail::check_not_negative("GaussianScatter", "ratio", ratio, "of the primary");
    for (int axis = 0; axis < 2; ++axis) {
      detail::expects(sigma[axis] >= 0.0 && sigma[axis] <= most_sigma, "GaussianScatter: sigma ",
                      sigma, " must lie between 0 and ", most_sigma, " on both axes [pixels]");
      weights_[axis] = detail::GaussianWeights::make(sigma[axis]);
    }
  }

  /// Bytes of workspace for these views, at most `limit` unless a single view needs more.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ProjectionView<float const> intensities,
                                            std::size_t limit = default_workspace_limit) const {
    static_cast<void>(executor);
    std::size_t const view = view_bytes(intensities);
    auto const most = static_cast<std::size_t>(intensities.extents[2]);
    return view * clamp<std::size_t>(limit / view, 1, most);
  }

  /// Adds scatter to primary intensities (u, v, view), in place; any piece of a scan gets what the
  /// whole does. Does not synchronise. Throws InvalidArgument for arrays without extent and
  /// OutOfMemory for a workspace that is too small, both before anything is written.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float> intensities,
                  Workspace<Executor>& workspace) const {
    detail::check_views(executor, "GaussianScatter: intensities", intensities);
    int const num_views = intensities.extents[2];
    std::size_t const fit = workspace.bytes() / view_bytes(intensities);
    if (fit == 0) {
      throw OutOfMemory(detail::message("pyronn::GaussianScatter: the workspace has ",
                                        workspace.bytes(), " bytes; at least ",
                                        view_bytes(intensities), " are needed"));
    }
    if (ratio_ == 0.0) return;
    int const chunk = static_cast<int>(min(fit, static_cast<std::size_t>(num_views)));
    for (int first = 0; first < num_views; first += chunk) {
      auto const part = intensities.slices(first, min(chunk, num_views - first));
      ProjectionView<float> const rows{reinterpret_cast<float*>(workspace.data()), part.extents};
      executor.for_each(part.extents, detail::BlurAlongU{part, rows, weights_[0]});
      executor.for_each(part.extents, detail::AddBlurredAlongV{rows, part, weights_[1],
                                                               static_cast<float>(ratio_)});
    }
  }

 private:
  static std::size_t view_bytes(ProjectionView<float const> views) {
    detail::expects(views.extents[0] >= 1 && views.extents[1] >= 1 && views.extents[2] >= 1,
                    "GaussianScatter: extents (u, v, view) ", views.extents,
                    " must be at least 1 on every axis");
    return static_cast<std::size_t>(views.slice_count()) * sizeof(float);
  }

  double ratio_;
  detail::GaussianWeights weights_[2]{};
};

}  // namespace pyronn
