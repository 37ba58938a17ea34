// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The scenes and bounds of the FDK tests of the Reconstruction Toolkit (RTK): the head phantom in 2
// mm voxels, seen by 128 x 128 pixels of 4 mm.
#include "support/backends.hpp"
//
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

using pyronn::ConeBeam;
using pyronn::equal_angles;
using pyronn::Grid;
using pyronn::Vec3d;

namespace {

Grid grid() { return Grid::centered({128, 128, 128}, {2, 2, 2}); }

struct Figures {
  double mean_error;
  double psnr;  // [dB], for a grey level of 2
};

/// Everywhere within the grid where `is_before_source`; elsewhere the result counts as 0.
template <class IsSeen>
Figures figures(ConeBeam const& scan, double phantom_radius, IsSeen const& is_before_source) {
  pyronn::Phantom const phantom = pyronn::shepp_logan_3d(phantom_radius, 1.0);
  std::vector<float> const result = test::reconstruct<pyronn::SoftwareInterp>(
      scan, grid(), test::exact_projections(phantom, scan));
  test::Array<float, 3> truth{grid().size, test::nan};
  pyronn::voxelise(test::executor(), phantom, grid(), truth.view(), 1);
  std::vector<float> const expected = truth.values();
  double absolute = 0;
  double squared = 0;
  test::for_each_voxel(grid(), [&](std::size_t n, double distance, double height) {
    double const found = is_before_source(distance, height) ? static_cast<double>(result[n]) : 0.0;
    double const difference = found - static_cast<double>(expected[n]);
    absolute += std::abs(difference);
    squared += difference * difference;
  });
  auto const count = static_cast<double>(expected.size());
  Figures const found{absolute / count, 20 * std::log10(2.0) - 10 * std::log10(squared / count)};
  BOOST_TEST_MESSAGE("mean error " << found.mean_error << ", PSNR " << found.psnr << " dB");
  return found;
}

bool everywhere(double, double) { return true; }

}  // namespace

BOOST_AUTO_TEST_SUITE(rtk_figures, *boost::unit_test::precondition(test::device_present))

// The source stands 20 mm along u and 15 mm along v off the detector's central normal; what not
// every view sees counts as 0.
BOOST_AUTO_TEST_CASE(full_turn) {
  pyronn::CircularOrbit const orbit{600, 1200, {0.0}};
  pyronn::Detector const detector{{128, 128}, {4, 4}};
  std::vector<pyronn::ConeVectors> views;
  for (double const angle : equal_angles(180)) {
    pyronn::ConeVectors view = orbit.vectors(angle, detector);
    view.source += 20.0 / 4 * view.u_step + 15.0 / 4 * view.v_step;
    views.push_back(view);
  }
  ConeBeam const scan = ConeBeam::from_vectors(detector.size, views);
  Figures const found = figures(scan, 116, [](double distance, double height) {
    constexpr double slope = (254.0 - 20.0) / 1200.0;
    constexpr double up = (254.0 - 15.0) / 1200.0;
    return distance < 600 * std::sin(std::atan(slope)) &&
           std::abs(height - 7.5) < up * (600 - distance) + 7.5;
  });
  BOOST_TEST(found.mean_error < 0.03);
  BOOST_TEST(found.psnr > 26.0);
}

BOOST_AUTO_TEST_CASE(short_scan) {
  ConeBeam const scan = ConeBeam::circular(
      {600, 1200, equal_angles(110, 0, 240 * pyronn::pi / 180)}, {{128, 128}, {4, 4}});
  Figures const found = figures(scan, 116, everywhere);
  BOOST_TEST(found.mean_error < 0.09);
  BOOST_TEST(found.psnr > 22.0);
}

BOOST_AUTO_TEST_CASE(displaced_detector) {
  for (double const offset : {120.0, -120.0}) {
    ConeBeam const scan =
        ConeBeam::circular({600, 1200, equal_angles(180)}, {{128, 128}, {4, 4}, {offset, 0}});
    Figures const found = figures(scan, 128, everywhere);
    BOOST_TEST(found.mean_error < 0.061);
    BOOST_TEST(found.psnr > 24.0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
