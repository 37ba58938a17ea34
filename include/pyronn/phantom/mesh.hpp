// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TriangleMesh: bodies whose surface is made of triangles, and their volumes.
#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/phantom/detail/mesh_shells.hpp>
#include <pyronn/phantom/detail/mesh_slices.hpp>
#include <pyronn/phantom/detail/mesh_surface.hpp>
#include <pyronn/phantom/orientation.hpp>

namespace pyronn {

/// Three vertices [mm], counter-clockwise seen from outside the body.
using Triangle = std::array<Vec3d, 3>;

/// A closed surface of triangles: a homogeneous body of any shape. There may be several shells, and
/// cavities: shells that face inwards and lie in another. Where shells overlap the body is their
/// union.
///
/// Vertices are the same where their numbers are equal. Triangles whose area is 0 are allowed:
/// those of which two vertices are equal count for nothing, and those whose vertices lie on a line
/// take part in the surface as others do.
class TriangleMesh {
 public:
  /// Throws InvalidArgument, which says the triangle (they are counted from 0) and the place in mm:
  /// for vertices that are not finite or farther than 1e30 mm from 0; where the surface is open, so
  /// that an edge has one triangle; where an edge has more than two, as in surfaces that lie twice,
  /// and where bodies touch in one edge; where the two triangles of an edge face opposite ways; for
  /// shells that enclose no volume; and where the surface is inverted: where a shell faces inwards
  /// and is no cavity.
  explicit TriangleMesh(std::vector<Triangle> const& triangles) {
    detail::check_triangles(triangles);
    surface_ = detail::merged(triangles);
    volume_ = detail::checked_volume(surface_, detail::paired_sides(surface_));
  }

  /// The vertices [mm]; no two are equal.
  [[nodiscard]] std::vector<Vec3d> const& vertices() const { return surface_.vertices; }

  /// For each triangle, in the order given, the indices of its vertices.
  [[nodiscard]] std::vector<Vec<int, 3>> const& triangles() const { return surface_.triangles; }

  /// The volume of all shells, less that of cavities [mm^3]; what overlaps counts more than once.
  [[nodiscard]] double volume() const { return volume_; }

  /// The corner of the smallest box about the mesh where all coordinates are least [mm].
  [[nodiscard]] Vec3d lower() const {
    Vec3d corner = vertices().front();
    for (Vec3d const& vertex : vertices()) {
      for (int axis = 0; axis < 3; ++axis) corner[axis] = std::min(corner[axis], vertex[axis]);
    }
    return corner;
  }

  /// The opposite corner [mm].
  [[nodiscard]] Vec3d upper() const {
    Vec3d corner = vertices().front();
    for (Vec3d const& vertex : vertices()) {
      for (int axis = 0; axis < 3; ++axis) corner[axis] = std::max(corner[axis], vertex[axis]);
    }
    return corner;
  }

  /// The mesh scaled by `factor` about the world's origin, as from inches to mm by 25.4, then
  /// turned, then moved by `offset` [mm]. Throws InvalidArgument unless the factor is positive, the
  /// orientation valid and right-handed, and the result within 1e30 mm of 0.
  [[nodiscard]] TriangleMesh placed(double factor, Orientation const& orientation,
                                    Vec3d const& offset) const {
    detail::expects(std::isfinite(factor) && factor > 0, "TriangleMesh: factor ", factor,
                    " must be positive and finite");
    orientation.validate();
    Vec3d const* const axis = orientation.axis;
    detail::expects(dot(cross(axis[0], axis[1]), axis[2]) > 0,
                    "TriangleMesh: the orientation must be right-handed; a left-handed one would "
                    "invert the surface");
    TriangleMesh result = *this;
    result.volume_ *= factor * factor * factor;
    for (Vec3d& vertex : result.surface_.vertices) {
      Vec3d const scaled = factor * vertex;
      vertex = scaled[0] * axis[0] + scaled[1] * axis[1] + scaled[2] * axis[2] + offset;
      bool is_near = true;
      for (double const number : vertex.data) is_near = is_near && std::abs(number) <= 1e30;
      detail::expects(is_near, "TriangleMesh: factor ", factor, " and offset ", offset,
                      " move a vertex to ", vertex, " mm, farther than 1e30 from 0");
    }
    return result;
  }

 private:
  detail::Surface surface_;
  double volume_ = 0.0;
};

namespace detail {

template <int Dimension, class Executor>
void voxelise_mesh(Executor const& executor, TriangleMesh const& mesh, double attenuation,
                   Grid const& grid, ArrayView<float, Dimension> volume, int supersampling) {
  constexpr char const* function = "voxelise";
  constexpr int most = 1024;
  check_executor<Executor>();
  static_assert(!std::is_same_v<backend_t<Executor>, CudaBackend>,
                "A TriangleMesh is voxelised on cores: give a CpuExecutor and host memory, then "
                "copy the volume to the device.");
  checked_grid<Dimension>(grid, function);
  check_volumes<Dimension>(function, volume.extents, grid.size);
  expects(std::isfinite(attenuation), function, ": attenuation ", attenuation,
          " must be finite [1/mm]");
  expects(supersampling >= 1 && supersampling <= most, function, ": supersampling ", supersampling,
          " must be from 1 to ", most);
  executor.check_reachable(volume.data, "voxelise: volume");
  Vec<int, 3> const points{supersampling, supersampling, Dimension == 3 ? supersampling : 1};
  MeshSlices const slices{mesh.vertices(), mesh.triangles(), grid, points};
  VoxeliseMesh const kernel{&slices, sample_of(volume_batch<Dimension>(volume), 0), attenuation,
                            static_cast<double>(points[0]) * points[1] * points[2]};
  executor.for_each(kernel.items(), kernel);
}

}  // namespace detail

/// Writes the volume (x, y, z) of a mesh with this attenuation [1/mm] on a grid, as that of a
/// Phantom: in every voxel the mean at supersampling^3 points that are spread evenly over the
/// voxel, or for 1 the attenuation at its centre, and 0 outside. As with bodies, points on lower
/// faces are inside and points on upper ones are not, so that meshes that touch have no point in
/// common. A point lies inside where the shells about it that face outwards are more than the
/// cavities. No ray slips through between triangles: see detail/mesh_section.hpp.
///
/// The volume lies in host memory and is overwritten; the executor runs on cores and shares out
/// slices. The computation is in double precision and is rounded to float once; the result does not
/// depend on the number of threads. The call takes host memory: 4 bytes for each slice that each
/// triangle meets, and a slice for each thread. It throws InvalidArgument where Grid::validate
/// does, for a volume of another size, for an attenuation that is not finite and for a
/// supersampling outside 1 to 1024, all before anything is written.
template <class Executor>
void voxelise(Executor const& executor, TriangleMesh const& mesh, double attenuation,
              Grid const& grid, VolumeView<float> volume, int supersampling = 1) {
  detail::voxelise_mesh<3>(executor, mesh, attenuation, grid, volume, supersampling);
}

/// Writes the image (x, y) [1/mm] of a mesh in the plane z = 0, on a grid as Grid::flat makes it.
/// In every pixel it has the mean at supersampling^2 points of that plane; in all else it is as a
/// volume. Throws InvalidArgument for any other grid, too.
template <class Executor>
void voxelise(Executor const& executor, TriangleMesh const& mesh, double attenuation,
              Grid const& grid, ImageView<float> image, int supersampling = 1) {
  detail::voxelise_mesh<2>(executor, mesh, attenuation, grid, image, supersampling);
}

}  // namespace pyronn
