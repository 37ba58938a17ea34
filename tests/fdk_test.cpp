// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/ellipsoid_phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/pyronn.hpp>

#include "support/backends.hpp"
#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::CircularOrbit;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::FilterWindow;
using pyronn::Grid;
using pyronn::InvalidArgument;
using Values = std::vector<float>;
using Interps = std::tuple<pyronn::SoftwareInterp, pyronn::TextureInterp>;

namespace {

template <class Interp>
Values reconstruct(ConeBeam const& scan, Grid const& grid, Values const& line_integrals,
                   FilterWindow window = FilterWindow::ram_lak,
                   std::size_t limit = pyronn::default_workspace_limit) {
  pyronn::Fdk<ConeBeam, Interp> const fdk{scan, grid, window};
  test::Array<float, 3> projections{test::projection_extents(scan), line_integrals};
  test::Array<float, 3> volume{grid.size, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              fdk.workspace_bytes(test::executor(), limit)};
  fdk(test::executor(), projections.view(), volume.view(), workspace);
  return volume.values();
}

Values exact_projections(pyronn::EllipsoidPhantom const& phantom, ConeBeam const& scan) {
  test::Array<float, 3> projections{test::projection_extents(scan), test::nan};
  pyronn::project(test::executor(), phantom, scan, projections.view());
  return projections.values();
}

/// Calls `use` with each voxel's number, its distance from the z axis and its z [mm].
template <class Use>
void for_each_voxel(Grid const& grid, Use const& use) {
  std::size_t n = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++n) {
        pyronn::Vec3d const point =
            grid.to_world({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
        use(n, std::hypot(point[0], point[1]), point[2]);
      }
    }
  }
}

/// The voxels within `radius` [mm] of the z axis and `half_height` [mm] of the middle plane.
Values cut_cylinder(Values const& values, Grid const& grid, double radius, double half_height) {
  Values result;
  for_each_voxel(grid, [&](std::size_t n, double distance, double height) {
    if (distance < radius && std::abs(height) <= half_height) result.push_back(values[n]);
  });
  return result;
}

pyronn::EllipsoidPhantom ball(double radius, double attenuation) {
  return {{{0, 0, 0}, {radius, radius, radius}, attenuation}};
}

double mean(Values const& values) {
  double sum = 0;
  for (float const value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fdk, *boost::unit_test::precondition(test::device_present))

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::DataPresent{
    "oracles/cone_shepp3d_mirt"}))
BOOST_AUTO_TEST_CASE_TEMPLATE(agrees_with_mirt, Interp, Interps) {
  std::string const folder = "oracles/cone_shepp3d_mirt/";
  Grid const grid = Grid::centered({64, 64, 64}, {3.4, 3.4, 3.4});
  Values const projections =
      pyronn::read_npy<float>(test::data_path(folder + "expected_proj_f32.npy")).data;
  Values const expected =
      pyronn::read_npy<float>(test::data_path(folder + "expected_fdk_f32.npy")).data;
  double const radius = 0.9 * 32 * 3.4;
  Values const result = reconstruct<Interp>(test::mirt_scan(), grid, projections);
  double const error = test::relative_l2(cut_cylinder(result, grid, radius, 16 * 3.4),
                                         cut_cylinder(expected, grid, radius, 16 * 3.4));
  BOOST_TEST(error < (test::bound<Interp>(1e-4, 3e-3)));
  BOOST_TEST_MESSAGE("relative error " << error);
}

// The scene, the field of view (what every view sees, zero elsewhere) and the bounds of RTK's own
// FDK test; the bound on the mean error is a little wider, because a textbook FDK of a centred
// detector reaches 0.0304.
BOOST_AUTO_TEST_CASE_TEMPLATE(reaches_rtk_figures, Interp, Interps) {
  ConeBeam const scan =
      ConeBeam::circular({600, 1200, pyronn::equal_angles(180)}, {{128, 128}, {4, 4}});
  Grid const grid = Grid::centered({128, 128, 128}, {2, 2, 2});
  pyronn::EllipsoidPhantom const phantom = pyronn::shepp_logan_3d(128, 1.0);
  Values const result = reconstruct<Interp>(scan, grid, exact_projections(phantom, scan));
  test::Array<float, 3> truth{grid.size, test::nan};
  pyronn::voxelise(test::executor(), phantom, grid, truth.view(), 1);
  Values const expected = truth.values();
  constexpr double slope = 254.0 / 1200.0;
  double const radius = 600 * std::sin(std::atan(slope));
  double absolute = 0;
  double squared = 0;
  for_each_voxel(grid, [&](std::size_t n, double distance, double height) {
    bool const seen = distance < radius && std::abs(height) < slope * (600 - distance);
    double const difference =
        static_cast<double>(seen ? result[n] : 0.0F) - static_cast<double>(expected[n]);
    absolute += std::abs(difference);
    squared += difference * difference;
  });
  auto const count = static_cast<double>(expected.size());
  double const psnr = 20 * std::log10(2.0) - 10 * std::log10(squared / count);
  BOOST_TEST(absolute / count < 0.032);
  BOOST_TEST(psnr > 26.0);
  BOOST_TEST_MESSAGE("mean error " << absolute / count << ", PSNR " << psnr << " dB");
}

BOOST_AUTO_TEST_CASE(amplitude_is_right_for_any_spacing_distance_and_step) {
  struct Setting {
    double source, detector, pixel, voxel;
    int views;
    pyronn::Rotation rotation;
  };
  auto const counter = pyronn::Rotation::counter_clockwise;
  for (Setting const& setting :
       {Setting{300, 500, 1.1, 1.0, 180, counter}, Setting{300, 420, 0.7, 2.0, 180, counter},
        Setting{150, 700, 2.5, 0.7, 90, pyronn::Rotation::clockwise},
        Setting{900, 950, 0.6, 1.3, 301, counter}}) {
    double const magnification = setting.detector / setting.source;
    int const pixels = static_cast<int>(60 * magnification / setting.pixel);
    ConeBeam const scan =
        ConeBeam::circular({setting.source, setting.detector,
                            pyronn::equal_angles(setting.views, 0.3), setting.rotation},
                           {{pixels, pixels}, {setting.pixel, setting.pixel}});
    Grid const grid = Grid::centered({16, 17, 5}, {setting.voxel, setting.voxel, setting.voxel});
    Values const result =
        reconstruct<pyronn::SoftwareInterp>(scan, grid, exact_projections(ball(20, 0.05), scan));
    BOOST_TEST(mean(cut_cylinder(result, grid, 10, 3)) == 0.05, boost::test_tools::tolerance(0.01));
  }
}

BOOST_AUTO_TEST_CASE(views_may_come_in_any_order_and_unequal_steps) {
  std::vector<double> angles = pyronn::equal_angles(240);
  for (std::size_t n = 0; n < angles.size(); ++n) {
    angles[n] += 0.01 * std::sin(2.0 * angles[n]);
  }
  std::reverse(angles.begin(), angles.begin() + 99);
  for (double& angle : angles) angle += angle > 3.0 ? 4 * pyronn::pi : 0.0;
  Grid const grid = Grid::centered({16, 16, 3}, {1, 1, 1});
  ConeBeam const scan = ConeBeam::circular({300, 500, angles}, {{120, 60}, {1, 1}});
  Values const result =
      reconstruct<pyronn::SoftwareInterp>(scan, grid, exact_projections(ball(20, 0.05), scan));
  BOOST_TEST(mean(result) == 0.05, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(matrices_and_a_moved_isocenter_give_the_same) {
  ConeBeam const scan =
      ConeBeam::circular({300, 500, pyronn::equal_angles(90)}, {{100, 50}, {1.2, 1.3}, {3, -2}});
  Grid const grid = Grid::centered({16, 16, 4}, {1, 1, 1});
  Values const projections = exact_projections(ball(20, 0.05), scan);
  Values const expected = reconstruct<pyronn::SoftwareInterp>(scan, grid, projections);
  pyronn::Vec3d const shift{40, -70, 25};
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < scan.num_views(); ++n) {
    pyronn::ProjectionMatrix matrix = scan.view(n).projection_matrix();
    for (int r = 0; r < 3; ++r) matrix.row[r][3] -= dot(matrix.direction(r), shift);
    for (auto& row : matrix.row) {
      for (double& number : row) number *= -3.7;
    }
    matrices.push_back(matrix);
  }
  Grid const moved = Grid::centered({16, 16, 4}, {1, 1, 1}, shift);
  Values const result = reconstruct<pyronn::SoftwareInterp>(
      ConeBeam::from_matrices({100, 50}, matrices, shift), moved, projections);
  BOOST_TEST(test::relative_l2(result, expected) < 1e-5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(piece_by_piece_in_little_memory_is_the_whole, Interp, Interps) {
  ConeBeam const scan =
      ConeBeam::circular({300, 500, pyronn::equal_angles(50)}, {{67, 40}, {1.2, 1.3}});
  Grid const grid = Grid::centered({16, 15, 6}, {1, 1, 1});
  Values const input = test::random_values(3, test::projection_extents(scan).count());
  Values const expected = reconstruct<Interp>(scan, grid, input);
  // Where a row lies within its texture turns some roundings of 8-bit weights.
  double const bound = test::bound<Interp>(1e-6, 3e-3);
  BOOST_TEST(test::relative_l2(reconstruct<Interp>(scan, grid, input, FilterWindow::ram_lak, 1),
                               expected) < bound);

  pyronn::Fdk<ConeBeam, Interp> const fdk{scan, grid};
  test::Array<float, 3> projections{test::projection_extents(scan), input};
  test::Array<float, 3> volume{grid.size, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              fdk.workspace_bytes(test::executor())};
  pyronn::ProjectionView<float const> const all = projections.view();
  fdk.add_views(test::executor(), all.slices(0, 13), 0, volume.view(), workspace);
  fdk.add_views(test::executor(), all.slices(13, 37), 13, volume.view(), workspace);
  BOOST_TEST(test::relative_l2(volume.values(), expected) < bound);
  BOOST_CHECK_THROW(
      fdk.add_views(test::executor(), all.slices(13, 37), 14, volume.view(), workspace),
      InvalidArgument);
  pyronn::Workspace<test::Executor> none{test::executor()};
  BOOST_CHECK_THROW(fdk(test::executor(), projections.view(), volume.view(), none),
                    pyronn::OutOfMemory);
}

// Noise falls from window to window in this order, and the middle of an object stays.
BOOST_AUTO_TEST_CASE(windows_trade_noise_for_resolution) {
  ConeBeam const scan =
      ConeBeam::circular({300, 500, pyronn::equal_angles(120)}, {{120, 60}, {1, 1}});
  Grid const grid = Grid::centered({16, 16, 4}, {0.6, 0.6, 0.6});
  Values const object = exact_projections(ball(20, 0.05), scan);
  Values const noise = test::random_values(5, test::projection_extents(scan).count());
  double last = 1e9;
  for (FilterWindow const window :
       {FilterWindow::ram_lak, FilterWindow::shepp_logan, FilterWindow::cosine,
        FilterWindow::hamming, FilterWindow::hann}) {
    double const now = test::norm(reconstruct<pyronn::SoftwareInterp>(scan, grid, noise, window));
    BOOST_TEST(now < last);
    last = now;
    BOOST_TEST(mean(reconstruct<pyronn::SoftwareInterp>(scan, grid, object, window)) == 0.05,
               boost::test_tools::tolerance(0.01));
  }
}

BOOST_AUTO_TEST_CASE(other_orbits_are_refused) {
  Grid const grid = Grid::centered({4, 4, 4}, {1, 1, 1});
  auto const refuses = [&](ConeBeam const& scan, std::string const& reason) {
    BOOST_CHECK_EXCEPTION((pyronn::Fdk<ConeBeam, pyronn::SoftwareInterp>{scan, grid}),
                          InvalidArgument, [&](InvalidArgument const& error) {
                            return std::string{error.what()}.find(reason) != std::string::npos;
                          });
  };
  pyronn::Detector const detector{{8, 8}, {1, 1}};
  refuses(ConeBeam::circular({300, 500, pyronn::equal_angles(110, 0, 4.19)}, detector),
          "once round the circle");
  refuses(ConeBeam::circular({300, 500, pyronn::equal_angles(100, 0, 5.85)}, detector),
          "once round the circle");
  refuses(ConeBeam::circular({300, 500, pyronn::equal_angles(8, 0, 3.14)}, detector),
          "once round the circle");
  refuses(ConeBeam::circular({300, 500, pyronn::equal_angles(2)}, detector), "too few");
  std::vector<pyronn::ConeVectors> helix;
  CircularOrbit const circle{300, 500, {0.0}};
  for (double const angle : pyronn::equal_angles(60)) {
    helix.push_back(circle.vectors(angle, detector));
    pyronn::Vec3d const lift{0, 0, 10 * angle};
    helix.back().source += lift;
    helix.back().detector_center += lift;
  }
  refuses(ConeBeam::from_vectors({8, 8}, helix), "lie on a circle");
  std::vector<pyronn::ConeVectors> portrait;
  for (double const angle : pyronn::equal_angles(60)) {
    portrait.push_back(circle.vectors(angle, detector));
    std::swap(portrait.back().u_step, portrait.back().v_step);
  }
  refuses(ConeBeam::from_vectors({8, 8}, portrait), "are u and v swapped");
}

BOOST_AUTO_TEST_SUITE_END()
