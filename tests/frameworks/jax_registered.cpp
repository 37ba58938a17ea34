// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// A program's own geometry as an operator of JAX, in one file.
#include <cstdint>

#include <pyronn/interop/geometry_tensor.hpp>
#include <pyronn/interop/jax.hpp>
#include <pyronn/interop/operator_kernels.hpp>
#include <pyronn/interp/software_interp.hpp>

/// A source that moves along a line, above a detector that stands still.
struct Tomosynthesis {
  struct View {
    float source;  // along x, at y = 60 mm; pixels of 2 mm lie at y = -30 mm
    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float) const {
      return {{source, 60, 0}, {2 * (u - 9.5F) - source, -90, 0}};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f x) const {
      float const depth = 60 - x[1];
      return {9.5F + (source + (x[0] - source) * 90 / depth) / 2, 0, depth};
    }
  };
  static constexpr int dimension = 2;
  PYRONN_HOST_DEVICE int num_views() const { return 8; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {20, 1}; }
  PYRONN_HOST_DEVICE View view(int n) const { return {first + step * static_cast<float>(n)}; }

  float first, step;  // [mm]
};

using Pair = pyronn::CpuOperatorPair<Tomosynthesis, pyronn::SoftwareInterp>;

static Pair const pair;
PYRONN_JAX_OPERATOR(tomosynthesis, pair)

/// The number by which calls name a scan.
extern "C" PYRONN_JAX_EXPORT std::int64_t register_tomosynthesis(float first, float step) {
  return pyronn::register_geometry(Tomosynthesis{first, step});
}
