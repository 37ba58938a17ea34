// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ConeBeam: cone-beam scans with a flat detector, along any orbit.
#include <vector>

#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detail/view_list.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// A cone-beam scan with a flat detector along any orbit: one 3x4 projection matrix for each view.
/// The class is a value that is cheap to copy; its views are set up once, in double precision, and
/// never change.
class ConeBeam : public detail::ViewList<ConeView> {
 public:
  /// The source turns on a circle about the z axis. Throws InvalidArgument where
  /// CircularOrbit::validate or Detector::validate does, and for more than 25 turns.
  static ConeBeam circular(CircularOrbit const& orbit, Detector const& detector) {
    orbit.validate();
    detail::check_turns("ConeBeam", orbit.angles);
    detector.validate();
    std::vector<ConeVectors> vectors;
    vectors.reserve(orbit.angles.size());
    for (double const angle : orbit.angles) vectors.push_back(orbit.vectors(angle, detector));
    return from_vectors(detector.size, vectors);
  }

  /// A scan from source, detector centre and pixel steps of every view [mm]. Throws InvalidArgument
  /// where ConeView::from_vectors does; the message names the view.
  static ConeBeam from_vectors(Extents<2> detector_size, std::vector<ConeVectors> const& vectors) {
    return {"ConeBeam", detector_size, vectors, [detector_size](ConeVectors const& view) {
              return ConeView::from_vectors(view, detector_size);
            }};
  }

  /// A scan from the 3x4 matrix of every view, which maps world mm to pixel indices and may have
  /// any scale and sign. `seen` is a point [mm] in front of every source, for example the middle of
  /// the object. Throws InvalidArgument where ConeView::from_matrix does; the message names the
  /// view.
  static ConeBeam from_matrices(Extents<2> detector_size,
                                std::vector<ProjectionMatrix> const& matrices,
                                Vec3d const& seen = {0, 0, 0}) {
    return {"ConeBeam", detector_size, matrices,
            [seen](ProjectionMatrix const& matrix) { return ConeView::from_matrix(matrix, seen); }};
  }

  /// A scan from the views of other scans. Throws InvalidArgument for an empty list.
  static ConeBeam from_views(Extents<2> detector_size, std::vector<ConeView> const& views) {
    return {"ConeBeam", detector_size, views, [](ConeView const& view) { return view; }};
  }

 private:
  using ViewList::ViewList;
};

}  // namespace pyronn
