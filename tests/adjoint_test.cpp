// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

BOOST_AUTO_TEST_SUITE(adjoint, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(forward_and_back_are_transposes, Case, test::AllCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      typename Case::template Projector<pyronn::ConeBeam> const forward{scan.geometry, scan.grid};
      auto const x = test::random_values(1, scan.grid.size.count());
      auto const y = test::random_values(2, scan.pixels());
      auto const ax = test::run(forward, x);
      auto const aty = test::run(forward.adjoint(), y);
      BOOST_TEST(test::norm(ax) > 0);
      double const difference = std::abs(test::dot(ax, y) - test::dot(x, aty));
      BOOST_TEST(difference <=
                 test::bound<typename Case::Interp>(1e-6, test::texture_adjoint_bound) *
                     test::norm(ax) * test::norm(y));
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(adjoint_of_adjoint_is_the_operator, Case, test::AllCases) {
  test::ConeScan const& scan = test::cone_scans().front();
  typename Case::template Projector<pyronn::ConeBeam> const forward{scan.geometry, scan.grid};
  auto const x = test::random_values(1, scan.grid.size.count());
  auto const expected = test::run(forward, x);
  auto const twice = test::run(forward.adjoint().adjoint(), x);
  BOOST_TEST(twice == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
