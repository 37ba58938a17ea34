// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// The band-limited ramp filter sampled in space, for unit distance between samples: 1/4 at 0,
/// -1/(pi k)^2 at odd k, else 0. Filtering with it keeps the mean right, which |f| sampled in
/// frequency does not. A. C. Kak, M. Slaney, "Principles of Computerized Tomographic Imaging"
/// (1988), eq. 3-61 (61).
PYRONN_HOST_DEVICE constexpr float ramp_sample(int k) {
  if (k == 0) return 0.25F;
  auto const distance = static_cast<float>(pi) * static_cast<float>(k);
  return k % 2 == 0 ? 0.0F : -1.0F / (distance * distance);
}

/// Length to which rows are padded with zeros, so that filtering through an FFT is the linear
/// convolution: at least twice the row, of a size that FFTs like.
constexpr int padded_row_length(int row_length) {
  int best = 16;
  while (best < 2 * row_length) best *= 2;
  for (int const odd : {3, 5, 9, 15}) {
    int length = 16 * odd;
    while (length < 2 * row_length) length *= 2;
    best = min(best, length);
  }
  return best;
}

}  // namespace pyronn
