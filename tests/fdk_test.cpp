// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/npy.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/pyronn.hpp>

#include "support/backends.hpp"
#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

using pyronn::CircularOrbit;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::FilterWindow;
using pyronn::Grid;
using pyronn::InvalidArgument;
using Values = std::vector<float>;
using test::ball;
using test::cut_cylinder;
using test::exact_projections;
using test::Interps;
using test::mean;
using test::reconstruct;

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
                           {{pixels, pixels / 4}, {setting.pixel, setting.pixel}});
    Grid const grid = Grid::centered({16, 17, 5}, {setting.voxel, setting.voxel, setting.voxel});
    Values const result =
        reconstruct<pyronn::SoftwareInterp>(scan, grid, exact_projections(ball(20, 0.05), scan));
    BOOST_TEST(mean(cut_cylinder(result, grid, 10, 3)) == 0.05, boost::test_tools::tolerance(0.01));
  }
}

// Short scans of any range and sense, with pixels and steps of any kind; the ball is seen within
// the virtual fan of the super-short ones.
BOOST_AUTO_TEST_CASE(amplitude_is_right_for_any_range) {
  Grid const grid = Grid::centered({16, 17, 5}, {0.9, 1.2, 1.5});
  for (double const degrees : {190.0, 200.0, 240.0, 300.0, 355.0, 360.0, 720.0, -220.0}) {
    for (double const source : {300.0, 900.0}) {
      std::vector<double> angles = pyronn::equal_angles(180, 1.0, degrees * pyronn::pi / 180);
      for (double& angle : angles) angle += 0.004 * std::sin(40.0 * angle);
      if (source > 500) std::reverse(angles.begin(), angles.end());
      auto const rotation =
          source > 500 ? pyronn::Rotation::clockwise : pyronn::Rotation::counter_clockwise;
      ConeBeam const scan =
          ConeBeam::circular({source, 2 * source, angles, rotation}, {{141, 9}, {1, 1.9}});
      Values const lines = exact_projections(ball(20, 0.05), scan);
      Values const result = reconstruct<pyronn::SoftwareInterp>(scan, grid, lines);
      double const amplitude = mean(cut_cylinder(result, grid, 8, 3));
      BOOST_TEST_CONTEXT(degrees << " degrees at " << source << " mm: " << amplitude)
      BOOST_TEST(amplitude == 0.05, boost::test_tools::tolerance(0.004));
    }
  }
}

BOOST_AUTO_TEST_CASE(offset_and_tilted_detectors_keep_the_amplitude) {
  Grid const grid = Grid::centered({40, 40, 3}, {1, 1, 1});
  double const inside = 18;
  for (double const offset : {-30.0, 3.0, 38.0}) {
    for (double const tilt : {-0.08, 0.0, 0.06}) {
      pyronn::CircularOrbit const orbit{300, 500, {0.0}};
      std::vector<pyronn::ConeVectors> views;
      for (double const angle : pyronn::equal_angles(240)) {
        views.push_back(orbit.vectors(angle, {{91, 7}, {1, 1}, {offset, 0}}));
        pyronn::Vec3d const outward = 1.0 / 300 * views.back().source;
        views.back().u_step += tilt * outward;
        views.back().detector_center += tilt * offset * outward;
      }
      ConeBeam const scan = ConeBeam::from_vectors({91, 7}, views);
      Values const result =
          reconstruct<pyronn::SoftwareInterp>(scan, grid, exact_projections(ball(24, 0.05), scan));
      Values const middle(result.begin() + 1600, result.begin() + 3200);
      Grid const slice = Grid::centered({40, 40, 1}, {1, 1, 1});
      Values const seen = cut_cylinder(middle, slice, inside, 1);
      BOOST_TEST_CONTEXT("offset " << offset << ", tilt " << tilt) {
        BOOST_TEST(mean(seen) == 0.05, boost::test_tools::tolerance(0.004));
        double worst = 0;
        for (float const value : seen) {
          worst = std::max(worst, std::abs(static_cast<double>(value) - 0.05));
        }
        BOOST_TEST(worst < 0.0015);
      }
    }
  }
}

// Weights, RowFilter and Backprojector do what Fdk does, with any response.
BOOST_AUTO_TEST_CASE(is_made_of_public_parts) {
  ConeBeam const scan =
      ConeBeam::circular({300, 500, pyronn::equal_angles(70, 0, 4.1)}, {{67, 20}, {1.2, 1.3}});
  Extents<3> const extents = test::projection_extents(scan);
  Grid const grid = Grid::centered({16, 15, 6}, {1, 1, 1});
  pyronn::FbpOptions options;
  options.response = test::random_values(8, pyronn::filter_response_length(67));
  options.redundancy = pyronn::Redundancy::parker;
  options.angular_weights = std::vector<double>(70, 0.06);
  options.angular_weights[3] = 0.11;
  Values const input = test::random_values(3, extents.count());
  Values const expected = reconstruct<pyronn::SoftwareInterp>(scan, grid, input, options);

  test::Array<float, 3> weights{extents, test::nan};
  pyronn::fbp_weights(test::executor(), scan, weights.view(), options);
  Values weighted = weights.values();
  for (std::size_t n = 0; n < weighted.size(); ++n) weighted[n] *= input[n];
  test::Array<float, 3> rows{extents, weighted};
  test::Array<float, 1> response{{pyronn::filter_response_length(67)}, options.response};
  pyronn::RowFilter const filter{extents};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              filter.workspace_bytes(test::executor())};
  filter(test::executor(), rows.view(), response.view(), rows.view(), workspace);
  pyronn::Backprojector<ConeBeam, pyronn::SoftwareInterp, pyronn::DistanceWeighted> const back{
      scan, grid};
  BOOST_TEST(test::relative_l2(test::run(back, rows.values()), expected) < 1e-6);
}

// The mistake has the sign that it is known for.
BOOST_AUTO_TEST_CASE(ramp_sampled_in_frequency_comes_out_low) {
  ConeBeam const scan =
      ConeBeam::circular({300, 500, pyronn::equal_angles(120)}, {{120, 60}, {1, 1}});
  Grid const grid = Grid::centered({16, 16, 4}, {1, 1, 1});
  Values const lines = exact_projections(ball(20, 0.05), scan);
  double const low =
      mean(reconstruct<pyronn::SoftwareInterp>(scan, grid, lines, {FilterWindow::ramp}));
  BOOST_TEST(low < 0.0495);
  BOOST_TEST(low > 0.045);
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
  BOOST_TEST(test::relative_l2(reconstruct<Interp>(scan, grid, input, {}, 1), expected) < bound);

  pyronn::Fdk<ConeBeam, Interp> const fdk{scan, grid};
  test::Array<float, 3> projections{test::projection_extents(scan), input};
  test::Array<float, 3> volume{grid.size, test::nan};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), fdk.workspace_bytes(test::executor(), projections.view())};
  pyronn::ProjectionView<float const> const all = projections.view();
  fdk(test::executor(), all.slices(0, 13), volume.view(), workspace, test::piece_of_views(0, 13));
  fdk(test::executor(), all.slices(13, 37), volume.view(), workspace, test::piece_of_views(13, 37));
  BOOST_TEST(test::relative_l2(volume.values(), expected) < bound);
  BOOST_CHECK_THROW(fdk(test::executor(), all.slices(13, 37), volume.view(), workspace,
                        {pyronn::ViewSelection::range(14, 37)}),
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
    double const now = test::norm(reconstruct<pyronn::SoftwareInterp>(scan, grid, noise, {window}));
    BOOST_TEST(now < last);
    last = now;
    BOOST_TEST(mean(reconstruct<pyronn::SoftwareInterp>(scan, grid, object, {window})) == 0.05,
               boost::test_tools::tolerance(0.01));
  }
}

BOOST_AUTO_TEST_SUITE_END()
