// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Solvers on several ranks: the images of one.
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "ranks/world.hpp"
#include "support/numbers.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::SoftwareInterp;
using Values = std::vector<float>;

namespace {

pyronn::Projector<ConeBeam, SoftwareInterp> projector(int slices) {
  return {ConeBeam::circular({80, 130, pyronn::equal_angles(23)}, {{19, 31}, {1.6, 1.5}}),
          pyronn::Grid::centered({13, 11, slices}, {1, 1, 0.7})};
}

/// This rank's part of the image after ten iterations from zeros.
template <template <class, class, class...> class Solver, class Communicator>
Values solved(Communicator const& ranks, int slices) {
  auto const op = projector(slices);
  pyronn::RankMap const map{ranks, CpuExecutor{1}, op};
  pyronn::Extents<3> const all{19, 31, 23};
  auto const views = pyronn::share_of_rank(23, ranks.rank(), ranks.size());
  Values const data = test::part_of(test::random_values(1, all.count()), all, views);
  using Executor = pyronn::RankExecutor<CpuExecutor, Communicator>;
  pyronn::ReconstructionProblem<std::decay_t<decltype(map)>> const problem{
      map, pyronn::view_of(data, map.range())};
  Solver<std::decay_t<decltype(map)>, Executor> solver{Executor{ranks, CpuExecutor{1}}, problem};
  Values image(static_cast<std::size_t>(map.domain().count()));
  share_errors(ranks, [&] {
    solver.start(pyronn::view_of(image, map.domain()));
    for (int n = 0; n < 10; ++n) solver.iterate();
  });
  return image;
}

template <template <class, class, class...> class Solver>
void check() {
  auto const ranks = test::world();
  for (int const slices : {7, 37}) {
    auto const slab = pyronn::share_of_rank(slices, ranks.rank(), ranks.size());
    Values const expected =
        test::part_of(solved<Solver>(pyronn::SingleRank{}, slices), {13, 11, slices}, slab);
    Values const found = solved<Solver>(ranks, slices);
    BOOST_TEST(test::relative_l2(found, expected) < 2e-5);
    BOOST_TEST((solved<Solver>(ranks, slices) == found));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(solvers_on_ranks)

BOOST_AUTO_TEST_CASE(sums_are_those_of_all_ranks) {
  auto const ranks = test::world();
  pyronn::RankExecutor const executor{ranks, CpuExecutor{1}};
  // The last rank has nothing.
  int const count = ranks.rank() + 1 < ranks.size() ? 3 : 0;
  Values const ones(static_cast<std::size_t>(count), 2.0F);
  pyronn::ArrayView<float const, 1> const view{ones.data(), pyronn::Extents<1>{count}};
  pyronn::Workspace workspace{executor, pyronn::reduction_workspace_bytes(executor, 3)};
  double sum = -1;
  pyronn::sum(executor, view, &sum, workspace);
  BOOST_TEST(sum == 6.0 * (ranks.size() - 1));
  pyronn::norm(executor, view, &sum, workspace);
  BOOST_TEST(sum == std::sqrt(12.0 * (ranks.size() - 1)));
}

BOOST_AUTO_TEST_CASE(sirt) { check<pyronn::Sirt>(); }

BOOST_AUTO_TEST_CASE(cgls) { check<pyronn::Cgls>(); }

BOOST_AUTO_TEST_SUITE_END()
