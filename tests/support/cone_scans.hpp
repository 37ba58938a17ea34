// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small scans, each with something that operators are known to get wrong.
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/cone_beam.hpp>

namespace test {

struct ConeScan {
  char const* name;
  pyronn::ConeBeam geometry;
  pyronn::Grid grid;

  [[nodiscard]] std::int64_t pixels() const {
    return geometry.detector_size().count() * geometry.num_views();
  }
};

/// Views that look at the middle from anywhere, rolled, with skewed and off-centre detectors.
inline std::vector<pyronn::ConeVectors> tilted_orbit(int count, double source_distance,
                                                     double pixel) {
  std::mt19937 engine{7};
  auto const random = [&engine] { return static_cast<double>(engine() >> 8) * 0x1p-23 - 1.0; };
  std::vector<pyronn::ConeVectors> views;
  while (static_cast<int>(views.size()) < count) {
    pyronn::Vec3d const way{random(), random(), random()};
    pyronn::Vec3d const other{random(), random(), random()};
    pyronn::Vec3d const across = cross(way, other);
    if (length(way) < 0.3 || length(across) < 0.1) continue;
    pyronn::Vec3d const outward = 1.0 / length(way) * way;
    pyronn::Vec3d const u = pixel / length(across) * across;
    pyronn::Vec3d const v = cross(outward, u) + 0.1 * random() * u + 0.1 * pixel * other;
    views.push_back(
        {source_distance * outward, -0.5 * source_distance * outward + pixel * random() * u, u, v});
  }
  return views;
}

inline std::vector<pyronn::ProjectionMatrix> matrices_of(pyronn::ConeBeam const& scan,
                                                         double factor = 1.0) {
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < scan.num_views(); ++n) {
    matrices.push_back(scan.view(n).projection_matrix());
    for (auto& row : matrices.back().row) {
      for (double& number : row) number *= factor;
    }
  }
  return matrices;
}

/// No angle is one at which rays run diagonally through voxels: there two main axes are equally
/// good, and rounding chooses.
inline std::vector<ConeScan> const& cone_scans() {
  using pyronn::ConeBeam;
  using pyronn::Grid;
  using pyronn::Rotation;
  std::vector<double> const angles = pyronn::equal_angles(7, 0.1);
  auto const circle = [](double source, double detector, std::vector<double> const& views,
                         pyronn::Detector const& panel,
                         Rotation rotation = Rotation::counter_clockwise) {
    return ConeBeam::circular({source, detector, views, rotation}, panel);
  };
  static std::vector<ConeScan> const list{
      {"anisotropic voxels and pixels", circle(60, 90, angles, {{14, 11}, {1.3, 0.9}}),
       Grid::centered({9, 8, 7}, {1.1, 0.7, 1.9})},
      {"clockwise", circle(60, 90, angles, {{12, 9}, {1.3, 1.6}}, Rotation::clockwise),
       Grid::centered({8, 9, 6}, {1, 1, 1})},
      {"off-centre volume", circle(60, 90, angles, {{13, 12}, {1.5, 1.5}}),
       Grid::centered({7, 7, 7}, {1, 1, 1}, {4, -2, 3})},
      {"detector offset", circle(60, 90, angles, {{9, 10}, {1.2, 1.2}, {4.1, -2.3}}),
       Grid::centered({8, 8, 8}, {1, 1, 1})},
      {"source inside the volume", circle(3.3, 30, pyronn::equal_angles(4), {{11, 10}, {3, 3.1}}),
       Grid::centered({10, 11, 9}, {1, 1, 1})},
      {"detector inside the volume", circle(30, 32.3, angles, {{12, 13}, {0.7, 0.7}}),
       Grid::centered({11, 10, 9}, {1, 1, 1})},
      {"tilted orbit", ConeBeam::from_vectors({12, 11}, tilted_orbit(6, 50, 1.1)),
       Grid::centered({8, 7, 9}, {0.9, 1.2, 1})},
      {"matrices",
       ConeBeam::from_matrices(
           {12, 11},
           matrices_of(ConeBeam::from_vectors({12, 11}, tilted_orbit(6, 50, 1.1)), -0.02)),
       Grid::centered({7, 8, 8}, {1, 1, 1})},
      {"one slice, one row", circle(60, 90, angles, {{15, 1}, {1.1, 1.1}}),
       Grid::centered({9, 8, 1}, {1, 1, 1})},
      {"one column", circle(60, 90, angles, {{1, 11}, {1.1, 1.3}}),
       Grid::centered({1, 9, 8}, {1, 1, 1})},
      {"tall and wide, beyond the detector",
       circle(90, 130, pyronn::equal_angles(3, 0.1), {{23, 61}, {0.9, 1.6}, {1.3, -0.7}}),
       Grid::centered({19, 9, 69}, {0.9, 1.1, 1}, {0.5, 0, 1})},
      {"more views than a launch holds",
       circle(60, 90, pyronn::equal_angles(1100, 0.1), {{4, 3}, {1.5, 1.5}}),
       Grid::centered({3, 2, 3}, {1, 1, 1})},
  };
  return list;
}

}  // namespace test
