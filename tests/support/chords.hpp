// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Single bodies and single rays.
#include <boost/test/unit_test.hpp>

#include <pyronn/core/math.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/phantom/body.hpp>
#include <pyronn/phantom/detail/body_table.hpp>

#include "numbers.hpp"

namespace test {

inline pyronn::Body ball(double radius, pyronn::Vec3d const& center = {0, 0, 0}) {
  return pyronn::Body::ball(center, radius, 1);
}

/// The length of a ray within a body [mm].
inline double chord(pyronn::Body body, pyronn::Ray<double> const& ray) {
  body.attenuation = 1;
  return pyronn::detail::body_tables({body}).front().line_integral(ray);
}

inline bool contains(pyronn::Body body, pyronn::Vec3d const& point) {
  body.attenuation = 1;
  pyronn::detail::BodyTable const table = pyronn::detail::body_tables({body}).front();
  return table.attenuation(point, pyronn::detail::BodyTable::Touching::all()) > 0;
}

/// The whole line through a point.
inline pyronn::Ray<double> line(pyronn::Vec3d const& point, pyronn::Vec3d const& direction) {
  return {point, direction, -infinity, infinity};
}

inline auto near(double tolerance) { return boost::test_tools::tolerance(tolerance); }

}  // namespace test
