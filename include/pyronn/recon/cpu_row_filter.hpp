// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Filtering of detector rows on the host, with Eigen's FFT (kissfft).
#include <algorithm>
#include <complex>
#include <cstddef>
#include <vector>

#include <unsupported/Eigen/FFT>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/cpu_executor.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/filter_window.hpp>
#include <pyronn/recon/ramp_filter.hpp>
#include <pyronn/recon/row_filter.hpp>

namespace pyronn::detail {

/// The response of the windowed ramp filter at the frequencies of padded rows, with the 1 / length
/// of an unnormalised inverse transform.
inline std::vector<float> ramp_response(int padded, FilterWindow window) {
  std::vector<std::complex<double>> samples(static_cast<std::size_t>(padded));
  for (int k = 0; k <= padded / 2; ++k) {
    double const sample = static_cast<double>(ramp_sample(k));
    samples[static_cast<std::size_t>(k)] = sample;
    samples[static_cast<std::size_t>((padded - k) % padded)] = sample;
  }
  std::vector<std::complex<double>> spectrum;
  Eigen::FFT<double> fft;
  fft.fwd(spectrum, samples);
  std::vector<float> response(static_cast<std::size_t>(padded / 2 + 1));
  for (std::size_t f = 0; f < response.size(); ++f) {
    float const frequency = static_cast<float>(f) / static_cast<float>(padded);
    response[f] = static_cast<float>(spectrum[f].real() / padded) * window_value(window, frequency);
  }
  return response;
}

/// Filters some rows of one view with an FFT on the host.
struct FilterRowsOnHost {
  static constexpr int rows_per_item = 16;

  RowFilterTask task;
  int padded;
  float const* response;

  [[nodiscard]] Extents<3> items() const {
    Extents<3> const size = task.projections.extents;
    return {1, (size[1] - 1) / rows_per_item + 1, size[2]};
  }

  void operator()(Vec<int, 3> item) const {
    Eigen::FFT<float> fft;
    fft.SetFlag(Eigen::FFT<float>::HalfSpectrum);
    fft.SetFlag(Eigen::FFT<float>::Unscaled);
    std::vector<float> row(static_cast<std::size_t>(padded));
    std::vector<std::complex<float>> spectrum(static_cast<std::size_t>(padded / 2 + 1));
    int const first = item[1] * rows_per_item;
    int const last = std::min(first + rows_per_item, task.projections.extents[1]);
    for (int v = first; v < last; ++v) filter(fft, row, spectrum, v, item[2]);
  }

 private:
  void filter(Eigen::FFT<float>& fft, std::vector<float>& row,
              std::vector<std::complex<float>>& spectrum, int v, int view) const {
    int const length = task.projections.extents[0];
    for (int u = 0; u < length; ++u) {
      row[static_cast<std::size_t>(u)] = task.weights[view](u, v) * task.projections(u, v, view);
    }
    std::fill(row.begin() + length, row.end(), 0.0F);
    fft.fwd(spectrum.data(), row.data(), padded);
    for (std::size_t f = 0; f < spectrum.size(); ++f) spectrum[f] *= response[f];
    fft.inv(row.data(), spectrum.data(), padded);
    std::copy_n(row.begin(), length, &task.filtered(0, v, view));
  }
};

template <>
struct RowFilter<CpuExecutor> {
  static std::size_t bytes(CpuExecutor const&, Extents<3>, std::size_t) { return 0; }

  static void apply(CpuExecutor const& executor, RowFilterTask const& task,
                    Workspace<CpuExecutor>&) {
    int const padded = padded_row_length(task.projections.extents[0]);
    std::vector<float> const response = ramp_response(padded, task.window);
    FilterRowsOnHost const kernel{task, padded, response.data()};
    executor.for_each(kernel.items(), kernel);
  }
};

}  // namespace pyronn::detail
