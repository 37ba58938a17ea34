// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The shells of a closed surface: what edges join. Each must face outwards, or be a cavity.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/detail/mesh_section.hpp>
#include <pyronn/phantom/detail/mesh_surface.hpp>

namespace pyronn::detail {

/// For each triangle the first triangle of its shell.
inline std::vector<int> shells_of(Surface const& surface, std::vector<Side> const& pairs) {
  std::vector<int> parent(surface.triangles.size());
  std::iota(parent.begin(), parent.end(), 0);
  auto const of = [&](int n) -> int& { return parent[static_cast<std::size_t>(n)]; };
  auto const root = [&](int n) {
    while (of(n) != n) n = of(n) = of(of(n));
    return n;
  };
  for (std::size_t n = 0; n + 1 < pairs.size(); n += 2) {
    int const a = root(pairs[n].triangle);
    int const b = root(pairs[n + 1].triangle);
    of(std::max(a, b)) = std::min(a, b);
  }
  for (int n = 0; n < surface.num_triangles(); ++n) of(n) = root(n);
  return parent;
}

struct Shell {
  /// Of the base and the triangles, with the sign of where these face: six times the volume, by the
  /// divergence theorem [mm^3].
  double parallelepipeds = 0.0;
  double magnitude = 0.0;  ///< the same without signs [mm^3]
  double area = -1.0;      ///< twice that of the largest triangle [mm^2]
  Vec3d point{};           ///< the middle of the largest triangle [mm]
  int num_triangles = 0;

  [[nodiscard]] double volume() const { return parallelepipeds / 6.0; }
};

inline Vec3d middle_of_triangle(Surface const& surface, int n) {
  Vec3d const& a = surface.vertex(n, 0);
  return a + 1.0 / 3.0 * ((surface.vertex(n, 1) - a) + (surface.vertex(n, 2) - a));
}

/// The shells, each at the number of its first triangle.
inline std::vector<Shell> measured_shells(Surface const& surface, std::vector<int> const& shells) {
  std::vector<Shell> result(surface.triangles.size());
  for (int n = 0; n < surface.num_triangles(); ++n) {
    int const first = shells[static_cast<std::size_t>(n)];
    Shell& shell = result[static_cast<std::size_t>(first)];
    Vec3d const& base = surface.vertex(first, 0);
    Vec3d const& a = surface.vertex(n, 0);
    Vec3d const& b = surface.vertex(n, 1);
    Vec3d const& c = surface.vertex(n, 2);
    Vec3d const normal = cross(b - a, c - a);
    double const parallelepiped = dot(a - base, normal);
    shell.parallelepipeds += parallelepiped;
    shell.magnitude += std::abs(parallelepiped);
    ++shell.num_triangles;
    if (length(normal) <= shell.area) continue;
    shell.area = length(normal);
    shell.point = middle_of_triangle(surface, n);
  }
  return result;
}

/// A point of a shell that faces inwards, and how many other shells it lies in.
struct Cavity {
  int shell;
  Vec3d point;
  int winding = 0;
};

/// Points of all shells that face inwards: the middles of their triangles, or of 64 of them.
inline std::vector<Cavity> points_of_cavities(Surface const& surface,
                                              std::vector<int> const& shells,
                                              std::vector<Shell> const& measured) {
  constexpr int most = 64;
  std::vector<Cavity> points;
  std::vector<int> seen(measured.size(), 0);
  for (int n = 0; n < surface.num_triangles(); ++n) {
    auto const shell = static_cast<std::size_t>(shells[static_cast<std::size_t>(n)]);
    if (measured[shell].volume() >= 0) continue;
    int const stride = (measured[shell].num_triangles - 1) / most + 1;
    if (seen[shell]++ % stride == 0) {
      points.push_back({static_cast<int>(shell), middle_of_triangle(surface, n)});
    }
  }
  return points;
}

/// Counts for each cavity the shells about it that face outwards, less those that face inwards.
/// Sorts the cavities.
inline void count_windings(Surface const& surface, std::vector<int> const& shells,
                           std::vector<Cavity>& cavities) {
  std::sort(cavities.begin(), cavities.end(),
            [](Cavity const& a, Cavity const& b) { return a.point[2] < b.point[2]; });
  auto const is_below = [](Cavity const& cavity, double z) { return cavity.point[2] < z; };
  for (int n = 0; n < surface.num_triangles() && !cavities.empty(); ++n) {
    Vec3d const& a = surface.vertex(n, 0);
    Vec3d const& b = surface.vertex(n, 1);
    Vec3d const& c = surface.vertex(n, 2);
    double const upper = std::max({a[2], b[2], c[2]});
    auto cavity =
        std::lower_bound(cavities.begin(), cavities.end(), std::min({a[2], b[2], c[2]}), is_below);
    for (; cavity != cavities.end() && cavity->point[2] < upper; ++cavity) {
      if (cavity->shell == shells[static_cast<std::size_t>(n)]) continue;
      double const y = cavity->point[1];
      auto const cut = section(a, b, c, cavity->point[2]);
      if (!cut || y < cut->lower_y() || y >= cut->upper_y()) continue;
      if (cut->x_at(y) <= cavity->point[0]) cavity->winding += cut->sign();
    }
  }
}

/// The volume of a closed surface: of shells less that of cavities [mm^3]. Throws InvalidArgument
/// for shells that enclose nothing, and for those that face inwards but not
/// all in another.
inline double checked_volume(Surface const& surface, std::vector<Side> const& pairs) {
  constexpr double rounding = 1e-12;
  std::vector<int> const shells = shells_of(surface, pairs);
  std::vector<Shell> const measured = measured_shells(surface, shells);
  double volume = 0.0;
  for (int n = 0; n < surface.num_triangles(); ++n) {
    Corners const& corners = surface.triangles[static_cast<std::size_t>(n)];
    bool const is_line =
        corners[0] == corners[1] || corners[1] == corners[2] || corners[2] == corners[0];
    if (shells[static_cast<std::size_t>(n)] != n || is_line) continue;
    Shell const& shell = measured[static_cast<std::size_t>(n)];
    expects(std::abs(shell.parallelepipeds) > rounding * shell.magnitude,
            "TriangleMesh: the shell of ", "triangle ", n, " about ", shell.point,
            " mm encloses no volume; give it a thickness, or remove it");
    volume += shell.volume();
  }
  expects(!pairs.empty(), "TriangleMesh: no triangle has three different vertices");
  std::vector<Cavity> cavities = points_of_cavities(surface, shells, measured);
  count_windings(surface, shells, cavities);
  std::stable_sort(cavities.begin(), cavities.end(),
                   [](Cavity const& a, Cavity const& b) { return a.shell < b.shell; });
  for (Cavity const& cavity : cavities) {
    expects(cavity.winding > 0, "TriangleMesh: the surface is inverted: the shell of triangle ",
            cavity.shell, " about ", cavity.point, " mm, of volume ",
            measured[static_cast<std::size_t>(cavity.shell)].volume(),
            " mm^3, faces inwards and does not lie in another, as a cavity does; reverse its "
            "triangles (flip the "
            "normals), so that they are counter-clockwise seen from outside");
  }
  return volume;
}

}  // namespace pyronn::detail
