// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Streamed calls on arrays of 16 bits: half of what is moved, and the numbers of calls in core.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/core/half.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/streamed_arrays.hpp"

using pyronn::BFloat16;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Half;
using pyronn::SoftwareInterp;
using Values = std::vector<float>;
using VoxelDrivenBack = pyronn::Backprojector<ConeBeam, SoftwareInterp, pyronn::VoxelDriven>;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// Prime sizes; the grid lies beside the axis.
Grid grid() { return Grid::from_origin({7, 11, 23}, {1.6, 1.1, 1.1}, {-5.2, -5.1, -11}); }
ConeBeam scan() {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(13, 0.1)}, {{13, 23}, {2.4, 2}});
}

/// What arrays of a call hold.
template <class In_, class Out_>
struct Elements {
  using In = In_;
  using Out = Out_;
};
using Halves = Elements<Half, Half>;
using OtherElements = std::tuple<Elements<Half, float>, Elements<float, BFloat16>>;

template <class T>
std::vector<T> stored(Values const& values) {
  std::vector<T> result;
  for (float const value : values) result.push_back(T{value});
  return result;
}
template <class T>
Values widened(std::vector<T> const& values) {
  return {values.begin(), values.end()};
}

template <class Out, class In, class Op>
Values in_core(Op const& op, std::vector<In> const& in, Extents<3> from, Extents<3> to) {
  test::Array<In, 3> source{from, in};
  test::Array<Out, 3> target{to, Out{test::nan}};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor(), source.view())};
  op(test::executor(), source.view(), target.view(), workspace);
  return widened(target.values());
}

/// Calls `check(found)` for what streamed calls make of `in` within limits that cut it.
template <class Of, class Op, class Check>
void for_limits(Op const& op, std::vector<typename Of::In> const& in, Check const& check) {
  using In = typename Of::In;
  using Out = typename Of::Out;
  int most_blocks = 0;
  int too_small = 0;
  for (std::size_t const kib : {3U, 6U, 12U, 24U, 1024U}) {
    pyronn::Streamed<Op, test::Executor, In, Out> streamed{test::executor(), op, {kib << 10, mib}};
    auto const from = streamed.input_extents();
    auto const to = streamed.output_extents();
    test::StreamedArrays<In, Out> files{in, {}};
    try {
      auto const plan = streamed.plan(files.input(from), files.output(to));
      most_blocks = std::max(most_blocks, plan.output_blocks * plan.input_blocks);
      BOOST_TEST(plan.device_bytes <= kib << 10);
      streamed(files.input(from), files.output(to));
      check(widened(files.out));
      BOOST_TEST(static_cast<std::int64_t>(files.read * sizeof(In)) == plan.bytes_in);
      BOOST_TEST(static_cast<std::int64_t>(files.out.size() * sizeof(Out)) == plan.bytes_out);
      std::vector<Out> out(files.out.size(), Out{test::nan});
      streamed(pyronn::view_of(in, from), pyronn::view_of(out, to));
      check(widened(out));
    } catch (pyronn::OutOfMemory const&) {
      ++too_small;
    }
  }
  BOOST_TEST(too_small < 4);
  BOOST_TEST(most_blocks > 8);
}

/// Where rays are followed the sums of pieces differ in their last bits, of which rounding makes a
/// step at times; devices mix samples of Half in Half, where there are enough of them.
template <class Of, class Op>
void check(Op const& op, Extents<3> from, Extents<3> to, bool has_bits) {
  auto const in = stored<typename Of::In>(test::random_values(1, from.count()));
  Values const expected = in_core<typename Of::Out>(op, in, from, to);
  constexpr bool is_float = std::is_same_v<typename Of::Out, float>;
  constexpr double bound = test::on_device ? 1e-3 : is_float ? 5e-6 : 2e-4;
  for_limits<Of>(op, in, [&](Values const& found) {
    if (has_bits && !test::on_device) BOOST_TEST((found == expected));
    BOOST_TEST(test::relative_l2(found, expected) < bound);
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_half)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(pairs_are_those_of_whole_calls) {
  auto const pixels = test::projection_extents(scan());
  auto const voxels = grid().size;
  using pyronn::Joseph;
  check<Halves>(VoxelDrivenBack{scan(), grid()}, pixels, voxels, true);
  check<Halves>(pyronn::Backprojector<ConeBeam, SoftwareInterp, Joseph>{scan(), grid()}, pixels,
                voxels, false);
  check<Halves>(pyronn::Projector<ConeBeam, SoftwareInterp, Joseph>{scan(), grid()}, voxels, pixels,
                false);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(each_array_has_its_elements, Of, OtherElements) {
  check<Of>(VoxelDrivenBack{scan(), grid()}, test::projection_extents(scan()), grid().size, true);
}

// However many launches and blocks make it, an output is that of float, rounded.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(outputs_are_rounded_once) {
  ConeBeam const many =
      ConeBeam::circular({80, 130, pyronn::equal_angles(170, 0.1)}, {{7, 9}, {2.4, 2}});
  Grid const small = Grid::centered({5, 3, 7}, {1.6, 1.1, 1.1});
  auto const pixels = test::projection_extents(many);
  Values const in = test::random_values(2, pixels.count());
  auto const check_rounded = [&](auto const& op) {
    Values const expected = widened(stored<Half>(in_core<float>(op, in, pixels, small.size)));
    for_limits<Elements<float, Half>>(
        op, in, [&](Values const& found) { BOOST_TEST((found == expected)); });
  };
  check_rounded(VoxelDrivenBack{many, small});
  check_rounded(pyronn::Fbp<ConeBeam, SoftwareInterp>{many, small});
}

// Line integrals that are widened have the bits of float that hold the same numbers.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(line_integrals_of_fbp_may_be_halves) {
  pyronn::Fbp<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  auto const pixels = test::projection_extents(scan());
  auto const in = stored<Half>(test::random_values(3, pixels.count()));
  Values const expected = in_core<float>(op, widened(in), pixels, grid().size);
  for_limits<Elements<Half, float>>(op, in,
                                    [&](Values const& found) { BOOST_TEST((found == expected)); });
  Values const rounded = widened(stored<Half>(expected));
  for_limits<Halves>(op, in, [&](Values const& found) { BOOST_TEST((found == rounded)); });
}

// The same cut moves half as much.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(half_of_the_bytes_pass) {
  VoxelDrivenBack const op{scan(), grid()};
  auto const plan_of = [&](auto of) {
    using Of = decltype(of);
    using In = typename Of::In;
    using Out = typename Of::Out;
    pyronn::Streamed<std::decay_t<decltype(op)>, test::Executor, In, Out> const streamed{
        test::executor(), op, {mib, mib}};
    test::StreamedArrays<In, Out> arrays;
    return streamed.plan(arrays.input(streamed.input_extents()),
                         arrays.output(streamed.output_extents()));
  };
  auto const whole = plan_of(Elements<float, float>{});
  auto const halves = plan_of(Elements<Half, Half>{});
  BOOST_TEST(halves.output_blocks == whole.output_blocks);
  BOOST_TEST(2 * halves.bytes_in == whole.bytes_in);
  BOOST_TEST(2 * halves.bytes_out == whole.bytes_out);
  BOOST_TEST(halves.host_bytes <= whole.host_bytes);
}

BOOST_AUTO_TEST_SUITE_END()
