// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Loops of solvers whose rules the executor looks at, beside run_solver.
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/asd_pocs.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/solver_loop.hpp>

#include "support/counting_executor.hpp"
#include "support/dense_map.hpp"
#include "support/small_systems.hpp"

using Map = test::DenseMap<double>;
using Executor = test::Executor;
using Doubles = std::vector<double>;
using pyronn::SolverLoop;
using pyronn::StoppedBy;
using pyronn::StoppingRules;
using Solvers = boost::mpl::list<
    pyronn::Sirt<Map, Executor>, pyronn::OsSart<Map, Executor>, pyronn::Sart<Map, Executor>,
    pyronn::Cgls<Map, Executor>, pyronn::Lsqr<Map, Executor>, pyronn::Mlem<Map, Executor>,
    pyronn::Osem<Map, Executor>, pyronn::Pwls<Map, Executor>, pyronn::FistaTv<Map, Executor>,
    pyronn::Pdhg<Map, Executor>, pyronn::AdmmTv<Map, Executor>, pyronn::AsdPocs<Map, Executor>>;

namespace {

/// A solver of the small system.
template <class Solver>
Solver solver_of(test::SmallSystem<>& system) {
  using Solves = std::decay_t<Solver>;
  if constexpr (std::is_same_v<Solves, pyronn::OsSart<Map, Executor>>) {
    pyronn::OsSartOptions options;
    options.subsets = 3;
    return Solver{test::executor(), system.problem, options};
  } else if constexpr (std::is_same_v<Solves, pyronn::Osem<Map, Executor>>) {
    pyronn::OsemOptions options;
    options.subsets = 3;
    return Solver{test::executor(), system.problem, options};
  } else if constexpr (std::is_same_v<Solves, pyronn::AsdPocs<Map, Executor>>) {
    pyronn::AsdPocsOptions options;
    options.subsets = 2;
    return Solver{test::executor(), system.problem, options};
  } else if constexpr (std::is_same_v<Solves, pyronn::Pwls<Map, Executor>>) {
    pyronn::PwlsOptions<> options;
    options.subsets = 1;
    return Solver{test::executor(), system.problem, options};
  } else {
    return Solver{test::executor(), system.problem};
  }
}

struct Ended {
  int iterations;
  StoppedBy stopped_by;
  double residual;
  Doubles image;
};

/// What run_solver does.
template <class Solver>
Ended on_host(StoppingRules const& rules) {
  test::SmallSystem<> system;
  system.weigh();
  system.set(system.image, Doubles(12, 0.5));
  auto solver = solver_of<Solver>(system);
  solver.start(system.image.view());
  auto const history = pyronn::run_solver(solver, rules);
  return {history.iterations, history.stopped_by, history.measures.back().residual,
          system.values()};
}

template <class Solver>
Ended in_loop(StoppingRules const& rules) {
  test::SmallSystem<> system;
  system.weigh();
  system.set(system.image, Doubles(12, 0.5));
  auto solver = solver_of<Solver>(system);
  solver.start(system.image.view());
  SolverLoop loop{test::executor(), solver, rules};
  loop.run();
  auto const end = loop.end();
  return {end.iterations, end.stopped_by, end.residual, system.values()};
}

void check_same(Ended const& found, Ended const& expected) {
  BOOST_TEST(found.iterations == expected.iterations);
  BOOST_TEST((found.stopped_by == expected.stopped_by));
  BOOST_TEST(found.residual == expected.residual);
  BOOST_TEST(found.image == expected.image, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(solver_loop, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(rules_end_it_as_they_end_run_solver, Solver, Solvers) {
  Ended const whole = on_host<Solver>({9});
  check_same(in_loop<Solver>({9}), whole);
  check_same(in_loop<Solver>({0}), on_host<Solver>({0}));
  // A residual that is reached on the way.
  double const start = on_host<Solver>({0}).residual;
  double const later = on_host<Solver>({4}).residual;
  BOOST_REQUIRE(later < start);
  StoppingRules by_share{50};
  by_share.residual = later / start * (1 + 1e-12);
  Ended const ended = on_host<Solver>(by_share);
  BOOST_TEST((ended.stopped_by == StoppedBy::residual));
  BOOST_TEST(ended.iterations > 0);
  BOOST_TEST(ended.iterations <= 4);
  check_same(in_loop<Solver>(by_share), ended);
  StoppingRules const by_discrepancy{50, later};
  Ended const discrepant = on_host<Solver>(by_discrepancy);
  BOOST_TEST((discrepant.stopped_by == StoppedBy::discrepancy));
  check_same(in_loop<Solver>(by_discrepancy), discrepant);
}

// Where a rule holds from the start nothing is done.
BOOST_AUTO_TEST_CASE(it_may_end_before_it_begins) {
  Ended const found = in_loop<pyronn::Sirt<Map, Executor>>({50, 1e9});
  BOOST_TEST(found.iterations == 0);
  BOOST_TEST((found.stopped_by == StoppedBy::discrepancy));
  BOOST_TEST(found.image == Doubles(12, 0.5), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_runs_again_and_goes_on) {
  test::SmallSystem<> system;
  pyronn::Cgls solver{test::executor(), system.problem};
  Doubles const start(12, 0.25);
  SolverLoop three{test::executor(), solver, {3}};
  system.set(system.image, start);
  solver.start(system.image.view());
  three.run();
  three.run();
  Doubles const six = system.values();
  auto const plain = [](test::SmallSystem<>& of) {
    return pyronn::Cgls{test::executor(), of.problem};
  };
  test::SmallSystem<> other;
  BOOST_TEST(six == test::solved(other, plain, start, 6), boost::test_tools::per_element());
  // Another image and another start.
  test::Array<double, 2> image{test::small_domain, 0.0};
  solver.start(image.view());
  three.run();
  BOOST_TEST(three.end().iterations == 3);
  BOOST_TEST(image.values() == test::solved(other, plain, Doubles(12, 0.0), 3),
             boost::test_tools::per_element());
  BOOST_TEST(system.values() == six, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(runs_allocate_nothing) {
  test::SmallSystem<> system;
  test::CountingExecutor const executor;
  pyronn::Sirt solver{executor, system.problem};
  solver.start(system.image.view());
  SolverLoop loop{executor, solver, {5}};
  int const calls = executor.calls();
  loop.run();
  loop.run();
  BOOST_TEST(loop.end().iterations == 5);
  BOOST_TEST(executor.calls() == calls);
}

BOOST_AUTO_TEST_CASE(what_it_cannot_do_is_refused) {
  test::SmallSystem<> system;
  pyronn::Sirt solver{test::executor(), system.problem};
  StoppingRules rules{10};
  rules.change = 0.1;
  BOOST_CHECK_EXCEPTION((SolverLoop{test::executor(), solver, rules}), pyronn::InvalidArgument,
                        test::Says{"the rule of change 0.1 needs the objective"});
  BOOST_CHECK_THROW((SolverLoop{test::executor(), solver, {-1}}), pyronn::InvalidArgument);
  // All of the residual is left at the start, where a greater share would let nothing be done.
  for (double const share : {1.0, 2.0}) {
    BOOST_CHECK_EXCEPTION((SolverLoop{test::executor(), solver, {10, 0, share}}),
                          pyronn::InvalidArgument, test::Says{"must be less than 1"});
  }
}

BOOST_AUTO_TEST_SUITE_END()
