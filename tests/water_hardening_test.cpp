// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Beam hardening of water: the polynomial of a spectrum, and a cylinder of water through a whole
/// chain, from a spectrum to Hounsfield units.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/recon/postprocess/hounsfield.hpp>
#include <pyronn/recon/preprocess/hardening_polynomial.hpp>
#include <pyronn/simulate/water_hardening.hpp>

#include "support/temporary_folder.hpp"

using pyronn::EnergyBin;
using pyronn::InvalidArgument;
using pyronn::water_attenuation;
using pyronn::water_hardening_polynomial;
using test::says;
using Values = std::vector<float>;

namespace {

pyronn::CpuExecutor const executor{2};

/// A tube of 120 kV behind 2.5 mm of aluminium, about, on a detector that adds up energy.
std::vector<EnergyBin> tube() {
  std::vector<EnergyBin> bins;
  for (int kev = 15; kev < 120; kev += 5) {
    double const aluminium = 0.27 * (0.11 * std::pow(60.0 / kev, 3) + 0.17);  // 1/mm
    bins.push_back(
        {(120.0 - kev) / kev * std::exp(-2.5 * aluminium) * kev, {water_attenuation(kev)}});
  }
  return bins;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(water_hardening)

/// A few numbers of the table, 1/cm at 1 g/cm^3, and one that lies between.
BOOST_AUTO_TEST_CASE(attenuation_of_water_is_that_of_the_table) {
  BOOST_TEST(water_attenuation(60) == 0.02059, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(water_attenuation(100) == 0.01707, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(water_attenuation(5) == 4.258, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(water_attenuation(1000) == 0.007072, boost::test_tools::tolerance(1e-9));
  // Between the table's energies, of a table by others: T. Schoonjans et al., the xraylib library.
  for (auto const& [kev, attenuation] :
       {std::pair{17.0, 0.12026}, {25.0, 0.050821}, {70.0, 0.019288}, {120.0, 0.016138}}) {
    BOOST_TEST(water_attenuation(kev) == attenuation, boost::test_tools::tolerance(5e-3));
  }
  double last = water_attenuation(5);
  for (double kev = 5.5; kev <= 1000; kev *= 1.05) {
    BOOST_TEST(water_attenuation(kev) < last);
    last = water_attenuation(kev);
  }
  BOOST_CHECK_THROW(static_cast<void>(water_attenuation(4.9)), InvalidArgument);
  BOOST_CHECK_THROW(static_cast<void>(water_attenuation(1001)), InvalidArgument);
  BOOST_CHECK_THROW(static_cast<void>(water_attenuation(std::nan(""))), InvalidArgument);
}

BOOST_AUTO_TEST_CASE(one_energy_needs_no_correction) {
  auto const found = water_hardening_polynomial({{3, {0.02}}}, 200);
  BOOST_TEST(found.water == 0.02, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(found.worst < 1e-9);
  for (double p = 0; p <= 4; p += 0.5) BOOST_TEST(std::abs(found.polynomial(p) - p) < 1e-8);
}

/// The polynomial makes of what PolychromaticBeam measures through water what water's mean
/// attenuation would, on every path up to the longest.
BOOST_AUTO_TEST_CASE(lines_through_water_are_straight_again) {
  double const longest = 250;
  auto const found = water_hardening_polynomial(tube(), longest);
  std::cout << "polynomial of water:";
  for (double const a : found.polynomial.a) std::cout << ' ' << a;
  std::cout << ", water " << found.water << " 1/mm, worst " << found.worst << '\n';
  BOOST_TEST(found.worst < 0.01);
  BOOST_TEST(std::abs(found.polynomial.a[1] - 1) < 0.05);
  Values lengths;
  for (int i = 1; i <= 100; ++i) lengths.push_back(static_cast<float>(longest * i / 100));
  Values lines = lengths;
  pyronn::ProjectionView<float> const view{lines.data(), {100, 1, 1}};
  pyronn::PolychromaticBeam{tube()}(executor, {view}, view);
  double raw = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    double const straight = found.water * static_cast<double>(lengths[i]);
    raw = std::max(raw, 1 - static_cast<double>(lines[i]) / straight);
  }
  pyronn::apply_polynomial(executor, view, found.polynomial);
  for (std::size_t i = 0; i < 100; ++i) {
    double const straight = found.water * static_cast<double>(lengths[i]);
    BOOST_TEST(std::abs(static_cast<double>(lines[i]) / straight - 1) < found.worst + 1e-5);
  }
  BOOST_TEST(raw > 20 * found.worst);
}

/// Water, 160 mm thick, and a rod of something denser: of the disc inside the rim the error against
/// the truth, and how much lower the middle is than the rim.
BOOST_AUTO_TEST_CASE(a_cylinder_of_water_is_flat_and_zero) {
  auto const geometry = pyronn::ConeBeam::circular({500, 800, pyronn::equal_angles(180)},
                                                   pyronn::Detector{{200, 6}, {1.5, 1.5}});
  auto const extents = geometry.extents();
  pyronn::Phantom const lengths{pyronn::Body::cylinder({5, -3, 0}, {80, 80, 500}, 1)};
  Values lines(static_cast<std::size_t>(extents.count()));
  pyronn::ProjectionView<float> const view{lines.data(), extents};
  pyronn::project(executor, lengths, geometry, view);
  pyronn::PolychromaticBeam{tube()}(executor, {view}, view);
  auto const grid = pyronn::Grid::centered({90, 90, 3}, {2, 2, 2});
  auto const found = water_hardening_polynomial(tube(), 180);
  struct Cupping {
    double error;  ///< of all of the disc, root of the mean square [HU]
    double cup;    ///< rim less middle [HU]
    double mean;   ///< [HU]
  };
  auto const measure = [&] {
    auto volume = pyronn::reconstruct<pyronn::SoftwareInterp>(executor, geometry, grid, lines);
    pyronn::to_hounsfield(executor, {volume.data(), grid.size}, found.water);
    double squares = 0;
    double sums[3] = {};
    double counts[3] = {};
    for (int y = 0; y < 90; ++y) {
      for (int x = 0; x < 90; ++x) {
        double const radius = std::hypot((x - 44.5) * 2 - 5, (y - 44.5) * 2 + 3);
        if (radius > 74) continue;
        double const value =
            static_cast<double>(volume[static_cast<std::size_t>(90 * 90 + 90 * y + x)]);
        squares += value * value;
        auto const add = [&](int part) {
          sums[part] += value;
          counts[part] += 1;
        };
        add(0);
        if (radius < 20) add(1);
        if (radius > 66) add(2);
      }
    }
    return Cupping{std::sqrt(squares / counts[0]), sums[2] / counts[2] - sums[1] / counts[1],
                   sums[0] / counts[0]};
  };
  Cupping const raw = measure();
  pyronn::apply_polynomial(executor, view, found.polynomial);
  Cupping const corrected = measure();
  std::cout << "water: error " << raw.error << " HU, cup " << raw.cup << ", mean " << raw.mean
            << "; corrected " << corrected.error << ", " << corrected.cup << ", " << corrected.mean
            << '\n';
  BOOST_TEST(raw.cup > 3 * std::abs(corrected.cup));
  BOOST_TEST(raw.error > 3 * corrected.error);
  BOOST_TEST(std::abs(corrected.mean) < 5);
}

BOOST_AUTO_TEST_CASE(what_is_no_water_is_refused) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(water_hardening_polynomial({{1, {0.02, 0.05}}}, 100)),
                        InvalidArgument, says("give those of water alone"));
  BOOST_CHECK_THROW(static_cast<void>(water_hardening_polynomial({}, 100)), InvalidArgument);
  BOOST_CHECK_THROW(static_cast<void>(water_hardening_polynomial({{1, {0}}}, 100)),
                    InvalidArgument);
  for (double const bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    BOOST_CHECK_THROW(static_cast<void>(water_hardening_polynomial(tube(), bad)), InvalidArgument);
  }
  BOOST_CHECK_EXCEPTION(static_cast<void>(water_hardening_polynomial(tube(), 1e5)), InvalidArgument,
                        says("which nothing passes"));
}

BOOST_AUTO_TEST_SUITE_END()
