// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Filtered backprojection of scans whose views are not alike: detectors offset to both sides,
// rolled panels, axes anywhere, stray views. They come out right or are refused with a sentence
// that names the view.
#include "support/cpu_backend.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/phantom.hpp>
#include <pyronn/pyronn.hpp>

#include "support/reconstruct.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::ConeBeam;
using pyronn::equal_angles;
using pyronn::FanBeam;
using pyronn::FilterWindow;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::ParallelBeam2D;
using pyronn::pi;
using pyronn::Redundancy;
using pyronn::SoftwareInterp;
using pyronn::Vec2d;
using pyronn::Vec3d;
using test::exact_projections;
using test::reconstruct;
using test::says;

namespace {

constexpr double degrees = pi / 180.0;
constexpr double level = 0.02;

/// What each view has of its own: the offset of its detector [mm].
using OffsetOf = std::function<double(int)>;
OffsetOf always(double offset) {
  return [offset](int) { return offset; };
}

/// A fan of 1 mm columns at R 500, SDD 1000.
FanBeam fan(std::vector<double> const& angles, OffsetOf const& offset, double pixel = 1,
            int columns = 128) {
  std::vector<pyronn::FanVectors> views;
  for (double const angle : angles) {
    Vec2d const outward{std::cos(angle), std::sin(angle)};
    Vec2d const u{-outward[1], outward[0]};
    double const along = offset(static_cast<int>(views.size()));
    views.push_back({500.0 * outward, -500.0 * outward + along * u, pixel * u});
  }
  return FanBeam::from_vectors(columns, views);
}

/// Parallel rays about `axis` [mm].
ParallelBeam2D parallel(std::vector<double> const& angles, OffsetOf const& offset, int columns = 64,
                        Vec2d axis = {0, 0}) {
  std::vector<pyronn::ParallelVectors2D> views;
  for (double const angle : angles) {
    Vec2d const outward{std::cos(angle), std::sin(angle)};
    Vec2d const u{-outward[1], outward[0]};
    views.push_back({-outward, axis + offset(static_cast<int>(views.size())) * u, u});
  }
  return ParallelBeam2D::from_vectors(columns, views);
}

/// A cone with panels of 1 mm pixels at R 500, SDD 1000, rolled about the central ray [degrees].
ConeBeam rolled_cone(pyronn::Extents<2> size, double offset, double roll) {
  pyronn::CircularOrbit const orbit{500, 1000, {0.0}};
  std::vector<pyronn::ConeVectors> views;
  for (double const angle : equal_angles(90)) {
    pyronn::ConeVectors view = orbit.vectors(angle, {size, {1, 1}});
    Vec3d const u = view.u_step;
    view.u_step = std::cos(roll * degrees) * u + std::sin(roll * degrees) * view.v_step;
    view.v_step = std::cos(roll * degrees) * view.v_step - std::sin(roll * degrees) * u;
    view.detector_center += offset * view.u_step;
    views.push_back(view);
  }
  return ConeBeam::from_vectors(size, views);
}

/// An ellipse of `level`; its inner part is looked at.
struct Ellipse {
  Vec2d center;
  Vec2d semi_axes;
};

struct Errors {
  double mean;   ///< of the values over their level, minus 1
  double worst;  ///< of one voxel
  double halves[2];
};

Errors errors_within(std::vector<float> const& image, Grid const& grid, Ellipse const& body) {
  double sums[2] = {0, 0};
  int counts[2] = {0, 0};
  double worst = 0;
  for (std::size_t n = 0; n < image.size(); ++n) {
    auto const x = static_cast<int>(n) % grid.size[0];
    auto const y = static_cast<int>(n) / grid.size[0];
    Vec3d const at = grid.to_world({static_cast<double>(x), static_cast<double>(y), 0});
    double const across = (at[0] - body.center[0]) / body.semi_axes[0];
    if (std::hypot(across, (at[1] - body.center[1]) / body.semi_axes[1]) > 0.9) continue;
    double const error = static_cast<double>(image[n]) / level - 1;
    sums[across > 0 ? 1 : 0] += error;
    counts[across > 0 ? 1 : 0] += 1;
    worst = std::max(worst, std::abs(error));
  }
  return {(sums[0] + sums[1]) / (counts[0] + counts[1]),
          worst,
          {sums[0] / counts[0], sums[1] / counts[1]}};
}

template <class Scan>
Errors errors(Scan const& scan, Ellipse const& body, Redundancy redundancy = Redundancy::automatic,
              double z = 0) {
  double const voxel = 0.03 * std::max(body.semi_axes[0], body.semi_axes[1]);
  Grid const grid =
      Grid::centered({64, 64, 1}, {voxel, voxel, 1}, {body.center[0], body.center[1], z});
  pyronn::Phantom const phantom{Body::ellipse(body.center, body.semi_axes, level)};
  return errors_within(reconstruct<SoftwareInterp>(scan, grid, exact_projections(phantom, scan),
                                                   {FilterWindow::ram_lak, redundancy}),
                       grid, body);
}

void check_right(std::string const& name, Errors const& found, double worst) {
  BOOST_TEST_CONTEXT(name) {
    BOOST_TEST_MESSAGE(name << ": mean " << found.mean << ", worst " << found.worst);
    BOOST_TEST(std::abs(found.mean) < 0.001);
    BOOST_TEST(std::abs(found.halves[0]) < 0.001);
    BOOST_TEST(std::abs(found.halves[1]) < 0.001);
    BOOST_TEST(found.worst < worst);
  }
}

template <class Scan>
void check_refused(Scan const& scan, char const* reason,
                   Redundancy redundancy = Redundancy::automatic) {
  Grid const grid = Grid::flat({4, 4}, {1, 1});
  BOOST_CHECK_EXCEPTION(
      (pyronn::Fbp<Scan, SoftwareInterp>{scan, grid, {FilterWindow::ram_lak, redundancy}}),
      InvalidArgument, says(reason));
}

Ellipse const wide{{0, 0}, {45, 40}};

}  // namespace

BOOST_AUTO_TEST_SUITE(unequal_views)

// Each side goes all the way round, and the result is the mean of two scans.
BOOST_AUTO_TEST_CASE(detectors_may_be_offset_to_both_sides) {
  auto const angles = equal_angles(360);
  auto const alternating = [](double offset) -> OffsetOf {
    return [offset](int n) { return n % 2 == 0 ? offset : -offset; };
  };
  check_right("plain", errors(fan(angles, always(40)), wide), 0.004);
  check_right("alternating", errors(fan(angles, alternating(40)), wide), 0.004);
  check_right("named", errors(fan(angles, alternating(40)), wide, Redundancy::wang), 0.004);
  check_right("parallel", errors(parallel(angles, alternating(20)), wide), 0.004);
  // Of two thirds and one third of the views.
  check_right("thirds", errors(fan(angles, [](int n) { return n % 3 == 0 ? -40.0 : 40.0; }), wide),
              0.006);
  std::vector<double> twice = angles;
  twice.insert(twice.end(), angles.begin(), angles.end());
  check_right("modules", errors(fan(twice, [](int n) { return n < 360 ? -40.0 : 40.0; }), wide),
              0.004);
}

BOOST_AUTO_TEST_CASE(views_on_the_other_side_are_refused) {
  auto const angles = equal_angles(360);
  OffsetOf const stray = [](int n) { return n == 100 ? -40.0 : 40.0; };
  char const* const one = "view 100 sees far on one side of the axis, most views on the other";
  check_refused(fan(angles, stray), one);
  check_refused(fan(angles, stray), one, Redundancy::wang);
  check_refused(parallel(angles, [](int n) { return n == 100 ? -20.0 : 20.0; }), one);
  OffsetOf const halves = [](int n) { return n < 180 ? -40.0 : 40.0; };
  char const* const each = "each needs a full turn, but these cover 180 degrees";
  check_refused(fan(angles, halves), each);
  check_refused(fan(angles, halves), each, Redundancy::wang);
  check_refused(parallel(angles, [](int n) { return n < 180 ? -20.0 : 20.0; }),
                "columns of the side of the axis of which other views see");
  // A centred scan has no use for what one view sees more.
  check_right("centred",
              errors(fan(
                         angles, [](int n) { return n == 100 ? -40.0 : 0.0; }, 1.5),
                     wide),
              0.02);
}

BOOST_AUTO_TEST_CASE(views_that_see_less_are_refused) {
  OffsetOf const stray = [](int n) { return n == 7 ? 10.0 : 40.0; };
  check_refused(fan(equal_angles(360), stray), "view 7 sees 73.");
  check_right("named", errors(fan(equal_angles(360), stray), {{0, 0}, {33, 30}}, Redundancy::wang),
              0.01);
  OffsetOf const moved = [](int n) { return n == 7 ? -20.0 : 0.0; };
  check_refused(fan(equal_angles(240, 0, 240 * degrees), moved), "least in view 7");
  // As detectors of moving gantries do.
  OffsetOf const sags = [](int n) { return 2.0 * std::sin(0.7 * n); };
  check_right("sags", errors(fan(equal_angles(360), sags), {{0, 0}, {29, 28}}), 0.02);
  check_right("sags, short",
              errors(fan(equal_angles(300, 0, 240 * degrees), sags), {{0, 0}, {29, 28}}), 0.02);
}

// Of a rolled panel each row sees another part of the near side.
BOOST_AUTO_TEST_CASE(rolled_offset_panels_see_what_their_worst_row_sees) {
  for (int const rows : {9, 401}) {
    check_right("rows " + std::to_string(rows), errors(rolled_cone({128, rows}, 55, 0.95), wide),
                0.05);
  }
  check_refused(rolled_cone({128, 1001}, 55, 0.95), "in its worst row view 0 sees 0.2");
}

// Panels that are rolled do not see alike in high slices: they are refused, or right.
BOOST_AUTO_TEST_CASE(rolled_centered_panels_are_right_or_refused) {
  Ellipse const inner{{0, 0}, {29, 28}};
  for (double const z : {0.0, 26.0}) {
    check_right("square", errors(rolled_cone({128, 128}, 0, 1.4), inner, Redundancy::automatic, z),
                0.01);
  }
  for (double const roll : {4.0, -5.9}) {
    check_refused(rolled_cone({128, 128}, 0, roll), "is rolled too far");
    check_right("flat", errors(rolled_cone({128, 21}, 0, roll), inner), 0.01);
  }
  Ellipse const small{{0, 0}, {24, 24}};
  check_right("named", errors(rolled_cone({128, 128}, 0, 5), small, Redundancy::uniform, 26), 0.01);
}

BOOST_AUTO_TEST_CASE(parallel_rays_turn_about_any_axis) {
  auto const turn = equal_angles(360);
  for (Vec2d const axis : {Vec2d{0, 0}, {20, 0}, {30, 0}, {-300, 170}}) {
    check_right("centred", errors(parallel(turn, always(0), 128, axis), {axis, {40, 32}}), 0.01);
    Ellipse const body{axis, {55, 50}};
    check_right("offset", errors(parallel(turn, always(30), 80, axis), body), 0.004);
    check_right("half a turn",
                errors(parallel(equal_angles(180, 0, pi), always(0), 128, axis), {axis, {40, 32}}),
                0.01);
  }
  check_refused(parallel(equal_angles(180, 0, pi), always(9), 128, {40, 0}), "needs a full turn");
}

BOOST_AUTO_TEST_CASE(stray_angles_are_refused) {
  auto const with_stray = [](int count, double step) {
    std::vector<double> angles = equal_angles(count, 0, count * step * degrees);
    angles.push_back(270 * degrees);
    return angles;
  };
  check_refused(fan(with_stray(21, 10), always(0), 2), "between two neighbours there are 70");
  check_refused(fan(with_stray(41, 5), always(0), 2), "between two neighbours there are 70");
  check_refused(fan(with_stray(41, 5), always(0), 2), "between two neighbours there are 70",
                Redundancy::parker);
  check_refused(parallel(with_stray(15, 10), always(0)), "of the 180 degrees");
  // Views that come in pairs and threes, as from sources that switch, have no gaps.
  for (int const together : {2, 3}) {
    std::vector<double> angles = equal_angles(720);
    for (int n = 1; n < 720; n += together) angles[static_cast<std::size_t>(n)] -= 0.45 * degrees;
    check_right("together", errors(fan(angles, always(0)), {{0, 0}, {29, 28}}), 0.02);
    check_right("offset", errors(fan(angles, always(40)), wide), 0.02);
  }
}

BOOST_AUTO_TEST_CASE(near_sides_must_be_wide_enough) {
  auto const short_scan = equal_angles(330, 0, 220 * degrees);
  check_refused(fan(short_scan, always(20), 2), "name the weights of the scan with FbpOptions");
  Ellipse const near{{0, 0}, {51, 51}};
  check_right("named", errors(fan(short_scan, always(20), 2), near, Redundancy::parker), 0.01);
  for (double const overlap : {0.5, 1.0, 1.5, 2.0, 3.5}) {
    check_refused(fan(equal_angles(360), always(63.5 - overlap)), "columns to the near side");
    check_refused(parallel(equal_angles(360), always(31.5 - overlap)), "columns to the near side");
  }
  // On the axis, which lies unevenly between two columns.
  check_right("fan", errors(fan(equal_angles(720), always(57.3)), wide), 0.06);
  check_right("parallel", errors(parallel(equal_angles(720), always(26.7)), wide), 0.06);
}

BOOST_AUTO_TEST_CASE(panels_that_are_rolled_or_behind_the_source_are_refused) {
  std::vector<pyronn::ParallelVectors> rolled;
  std::vector<pyronn::FanVectors> behind;
  for (double const angle : equal_angles(90)) {
    Vec2d const outward{std::cos(angle), std::sin(angle)};
    Vec3d const u{-outward[1], outward[0], 0.04};
    rolled.push_back({{outward[0], outward[1], 0}, 9.0 * u, u, {0, 0, 1}});
    behind.push_back({300.0 * outward, 500.0 * outward, {-outward[1], outward[0]}});
  }
  check_refused(pyronn::ParallelBeam3D::from_vectors({40, 8}, rolled), "those of view 0 are 2.29");
  check_refused(FanBeam::from_vectors(40, behind), "is the detector behind the source?");
}

BOOST_AUTO_TEST_SUITE_END()
