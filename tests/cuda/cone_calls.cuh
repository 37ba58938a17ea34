// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A small scan of cone beams, and device arrays for its operators.
#include <cstdint>
#include <vector>

#include <pyronn/cuda.cuh>

#include "support/numbers.hpp"
#include "support/operators.hpp"

namespace test::cone_calls {

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;

inline ConeBeam const scan =
    ConeBeam::circular({60, 90, pyronn::equal_angles(7, 0.1)}, {{16, 11}, {1.3, 0.9}});
inline Extents<3> const projections_size{16, 11, 7};
inline Grid const grid = Grid::centered({9, 8, 7}, {1.1, 0.7, 1.9});

/// Device arrays with the sizes of an operator, whose input has values.
struct Arrays {
  std::vector<float> values;
  test::Array<float, 3> in;
  test::Array<float, 3> out;

  Arrays(Extents<3> from, Extents<3> to, std::uint32_t seed)
      : values{test::random_values(seed, from.count())}, in{from, values}, out{to, test::nan} {}
  template <class Interp, class Model>
  Arrays(pyronn::Projector<ConeBeam, Interp, Model> const&, std::uint32_t seed)
      : Arrays{grid.size, projections_size, seed} {}
  template <class Interp, class Model>
  Arrays(pyronn::Backprojector<ConeBeam, Interp, Model> const&, std::uint32_t seed)
      : Arrays{projections_size, grid.size, seed} {}
};

template <class Case, class Check>
void in_both_directions(Check const& check) {
  typename Case::template Projector<ConeBeam> const op{scan, grid};
  check(op);
  check(op.adjoint());
}

}  // namespace test::cone_calls
