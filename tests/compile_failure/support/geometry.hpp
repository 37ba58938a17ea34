// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A scan and a grid to make operators of, and a geometry for views that lack something.
#include <pyronn/pyronn.hpp>

inline pyronn::Grid const one_voxel = pyronn::Grid::centered({1, 1, 1}, {1, 1, 1});
inline pyronn::ConeBeam const cone_beam =
    pyronn::ConeBeam::circular({100, 200, {0.0}}, {{1, 1}, {1, 1}});

/// One view of one pixel.
template <class View>
struct OneView {
  int num_views() const { return 1; }
  pyronn::Extents<2> detector_size() const { return {1, 1}; }
  View view(int) const { return {}; }
};

/// A view without rays.
struct PointView {
  pyronn::DetectorPoint<float> project(pyronn::Vec3f) const { return {}; }
};
