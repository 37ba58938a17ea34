// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What the example `reconstruct` says of the axis that it found.
#include <limits>
#include <string>

#include <boost/test/unit_test.hpp>

#include "../examples/reconstruct/axis.cpp"
#include "../examples/reconstruct/options.cpp"

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool holds(std::string const& text, char const* part) {
  return text.find(part) != std::string::npos;
}

pyronn::RotationAxis axis_of(double column, double uncertainty) {
  return {column, uncertainty, 0.1, {}, {}};
}

pyronn::DetectorRoll roll_of(double uncertainty, double column_uncertainty) {
  return {0.01, uncertainty, 32.8, column_uncertainty, 0.1, {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct_axis)

BOOST_AUTO_TEST_CASE(a_sure_axis_is_told_with_its_deviation) {
  BOOST_TEST(example::text_of(axis_of(32.8, 0.02)) ==
             "axis column 32.800 +- 0.020: found from the images");
  BOOST_TEST(example::warning_of(axis_of(32.8, 0.02)) == "");
  BOOST_TEST(example::warning_of(axis_of(32.8, 1)) == "");
  BOOST_TEST(example::warning_of(roll_of(0.01, 0.02)) == "");
}

BOOST_AUTO_TEST_CASE(an_axis_that_is_not_sure_is_warned_of) {
  for (double const deviation : {infinity, std::numeric_limits<double>::quiet_NaN(), 1.5}) {
    std::string const warning = example::warning_of(axis_of(32.8, deviation));
    BOOST_TEST(holds(warning, "axis column 32.8 is not sure"));
    BOOST_TEST(holds(warning, "name it with --center COLUMN"));
    BOOST_TEST(!holds(warning, "inf"));
    BOOST_TEST(!holds(warning, "nan"));
  }
  BOOST_TEST(example::text_of(axis_of(32.8, infinity)) ==
             "axis column 32.8: found from the images");
  BOOST_TEST(holds(example::warning_of(axis_of(32.8, 1.5)), "by 1.5 columns"));
}

BOOST_AUTO_TEST_CASE(a_roll_that_is_not_sure_is_warned_of) {
  BOOST_TEST(holds(example::warning_of(roll_of(infinity, 0.02)), "--roll"));
  BOOST_TEST(holds(example::warning_of(roll_of(0.01, infinity)), "--center COLUMN"));
  BOOST_TEST(!holds(example::text_of(roll_of(infinity, infinity)), "inf"));
}

BOOST_AUTO_TEST_CASE(a_scan_that_turned_the_other_way_has_no_axis_to_trust) {
  auto axis = axis_of(32.8, 0.02);
  axis.mismatch_of_other_rotation = 0.01;
  BOOST_TEST(holds(example::warning_of(axis), "not to be trusted until --rotation"));
}

BOOST_AUTO_TEST_SUITE_END()
