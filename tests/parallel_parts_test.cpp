// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Parts and batches of calls for parallel rays that are perpendicular to z.
#include "support/backends.hpp"
//
#include <algorithm>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/level_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::Grid;
using pyronn::ParallelBeam3D;
using test::level::Back;
using test::level::Forward;
using test::level::grid_of;
using test::level::Panel;
using test::level::scan_of;
using test::level::Transpose;
using test::level::Values;
using test::level::values_for;

BOOST_AUTO_TEST_SUITE(parallel_parts, *boost::unit_test::precondition(test::device_present))

/// Slabs have the bits of the whole, whatever their height; and projected slabs add up.
BOOST_AUTO_TEST_CASE(in_slabs) {
  Grid const grid = grid_of(50);
  for (double const shift : {0.0, 0.3}) {
    ParallelBeam3D const scan = scan_of({40, 1, shift});
    auto const check_slabs = [&](auto const& back) {
      Values const lines = values_for(back, 5);
      Values const whole = test::run(back, lines);
      for (pyronn::Slab const slab :
           {pyronn::Slab{0, 3}, pyronn::Slab{3, 30}, pyronn::Slab{33, 17}}) {
        test::Array<float, 3> source{test::projection_extents(scan), lines};
        test::Array<float, 3> target{{21, 18, slab.num_slices}, test::nan};
        pyronn::Part const part{{}, slab};
        pyronn::Workspace<test::Executor> workspace{
            test::executor(), back.workspace_bytes(test::executor(), source.view(),
                                                   pyronn::default_workspace_limit, part)};
        back(test::executor(), source.view(), target.view(), workspace, part);
        auto const first = whole.begin() + std::ptrdiff_t{21} * 18 * slab.first_slice;
        BOOST_TEST_INFO(slab.num_slices << " slices from " << slab.first_slice);
        BOOST_TEST((target.values() == Values(first, first + 21 * 18 * slab.num_slices)));
      }
    };
    check_slabs(Back{scan, grid});
    check_slabs(Transpose{scan, grid});

    Forward const forward{scan, grid};
    Values const volume = values_for(forward, 6);
    test::Array<float, 3> target{test::projection_extents(scan), test::nan};
    pyronn::Workspace<test::Executor> workspace{test::executor(), std::size_t{1} << 24};
    for (int const first : {0, 17, 34}) {
      pyronn::Slab const slab{first, first == 34 ? 16 : 17};
      auto const begin = volume.begin() + std::ptrdiff_t{21} * 18 * first;
      test::Array<float, 3> source{{21, 18, slab.num_slices},
                                   Values(begin, begin + 21 * 18 * slab.num_slices)};
      auto const output = first == 0 ? pyronn::Output::overwrite : pyronn::Output::add;
      forward(test::executor(), source.view(), target.view(), workspace, {{}, slab, output});
    }
    BOOST_TEST(test::relative_l2(target.values(), test::run(forward, volume)) <= 1e-6);
  }
}

template <class Op>
void check_batch(Op const& op, pyronn::Extents<3> from, pyronn::Extents<3> to) {
  constexpr int samples = 3;
  pyronn::Extents<4> const all{{from[0], from[1], from[2], samples}};
  Values const in = test::random_values(7, all.count());
  Values const found = test::run(op, all, in, pyronn::Extents<4>{{to[0], to[1], to[2], samples}});
  Values expected;
  for (int n = 0; n < samples; ++n) {
    auto const first = in.begin() + n * from.count();
    Values const one = test::run(op, Values(first, first + from.count()));
    expected.insert(expected.end(), one.begin(), one.end());
  }
  BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(of_several_volumes) {
  Grid const grid = grid_of(40);
  for (Panel const& panel : {Panel{36, 1, 1}, Panel{36, 1, 0.3}}) {
    ParallelBeam3D const scan = scan_of(panel);
    auto const pixels = test::projection_extents(scan);
    check_batch(Forward{scan, grid}, grid.size, pixels);
    check_batch(Back{scan, grid}, pixels, grid.size);
    check_batch(Transpose{scan, grid}, pixels, grid.size);
  }
}

/// Of selected views those of the whole; added up, the whole.
BOOST_AUTO_TEST_CASE(of_some_views) {
  Grid const grid = grid_of();
  ParallelBeam3D const scan = scan_of({24, -1, 0.3}, 150);
  Forward const forward{scan, grid};
  Values const volume = values_for(forward, 8);
  Values const whole = test::run(forward, volume);
  test::Array<float, 3> source{grid.size, volume};
  test::Array<float, 3> some{{29, 24, 30}, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(), std::size_t{1} << 24};
  forward(test::executor(), source.view(), some.view(), workspace,
          {pyronn::ViewSelection::every(5, 3)});
  Values expected;
  for (int view = 3; view < 150; view += 5) {
    auto const first = whole.begin() + std::ptrdiff_t{view} * 29 * 24;
    expected.insert(expected.end(), first, first + 29 * 24);
  }
  BOOST_TEST(test::relative_l2(some.values(), expected) <= 1e-6);

  auto const check_sum = [&](auto const& back) {
    Values const lines = values_for(back, 9);
    test::Array<float, 3> target{grid.size, test::nan};
    for (int first = 0; first < 150; first += 70) {
      int const count = std::min(70, 150 - first);
      auto const begin = lines.begin() + std::ptrdiff_t{first} * 29 * 24;
      test::Array<float, 3> share{{29, 24, count}, Values(begin, begin + 29 * 24 * count)};
      back(test::executor(), share.view(), target.view(), workspace,
           test::piece_of_views(first, count));
    }
    BOOST_TEST(test::relative_l2(target.values(), test::run(back, lines)) <= 1e-6);
  };
  check_sum(Back{scan, grid});
  check_sum(Transpose{scan, grid});
}

BOOST_AUTO_TEST_CASE(in_any_workspace) {
  Grid const grid = grid_of(70);
  ParallelBeam3D const scan = scan_of({70}, 150);
  auto const check_limits = [&](auto const& op) {
    Values const in = values_for(op, 10);
    Values const expected = test::run(op, in, 0);
    for (std::size_t limit = std::size_t{1} << 23; limit > 1000; limit = limit * 2 / 5) {
      BOOST_TEST(test::relative_l2(test::run(op, in, limit), expected) <= 2e-6);
    }
  };
  check_limits(Forward{scan, grid});
  check_limits(Back{scan, grid});
  check_limits(Transpose{scan, grid});
}

template <class T, class Op>
void check_16_bits(Op const& op, pyronn::Extents<3> from, pyronn::Extents<3> to, double bound) {
  std::vector<T> in;
  for (float const value : test::random_values(11, from.count())) {
    in.push_back(static_cast<T>(value));
  }
  Values const expected = test::run(op, Values(in.begin(), in.end()), 0);
  test::Array<T, 3> source{from, in};
  test::Array<float, 3> target{to, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor(), source.view())};
  op(test::executor(), source.view(), target.view(), workspace);
  BOOST_TEST(test::relative_l2(target.values(), expected) <= bound);
}

BOOST_AUTO_TEST_CASE(of_16_bits) {
  Grid const grid = grid_of(40);
  for (double const shift : {0.0, 0.3}) {
    ParallelBeam3D const scan = scan_of({40, 1, shift}, 90);
    auto const pixels = test::projection_extents(scan);
    check_16_bits<pyronn::Half>(Forward{scan, grid}, grid.size, pixels, 4e-4);
    check_16_bits<pyronn::Half>(Back{scan, grid}, pixels, grid.size, 4e-4);
    check_16_bits<pyronn::Half>(Transpose{scan, grid}, pixels, grid.size, 5e-4);
    check_16_bits<pyronn::BFloat16>(Forward{scan, grid}, grid.size, pixels, 3e-6);
    check_16_bits<pyronn::BFloat16>(Back{scan, grid}, pixels, grid.size, 3e-6);
    check_16_bits<pyronn::BFloat16>(Transpose{scan, grid}, pixels, grid.size, 3e-6);
  }
}

/// Filtered backprojection is that of each slice in the plane; a slab has the bits of the whole.
BOOST_AUTO_TEST_CASE(of_filtered_backprojection) {
  auto const angles = pyronn::equal_angles(90, 0, pyronn::pi);
  auto const scan = ParallelBeam3D::circular({angles}, {{40, 24}, {1, 0.9}, {0.3, 1.8}});
  auto const flat = pyronn::ParallelBeam2D::circular({angles}, {40, 1, 0.3});
  Grid const grid = grid_of();
  pyronn::Fbp<ParallelBeam3D, pyronn::SoftwareInterp> const fbp{scan, grid};
  Values const lines = test::random_values(14, 40 * 24 * 90);
  Values const found = test::run(fbp, {40, 24, 90}, lines, grid.size);
  test::Array<float, 3> source{{40, 24, 90}, lines};
  if (test::on_device) {
    pyronn::Plan const plan = fbp.plan(test::executor(), source.view());
    BOOST_TEST(plan.steps.at(1).path == "tensor-core batch");
  }

  pyronn::Slab const slab{5, 4};
  test::Array<float, 3> part{{21, 18, slab.num_slices}, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              fbp.workspace_bytes(test::executor(), source.view())};
  fbp(test::executor(), source.view(), part.view(), workspace, {{}, slab});
  auto const first = found.begin() + std::ptrdiff_t{21} * 18 * slab.first_slice;
  BOOST_TEST((part.values() == Values(first, first + 21 * 18 * slab.num_slices)));

  // Slice z is seen in row z: the panel has four rows more and is two rows further up.
  Values sinograms;
  for (int z = 0; z < 20; ++z) {
    for (int view = 0; view < 90; ++view) {
      auto const row = lines.begin() + (std::ptrdiff_t{view} * 24 + z) * 40;
      sinograms.insert(sinograms.end(), row, row + 40);
    }
  }
  pyronn::Fbp<pyronn::ParallelBeam2D, pyronn::SoftwareInterp> const of_plane{
      flat, Grid::flat({21, 18}, {1.1, 0.9}, {2.5, -3})};
  Values const expected = test::run(of_plane, pyronn::Extents<3>{40, 90, 20}, sinograms,
                                    pyronn::Extents<3>{21, 18, 20});
  BOOST_TEST(test::relative_l2(found, expected) <= 3e-6);
}

BOOST_AUTO_TEST_SUITE_END()
