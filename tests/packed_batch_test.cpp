// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"

using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::SoftwareInterp;

namespace {

FanBeam fan(int columns, double spacing, int views, double offset = 0) {
  return FanBeam::circular({200, 300, pyronn::equal_angles(views, 0.3)},
                           {columns, spacing, offset});
}

ParallelBeam2D parallel(int columns, double spacing, int views, double offset = 0) {
  return ParallelBeam2D::circular({pyronn::equal_angles(views, 0.1)}, {columns, spacing, offset});
}

template <class Geometry>
using Forward = pyronn::Projector<Geometry, SoftwareInterp>;
template <class Geometry>
using Back = pyronn::Backprojector<Geometry, SoftwareInterp>;
template <class Geometry>
using Transpose = pyronn::Backprojector<Geometry, SoftwareInterp, pyronn::Joseph>;

template <class Geometry>
Extents<3> in_extents(Forward<Geometry> const& op, int samples) {
  return test::volume_extents<Geometry, 3>(op.grid(), samples);
}
template <class Geometry, class Model>
Extents<3> in_extents(pyronn::Backprojector<Geometry, SoftwareInterp, Model> const& op,
                      int samples) {
  return test::projection_extents<Geometry, 3>(op.geometry(), samples);
}
template <class Geometry>
Extents<3> out_extents(Forward<Geometry> const& op, int samples) {
  return test::projection_extents<Geometry, 3>(op.geometry(), samples);
}
template <class Geometry, class Model>
Extents<3> out_extents(pyronn::Backprojector<Geometry, SoftwareInterp, Model> const& op,
                       int samples) {
  return test::volume_extents<Geometry, 3>(op.grid(), samples);
}

/// The matrix in double precision.
template <class Geometry>
std::vector<double> reference(Forward<Geometry> const& op, std::vector<float> const& in) {
  return test::reference_projection<pyronn::Joseph>(op.geometry(), op.grid(), in);
}
template <class Geometry, class Model>
std::vector<double> reference(pyronn::Backprojector<Geometry, SoftwareInterp, Model> const& op,
                              std::vector<float> const& in) {
  return test::reference_backprojection<Model>(op.geometry(), op.grid(), in);
}

std::vector<float> sample(std::vector<float> const& all, int samples, int n) {
  auto const count = static_cast<std::ptrdiff_t>(all.size()) / samples;
  return {all.begin() + n * count, all.begin() + (n + 1) * count};
}

/// Values of magnitudes that differ from sample to sample, as those of a batch may.
std::vector<float> batch_values(unsigned seed, Extents<3> extents) {
  std::vector<float> values = test::random_values(seed, extents.count());
  std::size_t const one = values.size() / static_cast<std::size_t>(extents[2]);
  for (std::size_t n = 0; n < values.size(); ++n) {
    values[n] = std::ldexp(values[n] + 0.5F, static_cast<int>(n / one * 7 % 90) - 45);
  }
  return values;
}

/// What an operator makes of a batch within so many bytes of workspace, `offset` bytes into it.
template <class Operator, class T>
std::vector<float> run_within(Operator const& op, int samples, std::vector<T> const& in,
                              std::size_t bytes, std::size_t offset = 0) {
  test::Array<T, 3> source{in_extents(op, samples), in};
  test::Array<float, 3> target{out_extents(op, samples), test::nan};
  pyronn::Workspace<test::Executor> whole{test::executor(), bytes + offset};
  pyronn::Workspace<test::Executor> workspace{test::executor(), whole, offset};
  op(test::executor(), source.view(), target.view(), workspace);
  return target.values();
}

template <class T = float, class Operator>
std::size_t bytes_of(Operator const& op, int samples,
                     std::size_t limit = pyronn::default_workspace_limit) {
  pyronn::ArrayView<T const, 3> const in{nullptr, in_extents(op, samples)};
  return op.workspace_bytes(test::executor(), in, limit);
}

/// The largest error of a sample.
template <class Expected>
double worst_error(std::vector<float> const& found, std::vector<float> const& in, int samples,
                   int step, Expected const& expected) {
  double worst = 0;
  for (int n = 0; n < samples; n += step) {
    auto const right = expected(sample(in, samples, n), n);
    if (test::norm(right) == 0) {
      worst = std::fmax(worst, test::norm(sample(found, samples, n)));
    } else {
      worst = std::fmax(worst, test::relative_l2(sample(found, samples, n), right));
    }
  }
  return worst;
}

/// A batch against what is done without workspace, and some of its samples against double
/// precision.
template <class Operator>
void check(Operator const& op, int samples) {
  auto const in = batch_values(3, in_extents(op, samples));
  auto const found =
      test::run_between_guards(op, in_extents(op, samples), in, out_extents(op, samples));
  auto const in_place = run_within(op, samples, in, 0);
  BOOST_TEST(worst_error(found, in, samples, 1, [&](std::vector<float> const&, int n) {
               return sample(in_place, samples, n);
             }) <= 3e-6);
  BOOST_TEST(worst_error(found, in, samples, 31, [&](std::vector<float> const& one, int) {
               return reference(op, one);
             }) <= 2e-5);
}

template <class Geometry>
void check_both(Geometry const& scan, Grid const& grid, int samples) {
  Extents<2> const detector = scan.detector_size();
  BOOST_TEST_CONTEXT(grid.size[0] << " x " << grid.size[1] << " voxels, " << scan.num_views()
                                  << " views of " << detector[0] << " pixels, " << samples
                                  << " samples") {
    check(Forward<Geometry>{scan, grid}, samples);
    check(Back<Geometry>{scan, grid}, samples);
    // In one voxel the few rays of a sample may cancel.
    if (grid.size.count() > 1) check(Transpose<Geometry>{scan, grid}, samples);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(packed_batch, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(of_any_number_of_samples) {
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9}, {2.5, -3});
  for (int const samples : {1, 15, 16, 32, 33, 64, 65, 100}) {
    check_both(fan(45, 1.4, 23), grid, samples);
    check_both(parallel(45, 1.1, 23, 1.3), grid, samples);
  }
}

// The weight goes into the products of matrices, but not so near the source that depths differ
// much.
BOOST_AUTO_TEST_CASE(weighted_by_distance) {
  using Weighted = pyronn::Backprojector<FanBeam, SoftwareInterp, pyronn::DistanceWeighted>;
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9}, {2.5, -3});
  for (double const radius : {200.0, 45.0, 30.0}) {
    auto const scan = FanBeam::circular({radius, 300, pyronn::equal_angles(150, 0.3)}, {45, 6.0});
    for (int const samples : {20, 64}) check(Weighted{scan, grid}, samples);
  }
}

BOOST_AUTO_TEST_CASE(of_any_size) {
  for (Extents<2> const size : {Extents<2>{1, 1}, Extents<2>{1, 70}, Extents<2>{83, 2},
                                Extents<2>{16, 16}, Extents<2>{33, 65}}) {
    for (int const columns : {1, 2, 33, 131}) {
      Grid const grid = Grid::flat(size, {0.7, 1.2}, {-4, 1});
      check_both(fan(columns, 1.1, 5), grid, 17);
      check_both(parallel(columns, 0.8, 1), grid, 34);
    }
  }
}

// The rays of a warp are of one view where views are few, of several where they are many; and there
// are more views than a launch holds.
BOOST_AUTO_TEST_CASE(of_many_views) {
  Grid const grid = Grid::flat({21, 18}, {1, 1}, {3, 2});
  check_both(fan(31, 1.5, 1100), grid, 20);
  check_both(parallel(31, 1.2, 701), grid, 16);
}

BOOST_AUTO_TEST_CASE(of_rays_that_miss_the_image) {
  check_both(fan(301, 2.0, 40), Grid::flat({12, 9}, {1, 1}, {15, 20}), 20);
  check_both(parallel(20, 1.0, 40, 100.0), Grid::flat({12, 9}, {1, 1}), 20);
}

// The source or the detector lies in the image: rays begin or end there.
BOOST_AUTO_TEST_CASE(of_rays_that_begin_or_end_in_the_image) {
  Grid const grid = Grid::flat({60, 60}, {8, 8});
  Grid const wide = Grid::flat({60, 10}, {4.5, 4});
  check_both(fan(45, 3.4, 7), wide, 20);
  check(Forward<FanBeam>{fan(45, 3.4, 7), grid}, 20);
  if (test::on_device) {
    // One sample after another.
    Forward<FanBeam> const op{fan(45, 3.4, 7), grid};
    Forward<FanBeam> const op_wide{fan(45, 3.4, 7), wide};
    BOOST_TEST(bytes_of(op, 20) == 20 * bytes_of(op, 1));
    BOOST_TEST(bytes_of(op_wide, 20) == 20 * bytes_of(op_wide, 1));
    BOOST_TEST(bytes_of(Back<FanBeam>{fan(45, 3.4, 7), grid}, 20) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(works_in_any_workspace) {
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9}, {2.5, -3});
  constexpr int samples = 70;
  auto const check_limits = [&](auto const& op) {
    auto const in = batch_values(5, in_extents(op, samples));
    auto const expected = run_within(op, samples, in, 0);
    std::size_t const whole = bytes_of(op, samples);
    BOOST_TEST((whole > 0) == test::on_device);
    BOOST_TEST(bytes_of(op, samples, 0) == 0U);
    for (std::size_t limit = whole; limit > 0; limit = limit * 3 / 4) {
      std::size_t const bytes = bytes_of(op, samples, limit);
      BOOST_TEST(bytes <= limit);
      BOOST_TEST(test::relative_l2(run_within(op, samples, in, bytes), expected) <= 1e-6);
      BOOST_TEST(test::relative_l2(run_within(op, samples, in, limit), expected) <= 1e-6);
    }
    BOOST_TEST(test::relative_l2(run_within(op, samples, in, whole, 4), expected) <= 1e-6);
  };
  check_limits(Forward<FanBeam>{fan(45, 1.4, 150), grid});
  check_limits(Back<FanBeam>{fan(45, 1.4, 150), grid});
  check_limits(Transpose<FanBeam>{fan(45, 1.4, 300), grid});
}

template <class Operator>
void check_pieces(Operator const& op) {
  constexpr int samples = 40;
  auto const in = batch_values(7, in_extents(op, samples));
  auto const expected = run_within(op, samples, in, 0);
  test::Array<float, 3> target{out_extents(op, samples), test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(), bytes_of(op, samples)};
  for (int first = 0; first < 150; first += 40) {
    Extents<3> part = in_extents(op, samples);
    part[1] = std::min(40, 150 - first);
    std::vector<float> share;
    for (int n = 0; n < samples; ++n) {
      auto const begin = in.begin() + (std::ptrdiff_t{n} * 150 + first) * part[0];
      share.insert(share.end(), begin, begin + std::ptrdiff_t{part[1]} * part[0]);
    }
    test::Array<float, 3> source{part, share};
    op(test::executor(), source.view(), target.view(), workspace,
       test::piece_of_views(first, part[1]));
  }
  BOOST_TEST(test::relative_l2(target.values(), expected) <= 1e-6);
}
BOOST_AUTO_TEST_CASE(adds_views_piece_by_piece) {
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9});
  check_pieces(Back<FanBeam>{fan(45, 1.4, 150), grid});
  check_pieces(Transpose<FanBeam>{fan(45, 1.4, 150), grid});
}

// Values are exact, positions are rounded to 1/2048: weights, whose rms is 1 / sqrt(3), by 2^-12 /
// sqrt(3), which is 2^-12 of them. The transpose of Joseph's model rounds values times steps, too,
// by at most 2^-12. With two parts to a value nothing is.
template <class T>
void check_16_bits(double of_samples, double of_transpose) {
  constexpr int samples = 40;
  auto const check_operator = [&](auto const& op, double bound) {
    std::vector<T> in;
    for (float const value : test::random_values(11, in_extents(op, samples).count())) {
      in.push_back(static_cast<T>(value));
    }
    auto const expected = run_within(op, samples, std::vector<float>(in.begin(), in.end()), 0);
    auto const found = run_within(op, samples, in, bytes_of<T>(op, samples));
    BOOST_TEST(test::relative_l2(found, expected) <= bound);
    BOOST_TEST((test::relative_l2(found, expected) > 0) == test::on_device);
    BOOST_TEST((bytes_of<T>(op, samples) > 0) == test::on_device);
    BOOST_TEST(test::relative_l2(run_within(op, samples, in, 0), expected) <= 1e-6);
  };
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9}, {2.5, -3});
  check_operator(Forward<FanBeam>{fan(45, 1.4, 150), grid}, of_samples);
  check_operator(Back<FanBeam>{fan(45, 1.4, 150), grid}, of_samples);
  check_operator(Transpose<FanBeam>{fan(45, 1.4, 150), grid}, of_transpose);
}
BOOST_AUTO_TEST_CASE(of_half) { check_16_bits<pyronn::Half>(3e-4, 4e-4); }
BOOST_AUTO_TEST_CASE(of_bfloat16) { check_16_bits<pyronn::BFloat16>(3e-6, 3e-6); }

BOOST_AUTO_TEST_CASE(of_zeros_is_zero) {
  Forward<FanBeam> const op{fan(45, 1.4, 9), Grid::flat({37, 29}, {1.1, 0.9})};
  auto in = batch_values(9, in_extents(op, 16));
  std::fill_n(in.begin(), in.size() / 2, 0.0F);
  auto const found = run_within(op, 16, in, bytes_of(op, 16));
  BOOST_TEST(test::norm(sample(found, 2, 0)) == 0);
  BOOST_TEST(test::norm(sample(found, 2, 1)) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
