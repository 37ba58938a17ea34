// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Accelerated proximal gradients with total variation.
#include <cmath>
#include <cstddef>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/fista_tv.hpp>

#include "support/tv_solver_checks.hpp"
#include "support/tv_solver_refusals.hpp"

namespace {

struct Fista {
  template <class Map>
  using Solver = pyronn::FistaTv<Map, test::Executor>;
  using Options = pyronn::FistaTvOptions;
  static constexpr char const* name = "FistaTv";
  static constexpr int iterations = 300;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fista_tv, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(least_objective) { test::check_least_objective<Fista>(); }
BOOST_AUTO_TEST_CASE(keeps_bounds_and_mask) { test::check_bounds_and_mask<Fista>(); }
BOOST_AUTO_TEST_CASE(weights) { test::check_weights<Fista>(); }
BOOST_AUTO_TEST_CASE(goes_on) { test::check_goes_on<Fista>(); }
BOOST_AUTO_TEST_CASE(stays_at_the_solution) { test::check_stays_at_solution<Fista>(); }
BOOST_AUTO_TEST_CASE(scales) { test::check_scales<Fista>(); }
BOOST_AUTO_TEST_CASE(same_bits) { test::check_same_bits<Fista>(); }
BOOST_AUTO_TEST_CASE(iterations_come_after_the_start) {
  test::TvSystem<double> system;
  pyronn::FistaTv solver{test::executor(), system.problem, pyronn::FistaTvOptions{}};
  BOOST_CHECK_THROW(solver.iterate(), pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_CASE(refused) {
  test::check_refusals<Fista>();
  auto const made = [](pyronn::FistaTvOptions const& options) {
    return [=] {
      test::TvSystem<double> system;
      pyronn::FistaTv solver{test::executor(), system.problem, options};
    };
  };
  pyronn::FistaTvOptions options;
  options.inner_iterations = 3;
  test::check_refused(made(options), "FistaTv: inner_iterations 3 must be an even number");
  options = {};
  options.norm = -1;
  test::check_refused(made(options), "FistaTv: norm -1 must be at least 0 and finite");
}

// In space, on float with the dual in 16 bits, of which the least objective is known: A x = x.
BOOST_AUTO_TEST_CASE(in_space) {
  pyronn::Extents<3> const extents{6, 5, 4};
  auto const same = [](pyronn::VolumeView<float const> from, pyronn::VolumeView<float> to) {
    pyronn::copy(test::executor(), pyronn::detail::read_only(from), to);
  };
  auto const map = pyronn::linear_map(extents, extents, same, same);
  auto const noisy = test::random_values(4, extents.count());
  test::TvProblem of{{6, 5, 4}, {}, {noisy.begin(), noisy.end()}, 0.1};
  of.spacing = {0.5, 0.7, 1.1};
  of.lower.assign(noisy.size(), 0);
  double const least = of.least(60000);
  BOOST_REQUIRE(std::abs(of.least(30000) / least - 1) < 1e-6);
  test::Array<float, 3> data{extents, noisy};
  test::Array<float, 3> image{extents, 1.0F};
  pyronn::ReconstructionProblem problem{map, data.view()};
  problem.bounds.lower = 0;
  pyronn::FistaTvOptions options;
  options.strength = 0.1;
  options.spacing = of.spacing;
  pyronn::FistaTv solver{test::executor(), problem, options};
  solver.start(image.view());
  pyronn::iterate(solver, 500);
  BOOST_TEST(of.objective(image.values()) >= least * (1 - 1e-6));
  BOOST_TEST(of.objective(image.values()) <= least * (1 + 1e-4));
}

BOOST_AUTO_TEST_CASE(memory_beside_the_image) {
  // One more image, the dual's three, and one set of projections.
  pyronn::Extents<3> const domain{40, 32, 20};
  pyronn::Extents<3> const range{16, 8, 4};
  auto const none = [](auto const&, auto const&) {};
  auto const map = pyronn::linear_map(domain, range, none, none);
  auto const volume = static_cast<std::size_t>(domain.count()) * sizeof(float);
  auto const rays = static_cast<std::size_t>(range.count()) * sizeof(float);
  std::size_t const found =
      pyronn::FistaTv<decltype(map), test::Executor>::memory_bytes(test::executor(), map);
  BOOST_TEST(found >= 4 * volume + rays);
  BOOST_TEST(found <= 4 * volume + rays + 1024 +
                          pyronn::reduction_workspace_bytes(test::executor(), domain.count()));
}

BOOST_AUTO_TEST_SUITE_END()
