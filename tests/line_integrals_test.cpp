// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/line_integrals.hpp>

#include "support/backends.hpp"

namespace {

using Detector = pyronn::Extents<2>;
using Scan = pyronn::Extents<3>;

template <class T>
std::vector<float> convert(std::vector<T> const& raw, std::vector<T> const& dark,
                           std::vector<T> const& flat, double floor) {
  int const columns = static_cast<int>(dark.size());
  int const views = static_cast<int>(raw.size() / dark.size());
  test::Array<T, 3> raw_array{Scan{columns, 1, views}, raw};
  test::Array<T, 2> dark_array{Detector{columns, 1}, dark};
  test::Array<T, 2> flat_array{Detector{columns, 1}, flat};
  test::Array<float, 3> result{Scan{columns, 1, views}};
  pyronn::line_integrals(test::executor(), raw_array.view(), dark_array.view(), flat_array.view(),
                         result.view(), floor);
  return result.values();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(line_integrals, *boost::unit_test::precondition(test::device_present))

using Types = std::tuple<std::uint8_t, std::uint16_t, float, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(follow_beer_and_lambert, T, Types) {
  std::vector<float> const result =
      convert<T>({110, 60, 35, 10, 20, 30}, {10, 10, 10}, {110, 110, 60}, 1e-3);
  double const expected[] = {1.0, 0.5, 0.5, 0.001, 0.1, 0.4};
  for (std::size_t n = 0; n < result.size(); ++n) {
    BOOST_TEST(static_cast<double>(result[n]) == -std::log(expected[n]),
               boost::test_tools::tolerance(1e-5));
  }
}

/// Counts of a detector, a dark field that was averaged, and a flat field of a model.
BOOST_AUTO_TEST_CASE(each_array_has_a_type_of_its_own) {
  test::Array<std::uint16_t, 3> raw{Scan{2, 1, 1}, {60, 35}};
  test::Array<float, 2> dark{Detector{2, 1}, {9.5F, 10.25F}};
  test::Array<double, 2> flat{Detector{2, 1}, {110, 60}};
  test::Array<float, 3> result{Scan{2, 1, 1}};
  pyronn::line_integrals(test::executor(), raw.view(), dark.view(), flat.view(), result.view());
  BOOST_TEST(static_cast<double>(result.values()[0]) == -std::log(50.5 / 100.5),
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(static_cast<double>(result.values()[1]) == -std::log(24.75 / 49.75),
             boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(dead_pixels_and_rubbish_count_as_the_floor) {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  float const infinity = std::numeric_limits<float>::infinity();
  std::vector<float> const result = convert<float>(
      {5, 200, nan, -7, 50, 20}, {10, 10, 10, 10, nan, 10}, {110, 10, 110, 5, 110, infinity}, 1e-4);
  for (float const value : result) {
    BOOST_TEST(static_cast<double>(value) == -std::log(1e-4), boost::test_tools::tolerance(1e-5));
  }
}

BOOST_AUTO_TEST_CASE(infinite_light_is_not_the_greatest_attenuation) {
  float const infinity = std::numeric_limits<float>::infinity();
  for (float const value : convert<float>({infinity, 3e38F}, {0}, {1}, 1e-4)) {
    BOOST_TEST(static_cast<double>(value) == -std::log(1e30), boost::test_tools::tolerance(1e-5));
  }
}

BOOST_AUTO_TEST_CASE(the_least_floor_is_a_number) {
  BOOST_TEST(static_cast<double>(convert<float>({0}, {0}, {1}, 1e-37)[0]) == 37 * std::log(10.0),
             boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(other_sizes_and_floors_are_refused) {
  test::Array<float, 3> raw{Scan{3, 2, 4}};
  test::Array<float, 2> field{Detector{3, 2}};
  test::Array<float, 2> narrow{Detector{2, 2}};
  test::Array<float, 3> shorter{Scan{3, 2, 3}};
  auto const call = [&](auto& dark, auto& flat, auto& out, double floor) {
    pyronn::line_integrals(test::executor(), raw.view(), dark.view(), flat.view(), out.view(),
                           floor);
  };
  BOOST_CHECK_THROW(call(narrow, field, raw, 1e-3), pyronn::InvalidArgument);
  BOOST_CHECK_THROW(call(field, narrow, raw, 1e-3), pyronn::InvalidArgument);
  BOOST_CHECK_THROW(call(field, field, shorter, 1e-3), pyronn::InvalidArgument);
  BOOST_CHECK_THROW(call(field, field, raw, 0.0), pyronn::InvalidArgument);
  BOOST_CHECK_THROW(call(field, field, raw, 1e-50), pyronn::InvalidArgument);
  BOOST_CHECK_THROW(call(field, field, raw, std::nan("")), pyronn::InvalidArgument);
  BOOST_CHECK_NO_THROW(call(field, field, raw, 1e-3));
}

BOOST_AUTO_TEST_SUITE_END()
