// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/count_weights.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>
#include <pyronn/simulate/random_numbers.hpp>

#include "support/temporary_folder.hpp"

using pyronn::CountNoise;
using Detector = pyronn::Extents<2>;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;

namespace {

template <class T>
Values weights_of(std::vector<T> const& raw, std::vector<T> const& dark, std::vector<T> const& flat,
                  CountNoise const& noise = {}) {
  int const columns = static_cast<int>(dark.size());
  int const views = static_cast<int>(raw.size() / dark.size());
  test::Array<T, 3> raw_array{Scan{columns, 1, views}, raw};
  test::Array<T, 2> dark_array{Detector{columns, 1}, dark};
  test::Array<T, 2> flat_array{Detector{columns, 1}, flat};
  test::Array<float, 3> result{Scan{columns, 1, views}};
  pyronn::count_weights(test::executor(), raw_array.view(), dark_array.view(), flat_array.view(),
                        result.view(), noise);
  return result.values();
}

void check_refused(CountNoise const& noise, std::string const& words) {
  BOOST_CHECK_EXCEPTION(weights_of<float>({1}, {0}, {2}, noise), pyronn::InvalidArgument,
                        test::says(words));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(count_weights, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(are_numbers_of_photons) {
  Values const expected{100, 50, 12.5};
  BOOST_TEST(weights_of<std::uint16_t>({410, 210, 60}, {10}, {500}, {4, 0}) == expected,
             boost::test_tools::per_element());
  BOOST_TEST(weights_of<float>({410, 210, 60}, {10}, {500}, {4, 0}) == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(noise_of_the_readout_counts_where_light_is_low) {
  Values const found = weights_of<float>({10010, 20}, {10}, {20000}, {2, 80});
  BOOST_TEST(found[0] == 10000.0F * 10000 / (20000 + 80), boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(found[1] == 10.0F * 10 / (20 + 80), boost::test_tools::tolerance(1e-6F));
}

BOOST_AUTO_TEST_CASE(rays_that_say_nothing_have_the_weight_0) {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  float const infinity = std::numeric_limits<float>::infinity();
  Values const found =
      weights_of<float>({10, 5, nan, infinity, 50, 50, 50}, {10, 10, 10, 10, nan, 10, 10},
                        {90, 90, 90, 90, 90, 10, infinity});
  for (float const weight : found) BOOST_TEST(weight == 0.0F);
}

/// One over the variance of line integrals that are made from random counts.
BOOST_AUTO_TEST_CASE(are_inverse_variances) {
  constexpr int samples = 40000;
  constexpr double gain = 3, photons = 400, deviation = 25, dark = 20, full = 6020;
  test::Array<float, 2> darks{Detector{samples, 1}, dark};
  test::Array<float, 2> flats{Detector{samples, 1}, full};
  Values counts;
  for (int n = 0; n < samples; ++n) {
    pyronn::RandomNumbers light{3, pyronn::RandomStream::photons, n};
    pyronn::RandomNumbers readout{3, pyronn::RandomStream::readout, n};
    double const noise = std::sqrt(photons) * light.normal();
    counts.push_back(
        static_cast<float>(dark + gain * (photons + noise) + deviation * readout.normal()));
  }
  test::Array<float, 3> raw{Scan{samples, 1, 1}, counts};
  test::Array<float, 3> lines{Scan{samples, 1, 1}};
  pyronn::line_integrals(test::executor(), raw.view(), darks.view(), flats.view(), lines.view());
  double sum = 0;
  double square = 0;
  for (float const line : lines.values()) {
    sum += static_cast<double>(line) / samples;
    square += static_cast<double>(line) * static_cast<double>(line) / samples;
  }
  Values const weight = weights_of<float>({static_cast<float>(dark + gain * photons)}, {dark},
                                          {full}, {gain, deviation * deviation});
  BOOST_TEST(1 / (square - sum * sum) == static_cast<double>(weight[0]),
             boost::test_tools::tolerance(0.03));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_out_of_range) {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  for (double const gain : {0.0, -1.0, nan, 1e31}) check_refused({gain, 0}, "gain");
  for (double const variance : {-1.0, nan, 1e31}) check_refused({1, variance}, "readout_variance");
  test::Array<float, 3> raw{Scan{2, 1, 3}};
  test::Array<float, 3> weights{Scan{2, 1, 2}};
  test::Array<float, 2> field{Detector{2, 1}};
  test::Array<float, 2> narrow{Detector{1, 1}};
  BOOST_CHECK_EXCEPTION(pyronn::count_weights(test::executor(), raw.view(), field.view(),
                                              field.view(), weights.view()),
                        pyronn::InvalidArgument, test::says("weights' extents (2, 1, 2)"));
  BOOST_CHECK_EXCEPTION(
      pyronn::count_weights(test::executor(), raw.view(), field.view(), narrow.view(), raw.view()),
      pyronn::InvalidArgument, test::says("flat field (1, 1)"));
}

BOOST_AUTO_TEST_SUITE_END()
