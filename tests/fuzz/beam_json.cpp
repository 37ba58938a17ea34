// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/beam_json.hpp>

#include "json_values.hpp"

namespace fuzz {

Reader beam_json() {
  using namespace pyronn;
  LineDetector const line{4, 0.5, 0.1};
  auto const parallel =
      ParallelBeam3D::from_vectors({4, 3}, {{{1, 0, 0}, {5, 6, 7}, {0, 0.5, 0}, {0, 0, 1}},
                                            {{0, 2, 0}, {1, 1, 1}, {1, 0, 0}, {0, 0, 1}}});
  return json_reader<LineDetector, FanVectors, ParallelVectors, ParallelVectors2D, FanBeam,
                     ParallelBeam2D, ParallelBeam3D>(
      "beam_json", {line, FanVectors{{500, 0}, {-400, 1}, {0, 0.5}},
                    ParallelVectors{{1, 0, 0}, {5, 6, 7}, {0, 0.5, 0}, {0, 0, 1}},
                    ParallelVectors2D{{1, 0}, {5, 6}, {0, 0.5}},
                    FanBeam::from_vectors(4, {{{500, 0}, {-400, 1}, {0, 0.5}}}),
                    ParallelBeam2D::from_vectors(4, {{{1, 0}, {5, 6}, {0, 0.5}}}), parallel});
}

}  // namespace fuzz
