// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::InvalidArgument;
using test::says;

namespace {

using SoftwareBackprojector = pyronn::Backprojector<ConeBeam, pyronn::SoftwareInterp>;

/// A backprojector with arrays of the right sizes.
struct Arrays {
  test::ConeScan const& scan = test::cone_scans().front();  // (9, 8, 7) seen by (14, 11) in 7 views
  SoftwareBackprojector op{scan.geometry, scan.grid};
  test::Array<float, 3> projections{test::projection_extents(scan.geometry)};
  test::Array<float, 3> volume{scan.grid.size, 7};
  pyronn::Workspace<test::Executor> workspace{test::executor()};

  [[nodiscard]] bool volume_is_untouched() const {
    auto const values = volume.values();
    return std::all_of(values.begin(), values.end(), [](float value) { return value == 7; });
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(backprojector, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(agrees_with_the_definition, Case, test::AllCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      typename Case::template Backprojector<ConeBeam> const op{scan.geometry, scan.grid};
      auto projections = test::random_values(5, scan.pixels());
      auto const error = [&] {
        return test::relative_l2(test::run(op, projections),
                                 test::reference_backprojection<typename Case::Model>(
                                     scan.geometry, scan.grid, projections));
      };
      // White noise is the hardest for positions, and no measurement.
      BOOST_TEST(error() < test::bound<typename Case::Interp>(1e-5, 1e-2));
      for (float& value : projections) value += 2;
      BOOST_TEST(error() < test::bound<typename Case::Interp>(1e-5, 3e-3));
    }
  }
}

/// More of them in the shadow of a few voxels than are worth a copy.
BOOST_AUTO_TEST_CASE_TEMPLATE(pixels_may_be_much_finer_than_voxels, Case, test::VoxelDrivenCases) {
  ConeBeam const scan =
      ConeBeam::circular({60, 90, pyronn::equal_angles(2, 0.1)}, {{150, 140}, {0.2, 0.2}});
  Grid const grid = Grid::centered({8, 7, 9}, {2, 2.2, 1.9});
  auto projections = test::random_values(7, scan.detector_size().count() * scan.num_views());
  for (float& value : projections) value += 2;
  typename Case::template Backprojector<ConeBeam> const op{scan, grid};
  double const error = test::relative_l2(
      test::run(op, projections),
      test::reference_backprojection<typename Case::Model>(scan, grid, projections));
  BOOST_TEST(error < test::bound<typename Case::Interp>(1e-5, 3e-3));
}

/// Uniform projections count the views that see a voxel.
BOOST_AUTO_TEST_CASE_TEMPLATE(uniform_projections_count_views, Interp, test::Interps) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      pyronn::Backprojector<ConeBeam, Interp> const op{scan.geometry, scan.grid};
      auto const values =
          test::run(op, std::vector<float>(static_cast<std::size_t>(scan.pixels()), 1.0F));
      std::size_t n = 0;
      for (int z = 0; z < scan.grid.size[2]; ++z) {
        for (int y = 0; y < scan.grid.size[1]; ++y) {
          for (int x = 0; x < scan.grid.size[0]; ++x, ++n) {
            auto const views = test::count_views(
                scan.geometry, scan.grid.to_world({double(x), double(y), double(z)}));
            BOOST_TEST(values[n] >= static_cast<float>(views.surely) - 1e-3F);
            BOOST_TEST(values[n] <= static_cast<float>(views.perhaps) + 1e-3F);
          }
        }
      }
    }
  }
}

/// What a model gives to voxels of which column x = 4 lies in the plane of the source.
template <class Case>
std::vector<float> back_around_the_source() {
  ConeBeam const scan = ConeBeam::circular({2, 30, {0.0}}, {{9, 9}, {3, 3}});
  Grid const grid = Grid::centered({5, 5, 5}, {1, 1, 1});  // the source is voxel (4, 2, 2)
  typename Case::template Backprojector<ConeBeam> const op{scan, grid};
  return test::run(op, test::random_values(6, 81));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(stays_finite_at_the_source, Case, test::AllCases) {
  auto const values = back_around_the_source<Case>();
  BOOST_TEST(test::all_finite(values));
  BOOST_TEST(test::norm(values) > 0);
}

/// Depth 0 has no reciprocal; nothing of it may reach the result.
BOOST_AUTO_TEST_CASE_TEMPLATE(voxels_in_the_plane_of_the_source_see_nothing, Case,
                              test::VoxelDrivenCases) {
  auto const values = back_around_the_source<Case>();
  double in_plane = 0;
  for (std::size_t n = 4; n < values.size(); n += 5) in_plane += std::abs(double(values[n]));
  BOOST_TEST(in_plane == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pieces_add_up_to_the_whole, Case, test::AllCases) {
  test::ConeScan const& scan = test::cone_scans().front();
  typename Case::template Backprojector<ConeBeam> const op{scan.geometry, scan.grid};
  auto const values = test::random_values(8, scan.pixels());
  test::Array<float, 3> projections{test::projection_extents(scan.geometry), values};
  test::Array<float, 3> volume{scan.grid.size, test::nan};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), op.workspace_bytes(test::executor(), projections.view())};
  int const borders[] = {0, 1, 5, 7};
  for (int n = 0; n < 3; ++n) {
    int const first = borders[n];
    pyronn::ArrayView<float, 3> const piece =
        projections.view().slices(first, borders[n + 1] - first);
    // A piece may begin anywhere, and then asks for more than the whole.
    pyronn::Workspace<test::Executor> own{test::executor(),
                                          op.workspace_bytes(test::executor(), piece)};
    op(test::executor(), piece, volume.view(), own,
       test::piece_of_views(first, borders[n + 1] - first));
  }
  BOOST_TEST(test::relative_l2(volume.values(), test::run(op, values)) < 1e-6);
}

BOOST_FIXTURE_TEST_CASE(wrong_extents_are_named, Arrays) {
  auto const refuses = [this](Extents<3> from, Extents<3> to, char const* wrong,
                              char const* right) {
    test::Array<float, 3> in{from};
    test::Array<float, 3> out{to};
    auto const call = [&] { op(test::executor(), in.view(), out.view()); };
    BOOST_CHECK_EXCEPTION(call(), InvalidArgument, says("Backprojector"));
    BOOST_CHECK_EXCEPTION(call(), InvalidArgument, says(wrong));
    BOOST_CHECK_EXCEPTION(call(), InvalidArgument, says(right));
  };
  refuses({11, 14, 7}, {9, 8, 7}, "(11, 14, 7)", "(14, 11, 7)");
  refuses({14, 11, 6}, {9, 8, 7}, "(14, 11, 6)", "(14, 11, 7)");
  refuses({14, 11, 7}, {8, 9, 7}, "(8, 9, 7)", "(9, 8, 7)");
}

BOOST_FIXTURE_TEST_CASE(views_that_are_not_there_are_refused, Arrays) {
  auto const add = [this](int first) {
    op(test::executor(), projections.view(), volume.view(), workspace,
       {pyronn::ViewSelection::range(first, 7)});
  };
  BOOST_CHECK_EXCEPTION(add(1), InvalidArgument,
                        says("7 views from view 1 on were selected, but the geometry has 7"));
  BOOST_CHECK_EXCEPTION(add(-1), InvalidArgument, says("7 views from view -1 on"));
  BOOST_TEST(volume_is_untouched());
}

BOOST_FIXTURE_TEST_CASE(null_pointers_are_refused, Arrays) {
  pyronn::ArrayView<float, 3> const no_projections{nullptr,
                                                   test::projection_extents(scan.geometry)};
  pyronn::ArrayView<float, 3> const no_volume{nullptr, scan.grid.size};
  BOOST_CHECK_EXCEPTION(op(test::executor(), no_projections, volume.view()), InvalidArgument,
                        says("Backprojector: projections: the array is a null pointer"));
  BOOST_CHECK_EXCEPTION(op(test::executor(), projections.view(), no_volume), InvalidArgument,
                        says("Backprojector: volume: the array is a null pointer"));
  BOOST_TEST(volume_is_untouched());
}

BOOST_AUTO_TEST_SUITE_END()
