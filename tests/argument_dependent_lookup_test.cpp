// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/custom_geometries.hpp"

// A user's namespace may hold functions with the names of pyronn's own.

namespace user {

struct Geometry : test::Laminography<float> {};

// Each as good a match as pyronn's: a call that is not qualified would be ambiguous.
template <class Any>
void scan_extents(Any const&) = delete;
template <class Any>
void checked_geometry(Any const&, char const*) = delete;

}  // namespace user

BOOST_AUTO_TEST_SUITE(argument_dependent_lookup)

BOOST_AUTO_TEST_CASE(functions_of_the_user_are_left_alone) {
  pyronn::Grid const grid = pyronn::Grid::centered({4, 4, 4}, {1, 1, 1});
  pyronn::Projector<user::Geometry, pyronn::SoftwareInterp> const op{user::Geometry{}, grid};
  pyronn::CpuExecutor const executor{1};
  std::vector<float> volume(64, 1.0F);
  std::vector<float> projections(14 * 13 * 9);
  pyronn::ArrayView<float, 3> const from{volume.data(), grid.size};
  pyronn::ArrayView<float, 3> const to{projections.data(), {14, 13, 9}};
  op(executor, from, to);
  BOOST_TEST(projections.at(6 * 14 + 6) > 0);
  op.adjoint()(executor, to, from);
  BOOST_TEST(volume.at(0) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
