// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>

using pyronn::Ray;
using pyronn::Rotation;
using pyronn::Vec3d;

namespace {

double const angle = 0.7;
double const c = std::cos(angle);
double const s = std::sin(angle);

void check_equal(Vec3d const& found, Vec3d const& expected) {
  for (int axis = 0; axis < 3; ++axis) BOOST_TEST(std::abs(found[axis] - expected[axis]) < 1e-12);
}

/// The point of a ray nearest to the origin, which tells lines apart.
Vec3d foot(Ray<double> const& ray) {
  double const t = -dot(ray.origin, ray.direction) / dot(ray.direction, ray.direction);
  return ray.origin + t * ray.direction;
}

/// Points on a pixel's ray land on the pixel.
template <class Geometry>
void check_rays_return(Geometry const& scan, std::vector<double> const& at) {
  auto const& view = scan.view(0);
  using Scalar = pyronn::projection_scalar_t<std::decay_t<decltype(view)>>;
  for (int v = 0; v < scan.detector_size()[1]; ++v) {
    for (int u = 0; u < scan.detector_size()[0]; ++u) {
      Ray<double> const ray = view.ray(u, v);
      for (double const t : at) {
        auto const point = view.project(pyronn::vec_cast<Scalar>(ray.origin + t * ray.direction));
        BOOST_TEST(std::abs(static_cast<double>(point.u) - u) < 2e-4);
        BOOST_TEST(std::abs(static_cast<double>(point.v) - v) < 2e-4);
        BOOST_TEST(point.depth > 0);
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plane_geometries)

BOOST_AUTO_TEST_CASE(parallel_rays_run_against_the_angle) {
  auto const scan = pyronn::ParallelBeam2D::circular({{angle}}, {5, 2, 0.5});
  for (int u = 0; u < 5; ++u) {
    double const along_u = (u - 2) * 2 + 0.5;
    auto const ray = scan.view(0).ray(u, 0);
    check_equal(ray.direction, {-c, -s, 0});
    check_equal(foot(ray), {-along_u * s, along_u * c, 0});
    BOOST_TEST(std::isinf(ray.begin));
    BOOST_TEST(std::isinf(ray.end));
  }
  check_rays_return(scan, {-30, 0, 20});
}

BOOST_AUTO_TEST_CASE(clockwise_mirrors) {
  auto const scan = pyronn::ParallelBeam2D::circular({{angle}, Rotation::clockwise}, {1, 2, 0.5});
  auto const ray = scan.view(0).ray(0, 0);
  check_equal(ray.direction, {-c, s, 0});
  check_equal(foot(ray), {0.5 * s, 0.5 * c, 0});
}

BOOST_AUTO_TEST_CASE(parallel_rays_in_space) {
  auto const scan = pyronn::ParallelBeam3D::circular({{angle}}, {{3, 2}, {2, 1.5}, {0.5, -0.25}});
  auto const ray = scan.view(0).ray(2, 0);
  check_equal(ray.direction, {-c, -s, 0});
  check_equal(foot(ray), {-2.5 * s, 2.5 * c, -1});
  check_rays_return(scan, {-30, 0, 20});
}

BOOST_AUTO_TEST_CASE(oblique_rays_keep_to_their_pixels) {
  auto const scan = pyronn::ParallelBeam3D::from_vectors(
      {4, 3}, {{{2, 0.5, -1}, {3, 1, 0}, {0.1, 1, 0.2}, {0.2, -0.1, 1.5}}});
  check_rays_return(scan, {-30, 0, 20});
  // Pixel (1.5, 1) is the middle of the detector.
  Vec3d const away = scan.view(0).ray(1.5, 1).origin - Vec3d{3, 1, 0};
  check_equal(cross(away, {2, 0.5, -1}), {0, 0, 0});
}

BOOST_AUTO_TEST_CASE(straight_fans) {
  auto const scan = pyronn::FanBeam::circular({100, 150, {angle}}, {5, 2, 0.5});
  auto const ray = scan.view(0).ray(4, 0);
  check_equal(ray.origin, {100 * c, 100 * s, 0});
  check_equal(ray.origin + ray.end * ray.direction, {-50 * c - 4.5 * s, -50 * s + 4.5 * c, 0});
  check_rays_return(scan, {0.3, 1});
  // What counts as distance is measured along the detector's normal.
  auto const point = scan.view(0).project(ray.origin + 0.5 * ray.direction);
  BOOST_TEST(point.depth == 75, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(arcs) {
  auto const scan = pyronn::ArcFanBeam::circular({100, 150, {angle}}, {5, 20, 5});
  auto const& view = scan.view(0);
  double const fan_angle = 45.0 / 150.0;
  BOOST_TEST(view.fan_angle(4) == fan_angle, boost::test_tools::tolerance(1e-12));
  auto const ray = view.ray(4, 0);
  check_equal(ray.origin, {100 * c, 100 * s, 0});
  // Turned from the central ray towards u = (-s, c).
  double const turned = angle + pyronn::pi - fan_angle;
  check_equal(ray.direction, {std::cos(turned), std::sin(turned), 0});
  BOOST_TEST(ray.end == 150.0);
  check_rays_return(scan, {40, 150});
  // What counts as distance is that from the source.
  auto const point = view.project(pyronn::vec_cast<float>(ray.origin + 80.0 * ray.direction));
  BOOST_TEST(point.depth == 80.0F, boost::test_tools::tolerance(1e-6F));
}

BOOST_AUTO_TEST_SUITE_END()
