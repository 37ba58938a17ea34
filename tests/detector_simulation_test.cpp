// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Defects and jitter of a detector, and a gantry that turns while it integrates.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/simulate/detector_defects.hpp>
#include <pyronn/simulate/detector_jitter.hpp>
#include <pyronn/simulate/motion_blur.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using pyronn::InvalidArgument;
using pyronn::MotionBlur;
using pyronn::ScanEnds;
using test::infinity;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;

std::size_t at(Scan scan, int u, int v, int view) {
  return (static_cast<std::size_t>(view) * static_cast<std::size_t>(scan[1]) +
          static_cast<std::size_t>(v)) *
             static_cast<std::size_t>(scan[0]) +
         static_cast<std::size_t>(u);
}

Values defective(pyronn::DetectorDefects const& defects, Scan scan, std::uint64_t seed) {
  test::Array<float, 3> views{scan, 1.0F};
  pyronn::apply_detector_defects(test::executor(), defects, views.view(), seed);
  return views.values();
}

Values jittered(Values const& values, Scan scan, pyronn::Vec2d deviation, std::uint64_t seed) {
  test::Array<float, 3> input{scan, values};
  test::Array<float, 3> output{scan, test::nan};
  pyronn::jitter_detector(test::executor(), input.view(), deviation, output.view(), seed);
  return output.values();
}

/// One pixel in all views.
Values blurred(Values const& values, double width, ScanEnds ends) {
  Scan const scan{1, 1, static_cast<int>(values.size())};
  test::Array<float, 3> input{scan, values};
  test::Array<float, 3> output{scan, test::nan};
  MotionBlur{width, ends}(test::executor(), input.view(), output.view());
  return output.values();
}

void check_close(Values const& found, std::vector<double> const& expected, double tolerance) {
  BOOST_TEST_REQUIRE(found.size() == expected.size());
  for (std::size_t n = 0; n < found.size(); ++n) {
    BOOST_TEST(std::abs(static_cast<double>(found[n]) - expected[n]) < tolerance,
               "element " << n << " is " << found[n] << ", not " << expected[n]);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(detector_simulation, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(gains_are_the_same_in_all_views_and_have_their_moments) {
  Scan const scan{200, 150, 3};
  Values const gains = defective({0.05, 0, 0, 0}, scan, 3);
  double sum = 0;
  double squares = 0;
  for (int v = 0; v < scan[1]; ++v) {
    for (int u = 0; u < scan[0]; ++u) {
      double const gain = static_cast<double>(gains[at(scan, u, v, 0)]);
      sum += gain - 1;
      squares += (gain - 1) * (gain - 1);
      BOOST_REQUIRE_EQUAL(gains[at(scan, u, v, 1)], gains[at(scan, u, v, 0)]);
      BOOST_REQUIRE_EQUAL(gains[at(scan, u, v, 2)], gains[at(scan, u, v, 0)]);
    }
  }
  double const number = scan[0] * scan[1];
  BOOST_TEST(std::abs(sum / number) < 5 * 0.05 / std::sqrt(number));
  BOOST_TEST(std::abs(squares / number - 0.0025) < 5 * 0.0025 * std::sqrt(2 / number));
  BOOST_TEST((defective({0.05, 0, 0, 0}, scan, 4) != gains));
}

BOOST_AUTO_TEST_CASE(a_column_shares_its_gain) {
  Scan const scan{60, 7, 2};
  Values const gains = defective({0, 0.1, 0, 0}, scan, 3);
  bool differs = false;
  for (int u = 0; u < scan[0]; ++u) {
    differs = differs || gains[at(scan, u, 0, 0)] != gains[0];
    for (int v = 1; v < scan[1]; ++v) {
      BOOST_REQUIRE_EQUAL(gains[at(scan, u, v, 1)], gains[at(scan, u, 0, 0)]);
    }
  }
  BOOST_TEST(differs);
}

BOOST_AUTO_TEST_CASE(dead_pixels_and_columns_are_as_many_as_asked) {
  Scan const scan{400, 100, 2};
  Values const pixels = defective({0, 0, 0.02, 0}, scan, 8);
  double dead = 0;
  for (float const gain : pixels) {
    BOOST_REQUIRE((gain == 0.0F || gain == 1.0F));
    dead += gain == 0.0F;
  }
  double const number = scan[0] * scan[1];
  BOOST_TEST(std::abs(dead / 2 - 0.02 * number) < 5 * std::sqrt(0.02 * 0.98 * number));
  Values const columns = defective({0, 0, 0, 0.1}, scan, 8);
  double dead_columns = 0;
  for (int u = 0; u < scan[0]; ++u) {
    dead_columns += columns[at(scan, u, 0, 0)] == 0.0F;
    for (int v = 1; v < scan[1]; ++v) {
      BOOST_REQUIRE_EQUAL(columns[at(scan, u, v, 1)], columns[at(scan, u, 0, 0)]);
    }
  }
  BOOST_TEST(std::abs(dead_columns - 40) < 5 * std::sqrt(0.1 * 0.9 * 400));
  for (float const gain : defective({0, 0, 1, 0}, scan, 8)) BOOST_REQUIRE_EQUAL(gain, 0.0F);
}

BOOST_AUTO_TEST_CASE(gains_are_never_negative_and_no_defect_changes_no_bit) {
  for (float const gain : defective({10, 10, 0, 0}, {50, 50, 1}, 8)) BOOST_REQUIRE(gain >= 0.0F);
  Scan const scan{3, 1, 1};
  test::Array<float, 3> views{scan, Values{-0.0F, 1e-45F, 3e38F}};
  pyronn::apply_detector_defects(test::executor(), {}, views.view(), 5);
  Values const found = views.values();
  BOOST_TEST(found == (Values{-0.0F, 1e-45F, 3e38F}), boost::test_tools::per_element());
  BOOST_TEST(std::signbit(found[0]));
}

BOOST_AUTO_TEST_CASE(jitter_moves_a_ramp_exactly) {
  Scan const scan{40, 30, 6};
  Values ramp(static_cast<std::size_t>(scan.count()));
  auto const value = [](double u, double v, int n) { return 2 * u - 3 * v + 100 * n; };
  for (int n = 0; n < 6; ++n) {
    for (int v = 0; v < 30; ++v) {
      for (int u = 0; u < 40; ++u) ramp[at(scan, u, v, n)] = static_cast<float>(value(u, v, n));
    }
  }
  pyronn::Vec2d const deviation{1.5, 0.4};
  Values const found = jittered(ramp, scan, deviation, 12);
  for (int n = 0; n < 6; ++n) {
    pyronn::Vec2d const shift = pyronn::jitter_shift(deviation, 12, n);
    BOOST_TEST((std::abs(shift[0]) < 7.5 && std::abs(shift[1]) < 2));
    for (int v = 3; v < 27; ++v) {
      for (int u = 8; u < 31; ++u) {
        double const exact = value(u + shift[0], v + shift[1], n);
        BOOST_REQUIRE_SMALL(static_cast<double>(found[at(scan, u, v, n)]) - exact, 2e-4);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(jitter_has_its_deviation_and_none_changes_no_bit) {
  constexpr int number = 20000;
  double squares[2] = {0, 0};
  double product = 0;
  for (int n = 0; n < number; ++n) {
    pyronn::Vec2d const shift = pyronn::jitter_shift({0.5, 2.0}, 1, n);
    for (int axis = 0; axis < 2; ++axis) squares[axis] += shift[axis] * shift[axis] / number;
    product += shift[0] * shift[1] / number;
  }
  double const root = std::sqrt(static_cast<double>(number));
  BOOST_TEST(std::abs(squares[0] - 0.25) < 5 * 0.25 * std::sqrt(2.0) / root);
  BOOST_TEST(std::abs(squares[1] - 4) < 5 * 4 * std::sqrt(2.0) / root);
  BOOST_TEST(std::abs(product) < 5 / root);
  Values const values{-0.0F, 1, 1e-45F, 3e38F, test::nan, 5};
  Values const still = jittered(values, {3, 2, 1}, {0, 0}, 1);
  for (std::size_t n : {0U, 1U, 2U, 3U, 5U}) BOOST_TEST(still[n] == values[n]);
  BOOST_TEST(std::signbit(still[0]));
  BOOST_TEST(std::isnan(still[4]));
}

// More views than one launch holds, and shifts far beyond the detector, which see its edge.
BOOST_AUTO_TEST_CASE(jitter_reaches_beyond_launches_and_edges) {
  constexpr int views = 2500;
  Scan const scan{2, 1, views};
  Values steps;
  for (int n = 0; n < views; ++n) steps.insert(steps.end(), {0.0F, 1.0F});
  Values const found = jittered(steps, scan, {1e300, 0}, 2);
  for (int n = 0; n < views; ++n) {
    float const expected = pyronn::jitter_shift({1e300, 0}, 2, n)[0] > 0 ? 1.0F : 0.0F;
    BOOST_REQUIRE_EQUAL(found[at(scan, 0, 0, n)], expected);
    BOOST_REQUIRE_EQUAL(found[at(scan, 1, 0, n)], expected);
  }
  test::Array<float, 3> input{scan, steps};
  test::Array<float, 3> output{scan};
  for (int first : {0, 1100}) {
    int const count = first == 0 ? 1100 : views - 1100;
    pyronn::jitter_detector(test::executor(), input.view().slices(first, count), {0.3, 0},
                            output.view().slices(first, count), 2, first);
  }
  BOOST_TEST(output.values() == jittered(steps, scan, {0.3, 0}, 2),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(blur_is_the_mean_of_the_interpolated_views) {
  Values const impulse{0, 0, 0, 0, 8, 0, 0, 0, 0};
  // Integrals of the hat: over one step 1/8, 3/4, 1/8; over two 1/4, 1/2, 1/4; over half a step
  // 1/16, 7/8, 1/16.
  check_close(blurred(impulse, 1, ScanEnds::clamped), {0, 0, 0, 1, 6, 1, 0, 0, 0}, 1e-6);
  check_close(blurred(impulse, 2, ScanEnds::clamped), {0, 0, 0, 2, 4, 2, 0, 0, 0}, 1e-6);
  check_close(blurred(impulse, 0.5, ScanEnds::clamped), {0, 0, 0, 0.5, 7, 0.5, 0, 0, 0}, 1e-6);
  // Three steps: 1/24, 7/24, 1/3, 7/24, 1/24.
  check_close(blurred(impulse, 3, ScanEnds::clamped),
              {0, 0, 1.0 / 3, 7.0 / 3, 8.0 / 3, 7.0 / 3, 1.0 / 3, 0, 0}, 1e-6);
}

BOOST_AUTO_TEST_CASE(blur_goes_round_the_circle_or_stays_at_the_ends) {
  Values const first{8, 0, 0, 0};
  check_close(blurred(first, 2, ScanEnds::cyclic), {4, 2, 0, 2}, 1e-6);
  check_close(blurred(first, 2, ScanEnds::clamped), {6, 2, 0, 0}, 1e-6);
  check_close(blurred(first, 4, ScanEnds::cyclic), {2, 2, 2, 2}, 1e-6);
  check_close(blurred({5}, 1, ScanEnds::cyclic), {5}, 1e-6);
  // A mean keeps constants, and lines where it meets no end.
  for (double const width : {0.01, 0.7, 1.0, 3.3, 29.9}) {
    check_close(blurred(Values(30, 7.0F), width, ScanEnds::clamped), std::vector<double>(30, 7.0),
                1e-5);
  }
}

BOOST_AUTO_TEST_CASE(no_blur_changes_no_bit_and_pieces_make_the_whole) {
  Scan const scan{6, 2, 9};
  test::Array<float, 3> input{scan, test::random_values(2, scan.count())};
  test::Array<float, 3> whole{scan};
  test::Array<float, 3> pieces{scan};
  MotionBlur{0, ScanEnds::cyclic}(test::executor(), input.view(), whole.view());
  BOOST_TEST(whole.values() == input.values(), boost::test_tools::per_element());
  MotionBlur const blur{3.7, ScanEnds::cyclic};
  blur(test::executor(), input.view(), whole.view());
  blur(test::executor(), input.view(), pieces.view().slices(4, 5), 4);
  blur(test::executor(), input.view(), pieces.view().slices(0, 4), 0);
  BOOST_TEST(whole.values() == pieces.values(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused_and_nothing_is_written) {
  auto const& executor = test::executor();
  Scan const scan{3, 2, 4};
  test::Array<float, 3> views{scan, 7.0F};
  test::Array<float, 3> input{scan, 1.0F};
  test::Array<float, 3> shorter{Scan{3, 2, 3}, 7.0F};
  auto const defects = [&](pyronn::DetectorDefects const& bad) {
    pyronn::apply_detector_defects(executor, bad, views.view(), 1);
  };
  auto const jitter = [&](auto const& in, auto const& out, pyronn::Vec2d bad, int first = 0) {
    pyronn::jitter_detector(executor, in, bad, out, 1, first);
  };
  for (double const bad : {-0.1, std::nan(""), infinity}) {
    BOOST_CHECK_THROW(defects({bad, 0, 0, 0}), InvalidArgument);
    BOOST_CHECK_THROW(defects({0, bad, 0, 0}), InvalidArgument);
    BOOST_CHECK_THROW(defects({0, 0, bad, 0}), InvalidArgument);
    BOOST_CHECK_THROW(defects({0, 0, 0, bad}), InvalidArgument);
    BOOST_CHECK_THROW(jitter(input.view(), views.view(), {bad, 0}), InvalidArgument);
    BOOST_CHECK_THROW(jitter(input.view(), views.view(), {0, bad}), InvalidArgument);
    BOOST_CHECK_THROW((MotionBlur{bad, ScanEnds::cyclic}), InvalidArgument);
  }
  BOOST_CHECK_THROW(defects({0, 0, 1.1, 0}), InvalidArgument);
  BOOST_CHECK_THROW((MotionBlur{2000.1, ScanEnds::cyclic}), InvalidArgument);
  BOOST_CHECK_THROW(jitter(views.view(), views.view(), {1, 1}), InvalidArgument);
  BOOST_CHECK_THROW(jitter(shorter.view(), views.view(), {1, 1}), InvalidArgument);
  BOOST_CHECK_THROW(jitter(input.view(), views.view(), {1, 1}, -1), InvalidArgument);
  MotionBlur const blur{1, ScanEnds::cyclic};
  BOOST_CHECK_THROW(blur(executor, views.view(), views.view()), InvalidArgument);
  BOOST_CHECK_THROW(blur(executor, shorter.view(), views.view()), InvalidArgument);
  BOOST_CHECK_THROW(blur(executor, input.view(), shorter.view(), 2), InvalidArgument);
  BOOST_CHECK_THROW(blur(executor, input.view(), shorter.view(), -1), InvalidArgument);
  BOOST_CHECK_THROW((MotionBlur{4.5, ScanEnds::cyclic}(executor, input.view(), views.view())),
                    InvalidArgument);
  BOOST_TEST(views.values() == Values(24, 7.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
