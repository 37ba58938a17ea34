// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Solvers on several ranks: the images of one.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "ranks/world.hpp"
#include "support/numbers.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::SoftwareInterp;
using Values = std::vector<float>;

namespace {
auto const tolerance = boost::test_tools::tolerance(1e-6);
}

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

/// This rank's part of the image after iterations of FistaTv, and its measures.
struct Regularised {
  Values image;
  pyronn::SolverMeasures measures;
  double norm;
};

template <class Map, class Executor>
Regularised regularised(Map const& map, Executor const& executor, Values const& data,
                        Values const& mask, pyronn::FistaTvOptions const& options) {
  pyronn::ReconstructionProblem<Map> problem{map, pyronn::view_of(data, map.range())};
  if (!mask.empty()) problem.mask = pyronn::view_of(mask, map.domain());
  problem.bounds = {0, 0.02};
  pyronn::FistaTv<Map, Executor> solver{executor, problem, options};
  Regularised result;
  result.image.assign(static_cast<std::size_t>(map.domain().count()), 0.01F);
  solver.start(pyronn::view_of(result.image, map.domain()));
  for (int n = 0; n < 8; ++n) solver.iterate();
  result.measures = solver.measure();
  result.norm = solver.norm();
  return result;
}

template <class Communicator>
Regularised regularised_on(Communicator const& ranks, int slices, Values const& all_data,
                           Values const& all_mask, pyronn::FistaTvOptions const& options) {
  Values const data =
      test::part_of(all_data, {19, 31, 23}, pyronn::share_of_rank(23, ranks.rank(), ranks.size()));
  Values mask;
  if (!all_mask.empty()) {
    mask = test::part_of(all_mask, {13, 11, slices}, test::slab_of(projector(slices), ranks));
  }
  Regularised result;
  share_errors(ranks, [&] {
    pyronn::RankMap const map{ranks, CpuExecutor{1}, projector(slices)};
    result = regularised(map, pyronn::RankExecutor{ranks, CpuExecutor{1}}, data, mask, options);
  });
  return result;
}

/// Flat in places, so that total variation has something to do.
Values projections_of_blocks(int slices) {
  Values blocks;
  for (int z = 0; z < slices; ++z) {
    for (int n = 0; n < 13 * 11; ++n) blocks.push_back((n / 40 + z / 3) % 2 == 0 ? 0.015F : 0.0F);
  }
  Values lines(std::size_t{19} * 31 * 23);
  projector(slices)(CpuExecutor{1}, pyronn::view_of(blocks, pyronn::Extents<3>{13, 11, slices}),
                    pyronn::view_of(lines, pyronn::Extents<3>{19, 31, 23}));
  Values const noise = test::random_values(3, static_cast<std::int64_t>(lines.size()));
  for (std::size_t n = 0; n < lines.size(); ++n) lines[n] += 0.01F * noise[n];
  return lines;
}

template <template <class, class, class...> class Solver>
void check() {
  auto const ranks = test::world();
  for (int const slices : {7, 37}) {
    auto const slab = test::slab_of(projector(slices), ranks);
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

BOOST_AUTO_TEST_CASE(total_variation_looks_across_slabs) {
  auto const ranks = test::world();
  for (int const slices : {7, 37}) {
    Values const data = projections_of_blocks(slices);
    pyronn::Extents<3> const extents{13, 11, slices};
    Values mask(static_cast<std::size_t>(extents.count()), 1.0F);
    for (std::size_t n = 0; n < mask.size(); n += 17) mask[n] = 0;
    if (slices == 7) mask.clear();
    pyronn::FistaTvOptions options{0.05};
    // The same steps on all numbers of ranks.
    options.norm = 60;
    options.inner_iterations = slices == 7 ? 4 : 2;
    auto const one = regularised_on(pyronn::SingleRank{}, slices, data, mask, options);
    auto const whole =
        regularised(pyronn::SystemMatrix{projector(slices)}, CpuExecutor{1}, data, mask, options);
    BOOST_TEST(test::relative_l2(one.image, whole.image) < 1e-6);
    BOOST_TEST(one.measures.objective == whole.measures.objective, tolerance);
    auto const found = regularised_on(ranks, slices, data, mask, options);
    auto const slab = test::slab_of(projector(slices), ranks);
    Values const expected = test::part_of(one.image, extents, slab);
    BOOST_TEST(test::relative_l2(found.image, expected) < 1e-6);
    BOOST_TEST(found.measures.objective == one.measures.objective, tolerance);
    // The strength matters.
    options.strength = 0;
    auto const without = regularised_on(ranks, slices, data, mask, options);
    BOOST_TEST(test::relative_l2(found.image, without.image) > 1e-2);
  }
}

BOOST_AUTO_TEST_CASE(all_ranks_find_the_norm_of_one) {
  auto const ranks = test::world();
  Values const data = projections_of_blocks(7);
  Values mask(std::size_t{13} * 11 * 7, 1.0F);
  std::fill_n(mask.begin(), 500, 0.0F);
  double const one = regularised_on(pyronn::SingleRank{}, 7, data, mask, {}).norm;
  BOOST_TEST(regularised_on(ranks, 7, data, mask, {}).norm == one, tolerance);
}

BOOST_AUTO_TEST_SUITE_END()
