// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// States of solvers in files.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/solver_state.hpp>

#include "support/dense_map.hpp"
#include "support/small_systems.hpp"
#include "support/solver_states.hpp"
#include "support/temporary_folder.hpp"

using Map = test::DenseMap<double>;
using Executor = test::Executor;
using Values = std::vector<double>;

namespace {

using test::states::Kinds;
using test::states::options_for_test;
using test::states::save_after;
using test::states::System;
using Sirt = pyronn::Sirt<Map, Executor>;

struct SavedSirt {
  SavedSirt() { save_after<Sirt>(2, path, pyronn::SirtOptions{}); }

  template <class Solver = Sirt, class Options = pyronn::SirtOptions>
  void load(System& system, Options const& options = {}) {
    Solver solver{test::executor(), system.problem, options};
    pyronn::load_state(path, test::executor(), solver, system.image.view());
  }
  /// Whether the file is refused with these words.
  template <class Solver = Sirt, class Options = pyronn::SirtOptions>
  void check_refused(std::string const& words, Options const& options = {}) {
    System system;
    BOOST_CHECK_EXCEPTION((load<Solver>(system, options)), pyronn::FileError,
                          test::says_of(path, words));
    BOOST_TEST(system.image.values() == Values(12, 0.5), boost::test_tools::per_element());
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "state.npy";
};

}  // namespace

BOOST_AUTO_TEST_SUITE(solver_state, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(to_go_on_equals_not_having_stopped, OfKind, Kinds) {
  using Solver = typename OfKind::Solver;
  auto const options = options_for_test<typename OfKind::Options>();
  test::TemporaryFolder const folder;
  save_after<Solver>(3, folder / "state.npy", options);
  System unstopped;
  Solver straight{test::executor(), unstopped.problem, options};
  straight.start(unstopped.image.view());
  pyronn::iterate(straight, 7);
  System stopped;
  test::Array<double, 2> elsewhere{stopped.map.domain(), Values(12, -1.0)};
  Solver second{test::executor(), stopped.problem, options};
  pyronn::load_state(folder / "state.npy", test::executor(), second, elsewhere.view());
  pyronn::iterate(second, 4);
  BOOST_TEST(elsewhere.values() == unstopped.image.values(), boost::test_tools::per_element());
  BOOST_TEST((second.image().data == elsewhere.view().data));
  BOOST_TEST(second.measure().objective == straight.measure().objective);
}

BOOST_FIXTURE_TEST_CASE(a_state_is_an_npy_file, SavedSirt) {
  auto const array = pyronn::read_npy<std::uint8_t>(path);
  std::string const text{array.data.begin(), array.data.end()};
  BOOST_TEST(text.rfind("pyronn solver state 3\nsolver Sirt\nimage (4, 3) of 8 bytes\n", 0) == 0U);
}

BOOST_FIXTURE_TEST_CASE(other_solvers_and_options_are_refused, SavedSirt) {
  check_refused<pyronn::Cgls<Map, Executor>, pyronn::CglsOptions>(
      "says 'solver Sirt' where the solver has 'solver Cgls'");
  check_refused("says 'relaxation 1' where the solver has 'relaxation 0.5'",
                pyronn::SirtOptions{0.5});
  check_refused("where the solver has 'relaxation 0.03'", pyronn::SirtOptions{0.03});
  check_refused("where the solver has 'relaxation 0.30000000000000004'",
                pyronn::SirtOptions{0.1 + 0.2});
  System bounded;
  bounded.problem.bounds.lower = 0;
  BOOST_CHECK_EXCEPTION(load(bounded), pyronn::FileError,
                        test::says_of(path, "says 'lower bound -inf' where"));
}

BOOST_FIXTURE_TEST_CASE(other_subsets_are_refused, SavedSirt) {
  using OsSart = pyronn::OsSart<Map, Executor>;
  auto options = options_for_test<pyronn::OsSartOptions>();
  save_after<OsSart>(1, path, options);
  options.order = pyronn::SubsetOrder::bit_reversed;
  check_refused<OsSart>("says 'subsets 3, in the order", options);
  options.subsets = 2;
  check_refused<OsSart>("where the solver has 'subsets 2, in the order", options);
}

BOOST_FIXTURE_TEST_CASE(other_sizes_are_refused, SavedSirt) {
  System system;
  Map const smaller{{4, 2}, test::small_range, Values(35 * 8, 1.0)};
  pyronn::ReconstructionProblem<Map> const problem{smaller, system.data.view()};
  Sirt solver{test::executor(), problem};
  test::Array<double, 2> image{smaller.domain(), Values(8, 0.0)};
  BOOST_CHECK_EXCEPTION(pyronn::load_state(path, test::executor(), solver, image.view()),
                        pyronn::FileError, test::says_of(path, "says 'image (4, 3) of 8 bytes'"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(to_save_changes_nothing, OfKind, Kinds) {
  using Solver = typename OfKind::Solver;
  auto const options = options_for_test<typename OfKind::Options>();
  test::TemporaryFolder const folder;
  System system;
  Solver solver{test::executor(), system.problem, options};
  solver.start(system.image.view());
  pyronn::iterate(solver, 3);
  Values const before = system.image.values();
  pyronn::save_state(folder / "state.npy", test::executor(), solver);
  BOOST_TEST(system.image.values() == before, boost::test_tools::per_element());
  pyronn::iterate(solver, 4);
  System other;
  Solver straight{test::executor(), other.problem, options};
  straight.start(other.image.view());
  pyronn::iterate(straight, 7);
  BOOST_TEST(system.image.values() == other.image.values(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(iterations_wait_for_a_start, OfKind, Kinds) {
  System system;
  typename OfKind::Solver solver{test::executor(), system.problem,
                                 options_for_test<typename OfKind::Options>()};
  BOOST_CHECK_EXCEPTION(solver.iterate(), pyronn::InvalidArgument,
                        test::says(": iterate() was called before start()"));
}

BOOST_FIXTURE_TEST_CASE(an_image_of_the_wrong_size_is_refused, SavedSirt) {
  System system;
  Sirt solver{test::executor(), system.problem};
  test::Array<double, 2> image{pyronn::Extents<2>{2, 2}, Values(4, 0.0)};
  BOOST_CHECK_EXCEPTION(pyronn::load_state(path, test::executor(), solver, image.view()),
                        pyronn::InvalidArgument, test::says("the image's extents (2, 2)"));
}

BOOST_FIXTURE_TEST_CASE(bad_files_are_refused, SavedSirt) {
  std::string const bytes = test::read_bytes(path);
  test::write_bytes(path, bytes.substr(0, bytes.size() - 1));
  check_refused("bytes of data, but the file holds");
  Values const numbers(3, 1.0);
  pyronn::write_npy(path, numbers.data(), {3});
  check_refused("is not the state of a solver");
  std::vector<std::uint8_t> const letters(300, 'a');
  pyronn::write_npy(path, letters.data(), {300});
  check_refused("is not the state of a solver");
  pyronn::write_npy(path, letters.data(), {0});
  check_refused("is not the state of a solver");
  auto const state = bytes.substr(bytes.find("pyronn solver"));
  std::string old = bytes;
  old[old.find(" state 3") + 7] = '1';
  test::write_bytes(path, old);
  check_refused("is a solver's state of version '1', and version 3 can be read");
  std::string const longer = state + "a";
  pyronn::write_npy(path, reinterpret_cast<std::uint8_t const*>(longer.data()),
                    {static_cast<std::int64_t>(longer.size())});
  check_refused("bytes of a state that takes");
  std::string const shorter = state.substr(0, 40);
  pyronn::write_npy(path, reinterpret_cast<std::uint8_t const*>(shorter.data()),
                    {static_cast<std::int64_t>(shorter.size())});
  check_refused("says 'image");
  std::filesystem::remove(path);
  check_refused("cannot be read");
}

BOOST_AUTO_TEST_CASE(a_solver_without_a_start_has_no_state) {
  test::TemporaryFolder const folder;
  System system;
  Sirt solver{test::executor(), system.problem};
  BOOST_CHECK_EXCEPTION(pyronn::save_state(folder / "state.npy", test::executor(), solver),
                        pyronn::InvalidArgument, test::says("the Sirt was not started"));
  BOOST_TEST(folder.entry_count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
