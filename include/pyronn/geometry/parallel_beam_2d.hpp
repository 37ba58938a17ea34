// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ParallelBeam2D: parallel-beam scans of the plane.
#include <vector>

#include <pyronn/geometry/detail/view_list.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>
#include <pyronn/geometry/parallel_view.hpp>

namespace pyronn {

/// A scan of the plane with parallel rays. The class is a value that is cheap to copy; its views
/// are set up once, in double precision, and never change.
class ParallelBeam2D : public detail::ViewList<ParallelView, 2> {
 public:
  /// At angle b the rays run along -(cos b, sin b) and u is (-sin b, cos b), as in a FanBeam whose
  /// source is at infinity. Throws InvalidArgument where ParallelOrbit::validate or
  /// LineDetector::validate does.
  static ParallelBeam2D circular(ParallelOrbit const& orbit, LineDetector const& detector) {
    orbit.validate();
    detector.validate();
    std::vector<ParallelVectors2D> vectors;
    vectors.reserve(orbit.angles.size());
    for (double const angle : orbit.angles) {
      OrbitFrame const frame = orbit_frame(angle, orbit.rotation);
      Vec2d const u{frame.u[0], frame.u[1]};
      vectors.push_back(
          {{-frame.outward[0], -frame.outward[1]}, detector.offset * u, detector.spacing * u});
    }
    return from_vectors(detector.columns, vectors);
  }

  /// A scan from direction, detector centre and pixel step of every view [mm]. Throws
  /// InvalidArgument where ParallelView does; the message names the view.
  static ParallelBeam2D from_vectors(int columns, std::vector<ParallelVectors2D> const& vectors) {
    Extents<2> const size{columns, 1};
    return {"ParallelBeam2D", size, vectors, [size](ParallelVectors2D const& view) {
              return ParallelView{{in_plane(view.direction), in_plane(view.detector_center),
                                   in_plane(view.u_step), Vec3d{0, 0, 1}},
                                  size};
            }};
  }

  /// A scan from the views of other scans. Throws InvalidArgument for an empty list.
  static ParallelBeam2D from_views(int columns, std::vector<ParallelView> const& views) {
    return {"ParallelBeam2D", {columns, 1}, views, [](ParallelView const& view) { return view; }};
  }

 private:
  using ViewList::ViewList;
};

}  // namespace pyronn
