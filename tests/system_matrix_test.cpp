// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// A projector and its transpose as a linear map, and subsets of its views.
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>

#include "support/numbers.hpp"

using pyronn::Extents;
using pyronn::SystemMatrix;
using pyronn::ViewSelection;
using Values = std::vector<float>;
using Fan = SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp>;

namespace {

Fan small_fan() {
  return {pyronn::FanBeam::circular({60, 90, pyronn::equal_angles(7, 0.1)}, {14, 1.3}),
          pyronn::Grid::flat({9, 8}, {1, 1})};
}

template <class Map>
Values project(Map const& map, Values const& image) {
  test::Array<float, 2> x{map.domain(), image};
  test::Array<float, 2> y{map.range(), test::nan};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), map.workspace_bytes(test::executor(), pyronn::default_workspace_limit)};
  map.apply(test::executor(), x.view(), y.view(), workspace);
  return y.values();
}

template <class Map>
Values backproject(Map const& map, Values const& lines) {
  test::Array<float, 2> y{map.range(), lines};
  test::Array<float, 2> x{map.domain(), test::nan};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), map.workspace_bytes(test::executor(), pyronn::default_workspace_limit)};
  map.apply_transpose(test::executor(), y.view(), x.view(), workspace);
  return x.values();
}

/// Some views of a sinogram.
Values views_of(Values const& sinogram, int columns, std::vector<int> const& views) {
  Values result;
  for (int const view : views) {
    auto const first = sinogram.begin() + std::ptrdiff_t{view} * columns;
    result.insert(result.end(), first, first + columns);
  }
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(system_matrix, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(is_the_projector_and_its_transpose) {
  Fan const map = small_fan();
  BOOST_TEST(map.domain() == (Extents<2>{9, 8}));
  BOOST_TEST(map.range() == (Extents<2>{14, 7}));
  Values const x = test::random_values(1, map.domain().count());
  Values const y = test::random_values(2, map.range().count());
  double const forward = test::dot(project(map, x), y);
  BOOST_TEST(forward == test::dot(x, backproject(map, y)), boost::test_tools::tolerance(1e-5));
}

// A subset's rows are those of its views, in its order, also where it is one of a subset.
BOOST_AUTO_TEST_CASE(subsets_are_rows) {
  Fan const map = small_fan();
  Values const image = test::random_values(1, map.domain().count());
  Values const all = project(map, image);
  auto const check = [&](Fan const& subset, std::vector<int> const& views) {
    BOOST_TEST(subset.num_views() == static_cast<int>(views.size()));
    BOOST_TEST(project(subset, image) == views_of(all, 14, views),
               boost::test_tools::per_element());
  };
  check(map.subset(ViewSelection::every(3, 1)), {1, 4});
  check(map.subset(ViewSelection::list({5, 0, 2})), {5, 0, 2});
  check(map.subset(ViewSelection::every(2)).subset(ViewSelection::list({3, 1})), {6, 2});
  BOOST_CHECK_THROW(
      static_cast<void>(map.subset(ViewSelection::range(0, 2)).subset(ViewSelection::range(1, 2))),
      pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
