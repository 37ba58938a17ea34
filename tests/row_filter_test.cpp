// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <unsupported/Eigen/FFT>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/unlike_rows.hpp"

using pyronn::Extents;
using pyronn::InvalidArgument;
using pyronn::RowFilter;
using test::row_of;
using Values = std::vector<float>;

namespace {

/// A response that no window has: it keeps everything, and is rough.
Values rough_response(int columns) {
  Values response = test::random_values(17, pyronn::filter_response_length(columns));
  for (float& value : response) value += 0.3F;
  return response;
}

Values filter(Extents<3> extents, Values const& response, Values const& input,
              std::size_t limit = pyronn::default_workspace_limit) {
  RowFilter const op{extents};
  test::Array<float, 3> projections{extents, input};
  test::Array<float, 1> on_executor{Extents<1>{op.response_length()}, response};
  test::Array<float, 3> filtered{extents, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor(), limit)};
  op(test::executor(), projections.view(), on_executor.view(), filtered.view(), workspace);
  return filtered.values();
}

/// Rows convolved with the inverse transform of the response.
std::vector<double> convolved(int columns, Values const& response, Values const& input) {
  int const padded = pyronn::padded_row_length(columns);
  std::vector<double> samples;
  for (int k = 0; k < columns; ++k) {
    double sum = 0;
    for (int f = 0; f < padded; ++f) {
      sum += static_cast<double>(response[static_cast<std::size_t>(std::min(f, padded - f))]) *
             std::cos(2 * pyronn::pi * static_cast<double>(f) * k / padded);
    }
    samples.push_back(sum / padded);
  }
  std::vector<double> result(input.size());
  for (std::size_t n = 0; n < input.size(); ++n) {
    int const u = static_cast<int>(n) % columns;
    for (int other = 0; other < columns; ++other) {
      result[n] += samples[static_cast<std::size_t>(std::abs(u - other))] *
                   static_cast<double>(
                       input[n - static_cast<std::size_t>(u) + static_cast<std::size_t>(other)]);
    }
  }
  return result;
}

/// The inverse transform of the response of long rows.
std::vector<double> samples_of(int columns, Values const& response) {
  int const padded = pyronn::padded_row_length(columns);
  std::vector<std::complex<double>> spectrum;
  for (int f = 0; f < padded; ++f) {
    spectrum.emplace_back(response[static_cast<std::size_t>(std::min(f, padded - f))]);
  }
  std::vector<double> samples;
  Eigen::FFT<double>{}.inv(samples, spectrum);
  return samples;
}

double convolved_at(int u, std::vector<double> const& samples, Values const& row) {
  double sum = 0;
  for (int other = 0; other < static_cast<int>(row.size()); ++other) {
    sum += samples[static_cast<std::size_t>(std::abs(u - other))] *
           static_cast<double>(row[static_cast<std::size_t>(other)]);
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(row_filter, *boost::unit_test::precondition(test::device_present))

// Of any number of rows, whatever their padded length is made of.
BOOST_AUTO_TEST_CASE(is_the_convolution) {
  for (int const columns : {1,   13,  20,  32,  40,  48,  64,  70,  80,  90,  100, 120,
                            130, 144, 160, 192, 240, 256, 280, 320, 480, 576, 640, 960}) {
    for (int const rows : {1, 5}) {
      Extents<3> const extents{columns, rows, 3};
      Values const response = rough_response(columns);
      Values const input = test::random_values(3, extents.count());
      std::vector<double> const expected = convolved(columns, response, input);
      BOOST_TEST(test::relative_l2(filter(extents, response, input), expected) < 1e-6);
    }
  }
}

// Also of rows that fill a multiprocessor, and of rows that it cannot hold, with room for many of
// them and for one.
BOOST_AUTO_TEST_CASE(is_the_convolution_of_long_rows) {
  for (int const columns : {2500, 3800, 12000, 15000}) {
    Extents<3> const extents{columns, 3, 3};
    Values const response = rough_response(columns);
    std::vector<double> const samples = samples_of(columns, response);
    Values const input = test::random_values(3, extents.count());
    for (std::size_t const limit : {pyronn::default_workspace_limit, std::size_t{0}}) {
      Values const result = filter(extents, response, input, limit);
      for (std::size_t const row : {0U, 5U, 8U}) {
        Values const pixels = row_of(input, columns, row);
        for (int const u : {0, 1, columns / 3, columns / 2, columns - 1}) {
          double const expected = convolved_at(u, samples, pixels);
          auto const found =
              static_cast<double>(row_of(result, columns, row)[static_cast<std::size_t>(u)]);
          BOOST_TEST(std::abs(found - expected) < 1e-6 * test::norm(pixels));
        }
      }
    }
  }
}

// Whatever a row's neighbours are: far larger or smaller, nothing but zeros, or not finite.
BOOST_AUTO_TEST_CASE(rows_know_nothing_of_one_another) {
  test::UnlikeRows const rows{
      {1e-9F, 1.0F, 1e30F, 1e-30F, 0.0F, 1e30F, 0.0F, 1e-30F, 1.0F, 1.0F, 1.0F}, 8, 10};
  constexpr int columns = test::UnlikeRows::columns;
  Values const response = rough_response(columns);
  Values const finite = rows.finite(5);
  for (Extents<3> const extents :
       {Extents<3>{columns, rows.count(), 1}, Extents<3>{columns, 1, rows.count()}}) {
    rows.check(filter(extents, response, rows.spoilt(finite)),
               convolved(columns, response, finite));
  }
}

BOOST_AUTO_TEST_CASE(is_its_own_transpose) {
  Extents<3> const extents{37, 5, 4};
  Values const response = rough_response(37);
  Values const x = test::random_values(1, extents.count());
  Values const y = test::random_values(2, extents.count());
  double const forward = test::dot(filter(extents, response, x), y);
  double const back = test::dot(x, filter(extents, response, y));
  BOOST_TEST(std::abs(forward - back) < 1e-6 * test::norm(x) * test::norm(y));
}

BOOST_AUTO_TEST_CASE(may_work_in_place) {
  Extents<3> const extents{37, 20, 2};
  Values const response = rough_response(37);
  Values const input = test::random_values(1, extents.count());
  RowFilter const op{extents};
  test::Array<float, 3> projections{extents, input};
  test::Array<float, 1> on_executor{Extents<1>{op.response_length()}, response};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor())};
  op(test::executor(), projections.view(), on_executor.view(), projections.view(), workspace);
  BOOST_TEST(test::relative_l2(projections.values(), filter(extents, response, input)) < 1e-7);
}

BOOST_AUTO_TEST_CASE(wrong_sizes_are_refused) {
  BOOST_CHECK_THROW((RowFilter{{0, 5, 2}}), InvalidArgument);
  BOOST_CHECK_THROW((RowFilter{{5, -1, 2}}), InvalidArgument);
  Extents<3> const extents{8, 5, 2};
  RowFilter const op{extents};
  test::Array<float, 3> projections{extents, 1.0F};
  test::Array<float, 3> shorter{{8, 5, 1}, 1.0F};
  test::Array<float, 1> response{Extents<1>{op.response_length()}, 1.0F};
  test::Array<float, 1> too_long{Extents<1>{op.response_length() + 1}, 1.0F};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor())};
  auto const refuses = [&](auto from, auto with, auto to) {
    BOOST_CHECK_THROW(op(test::executor(), from, with, to, workspace), InvalidArgument);
  };
  refuses(shorter.view(), response.view(), projections.view());
  refuses(projections.view(), response.view(), shorter.view());
  refuses(projections.view(), too_long.view(), projections.view());
  refuses(pyronn::ProjectionView<float>{nullptr, extents}, response.view(), projections.view());
}

// As many rows as no single launch on a device has blocks for.
BOOST_AUTO_TEST_CASE(many_short_rows) {
  Extents<3> const extents{3, 401, 400};
  Values const response = rough_response(3);
  Values const input = test::random_values(3, extents.count());
  Values const result = filter(extents, response, input);
  Values const last_view(result.end() - 1203, result.end());
  BOOST_TEST(test::relative_l2(last_view, filter({3, 401, 1}, response,
                                                 {input.end() - 1203, input.end()})) < 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
