// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Triangles become a surface: equal vertices are merged, and every edge must join two triangles
/// that face the same way.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// Numbers of vertices, counter-clockwise seen from outside.
using Corners = Vec<int, 3>;

/// Vertices that no two are equal, and the triangles between them.
struct Surface {
  std::vector<Vec3d> vertices;
  std::vector<Corners> triangles;

  [[nodiscard]] Vec3d const& vertex(int triangle, int corner) const {
    Corners const& corners = triangles[static_cast<std::size_t>(triangle)];
    return vertices[static_cast<std::size_t>(corners[corner])];
  }

  [[nodiscard]] int num_triangles() const { return static_cast<int>(triangles.size()); }
};

/// Throws InvalidArgument unless there are triangles, not too many to count, with finite vertices.
inline void check_triangles(std::vector<std::array<Vec3d, 3>> const& triangles) {
  constexpr std::size_t most = std::numeric_limits<int>::max() / 3;
  constexpr double farthest = 1e30;  // products of three lengths have to be finite
  expects(!triangles.empty(), "TriangleMesh: there must be at least one triangle");
  expects(triangles.size() <= most, "TriangleMesh: ", triangles.size(),
          " triangles are more than the ", most, " that can be counted");
  for (std::size_t n = 0; n < triangles.size(); ++n) {
    for (Vec3d const& vertex : triangles[n]) {
      bool is_near = true;
      for (double const number : vertex.data) is_near = is_near && std::abs(number) <= farthest;
      expects(is_near, "TriangleMesh: vertex ", vertex, " of triangle ", n,
              " must be finite on every axis, within 1e30 mm of 0");
    }
  }
}

/// The surface of triangles that have been checked; they keep their numbers.
inline Surface merged(std::vector<std::array<Vec3d, 3>> const& triangles) {
  auto const corner = [&](int n) -> Vec3d const& {
    return triangles[static_cast<std::size_t>(n / 3)][static_cast<std::size_t>(n % 3)];
  };
  std::vector<int> order(triangles.size() * 3);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int m, int n) {
    Vec3d const& a = corner(m);
    Vec3d const& b = corner(n);
    return std::tie(a[0], a[1], a[2]) < std::tie(b[0], b[1], b[2]);
  });
  Surface surface;
  surface.triangles.resize(triangles.size());
  for (int const n : order) {
    Vec3d const vertex = corner(n) + Vec3d{0, 0, 0};  // which makes 0 of -0
    if (surface.vertices.empty() || vertex != surface.vertices.back()) {
      surface.vertices.push_back(vertex);
    }
    surface.triangles[static_cast<std::size_t>(n / 3)][n % 3] =
        static_cast<int>(surface.vertices.size()) - 1;
  }
  return surface;
}

/// One side of a triangle.
struct Side {
  int low;   ///< the vertex with the lower number
  int high;  ///< the other one
  int triangle;
  bool rises;  ///< from low to high

  [[nodiscard]] bool has_edge_of(Side const& other) const {
    return low == other.low && high == other.high;
  }
};

/// The sides of all triangles, with those of an edge one after the other, by triangle. Triangles of
/// which two vertices are equal are left out: what remains of them is one side there and back.
inline std::vector<Side> sorted_sides(Surface const& surface) {
  std::vector<Side> sides;
  sides.reserve(surface.triangles.size() * 3);
  for (int n = 0; n < surface.num_triangles(); ++n) {
    Corners const& corners = surface.triangles[static_cast<std::size_t>(n)];
    if (corners[0] == corners[1] || corners[1] == corners[2] || corners[2] == corners[0]) continue;
    for (int side = 0; side < 3; ++side) {
      int const from = corners[side];
      int const to = corners[(side + 1) % 3];
      sides.push_back({std::min(from, to), std::max(from, to), n, from < to});
    }
  }
  std::sort(sides.begin(), sides.end(), [](Side const& a, Side const& b) {
    return std::tie(a.low, a.high, a.triangle) < std::tie(b.low, b.high, b.triangle);
  });
  return sides;
}

/// The sides [begin, end) of one edge.
struct Edge {
  std::size_t begin;
  std::size_t end;
};

/// Throws InvalidArgument for an edge that does not join two triangles that face the same way.
[[noreturn]] inline void refuse_edge(Surface const& surface, std::vector<Side> const& sides,
                                     Edge const& edge, int bad_edges) {
  Side const& first = sides[edge.begin];
  auto const vertex = [&](int n) { return surface.vertices[static_cast<std::size_t>(n)]; };
  std::string const place = message("the edge from ", vertex(first.low), " to ", vertex(first.high),
                                    " mm of triangle ", first.triangle);
  std::string const others =
      bad_edges > 1 ? message(" (", bad_edges, " edges are not right)") : std::string{};
  std::size_t const count = edge.end - edge.begin;
  expects(count > 1, "TriangleMesh: the surface is open at ", place, others,
          ": no other triangle has it; close the hole (vertices that are meant to be one must have "
          "equal numbers)");
  int const second = sides[edge.begin + 1].triangle;
  expects(count > 2, "TriangleMesh: triangles ", first.triangle, " and ", second,
          " face opposite ways at ", place, others,
          ": all triangles must be counter-clockwise seen from outside; make the normals "
          "consistent");
  constexpr char const* advice =
      "; a surface has two at an edge: remove triangles that lie twice or inside the body, and "
      "separate bodies that touch in an edge";
  throw_invalid_argument({"TriangleMesh: ", place, others, " is shared by ", count,
                          " triangles, the next is ", second, advice});
}

/// The edges of a closed surface, two sides each. Throws InvalidArgument where they are not.
inline std::vector<Side> paired_sides(Surface const& surface) {
  std::vector<Side> sides = sorted_sides(surface);
  Edge worst{};
  int bad_edges = 0;
  for (Edge edge{0, 0}; edge.begin < sides.size(); edge.begin = edge.end) {
    Side const& first = sides[edge.begin];
    while (edge.end < sides.size() && sides[edge.end].has_edge_of(first)) ++edge.end;
    bool const is_pair = edge.end - edge.begin == 2 && first.rises != sides[edge.begin + 1].rises;
    if (is_pair) continue;
    if (bad_edges == 0 || first.triangle < sides[worst.begin].triangle) worst = edge;
    ++bad_edges;
  }
  if (bad_edges > 0) refuse_edge(surface, sides, worst, bad_edges);
  return sides;
}

}  // namespace pyronn::detail
