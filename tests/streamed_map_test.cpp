// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Solvers on cores whose products are made in parts, by whichever executor there is.
#include <cstddef>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed_map.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/operators/algebra/check_transpose.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "support/numbers.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::SoftwareInterp;
using Values = std::vector<float>;

namespace {

pyronn::Projector<ConeBeam, SoftwareInterp> projector() {
  return {ConeBeam::circular({80, 130, pyronn::equal_angles(24)}, {{19, 31}, {1.6, 1.5}}),
          pyronn::Grid::centered({13, 11, 37}, {1, 1, 0.7})};
}

auto streamed_map() {
  // Less than the arrays take.
  return pyronn::StreamedMap{
      test::executor(), projector(), {std::size_t{160} << 10, std::size_t{1} << 20}};
}

/// Ten iterations from zeros, where the map's arrays lie.
template <template <class...> class Solver, class Executor, class Map, class Data = float>
Values solved(Executor const& executor, Map const& map, std::vector<Data> const& data) {
  auto const rays = pyronn::detail::in_memory_of(executor, data);
  pyronn::ReconstructionProblem<Map> const problem{map, rays.view(map.range())};
  Solver<Map, Executor> solver{executor, problem};
  auto const image = pyronn::detail::in_memory_of(
      executor, Values(static_cast<std::size_t>(map.domain().count())));
  solver.start(image.view(map.domain()));
  for (int n = 0; n < 10; ++n) solver.iterate();
  return pyronn::detail::on_host(executor, image);
}

template <template <class...> class Solver>
void check() {
  pyronn::SystemMatrix const whole{projector()};
  Values const data = test::random_values(1, whole.range().count());
  Values const expected = solved<Solver>(test::executor(), whole, data);
  BOOST_TEST(test::relative_l2(solved<Solver>(CpuExecutor{}, streamed_map(), data), expected) <
             2e-5);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_map_of_solvers)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(has_the_exact_transpose) {
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(CpuExecutor{}, streamed_map()));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(sirt) { check<pyronn::Sirt>(); }

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(cgls) { check<pyronn::Cgls>(); }

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(fista) { check<pyronn::FistaTv>(); }

// Of data and rays of 16 bits a solver makes what it makes in core.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(rays_may_be_half) {
  using pyronn::Half;
  using pyronn::Joseph;
  pyronn::SystemMatrix<ConeBeam, SoftwareInterp, Joseph, float, Half> const whole{
      projector().geometry(), projector().grid()};
  pyronn::StreamedMap<test::Executor, ConeBeam, SoftwareInterp, Joseph, float, Half> const map{
      test::executor(), projector(), {std::size_t{160} << 10, std::size_t{1} << 20}};
  std::vector<Half> data;
  for (float const line : test::random_values(1, whole.range().count())) data.emplace_back(line);
  Values const expected = solved<pyronn::Sirt>(test::executor(), whole, data);
  double const apart = test::relative_l2(solved<pyronn::Sirt>(CpuExecutor{}, map, data), expected);
  BOOST_TEST(apart < 1e-3);
}

BOOST_AUTO_TEST_SUITE_END()
