// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MotionBlur: the blur of a gantry that turns while the detector integrates.
#include <cmath>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/simulate/detail/checks.hpp>

namespace pyronn {

/// Which views lie beyond the first and the last view of a scan.
enum class ScanEnds {
  cyclic,  ///< a full circle: the last view and the first are neighbours
  clamped  ///< the first and the last view are repeated
};

namespace detail {

/// Writes the weighted mean of neighbouring views; an item is a pixel of a view.
struct BlurViews {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int most_views = 2000;

  ProjectionView<float const> scan;
  ProjectionView<float> blurred;
  int first_view;
  bool cyclic;
  int radius;
  LaunchTable<float, most_views / 2 + 1> weights;  ///< of views 0, 1, ... away on either side

  PYRONN_HOST_DEVICE int neighbour(std::int64_t view) const {
    int const count = scan.extents[2];
    if (!cyclic) return static_cast<int>(pyronn::clamp<std::int64_t>(view, 0, count - 1));
    return static_cast<int>((view + count) % count);
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    std::int64_t const view = std::int64_t{first_view} + pixel[2];
    float sum = weights[0] * scan(pixel[0], pixel[1], neighbour(view));
    for (int k = 1; k <= radius; ++k) {
      sum += weights[k] * (scan(pixel[0], pixel[1], neighbour(view - k)) +
                           scan(pixel[0], pixel[1], neighbour(view + k)));
    }
    blurred(pixel[0], pixel[1], pixel[2]) = sum;
  }
};

}  // namespace detail

/// The blur of a gantry that turns while the detector integrates: every view becomes the mean over
/// an interval of angles about its own, where views are interpolated linearly between the measured
/// ones.
class MotionBlur {
 public:
  /// The widest interval that is allowed [steps between views].
  static constexpr int most_views = detail::BlurViews::most_views;

  /// `width` is the width of the interval [angular steps between views]; 0 leaves views as they
  /// are. Throws InvalidArgument for a width outside [0, 2000].
  MotionBlur(double width, ScanEnds ends) : width_{width}, kernel_{} {
    detail::expects(width >= 0.0 && width <= most_views, "MotionBlur: width ", width,
                    " must lie between 0 and ", most_views, " [steps between views]");
    kernel_.cyclic = ends == ScanEnds::cyclic;
    kernel_.radius = static_cast<int>(std::ceil(width / 2));
    for (int k = 0; k <= kernel_.radius; ++k) {
      kernel_.weights[k] = static_cast<float>(weight(width, k));
    }
  }

  /// Computes views of the blurred scan from the intensities (u, v, view) of the whole scan: the
  /// views from `first_view` on, as many as `blurred` holds, so that a scan can be worked on in
  /// blocks of views. Line integrals would be wrong here, as a detector integrates intensities. The
  /// call does not synchronise. It throws InvalidArgument for extents that do not fit, an interval
  /// of more views than the scan has, and arrays that overlap.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float const> scan,
                  ProjectionView<float> blurred, int first_view = 0) const {
    detail::check_views(executor, "MotionBlur: scan", scan);
    detail::check_views(executor, "MotionBlur: output", blurred, first_view);
    Extents<3> expected = scan.extents;
    expected[2] = blurred.extents[2];
    detail::check_same("MotionBlur", blurred.extents, expected);
    detail::expects(expected[2] <= scan.extents[2] - first_view, "MotionBlur: views ", first_view,
                    " to ", first_view + expected[2] - 1, " are not among the scan's ",
                    scan.extents[2]);
    detail::expects(width_ <= scan.extents[2], "MotionBlur: width ", width_,
                    " is more than the scan's ", scan.extents[2], " views");
    detail::check_apart("MotionBlur", scan, blurred);
    detail::BlurViews kernel = kernel_;
    kernel.scan = scan;
    kernel.blurred = blurred;
    kernel.first_view = first_view;
    executor.for_each(blurred.extents, kernel);
  }

 private:
  /// The integral from -infinity to x of the hat function max(0, 1 - |x|) of linear interpolation.
  static double hat_integral(double x) {
    if (x <= 0.0) return x > -1.0 ? 0.5 * (1.0 + x) * (1.0 + x) : 0.0;
    return x < 1.0 ? 1.0 - 0.5 * (1.0 - x) * (1.0 - x) : 1.0;
  }

  /// The weight of the view k steps away in the mean over an interval.
  static double weight(double width, int k) {
    if (width == 0.0) return 1.0;
    return (hat_integral(width / 2 - k) - hat_integral(-width / 2 - k)) / width;
  }

  double width_;
  detail::BlurViews kernel_;
};

}  // namespace pyronn
