// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Backprojections, voxel-driven projections and reconstructions have the same bits however large
// the workspace is: what it holds of the input at a time does not show.
#include "support/backends.hpp"
//
#include <algorithm>
#include <cstddef>
#include <set>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::equal_angles;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::SoftwareInterp;
using pyronn::TextureInterp;

namespace {

using Values = std::vector<float>;

constexpr std::size_t no_limit = pyronn::default_workspace_limit;

ConeBeam cone(double roll) {
  ConeBeam const upright =
      ConeBeam::circular({80, 120, equal_angles(31, 0.1)}, {{20, 11}, {1.4, 1.5}});
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < upright.num_views(); ++n) {
    pyronn::ProjectionMatrix matrix = upright.view(n).projection_matrix();
    for (int c = 0; c < 4; ++c) matrix.row[0][c] += roll * matrix.row[1][c];
    matrices.push_back(matrix);
  }
  return ConeBeam::from_matrices({20, 11}, matrices);
}

FanBeam fan(int views) {
  return FanBeam::circular({80, 120, equal_angles(views, 0.1)}, {20, 1.4, 0.1});
}

Grid grid_of(ConeBeam const&) { return Grid::centered({13, 12, 9}, {1, 1, 1.1}); }
Grid grid_of(FanBeam const&) { return Grid::flat({13, 12}, {1, 1}); }

/// Workspaces from all that is of use down to `least`, without the former.
std::set<std::size_t> limits(std::size_t all, std::size_t least) {
  std::set<std::size_t> result{least};
  for (double const share : {0.7, 0.5, 0.33, 0.14, 0.06}) {
    result.insert(std::max(least, static_cast<std::size_t>(share * static_cast<double>(all))));
  }
  result.erase(all);
  return result;
}

template <class Model>
constexpr bool is_voxel_driven =
    std::is_same_v<Model, pyronn::VoxelDriven> || std::is_same_v<Model, pyronn::DistanceWeighted>;

template <class Case, class Geometry>
void check_back(Geometry const& scan, int samples, std::size_t least) {
  constexpr int rank = pyronn::dimension_v<Geometry> + 1;
  Grid const grid = grid_of(scan);
  typename Case::template Backprojector<Geometry> const back{scan, grid};
  auto const from = test::projection_extents<Geometry, rank>(scan, samples);
  auto const to = test::volume_extents<Geometry, rank>(grid, samples);
  Values const lines = test::random_values(5, from.count());
  test::Array<float, rank> array{from, lines};
  std::size_t const all = back.workspace_bytes(test::executor(), array.view(), no_limit);
  Values const expected = test::run(back, from, lines, to, all);
  for (std::size_t const limit : limits(all, least)) {
    BOOST_TEST_INFO("limit " << limit << " of " << all << ", " << samples << " samples");
    BOOST_TEST((test::run(back, from, lines, to, limit) == expected));
  }
}

template <class Case>
void check_forward(ConeBeam const& scan, int samples) {
  Grid const grid = Grid::centered({13, 12, 9}, {1, 1, 1.1});
  typename Case::template Projector<ConeBeam> const forward{scan, grid};
  auto const from = test::volume_extents<ConeBeam, 4>(grid, samples);
  auto const to = test::projection_extents<ConeBeam, 4>(scan, samples);
  Values const voxels = test::random_values(7, from.count());
  test::Array<float, 4> array{from, voxels};
  auto const path = [&](std::size_t limit) {
    return forward.plan(test::executor(), array.view(), limit).steps.at(0).path;
  };
  std::size_t const all = forward.workspace_bytes(test::executor(), array.view(), no_limit);
  Values const expected = test::run(forward, from, voxels, to, all);
  for (std::size_t const limit : {all / 8 * 7, all / 4 * 3, all / 3 * 2}) {
    BOOST_TEST(path(limit) == path(all));
    BOOST_TEST((test::run(forward, from, voxels, to, limit) == expected));
  }
}

template <class Interp, class Geometry>
void check_fbp(Geometry const& scan, int samples) {
  constexpr int rank = pyronn::dimension_v<Geometry> + 1;
  Grid const grid = grid_of(scan);
  pyronn::Fbp<Geometry, Interp> const fbp{scan, grid};
  auto const from = test::projection_extents<Geometry, rank>(scan, samples);
  auto const to = test::volume_extents<Geometry, rank>(grid, samples);
  Values const lines = test::random_values(6, from.count());
  test::Array<float, rank> array{from, lines};
  std::size_t const all = fbp.workspace_bytes(test::executor(), array.view(), no_limit);
  Values const expected = test::run(fbp, from, lines, to, all);
  for (std::size_t const limit : limits(all, 1)) {
    BOOST_TEST_INFO("limit " << limit << " of " << all << ", " << samples << " samples");
    BOOST_TEST((test::run(fbp, from, lines, to, limit) == expected));
  }
}

/// Where the texture unit cannot read the caller's rows, it needs room for what it reads at a time:
/// a view, or a block of views of the plane. Joseph's transpose needs room for the rays of such a
/// block. With less there is other arithmetic.
template <class Case, class Geometry>
std::size_t least_workspace(Geometry const& scan) {
  if constexpr (test::on_device && std::is_same_v<Case, test::JosephSoftware> &&
                pyronn::dimension_v<Geometry> == 2) {
    typename Case::template Backprojector<Geometry> const back{scan, grid_of(scan)};
    return back.workspace_bytes(test::executor(), pyronn::ArrayView<float const, 2>{
                                                      nullptr, test::projection_extents(scan)});
  }
  if (!test::on_device || !std::is_same_v<typename Case::Interp, TextureInterp>) return 0;
  constexpr bool is_plane = pyronn::dimension_v<Geometry> == 2;
  int const views = is_plane ? std::min(scan.num_views(), 1024) : 1;
  return std::size_t{512} * static_cast<std::size_t>(views) *
         static_cast<std::size_t>(scan.detector_size()[1]);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(workspace_bits, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(do_not_show_in_backprojections, Case, test::AllCases) {
  for (double const roll : {0.0, 0.01}) {
    for (int const samples : {1, 3}) {
      check_back<Case>(cone(roll), samples, least_workspace<Case>(cone(roll)));
    }
  }
  // The plane has so many views that threads share a voxel, block by block.
  for (int const views : {97, 2077}) {
    if (views > 97 && !is_voxel_driven<typename Case::Model>) continue;
    check_back<Case>(fan(views), 1, least_workspace<Case>(fan(views)));
    check_back<Case>(fan(views), 3, least_workspace<Case>(fan(views)));
  }
}

BOOST_AUTO_TEST_CASE(do_not_show_in_voxel_driven_projections) {
  for (double const roll : {0.0, 0.01}) {
    for (int const samples : {1, 3}) {
      check_forward<test::VoxelDrivenSoftware>(cone(roll), samples);
      check_forward<test::DistanceWeightedSoftware>(cone(roll), samples);
    }
  }
}

// Of batches that tensor cores can take, where the workspace holds 64 views, as it does of 97 with
// three quarters of what is of use.
BOOST_AUTO_TEST_CASE(do_not_show_in_batches_of_the_plane) {
  for (int const samples : {20, 40}) {
    FanBeam const scan = fan(97);
    auto const from = test::projection_extents<FanBeam, 3>(scan, samples);
    test::Array<float, 3> array{from, 0.0F};
    pyronn::Backprojector<FanBeam, SoftwareInterp> const back{scan, grid_of(scan)};
    std::size_t const all = back.workspace_bytes(test::executor(), array.view(), no_limit);
    check_back<test::VoxelDrivenSoftware>(scan, samples, all / 4 * 3);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(do_not_show_in_reconstructions, Interp, test::Interps) {
  for (int const samples : {1, 3}) {
    check_fbp<Interp>(cone(0), samples);
    for (int const views : {97, 2077}) check_fbp<Interp>(fan(views), samples);
  }
}

BOOST_AUTO_TEST_SUITE_END()
