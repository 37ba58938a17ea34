// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// SART by ordered subsets, against iterates that are known and against loops in double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/subset_order.hpp>

#include "support/small_systems.hpp"

using pyronn::OsSart;
using pyronn::OsSartOptions;
using pyronn::Sart;
using pyronn::SubsetOrder;
using test::Doubles;
using test::SmallSystem;
namespace tools = boost::test_tools;

namespace {

constexpr SubsetOrder orders[] = {SubsetOrder::sequential, SubsetOrder::random,
                                  SubsetOrder::bit_reversed, SubsetOrder::golden};
Doubles const zeros(12, 0.0);

OsSartOptions options_of(int subsets, double relaxation = 1,
                         SubsetOrder order = SubsetOrder::golden) {
  OsSartOptions options;
  options.subsets = subsets;
  options.relaxation = relaxation;
  options.order = order;
  return options;
}

auto maker(OsSartOptions const& options) {
  return [options](auto& system) { return OsSart{test::executor(), system.problem, options}; };
}

/// What a reference works on.
struct Reference {
  Doubles entries = test::small_entries();
  Doubles data;
  Doubles weights = Doubles(35, 1.0);
  Doubles mask = Doubles(12, 1.0);
  double lower = -test::infinity;
  double upper = test::infinity;

  explicit Reference(SmallSystem<> const& system)
      : data{system.data.values()},
        lower{system.problem.bounds.lower},
        upper{system.problem.bounds.upper} {
    if (system.problem.weights.data != nullptr) weights = system.weights.values();
    if (system.problem.mask.data != nullptr) mask = system.mask.values();
  }

  double entry(std::size_t ray, std::size_t pixel) const { return entries[ray * 12 + pixel]; }

  /// One step of the rays of the views first, first + stride ...
  void step(std::size_t first, std::size_t stride, double relaxation, Doubles& x) const {
    Doubles update(12, 0.0);
    Doubles sums(12, 0.0);
    for (std::size_t ray = 0; ray < 35; ++ray) {
      if (ray / 5 % stride != first || weights[ray] == 0) continue;
      double row_sum = 0;
      double projected = 0;
      for (std::size_t j = 0; j < 12; ++j) {
        row_sum += mask[j] == 0 ? 0 : entry(ray, j);
        projected += entry(ray, j) * x[j];
      }
      for (std::size_t j = 0; j < 12; ++j) {
        sums[j] += weights[ray] * entry(ray, j);
        if (row_sum > 0)
          update[j] += entry(ray, j) * weights[ray] * (data[ray] - projected) / row_sum;
      }
    }
    for (std::size_t j = 0; j < 12; ++j) {
      if (mask[j] != 0 && sums[j] > 0) x[j] += relaxation * update[j] / sums[j];
      bound(j, x);
    }
  }

  void bound(std::size_t j, Doubles& x) const {
    if (mask[j] != 0) x[j] = std::min(std::max(x[j], lower), upper);
  }
};

void check_against_loops(SmallSystem<>& system, OsSartOptions const& options) {
  Doubles const start = test::scaled(SmallSystem<>::truth(), 0.7);
  Reference const reference{system};
  Doubles expected = start;
  for (std::size_t j = 0; j < 12; ++j) reference.bound(j, expected);
  auto const order = pyronn::subset_order(options.order, options.subsets, options.seed);
  for (int pass = 0; pass < 3; ++pass) {
    for (int const s : order) {
      reference.step(static_cast<std::size_t>(s), static_cast<std::size_t>(options.subsets),
                     options.relaxation, expected);
    }
  }
  Doubles const found = test::solved(system, maker(options), start, 3);
  BOOST_TEST(test::relative_l2(found, expected) < 1e-13);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(os_sart, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(orders_hold_every_subset) {
  for (SubsetOrder const order : orders) {
    for (int subsets = 1; subsets < 70; ++subsets) {
      std::vector<int> found = pyronn::subset_order(order, subsets, 5);
      std::sort(found.begin(), found.end());
      BOOST_TEST(found == pyronn::subset_order(SubsetOrder::sequential, subsets),
                 tools::per_element());
    }
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::subset_order(order, 0)),
                          pyronn::InvalidArgument, test::Says{"subsets 0 must be at least 1"});
  }
}

BOOST_AUTO_TEST_CASE(orders_are_known) {
  using Order = std::vector<int>;
  BOOST_TEST(pyronn::subset_order(SubsetOrder::sequential, 4) == (Order{0, 1, 2, 3}));
  BOOST_TEST(pyronn::subset_order(SubsetOrder::bit_reversed, 8) == (Order{0, 4, 2, 6, 1, 5, 3, 7}));
  BOOST_TEST(pyronn::subset_order(SubsetOrder::bit_reversed, 6) == (Order{0, 4, 2, 1, 5, 3}));
  BOOST_TEST(pyronn::subset_order(SubsetOrder::golden, 8) == (Order{0, 4, 1, 6, 3, 2, 5, 7}));
  Order const random = pyronn::subset_order(SubsetOrder::random, 20, 1);
  BOOST_TEST(random == pyronn::subset_order(SubsetOrder::random, 20, 1));
  BOOST_TEST(random != pyronn::subset_order(SubsetOrder::random, 20, 2));
}

// Views in order, from zeros, after one, two and three of them.
BOOST_AUTO_TEST_CASE(sart_of_the_table) {
  Doubles const expected[] = {{2.375, 3.125, 2.375, 3.125},
                              {2.488352, 2.422757, 2.850540, 3.238352},
                              {2.010574, 1.944980, 3.328317, 3.716129}};
  Doubles const all = test::product(test::strips(), test::strip_truth());
  for (int views = 1; views <= 3; ++views) {
    auto const map = test::strips().subset(pyronn::ViewSelection::range(0, views));
    test::Array<double, 2> data{map.range(), Doubles(all.begin(), all.begin() + 3 * views)};
    test::Array<double, 2> image{map.domain(), 0.0};
    pyronn::SartOptions options;
    options.order = SubsetOrder::sequential;
    Sart solver{test::executor(), pyronn::ReconstructionProblem{map, data.view()}, options};
    solver.start(image.view());
    solver.iterate();
    Doubles const found = image.values();
    for (std::size_t n = 0; n < 4; ++n)
      BOOST_TEST(std::abs(found[n] - expected[views - 1][n]) < 5e-6);
  }
}

BOOST_AUTO_TEST_CASE(one_subset_is_sirt) {
  SmallSystem<> system;
  system.silence_rays();
  system.hide_pixels();
  Doubles const found = test::solved(system, maker(options_of(1, 0.8)), zeros, 5);
  auto const sirt = [](auto& of) {
    return pyronn::Sirt{test::executor(), of.problem, pyronn::SirtOptions{0.8}};
  };
  BOOST_TEST(test::relative_l2(found, test::solved(system, sirt, zeros, 5)) < 1e-14);
  OsSart by_subsets{test::executor(), system.problem, options_of(1)};
  pyronn::Sirt at_once{test::executor(), system.problem};
  by_subsets.start(system.image.view());
  at_once.start(system.image.view());
  BOOST_TEST(by_subsets.measure().residual == at_once.measure().residual, tools::tolerance(1e-13));
  BOOST_TEST(by_subsets.measure().objective == at_once.measure().objective,
             tools::tolerance(1e-13));
}

// Short last subsets, a ray that misses the volume, a pixel that no ray meets.
BOOST_AUTO_TEST_CASE(equals_loops) {
  for (SubsetOrder const order : orders) {
    for (int const subsets : {1, 2, 3, 4, 7}) {
      SmallSystem<> plain;
      check_against_loops(plain, options_of(subsets, 1, order));
      SmallSystem<> full;
      full.silence_rays();
      full.hide_pixels();
      full.problem.bounds = {0.3, 0.6};
      check_against_loops(full, options_of(subsets, 1.4, order));
    }
  }
}

BOOST_AUTO_TEST_CASE(sart_is_a_view_a_subset) {
  SmallSystem<> system;
  auto const sart = [](auto& of) { return Sart{test::executor(), of.problem}; };
  BOOST_TEST(
      test::solved(system, sart, zeros, 3) == test::solved(system, maker(options_of(7)), zeros, 3),
      tools::per_element());
  BOOST_TEST(
      (Sart<test::DenseMap<double>, test::Executor>::memory_bytes(test::executor(), system.map)) ==
      (OsSart<test::DenseMap<double>, test::Executor>::memory_bytes(test::executor(), system.map,
                                                                    options_of(7))));
}

// Column sums that are made anew have the bits of those that are kept.
BOOST_AUTO_TEST_CASE(column_sums_under_a_limit) {
  using Solver = OsSart<test::DenseMap<double>, test::Executor>;
  SmallSystem<> system;
  system.weigh();
  OsSartOptions options = options_of(3);
  Doubles const expected = test::solved(system, maker(options), zeros, 4);
  std::size_t const whole = Solver::memory_bytes(test::executor(), system.map, options);
  std::size_t const image = 12 * sizeof(double);
  std::size_t lost = 0;
  for (std::size_t const limit : {3 * image, 3 * image - 1, 2 * image - 1, std::size_t{0}}) {
    options.column_sums_limit = limit;
    BOOST_TEST(test::solved(system, maker(options), zeros, 4) == expected, tools::per_element());
    std::size_t const bytes = Solver::memory_bytes(test::executor(), system.map, options);
    BOOST_TEST(whole - bytes == std::min<std::size_t>(lost, 2) * 512);
    ++lost;
  }
}

BOOST_AUTO_TEST_CASE(bounds_and_masks_hold_after_every_pass) {
  SmallSystem<> system;
  system.hide_pixels();
  system.problem.bounds = {0.4, 0.55};
  system.set(system.image, Doubles(12, -5.0));
  OsSart solver{test::executor(), system.problem, options_of(3)};
  solver.start(system.image.view());
  for (int pass = 0; pass < 10; ++pass) {
    Doubles const found = system.values();
    for (std::size_t n = 0; n < 12; ++n) {
      bool const is_hidden = n == 2 || n == 9;
      BOOST_TEST((is_hidden ? found[n] == -5 : found[n] >= 0.4 && found[n] <= 0.55));
    }
    solver.iterate();
  }
}

BOOST_AUTO_TEST_CASE(continues) { test::check_continues(maker(options_of(3)), zeros); }

BOOST_AUTO_TEST_CASE(stays_at_the_solution) {
  SmallSystem<> system;
  system.set(system.data, test::product(system.map, SmallSystem<>::truth()));
  for (int const subsets : {1, 3, 7}) {
    Doubles const found =
        test::solved(system, maker(options_of(subsets)), SmallSystem<>::truth(), 20);
    BOOST_TEST(test::relative_l2(found, SmallSystem<>::truth()) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(scales_with_data_and_lengths) {
  auto const make = [](auto& system, double, double) { return maker(options_of(3))(system); };
  Doubles const start = SmallSystem<>::truth();
  test::check_scales<double>(make, start, 1e-13);
  test::check_scales<float>(make, start, 1e-5);
}

BOOST_AUTO_TEST_CASE(refuses) {
  SmallSystem<> system;
  test::check_refuses(system, maker(options_of(0)), "OsSart: subsets 0 must be at least 1");
  test::check_refuses(system, maker(options_of(8)),
                      "OsSart: subsets 8 must not be more than the 7 views");
  for (double const relaxation : {0.0, 2.0, -1.0, test::not_a_number}) {
    test::check_refuses(system, maker(options_of(2, relaxation)), "must be above 0 and below 2");
  }
  auto const sart = [](auto& of) {
    return Sart{test::executor(), of.problem, pyronn::SartOptions{3}};
  };
  test::check_refuses(system, sart, "Sart: relaxation 3 must be above 0 and below 2");
  SmallSystem<> no_bounds;
  no_bounds.problem.bounds = {1, 0};
  test::check_refuses(no_bounds, maker(options_of(2)), "OsSart: the bounds from 1 to 0");
  SmallSystem<> hole;
  hole.silence_rays();
  hole.problem.weights = {};
  test::check_refuses(hole, maker(options_of(2)), "OsSart: some data are not finite");
  SmallSystem<> empty;
  empty.set(empty.mask, zeros);
  empty.problem.mask = empty.mask.view();
  test::check_refuses(empty, maker(options_of(2)), "OsSart: the mask is 0 everywhere");
}

BOOST_AUTO_TEST_SUITE_END()
