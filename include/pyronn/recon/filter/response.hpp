// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What rows are filtered with: a real response at the frequencies f / N, f = 0 to N / 2 [cycles
/// per sample], of rows padded to N = padded_row_length(columns) samples. It is the transfer
/// function itself, without the 1 / N of an inverse transform: that of the ramp filter is close to
/// the frequency.
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/recon/filter/ramp.hpp>
#include <pyronn/recon/filter/window.hpp>

namespace pyronn {

namespace detail {

/// The discrete Fourier transform, by halves while the length is even; what is left is short.
inline std::vector<std::complex<double>> fourier_transform(
    std::vector<std::complex<double>> const& samples) {
  std::size_t const count = samples.size();
  std::vector<std::complex<double>> spectrum(count);
  auto const wave = [count](std::size_t cycles) {
    return std::polar(1.0,
                      -2.0 * pi * static_cast<double>(cycles % count) / static_cast<double>(count));
  };
  if (count % 2 != 0) {
    for (std::size_t f = 0; f < count; ++f) {
      for (std::size_t k = 0; k < count; ++k) spectrum[f] += wave(f * k) * samples[k];
    }
    return spectrum;
  }
  std::size_t const half = count / 2;
  std::vector<std::complex<double>> even(half);
  std::vector<std::complex<double>> odd(half);
  for (std::size_t k = 0; k < half; ++k) {
    even[k] = samples[2 * k];
    odd[k] = samples[2 * k + 1];
  }
  even = fourier_transform(even);
  odd = fourier_transform(odd);
  for (std::size_t f = 0; f < half; ++f) {
    std::complex<double> const turned = wave(f) * odd[f];
    spectrum[f] = even[f] + turned;
    spectrum[f + half] = even[f] - turned;
  }
  return spectrum;
}

/// The response of an even filter given by its samples 0 to padded / 2.
template <class Sample>
std::vector<float> response_of_samples(int padded, Sample const& sample) {
  std::vector<std::complex<double>> samples(static_cast<std::size_t>(padded));
  for (int k = 0; k <= padded / 2; ++k) {
    samples[static_cast<std::size_t>(k)] = sample(k);
    samples[static_cast<std::size_t>((padded - k) % padded)] = sample(k);
  }
  std::vector<std::complex<double>> const spectrum = fourier_transform(samples);
  std::vector<float> response(static_cast<std::size_t>(padded / 2 + 1));
  for (std::size_t f = 0; f < response.size(); ++f) {
    response[f] = static_cast<float>(spectrum[f].real());
  }
  return response;
}

}  // namespace detail

/// The number of values in a response for rows of `columns` pixels. Throws InvalidArgument as
/// padded_row_length does.
constexpr int filter_response_length(int columns) { return padded_row_length(columns) / 2 + 1; }

/// The response of the windowed ramp filter for rows of `columns` equally spaced pixels, at unit
/// distance between them: to filter a row with it is to convolve it with ramp_sample(k, window),
/// however short it is. Throws InvalidArgument as padded_row_length does.
inline std::vector<float> filter_response(int columns, FilterWindow window) {
  int const padded = padded_row_length(columns);
  if (window != FilterWindow::ramp) {
    return detail::response_of_samples(padded, [=](int k) { return ramp_sample(k, window); });
  }
  std::vector<float> response(static_cast<std::size_t>(padded / 2 + 1));
  for (std::size_t f = 0; f < response.size(); ++f) {
    response[f] = static_cast<float>(static_cast<double>(f) / padded);
  }
  return response;
}

/// The same for pixels that are equal fan angles apart, `fan_angle_step` [rad]: there sample
/// k of the windowed ramp filter is multiplied with (k step / sin(k step))^2 (Kak and Slaney,
/// section 3.4.1). Throws InvalidArgument unless the step is positive and the fan narrower than pi,
/// and for `ramp`, which has no samples in space.
inline std::vector<float> filter_response(int columns, FilterWindow window, double fan_angle_step) {
  int const padded = padded_row_length(columns);
  double const fan = (columns - 1) * fan_angle_step;
  detail::expects(std::isfinite(fan_angle_step) && fan_angle_step > 0 && fan < pi,
                  "filter_response: fan_angle_step ", fan_angle_step,
                  " must be positive [rad] and a fan of ", columns, " columns narrower than pi");
  detail::expects(window != FilterWindow::ramp,
                  "filter_response: FilterWindow::ramp is sampled in ",
                  "frequency and has no form for pixels at equal angles; take ram_lak");
  return detail::response_of_samples(padded, [=](int k) {
    if (k == 0) return ramp_sample(0, window);
    if (k >= columns) return 0.0;  // farther apart than any two pixels of a row
    double const angle = k * fan_angle_step;
    double const stretch = angle / std::sin(angle);
    return ramp_sample(k, window) * stretch * stretch;
  });
}

}  // namespace pyronn
