// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// What expectation maximisation refuses.
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/osem.hpp>

#include "support/small_systems.hpp"

using test::Doubles;
using test::SmallSystem;
namespace tools = boost::test_tools;

namespace {

Doubles const ones(12, 1.0);

auto maker(int subsets) {
  return [=](auto& system) {
    return pyronn::Osem{test::executor(), system.problem, pyronn::OsemOptions{subsets}};
  };
}
auto mlem() {
  return [](auto& system) { return pyronn::Mlem{test::executor(), system.problem}; };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(osem_errors, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(refuses) {
  auto const with_image = [](Doubles const& image, double lower, std::string const& text) {
    SmallSystem<> system;
    system.problem.bounds.lower = lower;
    system.set(system.image, image);
    test::check_refuses(system, mlem(), text);
    BOOST_TEST(system.values() == image, tools::per_element());
  };
  std::string const all_zero = "the start image is 0 wherever it is sought";
  with_image(Doubles(12, 0.0), -test::infinity, "Mlem: " + all_zero);
  with_image(Doubles(12, -1.0), 0, all_zero);
  Doubles negative = ones;
  negative[4] = -1e-9;
  with_image(negative, -test::infinity, "some pixels of the start image are negative");

  SmallSystem<> hidden;
  hidden.hide_pixels();
  Doubles outside(12, 0.0);
  outside[2] = 1;
  hidden.set(hidden.image, outside);
  test::check_refuses(hidden, maker(2), "Osem: " + all_zero);

  SmallSystem<> system;
  system.set(system.image, ones);
  Doubles data = SmallSystem<>::small_data();
  data[12] = -1e-12;
  system.set(system.data, data);
  test::check_refuses(system, maker(2), "Osem: some data are negative");
  test::check_refuses(system, maker(0), "Osem: subsets 0 must be at least 1");
  test::check_refuses(system, maker(8), "Osem: subsets 8 must not be more than the 7 views");
  // Negative data of rays that say nothing do no harm.
  Doubles weights(35, 1.0);
  weights[12] = 0;
  system.set(system.weights, weights);
  system.weigh();
  BOOST_CHECK_NO_THROW(test::solved(system, maker(2), ones, 1));
}

BOOST_AUTO_TEST_SUITE_END()
