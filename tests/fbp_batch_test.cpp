// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Filtered backprojection of batches, with one geometry for all samples or one for each.
#include "support/backends.hpp"
//
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

using pyronn::equal_angles;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::pi;
using pyronn::Rotation;
using pyronn::SoftwareInterp;
using test::reconstruct;
using Values = std::vector<float>;

BOOST_AUTO_TEST_SUITE(fbp_batch, *boost::unit_test::precondition(test::device_present))

template <class Interp>
void check_batch_is_single_calls(int samples) {
  Grid const grid = Grid::flat({17, 14}, {1, 1.2});
  std::vector<FanBeam> scans;
  for (int n = 0; n < samples; ++n) {
    int const s = n % 5;
    scans.push_back(FanBeam::circular({100.0 + s, 170, equal_angles(60, 0.1 * n, 4.5 + 0.3 * s)},
                                      {50, 1.3, 0.4 * s}));
  }
  Values const lines = test::random_values(7, 50 * 60 * samples);
  double const bound = test::bound<Interp>(1e-6, 3e-3);
  auto const check = [&](auto const& fbp, auto const& scan_of) {
    Values expected;
    for (int s = 0; s < samples; ++s) {
      Values const one(lines.begin() + s * 50 * 60, lines.begin() + (s + 1) * 50 * 60);
      Values const image = reconstruct<Interp>(scan_of(s), grid, one);
      expected.insert(expected.end(), image.begin(), image.end());
    }
    test::Array<float, 3> projections{{50, 60, samples}, lines};
    for (std::size_t const limit :
         {pyronn::default_workspace_limit, std::size_t{70000}, std::size_t{1}}) {
      test::Array<float, 3> images{{17, 14, samples}, test::nan};
      pyronn::Workspace<test::Executor> workspace{
          test::executor(), fbp.workspace_bytes(test::executor(), projections.view(), limit)};
      fbp(test::executor(), projections.view(), images.view(), workspace);
      BOOST_TEST(test::relative_l2(images.values(), expected) < bound);
    }
  };
  check(pyronn::Fbp<FanBeam, Interp>{scans[1], grid}, [&](int) { return scans[1]; });
  check(pyronn::Fbp<FanBeam, Interp>::per_sample(scans, grid),
        [&](int s) { return scans[static_cast<std::size_t>(s)]; });
}

// A batch does what single calls do, in one piece and in little memory, with one geometry or many.
BOOST_AUTO_TEST_CASE_TEMPLATE(is_single_calls, Interp, test::Interps) {
  check_batch_is_single_calls<Interp>(5);
}

BOOST_AUTO_TEST_CASE(of_many_samples_is_single_calls) {
  check_batch_is_single_calls<SoftwareInterp>(20);
}

BOOST_AUTO_TEST_CASE(of_many_samples_runs_on_tensor_cores) {
  FanBeam const scan = FanBeam::circular({100, 170, equal_angles(90, 0.1)}, {50, 1.3});
  pyronn::Fbp<FanBeam, SoftwareInterp> const fbp{scan, Grid::flat({17, 14}, {1, 1.2})};
  test::Array<float, 3> projections{{50, 90, 20}, 0.0F};
  auto const plan = fbp.plan(test::executor(), projections.view());
  BOOST_TEST(plan.steps.back().path == (test::on_device ? "tensor-core batch" : "general"));
}

// Shares of views of a batch add up, with one geometry or many.
BOOST_AUTO_TEST_CASE(may_come_piece_by_piece) {
  Grid const grid = Grid::flat({15, 16}, {1, 1});
  std::vector<ParallelBeam2D> const scans{
      ParallelBeam2D::circular({equal_angles(40, 0.1, pi)}, {41, 0.8}),
      ParallelBeam2D::circular({equal_angles(40, 0.7, 2 * pi), Rotation::clockwise}, {41, 1.1})};
  Values const lines = test::random_values(9, 2 * 40 * 41);
  for (auto const& fbp : {pyronn::Fbp<ParallelBeam2D, SoftwareInterp>{scans[0], grid},
                          pyronn::Fbp<ParallelBeam2D, SoftwareInterp>::per_sample(scans, grid)}) {
    test::Array<float, 3> whole{{41, 40, 2}, lines};
    test::Array<float, 3> at_once{{15, 16, 2}, test::nan};
    test::Array<float, 3> in_pieces{{15, 16, 2}, test::nan};
    pyronn::Workspace<test::Executor> workspace{
        test::executor(), fbp.workspace_bytes(test::executor(), whole.view())};
    fbp(test::executor(), whole.view(), at_once.view(), workspace);
    for (int const first : {0, 13}) {
      int const count = first == 0 ? 13 : 27;
      Values share;
      for (int s = 0; s < 2; ++s) {
        auto const from = lines.begin() + (s * 40 + first) * 41;
        share.insert(share.end(), from, from + count * 41);
      }
      test::Array<float, 3> part{{41, count, 2}, share};
      fbp(test::executor(), part.view(), in_pieces.view(), workspace,
          test::piece_of_views(first, count));
    }
    BOOST_TEST(test::relative_l2(in_pieces.values(), at_once.values()) < 1e-6);
  }
}

// A full turn, a short scan and an offset detector in one batch: all rows are as long as those of
// the last, which turns some roundings.
BOOST_AUTO_TEST_CASE(of_unlike_cones) {
  using pyronn::ConeBeam;
  Grid const grid = Grid::centered({9, 8, 7}, {1, 1, 1.2});
  auto const scan = [](double range, double offset) {
    return ConeBeam::circular({100, 170, equal_angles(50, 0.2, range)},
                              {{40, 9}, {1.3, 1.9}, {offset, 0}});
  };
  std::vector<ConeBeam> const scans{scan(2 * pi, 0), scan(4.4, 1), scan(2 * pi, 15)};
  Values const lines = test::random_values(7, 40 * 9 * 50 * 3);
  auto const fdk = pyronn::Fdk<ConeBeam, SoftwareInterp>::per_sample(scans, grid);
  Values const found =
      test::run(fdk, pyronn::Extents<4>{40, 9, 50, 3}, lines, pyronn::Extents<4>{9, 8, 7, 3});
  for (std::size_t s = 0; s < 3; ++s) {
    auto const part = [s](Values const& all) {
      auto const size = static_cast<std::ptrdiff_t>(all.size() / 3);
      auto const begin = all.begin() + static_cast<std::ptrdiff_t>(s) * size;
      return Values(begin, begin + size);
    };
    BOOST_TEST(test::relative_l2(part(found),
                                 reconstruct<SoftwareInterp>(scans[s], grid, part(lines))) < 2e-5);
  }
}

BOOST_AUTO_TEST_SUITE_END()
