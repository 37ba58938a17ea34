// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A user's geometry, of which nothing more is known than rays and points.
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_beam.hpp>

namespace test {

struct OwnCone {
  struct View {
    pyronn::ConeView view;
    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(double u, double v) const { return view.ray(u, v); }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<double> project(pyronn::Vec3d const& x) const {
      return view.project(x);
    }
  };
  pyronn::ConeBeam scan;
  [[nodiscard]] int num_views() const { return scan.num_views(); }
  [[nodiscard]] pyronn::Extents<2> detector_size() const { return scan.detector_size(); }
  [[nodiscard]] View view(int n) const { return {scan.view(n)}; }
};

}  // namespace test
