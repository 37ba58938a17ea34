// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/geometry/circular_orbit.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// Cone-beam scan with a flat detector along any orbit: one 3x4 projection matrix a view. A value
/// that is cheap to copy; its views are set up once, in double precision, and never change.
class ConeBeam {
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
    return build(detector_size, vectors, [detector_size](ConeVectors const& view) {
      return ConeView::from_vectors(view, detector_size);
    });
  }

  /// A 3x4 matrix of every view, of any scale and sign, from world mm to pixel indices. `seen` is a
  /// point [mm] in front of every source: the middle of the object, say. Throws InvalidArgument as
  /// ConeView::from_matrix does, naming the view.
  static ConeBeam from_matrices(Extents<2> detector_size,
                                std::vector<ProjectionMatrix> const& matrices,
                                Vec3d const& seen = {0, 0, 0}) {
    return build(detector_size, matrices, [seen](ProjectionMatrix const& matrix) {
      return ConeView::from_matrix(matrix, seen);
    });
  }

  [[nodiscard]] int num_views() const { return static_cast<int>(views_->size()); }
  [[nodiscard]] Extents<2> detector_size() const { return detector_size_; }
  [[nodiscard]] ConeView const& view(int n) const { return (*views_)[static_cast<std::size_t>(n)]; }

  /// True where u and depth of a point do not depend on its z, as on a circle about z with an
  /// upright detector; kernels may then share work along z.
  [[nodiscard]] bool is_upright() const {
    for (ConeView const& view : *views_) {
      ProjectionMatrix const& matrix = view.projection_matrix();
      if (matrix.row[0][2] != 0 || matrix.row[2][2] != 0) return false;
    }
    return true;
  }

 private:
  ConeBeam(Extents<2> detector_size, std::vector<ConeView> views)
      : detector_size_{detector_size},
        views_{std::make_shared<std::vector<ConeView> const>(std::move(views))} {}

  template <class Description, class MakeView>
  static ConeBeam build(Extents<2> detector_size, std::vector<Description> const& descriptions,
                        MakeView const& make_view) {
    Detector::validate_size(detector_size);
    detail::expects(!descriptions.empty(), "ConeBeam: there must be at least one view");
    std::vector<ConeView> views;
    views.reserve(descriptions.size());
    for (Description const& description : descriptions) {
      try {
        views.push_back(make_view(description));
      } catch (InvalidArgument const& error) {
        throw InvalidArgument(detail::message(error.what(), " (view ", views.size(), ")"));
      }
    }
    return ConeBeam{detector_size, std::move(views)};
  }

  Extents<2> detector_size_;
  std::shared_ptr<std::vector<ConeView> const> views_;
};

}  // namespace pyronn
