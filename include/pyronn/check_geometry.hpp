// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// check_geometry: for authors of geometries, whether a geometry is what geometry/traits.hpp asks
/// for. Not part of <pyronn/pyronn.hpp>, as it compiles every model.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/siddon.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/backprojector.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/projector.hpp>

namespace pyronn {

/// What check_geometry found.
struct GeometryReport {
  std::vector<std::string> faults;  ///< a sentence each; empty for a geometry that is right
  std::int64_t rays = 0;            ///< rays that cross the grid and were looked at

  /// Whether nothing was found.
  [[nodiscard]] bool is_good() const { return faults.empty(); }
};

/// A line a fault, or one that says that there is none, without the end of the last.
inline std::ostream& operator<<(std::ostream& out, GeometryReport const& report) {
  if (report.is_good()) return out << "no fault was found on " << report.rays << " rays";
  char const* separator = "";
  for (std::string const& fault : report.faults) {
    out << separator << fault;
    separator = "\n";
  }
  return out;
}

namespace detail {

/// Looks at every ray on its way through the grid.
template <class Geometry>
class RayCheck {
  using View = view_t<Geometry>;

 public:
  RayCheck(Geometry const& geometry, Grid const& grid, GeometryReport& report)
      : geometry_{geometry}, grid_{grid}, report_{report} {}

  void run() {
    Extents<2> const detector = geometry_.detector_size();
    for (int n = 0; n < geometry_.num_views(); ++n) {
      View const view = geometry_.view(n);
      for (int v = 0; v < detector[1]; ++v) {
        for (int u = 0; u < detector[0]; ++u) look_at(view, {n, u, v});
      }
    }
    if (report_.rays == 0 && report_.faults.empty()) {
      add("no ray of any view crosses the grid, which reaches from ", corner(0), " to ", corner(1),
          " mm; are all lengths in mm, and do rays begin at the source?");
    }
    if (worst_ > tolerance) {
      add(worst_at_, " sees the point ", worst_point_, " mm, but project says that pixel (",
          worst_landed_.u, ", ", worst_landed_.v,
          ") does; ray and project must be inverse to each other");
    }
  }

 private:
  struct Pixel {
    int view, u, v;
  };
  static constexpr double tolerance = 0.25;  // [pixels]

  template <class... Parts>
  void add(Parts const&... parts) {
    report_.faults.push_back(message(parts...));
  }
  static std::string name(Pixel const& pixel) {
    return message("pixel (", pixel.u, ", ", pixel.v, ") of view ", pixel.view);
  }

  /// The outermost faces of the grid's voxels.
  [[nodiscard]] Vec3d corner(int upper) const {
    Vec3d index{-0.5, -0.5, -0.5};
    for (int axis = 0; upper == 1 && axis < 3; ++axis) index[axis] = grid_.size[axis] - 0.5;
    return grid_.to_world(index);
  }

  void look_at(View const& view, Pixel const& pixel) {
    using Number = pixel_scalar_t<View>;
    auto const seen = view.ray(static_cast<Number>(pixel.u), static_cast<Number>(pixel.v));
    Ray<double> const ray{vec_cast<double>(seen.origin), vec_cast<double>(seen.direction),
                          static_cast<double>(seen.begin), static_cast<double>(seen.end)};
    bool const is_line = std::isfinite(dot(ray.origin, ray.origin)) && length(ray.direction) > 0 &&
                         std::isfinite(length(ray.direction)) && ray.begin < ray.end;
    if (!is_line) {
      if (!has_bad_ray_) {
        add("the ray of ", name(pixel), " is no line: origin ", ray.origin, ", direction ",
            ray.direction, ", from t = ", ray.begin, " to ", ray.end);
      }
      has_bad_ray_ = true;
      return;
    }
    double first = ray.begin;
    double last = ray.end;
    for (int axis = 0; axis < 3; ++axis) clip(ray, axis, first, last);
    if (!(first < last)) return;
    ++report_.rays;
    if constexpr (has_projection_v<View>) {
      for (double const way : {0.02, 0.5, 0.98}) {
        compare(view, pixel, ray.origin + (first + way * (last - first)) * ray.direction);
      }
    }
  }

  void clip(Ray<double> const& ray, int axis, double& first, double& last) const {
    double const low = corner(0)[axis] - ray.origin[axis];
    double const high = corner(1)[axis] - ray.origin[axis];
    double const slope = ray.direction[axis];
    if (slope == 0) {
      if (low > 0 || high < 0) last = first;
      return;
    }
    first = std::max(first, std::min(low / slope, high / slope));
    last = std::min(last, std::max(low / slope, high / slope));
  }

  void compare(View const& view, Pixel const& pixel, Vec3d const& point) {
    auto const landed = view.project(vec_cast<projection_scalar_t<View>>(point));
    DetectorPoint<double> const at{static_cast<double>(landed.u), static_cast<double>(landed.v),
                                   static_cast<double>(landed.depth)};
    if (!(at.depth > 0)) {
      if (!has_bad_depth_) {
        add("the depth of ", point, " mm, which ", name(pixel), " sees, is ", at.depth,
            "; it must be positive for all that is seen");
      }
      has_bad_depth_ = true;
      return;
    }
    bool const is_number = std::isfinite(at.u) && std::isfinite(at.v);
    double const off = is_number ? std::max(std::abs(at.u - pixel.u), std::abs(at.v - pixel.v))
                                 : std::numeric_limits<double>::infinity();
    if (off <= worst_) return;
    worst_ = off;
    worst_at_ = name(pixel);
    worst_point_ = point;
    worst_landed_ = at;
  }

  Geometry const& geometry_;
  Grid const& grid_;
  GeometryReport& report_;
  double worst_ = 0;
  std::string worst_at_;
  Vec3d worst_point_{};
  DetectorPoint<double> worst_landed_{};
  bool has_bad_ray_ = false;
  bool has_bad_depth_ = false;
};

/// Compares <A x, y> with <x, A' y> for random signed x and y.
template <class Geometry, class Model>
class TransposeCheck {
  using Values = std::vector<float>;
  static constexpr int rank = dimension_v<Geometry>;

 public:
  TransposeCheck(Geometry const& geometry, Grid const& grid)
      : forward_{geometry, grid},
        back_{forward_.adjoint()},
        volume_extents_{volume_extents<rank, rank>(grid.size, 1)},
        extents_{projection_extents<rank, rank>(geometry.detector_size(), geometry.num_views(), 1)},
        volume_{random(volume_extents_.count(), 1)},
        projections_(static_cast<std::size_t>(extents_.count())) {
    forward_(executor_, {volume_.data(), volume_extents_}, {projections_.data(), extents_});
  }

  void run(char const* model, GeometryReport& report) const {
    Values const y = random(extents_.count(), 2);
    double const scale = norm(projections_) * norm(y);
    auto const count = static_cast<std::int64_t>(y.size());
    double const difference = error(y, 0, count);
    if (std::abs(difference) <= 1e-5 * scale) return;
    report.faults.push_back(message(
        model, ": <A x, y> and <x, A' y> differ by ", difference / scale, " of |A x| |y|, most at ",
        worst_pixel(y), "; the transpose finds pixels by project, which must be inverse to ray"));
  }

 private:
  static Values random(std::int64_t count, std::uint32_t seed) {
    std::mt19937 engine{seed};
    Values values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(engine() >> 8U) * 0x1p-23F - 1.0F;
    return values;
  }
  static double norm(Values const& values) {
    double sum = 0;
    for (float const value : values) {
      sum += static_cast<double>(value) * static_cast<double>(value);
    }
    return std::sqrt(sum);
  }

  /// <A x, y> - <x, A' y>, with y cut to [begin, end).
  [[nodiscard]] double error(Values const& y, std::int64_t begin, std::int64_t end) const {
    Values part(y.size(), 0.0F);
    std::copy(y.begin() + begin, y.begin() + end, part.begin() + begin);
    Values back(volume_.size());
    back_(executor_, {part.data(), extents_}, {back.data(), volume_extents_});
    double sum = 0;
    for (std::size_t n = 0; n < part.size(); ++n) {
      sum += static_cast<double>(part[n]) * static_cast<double>(projections_[n]);
    }
    for (std::size_t n = 0; n < back.size(); ++n) {
      sum -= static_cast<double>(back[n]) * static_cast<double>(volume_[n]);
    }
    return sum;
  }

  /// Halves the pixels, and goes on with the half of the greater error.
  [[nodiscard]] std::string worst_pixel(Values const& y) const {
    std::int64_t begin = 0;
    auto end = static_cast<std::int64_t>(y.size());
    while (end - begin > 1) {
      std::int64_t const middle = begin + (end - begin) / 2;
      bool const is_lower = std::abs(error(y, begin, middle)) >= std::abs(error(y, middle, end));
      (is_lower ? end : begin) = middle;
    }
    Extents<2> const detector = forward_.geometry().detector_size();
    return message("pixel (", begin % detector[0], ", ", begin / detector[0] % detector[1],
                   ") of view ", begin / detector.count());
  }

  CpuExecutor executor_;
  Projector<Geometry, SoftwareInterp, Model> forward_;
  Backprojector<Geometry, SoftwareInterp, Model> back_;
  Extents<rank> volume_extents_;
  Extents<rank> extents_;
  Values volume_;
  Values projections_;
};

template <class Model, class Geometry>
void check_transpose(Geometry const& geometry, Grid const& grid, char const* model,
                     GeometryReport& report) {
  TransposeCheck<Geometry, Model>{geometry, grid}.run(model, report);
}

}  // namespace detail

/// Compares `ray` with `project` on every ray that crosses the grid, and the two directions of
/// every model with each other: <A x, y> and <x, A' y> for random signed arrays. Says what is wrong
/// and at which pixel. A view with only one of `ray` and `project` has no transposes to compare.
/// Runs on the host's cores, and takes some ten projections of the whole scan: give it a small
/// grid. Throws InvalidArgument where operators do, for a scan or a grid without extent.
template <class Geometry>
GeometryReport check_geometry(Geometry const& geometry, Grid const& grid) {
  using View = view_t<Geometry>;
  GeometryReport report;
  detail::checked_geometries(std::vector<Geometry>{geometry}, "check_geometry");
  detail::checked_grid<dimension_v<Geometry>>(grid, "check_geometry");
  if constexpr (detail::has_ray_v<View>) {
    detail::RayCheck<Geometry>{geometry, grid, report}.run();
  }
  if constexpr (detail::has_ray_v<View> && detail::has_projection_v<View>) {
    detail::check_transpose<Joseph>(geometry, grid, "Joseph", report);
    detail::check_transpose<RayMarch>(geometry, grid, "RayMarch", report);
    detail::check_transpose<Siddon>(geometry, grid, "Siddon", report);
    detail::check_transpose<VoxelDriven>(geometry, grid, "VoxelDriven", report);
    detail::check_transpose<DistanceWeighted>(geometry, grid, "DistanceWeighted", report);
  }
  return report;
}

}  // namespace pyronn
