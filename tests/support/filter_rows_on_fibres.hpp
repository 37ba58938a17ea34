// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernels that filter rows on CUDA devices, on the host, and what they must make of rows, in
// double precision.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/array_view.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/recon/filter/ramp.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

#include "support/cuda_on_fibres.hpp"
#include "support/numbers.hpp"
//
#include <pyronn/backend/cuda/detail/fourier/filter_rows.cuh>

using pyronn::Extents;
using pyronn::Vec;
using pyronn::detail::Complex;
using pyronn::detail::FourierPasses;
using pyronn::detail::FourierTables;
using pyronn::detail::LongRows;
using pyronn::detail::NoRowWeights;
using test::FibreOrder;
using Values = std::vector<float>;
using ShortRows = pyronn::detail::ShortRows<128>;

namespace pyronn::detail {

/// The shared memory of a block, which its kernels see without a length.
inline thread_local Complex numbers[8192];

}  // namespace pyronn::detail

namespace test::filter_rows {

/// Weights whose two factors differ in every row and pixel.
struct SlopingWeights {
  [[nodiscard]] float of_row(float v, int view) const {
    return 1 + 0.5F * v + 0.25F * static_cast<float>(view);
  }
  [[nodiscard]] Vec<float, 2> of_two_pixels(float u, float v, int view) const {
    return {of_pixel(u, v, view), of_pixel(u, v + 1, view)};
  }
  [[nodiscard]] static float of_pixel(float u, float v, int view) {
    return 2 - 0.01F * u + 0.125F * v + 0.5F * static_cast<float>(view);
  }
};

inline double weight_of(NoRowWeights const&, int, int, int) { return 1; }
inline double weight_of(SlopingWeights const&, int u, int v, int view) {
  return (1 + 0.5 * v + 0.25 * view) * (2 - 0.01 * u + 0.125 * v + 0.5 * view);
}

/// Some views, and where their filtered rows begin and how long they are.
struct Scan {
  Extents<3> extents;
  int columns_before;
  int filtered_columns;
  int periods = 1;                             ///< of views that have the same weights
  std::optional<pyronn::DetectorRows> wanted;  ///< of each view; else all

  explicit Scan(Extents<3> size) : Scan{size, 0, size[0]} {}
  Scan(Extents<3> size, int before, int filtered)
      : extents{size}, columns_before{before}, filtered_columns{filtered} {}

  [[nodiscard]] Extents<3> filtered() const { return {filtered_columns, extents[1], extents[2]}; }
  [[nodiscard]] int padded() const { return pyronn::padded_row_length(filtered_columns); }
  /// Rows of a view are filtered by twos, or those of all views where each has one.
  [[nodiscard]] pyronn::detail::RowGroups groups() const {
    auto const rows = static_cast<unsigned>(extents[1]);
    auto const views = static_cast<unsigned>(extents[2] / periods);
    auto const of_period = rows * views;
    if (rows == 1) return {views, 1, of_period, static_cast<unsigned>(periods)};
    pyronn::detail::RowGroups groups{rows, views, of_period, static_cast<unsigned>(periods)};
    if (wanted.has_value()) {
      groups.leave_out_all_but(static_cast<unsigned>(wanted->first),
                               static_cast<unsigned>(wanted->count));
    }
    return groups;
  }
};

/// Both tables, made by the kernel that makes them on a device.
struct Tables {
  std::vector<Complex> twiddles;
  std::vector<float4> response;  // the alignment that device memory has

  Tables(FourierPasses const& passes, Values const& of_frequencies)
      : twiddles(static_cast<std::size_t>(passes.length)),
        response(static_cast<std::size_t>(passes.length / 4)) {
    pyronn::detail::MakeFourierTables const make{passes, of_frequencies.data(), view()};
    for (int n = 0; n < make.items()[0]; ++n) make({n, 0, 0});
  }
  [[nodiscard]] FourierTables view() {
    return {twiddles.data(), reinterpret_cast<float*>(response.data())};
  }
};

/// What the kernel makes of projections, one block after another.
template <class Rows, class Weights>
Values filter(Scan const& scan, Weights weights, Values const& response, Values const& input,
              Rows const& rows, unsigned num_blocks, FibreOrder order) {
  FourierPasses const passes{scan.padded()};
  Tables tables{passes, response};
  Values result(static_cast<std::size_t>(scan.filtered().count()), test::nan);
  pyronn::detail::FilterRows<Weights, Rows> const kernel{weights,
                                                         {input.data(), scan.extents},
                                                         {result.data(), scan.filtered()},
                                                         scan.columns_before,
                                                         passes,
                                                         tables.view(),
                                                         rows,
                                                         scan.groups(),
                                                         num_blocks};
  test::FibreBlock block{Rows::threads, order};
  for (unsigned n = 0; n < num_blocks; ++n) {
    std::fill(std::begin(pyronn::detail::numbers), std::end(pyronn::detail::numbers),
              Complex{test::nan, test::nan});
    block.run(n, [&] { kernel({}); });
  }
  return result;
}

inline std::size_t row_bytes(Scan const& scan) {
  FourierPasses const passes{scan.padded()};
  auto const places = static_cast<std::size_t>(pyronn::detail::BankPadding{passes}(passes.length));
  return places * sizeof(Complex);
}

template <class Weights = NoRowWeights>
Values filter_short(Scan const& scan, Values const& response, Values const& input,
                    FibreOrder order = FibreOrder::ascending, Weights weights = {}) {
  BOOST_TEST_REQUIRE(row_bytes(scan) <= sizeof pyronn::detail::numbers);
  return filter(scan, weights, response, input, ShortRows{row_bytes(scan)}, 2, order);
}

/// With the rows of blocks in memory of the device, which has no room to spare.
inline Values filter_long(Scan const& scan, Values const& response, Values const& input) {
  std::size_t const bytes = row_bytes(scan);
  std::vector<Complex> memory(2 * bytes / sizeof(Complex), Complex{test::nan, test::nan});
  return filter(scan, NoRowWeights{}, response, input,
                LongRows{bytes, reinterpret_cast<std::byte*>(memory.data())}, 2,
                FibreOrder::ascending);
}

inline Values rough_response(Scan const& scan) {
  Values response = test::random_values(17, scan.padded() / 2 + 1);
  for (float& value : response) value += 0.3F;
  return response;
}

/// Sample k of the filter whose response is given: its inverse Fourier transform, term by term.
inline std::vector<double> samples_of(int padded, Values const& response) {
  std::vector<double> cosines;
  for (int n = 0; n < padded; ++n) cosines.push_back(std::cos(2 * pyronn::pi * n / padded));
  std::vector<double> samples(static_cast<std::size_t>(padded / 2));
  for (std::size_t k = 0; k < samples.size(); ++k) {
    double sum = 0;
    for (std::size_t f = 0; f < response.size(); ++f) {
      double const twice = f == 0 || f + 1 == response.size() ? 1 : 2;
      sum += twice * static_cast<double>(response[f]) *
             cosines[f * k % static_cast<std::size_t>(padded)];
    }
    samples[k] = sum / padded;
  }
  return samples;
}

/// Rows weighted and convolved in double precision.
template <class Weights>
std::vector<double> convolved(Scan const& scan, Weights const& weights, Values const& response,
                              Values const& input) {
  std::vector<double> const samples = samples_of(scan.padded(), response);
  int const columns = scan.extents[0];
  int const rows = scan.extents[1];
  std::vector<double> result;
  for (int row = 0; row < rows * scan.extents[2]; ++row) {
    std::vector<double> weighted;
    for (int u = 0; u < columns; ++u) {
      weighted.push_back(weight_of(weights, u, row % rows, row / rows) *
                         static_cast<double>(input[static_cast<std::size_t>(row * columns + u)]));
    }
    for (int at = 0; at < scan.filtered_columns; ++at) {
      double sum = 0;
      for (int u = 0; u < columns; ++u) {
        sum += samples[static_cast<std::size_t>(std::abs(at - scan.columns_before - u))] *
               weighted[static_cast<std::size_t>(u)];
      }
      result.push_back(sum);
    }
  }
  return result;
}

/// The longest rows of every padded length up to `longest`.
inline std::vector<int> columns_of_all_lengths(int longest) {
  std::vector<int> columns;
  for (int const odd : {1, 3, 5, 9, 15}) {
    for (int length = 16 * odd; length <= longest; length *= 2) columns.push_back(length / 2);
  }
  return columns;
}

}  // namespace test::filter_rows
