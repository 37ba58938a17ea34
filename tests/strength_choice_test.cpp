// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Strengths of total variation that are chosen, and reconstructions that choose all else.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/reconstruct_iteratively.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/strength_choice.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Extents;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using Values = std::vector<float>;
using Map = pyronn::SystemMatrix<ParallelBeam2D, pyronn::SoftwareInterp>;

namespace {

constexpr int size = 48;
constexpr int columns = 56;

ParallelBeam2D scan(int views) {
  std::vector<double> angles;
  for (int n = 0; n < views; ++n) angles.push_back(pyronn::pi * n / views);
  return ParallelBeam2D::circular({angles}, {columns, 1});
}
Grid grid() { return Grid::flat({size, size}, {1, 1}); }

/// A head of 48 x 48 pixels and its lines, with noise.
struct Head {
  explicit Head(double noise = 0.02, double amount = 1, int views = 30)
      : geometry{scan(views)},
        map{geometry, grid()},
        data{map.range(), lines(noise, amount)},
        image{map.domain(), 0.0F},
        problem{map, data.view()} {
    problem.bounds.lower = 0;
  }

  [[nodiscard]] static Values truth_values() {
    auto const phantom = pyronn::shepp_logan_2d(23, 0.02, pyronn::SheppLoganContrast::high);
    test::Array<float, 2> truth{Extents<2>{size, size}};
    pyronn::voxelise(test::executor(), phantom, grid(), truth.view(), 4);
    return truth.values();
  }
  [[nodiscard]] Values lines(double noise, double amount) const {
    test::Array<float, 2> exact{map.range()};
    test::Array<float, 2> truth{map.domain(), truth_values()};
    pyronn::Workspace<test::Executor> workspace{
        test::executor(), map.workspace_bytes(test::executor(), pyronn::default_workspace_limit)};
    map.apply(test::executor(), truth.view(), exact.view(), workspace);
    Values result = exact.values();
    Values const random = test::random_values(9, static_cast<std::int64_t>(result.size()));
    for (std::size_t n = 0; n < result.size(); ++n) {
      double const line = static_cast<double>(result[n]) + noise * static_cast<double>(random[n]);
      result[n] = static_cast<float>(amount * line);
    }
    return result;
  }
  [[nodiscard]] double error() const { return test::relative_l2(image.values(), truth_values()); }
  double error_by_hand(double strength, int iterations) {
    pyronn::fill(test::executor(), image.view(), 0.0F);
    pyronn::FistaTvOptions options;
    options.strength = strength;
    pyronn::FistaTv<Map, test::Executor> solver{test::executor(), problem, options};
    solver.start(image.view());
    pyronn::iterate(solver, iterations);
    return error();
  }
  pyronn::StrengthChoice choose(pyronn::StrengthSearch const& search = {}) {
    return pyronn::choose_tv_strength(test::executor(), problem, image.view(), search);
  }
  pyronn::IterativeChoices reconstruct(pyronn::EdgePrior const& prior = {},
                                       pyronn::IterativeOptions const& options = {}) {
    pyronn::fill(test::executor(), image.view(), 0.0F);
    return pyronn::reconstruct_iteratively(test::executor(), geometry, grid(),
                                           {data.view(), {}, image.view()}, prior, options);
  }

  ParallelBeam2D geometry;
  Map map;
  test::Array<float, 2> data;
  test::Array<float, 2> image;
  pyronn::ReconstructionProblem<Map> problem;
};

/// Two of four folds, which is enough to see what follows from what.
pyronn::StrengthSearch short_search() {
  pyronn::StrengthSearch search;
  search.folds = 2;
  search.iterations = 60;
  return search;
}

void check_refused(Head& head, pyronn::StrengthSearch const& search, std::string const& words) {
  BOOST_CHECK_EXCEPTION(head.choose(search), pyronn::InvalidArgument, test::says(words));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(strength_choice, *boost::unit_test::precondition(test::device_present))

// The whole of it: what was chosen is about as good as the best of what hands would try.
BOOST_AUTO_TEST_CASE(what_is_chosen_is_as_good_as_the_best_by_hand) {
  for (double const noise : {0.01, 0.05}) {
    Head head{noise};
    auto const choices = head.reconstruct();
    double const chosen = head.error();
    BOOST_TEST_MESSAGE(pyronn::text_of(choices) << "error " << chosen);
    BOOST_TEST(choices.levels.size() == 2U);
    BOOST_TEST(choices.search.held_out == 30);
    double best = std::numeric_limits<double>::infinity();
    for (int n = -6; n <= 6; ++n)
      best = std::min(best, head.error_by_hand(choices.strength * std::pow(1.6, n), 200));
    BOOST_TEST(chosen < 1.05 * best);
    BOOST_TEST_MESSAGE("best by hand " << best);
  }
}

BOOST_AUTO_TEST_CASE(more_noise_asks_for_more_strength) {
  double const low = Head{0.005}.choose(short_search()).strength;
  double const high = Head{0.05}.choose(short_search()).strength;
  BOOST_TEST(high > 3 * low);
}

// c is in units of the data: no threshold is absolute.
BOOST_AUTO_TEST_CASE(scales_of_the_data_scale_the_strength) {
  auto const expected = Head{}.choose(short_search());
  for (double const amount : {1e-6, 1e6}) {
    auto const found = Head{0.02, amount}.choose(short_search());
    BOOST_TEST(found.trials.size() == expected.trials.size());
    BOOST_TEST(found.strength == amount * expected.strength, boost::test_tools::tolerance(1e-2));
  }
}

BOOST_AUTO_TEST_CASE(weights_are_scales_of_the_data) {
  Head head;
  auto const expected = head.choose(short_search());
  test::Array<float, 2> weights{head.map.range(), 4.0F};
  head.problem.weights = weights.view();
  pyronn::fill(test::executor(), head.image.view(), 0.0F);
  auto const found = head.choose(short_search());
  BOOST_TEST(found.strength == 4 * expected.strength, boost::test_tools::tolerance(1e-2));
}

BOOST_AUTO_TEST_CASE(rays_that_say_nothing_are_not_asked) {
  Head head;
  Values weights(static_cast<std::size_t>(head.map.range().count()), 1.0F);
  Values lines = head.data.values();
  for (std::size_t ray = 0; ray < lines.size(); ray += 97) {
    weights[ray] = 0;
    lines[ray] = std::numeric_limits<float>::quiet_NaN();
  }
  test::Array<float, 2> data{head.map.range(), lines};
  test::Array<float, 2> said{head.map.range(), weights};
  head.problem.data = data.view();
  head.problem.weights = said.view();
  BOOST_TEST(std::isfinite(head.choose(short_search()).strength));
}

BOOST_AUTO_TEST_CASE(the_image_is_that_of_the_best_trial) {
  Head head;
  double const zero = head.error();
  auto const choice = head.choose(short_search());
  BOOST_TEST(zero == 1.0);
  BOOST_TEST(head.error() < 0.5);
  BOOST_TEST(choice.views == 30);
  BOOST_TEST(choice.held_out == 14);
  for (auto const& trial : choice.trials) BOOST_TEST(trial.errors.size() == 14U);
}

// A quarter of the views at either end.
BOOST_AUTO_TEST_CASE(ends_are_held_out) {
  Head head;
  auto search = short_search();
  search.held_out = pyronn::HeldOut::ends;
  auto const both = head.choose(search);
  BOOST_TEST(both.held_out == 14);
  for (auto const& trial : both.trials) {
    BOOST_TEST(trial.errors.size() == 14U);
    BOOST_TEST(trial.iterations <= 2 * search.iterations);
  }
  search.folds = 1;
  pyronn::fill(test::executor(), head.image.view(), 0.0F);
  auto const one = head.choose(search);
  BOOST_TEST(one.held_out == 7);
  // The same end, from the same start.
  std::vector<double> const& all = both.trials.front().errors;
  BOOST_TEST(one.trials.front().errors.front() == all.front());
  BOOST_TEST(one.trials.front().errors.back() == all[6]);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_out_of_range) {
  Head head;
  pyronn::StrengthSearch search;
  search.fold = 1;
  check_refused(head, search, "fold 1");
  search = {};
  search.folds = 0;
  check_refused(head, search, "folds 0");
  search = {};
  search.most_trials = 4;
  check_refused(head, search, "most_trials 4");
  Head few{0.02, 1, 2};
  check_refused(few, {}, "2 views are too few");
  Head dark{0, 0};
  check_refused(dark, {}, "the data say nothing");
}

BOOST_AUTO_TEST_CASE(levels_go_from_coarse_to_fine) {
  Head head;
  pyronn::IterativeOptions options;
  options.most_voxels_of_search = 24;
  options.most_voxels_of_coarsest = 12;
  options.iterations = 30;
  auto const choices = head.reconstruct({}, options);
  BOOST_TEST(choices.search_factor == 2);
  std::vector<int> factors;
  for (auto const& level : choices.levels) {
    factors.push_back(level.factor);
    BOOST_TEST(level.size[0] == size / level.factor);
    BOOST_TEST(level.strength == choices.strength * level.factor,
               boost::test_tools::tolerance(1e-12));
  }
  BOOST_TEST(factors == (std::vector<int>{4, 2, 1}), boost::test_tools::per_element());
  std::string const text = pyronn::text_of(choices);
  for (auto const* const part : {"pixels of 4, grid (12, 12, 1)", "pixels of 1, grid (48, 48, 1)",
                                 "30 of 30 views", "scikit-image: weight"})
    BOOST_TEST(text.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(a_strength_that_is_given_is_taken) {
  Head head;
  pyronn::EdgePrior prior;
  prior.strength = 0.3;
  prior.bounds.upper = 0.01;
  auto const choices = head.reconstruct(prior);
  BOOST_TEST(choices.strength == 0.3);
  BOOST_TEST(choices.search.trials.empty());
  Values const found = head.image.values();
  BOOST_TEST(*std::max_element(found.begin(), found.end()) <= 0.01F);
  BOOST_TEST(*std::min_element(found.begin(), found.end()) >= 0.0F);
}

BOOST_AUTO_TEST_SUITE_END()
