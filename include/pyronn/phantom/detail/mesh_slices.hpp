// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Voxelises closed surfaces slice by slice, on cores.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/detail/mesh_section.hpp>
#include <pyronn/phantom/detail/mesh_surface.hpp>

namespace pyronn::detail {

/// The points of all voxels along one axis, as phantoms have them.
class PointAxis {
 public:
  PointAxis(Grid const& grid, int axis, int points)
      : origin_{grid.origin[axis]},
        spacing_{grid.spacing[axis]},
        points_{points},
        count_{std::int64_t{grid.size[axis]} * points} {}

  [[nodiscard]] int points() const { return points_; }

  /// Where a point lies [mm].
  [[nodiscard]] double at(std::int64_t n) const {
    std::int64_t const voxel = n / points_;
    double const center = origin_ + spacing_ * static_cast<double>(voxel);
    if (points_ == 1) return center;
    double const fraction = 1.0 / points_;
    double const first = center - 0.5 * ((1.0 - fraction) * spacing_);
    return first + fraction * spacing_ * static_cast<double>(n % points_);
  }

  /// The first point at a position or beyond it; the number of points where there is none.
  [[nodiscard]] std::int64_t first_from(double position) const {
    double const guess = ((position - origin_) / spacing_ + 0.5) * points_;
    auto n = static_cast<std::int64_t>(std::clamp(guess, 0.0, static_cast<double>(count_)));
    while (n > 0 && at(n - 1) >= position) --n;
    while (n < count_ && at(n) < position) ++n;
    return n;
  }

 private:
  double origin_;
  double spacing_;
  int points_;
  std::int64_t count_;
};

/// Which triangles meet which slices of a grid.
class MeshSlices {
 public:
  /// Vertices and triangles must outlive it.
  MeshSlices(std::vector<Vec3d> const& vertices, std::vector<Corners> const& triangles,
             Grid const& grid, Vec<int, 3> const& points)
      : vertices_{vertices},
        corners_{triangles},
        x_{grid, 0, points[0]},
        y_{grid, 1, points[1]},
        z_{grid, 2, points[2]},
        begin_(static_cast<std::size_t>(grid.size[2]) + 1) {
    auto const count = static_cast<int>(triangles.size());
    for (int n = 0; n < count; ++n) {
      Range const range = slices_of(n);
      for (std::size_t slice = range.begin; slice < range.end; ++slice) ++begin_[slice];
    }
    std::size_t sum = 0;
    for (std::size_t& begin : begin_) begin = sum += begin;
    triangles_.resize(sum);
    for (int n = count; n-- > 0;) {
      Range const range = slices_of(n);
      for (std::size_t slice = range.begin; slice < range.end; ++slice) {
        triangles_[--begin_[slice]] = n;
      }
    }
  }

  /// Counts in each voxel of a slice (x, y), which hold 0 before, the points inside.
  void count_points(int slice, ImageView<int> inside) const {
    std::vector<Crossing> crossings;
    for (int point = 0; point < z_.points(); ++point) {
      double const z = z_.at(std::int64_t{slice} * z_.points() + point);
      crossings.clear();
      find_crossings(static_cast<std::size_t>(slice), z, crossings);
      std::sort(crossings.begin(), crossings.end(), [](Crossing const& a, Crossing const& b) {
        return std::tie(a.row, a.x, a.sign) < std::tie(b.row, b.x, b.sign);
      });
      int winding = 0;
      std::int64_t entered = 0;
      for (Crossing const& crossing : crossings) {
        int const before = winding;
        winding += crossing.sign;
        if (before <= 0 && winding > 0) entered = x_.first_from(crossing.x);
        if (before > 0 && winding <= 0) {
          int const y = static_cast<int>(crossing.row / y_.points());
          add_points(entered, x_.first_from(crossing.x), &inside(0, y));
        }
      }
    }
  }

 private:
  struct Range {
    std::size_t begin;
    std::size_t end;
  };

  /// Where a row of points along x enters the body or leaves it.
  struct Crossing {
    std::int64_t row;
    double x;
    int sign;
  };

  [[nodiscard]] Vec3d const& vertex(int triangle, int corner) const {
    Corners const& corners = corners_[static_cast<std::size_t>(triangle)];
    return vertices_[static_cast<std::size_t>(corners[corner])];
  }

  [[nodiscard]] Range slices_of(int triangle) const {
    double const a = vertex(triangle, 0)[2];
    double const b = vertex(triangle, 1)[2];
    double const c = vertex(triangle, 2)[2];
    std::int64_t const first = z_.first_from(std::min({a, b, c}));
    std::int64_t const end = z_.first_from(std::max({a, b, c}));
    if (first == end) return {0, 0};
    return {static_cast<std::size_t>(first / z_.points()),
            static_cast<std::size_t>((end - 1) / z_.points() + 1)};
  }

  void find_crossings(std::size_t slice, double z, std::vector<Crossing>& crossings) const {
    for (std::size_t i = begin_[slice]; i < begin_[slice + 1]; ++i) {
      int const n = triangles_[i];
      auto const cut = section(vertex(n, 0), vertex(n, 1), vertex(n, 2), z);
      if (!cut) continue;
      std::int64_t const end = y_.first_from(cut->upper_y());
      for (std::int64_t row = y_.first_from(cut->lower_y()); row < end; ++row) {
        crossings.push_back({row, cut->x_at(y_.at(row)), cut->sign()});
      }
    }
  }

  /// Adds the points [begin, end) of a row to the voxels of the row.
  void add_points(std::int64_t begin, std::int64_t end, int* voxels) const {
    int const points = x_.points();
    while (begin < end) {
      std::int64_t const voxel = begin / points;
      std::int64_t const next = std::min(end, (voxel + 1) * points);
      voxels[voxel] += static_cast<int>(next - begin);
      begin = next;
    }
  }

  std::vector<Vec3d> const& vertices_;
  std::vector<Corners> const& corners_;
  PointAxis x_, y_, z_;
  std::vector<std::size_t> begin_;  ///< of each slice, in triangles_
  std::vector<int> triangles_;
};

/// Writes the attenuation of voxels; an item is a slice.
struct VoxeliseMesh {
  MeshSlices const* slices;
  VolumeView<float> volume;
  double attenuation;
  double points;  ///< in a voxel

  [[nodiscard]] Extents<3> items() const { return {1, 1, volume.extents[2]}; }

  void operator()(Vec<int, 3> const& item) const {
    std::vector<int> inside(static_cast<std::size_t>(volume.slice_count()));
    slices->count_points(item[2], {inside.data(), {volume.extents[0], volume.extents[1]}});
    std::transform(inside.begin(), inside.end(), volume.slices(item[2], 1).data,
                   [&](int count) { return static_cast<float>(attenuation * (count / points)); });
  }
};

}  // namespace pyronn::detail
