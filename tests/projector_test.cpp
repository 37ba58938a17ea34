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
#include "support/custom_geometries.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Vec3d;
using test::says;

namespace {

/// One view along `axis`, from a source at -`before` to a detector at +`behind` [mm], with 3 x 3
/// pixels `pixel` mm apart.
ConeBeam along(int axis, double before, double behind, double pixel) {
  Vec3d source{0, 0, 0};
  Vec3d center{0, 0, 0};
  Vec3d u{0, 0, 0};
  Vec3d v{0, 0, 0};
  source[axis] = -before;
  center[axis] = behind;
  u[(axis + 1) % 3] = pixel;
  v[(axis + 2) % 3] = pixel;
  return ConeBeam::from_vectors({3, 3}, {{source, center, u, v}});
}

std::vector<float> ones(Grid const& grid) {
  return std::vector<float>(static_cast<std::size_t>(grid.size.count()), 1.0F);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(projector, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(agrees_with_the_definition, Case, test::AllCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
      auto volume = test::random_values(3, scan.grid.size.count());
      auto const error = [&] {
        return test::relative_l2(
            test::run(op, volume),
            test::reference_projection<typename Case::Model>(scan.geometry, scan.grid, volume));
      };
      // White noise is the hardest for positions, and no object.
      BOOST_TEST(error() < test::bound<typename Case::Interp>(1e-5, 1e-2));
      for (float& value : volume) value += 2;
      BOOST_TEST(error() < test::bound<typename Case::Interp>(1e-5, 3e-3));
    }
  }
}

BOOST_AUTO_TEST_CASE(keeps_its_precision_far_from_the_source) {
  ConeBeam const scan =
      ConeBeam::circular({5000, 7500, pyronn::equal_angles(4, 0.1)}, {{24, 24}, {1.5, 1.5}});
  Grid const grid = Grid::centered({24, 24, 24}, {1, 1, 1});
  pyronn::Projector<ConeBeam, pyronn::SoftwareInterp> const op{scan, grid};
  auto const volume = test::random_values(4, grid.size.count());
  auto const expected = test::reference_projection<pyronn::Joseph>(scan, grid, volume);
  BOOST_TEST(test::relative_l2(test::run(op, volume), expected) < 1e-5);
}

/// The volume comes in as many pieces as the workspace asks for.
BOOST_AUTO_TEST_CASE_TEMPLATE(any_workspace_will_do, Case, test::RayDrivenCases) {
  ConeBeam const scan =
      ConeBeam::circular({90, 130, pyronn::equal_angles(3, 0.1)}, {{12, 530}, {1.4, 0.2}});
  Grid const grid = Grid::centered({11, 9, 43}, {1.2, 1.3, 1.7});
  typename Case::template Projector<ConeBeam> const op{scan, grid};
  test::Array<float, 3> volume{grid.size, test::random_values(8, grid.size.count())};
  auto const expected =
      test::reference_projection<typename Case::Model>(scan, grid, volume.values());
  std::size_t const whole = op.workspace_bytes(test::executor(), volume.view());
  for (std::size_t const bytes : {std::size_t{0}, whole / 3, whole / 2, whole}) {
    test::Array<float, 3> projections{test::projection_extents(scan), test::nan};
    pyronn::Workspace<test::Executor> workspace{test::executor(), bytes};
    op(test::executor(), volume.view(), projections.view(), workspace);
    BOOST_TEST(test::relative_l2(projections.values(), expected) <
               test::bound<typename Case::Interp>(1e-5, 1e-2));
    BOOST_TEST(op.workspace_bytes(test::executor(), volume.view(), bytes) <= bytes);
  }
}

/// Rows much closer to each other than slices, and farther apart, upwards and downwards; the volume
/// whole and in thin slabs.
BOOST_AUTO_TEST_CASE_TEMPLATE(rows_may_have_any_distance_and_direction, Case, test::JosephCases) {
  Grid const grid = Grid::centered({11, 9, 43}, {1.2, 1.3, 1.7});
  auto const volume = test::random_values(9, grid.size.count());
  pyronn::CircularOrbit const orbit{90, 130, pyronn::equal_angles(3, 0.1)};
  for (double const pitch : {0.3, -0.3, 3.2, -3.2}) {
    Extents<2> const detector{12, std::abs(pitch) < 1 ? 250 : 40};
    std::vector<pyronn::ConeVectors> vectors;
    for (double const angle : orbit.angles) {
      vectors.push_back(orbit.vectors(angle, {detector, {1.4, std::abs(pitch)}}));
      if (pitch < 0) vectors.back().v_step = -1.0 * vectors.back().v_step;
    }
    ConeBeam const scan = ConeBeam::from_vectors(detector, vectors);
    typename Case::template Projector<ConeBeam> const op{scan, grid};
    test::Array<float, 3> array{grid.size, volume};
    std::size_t const whole = op.workspace_bytes(test::executor(), array.view());
    auto const expected = test::reference_projection<typename Case::Model>(scan, grid, volume);
    for (std::size_t const bytes : {whole, whole / 6}) {
      BOOST_TEST_CONTEXT("rows " << pitch << " mm apart, " << bytes << " bytes") {
        BOOST_TEST(test::relative_l2(test::run(op, volume, bytes), expected) <
                   test::bound<typename Case::Interp>(1e-5, 1e-2));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ray_along_an_axis_measures_mm, Case, test::JosephCases) {
  Grid const grid = Grid::centered({5, 6, 7}, {0.5, 1.3, 2.1});
  for (int axis = 0; axis < 3; ++axis) {
    typename Case::template Projector<ConeBeam> const op{along(axis, 100, 100, 0.2), grid};
    float const middle = test::run(op, ones(grid)).at(4);
    BOOST_TEST(middle == static_cast<float>(grid.size[axis] * grid.spacing[axis]),
               boost::test_tools::tolerance(1e-6F));
  }
}

/// Whichever way the ray runs.
BOOST_AUTO_TEST_CASE_TEMPLATE(every_voxel_on_the_ray_counts_the_same, Case, test::RayDrivenCases) {
  Grid const grid = Grid::centered({5, 3, 3}, {0.5, 1, 1});
  // A texture unit rounds where RayMarch samples.
  bool const is_rounded = test::on_device && std::is_same_v<Case, test::RayMarchTexture>;
  for (double const before : {100.0, -100.0}) {
    typename Case::template Projector<ConeBeam> const op{along(0, before, before, 0.2), grid};
    for (std::size_t x = 0; x < 5; ++x) {
      std::vector<float> volume(45);
      volume[4 * 5 + x] = 1;  // y and z in the middle
      BOOST_TEST(test::run(op, volume).at(4) == 0.5F,
                 boost::test_tools::tolerance(is_rounded ? 1e-2F : 1e-5F));
    }
  }
}

/// A uniform cube of 24 mm, whatever its voxels, and whatever part of it lies between source and
/// detector.
BOOST_AUTO_TEST_CASE_TEMPLATE(chords_through_a_cube, Case, test::JosephCases) {
  struct Setup {
    double before, behind, chord;
  };
  Extents<3> const sizes[] = {{24, 24, 24}, {12, 24, 8}, {48, 16, 32}, {25, 9, 17}};
  Setup const setups[] = {{60, 60, 24}, {0, 60, 12}, {60, 0, 12}, {6, 60, 18}, {5, 5, 10}};
  for (Extents<3> const& size : sizes) {
    Grid const grid = Grid::centered(size, {24.0 / size[0], 24.0 / size[1], 24.0 / size[2]});
    for (Setup const& setup : setups) {
      for (int axis = 0; axis < 3; ++axis) {
        double const distance = setup.before + setup.behind;
        double const pixel = 0.08 * distance;
        typename Case::template Projector<ConeBeam> const op{
            along(axis, setup.before, setup.behind, pixel), grid};
        auto const values = test::run(op, ones(grid));
        for (int n = 0; n < 9; ++n) {
          double const across = pixel * std::hypot(n % 3 - 1, n / 3 - 1);
          double const slant = std::hypot(1.0, across / distance);
          BOOST_TEST(values[static_cast<std::size_t>(n)] == static_cast<float>(setup.chord * slant),
                     boost::test_tools::tolerance(2e-6F));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(wrong_extents_are_named) {
  test::ConeScan const& scan = test::cone_scans().front();  // (9, 8, 7) seen by (14, 11) in 7 views
  pyronn::Projector<ConeBeam, pyronn::SoftwareInterp> const op{scan.geometry, scan.grid};
  auto const refuses = [&op](Extents<3> volume, Extents<3> projections) {
    BOOST_TEST_CONTEXT("volume " << volume << ", projections " << projections) {
      test::Array<float, 3> in{volume};
      test::Array<float, 3> out{projections, 7};
      auto const call = [&] { op(test::executor(), in.view(), out.view()); };
      BOOST_CHECK_EXCEPTION(call(), InvalidArgument, says("Projector"));
      Extents<3> const wrong = volume == Extents<3>{9, 8, 7} ? projections : volume;
      Extents<3> const right =
          volume == Extents<3>{9, 8, 7} ? Extents<3>{14, 11, 7} : Extents<3>{9, 8, 7};
      BOOST_CHECK_EXCEPTION(call(), InvalidArgument, says(pyronn::detail::message(wrong)));
      BOOST_CHECK_EXCEPTION(call(), InvalidArgument, says(pyronn::detail::message(right)));
      auto const values = out.values();
      BOOST_TEST(std::count(values.begin(), values.end(), 7.0F) == projections.count());
    }
  };
  refuses({7, 8, 9}, {14, 11, 7});
  refuses({9, 8, 6}, {14, 11, 7});
  refuses({9, 8, 7}, {11, 14, 7});
  refuses({9, 8, 7}, {14, 11, 8});
}

BOOST_AUTO_TEST_CASE(null_pointers_are_refused) {
  test::ConeScan const& scan = test::cone_scans().front();
  pyronn::Projector<ConeBeam, pyronn::SoftwareInterp> const op{scan.geometry, scan.grid};
  test::Array<float, 3> volume{scan.grid.size};
  test::Array<float, 3> projections{test::projection_extents(scan.geometry)};
  pyronn::ArrayView<float, 3> const no_volume{nullptr, scan.grid.size};
  pyronn::ArrayView<float, 3> const no_projections{nullptr,
                                                   test::projection_extents(scan.geometry)};
  BOOST_CHECK_EXCEPTION(op(test::executor(), no_volume, projections.view()), InvalidArgument,
                        says("Projector: volume: the array is a null pointer"));
  BOOST_CHECK_EXCEPTION(op(test::executor(), volume.view(), no_projections), InvalidArgument,
                        says("Projector: projections: the array is a null pointer"));
}

BOOST_AUTO_TEST_CASE(grids_without_extent_are_refused) {
  using Op = pyronn::Projector<ConeBeam, pyronn::SoftwareInterp>;
  ConeBeam const& scan = test::cone_scans().front().geometry;
  BOOST_CHECK_EXCEPTION((Op{scan, Grid{{4, 0, 4}, {1, 1, 1}, {0, 0, 0}}}), InvalidArgument,
                        says("size (4, 0, 4)"));
  BOOST_CHECK_EXCEPTION((Op{scan, Grid{{4, 4, 4}, {1, -1, 1}, {0, 0, 0}}}), InvalidArgument,
                        says("spacing (1, -1, 1)"));
}

/// Parallel rays that a user may give any size.
struct AnySize {
  pyronn::Extents<2> size;
  int views;

  int num_views() const { return views; }
  pyronn::Extents<2> detector_size() const { return size; }
  PYRONN_HOST_DEVICE test::Laminography<float>::View view(int n) const {
    return test::Laminography<float>{}.view(n);
  }
};

BOOST_AUTO_TEST_CASE(geometries_of_impossible_size_are_refused) {
  using Op = pyronn::Projector<AnySize, pyronn::SoftwareInterp>;
  using Back = pyronn::Backprojector<AnySize, pyronn::SoftwareInterp>;
  Grid const grid = Grid::centered({4, 4, 4}, {1, 1, 1});
  auto const refuses = [&grid](AnySize const& geometry, char const* what) {
    BOOST_CHECK_EXCEPTION((Op{geometry, grid}), InvalidArgument, says(what));
    BOOST_CHECK_EXCEPTION((Back{geometry, grid}), InvalidArgument, says(what));
  };
  refuses({{4, 3}, 0}, "extents (u, v, view) (4, 3, 0) must be at least 1");
  refuses({{4, 3}, -2}, "(4, 3, -2)");
  refuses({{0, 3}, 2}, "(0, 3, 2)");
  refuses({{4, -3}, 2}, "(4, -3, 2)");
  refuses({{1 << 16, 1 << 15}, 2}, "(65536, 32768) has more than 2^31 - 1 pixels");
}

BOOST_AUTO_TEST_CASE(steps_without_end_are_refused) {
  for (double const step : {0.0, -0.2, 1e-4, std::nan(""), HUGE_VAL}) {
    BOOST_CHECK_EXCEPTION(
        pyronn::RayMarch{step}, InvalidArgument,
        says(pyronn::detail::message("RayMarch: step ", step, " must be finite")));
  }
}

BOOST_AUTO_TEST_SUITE_END()
