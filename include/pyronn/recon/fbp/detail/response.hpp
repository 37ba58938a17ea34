// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The response with which filtered backprojection filters the rows of a scan.
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/of_sample.hpp>
#include <pyronn/recon/fbp/detail/view.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/filter/response.hpp>
#include <pyronn/recon/filter/row_filter.hpp>
#include <pyronn/recon/filter/window.hpp>

namespace pyronn::detail {

/// Throws InvalidArgument where not all views of all samples have the same steps between fan
/// angles.
template <class View>
void check_equal_steps(char const* function, std::vector<std::vector<View>> const& scans) {
  double const step = std::abs(scans.front().front().fan_angle_step());
  auto const check = [&](std::vector<View> const& views) {
    for (std::size_t n = 0; n < views.size(); ++n) {
      double const other = std::abs(views[n].fan_angle_step());
      expects(std::abs(other - step) <= 1e-5 * step, function,
              ": the pixels of all views must be equally many fan angles apart, but in view ", n,
              " there are steps of ", other, " rad, not of ", step);
    }
  };
  for (std::size_t sample = 0; sample < scans.size(); ++sample) {
    detail::of_sample(sample, scans.size(), [&] { check(scans[sample]); });
  }
}

template <class View>
std::vector<float> ramp_response(char const* function, std::vector<std::vector<View>> const& scans,
                                 int columns, FilterWindow window) {
  if constexpr (is_arc_view_v<View>) {
    detail::check_equal_steps(function, scans);
    return filter_response(columns, window, std::abs(scans.front().front().fan_angle_step()));
  } else {
    return filter_response(columns, window);
  }
}

/// The response that the options ask for. Throws InvalidArgument for one of the wrong length and
/// for numbers that are not finite.
template <class View>
std::vector<float> chosen_response(char const* function, FbpOptions const& options,
                                   std::vector<std::vector<View>> const& scans, int columns) {
  if (options.response.empty())
    return detail::ramp_response(function, scans, columns, options.window);
  auto const length = static_cast<std::size_t>(filter_response_length(columns));
  expects(options.response.size() == length, function, ": the response has ",
          options.response.size(), " values, but rows of ", columns, " columns need ", length);
  for (float const value : options.response) {
    expects(std::isfinite(value), function, ": response value ", value, " must be finite");
  }
  return options.response;
}

/// A response under a number that no other has, by which a workspace knows its tables again.
class NamedResponse {
 public:
  explicit NamedResponse(std::vector<float> values) : values_{std::move(values)}, id_{next_id()} {}

  [[nodiscard]] std::vector<float> const& values() const { return values_; }

  /// Of a response for rows of so many columns and the filter's tables, with which a workspace
  /// begins.
  template <class Filter>
  [[nodiscard]] static std::size_t table_bytes(int columns) {
    return Filter::upload_bytes(columns) + aligned_bytes(Filter::table_bytes(columns));
  }
  /// Where they are, made unless an earlier call left them there.
  template <class Executor>
  std::byte* tables(Executor const& executor, int columns, Workspace<Executor>& workspace) const {
    using Filter = row_filter_t<Executor>;
    return workspace.data_with(id_, [&](std::byte* memory) {
      Filter::upload(executor, values_, memory);
      Filter::make_tables(executor, columns, Filter::uploaded(values_, memory),
                          memory + Filter::upload_bytes(columns));
    });
  }

 private:
  static std::uint64_t next_id() {
    static std::atomic<std::uint64_t> count{0};
    return ++count;
  }

  std::vector<float> values_;
  std::uint64_t id_;
};

}  // namespace pyronn::detail
