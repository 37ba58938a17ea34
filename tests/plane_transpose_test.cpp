// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The transpose of Joseph's model in the plane, which has paths of its own on a GPU: for batches,
// for few samples, and for a scan for each sample.
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"

using pyronn::ArcFanBeam;
using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using Values = std::vector<float>;

namespace {

template <class Geometry>
using Transpose = pyronn::Backprojector<Geometry, pyronn::SoftwareInterp, pyronn::Joseph>;

template <class Geometry>
Extents<3> lines_of(Transpose<Geometry> const& op, int samples) {
  return test::projection_extents<Geometry, 3>(op.geometry(), samples);
}
template <class Geometry>
Extents<3> images_of(Transpose<Geometry> const& op, int samples) {
  return test::volume_extents<Geometry, 3>(op.grid(), samples);
}
template <class Geometry>
Values run(Transpose<Geometry> const& op, Values const& lines, int samples,
           std::size_t limit = pyronn::default_workspace_limit) {
  return test::run(op, lines_of(op, samples), lines, images_of(op, samples), limit);
}

FanBeam fan(int columns, double spacing, int views) {
  return FanBeam::circular({200, 300, pyronn::equal_angles(views, 0.3)}, {columns, spacing, 0.4});
}

/// Random signed numbers there and back, and element by element against the matrix in double
/// precision.
template <class Geometry>
void check(Geometry const& scan, Grid const& grid, int samples) {
  BOOST_TEST_CONTEXT(grid.size[0] << " x " << grid.size[1] << " voxels, " << scan.num_views()
                                  << " views of " << scan.detector_size()[0] << " pixels, "
                                  << samples << " samples") {
    Transpose<Geometry> const op{scan, grid};
    Extents<3> const lines = lines_of(op, samples);
    Extents<3> const images = images_of(op, samples);
    Values const x = test::random_values(1, images.count());
    Values const y = test::random_values(2, lines.count());
    Values const aty = test::run_between_guards(op, lines, y, images);
    Values const ax = test::run(op.adjoint(), images, x, lines);
    BOOST_TEST(std::abs(test::dot(ax, y) - test::dot(x, aty)) <=
               1e-6 * test::norm(ax) * test::norm(y));
    std::ptrdiff_t const image = images.count() / samples;
    std::ptrdiff_t const sinogram = lines.count() / samples;
    Values const last(y.end() - sinogram, y.end());
    auto const expected = test::reference_backprojection<pyronn::Joseph>(scan, grid, last);
    BOOST_TEST(test::relative_l2(Values(aty.end() - image, aty.end()), expected) <= 2e-5);
  }
}

/// Of samples and views: numbers that reach all paths of a GPU, and few on cores, which have one
/// path and take samples one by one.
template <class Numbers>
Numbers numbers_for(Numbers const& device, Numbers const& cores) {
  return test::on_device ? device : cores;
}
using Counts = std::vector<int>;

}  // namespace

BOOST_AUTO_TEST_SUITE(plane_transpose, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(is_exact) {
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9}, {2.5, -3});
  for (int const samples : numbers_for<Counts>({1, 3, 6, 16, 34}, {1, 3})) {
    check(fan(45, 1.4, 23), grid, samples);
    check(ParallelBeam2D::circular({pyronn::equal_angles(23, 0.1)}, {45, 1.1, 1.3}), grid, samples);
    check(ArcFanBeam::circular({200, 300, pyronn::equal_angles(23, 0.3)}, {45, 1.4, 0.4}), grid,
          samples);
  }
  check(fan(31, 1.5, numbers_for(1100, 300)), Grid::flat({21, 18}, {1, 1}, {3, 2}), 1);
  check(fan(31, 1.5, numbers_for(700, 70)), Grid::flat({21, 18}, {1, 1}, {3, 2}), 20);
  check(fan(400, 0.05, 3), Grid::flat({5, 9}, {8, 3}), 1);
}

BOOST_AUTO_TEST_CASE(is_exact_where_rays_begin_or_end_in_the_image) {
  for (int const samples : numbers_for<Counts>({1, 20}, {1, 3})) {
    check(fan(45, 3.4, 7), Grid::flat({60, 60}, {8, 8}), samples);
    check(ArcFanBeam::circular({200, 300, pyronn::equal_angles(7, 0.3)}, {45, 3.4}),
          Grid::flat({60, 60}, {8, 8}), samples);
  }
}

BOOST_AUTO_TEST_CASE(takes_a_scan_for_each_sample) {
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9}, {2.5, -3});
  std::vector<FanBeam> scans;
  for (int n = 0; n < 18; ++n) scans.push_back(fan(45, 1.2 + 0.03 * n, 33));
  auto const op = Transpose<FanBeam>::per_sample(scans, grid);
  int const samples = static_cast<int>(scans.size());
  Values const y = test::random_values(3, lines_of(op, samples).count());
  Values const found = run(op, y, samples);
  auto const part = [samples](Values const& all, int n) {
    auto const count = static_cast<std::ptrdiff_t>(all.size()) / samples;
    return Values(all.begin() + n * count, all.begin() + (n + 1) * count);
  };
  for (int n = 0; n < samples; ++n) {
    Transpose<FanBeam> const single{scans[static_cast<std::size_t>(n)], grid};
    BOOST_TEST(test::relative_l2(part(found, n), run(single, part(y, n), 1)) <= 1e-6);
  }
}

// Whole calls: fewer samples at a time, or fewer views, change no bits.
BOOST_AUTO_TEST_CASE(has_the_same_bits_on_every_run) {
  for (int const samples : numbers_for<Counts>({1, 7, 40}, {1, 3})) {
    Transpose<FanBeam> const op{fan(45, 1.4, numbers_for(300, 190)),
                                Grid::flat({37, 29}, {1.1, 0.9})};
    Values const y = test::random_values(4, lines_of(op, samples).count());
    Values const expected = run(op, y, samples);
    BOOST_TEST((run(op, y, samples) == expected));
    if (samples < 40) continue;
    test::Array<float, 3> array{lines_of(op, samples)};
    std::size_t const all = op.workspace_bytes(test::executor(), array.view());
    // 256 of 300 views, and 128.
    for (std::size_t const limit : {all / 10 * 9, all / 2}) {
      BOOST_TEST((run(op, y, samples, limit) == expected));
    }
  }
}

// It spoils all voxels that it has a weight for, and in batches of others those nearby.
BOOST_AUTO_TEST_CASE(lets_numbers_through_that_are_not_finite) {
  for (int const samples : {1, 5, 20}) {
    Transpose<FanBeam> const op{fan(45, 1.4, 9), Grid::flat({37, 29}, {1.1, 0.9})};
    Values y(static_cast<std::size_t>(lines_of(op, samples).count()), 0.0F);
    std::size_t const where = y.size() - 45 * 4 + 20;
    y[where] = 1.0F;
    Values const of_unit = run(op, y, samples, 0);
    for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
      y[where] = number;
      Values const found = run(op, y, samples);
      std::size_t const image = found.size() / static_cast<std::size_t>(samples);
      int lost = 0;
      int spoilt = 0;
      for (std::size_t n = 0; n < found.size(); ++n) {
        lost += of_unit[n] != 0.0F && std::isfinite(found[n]) ? 1 : 0;
        spoilt += std::isfinite(found[n]) ? 0 : 1;
        if (n + image < found.size()) BOOST_REQUIRE(std::isfinite(found[n]));
      }
      BOOST_TEST(lost == 0);
      BOOST_TEST(spoilt > 0);
      BOOST_TEST(spoilt < static_cast<int>(image));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
