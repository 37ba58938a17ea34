// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/filter_response.hpp>
#include <pyronn/recon/filter_window.hpp>
#include <pyronn/recon/redundancy.hpp>

namespace pyronn {

/// What filtered backprojection leaves to choose.
struct FbpOptions {
  FilterWindow window = FilterWindow::ram_lak;
  Redundancy redundancy = Redundancy::automatic;
  /// Instead of the window's: as of filter_response, for rows of as many columns as the detector
  /// has, or filtered_columns() where filtered rows are longer.
  std::vector<float> response{};
  /// Instead of half the way to either neighbour: the share of each view in the angular integral
  /// [rad], one a view. Full turns sum to 2 pi.
  std::vector<double> angular_weights{};
};

namespace detail {

/// The response that the options ask for. Throws InvalidArgument for one of the wrong length and
/// for numbers that are not finite.
inline std::vector<float> chosen_response(char const* who, FbpOptions const& options, int columns) {
  if (options.response.empty()) return filter_response(columns, options.window);
  auto const length = static_cast<std::size_t>(filter_response_length(columns));
  expects(options.response.size() == length, who, ": the response has ", options.response.size(),
          " values, but rows of ", columns, " columns need ", length);
  for (float const value : options.response) {
    expects(std::isfinite(value), who, ": response value ", value, " must be finite");
  }
  return options.response;
}

}  // namespace detail
}  // namespace pyronn
