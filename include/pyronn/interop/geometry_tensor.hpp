// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// GeometryTensor: a scan as an array of numbers, as frameworks hand it over.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/geometry/projection_matrix.hpp>

namespace pyronn {

/// The numbers of one geometry: (view, row, column), in C order.
struct GeometryNumbers {
  double const* data;  ///< all numbers
  int views;           ///< how many views
  int rows;            ///< vectors, or rows of a matrix, of a view
  int columns;         ///< numbers of each
};

/// How a geometry is made of a tensor. Geometries of the library have numbers, and a tensor of
/// float64 or float32 in host memory holds them:
///
/// | geometry | shape | rows |
/// |---|---|---|
/// | ConeBeam | (views, 4, 3) | source, detector centre, u step, v step, in (x, y, z) [mm] |
/// | ConeBeam | (views, 3, 4) | a projection matrix, world mm to pixel indices |
/// | ParallelBeam3D | (views, 4, 3) | direction, detector centre, u step, v step |
/// | FanBeam, ArcFanBeam | (views, 3, 2) | source, detector centre, u step, in (x, y) [mm] |
/// | ParallelBeam2D | (views, 3, 2) | direction, detector centre, u step |
///
/// Any other geometry is registered by register_geometry, and a tensor of int64 without axes holds
/// the number that it gave. A program may specialise GeometryTensor for a geometry of its own that
/// has numbers.
template <class Geometry>
struct GeometryTensor {
  static constexpr bool has_numbers = false;  ///< registered by register_geometry
};

namespace detail {

/// The next number for a geometry of any type, so that no number stands for two.
inline std::int64_t next_geometry_number() {
  static std::atomic<std::int64_t> last{0};
  return ++last;
}

/// Geometries of one type by the numbers that they were given.
template <class Geometry>
class GeometryRegistry {
 public:
  static GeometryRegistry& instance() {
    static GeometryRegistry registry;
    return registry;
  }

  std::int64_t add(Geometry const& geometry) {
    std::lock_guard<std::mutex> const lock{mutex_};
    std::int64_t const number = next_geometry_number();
    geometries_.emplace(number, geometry);
    return number;
  }

  void remove(std::int64_t handle) {
    std::lock_guard<std::mutex> const lock{mutex_};
    geometries_.erase(handle);
  }

  Geometry at(std::int64_t handle) {
    std::lock_guard<std::mutex> const lock{mutex_};
    auto const found = geometries_.find(handle);
    expects(found != geometries_.end(), "GeometryTensor: no geometry has the number ", handle,
            "; register_geometry gives numbers");
    return found->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, Geometry> geometries_;
};

inline void check_shape_of_view(GeometryNumbers const& numbers, int rows, int columns,
                                char const* what) {
  expects(numbers.rows == rows && numbers.columns == columns, "GeometryTensor: the geometry has (",
          numbers.rows, ", ", numbers.columns, ") numbers a view; ", what);
}

/// Some views as vectors that are rows of numbers without gaps.
template <class Vectors>
std::vector<Vectors> vectors_of_numbers(GeometryNumbers const& numbers) {
  std::vector<Vectors> vectors(static_cast<std::size_t>(numbers.views));
  expects(sizeof(Vectors) == sizeof(double) * static_cast<std::size_t>(numbers.rows) *
                                 static_cast<std::size_t>(numbers.columns),
          "GeometryTensor: a view has ", numbers.rows, " x ", numbers.columns, " numbers");
  std::memcpy(static_cast<void*>(vectors.data()), numbers.data, vectors.size() * sizeof(Vectors));
  return vectors;
}

/// A geometry of the plane from rows of two numbers.
template <class Geometry, class Vectors>
struct PlaneGeometryTensor {
  static constexpr bool has_numbers = true;

  static Geometry make(GeometryNumbers const& numbers, Extents<2> detector) {
    check_shape_of_view(numbers, 3, 2,
                        "scans of the plane have (3, 2): source or direction, detector centre, u "
                        "step, in (x, y)");
    return Geometry::from_vectors(detector[0], vectors_of_numbers<Vectors>(numbers));
  }
};

}  // namespace detail

/// Cone beams have vectors or matrices.
template <>
struct GeometryTensor<ConeBeam> {
  static constexpr bool has_numbers = true;  ///< vectors or matrices

  /// The scan of these numbers.
  static ConeBeam make(GeometryNumbers const& numbers, Extents<2> detector) {
    if (numbers.rows == 3 && numbers.columns == 4) {
      return ConeBeam::from_matrices(detector,
                                     detail::vectors_of_numbers<ProjectionMatrix>(numbers));
    }
    detail::check_shape_of_view(numbers, 4, 3,
                                "cone beams have (4, 3): source, detector centre, u step, v step; "
                                "or (3, 4): a projection matrix");
    return ConeBeam::from_vectors(detector, detail::vectors_of_numbers<ConeVectors>(numbers));
  }
};

/// Parallel beams have vectors.
template <>
struct GeometryTensor<ParallelBeam3D> {
  static constexpr bool has_numbers = true;  ///< vectors

  /// The scan of these numbers.
  static ParallelBeam3D make(GeometryNumbers const& numbers, Extents<2> detector) {
    detail::check_shape_of_view(
        numbers, 4, 3, "parallel beams have (4, 3): direction, detector centre, u step, v step");
    return ParallelBeam3D::from_vectors(detector,
                                        detail::vectors_of_numbers<ParallelVectors>(numbers));
  }
};

/// Scans of the plane have vectors of the plane.
template <>
struct GeometryTensor<FanBeam> : detail::PlaneGeometryTensor<FanBeam, FanVectors> {};
/// The same, with the step along the arc.
template <>
struct GeometryTensor<ArcFanBeam> : detail::PlaneGeometryTensor<ArcFanBeam, FanVectors> {};
/// The same, with the direction of the rays.
template <>
struct GeometryTensor<ParallelBeam2D>
    : detail::PlaneGeometryTensor<ParallelBeam2D, ParallelVectors2D> {};

/// Keeps a copy of a geometry and gives the number by which tensors name it, which is positive and
/// never given again. May be called from several threads.
template <class Geometry>
std::int64_t register_geometry(Geometry const& geometry) {
  static_assert(!GeometryTensor<Geometry>::has_numbers,
                "This geometry travels as numbers and need not be registered: see GeometryTensor.");
  return detail::GeometryRegistry<Geometry>::instance().add(geometry);
}

/// Forgets a registered geometry; calls that name it are refused afterwards.
template <class Geometry>
void unregister_geometry(std::int64_t handle) {
  detail::GeometryRegistry<Geometry>::instance().remove(handle);
}

}  // namespace pyronn
