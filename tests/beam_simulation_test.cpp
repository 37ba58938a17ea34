// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Scattered radiation, and beams of many energies.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/simulate/polychromatic_beam.hpp>
#include <pyronn/simulate/scatter.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using pyronn::EnergyBin;
using pyronn::GaussianScatter;
using pyronn::InvalidArgument;
using pyronn::PolychromaticBeam;
using test::infinity;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;

Values with_scatter(GaussianScatter const& scatter, Values const& primary, Scan scan,
                    std::size_t limit = pyronn::default_workspace_limit) {
  test::Array<float, 3> views{scan, primary};
  std::size_t const bytes = scatter.workspace_bytes(test::executor(), views.view(), limit);
  pyronn::Workspace<test::Executor> workspace{test::executor(), bytes};
  scatter(test::executor(), views.view(), workspace);
  return views.values();
}

Values hardened(PolychromaticBeam const& beam, std::vector<Values> const& lengths) {
  Scan const scan{static_cast<int>(lengths[0].size()), 1, 1};
  if (lengths.size() == 1) {  // in place
    test::Array<float, 3> views{scan, lengths[0]};
    beam(test::executor(), {views.view()}, views.view());
    return views.values();
  }
  test::Array<float, 3> first{scan, lengths[0]};
  test::Array<float, 3> second{scan, lengths.at(1)};
  test::Array<float, 3> result{scan};
  beam(test::executor(), {first.view(), second.view()}, result.view());
  return result.values();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(beam_simulation, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(scatter_of_one_pixel_is_a_gaussian_of_the_right_sum) {
  Scan const scan{81, 61, 2};
  std::size_t const middle = 61 * 81 + 30 * 81 + 40;  // of view 1
  Values impulse(static_cast<std::size_t>(scan.count()), 0.0F);
  impulse[middle] = 1000;
  Values const found = with_scatter({0.3, {6, 4}}, impulse, scan);
  double sum = 0;
  double moments[2] = {0, 0};
  for (int v = 0; v < 61; ++v) {
    for (int u = 0; u < 81; ++u) {
      std::size_t const pixel = static_cast<std::size_t>(61 * 81 + v * 81 + u);
      BOOST_REQUIRE_EQUAL(found[pixel - 61 * 81], 0.0F);  // the other view has none
      double const value = static_cast<double>(found[pixel] - impulse[pixel]);
      sum += value;
      moments[0] += (u - 40) * (u - 40) * value;
      moments[1] += (v - 30) * (v - 30) * value;
    }
  }
  // The middle pixel's difference is rounded to 1000's last bit.
  BOOST_TEST(std::abs(sum - 300) < 1e-3);
  // Cut at 4 sigma, a Gaussian has (1 - 8 pdf(4) / 0.99994) = 0.99893 of its variance.
  BOOST_TEST(moments[0] / sum == 36 * 0.99893, boost::test_tools::tolerance(1e-3));
  BOOST_TEST(moments[1] / sum == 16 * 0.99893, boost::test_tools::tolerance(1e-3));
  double const a = static_cast<double>(found[middle + 7]);
  double const b = static_cast<double>(found[middle + 3 * 81]);
  BOOST_TEST(a / b == std::exp(-49 / 72.0 + 9 / 32.0), boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(scatter_of_a_wide_field_is_the_ratio_and_half_of_it_at_the_edge) {
  Scan const scan{101, 3, 1};
  Values const found = with_scatter({0.5, {5, 0}}, Values(303, 10.0F), scan);
  BOOST_TEST(static_cast<double>(found[101 + 50]) == 15.0, boost::test_tools::tolerance(1e-6));
  // At the edge half of the rest and the middle weight, 1 / (5 sqrt(2 pi)) but for the cut.
  double const middle = 1 / (5 * std::sqrt(2 * pyronn::pi));
  BOOST_TEST(static_cast<double>(found[101]) == 10 + 5 * (0.5 + middle / 2),
             boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(scatter_is_the_same_with_less_workspace_and_on_the_widest_kernel) {
  Scan const scan{17, 9, 5};
  Values const primary = test::random_values(3, scan.count());
  GaussianScatter const scatter{0.2, {1024, 3}};
  Values const whole = with_scatter(scatter, primary, scan);
  BOOST_TEST(whole == with_scatter(scatter, primary, scan, 0), boost::test_tools::per_element());
  BOOST_TEST(whole == with_scatter(scatter, primary, scan, 2 * 17 * 9 * 4),
             boost::test_tools::per_element());
  BOOST_TEST((whole != primary));
  BOOST_TEST(primary == with_scatter({0, {1, 1}}, primary, scan), boost::test_tools::per_element());
}

// Two energies: -log((exp(-a p) + exp(-b p)) / 2) = (a + b) / 2 p - log(cosh((a - b) / 2 p)).
BOOST_AUTO_TEST_CASE(two_energies_follow_the_closed_form) {
  PolychromaticBeam const beam{{{2, {0.5}}, {2, {1.5}}}};
  Values const lines{0, 1e-4F, 0.1F, 1, 3, 10, 80, 300, -1, -20};
  Values const found = hardened(beam, {lines});
  for (std::size_t n = 0; n < lines.size(); ++n) {
    double const p = static_cast<double>(lines[n]);
    double const half = std::abs(p / 2);
    double const log_cosh = half + std::log1p(std::exp(-2 * half)) - std::log(2.0);
    BOOST_TEST(std::abs(static_cast<double>(found[n]) - (p - log_cosh)) <= 1e-7 * std::abs(p),
               "of " << p << " came " << found[n]);
  }
  BOOST_TEST(found[0] == 0.0F);
}

BOOST_AUTO_TEST_CASE(a_hardened_beam_rises_ever_less) {
  std::vector<EnergyBin> bins;
  for (int n = 0; n < PolychromaticBeam::most_bins; ++n) {
    bins.push_back({1.0 + n % 7, {3.0 / (1 + 0.1 * n)}});
  }
  Values lines;
  for (int n = 0; n <= 200; ++n) lines.push_back(0.05F * static_cast<float>(n));
  Values const found = hardened(PolychromaticBeam{bins}, {lines});
  for (std::size_t n = 2; n < lines.size(); ++n) {
    BOOST_TEST(found[n] > found[n - 1]);
    BOOST_TEST(found[n] - found[n - 1] < found[n - 1] - found[n - 2] + 1e-6F);
  }
}

/// 150 kV in steps of 1 keV, where the filter lets nothing through below 30 keV.
BOOST_AUTO_TEST_CASE(energies_without_weight_do_not_count) {
  std::vector<EnergyBin> bins;
  for (int kev = 1; kev <= 150; ++kev) bins.push_back({kev <= 30 ? 0.0 : 1.0, {60.0 / kev}});
  Values const lines{0, 1, 3};
  Values const found = hardened(PolychromaticBeam{bins}, {lines});
  bins.erase(bins.begin(), bins.begin() + 30);
  BOOST_TEST(found == hardened(PolychromaticBeam{bins}, {lines}), boost::test_tools::per_element());
  bins.resize(129, {1.0, {1.0}});
  BOOST_CHECK_THROW(PolychromaticBeam{bins}, pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_CASE(one_energy_changes_no_bit) {
  Values const lines = test::random_values(6, 1000);
  BOOST_TEST(hardened(PolychromaticBeam{{{0.7, {1}}, {0, {0.001}}}}, {lines}) == lines,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(materials_add_up) {
  PolychromaticBeam const beam{{{3, {0.02, 0.1}}, {1, {0.04, 0.5}}}};
  Values const water{0, 100, 0, 50, 2000};
  Values const bone{0, 0, 10, 20, 100};
  Values const found = hardened(beam, {water, bone});
  for (std::size_t n = 0; n < water.size(); ++n) {
    double const w = static_cast<double>(water[n]);
    double const b = static_cast<double>(bone[n]);
    // The first energy is the harder of the two.
    double const expected = 0.02 * w + 0.1 * b - std::log((3 + std::exp(-0.02 * w - 0.4 * b)) / 4);
    BOOST_TEST(std::abs(static_cast<double>(found[n]) - expected) <= 1e-7 * expected);
  }
}

BOOST_AUTO_TEST_CASE(rubbish_stays_where_it_is) {
  PolychromaticBeam const beam{{{3, {0.5}}, {1, {2}}}};
  float const most = std::numeric_limits<float>::max();
  Values const found = hardened(beam, {{test::nan, 1, most}});
  BOOST_TEST(std::isnan(found[0]));
  BOOST_TEST(std::isfinite(found[1]));
  BOOST_TEST(static_cast<double>(found[2]) == 0.5 * static_cast<double>(most),
             boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused_and_nothing_is_written) {
  auto const& executor = test::executor();
  for (double const bad : {-1.0, std::nan(""), infinity}) {
    BOOST_CHECK_THROW((GaussianScatter{bad, {1, 1}}), InvalidArgument);
    BOOST_CHECK_THROW((GaussianScatter{1, {bad, 1}}), InvalidArgument);
    BOOST_CHECK_THROW((GaussianScatter{1, {1, bad}}), InvalidArgument);
    BOOST_CHECK_THROW((PolychromaticBeam{{{bad, {1}}}}), InvalidArgument);
    BOOST_CHECK_THROW((PolychromaticBeam{{{1, {bad}}}}), InvalidArgument);
  }
  BOOST_CHECK_THROW((GaussianScatter{1, {1024.5, 1}}), InvalidArgument);
  BOOST_CHECK_THROW((PolychromaticBeam{std::vector<EnergyBin>{}}), InvalidArgument);
  BOOST_CHECK_THROW((PolychromaticBeam{{{0, {1}}}}), InvalidArgument);
  BOOST_CHECK_THROW((PolychromaticBeam{{{1, {}}}}), InvalidArgument);
  BOOST_CHECK_THROW((PolychromaticBeam{{{1, {1, 2}}, {1, {1}}}}), InvalidArgument);
  BOOST_CHECK_THROW((PolychromaticBeam{{{1e308, {1}}, {1e308, {1}}}}), InvalidArgument);
  BOOST_CHECK_THROW((PolychromaticBeam{{{1, std::vector<double>(9, 1.0)}}}), InvalidArgument);
  BOOST_CHECK_THROW((PolychromaticBeam{std::vector<EnergyBin>(129, {1, {1}})}), InvalidArgument);

  Scan const scan{3, 2, 4};
  test::Array<float, 3> views{scan, 7.0F};
  test::Array<float, 3> shorter{Scan{3, 2, 3}, 7.0F};
  PolychromaticBeam const beam{{{1, {1}}, {1, {2}}}};
  BOOST_CHECK_THROW(beam(executor, {views.view(), views.view()}, views.view()), InvalidArgument);
  BOOST_CHECK_THROW(beam(executor, {shorter.view()}, views.view()), InvalidArgument);
  GaussianScatter const scatter{0.1, {2, 2}};
  pyronn::Workspace<test::Executor> small{executor, 20};
  BOOST_CHECK_THROW(scatter(executor, views.view(), small), pyronn::OutOfMemory);
  pyronn::Workspace<test::Executor> enough{executor, 24};
  BOOST_CHECK_THROW(scatter(executor, {views.view().data, Scan{3, 0, 4}}, enough), InvalidArgument);
  BOOST_TEST(views.values() == Values(24, 7.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
