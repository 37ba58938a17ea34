// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Filtering of detector rows on the host, with Eigen's FFT (kissfft).
#include <algorithm>
#include <complex>
#include <cstddef>
#include <vector>

#include <unsupported/Eigen/FFT>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/filter/ramp.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

/// Filters rows of one view with an FFT on the host; an item is `rows_per_item` rows.
template <class Weights>
struct FilterRowsOnHost {
  static constexpr int rows_per_item = 16;

  RowFilterTask<Weights> task;
  int padded;

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
    std::fill(row.begin(), row.end(), 0.0F);
    for (int u = 0; u < length; ++u) {
      row[static_cast<std::size_t>(task.columns_before + u)] =
          task.weights(static_cast<float>(u), static_cast<float>(v), view) *
          task.projections(u, v, view);
    }
    fft.fwd(spectrum.data(), row.data(), padded);
    float const scale = 1.0F / static_cast<float>(padded);
    for (std::size_t f = 0; f < spectrum.size(); ++f) spectrum[f] *= scale * task.response[f];
    fft.inv(row.data(), spectrum.data(), padded);
    std::copy_n(row.begin(), task.filtered.extents[0], &task.filtered(0, v, view));
  }
};

template <>
struct RowFilterBackend<CpuBackend> {
  static std::size_t table_bytes(int) { return 0; }
  template <class Executor>
  static void make_tables(Executor const&, int, float const*, std::byte*) {}

  /// Nothing is uploaded: cores read the response where the host has it.
  static std::size_t upload_bytes(int) { return 0; }
  template <class Executor>
  static void upload(Executor const&, std::vector<float> const&, std::byte*) {}
  static float const* uploaded(std::vector<float> const& response, std::byte*) {
    return response.data();
  }

  template <class Executor>
  static std::size_t scratch_bytes(Executor const&, Extents<3>, std::size_t) {
    return 0;
  }

  /// How many kernels apply() runs for filtered projections of these extents.
  static int launches(Extents<3>, ViewGrouping, int) { return 1; }

  template <class Weights, class Executor>
  static void apply(Executor const& executor, RowFilterTask<Weights> const& task, std::byte*,
                    Workspace<Executor>&) {
    FilterRowsOnHost<Weights> const kernel{task, padded_row_length(task.filtered.extents[0])};
    executor.for_each(kernel.items(), kernel);
  }
};

}  // namespace pyronn::detail
