// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// States of solvers tell their own problem from others.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/detail/state_marks.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/edge_potential.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/solver_state.hpp>

#include "support/dense_map.hpp"
#include "support/numbers.hpp"
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

}  // namespace

static_assert(pyronn::has_views_v<Map>);

BOOST_AUTO_TEST_SUITE(solver_state_problems, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(other_problems_are_refused, OfKind, Kinds) {
  using Solver = typename OfKind::Solver;
  auto const options = options_for_test<typename OfKind::Options>();
  test::TemporaryFolder const folder;
  auto const path = folder / "state.npy";
  save_after<Solver>(2, path, options);
  auto const check_refused = [&](pyronn::ReconstructionProblem<Map> const& problem,
                                 std::string const& words) {
    test::Array<double, 2> image{problem.map.domain(), Values(12, 0.5)};
    Solver solver{test::executor(), problem, options};
    BOOST_CHECK_EXCEPTION(pyronn::load_state(path, test::executor(), solver, image.view()),
                          pyronn::InvalidArgument, [&](auto const& error) {
                            return test::says(words)(error) && test::says(path.string())(error);
                          });
    BOOST_CHECK_EXCEPTION(solver.iterate(), pyronn::InvalidArgument,
                          test::says("iterate() was called before start()"));
  };
  System system;
  Values swapped = system.data.values();
  std::swap(swapped[3], swapped[17]);
  test::Array<double, 2> other_data{system.map.range(), swapped};
  pyronn::ReconstructionProblem<Map> problem = system.problem;
  problem.data = other_data.view();
  check_refused(problem, "'s data are not those of the state in");
  // Rows of two views that are swapped, and an entry that is another one.
  auto entries = test::small_entries();
  std::swap_ranges(entries.begin(), entries.begin() + 60, entries.begin() + 120);
  check_refused({Map{test::small_domain, test::small_range, entries}, system.data.view()},
                "'s map is not that of the state in");
  entries = test::small_entries();
  entries[19 * 12 + 3] += 0.01;
  check_refused({Map{test::small_domain, test::small_range, entries}, system.data.view()},
                "'s map is not that of the state in");
}

struct SavedProblem {
  /// Whether a Sirt's state of the first problem is refused for the second one.
  void check_refused(System& first, System& second, std::string const& words) const {
    Sirt saved{test::executor(), first.problem};
    saved.start(first.image.view());
    saved.iterate();
    pyronn::save_state(path, test::executor(), saved);
    Sirt solver{test::executor(), second.problem};
    BOOST_CHECK_EXCEPTION(pyronn::load_state(path, test::executor(), solver, second.image.view()),
                          pyronn::InvalidArgument, test::says(words));
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "state.npy";
};

BOOST_FIXTURE_TEST_CASE(data_are_told_by_each_bit, SavedProblem) {
  System first;
  System more{1 + 1e-15};
  check_refused(first, more, "the Sirt's data are not those");
  System negated{-1};
  check_refused(first, negated, "the Sirt's data are not those");
}

BOOST_FIXTURE_TEST_CASE(weights_and_masks_are_told, SavedProblem) {
  test::Array<double, 2> ones{test::small_range, Values(35, 1.0)};
  Values more(35, 1.0);
  more[34] = 1.5;
  test::Array<double, 2> others{test::small_range, more};
  System first;
  System second;
  first.problem.weights = ones.view();
  second.problem.weights = others.view();
  check_refused(first, second, "the Sirt's weights are not those");
  second.problem.weights = ones.view();
  test::Array<double, 2> all{test::small_domain, Values(12, 1.0)};
  Values less(12, 1.0);
  less[7] = 0;
  test::Array<double, 2> some{test::small_domain, less};
  first.problem.mask = all.view();
  second.problem.mask = some.view();
  check_refused(first, second, "the Sirt's mask is not that");
}

// A start of zeros, of which every map makes zeros.
BOOST_FIXTURE_TEST_CASE(maps_are_told_where_the_image_is_0, SavedProblem) {
  System system;
  test::Array<double, 2> image{test::small_domain, Values(12, 0.0)};
  Sirt saved{test::executor(), system.problem};
  saved.start(image.view());
  pyronn::save_state(path, test::executor(), saved);
  BOOST_TEST(image.values() == Values(12, 0.0), boost::test_tools::per_element());
  auto entries = test::scaled(test::small_entries(), 1.0001);
  Map const map{test::small_domain, test::small_range, entries};
  Sirt solver{test::executor(), pyronn::ReconstructionProblem<Map>{map, system.data.view()}};
  BOOST_CHECK_EXCEPTION(pyronn::load_state(path, test::executor(), solver, image.view()),
                        pyronn::InvalidArgument, test::says("give it the same geometry"));
}

/// A solver's states are refused for these options.
template <class Solver, class Options>
void check_options_refused(Options const& saved, Options const& other, std::string const& words) {
  test::TemporaryFolder const folder;
  save_after<Solver>(1, folder / "state.npy", saved);
  System system;
  Solver solver{test::executor(), system.problem, other};
  BOOST_CHECK_EXCEPTION(
      pyronn::load_state(folder / "state.npy", test::executor(), solver, system.image.view()),
      pyronn::FileError, test::says(words));
}

BOOST_AUTO_TEST_CASE(options_that_the_state_depends_on_are_told) {
  pyronn::FistaTvOptions const fista{0.05};
  auto other_fista = fista;
  other_fista.norm = 10;
  check_options_refused<pyronn::FistaTv<Map, Executor>>(fista, other_fista, "says 'norm 0' where");
  other_fista = fista;
  other_fista.spacing = pyronn::Vec3d{1, 2, 1};
  check_options_refused<pyronn::FistaTv<Map, Executor>>(
      fista, other_fista, "says 'spacing that of the map' where the solver has 'spacing 1 2 1'");
  pyronn::PdhgOptions pdhg;
  pdhg.strength = 0.05;
  auto other_pdhg = pdhg;
  other_pdhg.balanced = pyronn::PdhgBalance::of_start;
  check_options_refused<pyronn::Pdhg<Map, Executor>>(pdhg, other_pdhg, "says 'balanced 0' where");
  using Potential = pyronn::QGaussianPotential;
  pyronn::PwlsOptions<Potential> pwls;
  pwls.strength = 0.05;
  pwls.subsets = 1;
  pwls.potential.delta = 0.01;
  pwls.potential.p = 1;
  auto other_pwls = pwls;
  other_pwls.potential.delta = 0.0025;
  other_pwls.potential.p = 2;
  check_options_refused<pyronn::Pwls<Map, Executor, Potential>>(pwls, other_pwls,
                                                                "says 'at one over that");
}

/// Forty views of a cone, from this angle on, by a panel so far from the source [mm].
pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp> cone_map(double first_angle,
                                                                        double source_detector) {
  auto angles = pyronn::equal_angles(40);
  for (double& angle : angles) angle += first_angle;
  return {pyronn::ConeBeam::circular({80, source_detector, angles}, {{19, 13}, {1.6, 1.5}}),
          pyronn::Grid::centered({13, 11, 9}, {1, 1, 1})};
}

BOOST_AUTO_TEST_CASE(scans_are_told) {
  using Scan = pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp>;
  test::TemporaryFolder const folder;
  auto const path = folder / "state.npy";
  auto const map = cone_map(0, 130);
  test::Array<float, 3> data{map.range(), test::random_values(3, map.range().count())};
  test::Array<float, 3> image{map.domain(), 0.0F};
  auto const solver_of = [&](Scan const& scan) {
    return pyronn::Cgls<Scan, Executor>{test::executor(),
                                        pyronn::ReconstructionProblem<Scan>{scan, data.view()}};
  };
  auto saved = solver_of(map);
  saved.start(image.view());
  for (int n = 0; n < 2; ++n) {
    pyronn::save_state(path, test::executor(), saved);
    auto same = solver_of(cone_map(0, 130));
    pyronn::load_state(path, test::executor(), same, image.view());
    saved.start(image.view());
    saved.iterate();
  }
  for (auto const& other :
       {cone_map(1e-3, 130), cone_map(0, 130.1), cone_map(pyronn::pi / 2, 130)}) {
    auto solver = solver_of(other);
    BOOST_CHECK_EXCEPTION(pyronn::load_state(path, test::executor(), solver, image.view()),
                          pyronn::InvalidArgument, test::says("the Cgls's map is not that of"));
  }
}

// In parts of the views marks are the same, and the image stays what it is.
BOOST_AUTO_TEST_CASE(marks_are_made_by_parts) {
  System system;
  pyronn::detail::System<Map, Executor> of{"Sirt", test::executor(), system.problem, 0};
  for (Values const& start : {Values(12, 0.0), test::positive_randoms(7, 12)}) {
    test::Array<double, 2> image{test::small_domain, start};
    pyronn::detail::MarksOfMap whole{};
    for (std::int64_t const bytes : {1 << 20, 100, 1}) {
      pyronn::detail::MapMarks marks{test::executor(), image.view(), bytes};
      marks.system(of);
      if (bytes > 100) whole = marks.marks();
      BOOST_TEST(whole[0] > 0);
      for (std::size_t n = 0; n < whole.size(); ++n) {
        BOOST_TEST(std::abs(marks.marks()[n] - whole[n]) <= 1e-12 * whole[0]);
      }
      BOOST_TEST(image.values() == start, boost::test_tools::per_element());
    }
  }
}

// Without views, and with a state that none but the same map goes on from.
BOOST_AUTO_TEST_CASE(maps_of_two_functions_are_told) {
  test::TemporaryFolder const folder;
  auto const path = folder / "state.npy";
  auto const scaled_map = [](double factor) {
    auto const scale = [factor](auto const& in, auto const& out) {
      pyronn::axpby(test::executor(), factor, in, 0, out);
    };
    return pyronn::linear_map<double>(pyronn::Extents<1>{20}, pyronn::Extents<1>{20}, scale, scale);
  };
  auto const map = scaled_map(2);
  using Two = std::decay_t<decltype(map)>;
  test::Array<double, 1> data{map.range(), test::random_doubles(1, 20)};
  test::Array<double, 1> image{map.domain(), Values(20, 0.1)};
  using Solver = pyronn::Sirt<Two, Executor>;
  Solver saved{test::executor(), pyronn::ReconstructionProblem<Two>{map, data.view()}};
  saved.start(image.view());
  pyronn::save_state(path, test::executor(), saved);
  Solver same{test::executor(), pyronn::ReconstructionProblem<Two>{map, data.view()}};
  pyronn::load_state(path, test::executor(), same, image.view());
  Solver other{test::executor(),
               pyronn::ReconstructionProblem<Two>{scaled_map(2.001), data.view()}};
  BOOST_CHECK_EXCEPTION(pyronn::load_state(path, test::executor(), other, image.view()),
                        pyronn::InvalidArgument, test::says("map is not that of"));
}

BOOST_AUTO_TEST_SUITE_END()
