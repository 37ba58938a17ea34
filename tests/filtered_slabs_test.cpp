// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Filtered backprojection of slabs: of views only the rows are filtered that a slab needs, and the
// bits are those of the whole volume.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <tuple>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

#include "support/numbers.hpp"

using pyronn::ConeBeam;
using pyronn::DetectorRows;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::ParallelBeam3D;
using pyronn::Slab;
using Values = std::vector<float>;
using Interps = std::tuple<pyronn::SoftwareInterp, pyronn::TextureInterp>;

namespace {

constexpr int samples = 2;

/// Beside the axis, and far taller than the detector sees.
Grid tall_grid() { return Grid::from_origin({7, 9, 43}, {1.6, 1.1, 1.1}, {-5.2, -4.1, -17}); }

ConeBeam cone(Extents<2> detector, int views, double columns_beside = 0, double rows_beside = 0) {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(views, 0.1)},
                            {detector, {2.4, 2}, {columns_beside, rows_beside}});
}

/// The same scan and volume, about an axis that leans in the volume's coordinates.
ConeBeam leaning(ConeBeam const& upright) {
  double const angle = 0.2;
  double const turn[3][3] = {
      {1, 0, 0}, {0, std::cos(angle), -std::sin(angle)}, {0, std::sin(angle), std::cos(angle)}};
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < upright.num_views(); ++n) {
    pyronn::ProjectionMatrix const from = upright.view(n).projection_matrix();
    pyronn::ProjectionMatrix to = from;
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) {
        to.row[r][c] = 0;
        for (int k = 0; k < 3; ++k) to.row[r][c] += from.row[r][k] * turn[k][c];
      }
    }
    matrices.push_back(to);
  }
  return ConeBeam::from_matrices(upright.detector_size(), matrices);
}

std::vector<Slab> ragged_slabs() {
  return {{0, 1}, {0, 9}, {9, 7}, {16, 1}, {17, 8}, {25, 11}, {36, 6}, {42, 1}};
}

/// Rows by twos, as they are filtered, of which one is in the shadow of a slab in some view.
template <class Geometry>
DetectorRows needed_rows(Geometry const& geometry, Grid grid, Slab const& slab) {
  grid.origin[2] += slab.first_slice * grid.spacing[2];
  grid.size[2] = slab.num_slices;
  DetectorRows const rows = pyronn::shadow_rows(geometry, grid);
  if (rows.count == 0) return rows;
  int const first = rows.first / 2 * 2;
  int const end = (rows.first + rows.count + 1) / 2 * 2;
  return {first, std::min(end, geometry.detector_size()[1]) - first};
}

/// Projections of which no row but these is a number.
Values only(Values values, Extents<4> const& extents, DetectorRows const& rows) {
  for (int row = 0; row < extents[1] * extents[2] * extents[3]; ++row) {
    int const v = row % extents[1];
    if (v >= rows.first && v < rows.first + rows.count) continue;
    std::fill_n(values.begin() + std::ptrdiff_t{row} * extents[0], extents[0], test::nan);
  }
  return values;
}

template <class Op>
Values volumes(Op const& op, Extents<4> const& from, Values const& in, Slab const& slab) {
  Extents<3> const size = op.grid().size;
  test::Array<float, 4> source{from, in};
  test::Array<float, 4> target{{size[0], size[1], slab.num_slices, from[3]}, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor(), source.view())};
  op(test::executor(), source.view(), target.view(), workspace, {{}, slab});
  return target.values();
}

/// Some slices of each of the volumes.
Values slices_of(Values const& all, Extents<3> const& size, Slab const& slab) {
  std::ptrdiff_t const slice = std::ptrdiff_t{size[0]} * size[1];
  Values result;
  for (auto at = all.begin(); at != all.end(); at += slice * size[2]) {
    auto const first = at + slab.first_slice * slice;
    result.insert(result.end(), first, first + slab.num_slices * slice);
  }
  return result;
}

/// Returns how many slabs needed no row, some, and all.
template <class Interp, class Geometry>
std::vector<int> check_slabs(Geometry const& scan) {
  Grid const grid = tall_grid();
  pyronn::Fbp<Geometry, Interp> const op{scan, grid};
  Extents<2> const detector = scan.detector_size();
  Extents<4> const from{detector[0], detector[1], scan.num_views(), samples};
  Values const in = test::random_values(1, from.count());
  Values const whole = volumes(op, from, in, {0, grid.size[2]});
  std::vector<int> counts(3);
  for (Slab const& slab : ragged_slabs()) {
    DetectorRows const rows = needed_rows(scan, grid, slab);
    BOOST_TEST_CONTEXT(detector << " pixels, slices from " << slab.first_slice << ", rows "
                                << rows.first << " + " << rows.count) {
      BOOST_TEST(
          (volumes(op, from, only(in, from, rows), slab) == slices_of(whole, grid.size, slab)));
    }
    ++counts[rows.count == 0 ? 0 : rows.count < detector[1] ? 1 : 2];
  }
  return counts;
}

/// Counts launches.
class CountingExecutor : public test::Executor {
 public:
  using test::Executor::Executor;
  explicit CountingExecutor(test::Executor const& base) : test::Executor{base} {}

  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const {
    ++*launches_;
    test::Executor::for_each(items, kernel);
  }
  [[nodiscard]] int launches() const { return *launches_; }

 private:
  std::shared_ptr<int> launches_ = std::make_shared<int>(0);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(filtered_slabs, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(bits_are_those_of_the_whole_volume, Interp, Interps) {
  auto const counts = check_slabs<Interp>(cone({13, 23}, 13));
  BOOST_TEST(counts[1] > 5);
  check_slabs<Interp>(cone({13, 8}, 13));
  BOOST_TEST(check_slabs<Interp>(cone({13, 5}, 13, 0, 3))[0] > 2);
  check_slabs<Interp>(cone({16, 17}, 29, 5, 2.5));  // offset: rows are longer, and are weighted
  check_slabs<Interp>(leaning(cone({13, 23}, 13)));
  check_slabs<Interp>(ParallelBeam3D::circular({pyronn::equal_angles(12)}, {{13, 21}, {2.4, 2}}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_detector_may_have_one_row, Interp, Interps) {
  auto const counts = check_slabs<Interp>(cone({13, 1}, 13));
  BOOST_TEST(counts[0] > 2);
  BOOST_TEST(counts[2] > 1);
  check_slabs<Interp>(cone({13, 2}, 13, 0, -1));
}

// What a plan says holds for slabs, too.
BOOST_AUTO_TEST_CASE(leaving_rows_out_takes_no_launch) {
  Grid const grid = tall_grid();
  ConeBeam const scan = cone({13, 5}, 13);
  pyronn::Fbp<ConeBeam, pyronn::SoftwareInterp> const op{scan, grid};
  CountingExecutor const executor{test::executor()};
  test::Array<float, 3> source{{13, 5, 13}, 1.0F};
  for (Slab const& slab : ragged_slabs()) {
    test::Array<float, 3> target{{7, 9, slab.num_slices}, test::nan};
    pyronn::Workspace<CountingExecutor> workspace{executor,
                                                  op.workspace_bytes(executor, source.view())};
    auto const call = [&] {
      int const before = executor.launches();
      op(executor, source.view(), target.view(), workspace, {{}, slab});
      return executor.launches() - before;
    };
    call();  // makes the filter's tables
    BOOST_TEST(
        call() ==
        op.plan(executor, source.view(), workspace.bytes(), pyronn::Part{{}, slab}).launches());
  }
}

BOOST_AUTO_TEST_SUITE_END()
