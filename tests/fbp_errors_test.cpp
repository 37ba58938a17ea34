// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What filtered backprojection, in the plane and of cones, refuses.
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ArcFanBeam;
using pyronn::CircularOrbit;
using pyronn::ConeBeam;
using pyronn::equal_angles;
using pyronn::FanBeam;
using pyronn::FbpOptions;
using pyronn::FilterWindow;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::ParallelBeam2D;
using pyronn::ParallelBeam3D;
using pyronn::pi;
using pyronn::Redundancy;
using pyronn::SoftwareInterp;
using pyronn::Vec3d;
using test::degrees;
using test::says;
using Values = std::vector<float>;

BOOST_AUTO_TEST_SUITE(fbp_errors)

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused) {
  Grid const grid = Grid::flat({4, 4}, {1, 1});
  auto const refuses = [&](auto const& scan, FbpOptions const& options, char const* reason) {
    using Geometry = std::decay_t<decltype(scan)>;
    BOOST_CHECK_EXCEPTION((pyronn::Fbp<Geometry, SoftwareInterp>{scan, grid, options}),
                          InvalidArgument, says(reason));
  };
  FbpOptions const automatic;
  auto const ram_lak = FilterWindow::ram_lak;
  auto const parallel = [](std::vector<double> const& angles, double offset = 0) {
    return ParallelBeam2D::circular({angles}, {20, 1, offset});
  };
  refuses(parallel(equal_angles(90, 0, 160 * degrees)), automatic, "160 of the 180 degrees");
  refuses(parallel(equal_angles(2, 0, pi)), automatic, "too few");
  refuses(parallel({0.3, 0.3, 0.3, 0.3 + pi}), automatic, "parallel to one another");
  refuses(parallel(equal_angles(90, 0, pi)), {ram_lak, Redundancy::parker}, "are for fans");
  refuses(parallel(equal_angles(90, 0, pi)), {ram_lak, Redundancy::wang}, "needs a full turn");
  refuses(parallel(equal_angles(90), 15), automatic, "both sides of the axis");
  refuses(parallel(equal_angles(90), 9.2), automatic, "columns to the near side");
  refuses(parallel(equal_angles(90, 0, pi), 4), automatic, "needs a full turn");
  refuses(FanBeam::circular({100, 200, equal_angles(90, 0, 4)}, {20, 1, 4}), automatic,
          "needs a full turn");
  std::vector<pyronn::ConeVectors> rolled;
  for (double const angle : equal_angles(60)) {
    rolled.push_back(
        pyronn::CircularOrbit{300, 500, {0.0}}.vectors(angle, {{16, 8}, {1, 1}, {2, 0}}));
    rolled.back().u_step[2] = 0.04;
  }
  BOOST_CHECK_EXCEPTION(
      (pyronn::Fdk<pyronn::ConeBeam, SoftwareInterp>{
          pyronn::ConeBeam::from_vectors({16, 8}, rolled), Grid::centered({4, 4, 4}, {1, 1, 1})}),
      InvalidArgument, says("with Redundancy::wang, detector rows"));
  refuses(parallel(equal_angles(90)), {ram_lak, Redundancy::uniform, {}, {0.1}},
          "Fbp: 1 angular weight for 90 views");
  refuses(FanBeam::circular({100, 200, equal_angles(1)}, {20, 1}), automatic,
          "Fbp: 1 view is too few for a circle");
  auto const arc = ArcFanBeam::circular({100, 200, equal_angles(90)}, {20, 1});
  refuses(arc, {FilterWindow::ramp}, "take ram_lak");
  refuses(arc, {ram_lak, Redundancy::automatic, Values(7, 1.0F)}, "the response has 7 values");
  refuses(ArcFanBeam::circular({100, 200, equal_angles(90, 0, 3)}, {20, 1}), automatic,
          "at least 180 are needed");
  std::vector<pyronn::ParallelVectors> cone;
  for (double const angle : equal_angles(30)) {
    Vec3d const u{-std::sin(angle), std::cos(angle), 0};
    cone.push_back({{std::cos(angle), std::sin(angle), 0.5}, {0, 0, 0}, u, {0, 0, 1}});
  }
  BOOST_CHECK_EXCEPTION(
      (pyronn::Fbp<ParallelBeam3D, SoftwareInterp>{ParallelBeam3D::from_vectors({8, 8}, cone),
                                                   Grid::centered({4, 4, 4}, {1, 1, 1})}),
      InvalidArgument, says("must run across one axis"));
}

BOOST_AUTO_TEST_CASE(options_that_cannot_be_are_refused) {
  ConeBeam const scan =
      ConeBeam::circular({300, 500, pyronn::equal_angles(70, 0, 4.1)}, {{67, 20}, {1.2, 1.3}});
  Grid const grid = Grid::centered({4, 4, 4}, {1, 1, 1});
  auto const refuses = [&](pyronn::FbpOptions const& options) {
    BOOST_CHECK_THROW((pyronn::Fdk<ConeBeam, pyronn::SoftwareInterp>{scan, grid, options}),
                      InvalidArgument);
  };
  auto const automatic = pyronn::Redundancy::automatic;
  auto const length = static_cast<std::size_t>(pyronn::filter_response_length(67));
  refuses({FilterWindow::hann, pyronn::Redundancy::wang});
  refuses({FilterWindow::hann, automatic, Values(length + 1, 1.0F)});
  refuses({FilterWindow::hann, automatic, Values(length, test::nan)});
  refuses({FilterWindow::hann, automatic, {}, std::vector<double>(69, 0.05)});
  refuses({FilterWindow::hann, automatic, {}, std::vector<double>(70, std::nan(""))});
  refuses({FilterWindow::hann, automatic, {}, std::vector<double>(70, -0.05)});
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
  refuses(ConeBeam::circular({300, 500, pyronn::equal_angles(60, 0, 3.0)}, detector),
          "at least 180 are needed");
  std::vector<double> two_arcs = pyronn::equal_angles(40, 0, 1);
  for (double const angle : pyronn::equal_angles(40, 3, 1)) two_arcs.push_back(angle);
  refuses(ConeBeam::circular({300, 500, two_arcs}, detector), "between two neighbours");
  refuses(ConeBeam::circular({300, 500, pyronn::equal_angles(90)}, {{8, 8}, {1, 1}, {5, 0}}),
          "both sides of the axis");
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
