// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/geometry_json.hpp>

#include "json_values.hpp"

namespace fuzz {

Reader geometry_json() {
  using namespace pyronn;
  Detector const detector{{4, 3}, {0.5, 1}, {0.1, -2}};
  CircularOrbit const orbit{500, 900, equal_angles(3), Rotation::clockwise};
  auto const scan = ConeBeam::circular(orbit, detector);
  std::vector<ProjectionMatrix> matrices;
  for (int n = 0; n < 3; ++n) matrices.push_back(scan.view(n).projection_matrix());
  auto const calibrated = ConeBeam::from_matrices({4, 3}, matrices, {0, 0, 0});
  return json_reader<Grid, Detector, CircularOrbit, ConeVectors, ProjectionMatrix, ConeBeam>(
      "geometry_json", {Grid::centered({4, 5, 6}, {0.5, 1, 2}), detector, orbit,
                        orbit.vectors(0, detector), matrices[0], scan, calibrated});
}

}  // namespace fuzz
