// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Parallel rays that are perpendicular to z: slices of a volume are a batch of the plane.
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"

using pyronn::Grid;
using pyronn::ParallelBeam3D;
using pyronn::SoftwareInterp;
using pyronn::Vec3d;

namespace {

using Forward = pyronn::Projector<ParallelBeam3D, SoftwareInterp>;
using Back = pyronn::Backprojector<ParallelBeam3D, SoftwareInterp>;
using Transpose = pyronn::Backprojector<ParallelBeam3D, SoftwareInterp, pyronn::Joseph>;
using Values = std::vector<float>;

constexpr double dz = 0.9;

/// A panel whose rows lie `pitch` slices apart, and whose middle is `shift` slices off.
struct Panel {
  int rows = 20;
  double pitch = 1;
  double shift = 0;
  double lean = 0;  ///< of columns along the rays
  double tilt = 0;  ///< of columns along rows
};

ParallelBeam3D scan_of(Panel const& panel, int views = 23) {
  std::vector<pyronn::ParallelVectors> vectors;
  for (double const angle : pyronn::equal_angles(views, 0.1)) {
    Vec3d const ray{-std::cos(angle), -std::sin(angle), 0};
    Vec3d const across{-std::sin(angle), std::cos(angle), 0};
    Vec3d const up{0, 0, panel.pitch * dz};
    vectors.push_back({ray, 0.7 * across + Vec3d{0, 0, panel.shift * dz}, 1.3 * across,
                       up + panel.lean * ray + panel.tilt * across});
  }
  return ParallelBeam3D::from_vectors({29, panel.rows}, vectors);
}

Grid grid_of(int slices = 20) {
  return Grid::centered({21, 18, slices}, {1.1, 0.9, dz}, {2.5, -3, 0});
}

template <class Op>
std::string path_of(Op const& op, std::size_t limit = pyronn::default_workspace_limit) {
  std::string path;
  test::with_extents(op, [&](auto const& from, auto const&) {
    pyronn::ArrayView<float const, 3> const input{nullptr, from};
    path = op.plan(test::executor(), input, limit).steps.at(0).path;
    return Values{};
  });
  return path;
}

template <class Op>
bool is_batch(Op const& op) {
  return path_of(op) == "tensor-core batch";
}

/// Every slice, or row, of a magnitude of its own.
template <class Op>
Values values_for(Op const& op, unsigned seed) {
  Values result;
  test::with_extents(op, [&](auto const& from, auto const&) {
    result = test::random_values(seed, from.count());
    for (std::size_t n = 0; n < result.size(); ++n) result[n] += 0.25F;
    return Values{};
  });
  return result;
}

/// Against what is done without workspace, and against double precision.
template <class Op>
void check(Op const& op, std::vector<double> const& expected, Values const& in) {
  Values const found = test::run_between_guards(op, in);
  BOOST_TEST(test::relative_l2(found, expected) <= 3e-6);
  BOOST_TEST(test::relative_l2(found, test::run(op, in, 0)) <= 3e-6);
  BOOST_TEST((test::run(op, in) == found));
}

void check_both(Panel const& panel, Grid const& grid, bool are_batches, bool is_transposed) {
  BOOST_TEST_CONTEXT(panel.rows << " rows, " << panel.pitch << " slices apart, shifted by "
                                << panel.shift << ", " << grid.size[2] << " slices") {
    ParallelBeam3D const scan = scan_of(panel);
    Forward const forward{scan, grid};
    Back const back{scan, grid};
    Transpose const transpose = forward.adjoint();
    Values const volume = values_for(forward, 1);
    Values const lines = values_for(back, 2);
    check(forward, test::reference_projection<pyronn::Joseph>(scan, grid, volume), volume);
    check(back, test::reference_backprojection<pyronn::VoxelDriven>(scan, grid, lines), lines);
    check(transpose, test::reference_backprojection<pyronn::Joseph>(scan, grid, lines), lines);
    if (test::on_device) {
      BOOST_TEST(is_batch(forward) == are_batches);
      BOOST_TEST(is_batch(back) == are_batches);
      BOOST_TEST(is_batch(transpose) == is_transposed);
    }
    Values const projected = test::run(forward, volume);
    double const difference =
        test::dot(projected, lines) - test::dot(volume, test::run(transpose, lines));
    BOOST_TEST(std::abs(difference) <= 1e-6 * test::norm(projected) * test::norm(lines));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parallel_slices, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(of_rows_that_meet_slices) {
  for (Panel const& panel : {Panel{}, Panel{20, -1}, Panel{20, 1, 3}, Panel{35, -1, 1.5},
                             Panel{17, 1, 0.5}, Panel{20, 1, 0, 0.4}}) {
    check_both(panel, grid_of(), true, true);
  }
  for (int const slices : {32, 33, 64, 100}) {
    check_both({slices, 1}, grid_of(slices), true, true);
    check_both({20, -1, slices % 2 / 2.0}, grid_of(slices), true, true);
  }
}

BOOST_AUTO_TEST_CASE(of_rows_between_slices) {
  for (double const shift : {0.25, -3.4, 0.5, 1e-3}) {
    check_both({20, 1, shift}, grid_of(), true, true);
    check_both({33, -1, shift}, grid_of(40), true, true);
  }
}

BOOST_AUTO_TEST_CASE(of_rows_coarser_and_finer_than_slices) {
  check_both({20, 1.7, 0.2}, grid_of(50), true, true);
  check_both({20, -1.01, 0.2}, grid_of(), true, true);
  check_both({60, 0.6, 0.1}, grid_of(30), true, false);
  check_both({60, -0.97, 0.1}, grid_of(30), true, false);
}

BOOST_AUTO_TEST_CASE(of_few_slices_and_other_rays_are_done_otherwise) {
  check_both({15}, grid_of(15), false, false);
  check_both({20, 1, 17}, grid_of(), false, false);
  check_both({20, 1, 0, 0, 0.01}, grid_of(), false, false);
}

/// Slices that are not seen, and rows that see none, are zero.
BOOST_AUTO_TEST_CASE(unseen_are_zero) {
  Grid const grid = grid_of(50);
  Forward const forward{scan_of({70, -1, 20}), grid};
  Back const back{scan_of({30, 1, 2}), grid};
  Values const lines = test::run(forward, values_for(forward, 3));
  Values const volume = test::run(back, values_for(back, 4));
  BOOST_TEST(test::all_finite(lines));
  BOOST_TEST(test::all_finite(volume));
  BOOST_TEST(test::norm(Values(volume.begin(), volume.begin() + 21 * 18)) == 0);
  BOOST_TEST(test::norm(Values(lines.begin(), lines.begin() + 29)) == 0);
}

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
    for (std::size_t limit = std::size_t{1} << 23; limit > 1000; limit = limit * 2 / 3) {
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

/// A number that is not finite spoils its own slice alone, and where rows lie between slices its
/// neighbour.
BOOST_AUTO_TEST_CASE(not_finite_stays_in_its_slice) {
  Grid const grid = grid_of(20);
  for (double const shift : {0.0, 0.3}) {
    ParallelBeam3D const scan = scan_of({20, 1, shift});
    auto const rows_of = [](Values const& lines) {
      std::vector<int> spoilt(20);
      for (std::size_t n = 0; n < lines.size(); ++n) {
        if (!std::isfinite(lines[n])) spoilt[n / 29 % 20] = 1;
      }
      return spoilt;
    };
    auto const slices_of = [](Values const& volume) {
      std::vector<int> spoilt(20);
      for (std::size_t n = 0; n < volume.size(); ++n) {
        if (!std::isfinite(volume[n])) spoilt[n / (21 * 18)] = 1;
      }
      return spoilt;
    };
    auto const is_as_expected = [&](std::vector<int> const& spoilt, int at) {
      int count = 0;
      for (int const one : spoilt) count += one;
      return spoilt[static_cast<std::size_t>(at)] == 1 && count <= 2 &&
             (count == 1 || shift != 0 || !test::on_device);
    };
    for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
      Forward const forward{scan, grid};
      Values volume = values_for(forward, 12);
      volume[static_cast<std::size_t>((7 * 18 + 9) * 21 + 10)] = number;
      BOOST_TEST(is_as_expected(rows_of(test::run(forward, volume)), 7));
      Back const back{scan, grid};
      Values lines = values_for(back, 13);
      lines[static_cast<std::size_t>((5 * 20 + 8) * 29 + 14)] = number;
      BOOST_TEST(is_as_expected(slices_of(test::run(back, lines)), 8));
      if (test::on_device) {
        BOOST_TEST(is_as_expected(slices_of(test::run(forward.adjoint(), lines)), 8));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
