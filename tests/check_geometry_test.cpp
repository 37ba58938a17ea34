// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/check_geometry.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/pyronn.hpp>

#include "support/custom_geometries.hpp"

using pyronn::check_geometry;
using pyronn::Grid;
using pyronn::Vec3f;
using test::Laminography;

namespace {

Grid const grid = Grid::centered({6, 5, 4}, {1.3, 1.5, 1.2});

/// What is wrong with a view of another geometry.
enum class Fault { none, shifted, far, one_view, mirrored, behind, no_direction, not_a_number };

struct Faulty {
  Fault fault = Fault::none;

  struct View {
    Laminography<float>::View view;
    Fault fault;
    bool is_fifth;

    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      auto ray = view.ray(fault == Fault::mirrored ? 13.0F - u : u, v);
      if (fault == Fault::no_direction && u == 3.0F && v == 2.0F) ray.direction = {0, 0, 0};
      return ray;
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(Vec3f const& point) const {
      auto result = view.project(point);
      if (fault == Fault::shifted || (fault == Fault::one_view && is_fifth)) result.u += 0.5F;
      if (fault == Fault::far) result.u += 9.0F;
      if (fault == Fault::behind) result.depth = -result.depth;
      if (fault == Fault::not_a_number) result.v = std::numeric_limits<float>::quiet_NaN();
      return result;
    }
  };
  PYRONN_HOST_DEVICE int num_views() const { return 9; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {14, 13}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    return {Laminography<float>{}.view(n), fault, n == 4};
  }
};

std::string report_of(Fault fault) {
  std::ostringstream text;
  text << check_geometry(Faulty{fault}, grid);
  return text.str();
}

bool has(std::string const& text, char const* part) {
  BOOST_TEST_INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(check_of_geometries)

BOOST_AUTO_TEST_CASE(what_is_right_is_good) {
  auto const cone =
      pyronn::ConeBeam::circular({60, 90, pyronn::equal_angles(5)}, {{12, 10}, {1, 1}});
  auto const report = check_geometry(cone, grid);
  BOOST_TEST(report.is_good());
  BOOST_TEST(report.rays > 200);
  BOOST_TEST(check_geometry(Laminography<double>{}, grid).is_good());
  BOOST_TEST(check_geometry(test::Pinhole{cone}, grid).is_good());
  BOOST_TEST(check_geometry(test::OnlyRays{}, grid).is_good());
  BOOST_TEST(check_geometry(test::OnlyPoints{}, grid).is_good());
  BOOST_TEST(check_geometry(pyronn::FanBeam::circular({60, 90, pyronn::equal_angles(5)}, {12, 1}),
                            Grid::flat({8, 7}, {1, 1}))
                 .is_good());
  BOOST_TEST(has(report_of(Fault::none), "no fault was found on"));
}

BOOST_AUTO_TEST_CASE(faults_are_named_with_their_pixels) {
  BOOST_TEST(has(report_of(Fault::shifted), "ray and project must be inverse"));
  BOOST_TEST(has(report_of(Fault::one_view), "of view 4 sees the point"));
  // So far that the transposes look for pixels where there are none.
  std::string const far = report_of(Fault::far);
  BOOST_TEST(has(far, "Joseph: <A x, y> and <x, A' y> differ by"));
  BOOST_TEST(has(report_of(Fault::mirrored), "ray and project must be inverse"));
  BOOST_TEST(has(report_of(Fault::behind), "it must be positive for all that is seen"));
  BOOST_TEST(has(report_of(Fault::no_direction), "the ray of pixel (3, 2) of view 0 is no line"));
  BOOST_TEST(has(report_of(Fault::not_a_number), "but project says that pixel"));
}

BOOST_AUTO_TEST_CASE(scans_that_miss_the_grid_are_found) {
  Grid const far = Grid::centered({8, 7, 6}, {1, 1, 1}, {500, 0, 0});
  std::ostringstream text;
  text << check_geometry(Laminography<float>{}, far);
  BOOST_TEST(has(text.str(), "no ray of any view crosses the grid"));
}

BOOST_AUTO_TEST_SUITE_END()
