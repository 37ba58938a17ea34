// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// What the ramp filter is multiplied with, to trade resolution for noise.
enum class FilterWindow { ram_lak, shepp_logan, cosine, hamming, hann };

/// The window at a frequency [cycles per sample], 0 to 1/2: 1 at 0, and 1, 2/pi, 0, 0.08, 0 at 1/2.
PYRONN_HOST_DEVICE inline float window_value(FilterWindow window, float frequency) {
  float const angle = static_cast<float>(pi) * frequency;
  switch (window) {
    case FilterWindow::ram_lak:
      return 1.0F;
    case FilterWindow::shepp_logan:
      return angle == 0.0F ? 1.0F : std::sin(angle) / angle;
    case FilterWindow::cosine:
      return std::cos(angle);
    case FilterWindow::hamming:
      return 0.54F + 0.46F * std::cos(2.0F * angle);
    case FilterWindow::hann:
      return 0.5F + 0.5F * std::cos(2.0F * angle);
  }
  return 1.0F;
}

}  // namespace pyronn
