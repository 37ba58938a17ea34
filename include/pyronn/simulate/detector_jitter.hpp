// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Detector jitter: every view is shifted by a random displacement.
#include <cmath>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/simulate/detail/checks.hpp>
#include <pyronn/simulate/random_numbers.hpp>

namespace pyronn {

/// The displacement (u, v) of the detector by jitter in one view of a scan [pixels]. It is normally
/// distributed with these standard deviations along (u, v) [pixels], and independent from view to
/// view.
inline Vec2d jitter_shift(Vec2d deviation, std::uint64_t seed, int view) {
  return scale(deviation, RandomNumbers{seed, RandomStream::jitter, view}.normal_pair());
}

namespace detail {

/// A shift in whole pixels and the fraction in [0, 1) that remains.
struct PixelShift {
  Vec<int, 2> whole;
  Vec2f fraction;
};

/// Splits a shift. Shifts by more than the detector's size are limited to its size: both read
/// nothing but the edge.
inline PixelShift pixel_shift(Vec2d shift, Extents<3> const& size) {
  PixelShift result{};
  for (int axis = 0; axis < 2; ++axis) {
    double const most = size[axis];
    double const bounded = pyronn::clamp(shift[axis], -most, most);
    double const whole = std::floor(bounded);
    result.whole[axis] = static_cast<int>(whole);
    // Rounded to float the fraction may be 1, which gives the same sample.
    result.fraction[axis] = static_cast<float>(bounded - whole);
  }
  return result;
}

/// Resamples views bilinearly, each with a shift of its own; an item is a pixel.
struct ShiftViews {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int capacity = 1024;

  ProjectionView<float const> input;
  ProjectionView<float> output;
  LaunchTable<PixelShift, capacity> shifts;

  /// The weighted mean of two samples. A neighbour whose weight is 0 is left out, as it may be NaN.
  PYRONN_HOST_DEVICE static float mix(float a, float b, float weight) {
    return weight > 0.0F ? (1.0F - weight) * a + weight * b : a;
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    PixelShift const& shift = shifts[pixel[2]];
    int low[2];
    int high[2];
    for (int axis = 0; axis < 2; ++axis) {
      int const last = input.extents[axis] - 1;
      std::int64_t const at = std::int64_t{pixel[axis]} + shift.whole[axis];
      low[axis] = static_cast<int>(pyronn::clamp<std::int64_t>(at, 0, last));
      high[axis] = static_cast<int>(pyronn::clamp<std::int64_t>(at + 1, 0, last));
    }
    auto const along_u = [&](int v) {
      return mix(input(low[0], v, pixel[2]), input(high[0], v, pixel[2]), shift.fraction[0]);
    };
    output(pixel[0], pixel[1], pixel[2]) =
        mix(along_u(low[1]), along_u(high[1]), shift.fraction[1]);
  }
};

}  // namespace detail

/// Simulates a detector that jitters: output pixel (u, v) of view n is the bilinear sample of the
/// input at (u, v) + jitter_shift(deviation, seed, n); beyond the edge the samples of the edge are
/// repeated. `deviation` is (u, v) [pixels]. `first_view` is the index in the scan of the first
/// view of both arrays, so that a scan can be worked on in blocks of views. The call does not
/// synchronise. It throws InvalidArgument for extents that differ, deviations that are negative or
/// not finite, a negative first_view, and arrays that overlap.
template <class Executor>
void jitter_detector(Executor const& executor, ProjectionView<float const> input, Vec2d deviation,
                     ProjectionView<float> output, std::uint64_t seed, int first_view = 0) {
  detail::check_same("jitter_detector", output.extents, input.extents);
  detail::check_not_negative("jitter_detector", "deviation along u", deviation[0], "pixels");
  detail::check_not_negative("jitter_detector", "deviation along v", deviation[1], "pixels");
  detail::check_views(executor, "jitter_detector: input", input, first_view);
  detail::check_views(executor, "jitter_detector: output", output, first_view);
  detail::check_apart("jitter_detector", input, output);
  using Kernel = detail::ShiftViews;
  int const num_views = input.extents[2];
  for (int first = 0; first < num_views; first += Kernel::capacity) {
    int const count = min(Kernel::capacity, num_views - first);
    Kernel kernel{input.slices(first, count), output.slices(first, count), {}};
    for (int n = 0; n < count; ++n) {
      kernel.shifts[n] =
          detail::pixel_shift(jitter_shift(deviation, seed, first_view + first + n), input.extents);
    }
    executor.for_each(kernel.output.extents, kernel);
  }
}

}  // namespace pyronn
