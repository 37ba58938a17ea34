// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ParallelBeam3D: parallel-beam scans with a flat detector, in any directions.
#include <vector>

#include <pyronn/geometry/detail/view_list.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/parallel_view.hpp>

namespace pyronn {

/// A scan with parallel rays and a flat detector, whose views may have any direction. The class is
/// a value that is cheap to copy; its views are set up once, in double precision, and never change.
class ParallelBeam3D : public detail::ViewList<ParallelView> {
 public:
  /// The rays are perpendicular to the z axis and turn about it, as those of a CircularOrbit whose
  /// source is at infinity. Throws InvalidArgument where ParallelOrbit::validate or
  /// Detector::validate does.
  static ParallelBeam3D circular(ParallelOrbit const& orbit, Detector const& detector) {
    orbit.validate();
    detector.validate();
    std::vector<ParallelVectors> vectors;
    vectors.reserve(orbit.angles.size());
    for (double const angle : orbit.angles) {
      OrbitFrame const frame = orbit_frame(angle, orbit.rotation);
      vectors.push_back({-frame.outward,
                         detector.offset[0] * frame.u + detector.offset[1] * frame.v,
                         detector.spacing[0] * frame.u, detector.spacing[1] * frame.v});
    }
    return from_vectors(detector.size, vectors);
  }

  /// A scan from direction, detector centre and pixel steps of every view [mm]. Throws
  /// InvalidArgument where ParallelView does; the message names the view.
  static ParallelBeam3D from_vectors(Extents<2> detector_size,
                                     std::vector<ParallelVectors> const& vectors) {
    return {"ParallelBeam3D", detector_size, vectors, [detector_size](ParallelVectors const& view) {
              return ParallelView{view, detector_size};
            }};
  }

  /// A scan from the views of other scans. Throws InvalidArgument for an empty list.
  static ParallelBeam3D from_views(Extents<2> detector_size,
                                   std::vector<ParallelView> const& views) {
    return {"ParallelBeam3D", detector_size, views, [](ParallelView const& view) { return view; }};
  }

 private:
  using ViewList::ViewList;
};

}  // namespace pyronn
