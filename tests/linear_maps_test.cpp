// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Products, stacks, weights and gradients as linear maps, and the check of transposes.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/operators/algebra/check_transpose.hpp>
#include <pyronn/operators/algebra/composed.hpp>
#include <pyronn/operators/algebra/diagonal.hpp>
#include <pyronn/operators/algebra/gradient.hpp>
#include <pyronn/operators/algebra/stacked.hpp>

#include "support/dense_map.hpp"
#include "support/numbers.hpp"

using pyronn::Extents;
using pyronn::InvalidArgument;
using Values = std::vector<double>;

namespace {

/// A map's product with an image, in a workspace as small as it may be.
template <class Map>
Values product_of(Map const& map, Values const& image) {
  test::Array<double, decltype(map.domain())::rank> x{map.domain(), image};
  test::Array<double, decltype(map.range())::rank> y{map.range(), -7.0};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              map.workspace_bytes(test::executor(), 0)};
  map.apply(test::executor(), x.view(), y.view(), workspace);
  return y.values();
}

Values const image{1, -2, 3, 5};

/// A map with a transpose that is a little too large.
template <class Map>
class WrongTranspose : public Map {
 public:
  explicit WrongTranspose(Map const& map) : Map{map} {}
  template <class Executor, class Range, class Domain>
  void apply_transpose(Executor const& executor, Range const& y, Domain const& x,
                       pyronn::Workspace<Executor>& workspace) const {
    Map::apply_transpose(executor, y, x, workspace);
    pyronn::axpby(executor, 0, x, 1.001, x);
  }
};

struct OfNoDomain {
  using DomainElement = float;
  using RangeElement = float;
  [[nodiscard]] Extents<2> range() const { return {1, 1}; }
};

using Dense = test::DenseMap<float>;
static_assert(pyronn::is_linear_map_v<Dense>);
static_assert(pyronn::is_linear_map_v<pyronn::ComposedMap<Dense, Dense>>);
static_assert(!pyronn::is_linear_map_v<OfNoDomain>);
static_assert(!pyronn::is_linear_map_v<float>);

}  // namespace

BOOST_AUTO_TEST_SUITE(linear_maps, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(stacks_and_products_are_those_of_matrices) {
  auto const map = test::strips();
  Values expected = test::product(map, image);
  BOOST_TEST(product_of(map, image) == expected, boost::test_tools::per_element());

  Values weights{2, -1, 0.5, 1, 0, 3, 1, 1, 4};
  test::Array<double, 2> weight_array{map.range(), weights};
  pyronn::DiagonalMap<double, 2> const diagonal{weight_array.view()};
  auto const weighted = pyronn::composed(diagonal, map);
  Values expected_weighted = expected;
  for (std::size_t n = 0; n < weights.size(); ++n) expected_weighted[n] *= weights[n];
  BOOST_TEST(product_of(weighted, image) == expected_weighted, boost::test_tools::per_element());

  Values both = expected;
  both.insert(both.end(), expected_weighted.begin(), expected_weighted.end());
  auto const stack = pyronn::stacked(map, weighted);
  BOOST_TEST(stack.range() == Extents<1>{18});
  BOOST_TEST(product_of(stack, image) == both, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_gradient_has_differences_per_length) {
  pyronn::GradientMap<2, double> const gradient{{3, 2}, {1, 2}};
  BOOST_TEST(gradient.range() == (Extents<3>{3, 2, 2}));
  Values const expected{1, 2, 0, 3, -4, 0, 1, 2, -1, 0, 0, 0};
  BOOST_TEST(product_of(gradient, {0, 1, 3, 2, 5, 1}) == expected,
             boost::test_tools::per_element());
  BOOST_CHECK_THROW((pyronn::GradientMap<2, double>{{3, 2}, {1, 0}}), InvalidArgument);
}

BOOST_AUTO_TEST_CASE(transposes_are_transposes) {
  auto const map = test::strips();
  test::Array<double, 2> weights{map.range(), Values{2, -1, 0.5, 1, 0, 3, 1, 1, 4}};
  pyronn::DiagonalMap<double, 2> const diagonal{weights.view()};
  pyronn::GradientMap<2, double> const gradient{map.domain(), {1, 0.5}};
  pyronn::GradientMap<3, float> const in_space{{7, 5, 3}, {1, 2, 0.5}};
  auto const& executor = test::executor();
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, map));
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, diagonal));
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, gradient));
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, in_space));
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, pyronn::composed(diagonal, map)));
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, pyronn::stacked(map, gradient)));
}

BOOST_AUTO_TEST_CASE(a_wrong_transpose_is_found) {
  BOOST_CHECK_EXCEPTION(pyronn::check_transpose(test::executor(), WrongTranspose{test::strips()}),
                        InvalidArgument, [](InvalidArgument const& error) {
                          return std::string{error.what()}.find("is not the transpose") !=
                                 std::string::npos;
                        });
}

// However large it is.
BOOST_AUTO_TEST_CASE(a_transpose_that_is_a_little_too_large_is_found) {
  std::vector<double> const ones(100000, 1);
  test::Array<double, 2> factors{{400, 250}, ones};
  pyronn::DiagonalMap<double, 2> const identity{factors.view()};
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(test::executor(), identity));
  BOOST_CHECK_THROW(pyronn::check_transpose(test::executor(), WrongTranspose{identity}),
                    InvalidArgument);
}

BOOST_AUTO_TEST_CASE(maps_that_do_not_fit_are_refused) {
  auto const map = test::strips();
  BOOST_CHECK_THROW(static_cast<void>(pyronn::composed(map, map)), InvalidArgument);
  pyronn::GradientMap<2, double> const other{{3, 2}, {1, 1}};
  BOOST_CHECK_THROW(static_cast<void>(pyronn::stacked(map, other)), InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
