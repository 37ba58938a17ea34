// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// A number that is not finite spoils what takes a sample beside it, and nothing else.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::Grid;
using pyronn::ParallelBeam3D;
using pyronn::SoftwareInterp;

namespace {

/// What an operator makes of one number among zeros.
template <class Operator>
std::vector<float> of_one(Operator const& op, std::int64_t count, std::int64_t where, float number,
                          std::size_t limit) {
  std::vector<float> in(static_cast<std::size_t>(count), 0.0F);
  in[static_cast<std::size_t>(where)] = number;
  return test::run(op, in, limit);
}

template <class Operator>
void check(Operator const& op, std::int64_t count, std::int64_t where) {
  for (std::size_t const limit :
       {pyronn::default_workspace_limit, std::size_t{20000}, std::size_t{0}}) {
    auto const of_unit = of_one(op, count, where, 1.0F, limit);
    for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
      auto const found = of_one(op, count, where, number, limit);
      int spoilt = 0;
      int elsewhere = 0;
      for (std::size_t n = 0; n < found.size(); ++n) {
        if (std::isfinite(found[n])) continue;
        ++spoilt;
        elsewhere += of_unit[n] == 0.0F ? 1 : 0;
      }
      BOOST_TEST_CONTEXT("element " << where << ", limit " << limit) {
        BOOST_TEST((spoilt > 0) == (test::norm(of_unit) > 0));
        BOOST_TEST(elsewhere == 0);
      }
    }
  }
}

template <class Scan>
void check_both(Scan const& scan, Grid const& grid) {
  auto const pixels = test::projection_extents(scan);
  pyronn::Backprojector<Scan, SoftwareInterp> const back{scan, grid};
  for (int const v : {0, 4, pixels[1] - 1}) {
    for (int const u : {0, 5, pixels[0] - 1}) {
      check(back, pixels.count(), std::int64_t{v} * pixels[0] + u);
    }
  }
  pyronn::Projector<Scan, SoftwareInterp> const forward{scan, grid};
  pyronn::Projector<Scan, SoftwareInterp, pyronn::VoxelDriven> const transpose{scan, grid};
  std::int64_t const slice = std::int64_t{grid.size[0]} * grid.size[1];
  for (int const z : {0, 5, 12, 13, grid.size[2] - 1}) {
    check(forward, grid.size.count(), z * slice + 8 * grid.size[0] + 8);
    check(transpose, grid.size.count(), z * slice + 8 * grid.size[0] + 8);
  }
}

/// Projections of a volume of halves, all zero but one in the middle of slice z.
std::vector<float> of_voxel(ConeBeam const& scan, Grid const& grid, int z, float number) {
  pyronn::Projector<ConeBeam, SoftwareInterp> const forward{scan, grid};
  std::vector<pyronn::Half> values(static_cast<std::size_t>(grid.size.count()));
  int const middle = (z * grid.size[1] + grid.size[1] / 2) * grid.size[0] + grid.size[0] / 2;
  values[static_cast<std::size_t>(middle)] = pyronn::Half{number};
  test::Array<pyronn::Half, 3> volume{grid.size, values};
  test::Array<float, 3> projections{test::projection_extents(scan)};
  auto const& executor = test::executor();
  pyronn::Workspace<test::Executor> workspace{executor,
                                              forward.workspace_bytes(executor, volume.view())};
  forward(executor, volume.view(), projections.view(), workspace);
  return projections.values();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(not_finite, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(spoils_its_neighbours_alone) {
  Grid const grid = Grid::centered({17, 17, 16}, {1, 1.1, 0.9});
  // With more slices parallel rays are a batch of the plane, where more is spoilt.
  Grid const flatter = Grid::centered({17, 17, 14}, {1, 1.1, 0.9});
  check_both(ParallelBeam3D::circular({pyronn::equal_angles(3, 0.1)}, {{12, 30}, {1, 1}}), flatter);
  check_both(ConeBeam::circular({200, 300, pyronn::equal_angles(3, 0.1)}, {{13, 31}, {1.3, 1.2}}),
             grid);
}

BOOST_AUTO_TEST_CASE(in_halves_spoils_its_detector_columns_alone) {
  // One voxel is seen; the other lies above what the detector sees.
  for (auto const& [height, z, rows] : {std::array{16, 5, 31}, std::array{64, 60, 8}}) {
    Grid const grid = Grid::centered({17, 17, height}, {1, 1.1, 0.9});
    auto const scan =
        ConeBeam::circular({200, 300, pyronn::equal_angles(3, 0.1)}, {{13, rows}, {1.3, 1.2}});
    auto const pixels = test::projection_extents(scan);
    auto const of_unit = of_voxel(scan, grid, z, 1.0F);
    auto const found = of_voxel(scan, grid, z, std::numeric_limits<float>::infinity());
    auto const columns = static_cast<std::size_t>(pixels[0]);
    for (std::size_t n = 0; n < columns * static_cast<std::size_t>(pixels[2]); ++n) {
      std::size_t const first = n / columns * columns * static_cast<std::size_t>(rows);
      int seen = 0;
      int spoilt = 0;
      for (std::size_t v = 0; v < static_cast<std::size_t>(rows); ++v) {
        std::size_t const at = first + v * columns + n % columns;
        seen += of_unit[at] != 0.0F ? 1 : 0;
        spoilt += std::isfinite(found[at]) ? 0 : 1;
      }
      BOOST_TEST((spoilt > 0) == (seen > 0));
      BOOST_TEST(spoilt <= 8 * seen);
    }
  }
}

// All voxels that a ray touches are spoilt, and on a device some beside them: up to 16 along z,
// where columns are integrated, or 3 across.
BOOST_AUTO_TEST_CASE(in_transposes_spoils_what_rays_touch) {
  Grid const grid = Grid::centered({17, 19, 40}, {1, 1.1, 0.9});
  auto const scan =
      ConeBeam::circular({200, 300, pyronn::equal_angles(3, 0.1)}, {{13, 41}, {1.3, 1.2}});
  auto const transpose = pyronn::Projector<ConeBeam, SoftwareInterp>{scan, grid}.adjoint();
  std::int64_t const pixels = test::projection_extents(scan).count();
  std::array<int, 3> const reach =
      test::on_device ? std::array<int, 3>{3, 3, 16} : std::array<int, 3>{0, 0, 0};
  auto const is_touched = [&](std::vector<float> const& of_unit, pyronn::Vec<int, 3> const& voxel) {
    bool result = false;
    for (int z = voxel[2] - reach[2]; z <= voxel[2] + reach[2]; ++z) {
      for (int y = voxel[1] - reach[1]; y <= voxel[1] + reach[1]; ++y) {
        for (int x = voxel[0] - reach[0]; x <= voxel[0] + reach[0]; ++x) {
          if (x < 0 || y < 0 || z < 0) continue;
          if (x >= grid.size[0] || y >= grid.size[1] || z >= grid.size[2]) continue;
          int const n = (z * grid.size[1] + y) * grid.size[0] + x;
          result = result || of_unit[static_cast<std::size_t>(n)] != 0.0F;
        }
      }
    }
    return result;
  };
  for (int const v : {0, 7, 20, 40}) {
    std::int64_t const where = std::int64_t{v} * 13 + 6;
    auto const of_unit = of_one(transpose, pixels, where, 1.0F, 0);
    for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
      auto const found = of_one(transpose, pixels, where, number, 0);
      int kept = 0;
      int elsewhere = 0;
      for (int n = 0; n < static_cast<int>(found.size()); ++n) {
        auto const at = static_cast<std::size_t>(n);
        bool const is_spoilt = !std::isfinite(found[at]);
        kept += of_unit[at] != 0.0F && !is_spoilt ? 1 : 0;
        pyronn::Vec<int, 3> const voxel{n % 17, n / 17 % 19, n / (17 * 19)};
        elsewhere += is_spoilt && !is_touched(of_unit, voxel) ? 1 : 0;
      }
      BOOST_TEST_CONTEXT("row " << v) {
        BOOST_TEST(test::norm(of_unit) > 0.0);
        BOOST_TEST(kept == 0);
        BOOST_TEST(elsewhere == 0);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
