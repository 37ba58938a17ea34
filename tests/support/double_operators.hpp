// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tests of operators that compute in double have in common. After support/backends.hpp.
#include <cmath>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "numbers.hpp"
#include "operators.hpp"

namespace test {

/// Of results, relative to their norms; what is computed in float is 1e6 times as far off.
inline constexpr double double_precision = 1e-12;

struct JosephDouble : Case<pyronn::DoubleInterp, pyronn::Joseph> {};
struct RayMarchDouble : Case<pyronn::DoubleInterp, pyronn::RayMarch> {};
struct SiddonDouble : Case<pyronn::DoubleInterp, pyronn::Siddon> {};
struct VoxelDrivenDouble : Case<pyronn::DoubleInterp, pyronn::VoxelDriven> {};
struct DistanceWeightedDouble : Case<pyronn::DoubleInterp, pyronn::DistanceWeighted> {};

template <class Operator>
std::vector<double> random_input(Operator const& op, std::uint32_t seed) {
  return with_extents(
      op, [seed](auto const& from, auto const&) { return random_doubles(seed, from.count()); });
}

/// <A x, y> = <x, A' y>
template <class Projector>
void check_transpose_in_double(Projector const& op, double bound = double_precision) {
  auto const back = op.adjoint();
  auto const x = random_input(op, 1);
  auto const y = random_input(back, 2);
  auto const ax = run(op, x);
  BOOST_TEST(norm(ax) > 0);
  double const difference = dot(ax, y) - dot(x, run(back, y));
  BOOST_TEST(std::abs(difference) <= bound * norm(ax) * norm(y));
}

}  // namespace test
