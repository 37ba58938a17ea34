// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// GaussianScatter: scattered radiation as a smooth background.
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

/// The weights of a Gaussian from its middle to one end, which are passed in a launch's argument.
struct GaussianWeights {
  static constexpr int capacity = 4096;

  int radius;  ///< pixels on either side of the middle one
  LaunchTable<float, capacity + 1> values;

  /// A Gaussian of standard deviation `sigma`, cut off at 4 sigma and normalised to the sum 1.
  static GaussianWeights make(double sigma) {
    GaussianWeights result{};
    result.radius = static_cast<int>(std::ceil(4.0 * sigma));
    auto const weight = [sigma](int k) { return std::exp(-0.5 * (k / sigma) * (k / sigma)); };
    double sum = 1.0;
    for (int k = 1; k <= result.radius; ++k) sum += 2.0 * weight(k);
    result.values[0] = static_cast<float>(1.0 / sum);
    for (int k = 1; k <= result.radius; ++k) {
      result.values[k] = static_cast<float>(weight(k) / sum);
    }
    return result;
  }

  /// A pixel of `views` after convolution along an axis; pixels outside the detector are zero.
  template <int Axis>
  PYRONN_HOST_DEVICE float convolve(ProjectionView<float const> views, Vec<int, 3> pixel) const {
    int const middle = pixel[Axis];
    int const first = pyronn::max(0, middle - radius);
    int const last = pyronn::min(views.extents[Axis] - 1, middle + radius);
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

/// Scattered radiation as a smooth background: a fraction of the primary intensity, blurred by a
/// Gaussian that may be wider along one axis of the detector. It is the simplest of the models that
/// convolve with a kernel (L. A. Love, R. A. Kruger, "Scatter estimation for a digital radiographic
/// system using convolution filtering", Med. Phys. 14, 1987). The sum of the scatter is `ratio`
/// times that of the primary intensity, less what falls beside the detector.
class GaussianScatter {
 public:
  static constexpr double most_sigma = 1024;  ///< the largest standard deviation [pixels]

  /// `ratio` is that of scatter to primary intensity, `sigma` the standard deviation of the
  /// Gaussian along (u, v) [pixels]; it is cut off at 4 sigma, and 0 means no blur. Throws
  /// InvalidArgument for a ratio that is negative or not finite and for a sigma outside [0, 1024].
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

  /// Adds scatter to primary intensities (u, v, view), in place. Views are independent, so that a
  /// scan can be worked on in blocks of views. The call does not synchronise. It throws
  /// InvalidArgument for arrays without elements and OutOfMemory for a workspace that is too small,
  /// both before anything is written.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float> intensities,
                  Workspace<Executor>& workspace) const {
    detail::check_views(executor, "GaussianScatter: intensities", intensities);
    workspace.check_order(executor, "GaussianScatter");
    int const num_views = intensities.extents[2];
    std::size_t const fit = workspace.bytes() / view_bytes(intensities);
    if (fit == 0) {
      throw OutOfMemory(detail::message("pyronn::GaussianScatter: the workspace has ",
                                        workspace.bytes(), " bytes; at least ",
                                        view_bytes(intensities), " are needed"));
    }
    if (ratio_ == 0.0) return;
    int const views_at_a_time = static_cast<int>(min(fit, static_cast<std::size_t>(num_views)));
    for (int first = 0; first < num_views; first += views_at_a_time) {
      auto const views = intensities.slices(first, min(views_at_a_time, num_views - first));
      ProjectionView<float> const rows{reinterpret_cast<float*>(workspace.data()), views.extents};
      executor.for_each(views.extents, detail::BlurAlongU{views, rows, weights_[0]});
      executor.for_each(views.extents, detail::AddBlurredAlongV{rows, views, weights_[1],
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
