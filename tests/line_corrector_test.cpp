// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// All corrections of a scan together; each has a test of its own.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/corrections.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using pyronn::Corrections;
using pyronn::InvalidArgument;
using Corrector = pyronn::LineCorrector<test::Executor>;
using ConstLines = pyronn::ProjectionView<float const>;
using Values = std::vector<float>;

constexpr pyronn::Extents<3> scan{120, 3, 90};
constexpr pyronn::Extents<2> panel{120, 3};
constexpr double dark = 100;
constexpr double light = 40000;
constexpr int dead_column = 47;
constexpr int ring_column = 71;
constexpr double ring_gain = 0.9;

/// A disc that moves to and fro; hardening makes less of it than it is.
double line(int u, int v, int view) {
  double const at = u - 60 - (12 + v) * std::cos(0.07 * view);
  double const square = 900 - at * at;
  return square > 0 ? 0.05 * std::sqrt(square) : 0;
}

/// As line = measured + 0.1 measured^2.
double measured(double line) { return (std::sqrt(1 + 0.4 * line) - 1) / 0.2; }

double gain(int u) { return u == ring_column ? ring_gain : 1; }

/// A panel with a dead column, one with another gain than its flat field says, and some zingers.
struct Scan {
  Values counts;
  Values darks = Values(static_cast<std::size_t>(panel.count()), static_cast<float>(dark));
  Values flats = Values(static_cast<std::size_t>(panel.count()), static_cast<float>(dark + light));
  std::vector<std::uint8_t> bad =
      std::vector<std::uint8_t>(static_cast<std::size_t>(panel.count()));

  Scan() {
    for (int view = 0; view < scan[2]; ++view) {
      for (int v = 0; v < scan[1]; ++v) {
        for (int u = 0; u < scan[0]; ++u) {
          double const part = gain(u) * std::exp(-measured(line(u, v, view)));
          bool const is_hit = (31 * view + 7 * u + v) % 997 == 0;
          double const count = u == dead_column ? dark + 3 : dark + (is_hit ? 2 : 1) * light * part;
          counts.push_back(static_cast<float>(count));
        }
      }
    }
    for (int v = 0; v < scan[1]; ++v) bad[static_cast<std::size_t>(v * scan[0] + dead_column)] = 1;
  }

  /// Some rows of an image, or of all views.
  template <class T>
  [[nodiscard]] static std::vector<T> rows_of(std::vector<T> const& images, int first, int count) {
    std::vector<T> some;
    for (std::size_t row = 0; row < images.size() / scan[0]; ++row) {
      auto const v = static_cast<int>(row % scan[1]);
      if (v < first || v >= first + count) continue;
      auto const begin = images.begin() + static_cast<std::ptrdiff_t>(row) * scan[0];
      some.insert(some.end(), begin, begin + scan[0]);
    }
    return some;
  }
};

/// A band of rows where the executor works.
struct Band {
  test::Array<float, 3> counts;
  test::Array<float, 2> darks;
  test::Array<float, 2> flats;
  test::Array<std::uint8_t, 2> bad;

  Band(Scan const& of, int first, int count)
      : counts{{scan[0], count, scan[2]}, Scan::rows_of(of.counts, first, count)},
        darks{{scan[0], count}, Scan::rows_of(of.darks, first, count)},
        flats{{scan[0], count}, Scan::rows_of(of.flats, first, count)},
        bad{{scan[0], count}, Scan::rows_of(of.bad, first, count)} {}

  [[nodiscard]] pyronn::CountsOfViews<float> views() {
    pyronn::CountsOfViews<float> views{counts.view(), {{darks.view()}, {0}}, {{flats.view()}, {0}}};
    views.bad_pixels = bad.view();
    return views;
  }
};

Corrections all_of_them() {
  Corrections corrections;
  corrections.zingers = pyronn::ZingerOptions{};
  corrections.stripes = pyronn::StripeOptions{};
  corrections.hardening = pyronn::HardeningPolynomial{{0, 1, 0.1, 0, 0}};
  corrections.extension = pyronn::RowExtension{5, 9};
  return corrections;
}

Values values_of(ConstLines lines) {
  test::Array<float, 3> host{lines.extents};
  pyronn::copy(test::executor(), lines, host.view());
  return host.values();
}

/// Root of the mean square of what is wrong in the measured columns; `before` were added.
double error_of(ConstLines lines, int before) {
  Values const values = values_of(lines);
  ConstLines const found{values.data(), lines.extents};
  double sum = 0;
  for (int view = 0; view < scan[2]; ++view) {
    for (int v = 0; v < scan[1]; ++v) {
      for (int u = 0; u < scan[0]; ++u) {
        double const wrong = static_cast<double>(found(u + before, v, view)) - line(u, v, view);
        sum += wrong * wrong;
      }
    }
  }
  return std::sqrt(sum / static_cast<double>(scan.count()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(line_corrector, *boost::unit_test::precondition(test::device_present))

/// Each step by the function that the library has for it.
BOOST_FIXTURE_TEST_CASE(the_order_is_the_one_that_is_written_down, Scan) {
  auto const& executor = test::executor();
  Band whole{*this, 0, scan[1]};
  auto const views = whole.views();
  Corrections const corrections = all_of_them();
  pyronn::Extents<3> const wide{scan[0] + 14, scan[1], scan[2]};
  test::Array<float, 3> lines{scan};
  test::Array<float, 3> cleaned{scan};
  test::Array<float, 3> extended{wide};
  pyronn::line_integrals(executor, views.counts, views.dark, views.flat, 0, lines.view(), 1e-6);
  pyronn::mark_missing(executor, views.bad_pixels, lines.view());
  pyronn::interpolate_missing(executor, lines.view());
  ConstLines const raw = lines.view();
  pyronn::remove_zingers(executor, raw, cleaned.view(), *corrections.zingers);
  pyronn::remove_stripes(executor, cleaned.view(), *corrections.stripes);
  pyronn::apply_polynomial(executor, cleaned.view(), *corrections.hardening);
  ConstLines const corrected = cleaned.view();
  pyronn::extend_rows(executor, corrected, extended.view(), *corrections.extension);
  Corrector corrector{executor, corrections, scan};
  auto const found = corrector(views);
  BOOST_TEST((found.extents == wide));
  BOOST_TEST(values_of(found) == extended.values(), boost::test_tools::per_element());
  BOOST_TEST(values_of(corrector(views)) == extended.values(), boost::test_tools::per_element());
}

/// Of what is wrong at first a tenth is left, and without any of them more than that.
BOOST_FIXTURE_TEST_CASE(together_they_correct_what_none_does_alone, Scan) {
  auto const& executor = test::executor();
  Band whole{*this, 0, scan[1]};
  auto const views = whole.views();
  auto const error = [&](Corrections const& corrections, pyronn::CountsOfViews<float> const& of) {
    Corrector corrector{executor, corrections, scan};
    return error_of(corrector(of), corrections.extension ? corrections.extension->before : 0);
  };
  double const first = error({}, views);
  double const last = error(all_of_them(), views);
  BOOST_TEST_MESSAGE("error " << first << " becomes " << last);
  BOOST_TEST(last < 0.1 * first);
  auto without = all_of_them();
  without.zingers.reset();
  BOOST_TEST(error(without, views) > 1.3 * last);
  without = all_of_them();
  without.stripes.reset();
  BOOST_TEST(error(without, views) > 1.3 * last);
  without = all_of_them();
  without.hardening.reset();
  BOOST_TEST(error(without, views) > 1.3 * last);
  auto unmasked = views;
  unmasked.bad_pixels = {};
  BOOST_TEST(error(all_of_them(), unmasked) > 1.3 * last);
}

/// Stripes and polynomial look at one row; zingers at those beside it.
BOOST_FIXTURE_TEST_CASE(bands_of_rows_are_parts_of_the_whole, Scan) {
  auto const& executor = test::executor();
  Corrections corrections = all_of_them();
  corrections.zingers.reset();
  Corrector corrector{executor, corrections, scan};
  Band whole{*this, 0, scan[1]};
  Values const all = values_of(corrector(whole.views()));
  Values row;
  int const columns = corrections.columns(scan[0]);
  for (int view = 0; view < scan[2]; ++view) {
    auto const begin = all.begin() + std::ptrdiff_t{view * scan[1] + 1} * columns;
    row.insert(row.end(), begin, begin + columns);
  }
  Band second{*this, 1, 1};
  BOOST_TEST(values_of(corrector(second.views())) == row, boost::test_tools::per_element());
}

/// Line integrals come back where nothing is corrected, else they are copied first.
BOOST_AUTO_TEST_CASE(line_integrals_are_not_written_to) {
  auto const& executor = test::executor();
  test::Array<float, 3> lines{scan, 0.5F};
  ConstLines const view = lines.view();
  BOOST_TEST(Corrector(executor, {}, scan)(view).data == view.data);
  Corrections corrections;
  corrections.hardening = pyronn::HardeningPolynomial{{0, 2, 0, 0, 0}};
  Corrector corrector{executor, corrections, scan};
  BOOST_TEST(values_of(corrector(view)).front() == 1);
  BOOST_TEST(lines.values().front() == 0.5F);
}

BOOST_AUTO_TEST_CASE(memory_is_told_before_it_is_taken) {
  std::size_t const lines = static_cast<std::size_t>(scan.count()) * sizeof(float);
  std::size_t const row = static_cast<std::size_t>(scan[1] * scan[2]) * sizeof(float);
  BOOST_TEST(Corrector::memory_bytes({}, scan) == lines);
  BOOST_TEST(
      Corrector::memory_bytes(all_of_them(), scan) ==
      3 * lines + 14 * row +
          (77 * static_cast<std::size_t>(panel.count()) + 2 * static_cast<std::size_t>(panel[1])) *
              sizeof(float));
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_refused, Scan) {
  auto const& executor = test::executor();
  Band whole{*this, 0, scan[1]};
  auto const views = whole.views();
  Corrector small{executor, {}, {scan[0], 2, scan[2]}};
  BOOST_CHECK_THROW(static_cast<void>(small(views)), InvalidArgument);
  BOOST_CHECK_THROW(static_cast<void>(small(views.counts)), InvalidArgument);
  BOOST_CHECK_THROW(Corrector(executor, {}, {scan[0], -1, 1}), InvalidArgument);
  Corrections corrections;
  corrections.extension = pyronn::RowExtension{-1, 0};
  BOOST_CHECK_THROW(Corrector(executor, corrections, scan), InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
