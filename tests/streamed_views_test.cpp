// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Streamed calls with some of the views, and solvers by subsets of them.
#include <cmath>
#include <cstddef>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/distributed/streamed_map.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/os_sart.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::Extents;
using pyronn::SoftwareInterp;
using pyronn::StreamLimits;
using pyronn::ViewSelection;
using Projector = pyronn::Projector<ConeBeam, SoftwareInterp>;
using Values = std::vector<float>;

namespace {

Projector projector() {
  return {ConeBeam::circular({80, 130, pyronn::equal_angles(29, 0.1)}, {{19, 31}, {1.6, 1.5}}),
          pyronn::Grid::centered({13, 11, 37}, {1, 1, 0.7})};
}

std::vector<ViewSelection> selections() {
  return {ViewSelection::range(3, 11), ViewSelection::every(4, 1), ViewSelection::every(3),
          ViewSelection::list({5, 1, 28, 0, 7}), ViewSelection::range(28, 1)};
}

/// The same with arrays in the executor's memory.
template <class Op>
Values in_core(Op const& op, Values const& in, Extents<3> const& from, Extents<3> const& to,
               ViewSelection const& views) {
  test::Array<float, 3> source{from, in};
  test::Array<float, 3> target{to, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor(), source.view())};
  pyronn::Part part;
  part.views = views;
  op(test::executor(), source.view(), target.view(), workspace, part);
  return target.values();
}

/// Checks `check(found, expected)` for parts of different sizes, by one Streamed that keeps its
/// memory, and by turns with whole calls.
template <class Op, class Check>
void check_parts(Op const& op, bool makes_volume, Check const& check) {
  for (std::size_t const kib : {60U, 90U, 1024U}) {
    pyronn::Streamed call{test::executor(), op, StreamLimits{kib << 10, std::size_t{1} << 20}};
    for (ViewSelection const& views : selections()) {
      auto from = call.input_extents();
      auto to = call.output_extents();
      (makes_volume ? from : to)[2] = views.count(29);
      Values const in = test::random_values(1, from.count());
      Values out(static_cast<std::size_t>(to.count()), test::nan);
      call(pyronn::view_of(in, from), pyronn::view_of(out, to), views);
      check(out, in_core(op, in, from, to, views));
      auto const plan = call.plan(pyronn::view_of(in, from), pyronn::view_of(out, to), views);
      BOOST_TEST(plan.device_bytes <= kib << 10);
    }
    Values const in = test::random_values(1, call.input_extents().count());
    Values out(static_cast<std::size_t>(call.output_extents().count()), test::nan);
    call(pyronn::view_of(in, call.input_extents()), pyronn::view_of(out, call.output_extents()));
    check(out, in_core(op, in, call.input_extents(), call.output_extents(), {}));
  }
}

void is_equal(Values const& found, Values const& expected) { BOOST_TEST((found == expected)); }
void is_close(Values const& found, Values const& expected) {
  BOOST_TEST(test::relative_l2(found, expected) < 5e-6);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_views)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(some_views_are_those_of_a_call_with_a_part) {
  check_parts(
      pyronn::Backprojector<ConeBeam, SoftwareInterp>{projector().geometry(), projector().grid()},
      true, is_equal);
  check_parts(pyronn::Fbp<ConeBeam, SoftwareInterp>{projector().geometry(), projector().grid()},
              true, is_equal);
  check_parts(projector().adjoint(), true, is_close);
  check_parts(projector(), false, is_close);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(views_that_there_are_not_are_refused) {
  pyronn::Streamed const call{test::executor(), projector(), StreamLimits{1 << 20, 1 << 20}};
  Values in(static_cast<std::size_t>(call.input_extents().count()));
  Values out(static_cast<std::size_t>(call.output_extents().count()));
  auto const input = pyronn::view_of(in, call.input_extents());
  auto const output = pyronn::view_of(out, call.output_extents());
  BOOST_CHECK_THROW(static_cast<void>(call.plan(input, output, ViewSelection::range(20, 10))),
                    pyronn::InvalidArgument);
  BOOST_CHECK_THROW(static_cast<void>(call.plan(input, output, ViewSelection::list({29}))),
                    pyronn::InvalidArgument);
  BOOST_CHECK_THROW(static_cast<void>(call.plan(input, output, ViewSelection::list({}))),
                    pyronn::InvalidArgument);
  // Of a part, projections have the part's views alone.
  BOOST_CHECK_THROW(static_cast<void>(call.plan(input, output, ViewSelection::every(2))),
                    pyronn::InvalidArgument);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(ordered_subsets) {
  pyronn::SystemMatrix const whole{projector()};
  pyronn::StreamedMap const map{test::executor(), projector(),
                                StreamLimits{std::size_t{160} << 10, std::size_t{1} << 20}};
  BOOST_TEST(map.num_views() == 29);
  auto const nested = map.subset(ViewSelection::every(2)).subset(ViewSelection::range(1, 3));
  BOOST_TEST(nested.range() == (Extents<3>{19, 31, 3}));
  // Of an image: of data that none has, and in pixels that hardly any ray meets, rounding makes
  // much. It is what rays meet that is compared.
  Values data(static_cast<std::size_t>(whole.range().count()));
  auto const project = [&](Values const& pixels, Values& lines) {
    pyronn::Workspace<CpuExecutor> workspace{CpuExecutor{}, 0};
    whole.apply(CpuExecutor{}, pyronn::view_of(pixels, whole.domain()),
                pyronn::view_of(lines, whole.range()), workspace);
  };
  Values truth = test::random_values(1, whole.domain().count());
  for (float& pixel : truth) pixel = std::abs(pixel);
  project(truth, data);
  // On arrays where the matrix takes them.
  auto const solved = [&](auto const& executor, auto const& matrix) {
    auto const rays = pyronn::detail::in_memory_of(executor, data);
    pyronn::ReconstructionProblem<std::decay_t<decltype(matrix)>> const problem{
        matrix, rays.view(matrix.range())};
    pyronn::OsSartOptions options;
    options.subsets = 4;
    pyronn::OsSart solver{executor, problem, options};
    auto const image = pyronn::detail::in_memory_of(
        executor, Values(static_cast<std::size_t>(matrix.domain().count())));
    solver.start(image.view(matrix.domain()));
    for (int n = 0; n < 3; ++n) solver.iterate();
    Values const pixels = pyronn::detail::on_host(executor, image);
    Values lines(data.size());
    project(pixels, lines);
    return lines;
  };
  BOOST_TEST(test::relative_l2(solved(CpuExecutor{}, map), solved(test::executor(), whole)) < 2e-5);
}

BOOST_AUTO_TEST_SUITE_END()
