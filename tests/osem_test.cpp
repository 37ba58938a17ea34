// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Expectation maximisation, against iterates that are known and against loops in double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/subset_order.hpp>

#include "support/small_systems.hpp"

using pyronn::Mlem;
using pyronn::Osem;
using pyronn::OsemOptions;
using pyronn::SubsetOrder;
using test::Doubles;
using test::SmallSystem;
namespace tools = boost::test_tools;

namespace {

Doubles const ones(12, 1.0);

OsemOptions options_of(int subsets, SubsetOrder order = SubsetOrder::golden) {
  OsemOptions options;
  options.subsets = subsets;
  options.order = order;
  return options;
}
auto maker(int subsets, SubsetOrder order = SubsetOrder::golden) {
  return [=](auto& system) {
    return Osem{test::executor(), system.problem, options_of(subsets, order)};
  };
}
auto mlem() {
  return [](auto& system) { return Mlem{test::executor(), system.problem}; };
}

/// The system of the tables.
struct Strips {
  test::DenseMap<double> map = test::strips();
  test::Array<double, 2> data{map.range(), test::product(map, test::strip_truth())};
  test::Array<double, 2> image{map.domain(), 1.0};
  pyronn::ReconstructionProblem<test::DenseMap<double>> problem{map, data.view()};
};

template <class Make>
void check_table(Make const& make, int iterations, Doubles const& expected) {
  Strips strips;
  auto solver = make(strips);
  solver.start(strips.image.view());
  pyronn::iterate(solver, iterations);
  Doubles const found = strips.image.values();
  for (std::size_t n = 0; n < expected.size(); ++n)
    BOOST_TEST(std::abs(found[n] - expected[n]) < 5e-6);
}

/// A pass in loops.
void pass_in_loops(SmallSystem<> const& system, int subsets, SubsetOrder order, Doubles& x) {
  Doubles const entries = test::small_entries();
  Doubles const data = system.data.values();
  auto const& problem = system.problem;
  Doubles const weights =
      problem.weights.data == nullptr ? Doubles(35, 1.0) : system.weights.values();
  Doubles const mask = problem.mask.data == nullptr ? ones : system.mask.values();
  for (int const s : pyronn::subset_order(order, subsets)) {
    Doubles ratios(12, 0.0);
    Doubles sums(12, 0.0);
    for (std::size_t ray = 0; ray < 35; ++ray) {
      if (ray / 5 % static_cast<std::size_t>(subsets) != static_cast<std::size_t>(s)) continue;
      double projected = 0;
      for (std::size_t j = 0; j < 12; ++j) projected += entries[ray * 12 + j] * x[j];
      for (std::size_t j = 0; j < 12 && weights[ray] > 0; ++j) {
        double const entry = weights[ray] * entries[ray * 12 + j];
        sums[j] += entry;
        if (projected > 0) ratios[j] += entry * data[ray] / projected;
      }
    }
    for (std::size_t j = 0; j < 12; ++j) {
      if (mask[j] == 0 || sums[j] == 0) continue;
      x[j] = std::min(std::max(x[j] * ratios[j] / sums[j], problem.bounds.lower),
                      problem.bounds.upper);
    }
  }
}

void check_against_loops(SmallSystem<>& system, int subsets, SubsetOrder order) {
  Doubles const start = test::scaled(SmallSystem<>::truth(), 0.4);
  Doubles expected = start;
  for (int pass = 0; pass < 3; ++pass) pass_in_loops(system, subsets, order, expected);
  Doubles const found = test::solved(system, maker(subsets, order), start, 3);
  BOOST_TEST(test::relative_l2(found, expected) < 1e-13);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(osem, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(tables) {
  check_table(mlem(), 1, {2.454451, 2.516713, 2.907719, 3.121117});
  check_table(mlem(), 2, {2.216173, 2.351633, 2.979903, 3.452290});
  check_table(mlem(), 10, {1.371293, 1.940464, 2.931269, 4.756973});
  auto const by_views = maker(3, SubsetOrder::sequential);
  check_table(by_views, 1, {1.999362, 1.949795, 3.280235, 3.770608});
  check_table(by_views, 2, {1.572562, 1.840748, 3.137899, 4.448790});
}

BOOST_AUTO_TEST_CASE(equals_loops) {
  for (SubsetOrder const order :
       {SubsetOrder::sequential, SubsetOrder::random, SubsetOrder::golden}) {
    for (int const subsets : {1, 2, 3, 4, 7}) {
      SmallSystem<> plain;
      check_against_loops(plain, subsets, order);
      SmallSystem<> full;
      full.silence_rays();
      full.hide_pixels();
      full.problem.bounds.upper = 0.6;
      check_against_loops(full, subsets, order);
    }
  }
}

BOOST_AUTO_TEST_CASE(mlem_is_one_subset_of_a_map_without_views) {
  SmallSystem<> system;
  system.weigh();
  Doubles const expected = test::solved(system, maker(1), ones, 4);
  BOOST_TEST(test::solved(system, mlem(), ones, 4) == expected, tools::per_element());
  pyronn::Workspace<test::Executor> workspace{test::executor(), 0};
  auto const map = pyronn::linear_map<double>(
      test::small_domain, test::small_range,
      [&](auto x, auto y) { system.map.apply(test::executor(), x, y, workspace); },
      [&](auto y, auto x) { system.map.apply_transpose(test::executor(), y, x, workspace); });
  pyronn::ReconstructionProblem problem{map, system.data.view()};
  problem.weights = system.weights.view();
  system.set(system.image, ones);
  Mlem solver{test::executor(), problem};
  solver.start(system.image.view());
  pyronn::iterate(solver, 4);
  BOOST_TEST(system.values() == expected, tools::per_element());
  auto const by_subsets = [&](auto&) { return Osem{test::executor(), problem, options_of(2)}; };
  test::check_refuses(system, by_subsets, "Osem: subsets 2 must be 1, as the map has no views");
}

// One subset makes the divergence smaller each time, also between bounds and with known pixels.
BOOST_AUTO_TEST_CASE(mlem_is_monotone) {
  SmallSystem<> system;
  system.silence_rays();
  system.hide_pixels();
  system.problem.bounds = {0.35, 0.65};
  system.set(system.image, ones);
  Mlem solver{test::executor(), system.problem};
  solver.start(system.image.view());
  double last = solver.measure().objective;
  for (int n = 0; n < 200; ++n) {
    solver.iterate();
    double const objective = solver.measure().objective;
    BOOST_TEST(objective <= last * (1 + 1e-14));
    last = objective;
  }
  BOOST_TEST(last > 0);
}

BOOST_AUTO_TEST_CASE(measures) {
  SmallSystem<> system;
  system.silence_rays();
  for (int const subsets : {1, 3}) {
    auto solver = maker(subsets)(system);
    Doubles const image = SmallSystem<>::truth();
    system.set(system.image, image);
    solver.start(system.image.view());
    Doubles const projected = test::product(system.map, image);
    Doubles const data = system.data.values();
    Doubles const weights = system.weights.values();
    double square = 0;
    double divergence = 0;
    for (std::size_t ray = 0; ray < 35; ++ray) {
      if (weights[ray] == 0) continue;
      double const difference = data[ray] - projected[ray];
      square += weights[ray] * difference * difference;
      if (projected[ray] > 0)
        divergence +=
            weights[ray] * (data[ray] * std::log(data[ray] / projected[ray]) - difference);
    }
    BOOST_TEST(solver.measure().residual == std::sqrt(square), tools::tolerance(1e-12));
    BOOST_TEST(solver.measure().objective == divergence, tools::tolerance(1e-11));
  }
}

// Pixels that are 0 stay so, and rays that meet none but those contribute nothing.
BOOST_AUTO_TEST_CASE(zeros_stay) {
  SmallSystem<> system;
  Doubles const entries = test::small_entries();
  Doubles start = ones;
  for (std::size_t j = 0; j < 12; ++j) {
    if (entries[4 * 12 + j] > 0) start[j] = 0;  // all that ray 4 meets
  }
  Doubles const found = test::solved(system, maker(3), start, 5);
  int zeros = 0;
  for (std::size_t j = 0; j < 12; ++j) {
    BOOST_TEST(std::isfinite(found[j]));
    BOOST_TEST((found[j] == 0) == (start[j] == 0));
    zeros += found[j] == 0 ? 1 : 0;
  }
  BOOST_TEST(zeros > 0);
  BOOST_TEST(zeros < 12);
  BOOST_TEST(found[test::unseen_pixel] == 1);
}

BOOST_AUTO_TEST_CASE(data_that_are_zero) {
  SmallSystem<> system;
  system.set(system.data, Doubles(35, 0.0));
  Doubles const found = test::solved(system, maker(3), ones, 3);
  for (std::size_t j = 0; j < 12; ++j)
    BOOST_TEST(found[j] == (j == test::unseen_pixel ? 1.0 : 0.0));
  auto solver = maker(3)(system);
  system.set(system.image, ones);
  solver.start(system.image.view());
  solver.iterate();
  BOOST_TEST(solver.measure().objective == 0);
}

// Smaller than any ratio that a float holds.
BOOST_AUTO_TEST_CASE(ratios_that_overflow) {
  SmallSystem<float> system;
  Doubles start(12, 1e-42);
  start[0] = 1;
  for (double const value : test::solved(system, maker(1), start, 3))
    BOOST_TEST(std::isfinite(value));
}

BOOST_AUTO_TEST_CASE(column_sums_under_a_limit) {
  SmallSystem<> system;
  system.weigh();
  OsemOptions options = options_of(4);
  auto const made = [&](auto& of) { return Osem{test::executor(), of.problem, options}; };
  Doubles const expected = test::solved(system, made, ones, 4);
  std::size_t bytes = 0;
  for (std::size_t const arrays : {0U, 2U, 4U}) {
    options.column_sums_limit = arrays * 12 * sizeof(double);
    BOOST_TEST(test::solved(system, made, ones, 4) == expected, tools::per_element());
    std::size_t const needed = Osem<test::DenseMap<double>, test::Executor>::memory_bytes(
        test::executor(), system.map, options);
    BOOST_TEST(needed > bytes);
    bytes = needed;
  }
}

BOOST_AUTO_TEST_CASE(continues) {
  test::check_continues(maker(3), ones);
  test::check_continues(mlem(), ones);
}

BOOST_AUTO_TEST_CASE(stays_at_the_solution) {
  SmallSystem<> system;
  system.set(system.data, test::product(system.map, SmallSystem<>::truth()));
  for (int const subsets : {1, 3, 7}) {
    Doubles const found = test::solved(system, maker(subsets), SmallSystem<>::truth(), 20);
    BOOST_TEST(test::relative_l2(found, SmallSystem<>::truth()) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(scales_with_data_and_lengths) {
  auto const make = [](auto& system, double, double) { return maker(3)(system); };
  test::check_scales<double>(make, SmallSystem<>::truth(), 1e-13);
  test::check_scales<float>(make, SmallSystem<>::truth(), 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
