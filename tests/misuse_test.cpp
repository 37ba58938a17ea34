// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::OutOfMemory;
using pyronn::SoftwareInterp;
using test::says;
using Values = std::vector<float>;
using Projector = pyronn::Projector<ConeBeam, SoftwareInterp>;
using Fdk = pyronn::Fdk<ConeBeam, SoftwareInterp>;
using Workspace = pyronn::Workspace<test::Executor>;

namespace {

ConeBeam const scan =
    ConeBeam::circular({60, 90, pyronn::equal_angles(7, 0.1)}, {{16, 11}, {1.3, 0.9}});
Extents<3> const views_size{16, 11, 7};
Grid const grid = Grid::centered({9, 8, 7}, {1.1, 0.7, 1.9});

}  // namespace

BOOST_AUTO_TEST_SUITE(misuse, *boost::unit_test::precondition(test::device_present))

/// Sizes of which no address could be given.
BOOST_AUTO_TEST_CASE(absurd_sizes_are_refused) {
  using Floats = pyronn::Buffer<float, test::Executor>;
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  for (std::size_t const bytes : {most, most - 62, most / 2 + 1}) {
    BOOST_CHECK_THROW((Workspace{test::executor(), bytes}), OutOfMemory);
    BOOST_CHECK_THROW(static_cast<void>(test::executor().allocate(bytes)), OutOfMemory);
    BOOST_CHECK_THROW((Floats{test::executor(), bytes}), OutOfMemory);
    BOOST_CHECK_THROW((Floats{test::executor(), bytes / sizeof(float) + 1}), OutOfMemory);
  }
  BOOST_CHECK_EXCEPTION((Floats{test::executor(), std::size_t{1} << 62}), OutOfMemory,
                        says("4611686018427387904 elements of 4 bytes"));
  // Nothing is left behind: a call works.
  Floats const some{test::executor(), 100};
  BOOST_TEST(some.data() != nullptr);
}

BOOST_AUTO_TEST_CASE(operators_that_were_moved_from_say_so) {
  test::Array<float, 3> volume{grid.size};
  test::Array<float, 3> views{views_size};
  Workspace workspace{test::executor()};
  Projector projector{scan, grid};
  Projector const other{std::move(projector)};
  auto const moved_from = says("Projector: the operator was moved from");
  BOOST_CHECK_EXCEPTION(projector(test::executor(), volume.view(), views.view()), InvalidArgument,
                        moved_from);
  BOOST_CHECK_EXCEPTION(projector(test::executor(), volume.view(), views.view(), workspace),
                        InvalidArgument, moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(projector.plan(test::executor(), volume.view())),
                        InvalidArgument, moved_from);
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(projector.workspace_bytes(test::executor(), volume.view())),
      InvalidArgument, moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(projector.geometry()), InvalidArgument, moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(projector.grid()), InvalidArgument, moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(projector.adjoint()), InvalidArgument, moved_from);
  other(test::executor(), volume.view(), views.view());
  projector = other;
  projector(test::executor(), volume.view(), views.view());

  Fdk fdk{scan, grid};
  Fdk const other_fdk{std::move(fdk)};
  auto const fdk_moved_from = says("Fbp: the operator was moved from");
  BOOST_CHECK_EXCEPTION(fdk(test::executor(), views.view(), volume.view(), workspace),
                        InvalidArgument, fdk_moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(fdk.plan(test::executor(), views.view())),
                        InvalidArgument, fdk_moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(fdk.workspace_bytes(test::executor(), views.view())),
                        InvalidArgument, fdk_moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(fdk.geometry()), InvalidArgument, fdk_moved_from);
  BOOST_CHECK_EXCEPTION(static_cast<void>(fdk.filtered_columns()), InvalidArgument, fdk_moved_from);
  BOOST_TEST(other_fdk.filtered_columns() == 16);
}

/// A geometry is a value whose copies share what never changes, moved from or not.
BOOST_AUTO_TEST_CASE(geometries_that_were_moved_from_are_whole) {
  auto const check = [](auto geometry) {
    int const views = geometry.num_views();
    auto const moved = std::move(geometry);
    BOOST_TEST(moved.num_views() == views);
    BOOST_TEST(geometry.num_views() == views);  // NOLINT(bugprone-use-after-move): on purpose
    static_cast<void>(geometry.view(views - 1));
    std::vector<std::decay_t<decltype(moved)>> list{moved, moved};
    list.insert(list.begin(), std::move(list.back()));
    for (auto const& one : list) BOOST_TEST(one.num_views() == views);
  };
  auto const angles = pyronn::equal_angles(5);
  check(scan);
  check(pyronn::FanBeam::circular({60, 90, angles}, {16, 1.3}));
  check(pyronn::ArcFanBeam::circular({60, 90, angles}, {16, 1.3}));
  check(pyronn::ParallelBeam2D::circular({angles}, {16, 1.3}));
  check(pyronn::ParallelBeam3D::circular({angles}, {{16, 11}, {1.3, 0.9}}));
}

/// What a scan of this scale gives, in units of that scale, with the source `distance` away.
Values everything(double scale, double distance = 60) {
  ConeBeam const scaled =
      ConeBeam::circular({scale * distance, 1.5 * scale * distance, pyronn::equal_angles(7, 0.1)},
                         {{16, 11}, {1.3 * scale, 0.9 * scale}});
  Grid const voxels = Grid::centered({9, 8, 7}, {1.1 * scale, 0.7 * scale, 1.9 * scale});
  Projector const projector{scaled, voxels};
  Fdk const fdk{scaled, voxels};
  Values result;
  auto const append = [&](Values const& values, double unit) {
    for (float const value : values) {
      result.push_back(static_cast<float>(static_cast<double>(value) / unit));
    }
  };
  Values const volume = test::random_values(1, voxels.size.count());
  Values const views = test::random_values(2, views_size.count());
  append(test::run(projector, volume), scale);
  append(test::run(projector.adjoint(), views), scale);
  append(test::run(pyronn::Backprojector<ConeBeam, SoftwareInterp>{scaled, voxels}, views), 1);
  test::Array<float, 3> in{views_size, views};
  test::Array<float, 3> out{voxels.size, test::nan};
  Workspace workspace{test::executor(), fdk.workspace_bytes(test::executor(), in.view())};
  fdk(test::executor(), in.view(), out.view(), workspace);
  append(out.values(), 1 / scale);
  return result;
}

BOOST_AUTO_TEST_CASE(extreme_lengths_are_right_or_refused) {
  Values const expected = everything(1);
  for (double const scale : {1e-14, 1e-9, 1e-3, 1e6, 1e14}) {
    BOOST_TEST(test::relative_l2(everything(scale), expected) < 1e-5);
  }
  for (double const scale : {1e-300, 1e-30, 1e-16, 1e16, 1e30, 1e300}) {
    BOOST_CHECK_THROW(everything(scale), InvalidArgument);
  }
  BOOST_TEST(test::all_finite(everything(1, 1e11)));
  for (double const distance : {1e13, 1e30}) {
    BOOST_CHECK_EXCEPTION(everything(1, distance), InvalidArgument,
                          says("too far away for pixels"));
  }
}

/// Arrays may be written in the call, with and without a workspace.
BOOST_AUTO_TEST_CASE(arrays_may_be_written_in_the_call) {
  Projector const projector{scan, grid};
  test::Array<float, 3> volume{grid.size, test::random_values(1, grid.size.count())};
  test::Array<float, 3> views{views_size, test::nan};
  test::Array<float, 3> expected{views_size, test::nan};
  Workspace workspace{test::executor()};
  projector(test::executor(), volume.view(), expected.view());
  projector(test::executor(), {volume.view().data, {9, 8, 7}}, {views.view().data, {16, 11, 7}});
  BOOST_TEST((views.values() == expected.values()));
  projector(test::executor(), {volume.view().data, {9, 8, 7}}, {views.view().data, {16, 11, 7}},
            workspace, {pyronn::ViewSelection::range(0, 7)});
  BOOST_TEST((views.values() == expected.values()));
  BOOST_CHECK_THROW(projector(test::executor(), {volume.view().data, {9, 8, 7}},
                              {views.view().data, {16, 11, 6}}),
                    InvalidArgument);
}

/// Arrays get the sizes that scans and grids say, and vectors are measured.
BOOST_AUTO_TEST_CASE(vectors_as_arrays_have_their_size) {
  auto const angles = pyronn::equal_angles(7);
  BOOST_TEST((scan.extents() == views_size));
  BOOST_TEST(
      (pyronn::FanBeam::circular({60, 90, angles}, {16, 1.3}).extents() == Extents<2>{16, 7}));
  BOOST_TEST(
      (pyronn::ParallelBeam3D::circular({angles}, {{16, 11}, {1.3, 0.9}}).extents() == views_size));
  BOOST_TEST((grid.extents() == grid.size));
  BOOST_TEST((Grid::flat({9, 8}, {1, 1}).extents<2>() == Extents<2>{9, 8}));
  Values values(16 * 11 * 7, 1.0F);
  Values const& constant = values;
  BOOST_TEST(pyronn::view_of(values, scan.extents()).data == values.data());
  BOOST_TEST(pyronn::view_of(constant, scan.extents()).data == values.data());
  values.pop_back();
  BOOST_CHECK_EXCEPTION(pyronn::view_of(values, scan.extents()), InvalidArgument,
                        says("(16, 11, 7) are 1232 elements, but the vector has 1231"));
}

/// Nothing can be planned for arrays without elements.
BOOST_AUTO_TEST_CASE(empty_inputs_of_plans_are_refused) {
  Projector const projector{scan, grid};
  Fdk const fdk{scan, grid};
  pyronn::Projector<ConeBeam, pyronn::TextureInterp> const texture{scan, grid};
  auto const refuses = [](auto const& op, Extents<3> extents) {
    float value = 0;
    pyronn::ArrayView<float, 3> const input{&value, extents};
    BOOST_CHECK_EXCEPTION(static_cast<void>(op.workspace_bytes(test::executor(), input)),
                          InvalidArgument, says("must be at least 1"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(op.plan(test::executor(), input)), InvalidArgument,
                          says("must be at least 1"));
  };
  for (int const wrong : {0, -1}) {
    for (int axis = 0; axis < 3; ++axis) {
      Extents<3> volume = grid.size;
      Extents<3> views = views_size;
      volume[axis] = wrong;
      views[axis] = wrong;
      refuses(projector, volume);
      refuses(texture, volume);
      refuses(projector.adjoint(), views);
      refuses(fdk, views);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
