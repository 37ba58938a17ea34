// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FanBeam: fan-beam scans of the plane with a straight detector.
#include <vector>

#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detail/view_list.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/fan_vectors.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>

namespace pyronn {

/// A scan of the plane with a point source and a straight detector. The class is a value that is
/// cheap to copy; its views are set up once, in double precision, and never change.
class FanBeam : public detail::ViewList<ConeView, 2> {
 public:
  /// The source turns on a circle about the origin. Throws InvalidArgument where
  /// CircularOrbit::validate or LineDetector::validate does, and for more than 25 turns.
  static FanBeam circular(CircularOrbit const& orbit, LineDetector const& detector) {
    orbit.validate();
    detail::check_turns("FanBeam", orbit.angles);
    detector.validate();
    std::vector<FanVectors> vectors;
    vectors.reserve(orbit.angles.size());
    for (double const angle : orbit.angles) {
      ConeVectors const cone = orbit.vectors(
          angle, {{detector.columns, 1}, {detector.spacing, 1}, {detector.offset, 0}});
      vectors.push_back({{cone.source[0], cone.source[1]},
                         {cone.detector_center[0], cone.detector_center[1]},
                         {cone.u_step[0], cone.u_step[1]}});
    }
    return from_vectors(detector.columns, vectors);
  }

  /// A scan from source, detector centre and pixel step of every view [mm]. Throws InvalidArgument
  /// where ConeView::from_vectors does; the message names the view.
  static FanBeam from_vectors(int columns, std::vector<FanVectors> const& vectors) {
    Extents<2> const size{columns, 1};
    return {"FanBeam", size, vectors, [size](FanVectors const& view) {
              return ConeView::from_vectors({in_plane(view.source), in_plane(view.detector_center),
                                             in_plane(view.u_step), Vec3d{0, 0, 1}},
                                            size);
            }};
  }

  /// A scan from the views of other scans. Throws InvalidArgument for an empty list.
  static FanBeam from_views(int columns, std::vector<ConeView> const& views) {
    return {"FanBeam", {columns, 1}, views, [](ConeView const& view) { return view; }};
  }

 private:
  using ViewList::ViewList;
};

}  // namespace pyronn
