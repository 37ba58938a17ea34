// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FilterWindow: how the ramp filter is windowed.
#include <cmath>

#include <pyronn/core/math.hpp>

namespace pyronn {

/// How rows are filtered: with the ramp filter sampled in space, times a window that trades
/// resolution for noise; or with `ramp`, |f| sampled in frequency. That is the textbook mistake:
/// its mean is 0, so that the grey values of a reconstruction come out too low and cupped. It is
/// here as what trained filters start from and compare with.
enum class FilterWindow { ram_lak, shepp_logan, cosine, hamming, hann, ramp };

/// The window at a frequency [cycles per sample], 0 to 1/2: 1 at 0, and 1, 2/pi, 0, 0.08, 0, 1 at
/// 1/2.
inline double window_value(FilterWindow window, double frequency) {
  double const angle = pi * frequency;
  switch (window) {
    case FilterWindow::ram_lak:
    case FilterWindow::ramp:
      return 1.0;
    case FilterWindow::shepp_logan:
      return angle == 0.0 ? 1.0 : std::sin(angle) / angle;
    case FilterWindow::cosine:
      return std::cos(angle);
    case FilterWindow::hamming:
      return 0.54 + 0.46 * std::cos(2.0 * angle);
    case FilterWindow::hann:
      return 0.5 + 0.5 * std::cos(2.0 * angle);
  }
  return 1.0;
}

}  // namespace pyronn
