// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Some views on several ranks, of which a rank may have none, and solvers by ordered subsets.
#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "ranks/calls.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::SoftwareInterp;
using pyronn::ViewSelection;
using Values = std::vector<float>;

namespace {

auto says(std::string const& text) {
  return [=](pyronn::InvalidArgument const& error) {
    return std::string{error.what()}.find(text) != std::string::npos;
  };
}

std::vector<int> numbers_of(ViewSelection const& views) {
  auto const indices = pyronn::detail::view_indices("test", views, 41);
  std::vector<int> numbers;
  for (int n = 0; n < indices.count; ++n) numbers.push_back(indices[n]);
  return numbers;
}

/// Which of them a rank has, as numbers among them.
pyronn::RankShare expected_share(std::vector<int> const& numbers, int rank, int ranks) {
  auto const own = pyronn::share_of_rank(41, rank, ranks);
  auto const is_before = [](int end) { return [end](int number) { return number < end; }; };
  auto const before = std::count_if(numbers.begin(), numbers.end(), is_before(own.first));
  auto const until =
      std::count_if(numbers.begin(), numbers.end(), is_before(own.first + own.count));
  return {static_cast<int>(before), static_cast<int>(until - before)};
}

/// A selection of views, of whom ranks without any make and take nothing.
template <class Op>
void check(Op const& op, ViewSelection const& views, bool makes_volume, std::size_t limit) {
  auto const ranks = test::world();
  std::vector<int> const numbers = numbers_of(views);
  pyronn::Extents<3> const lines{19, 31, static_cast<int>(numbers.size())};
  pyronn::Extents<3> const from = makes_volume ? lines : op.grid().size;
  pyronn::Extents<3> const to = makes_volume ? op.grid().size : lines;
  Values const in = test::random_values(1, from.count());
  Values expected(static_cast<std::size_t>(to.count()), test::nan);
  auto const source = pyronn::view_of(in, from);
  pyronn::Workspace<CpuExecutor> workspace{test::executor(),
                                           op.workspace_bytes(test::executor(), source)};
  op(test::executor(), source, pyronn::view_of(expected, to), workspace, pyronn::Part{views});

  pyronn::OnRanks call{ranks, test::executor(), op, limit};
  auto const own = call.views_among(views);
  auto const share = expected_share(numbers, ranks.rank(), ranks.size());
  BOOST_TEST(own.first == share.first);
  BOOST_TEST(own.count == share.count);
  pyronn::RankShare const read = makes_volume ? own : call.slab();
  pyronn::RankShare const written = makes_volume ? call.slab() : own;
  Values const part = test::part_of(in, from, read);
  Values const right = test::part_of(expected, to, written);
  Values found;
  for (int repeat = 0; repeat < 2; ++repeat) {
    found.assign(right.size(), test::nan);
    call(pyronn::view_of(part, pyronn::Extents<3>{from[0], from[1], read.count}),
         pyronn::view_of(found, pyronn::Extents<3>{to[0], to[1], written.count}), views);
  }
  if (right.empty()) return;
  // Slabs that are summed up round more often.
  BOOST_TEST(test::relative_l2(found, right) <
             (call.plan().method == pyronn::RankMethod::summed_slabs ? 5e-6 : 1e-6));
}

std::vector<ViewSelection> selections() {
  return {ViewSelection::every(5, 2), ViewSelection::range(7, 3), ViewSelection::list({0, 3, 40}),
          ViewSelection::every(1)};
}

/// What solvers of five subsets of 23 views are given, of all ranks.
struct Problem {
  Values data;
  Values weights{};
  std::size_t column_sums_limit = std::size_t{1} << 30;
};

pyronn::Projector<ConeBeam, SoftwareInterp> projector() {
  return {ConeBeam::circular({80, 130, pyronn::equal_angles(23)}, {{19, 31}, {1.6, 1.5}}),
          pyronn::Grid::centered({13, 11, 37}, {1, 1, 0.7})};
}
constexpr pyronn::Extents<3> all_lines{19, 31, 23};

/// The image after some iterations, and its measures.
struct Solved {
  Values image;
  pyronn::SolverMeasures measures{};
};

template <class Solver, class Map, class Executor, class Options>
Solved solved(Map const& map, Executor const& executor, Problem const& of, Options options) {
  pyronn::ReconstructionProblem<Map> problem{map, pyronn::view_of(of.data, map.range())};
  if (!of.weights.empty()) problem.weights = pyronn::view_of(of.weights, map.range());
  Solver solver{executor, problem, options};
  Solved result{Values(static_cast<std::size_t>(map.domain().count()), 0.5F)};
  solver.start(pyronn::view_of(result.image, map.domain()));
  for (int n = 0; n < 2; ++n) solver.iterate();
  result.measures = solver.measure();
  return result;
}

template <template <class, class> class Solver, class Options>
void check_solver(Problem const& all, Options options, std::vector<std::size_t> const& limits) {
  auto const ranks = test::world();
  pyronn::SystemMatrix const matrix{projector()};
  Solved const whole = solved<Solver<std::decay_t<decltype(matrix)>, CpuExecutor>>(
      matrix, CpuExecutor{1}, all, options);
  auto const views = pyronn::share_of_rank(23, ranks.rank(), ranks.size());
  Problem own = all;
  own.data = test::part_of(all.data, all_lines, views);
  if (!all.weights.empty()) own.weights = test::part_of(all.weights, all_lines, views);
  Solved found;
  for (std::size_t const limit : limits) {
    share_errors(ranks, [&] {
      pyronn::RankMap const map{ranks, CpuExecutor{1}, projector(), limit};
      pyronn::RankExecutor const executor{ranks, CpuExecutor{1}};
      using Type = Solver<std::decay_t<decltype(map)>, std::decay_t<decltype(executor)>>;
      found = solved<Type>(map, executor, own, options);
    });
    auto const slab = test::slab_of(projector(), ranks);
    BOOST_TEST(test::relative_l2(found.image, test::part_of(whole.image, {13, 11, 37}, slab)) <
               1e-5);
    BOOST_TEST(found.measures.objective == whole.measures.objective,
               boost::test_tools::tolerance(1e-5));
    BOOST_TEST(found.measures.residual == whole.measures.residual,
               boost::test_tools::tolerance(1e-5));
  }
}

template <template <class, class> class Solver, class Options>
void check_subsets(Options options) {
  Problem problem{test::random_values(1, all_lines.count())};
  for (float& line : problem.data) line = 0.5F + 0.4F * line;
  options.subsets = 5;
  check_solver<Solver>(problem, options, {test::no_limit, 60000});
  // Three arrays fit where a rank has five slices, and two where it has six.
  options.column_sums_limit = std::size_t{13} * 11 * 5 * sizeof(float) * 3;
  check_solver<Solver>(problem, options, {test::no_limit});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subsets_on_ranks)

BOOST_AUTO_TEST_CASE(projection_of_some_views) {
  pyronn::Projector<ConeBeam, SoftwareInterp> const op{test::cone(), test::grid()};
  for (ViewSelection const& views : selections()) {
    check(op, views, false, test::no_limit);
    check(op, views, false, 19000);  // slabs are summed up
  }
}

BOOST_AUTO_TEST_CASE(backprojection_of_some_views) {
  pyronn::Backprojector<ConeBeam, SoftwareInterp, pyronn::Joseph> const op{test::cone(),
                                                                           test::grid()};
  for (ViewSelection const& views : selections()) check(op, views, true, test::no_limit);
}

BOOST_AUTO_TEST_CASE(subsets_of_subsets) {
  pyronn::RankMap const map{test::world(), test::executor(), projector()};
  auto const some = map.subset(ViewSelection::every(3, 1));  // 1, 4, ... 22
  BOOST_TEST(some.num_views() == 8);
  auto const few = some.subset(ViewSelection::list({2, 7}));  // 7, 22
  BOOST_TEST(few.num_views() == 2);
  auto const has = [&](int view) {
    auto const own = pyronn::share_of_rank(23, test::world().rank(), test::world().size());
    return view >= own.first && view < own.first + own.count ? 1 : 0;
  };
  BOOST_TEST(few.own_views().count == has(7) + has(22));
  BOOST_TEST(few.range()[2] == has(7) + has(22));
  BOOST_TEST(map.num_views() == 23);
}

BOOST_AUTO_TEST_CASE(views_that_cannot_be_selected) {
  pyronn::RankMap const map{test::world(), test::executor(), projector()};
  BOOST_CHECK_EXCEPTION(static_cast<void>(map.subset(ViewSelection::list({3, 2}))),
                        pyronn::InvalidArgument, says("view 2 follows view 3"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(map.subset(ViewSelection::every(2, 23))),
                        pyronn::InvalidArgument, says("the geometry has 23"));
  auto const scan = test::cone();
  pyronn::OnRanks fbp{test::world(), test::executor(),
                      pyronn::Fbp<ConeBeam, SoftwareInterp>{scan, test::grid()}};
  Values out(static_cast<std::size_t>(fbp.output_extents().count()));
  BOOST_CHECK_EXCEPTION(fbp({nullptr, {19, 31, 0}}, pyronn::view_of(out, fbp.output_extents()),
                            ViewSelection::range(0, 1)),
                        pyronn::InvalidArgument, says("an Fbp takes all views"));
}

BOOST_AUTO_TEST_CASE(os_sart) { check_subsets<pyronn::OsSart>(pyronn::OsSartOptions{}); }

BOOST_AUTO_TEST_CASE(osem) { check_subsets<pyronn::Osem>(pyronn::OsemOptions{}); }

BOOST_AUTO_TEST_CASE(what_is_negligible_depends_on_all_ranks) {
  // The lower half counts little, but it counts.
  Problem problem{test::random_values(1, all_lines.count()),
                  Values(static_cast<std::size_t>(all_lines.count()), 1.0F)};
  for (std::size_t n = 0; n < problem.weights.size(); ++n) {
    if (n / 19 % 31 < 15) problem.weights[n] = 2e-4F;
  }
  check_solver<pyronn::Sirt>(problem, pyronn::SirtOptions{}, {test::no_limit});
}

BOOST_AUTO_TEST_SUITE_END()
