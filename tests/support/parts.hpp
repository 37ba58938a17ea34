// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scans and grids of which parts are computed, and calls of parts.
#include <cmath>
#include <cstddef>
#include <set>
#include <vector>

#include "support/numbers.hpp"
#include "support/operators.hpp"

namespace test::parts {

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Part;
using pyronn::Slab;
using pyronn::ViewSelection;
using Values = std::vector<float>;
/// Views 20 to 39 of 48 stand upright, z-aligned; the others lean.
inline ConeBeam half_tilted_scan() {
  ConeBeam const upright =
      ConeBeam::circular({80, 120, pyronn::equal_angles(48, 0.1)}, {{14, 12}, {1.6, 1.5}});
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < upright.num_views(); ++n) {
    pyronn::ProjectionMatrix matrix = upright.view(n).projection_matrix();
    if (n < 20 || n >= 40) {
      for (int c = 0; c < 4; ++c) matrix.row[0][c] += 0.01 * matrix.row[1][c];
    }
    matrices.push_back(matrix);
  }
  return ConeBeam::from_matrices({14, 12}, matrices);
}

/// Whether all views take one path.
inline bool are_alike(ConeBeam const& scan) {
  return std::abs(scan.view(0).projection_matrix().row[0][2]) < 1e-9;
}

inline ConeBeam upright_scan() {
  return ConeBeam::circular({80, 120, pyronn::equal_angles(48, 0.1)}, {{14, 12}, {1.6, 1.5}});
}

inline pyronn::Grid tall_grid() { return pyronn::Grid::centered({9, 8, 83}, {1.1, 0.9, 0.3}); }

inline std::vector<ConeBeam> scans() { return {upright_scan(), half_tilted_scan()}; }

/// Some views of projections, in memory of their own.
inline Values views_of(Values const& all, Extents<2> detector, std::vector<int> const& views) {
  Values result;
  for (int const view : views) {
    auto const first = all.begin() + std::ptrdiff_t{view} * detector.count();
    result.insert(result.end(), first, first + detector.count());
  }
  return result;
}

inline Values slices_of(Values const& all, pyronn::Grid const& grid, Slab slab) {
  auto const slice = std::ptrdiff_t{grid.size[0]} * grid.size[1];
  auto const first = all.begin() + slab.first_slice * slice;
  return {first, first + slab.num_slices * slice};
}

struct Selection {
  ViewSelection views;
  std::vector<int> indices;
};

inline std::vector<Selection> selections() {
  std::vector<int> const scattered{47, 3, 3, 20, 21, 22, 0, 30, 28, 26, 24, 22};
  std::vector<int> every;
  for (int n = 2; n < 48; n += 5) every.push_back(n);
  std::vector<int> range;
  for (int n = 11; n < 43; ++n) range.push_back(n);
  return {{ViewSelection::range(11, 32), range},
          {ViewSelection::every(5, 2), every},
          {ViewSelection::list(scattered), scattered}};
}

/// Without a workspace, and with all that is of use, where that is another case.
template <class Op>
std::set<std::size_t> limits_of(Op const& op, Extents<3> from) {
  test::Array<float, 3> source{from, 0.0F};
  return {0, op.workspace_bytes(test::executor(), source.view())};
}

template <class Op>
Values run_part(Op const& op, Extents<3> from, Values const& in, Extents<3> to, Part const& part,
                std::size_t limit = pyronn::default_workspace_limit, float before = test::nan) {
  test::Array<float, 3> source{from, in};
  test::Array<float, 3> target{to, before};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), op.workspace_bytes(test::executor(), source.view(), limit, part)};
  op(test::executor(), source.view(), target.view(), workspace, part);
  return target.values();
}

inline Extents<3> slab_extents(pyronn::Grid const& grid, Slab slab) {
  return {grid.size[0], grid.size[1], slab.num_slices};
}

}  // namespace test::parts
