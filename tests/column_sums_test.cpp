// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Sums of columns, by which solvers divide.
#include <cstddef>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "support/small_systems.hpp"

using test::Doubles;
using test::SmallSystem;
namespace tools = boost::test_tools;

BOOST_AUTO_TEST_SUITE(column_sums, *boost::unit_test::precondition(test::device_present))

// Kernels of transposes leave their rounding where a subset sees nothing.
BOOST_AUTO_TEST_CASE(sums_that_are_rounding_move_no_pixel) {
  Doubles entries = test::small_entries();
  for (std::size_t ray = 0; ray < 35; ++ray) entries[ray * 12 + test::unseen_pixel] = 1e-7;
  SmallSystem<> const seen;
  SmallSystem<>::Map const rounded{test::small_domain, test::small_range, entries};
  auto const image_of = [&](auto const& map, auto const& make) {
    SmallSystem<> of;
    pyronn::ReconstructionProblem<SmallSystem<>::Map> const problem{map, of.data.view()};
    auto solver = make(problem);
    of.set(of.image, Doubles(12, 0.25));
    solver.start(of.image.view());
    for (int n = 0; n < 5; ++n) solver.iterate();
    return of.image.values();
  };
  auto const check = [&](auto const& make) {
    auto const found = image_of(rounded, make);
    BOOST_TEST(found[test::unseen_pixel] == 0.25);
    BOOST_TEST(found == image_of(seen.map, make), tools::tolerance(1e-5) << tools::per_element());
  };
  check([](auto const& problem) {
    pyronn::OsSartOptions options;
    options.subsets = 7;
    return pyronn::OsSart{test::executor(), problem, options};
  });
  check([](auto const& problem) { return pyronn::Sirt{test::executor(), problem}; });
  check([](auto const& problem) {
    pyronn::OsemOptions options;
    options.subsets = 3;
    return pyronn::Osem{test::executor(), problem, options};
  });
}

BOOST_AUTO_TEST_SUITE_END()
