// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The rays that CUDA devices lead through shared memory, on the host, against sums in double.
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cuda_on_fibres.hpp"
#include "support/numbers.hpp"
//
#include <pyronn/backend/cuda/detail/columns/staged_rays.cuh>

using pyronn::Extents;
using pyronn::Grid;
using pyronn::detail::BareSample;
using pyronn::detail::ColumnCopy;
using pyronn::detail::IndexRange;
using pyronn::detail::RayColumn;
using pyronn::detail::SliceRange;
using pyronn::detail::StagedRays;
using pyronn::detail::StagedRows;
using test::FibreOrder;
using Values = std::vector<float>;

namespace {

/// All slices of a volume across one axis, as the kernel finds them.
template <int Axis>
std::vector<BareSample> copy_of(Values const& x, Extents<3> const& size) {
  std::size_t const count = ColumnCopy<BareSample>::slice_bytes(size) / sizeof(BareSample);
  std::vector<BareSample> copy(count * static_cast<std::size_t>(size[Axis]) + 4, {0, 0, 0, 0});
  pyronn::ArrayView<float const, 3> const volume{x.data(), size};
  pyronn::detail::CopyColumns<Axis, BareSample, float> const kernel{volume, copy.data(), 0,
                                                                    size[Axis]};
  Extents<3> const items = kernel.items();
  for (int k = 0; k < items[2]; ++k) {
    for (int a = 0; a < items[1]; ++a) {
      for (int z = 0; z < items[0]; ++z) kernel({z, a, k});
    }
  }
  return copy;
}

/// Joseph's sum of a row's samples, times what its ray covers of each slice.
template <int Axis>
double expected_sum(RayColumn const& column, int row, Values const& x, Extents<3> const& size) {
  auto const voxel = [&](int k, int a, int z) {
    if (a < 0 || a >= size[1 - Axis] || z < 0 || z >= size[2]) return 0.0;
    int const i = Axis == 0 ? k : a;
    int const j = Axis == 0 ? a : k;
    return static_cast<double>(x[static_cast<std::size_t>((z * size[1] + j) * size[0] + i)]);
  };
  auto const along = [](float base, float step, double n) {
    return static_cast<double>(base) + n * static_cast<double>(step);
  };
  double sum = 0;
  for (int k = 0; k < size[Axis]; ++k) {
    double const across = along(column.ray.base[0], column.ray.slope[0], k);
    double const z = along(column.ray.base[1], column.base_step, row) +
                     k * along(column.ray.slope[1], column.slope_step, row);
    auto const a = static_cast<int>(std::floor(across));
    auto const c = static_cast<int>(std::floor(z));
    double const low = voxel(k, a, c) + (across - a) * (voxel(k, a + 1, c) - voxel(k, a, c));
    double const high =
        voxel(k, a, c + 1) + (across - a) * (voxel(k, a + 1, c + 1) - voxel(k, a, c + 1));
    sum += static_cast<double>(column.ray.coverage(k)) * (low + (z - c) * (high - low));
  }
  return sum;
}

/// Follows `Count` rays a lane from a row on, of which `missing` do not exist.
template <int Axis, int Count>
void check(RayColumn const& column, Values const& x, Extents<3> const& size, int first_row,
           int missing) {
  SliceRange const path = column.path(0, size[Axis], size[1 - Axis]);
  BOOST_TEST_REQUIRE(column.ray.axis == Axis);
  BOOST_TEST_REQUIRE(path.first <= path.last);
  int const lanes = StagedRows::lanes_of(column, path, first_row + 14 * 32);
  BOOST_TEST_REQUIRE(lanes >= StagedRows::least_lanes);
  IndexRange const rows{first_row, first_row + Count * lanes - 1 - missing};
  auto const copy = copy_of<Axis>(x, size);
  pyronn::detail::StagedColumns const columns{copy.data(), size, Axis, 0};
  // The second of two warps.
  constexpr int words = StagedRows::bytes / static_cast<int>(sizeof(float));
  alignas(16) static float memory[2 * words];
  for (FibreOrder const order : {FibreOrder::ascending, FibreOrder::descending}) {
    for (float& word : memory) word = test::nan;
    Values found(static_cast<std::size_t>(rows.last - rows.first + 1), test::nan);
    test::FibreBlock block{32, order};
    block.run(0, [&] {
      StagedRays<Count> staged{column, rows, lanes};
      staged.add(columns, column, path, memory + words, memory);
      staged.for_each(rows, lanes, [&](int row, float sum) {
        found[static_cast<std::size_t>(row - rows.first)] = sum;
      });
    });
    double error = 0;
    double level = 0;
    for (int row = rows.first; row <= rows.last; ++row) {
      double const expected = expected_sum<Axis>(column, row, x, size);
      double const difference =
          static_cast<double>(found[static_cast<std::size_t>(row - rows.first)]) - expected;
      error += difference * difference;
      level += expected * expected;
    }
    BOOST_TEST(level > 0.0);
    BOOST_TEST(error < 3e-9 * level);  // of positions, which are rounded to 3e-5 voxels
  }
}

/// A column of a circular scan whose rows are `apart` voxels apart in the middle.
RayColumn column_of(double angle, double apart, int u, Grid const& grid, bool is_reversed = false,
                    double radius = 1200) {
  pyronn::Detector const detector{{40, 700}, {1.5, apart * 1.5}};
  pyronn::ConeVectors vectors =
      pyronn::CircularOrbit{radius, 1.5 * radius, {angle}}.vectors(angle, detector);
  if (is_reversed) {
    vectors.v_step = -1.0 * vectors.v_step;
    vectors.u_step = -1.0 * vectors.u_step;
  }
  auto const scan = pyronn::ConeBeam::from_vectors({40, 700}, {vectors});
  auto const view = pyronn::detail::ZAlignedRays::make(scan.view(0), grid);
  return {view, static_cast<float>(u), 0.0F, pyronn::vec_cast<float>(grid.spacing)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(staged_rays_on_fibres)

// Rows less than, about and more than a voxel apart; some of them below, some above the volume.
BOOST_AUTO_TEST_CASE(are_sums_along_joseph_s_rays) {
  Grid const grid = Grid::centered({50, 43, 501}, {1, 1, 1});
  auto const x = test::random_values(3, grid.size.count());
  for (double const apart : {0.4, 0.85, 1.0, 1.2}) {
    BOOST_TEST_CONTEXT(apart) {
      check<0, 14>(column_of(0.2, apart, 23, grid), x, grid.size, 100, 0);
      check<1, 14>(column_of(1.4, apart, 5, grid), x, grid.size, 200, 31);
      check<0, 9>(column_of(0.6, apart, 37, grid), x, grid.size, 0, 1);
      check<0, 7>(column_of(3.5, apart, 19, grid), x, grid.size, 300, 20);
      check<1, 1>(column_of(4.5, apart, 20, grid), x, grid.size, 350, 0);
    }
  }
}

// Rows that count down, the last of which do not exist.
BOOST_AUTO_TEST_CASE(may_fall) {
  Grid const grid = Grid::centered({50, 43, 301}, {1, 1, 1});
  auto const x = test::random_values(4, grid.size.count());
  check<0, 14>(column_of(0.2, 1.1, 23, grid, true), x, grid.size, 130, 17);
  check<1, 3>(column_of(1.3, 0.9, 8, grid, true), x, grid.size, 300, 23);
}

// Rays that begin in the volume cover a part of their first slice.
BOOST_AUTO_TEST_CASE(may_begin_inside) {
  Grid const grid = Grid::centered({900, 43, 101}, {1, 1, 1});
  auto const x = test::random_values(5, grid.size.count());
  auto const column = column_of(0.03, 0.5, 20, grid, false, 300);
  SliceRange const path = column.path(0, grid.size[0], grid.size[1]);
  BOOST_TEST(path.last - path.first < 800);
  check<0, 2>(column, x, grid.size, 325, 0);
}

// Rows that are too far apart, or too far away, are left to others.
BOOST_AUTO_TEST_CASE(are_refused_where_rows_are_coarse) {
  Grid const grid = Grid::centered({50, 43, 301}, {1, 1, 1});
  for (double const apart : {1.4, 3.0, 1e6}) {
    RayColumn const column = column_of(0.2, apart, 23, grid);
    BOOST_TEST(StagedRows::lanes_of(column, column.path(0, 50, 43), 600) == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
