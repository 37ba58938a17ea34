// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detail/view_list.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// Cone-beam scan with a flat detector along any orbit: one 3x4 projection matrix a view. A value
/// that is cheap to copy; its views are set up once, in double precision, and never change.
class ConeBeam : public detail::ViewList<ConeView> {
 public:
  /// A circle about the z axis. Throws InvalidArgument for what CircularOrbit or Detector refuse.
  static ConeBeam circular(CircularOrbit const& orbit, Detector const& detector) {
    orbit.validate();
    detector.validate();
    std::vector<ConeVectors> vectors;
    vectors.reserve(orbit.angles.size());
    for (double const angle : orbit.angles) vectors.push_back(orbit.vectors(angle, detector));
    return from_vectors(detector.size, vectors);
  }

  /// Source, detector centre and pixel steps of every view. Throws InvalidArgument as
  /// ConeView::from_vectors does, naming the view.
  static ConeBeam from_vectors(Extents<2> detector_size, std::vector<ConeVectors> const& vectors) {
    return {"ConeBeam", detector_size, vectors, [detector_size](ConeVectors const& view) {
              return ConeView::from_vectors(view, detector_size);
            }};
  }

  /// A 3x4 matrix of every view, of any scale and sign, from world mm to pixel indices. `seen` is a
  /// point [mm] in front of every source: the middle of the object, say. Throws InvalidArgument as
  /// ConeView::from_matrix does, naming the view.
  static ConeBeam from_matrices(Extents<2> detector_size,
                                std::vector<ProjectionMatrix> const& matrices,
                                Vec3d const& seen = {0, 0, 0}) {
    return {"ConeBeam", detector_size, matrices,
            [seen](ProjectionMatrix const& matrix) { return ConeView::from_matrix(matrix, seen); }};
  }

  /// Views as other scans have them. Throws InvalidArgument where there is none.
  static ConeBeam from_views(Extents<2> detector_size, std::vector<ConeView> const& views) {
    return {"ConeBeam", detector_size, views, [](ConeView const& view) { return view; }};
  }

  /// True where u and depth of a point do not depend on its z, as on a circle about z with an
  /// upright detector; kernels may then share work along z.
  [[nodiscard]] bool is_z_aligned() const {
    for (int n = 0; n < num_views(); ++n) {
      ProjectionMatrix const& matrix = view(n).projection_matrix();
      if (matrix.row[0][2] != 0 || matrix.row[2][2] != 0) return false;
    }
    return true;
  }

 private:
  using ViewList::ViewList;
};

}  // namespace pyronn
