// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// What lies beyond the first and the last view of a scan.
enum class ScanEnds {
  cyclic,  ///< a full circle: the last view and the first are neighbours
  clamped  ///< nothing else than the outermost view itself
};

namespace detail {

/// One pixel of one view: the weighted mean of the views about it.
struct BlurViews {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int most_views = 2000;

  ProjectionView<float const> scan;
  ProjectionView<float> blurred;
  int first_view;
  bool cyclic;
  int reach;
  LaunchTable<float, most_views / 2 + 1> weights;  ///< of views 0, 1, ... away on either side

  PYRONN_HOST_DEVICE int neighbour(std::int64_t view) const {
    int const count = scan.extents[2];
    if (!cyclic) return static_cast<int>(pyronn::clamp<std::int64_t>(view, 0, count - 1));
    return static_cast<int>((view + count) % count);
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    std::int64_t const view = std::int64_t{first_view} + pixel[2];
    float sum = weights[0] * scan(pixel[0], pixel[1], neighbour(view));
    for (int k = 1; k <= reach; ++k) {
      sum += weights[k] * (scan(pixel[0], pixel[1], neighbour(view - k)) +
                           scan(pixel[0], pixel[1], neighbour(view + k)));
    }
    blurred(pixel[0], pixel[1], pixel[2]) = sum;
  }
};

}  // namespace detail

/// The gantry turns while the detector integrates: every view is the mean over an interval of
/// angles about its own, between views linearly interpolated.
class MotionBlur {
 public:
  /// The widest interval [steps between views].
  static constexpr int most_views = detail::BlurViews::most_views;

  /// `width` of the interval [angular steps between views]; 0 leaves views as they are. Throws
  /// InvalidArgument for a width outside [0, 2000].
  MotionBlur(double width, ScanEnds ends) : width_{width}, kernel_{} {
    detail::expects(width >= 0.0 && width <= most_views, "MotionBlur: width ", width,
                    " must lie between 0 and ", most_views, " [steps between views]");
    kernel_.cyclic = ends == ScanEnds::cyclic;
    kernel_.reach = static_cast<int>(std::ceil(width / 2));
    for (int k = 0; k <= kernel_.reach; ++k) {
      kernel_.weights[k] = static_cast<float>(weight(width, k));
    }
  }

  /// Views [first_view, ...) of the blurred scan, as many as `blurred` holds, from the views (u, v,
  /// view) of the whole scan; so the work may be done piece by piece. Wants intensities, which is
  /// what a detector integrates. Does not synchronise. Throws InvalidArgument for sizes that do not
  /// fit, an interval of more views than the scan has, and arrays that overlap.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float const> scan,
                  ProjectionView<float> blurred, int first_view = 0) const {
    detail::check_views(executor, "MotionBlur: scan", scan);
    detail::check_views(executor, "MotionBlur: output", blurred, first_view);
    Extents<3> piece = scan.extents;
    piece[2] = blurred.extents[2];
    detail::check_same("MotionBlur", blurred.extents, piece);
    detail::expects(piece[2] <= scan.extents[2] - first_view, "MotionBlur: views ", first_view,
                    " to ", first_view + piece[2] - 1, " are not among the scan's ",
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
  /// Integral from -infinity to x of the hat max(0, 1 - |x|), with which views are interpolated.
  static double hat_integral(double x) {
    if (x <= 0.0) return x > -1.0 ? 0.5 * (1.0 + x) * (1.0 + x) : 0.0;
    return x < 1.0 ? 1.0 - 0.5 * (1.0 - x) * (1.0 - x) : 1.0;
  }

  /// The share of the view k steps away in the mean over an interval.
  static double weight(double width, int k) {
    if (width == 0.0) return 1.0;
    return (hat_integral(width / 2 - k) - hat_integral(-width / 2 - k)) / width;
  }

  double width_;
  detail::BlurViews kernel_;
};

}  // namespace pyronn
