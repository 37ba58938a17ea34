// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Bad pixels found, missing samples interpolated, and counts that cannot be right.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/bad_pixels.hpp>
#include <pyronn/recon/preprocess/count_tally.hpp>
#include <pyronn/recon/preprocess/missing_samples.hpp>
#include <pyronn/recon/preprocess/odd_pixels.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

namespace defect = pyronn::pixel_defect;
using pyronn::BadPixelOptions;
using pyronn::CountFault;
using pyronn::CountSummary;
using pyronn::InvalidArgument;
using pyronn::PixelTally;
using Detector = pyronn::Extents<2>;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;
using Mask = std::vector<std::uint8_t>;

constexpr float infinite = static_cast<float>(test::infinity);

/// Fields of a detector whose light falls to the side, with a little noise.
struct Fields {
  Detector size;
  Values dark, flat, deviation;

  explicit Fields(Detector size_) : size{size_} {
    Values const noise = test::random_values(1, size.count());
    for (std::size_t n = 0; n < noise.size(); ++n) {
      float const u = static_cast<float>(n % static_cast<std::size_t>(size[0]));
      dark.push_back(100 + noise[n]);
      flat.push_back(2000 - 30 * u + 20 * noise[n]);
      deviation.push_back(10 + 5 * noise[n]);
    }
  }

  [[nodiscard]] std::size_t at(int u, int v) const {
    return static_cast<std::size_t>(v * size[0] + u);
  }

  [[nodiscard]] Mask mask(BadPixelOptions const& options = {}, std::uint8_t before = 0) const {
    test::Array<float, 2> darks{size, dark};
    test::Array<float, 2> flats{size, flat};
    test::Array<float, 2> deviations{size, deviation};
    test::Array<std::uint8_t, 2> result{size, before};
    pyronn::find_bad_pixels(test::executor(), darks.view(), flats.view(), deviations.view(),
                            result.view(), options);
    return result.values();
  }
};

/// Exactly this pixel has exactly these defects.
void check_one(Fields const& fields, int u, int v, int defects,
               BadPixelOptions const& options = {}) {
  Mask expected(fields.dark.size(), 0);
  expected[fields.at(u, v)] = static_cast<std::uint8_t>(defects);
  BOOST_TEST((fields.mask(options) == expected), "pixel " << u << ", " << v);
}

Values filled(Scan scan, Values const& lines) {
  test::Array<float, 3> array{scan, lines};
  pyronn::interpolate_missing(test::executor(), array.view());
  return array.values();
}

constexpr float gap = test::nan;

}  // namespace

BOOST_AUTO_TEST_SUITE(bad_pixels, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(each_defect_is_found_anywhere_and_good_pixels_are_not) {
  for (Detector const size : {Detector{20, 12}, Detector{20, 1}, Detector{20, 2}}) {
    BOOST_TEST((Fields{size}.mask() == Mask(static_cast<std::size_t>(size.count()), 0)));
    for (int v = 0; v < size[1]; v += 3) {
      for (int const u : {0, 1, 7, 19}) {
        auto const with = [&](auto const& change, int defects) {
          Fields fields{size};
          std::size_t const n = fields.at(u, v);
          change(fields.dark[n], fields.flat[n], fields.deviation[n]);
          check_one(fields, u, v, defects);
        };
        with([](float& d, float&, float&) { d = gap; }, defect::not_finite);
        with([](float&, float& f, float&) { f = infinite; }, defect::not_finite);
        with([](float& d, float& f, float&) { f = d; }, defect::no_light | defect::odd_gain);
        with([](float& d, float& f, float&) { f = d - 50; }, defect::no_light | defect::odd_gain);
        with([](float&, float& f, float&) { f *= 3; }, defect::odd_gain);
        with([](float& d, float& f, float&) { f = d + 0.3F * (f - d); }, defect::odd_gain);
        with([](float& d, float& f, float&) { d += 600, f += 600; }, defect::odd_dark);
        with([](float&, float&, float& s) { s = 200; }, defect::noisy);
        with([](float&, float&, float& s) { s = 0; }, defect::stuck);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(neighbours_that_are_bad_do_not_count) {
  Fields fields{{20, 12}};
  Mask expected(fields.dark.size(), 0);
  for (int v = 0; v < 12; ++v) {  // two dead columns
    for (int const u : {5, 6}) {
      fields.flat[fields.at(u, v)] = 0;
      expected[fields.at(u, v)] = defect::no_light | defect::odd_gain;
    }
  }
  BOOST_TEST((fields.mask() == expected));
}

BOOST_AUTO_TEST_CASE(options_and_what_the_mask_had_before) {
  Fields fields{{20, 12}};
  fields.flat[fields.at(4, 4)] = 4095;
  BadPixelOptions options;
  options.saturation = 4095;
  check_one(fields, 4, 4, defect::odd_gain | defect::saturated, options);
  options.gain = 10;
  check_one(fields, 4, 4, defect::saturated, options);
  Mask const mask = fields.mask(options, defect::dead);
  BOOST_TEST(static_cast<int>(mask[fields.at(4, 4)]) == (defect::saturated | defect::dead));
  BOOST_TEST(static_cast<int>(mask[0]) == static_cast<int>(defect::dead));
  options.noise = -1;
  BOOST_CHECK_THROW(static_cast<void>(fields.mask(options)), InvalidArgument);
  options = {};
  options.gain = test::not_a_number;
  BOOST_CHECK_THROW(static_cast<void>(fields.mask(options)), InvalidArgument);
  fields.flat.resize(100);
  test::Array<float, 2> dark{fields.size};
  test::Array<float, 2> narrow{{19, 12}};
  test::Array<std::uint8_t, 2> result{fields.size};
  BOOST_CHECK_THROW(
      pyronn::find_bad_pixels(test::executor(), dark.view(), narrow.view(), {}, result.view()),
      InvalidArgument);
}

BOOST_AUTO_TEST_CASE(without_a_deviation_noise_is_not_judged) {
  Fields fields{{20, 12}};
  test::Array<float, 2> dark{fields.size, fields.dark};
  test::Array<float, 2> flat{fields.size, fields.flat};
  test::Array<std::uint8_t, 2> mask{fields.size};
  pyronn::find_bad_pixels(test::executor(), dark.view(), flat.view(), {}, mask.view());
  BOOST_TEST((mask.values() == Mask(fields.dark.size(), 0)));
}

BOOST_AUTO_TEST_CASE(missing_samples_lie_between_their_neighbours) {
  Scan const scan{6, 3, 2};
  Values const lines{1,   gap, 3, gap, gap, 6,   gap, gap, 2, 3,   gap,      5,  //
                     gap, gap, 4, gap, gap, gap, 1,   2,   3, 4,   5,        6,  //
                     gap, gap, 0, gap, gap, gap, 0,   1,   2, gap, infinite, 2.6F};
  Values const expected{1, 2, 3, 4, 5, 6, 2, 2, 2, 3,    4,    5,  //
                        4, 4, 4, 4, 4, 4, 1, 2, 3, 4,    5,    6,  //
                        0, 0, 0, 0, 0, 0, 0, 1, 2, 2.2F, 2.4F, 2.6F};
  Values const result = filled(scan, lines);
  for (std::size_t n = 0; n < expected.size(); ++n) {
    BOOST_TEST(std::abs(result[n] - expected[n]) < 1e-6F, n << " is " << result[n]);
  }
}

BOOST_AUTO_TEST_CASE(missing_rows_lie_between_rows_and_missing_views_are_0) {
  Values const lines{gap, gap, gap, 1,   2,   3,   gap, gap, gap, gap, gap, gap, 4,   8,   12,  //
                     gap, gap, gap, gap, gap, gap, gap, gap, gap, gap, gap, gap, gap, gap, gap};
  Values const expected{1, 2, 3, 1, 2, 3, 2, 4, 6, 3, 6, 9, 4, 8, 12,  //
                        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  Values const result = filled({3, 5, 2}, lines);
  for (std::size_t n = 0; n < expected.size(); ++n) {
    BOOST_TEST(std::abs(result[n] - expected[n]) < 1e-6F, n << " is " << result[n]);
  }
  Values const sound = test::random_values(5, 60);
  BOOST_TEST((filled({4, 5, 3}, sound) == sound));
}

BOOST_AUTO_TEST_CASE(bad_pixels_are_missing_in_all_views) {
  test::Array<std::uint8_t, 2> mask{Detector{3, 2}, {0, 2, 0, 0, 0, 128}};
  test::Array<float, 3> lines{Scan{3, 2, 2}, 5.0F};
  pyronn::mark_missing(test::executor(), mask.view(), lines.view());
  Values const marked = lines.values();
  for (std::size_t n = 0; n < marked.size(); ++n) {
    BOOST_TEST(std::isnan(marked[n]) == (n % 6 == 1 || n % 6 == 5));
  }
  test::Array<float, 3> other{Scan{2, 3, 2}};
  BOOST_CHECK_THROW(pyronn::mark_missing(test::executor(), mask.view(), other.view()),
                    InvalidArgument);
}

BOOST_AUTO_TEST_CASE(counts_are_told_apart) {
  Detector const size{5, 1};
  // Light 100 above 10; the fifth pixel is dead.
  std::vector<float> const counts{60, gap, 10.005F, 350, 10,  //
                                  61, 70,  10.5F,   50,  gap};
  test::Array<float, 2> dark{size, 10.0F};
  test::Array<float, 2> flat{size, 110.0F};
  test::Array<std::uint8_t, 2> mask{size};
  auto const summary_in_shares = [&](int share) {
    test::Array<PixelTally, 2> tallies{size};
    test::Array<float, 3> raw{Scan{5, 1, 2}, counts};
    for (int view = 0; view < 2; view += share) {
      pyronn::tally_counts(test::executor(), raw.view().slices(view, share), dark.view(),
                           flat.view(), tallies.view(), 1e-3);
    }
    pyronn::mark_dead_pixels(test::executor(), tallies.view(), mask.view());
    std::vector<PixelTally> host = tallies.values();
    Mask bad = mask.values();
    return pyronn::summary_of({host.data(), size}, {bad.data(), size});
  };
  for (int const share : {1, 2}) {
    CountSummary const summary = summary_in_shares(share);
    BOOST_TEST(summary.pixels == 5);
    BOOST_TEST(summary.bad_pixels == 1);
    BOOST_TEST(summary.counts == 10);
    BOOST_TEST(summary.not_finite == 2);
    BOOST_TEST(summary.not_finite_of_good == 1);
    BOOST_TEST(summary.cut == 1);
    BOOST_TEST(summary.hardly_any == 2);
    BOOST_TEST(summary.too_bright == 1);
    BOOST_TEST(!pyronn::fault_of(summary));
  }
  BOOST_TEST((mask.values() == Mask{0, 0, 0, 0, defect::dead}));
}

BOOST_AUTO_TEST_CASE(faults_are_told_by_what_most_counts_are) {
  auto const fault = [](auto const& change) {
    CountSummary summary;
    summary.pixels = 100;
    summary.counts = 1000;
    change(summary);
    return pyronn::fault_of(summary);
  };
  BOOST_TEST(!fault([](CountSummary&) {}));
  BOOST_TEST(
      (fault([](CountSummary& s) { s.flat_below_dark = 91; }) == CountFault::flat_below_dark));
  BOOST_TEST(!fault([](CountSummary& s) { s.flat_below_dark = 60; }));
  BOOST_TEST((fault([](CountSummary& s) { s.too_bright = 501; }) == CountFault::too_bright));
  BOOST_TEST((fault([](CountSummary& s) { s.hardly_any = 501; }) == CountFault::hardly_any));
  BOOST_TEST((fault([](CountSummary& s) { s.not_finite = 501; }) == CountFault::not_finite));
  BOOST_TEST((fault([](CountSummary& s) { s.bad_pixels = 51; }) == CountFault::bad_pixels));
  BOOST_TEST(!fault([](CountSummary& s) { s.bad_pixels = 50; }));
  std::vector<float> const dark{1, 2, 3};
  std::vector<std::uint16_t> const flat{0, 2, 5};
  BOOST_TEST(pyronn::count_flat_below_dark(
                 pyronn::ArrayView<float const, 2>{dark.data(), {3, 1}},
                 pyronn::ArrayView<std::uint16_t const, 2>{flat.data(), {3, 1}}) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
