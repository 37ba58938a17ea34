// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/custom_geometries.hpp"
#include "support/matrices.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/other_scans.hpp"
#include "support/reference.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::ParallelBeam3D;
using pyronn::SoftwareInterp;

namespace {

template <class Geometry, class Interp = SoftwareInterp>
using Projector = pyronn::Projector<Geometry, Interp, pyronn::Siddon>;

/// Of larger scans the matrix is not looked at element by element.
constexpr std::size_t most_pixels = 2000;

/// Every element lies between the lengths in boxes a little smaller and a little larger than the
/// voxel, also where the ray runs in a face; those of a ray add up to its length in the volume.
template <class Geometry>
void check_matrix(Geometry const& scan, Grid const& grid, double room) {
  auto const pixels = static_cast<std::size_t>(test::projection_extents(scan).count());
  if (pixels > most_pixels) return;
  std::vector<float> const found = test::columns_of(Projector<Geometry>{scan, grid});
  pyronn::Vec<int, 3> const last{grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1};
  std::size_t pixel = 0;
  int wrong = 0;
  int exact = 0;
  auto const is_between = [room](double low, double value, double high) {
    return value >= low - room && value <= high + room;
  };
  for (int n = 0; n < scan.num_views(); ++n) {
    for (int v = 0; v < scan.detector_size()[1]; ++v) {
      for (int u = 0; u < scan.detector_size()[0]; ++u, ++pixel) {
        pyronn::Ray<double> const ray = test::ray_in_double(scan.view(n), u, v);
        double sum = 0;
        for (std::size_t i = 0; i < found.size() / pixels; ++i) {
          auto const voxel = static_cast<int>(i);
          int const row = voxel / grid.size[0];
          pyronn::Vec<int, 3> const at{voxel % grid.size[0], row % grid.size[1],
                                       row / grid.size[1]};
          double const low = test::length_in_box(ray, grid, at, at, -room);
          double const high = test::length_in_box(ray, grid, at, at, room);
          double const value = static_cast<double>(found[i * pixels + pixel]);
          wrong += is_between(low, value, high) ? 0 : 1;
          exact += low > 0 && high - low < 100 * room ? 1 : 0;
          sum += value;
        }
        wrong += is_between(test::length_in_box(ray, grid, {0, 0, 0}, last, -room), sum,
                            test::length_in_box(ray, grid, {0, 0, 0}, last, room))
                     ? 0
                     : 1;
      }
    }
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(exact > 0);
}

/// The transpose has the same elements, but for what the compiler rounds otherwise.
template <class Geometry>
void check_transpose(Geometry const& scan, Grid const& grid, double room) {
  Projector<Geometry> const op{scan, grid};
  auto const voxels = static_cast<std::size_t>(grid.size.count());
  auto const pixels = static_cast<std::size_t>(test::projection_extents(scan).count());
  if (pixels <= most_pixels) {
    std::size_t const stride = pixels / 41 + 1;
    auto const columns = test::columns_of(op);
    auto const rows = test::rows_of(op, stride);
    float worst = 0;
    for (std::size_t n = 0; n * stride < pixels; ++n) {
      for (std::size_t voxel = 0; voxel < voxels; ++voxel) {
        float const forward = columns[voxel * pixels + n * stride];
        worst = std::max(worst, std::abs(forward - rows[n * voxels + voxel]));
      }
    }
    BOOST_TEST(static_cast<double>(worst) <= (test::on_device ? room : 0));
  }
  auto const x = test::random_values(1, grid.size.count());
  auto const y = test::random_values(2, test::projection_extents(scan).count());
  auto const ax = test::run(op, x);
  BOOST_TEST(test::norm(ax) > 0);
  double const difference = test::dot(ax, y) - test::dot(x, test::run(op.adjoint(), y));
  BOOST_TEST(std::abs(difference) <= 1e-6 * test::norm(ax) * test::norm(y));
}

template <class Geometry>
void check_scans() {
  for (auto const& scan : test::scans<Geometry>()) {
    BOOST_TEST_CONTEXT(scan.name) {
      check_matrix(scan.geometry, scan.grid, 2e-5);
      check_transpose(scan.geometry, scan.grid, 2e-5);
    }
  }
}

/// Rays along an axis, two a voxel, of which every other one runs in faces; voxels of 1 x 2 x 0.5.
struct AlongAxis {
  ParallelBeam3D scan;
  Grid grid;
  int u, v;  ///< the axes of the detector's columns and rows
};

AlongAxis rays_along(int axis, double sign) {
  Grid const grid = Grid::centered({4, 6, 3}, {1, 2, 0.5});
  int const u = axis == 0 ? 1 : 0;
  int const v = axis == 2 ? 1 : 2;
  Extents<2> const detector{2 * grid.size[u] + 3, 2 * grid.size[v] + 3};
  pyronn::ParallelVectors vectors{};
  vectors.direction[axis] = sign;
  vectors.u_step[u] = 0.5 * grid.spacing[u];
  vectors.v_step[v] = 0.5 * grid.spacing[v];
  return {ParallelBeam3D::from_vectors(detector, {vectors}), grid, u, v};
}

using Geometries =
    std::tuple<pyronn::FanBeam, pyronn::ArcFanBeam, pyronn::ParallelBeam2D, pyronn::ParallelBeam3D>;

}  // namespace

BOOST_AUTO_TEST_SUITE(siddon, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(is_the_matrix_of_lengths, Geometry, Geometries) {
  check_scans<Geometry>();
}

BOOST_AUTO_TEST_CASE(is_the_matrix_of_lengths_of_cones) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      if (scan.grid.size.count() <= 1000) check_matrix(scan.geometry, scan.grid, 3e-5);
      check_transpose(scan.geometry, scan.grid, 3e-5);
    }
  }
}

BOOST_AUTO_TEST_CASE(is_the_matrix_of_lengths_of_views_that_are_no_matrices) {
  Grid const grid = Grid::centered({8, 7, 6}, {1.1, 0.9, 1.3}, {0.4, -0.6, 0.2});
  check_matrix(test::Laminography<float>{}, grid, 2e-4);
  check_transpose(test::Laminography<float>{}, grid, 2e-4);
  check_transpose(test::Laminography<double>{}, grid, 2e-5);
}

/// A ray in a face belongs to the voxel above it, in both directions, and in the volume's own faces
/// to the lower one's voxels alone.
BOOST_AUTO_TEST_CASE(a_ray_in_a_face_counts_once) {
  for (int axis = 0; axis < 3; ++axis) {
    for (double const sign : {1.0, -1.0}) {
      AlongAxis const along = rays_along(axis, sign);
      Projector<ParallelBeam3D> const op{along.scan, along.grid};
      Extents<2> const detector = along.scan.detector_size();
      auto const pixels = static_cast<std::size_t>(detector.count());
      auto const columns = test::columns_of(op);
      std::vector<float> expected(columns.size());
      for (int voxel = 0; voxel < along.grid.size.count(); ++voxel) {
        int const row = voxel / along.grid.size[0];
        int const at[3] = {voxel % along.grid.size[0], row % along.grid.size[1],
                           row / along.grid.size[1]};
        // Pixel 0 is 3 halves of a voxel from the centre of voxel 0.
        for (int pixel = 0; pixel < detector.count(); ++pixel) {
          bool const is_in = (pixel % detector[0] - 1) / 2 == at[along.u] &&
                             (pixel / detector[0] - 1) / 2 == at[along.v] &&
                             pixel % detector[0] >= 1 && pixel / detector[0] >= 1;
          if (is_in) {
            expected[static_cast<std::size_t>(voxel) * pixels + static_cast<std::size_t>(pixel)] =
                static_cast<float>(along.grid.spacing[axis]);
          }
        }
      }
      BOOST_TEST(columns == expected, boost::test_tools::per_element());
      check_transpose(along.scan, along.grid, 0);
    }
  }
}

/// Through edges and corners, where a ray crosses planes of all axes at once.
BOOST_AUTO_TEST_CASE(diagonals_count_once) {
  Grid const grid = Grid::centered({5, 5, 5}, {1, 1, 1});
  ParallelBeam3D const scan =
      ParallelBeam3D::from_vectors({1, 1}, {{{1, 1, 1}, {0, 0, 0}, {1, -1, 0}, {1, 1, -2}},
                                            {{1, -1, 1}, {0, 0, 0}, {1, 1, 0}, {1, -1, -2}},
                                            {{-1, -1, 0}, {0, 0, 0}, {1, -1, 0}, {0, 0, 1}}});
  Projector<ParallelBeam3D> const op{scan, grid};
  auto const sums = test::run(op, std::vector<float>(125, 1.0F));
  BOOST_TEST(sums.at(0) == 5 * std::sqrt(3.0F), boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(sums.at(1) == 5 * std::sqrt(3.0F), boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(sums.at(2) == 5 * std::sqrt(2.0F), boost::test_tools::tolerance(1e-6F));
  check_transpose(scan, grid, 0);
}

/// The chords of a box in a volume many voxels wide, from the corners of the box alone.
BOOST_AUTO_TEST_CASE(chords_of_a_box_are_exact) {
  Grid const grid = Grid::centered({40, 36, 30}, {0.7, 0.9, 1.1}, {1, -2, 0.5});
  pyronn::Vec<int, 3> const first{7, 9, 4};
  pyronn::Vec<int, 3> const last{31, 20, 22};
  std::vector<float> volume;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        bool const is_in = x >= first[0] && x <= last[0] && y >= first[1] && y <= last[1] &&
                           z >= first[2] && z <= last[2];
        volume.push_back(is_in ? 2.0F : 0.0F);
      }
    }
  }
  ConeBeam const scan = ConeBeam::circular({80, 140, pyronn::equal_angles(11, 0.2)},
                                           {{37, 33}, {1.7, 1.9}, {3.1, -2.2}});
  auto const found = test::run(Projector<ConeBeam>{scan, grid}, volume);
  double worst = 0;
  std::size_t pixel = 0;
  for (int n = 0; n < scan.num_views(); ++n) {
    for (int v = 0; v < 33; ++v) {
      for (int u = 0; u < 37; ++u, ++pixel) {
        double const expected =
            2 * test::length_in_box(test::ray_in_double(scan.view(n), u, v), grid, first, last, 0);
        worst = std::max(worst, std::abs(static_cast<double>(found.at(pixel)) - expected));
      }
    }
  }
  BOOST_TEST(worst <= 2e-4);
}

/// Nothing is interpolated: policies make no difference, and no memory is needed.
BOOST_AUTO_TEST_CASE_TEMPLATE(policies_give_the_same, Interp, test::Interps) {
  test::ConeScan const& scan = test::cone_scans().front();
  Projector<ConeBeam, Interp> const op{scan.geometry, scan.grid};
  Projector<ConeBeam> const plain{scan.geometry, scan.grid};
  auto const x = test::random_values(3, scan.grid.size.count());
  auto const y = test::random_values(4, scan.pixels());
  BOOST_TEST((test::run(op, x) == test::run(plain, x)));
  BOOST_TEST((test::run(op.adjoint(), y) == test::run(plain.adjoint(), y)));
  test::Array<float, 3> volume{scan.grid.size, x};
  BOOST_TEST(op.workspace_bytes(test::executor(), volume.view()) == 0U);
}

BOOST_AUTO_TEST_CASE(samples_of_a_batch_have_geometries_of_their_own) {
  test::ConeScan const& scan = test::cone_scans().front();
  std::vector<ConeBeam> const scans{
      scan.geometry,
      ConeBeam::circular({55, 80, pyronn::equal_angles(7, 0.3)}, {{14, 11}, {1.3, 0.9}})};
  auto const both = Projector<ConeBeam>::per_sample(scans, scan.grid);
  auto const x = test::random_values(5, 2 * scan.grid.size.count());
  auto const found = test::run(both, test::volume_extents<ConeBeam, 4>(scan.grid, 2), x,
                               test::projection_extents<ConeBeam, 4>(scan.geometry, 2));
  std::vector<float> expected;
  for (std::size_t n = 0; n < 2; ++n) {
    auto const count = static_cast<std::ptrdiff_t>(x.size() / 2);
    auto const begin = x.begin() + static_cast<std::ptrdiff_t>(n) * count;
    auto const one = test::run(Projector<ConeBeam>{scans[n], scan.grid},
                               std::vector<float>(begin, begin + count));
    expected.insert(expected.end(), one.begin(), one.end());
  }
  BOOST_TEST((found == expected));
}

/// A voxel that is no number shows on the rays through it alone, and nothing beside the arrays is
/// read or written.
BOOST_AUTO_TEST_CASE(stays_within_its_voxels) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      Projector<ConeBeam> const op{scan.geometry, scan.grid};
      auto x = test::random_values(6, scan.grid.size.count());
      auto const y = test::random_values(7, scan.pixels());
      BOOST_TEST((test::run_between_guards(op, x) == test::run(op, x)));
      BOOST_TEST((test::run_between_guards(op.adjoint(), y) == test::run(op.adjoint(), y)));
      std::vector<float> pulse(x.size());
      pulse[x.size() / 2] = 1;
      auto const reached = test::run(op, pulse);
      auto const plain = test::run(op, x);
      x[x.size() / 2] = test::nan;
      auto const found = test::run(op, x);
      int wrong = 0;
      for (std::size_t n = 0; n < found.size(); ++n) {
        wrong += std::isnan(found[n]) == (reached[n] > 0) ? 0 : 1;
        wrong += std::isnan(found[n]) || found[n] == plain[n] ? 0 : 1;
      }
      BOOST_TEST(wrong == 0);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
