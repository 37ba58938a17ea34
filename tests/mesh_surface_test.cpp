// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/math.hpp>
#include <pyronn/phantom/mesh.hpp>

#include "support/meshes.hpp"
#include "support/temporary_folder.hpp"

using pyronn::InvalidArgument;
using pyronn::Orientation;
using pyronn::pi;
using pyronn::TriangleMesh;
using pyronn::Vec3d;
using test::box;
using test::joined;
using test::reversed;
using test::says;
using test::tetrahedron;
using test::Triangles;

namespace {

void refuses(Triangles const& triangles, char const* what) {
  BOOST_CHECK_EXCEPTION(TriangleMesh{triangles}, InvalidArgument, says(what));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mesh_surface)

BOOST_AUTO_TEST_CASE(a_mesh_is_scaled_turned_and_moved) {
  TriangleMesh const mesh{box({0, 0, 0}, {1, 2, 3})};
  TriangleMesh const placed = mesh.placed(2, Orientation::about_z(pi / 2), {10, 20, 30});
  BOOST_TEST(placed.volume() == 48.0);
  Vec3d const lower = placed.lower();
  Vec3d const upper = placed.upper();
  Vec3d const expected_lower{6, 20, 30};
  Vec3d const expected_upper{10, 22, 36};
  BOOST_TEST(pyronn::length(lower - expected_lower) < 1e-13);
  BOOST_TEST(pyronn::length(upper - expected_upper) < 1e-13);
  BOOST_CHECK_EXCEPTION((void)mesh.placed(-1, {}, {}), InvalidArgument, says("factor -1 must be"));
  BOOST_CHECK_EXCEPTION((void)mesh.placed(1e30, {}, {}), InvalidArgument, says("farther than"));
  Orientation mirrored;
  mirrored.axis[0] = {-1, 0, 0};
  BOOST_CHECK_EXCEPTION((void)mesh.placed(1, mirrored, {}), InvalidArgument, says("right-handed"));
}

BOOST_AUTO_TEST_CASE(triangles_without_area) {
  Triangles triangles = box({0, 0, 0}, {2, 2, 2});
  Vec3d const a = triangles[3][0];
  Vec3d const b = triangles[3][1];
  triangles.insert(triangles.begin(), {{a, a, b}});
  triangles.push_back({b, b, b});
  BOOST_TEST(TriangleMesh{triangles}.volume() == 8.0);
  // A triangle that is a line closes what is open but for it: of two triangles at an edge, one is
  // split at the middle.
  Triangles split = tetrahedron({0, 0, 0}, {6, 0, 0}, {0, 6, 0}, {0, 0, 6});
  Vec3d const p{0, 0, 0};
  Vec3d const q{0, 6, 0};
  Vec3d const r{6, 0, 0};
  Vec3d const middle{3, 0, 0};
  split[0] = {p, q, middle};
  split.push_back({middle, q, r});
  refuses(split, "the surface is open at the edge from (0, 0, 0) to (3, 0, 0) mm of triangle 0");
  split.push_back({p, middle, r});
  TriangleMesh const closed{split};
  BOOST_TEST(closed.volume() == 36.0, boost::test_tools::tolerance(1e-14));
  refuses({{a, a, b}}, "no triangle has three different vertices");
}

BOOST_AUTO_TEST_CASE(zeros_of_either_sign_are_one_vertex) {
  Triangles triangles = box({0, 0, 0}, {2, 2, 2});
  triangles[0][0][1] = -0.0;
  BOOST_TEST(TriangleMesh{triangles}.volume() == 8.0);
}

BOOST_AUTO_TEST_CASE(open_surfaces_are_refused_with_the_place) {
  Triangles triangles = box({1, 2, 3}, {4, 5, 6});
  triangles.erase(triangles.begin() + 2);
  refuses(triangles,
          "TriangleMesh: the surface is open at the edge from (4, 2, 3) to (4, 5, 6) mm "
          "of triangle 2 (3 edges are not right): no other triangle has it; close the hole");
  triangles = box({1, 2, 3}, {4, 5, 6});
  triangles[7][1][2] += 1e-12;
  refuses(triangles, "open at the edge from (4, 5, 3) to (4, 5, 6) mm of triangle 2 (4 edges");
}

BOOST_AUTO_TEST_CASE(doubled_surfaces_are_refused_with_the_place) {
  Triangles const one = box({1, 2, 3}, {4, 5, 6});
  refuses(joined(one, one), "mm of triangle 0 (18 edges are not right) is shared by 4 triangles");
  Triangles more = one;
  more.push_back(one[5]);
  refuses(more, "is shared by 3 triangles");
  refuses(joined(box({0, 0, 0}, {1, 1, 1}), box({1, 1, 0}, {2, 2, 1})),
          "the edge from (1, 1, 0) to (1, 1, 1) mm of triangle 2 is shared by 4 triangles");
}

BOOST_AUTO_TEST_CASE(inconsistent_and_inverted_surfaces_are_refused_with_the_place) {
  Triangles const good = box({1, 2, 3}, {4, 5, 6});
  Triangles triangles = good;
  std::swap(triangles[4][0], triangles[4][1]);
  refuses(triangles, "triangles 3 and 4 face opposite ways at the edge from (4, 2, 3) to");
  refuses(triangles, "(3 edges are not right)");
  refuses(reversed(good), "the surface is inverted: the shell of triangle 0 about (");
  refuses(reversed(good), "of volume -27 mm^3");
  // One of several, beside the other
  refuses(joined(good, reversed(box({10, 10, 10}, {11, 11, 11}))), "the shell of triangle 12");
  // A cavity in a cavity
  Triangles const hole = reversed(box({1.5, 2.5, 3.5}, {3.5, 4.5, 5.5}));
  BOOST_TEST(TriangleMesh{joined(good, hole)}.volume() == 19.0);
  refuses(joined(joined(good, hole), reversed(box({2, 3, 4}, {3, 4, 5}))),
          "the shell of triangle 24");
  // A cavity that sticks out, on either side.
  Triangles const cavity = reversed(box({-4, -4, -4}, {4, 4, 4}));
  refuses(joined(box({-8, -8, -8}, {0, 8, 8}), cavity), "does not lie in another");
  refuses(joined(box({0, -8, -8}, {8, 8, 8}), cavity), "does not lie in another");
}

BOOST_AUTO_TEST_CASE(what_is_no_body_is_refused) {
  refuses({}, "at least one triangle");
  Triangles triangles = box({0, 0, 0}, {1, 1, 1});
  triangles[4][2][1] = std::numeric_limits<double>::quiet_NaN();
  refuses(triangles, "of triangle 4 must be finite");
  triangles[4][2][1] = 1e31;
  refuses(triangles, "of triangle 4 must be finite on every axis, within 1e30 mm of 0");
  Vec3d const a{0, 0, 0};
  Vec3d const b{1, 0, 0};
  Vec3d const c{0, 1, 0.1};
  refuses({{a, b, c}, {a, c, b}}, "the shell of triangle 0 about (0.33");
}

BOOST_AUTO_TEST_SUITE_END()
