// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Triangles of simple bodies, and STL files of them.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/mesh.hpp>

namespace test {

using Triangles = std::vector<pyronn::Triangle>;

/// Triangles that face the other way.
inline Triangles reversed(Triangles triangles) {
  for (pyronn::Triangle& triangle : triangles) std::swap(triangle[1], triangle[2]);
  return triangles;
}

inline Triangles joined(Triangles a, Triangles const& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Twelve triangles, two a face.
inline Triangles box(pyronn::Vec3d const& lower, pyronn::Vec3d const& upper) {
  auto const corner = [&](int n) {
    return pyronn::Vec3d{(n & 1) != 0 ? upper[0] : lower[0], (n & 2) != 0 ? upper[1] : lower[1],
                         (n & 4) != 0 ? upper[2] : lower[2]};
  };
  constexpr int faces[6][4] = {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4},
                               {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}};
  Triangles triangles;
  for (auto const& face : faces) {
    triangles.push_back({corner(face[0]), corner(face[1]), corner(face[2])});
    triangles.push_back({corner(face[0]), corner(face[2]), corner(face[3])});
  }
  return triangles;
}

inline Triangles tetrahedron(pyronn::Vec3d const& a, pyronn::Vec3d const& b, pyronn::Vec3d const& c,
                             pyronn::Vec3d const& d) {
  return {{a, c, b}, {a, b, d}, {b, c, d}, {c, a, d}};
}

/// An octahedron of which each triangle has been split into four, some times, on a sphere.
inline Triangles sphere(pyronn::Vec3d const& center, double radius, int splits) {
  Triangles triangles;
  for (int octant = 0; octant < 8; ++octant) {
    double const x = (octant & 1) != 0 ? -1 : 1;
    double const y = (octant & 2) != 0 ? -1 : 1;
    double const z = (octant & 4) != 0 ? -1 : 1;
    triangles.push_back({{{x, 0, 0}, {0, y, 0}, {0, 0, z}}});
    if (x * y * z < 0) std::swap(triangles.back()[1], triangles.back()[2]);
  }
  for (int split = 0; split < splits; ++split) {
    Triangles finer;
    auto const middle = [](pyronn::Vec3d const& a, pyronn::Vec3d const& b) {
      return 1.0 / pyronn::length(a + b) * (a + b);
    };
    for (auto const& [a, b, c] : triangles) {
      pyronn::Vec3d const ab = middle(a, b);
      pyronn::Vec3d const bc = middle(b, c);
      pyronn::Vec3d const ca = middle(c, a);
      finer.insert(finer.end(), {{a, ab, ca}, {ab, b, bc}, {ca, bc, c}, {ab, bc, ca}});
    }
    triangles = finer;
  }
  for (pyronn::Triangle& triangle : triangles) {
    for (pyronn::Vec3d& vertex : triangle) vertex = center + radius * vertex;
  }
  return triangles;
}

template <class T>
std::string bytes_of(T number) {
  return {reinterpret_cast<char const*>(&number), sizeof(number)};
}

/// The start of a binary file: 80 bytes, and a count.
inline std::string binary_start(std::string header, std::uint32_t count) {
  header.resize(80, '\0');
  return header + bytes_of(count);
}

/// The 50 bytes of each triangle.
inline std::string binary_triangles(Triangles const& triangles) {
  std::string bytes;
  for (pyronn::Triangle const& triangle : triangles) {
    bytes += std::string(12, '\0');
    for (pyronn::Vec3d const& vertex : triangle) {
      for (double const number : vertex.data) bytes += bytes_of(static_cast<float>(number));
    }
    bytes += std::string(2, '\0');
  }
  return bytes;
}

inline std::string binary_stl(Triangles const& triangles, std::string const& header = "of a test") {
  return binary_start(header, static_cast<std::uint32_t>(triangles.size())) +
         binary_triangles(triangles);
}

inline std::string text_stl(Triangles const& triangles, std::string const& name = "part") {
  std::ostringstream out;
  out.precision(std::numeric_limits<double>::max_digits10);
  out << "solid " << name << '\n';
  for (pyronn::Triangle const& triangle : triangles) {
    out << "  facet normal 0 0 0\n    outer loop\n";
    for (pyronn::Vec3d const& vertex : triangle) {
      out << "      vertex " << vertex[0] << ' ' << vertex[1] << ' ' << vertex[2] << '\n';
    }
    out << "    endloop\n  endfacet\n";
  }
  out << "endsolid " << name << '\n';
  return out.str();
}

}  // namespace test
