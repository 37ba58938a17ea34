// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The matrices of the models written down from their definitions, in double precision, slowly.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/voxel_driven.hpp>

namespace test {

/// The shares of the four integer points around (a, b), those outside left out.
template <class Visit>
void for_each_corner(double a, double b, int size_a, int size_b, Visit const& visit) {
  if (!(a > -1 && a < size_a && b > -1 && b < size_b)) return;
  int const lower_a = static_cast<int>(std::floor(a));
  int const lower_b = static_cast<int>(std::floor(b));
  for (int j = std::max(lower_b, 0); j <= std::min(lower_b + 1, size_b - 1); ++j) {
    for (int i = std::max(lower_a, 0); i <= std::min(lower_a + 1, size_a - 1); ++i) {
      visit(i, j, (1 - std::abs(a - i)) * (1 - std::abs(b - j)));
    }
  }
}

struct IndexLine {
  pyronn::Vec3d from;
  pyronn::Vec3d way;
};

inline IndexLine in_indices(pyronn::Ray<double> const& ray, pyronn::Grid const& grid) {
  IndexLine line{};
  for (int axis = 0; axis < 3; ++axis) {
    line.from[axis] = (ray.origin[axis] - grid.origin[axis]) / grid.spacing[axis];
    line.way[axis] = ray.direction[axis] / grid.spacing[axis];
  }
  return line;
}

/// Joseph (1982): samples where the ray crosses the slices across its main axis, times the length
/// between two slices [mm]; a slice at an end of the ray counts by the part that is run through.
template <class Visit>
void for_each_weight(pyronn::Joseph, pyronn::Ray<double> const& ray, pyronn::Grid const& grid,
                     Visit const& visit) {
  auto const [from, way] = in_indices(ray, grid);
  int main = 0;
  for (int axis = 1; axis < 3; ++axis) {
    if (std::abs(way[axis]) > std::abs(way[main])) main = axis;
  }
  int const a = main == 0 ? 1 : 0;
  int const b = main == 2 ? 1 : 2;
  double const begin = from[main] + ray.begin * way[main];
  double const end = from[main] + ray.end * way[main];
  double const step = length(ray.direction) / std::abs(way[main]);
  for (int k = 0; k < grid.size[main]; ++k) {
    double const covered =
        std::min(k + 0.5, std::max(begin, end)) - std::max(k - 0.5, std::min(begin, end));
    if (covered <= 0) continue;
    double const t = (k - from[main]) / way[main];
    for_each_corner(from[a] + t * way[a], from[b] + t * way[b], grid.size[a], grid.size[b],
                    [&](int i, int j, double share) {
                      pyronn::Vec<int, 3> voxel{};
                      voxel[main] = k;
                      voxel[a] = i;
                      voxel[b] = j;
                      visit(voxel, share * covered * step);
                    });
  }
}

/// Trilinear samples in the middle of the steps into which the ray is cut where it is less than a
/// voxel away from the grid's voxels.
template <class Visit>
void for_each_weight(pyronn::RayMarch const& model, pyronn::Ray<double> const& ray,
                     pyronn::Grid const& grid, Visit const& visit) {
  auto const [from, way] = in_indices(ray, grid);
  double low = ray.begin;
  double high = ray.end;
  for (int axis = 0; axis < 3; ++axis) {
    if (std::abs(way[axis]) < 1e-12) {
      if (from[axis] <= -1 || from[axis] >= grid.size[axis]) return;
      continue;
    }
    double const a = (-1 - from[axis]) / way[axis];
    double const b = (grid.size[axis] - from[axis]) / way[axis];
    low = std::max(low, std::min(a, b));
    high = std::min(high, std::max(a, b));
  }
  if (!(low < high)) return;
  double const steps = (high - low) * length(way) / static_cast<double>(model.step());
  int const count = 1 + static_cast<int>(std::max(steps - 1e-3, 0.0));
  double const part = (high - low) / count;
  for (int n = 0; n < count; ++n) {
    pyronn::Vec3d const at = from + (low + (n + 0.5) * part) * way;
    int const below = static_cast<int>(std::floor(at[2]));
    for (int z = std::max(below, 0); z <= std::min(below + 1, grid.size[2] - 1); ++z) {
      double const share_z = 1 - std::abs(at[2] - z);
      for_each_corner(at[0], at[1], grid.size[0], grid.size[1], [&](int x, int y, double share) {
        visit(pyronn::Vec<int, 3>{x, y, z}, share * share_z * part * length(ray.direction));
      });
    }
  }
}

template <class View>
pyronn::Ray<double> ray_in_double(View const& view, int u, int v) {
  using Scalar = pyronn::detail::pixel_scalar_t<View>;
  auto const ray = view.ray(static_cast<Scalar>(u), static_cast<Scalar>(v));
  return {pyronn::vec_cast<double>(ray.origin), pyronn::vec_cast<double>(ray.direction),
          static_cast<double>(ray.begin), static_cast<double>(ray.end)};
}

/// visit(pixel, voxel, weight) for the entries of a ray-driven matrix; pixel and voxel count
/// elements.
template <class Model, class Geometry, class Visit>
void for_each_entry(Model const& model, Geometry const& scan, pyronn::Grid const& grid,
                    Visit const& visit) {
  std::size_t pixel = 0;
  for (int n = 0; n < scan.num_views(); ++n) {
    for (int v = 0; v < scan.detector_size()[1]; ++v) {
      for (int u = 0; u < scan.detector_size()[0]; ++u, ++pixel) {
        for_each_weight(model, ray_in_double(scan.view(n), u, v), grid,
                        [&](pyronn::Vec<int, 3> const& voxel, double weight) {
                          int const row = voxel[2] * grid.size[1] + voxel[1];
                          visit(pixel, static_cast<std::size_t>(row * grid.size[0] + voxel[0]),
                                weight);
                        });
      }
    }
  }
}

/// The same of the voxel-driven matrices: shares of the pixels where a voxel lands.
template <class DepthWeight, class Geometry, class Visit>
void for_each_entry(pyronn::WeightedVoxelDriven<DepthWeight>, Geometry const& scan,
                    pyronn::Grid const& grid, Visit const& visit) {
  using Scalar = pyronn::detail::projection_number_t<pyronn::view_t<Geometry>, double>;
  bool const weighted = std::is_same_v<DepthWeight, pyronn::detail::InverseSquareDepth>;
  pyronn::Extents<2> const detector = scan.detector_size();
  for (int n = 0; n < scan.num_views(); ++n) {
    std::size_t voxel = 0;
    for (int z = 0; z < grid.size[2]; ++z) {
      for (int y = 0; y < grid.size[1]; ++y) {
        for (int x = 0; x < grid.size[0]; ++x, ++voxel) {
          pyronn::Vec3d const index{double(x), double(y), double(z)};
          auto const point = scan.view(n).project(pyronn::vec_cast<Scalar>(grid.to_world(index)));
          if (!(point.depth > 0)) continue;
          auto const depth = static_cast<double>(point.depth);
          double const weight = weighted ? 1 / (depth * depth) : 1.0;
          for_each_corner(static_cast<double>(point.u), static_cast<double>(point.v), detector[0],
                          detector[1], [&](int u, int v, double share) {
                            int const row = n * detector[1] + v;
                            visit(static_cast<std::size_t>(row * detector[0] + u), voxel,
                                  weight * share);
                          });
        }
      }
    }
  }
}

/// How many views see a point for certain, and how many at all, the detectors' borders included.
struct ViewCounts {
  int surely = 0;
  int perhaps = 0;
};

template <class Geometry>
ViewCounts count_views(Geometry const& scan, pyronn::Vec3d const& point) {
  ViewCounts counts;
  pyronn::Extents<2> const size = scan.detector_size();
  for (int n = 0; n < scan.num_views(); ++n) {
    auto const at = scan.view(n).project(point);
    auto const is_within = [&](double border) {
      return at.depth > 0 && at.u >= -border && at.u <= size[0] - 1 + border && at.v >= -border &&
             at.v <= size[1] - 1 + border;
    };
    if (is_within(-1e-3)) ++counts.surely;
    if (is_within(1)) ++counts.perhaps;
  }
  return counts;
}

template <class Model, class Geometry, class T>
std::vector<double> reference_projection(Geometry const& scan, pyronn::Grid const& grid,
                                         std::vector<T> const& volume) {
  auto const count = scan.detector_size().count() * scan.num_views();
  std::vector<double> result(static_cast<std::size_t>(count));
  for_each_entry(Model{}, scan, grid, [&](std::size_t pixel, std::size_t voxel, double weight) {
    result[pixel] += weight * static_cast<double>(volume[voxel]);
  });
  return result;
}

template <class Model, class Geometry, class T>
std::vector<double> reference_backprojection(Geometry const& scan, pyronn::Grid const& grid,
                                             std::vector<T> const& projections) {
  std::vector<double> result(static_cast<std::size_t>(grid.size.count()));
  for_each_entry(Model{}, scan, grid, [&](std::size_t pixel, std::size_t voxel, double weight) {
    result[voxel] += weight * static_cast<double>(projections[pixel]);
  });
  return result;
}

}  // namespace test
