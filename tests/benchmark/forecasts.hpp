// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Forecasts of streamed calls beside the time that they take.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include <pyronn/distributed/streamed.hpp>

#include "disk_to_disk.hpp"

namespace benchmark {

/// Rates of the first size, and what they forecast for all sizes; arrays are in memory or, as
/// functions copy them, are not.
template <class MakeOperator, class Executor>
void print_forecasts(std::string const& name, Executor const& executor,
                     MakeOperator const& operator_of, std::vector<int> const& sizes) {
  pyronn::StreamRates rates;
  for (int const size : sizes) {
    auto const op = operator_of(size);
    std::size_t const whole =
        std::size_t{4} * static_cast<std::size_t>(size) * static_cast<std::size_t>(size * size);
    for (double const share : {2.0, 0.7, 0.35}) {
      auto const limit = static_cast<std::size_t>(share * static_cast<double>(whole));
      pyronn::Streamed call{executor, op, {limit, 4 * whole}};
      std::vector<float> const in(whole / 4, 1.0F);
      std::vector<float> out(in.size());
      pyronn::HostInput<float> const input{
          call.input_extents(), [&](pyronn::HostBlock const& block, float* to) {
            for (int n = 0; n < block.num_planes; ++n) {
              auto const first =
                  (std::ptrdiff_t{block.first_plane + n} * size + block.first_row) * size;
              to = std::copy_n(in.begin() + first, std::ptrdiff_t{block.num_rows} * size, to);
            }
          }};
      pyronn::HostOutput<float> const output{
          call.output_extents(), [&](pyronn::HostBlock const& block, float const* values) {
            for (int n = 0; n < block.num_planes; ++n) {
              auto const first =
                  (std::ptrdiff_t{block.first_plane + n} * size + block.first_row) * size;
              std::ptrdiff_t const count = std::ptrdiff_t{block.num_rows} * size;
              std::copy_n(values + n * count, count, out.begin() + first);
            }
          }};
      if (size == sizes.front() && share > 1) rates = call.measure_rates(input, output);
      pyronn::StreamRates own;
      double const probe = seconds([&] { own = call.measure_rates(input, output); });
      call(input, output);
      double time = std::numeric_limits<double>::infinity();
      for (int n = 0; n < 2; ++n) time = std::min(time, seconds([&] { call(input, output); }));
      auto const plan = call.plan(input, output, rates);
      double const by_own = call.plan(input, output, own).seconds;
      std::printf(
          "%-10s %5d^3 %3d x %2d blocks %8.3f s, forecast %8.3f s %+4.0f %%, of its own %+4.0f "
          "%% in %.2f s\n",
          name.c_str(), size, plan.output_blocks, plan.input_blocks, time, plan.seconds,
          100 * (plan.seconds / time - 1), 100 * (by_own / time - 1), probe);
      std::fflush(stdout);
    }
  }
}

template <class Executor>
void print_all_forecasts(Executor const& executor, std::vector<int> const& sizes) {
  using Projector = pyronn::Projector<Cone, pyronn::SoftwareInterp>;
  auto const projector_of = [](int size) {
    Fdk const fdk = fdk_of(size);
    return Projector{fdk.geometry(), fdk.grid()};
  };
  // A volume that is flat and lies beside the axis and the detector's middle.
  auto const uneven_of = [](int size) {
    double const spacing = 256.0 / size;
    pyronn::Grid const grid = pyronn::Grid::centered(
        {size, size, size}, {1.4 * spacing, spacing / 4, 1.2 * spacing}, {20, 10, 60});
    return Projector{fdk_of(size).geometry(), grid};
  };
  print_forecasts("FDK", executor, fdk_of, sizes);
  print_forecasts("projector", executor, projector_of, sizes);
  print_forecasts(
      "transpose", executor, [&](int size) { return projector_of(size).adjoint(); }, sizes);
  print_forecasts("uneven", executor, uneven_of, sizes);
  print_forecasts(
      "of uneven", executor, [&](int size) { return uneven_of(size).adjoint(); }, sizes);
}

}  // namespace benchmark
