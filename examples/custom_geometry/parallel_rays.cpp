// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <vector>

#include <pyronn/pyronn.hpp>

struct ParallelBeam {  // turns about z; flat detector of 1 mm pixels, v along z
  struct View {
    float c, s;  // of the angle
    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      float const a = u - 31.5F;
      return {{500 * c - a * s, 500 * s + a * c, v - 15.5F}, {-c, -s, 0}};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f x) const {
      return {x[1] * c - x[0] * s + 31.5F, x[2] + 15.5F, 500 - x[0] * c - x[1] * s};
    }
  };
  PYRONN_HOST_DEVICE int num_views() const { return views; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {64, 32}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    float const angle = 3.14159265F * static_cast<float>(n) / static_cast<float>(views);
    return {std::cos(angle), std::sin(angle)};
  }
  int views;
};

int main() {
  auto const grid = pyronn::Grid::centered({40, 40, 20}, {1, 1, 1});
  std::vector<float> ones(40 * 40 * 20, 1.0F), lines(64 * 32 * 90);
  pyronn::Projector<ParallelBeam, pyronn::SoftwareInterp> const projector{{90}, grid};
  projector(pyronn::CpuExecutor{}, {ones.data(), grid.size}, {lines.data(), {64, 32, 90}});
  float const straight = lines[16 * 64 + 32];  // view 0, through the middle
  std::printf("%.3f mm\n", static_cast<double>(straight));
  return std::abs(straight - 40.0F) < 1e-3F ? 0 : 1;
}
