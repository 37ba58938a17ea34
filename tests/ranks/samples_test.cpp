// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Batches on several ranks: each has some samples, with their geometries, and nothing is exchanged.
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/operators/backprojector.hpp>
#include <pyronn/operators/projector.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

#include "ranks/world.hpp"
#include "support/numbers.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::SoftwareInterp;
using Values = std::vector<float>;

namespace {

constexpr int samples = 5;

/// Each begins at another angle.
template <class Geometry>
std::vector<Geometry> geometries() {
  std::vector<Geometry> result;
  for (int n = 0; n < samples; ++n) {
    pyronn::CircularOrbit const orbit{80, 130, pyronn::equal_angles(11, 0.1 * n)};
    if constexpr (pyronn::dimension_v<Geometry> == 2) {
      result.push_back(FanBeam::circular(orbit, {19, 1.6}));
    } else {
      result.push_back(ConeBeam::circular(orbit, {{19, 12}, {1.6, 1.5}}));
    }
  }
  return result;
}

template <class Op, int Rank>
Values called(Op const& op, Values const& in, Extents<Rank> from, Extents<Rank> to,
              pyronn::Part const& part) {
  Values out(static_cast<std::size_t>(to.count()), test::nan);
  CpuExecutor const executor{1};
  auto const input = pyronn::view_of(in, from);
  pyronn::Workspace<CpuExecutor> workspace{executor, op.workspace_bytes(executor, input)};
  op(executor, input, pyronn::view_of(out, to), workspace, part);
  return out;
}

/// The samples of a rank have the bits that they have in the whole batch.
template <class Op, int Rank>
void check(Op const& op, Extents<Rank> from, Extents<Rank> to) {
  Values const in = test::random_values(1, from.count());
  Values const whole = called(op, in, from, to, {});
  auto const ranks = test::world();
  auto const share = pyronn::share_of_rank(samples, ranks.rank(), ranks.size());
  if (share.count == 0) return;
  auto const part_of = [&](Values const& all, Extents<Rank> const& extents) {
    auto const one = static_cast<std::ptrdiff_t>(extents.count() / samples);
    return Values{all.begin() + share.first * one, all.begin() + (share.first + share.count) * one};
  };
  Values const own = part_of(in, from);
  Values const expected = part_of(whole, to);
  from[Rank - 1] = share.count;
  to[Rank - 1] = share.count;
  pyronn::Part part;
  part.first_sample = share.first;
  BOOST_TEST((called(op, own, from, to, part) == expected));
}

template <class Geometry, int Rank>
void check_all(pyronn::Grid const& grid, Extents<Rank> image, Extents<Rank> views) {
  auto const of = geometries<Geometry>();
  check(pyronn::Projector<Geometry, SoftwareInterp>::per_sample(of, grid), image, views);
  check(pyronn::Backprojector<Geometry, SoftwareInterp>::per_sample(of, grid), views, image);
  check(pyronn::Fbp<Geometry, SoftwareInterp>::per_sample(of, grid), views, image);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(samples_on_ranks)

BOOST_AUTO_TEST_CASE(in_the_plane) {
  check_all<FanBeam>(pyronn::Grid::flat({13, 11}, {1, 1}), Extents<3>{13, 11, samples},
                     Extents<3>{19, 11, samples});
}

BOOST_AUTO_TEST_CASE(in_space) {
  check_all<ConeBeam>(pyronn::Grid::centered({13, 11, 7}, {1, 1, 1}),
                      Extents<4>{13, 11, 7, samples}, Extents<4>{19, 12, 11, samples});
}

BOOST_AUTO_TEST_SUITE_END()
