// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <pyronn/interop/operator_kernels.hpp>
#include <pyronn/interp/software_interp.hpp>

struct Tilted {  // parallel rays that are inclined to the axis z about which they turn
  struct View {
    float c, s;  // of the angle
    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      float const a = u - 15.5F;
      return {{500 * c - a * s, 500 * s + a * c, v - 65.5F}, {-c, -s, 0.1F}, 0, 1000};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f x) const {
      float const depth = 500 - x[0] * c - x[1] * s;
      return {x[1] * c - x[0] * s + 15.5F, x[2] + 65.5F - 0.1F * depth, depth};
    }
  };
  PYRONN_HOST_DEVICE int num_views() const { return 20; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {32, 32}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    float const angle = 0.157F * static_cast<float>(n);
    return {std::cos(angle), std::sin(angle)};
  }
};

pyronn::OperatorPair const& tilted() {
  static pyronn::CpuOperatorPair<Tilted, pyronn::SoftwareInterp> const pair;
  return pair;
}
std::int64_t tilted_scan() { return pyronn::register_geometry(Tilted{}); }
