// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The ramp filter in space, and the length to which rows are padded.
#include <cstdint>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/recon/filter/window.hpp>

namespace pyronn {

/// The band-limited ramp filter sampled in space, for unit distance between samples: 1/4 at 0,
/// -1/(pi k)^2 at odd k, else 0. Filtering with it keeps the mean right, which |f| sampled in
/// frequency does not. A. C. Kak, M. Slaney, "Principles of Computerized Tomographic Imaging"
/// (1988), eq. 3-61 (61).
constexpr double ramp_sample(std::int64_t k) {
  if (k == 0) return 0.25;
  double const distance = pi * static_cast<double>(k);
  return k % 2 == 0 ? 0.0 : -1.0 / (distance * distance);
}

/// The same times a window: the integral of |f| window_value(f) cos(2 pi k f) over the frequencies
/// f from -1/2 to 1/2. That of shepp_logan is in L. A. Shepp, B. F. Logan, "The Fourier
/// reconstruction of a head section", IEEE Trans. Nucl. Sci. 21 (1974), eq. 23. FilterWindow::ramp,
/// which is not sampled in space, counts as ram_lak.
constexpr double ramp_sample(std::int64_t k, FilterWindow window) {
  // A window a + b cos(2 pi f) shifts samples by one to either side, cos(pi f) by half of one.
  auto const raised_cosine = [k](double a, double b) {
    return a * ramp_sample(k) + 0.5 * b * (ramp_sample(k - 1) + ramp_sample(k + 1));
  };
  auto const at_half = [k](double shift) {
    double const distance = pi * (static_cast<double>(k) + shift);
    double const sine = (k % 2 == 0) == (shift > 0) ? 1.0 : -1.0;
    return (sine - 1.0 / distance) / (4.0 * distance);
  };
  switch (window) {
    case FilterWindow::shepp_logan:
      return 2.0 / (pi * pi * (1.0 - 4.0 * static_cast<double>(k) * static_cast<double>(k)));
    case FilterWindow::cosine:
      return at_half(0.5) + at_half(-0.5);
    case FilterWindow::hamming:
      return raised_cosine(0.54, 0.46);
    case FilterWindow::hann:
      return raised_cosine(0.5, 0.5);
    case FilterWindow::ram_lak:
    case FilterWindow::ramp:
      break;
  }
  return ramp_sample(k);
}

/// Length to which rows are padded with zeros, so that filtering through an FFT is the linear
/// convolution: at least twice the row, of a size that FFTs like. Throws InvalidArgument for rows
/// that are empty, or so long that the padded length is no int.
constexpr int padded_row_length(int row_length) {
  constexpr int longest = 15 << 26;
  if (row_length < 1 || row_length > longest) {
    throw InvalidArgument(detail::message("pyronn::padded_row_length: row_length ", row_length,
                                          " must lie between 1 and ", longest));
  }
  std::int64_t const least = 2 * std::int64_t{row_length};
  std::int64_t best = std::int64_t{1} << 31;
  for (std::int64_t const odd : {1, 3, 5, 9, 15}) {
    std::int64_t length = 16 * odd;
    while (length < least) length *= 2;
    best = min(best, length);
  }
  return static_cast<int>(best);
}

}  // namespace pyronn
