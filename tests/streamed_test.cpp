// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Streamed calls: the numbers of calls on whole arrays, within limits.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed.hpp>

#include "support/custom_geometries.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/streamed_arrays.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::HostBlock;
using pyronn::HostInput;
using pyronn::HostOutput;
using pyronn::StreamLimits;
using Values = std::vector<float>;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// Prime sizes; the detector is offset and the grid lies beside the axis.
Grid grid() { return Grid::from_origin({7, 11, 23}, {1.6, 1.1, 1.1}, {-5.2, -5.1, -11}); }
ConeBeam upright() {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(13, 0.1)}, {{13, 23}, {2.4, 2}});
}
/// The axis of rotation leans.
ConeBeam leaning() {
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < 13; ++n) {
    auto matrix = upright().view(n).projection_matrix();
    for (int c = 0; c < 4; ++c) {
      matrix.row[0][c] += 0.03 * matrix.row[1][c];
      matrix.row[1][c] -= 0.03 * matrix.row[0][c];
    }
    matrices.push_back(matrix);
  }
  return ConeBeam::from_matrices({13, 23}, matrices);
}

using Files = test::StreamedArrays<float, float>;

/// From the least limits up to more than is of use.
std::vector<StreamLimits> limits() {
  std::vector<StreamLimits> result;
  for (std::size_t kib = 6; kib < 800; kib = 2 * kib) result.push_back({kib << 10, mib});
  return result;
}

template <class Op>
Values in_core(Op const& op, Values const& in, Extents<3> from, Extents<3> to) {
  test::Array<float, 3> source{from, in};
  test::Array<float, 3> target{to, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor(), source.view())};
  op(test::executor(), source.view(), target.view(), workspace);
  return target.values();
}

/// Calls `check(found)` for what streamed calls make of `in` within many limits. Returns how many
/// limits were too small.
template <class Op, class Check>
int for_all_limits(Op const& op, Values const& in, Check const& check) {
  int too_small = 0;
  int most_blocks = 0;
  for (StreamLimits const& limit : limits()) {
    pyronn::Streamed streamed{test::executor(), op, limit};
    auto const from = streamed.input_extents();
    auto const to = streamed.output_extents();
    Files files{in, {}};
    try {
      auto const plan = streamed.plan(files.input(from), files.output(to));
      most_blocks = std::max(most_blocks, plan.output_blocks * plan.input_blocks);
      BOOST_TEST(plan.device_bytes <= limit.device_bytes);
      BOOST_TEST(plan.host_bytes <= limit.host_bytes);
      streamed(files.input(from), files.output(to));
      check(files.out);
      BOOST_TEST(static_cast<std::int64_t>(files.read * sizeof(float)) == plan.bytes_in);
      Values out(static_cast<std::size_t>(to.count()), test::nan);
      for (int repeat = 0; repeat < 2; ++repeat) {  // with the memory of the call before
        streamed(pyronn::view_of(in, from), pyronn::view_of(out, to));
        check(out);
      }
    } catch (pyronn::OutOfMemory const&) {
      ++too_small;
    }
  }
  BOOST_TEST(most_blocks > 8);
  BOOST_TEST(too_small < static_cast<int>(limits().size()) / 2);
  return too_small;
}

template <class Op>
void check_bits(Op const& op, Extents<3> projections) {
  Values const in = test::random_values(1, projections.count());
  Values const expected = in_core(op, in, projections, grid().size);
  for_all_limits(op, in, [&](Values const& found) { BOOST_TEST((found == expected)); });
}

/// Where a slab or a view lies elsewhere in a texture, some of the 8-bit weights are rounded to the
/// next.
template <class Case, class Op>
void check_numbers(Op const& op, Extents<3> from, Extents<3> to) {
  Values const in = test::random_values(2, from.count());
  Values const expected = in_core(op, in, from, to);
  double const bound = test::bound<typename Case::Interp>(5e-6, test::on_device ? 2e-3 : 3e-4);
  for_all_limits(
      op, in, [&](Values const& found) { BOOST_TEST(test::relative_l2(found, expected) < bound); });
}

template <class Model>
inline constexpr bool gathers_v = false;
template <class DepthWeight>
inline constexpr bool gathers_v<pyronn::WeightedVoxelDriven<DepthWeight>> = true;

template <class Case, class Geometry>
void check_pair(Geometry const& scan) {
  auto const projections = test::projection_extents(scan);
  auto const model = test::quick_model<typename Case::Model>();
  typename Case::template Backprojector<Geometry> const back{scan, grid(), model};
  if constexpr (gathers_v<typename Case::Model> &&
                (!test::on_device ||
                 std::is_same_v<typename Case::Interp, pyronn::SoftwareInterp>)) {
    check_bits(back, projections);
  } else {
    check_numbers<Case>(back, projections, grid().size);
  }
  typename Case::template Projector<Geometry> const forward{scan, grid(), model};
  check_numbers<Case>(forward, grid().size, projections);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(pairs_are_those_of_whole_calls, Case, test::AllCases) {
  check_pair<Case>(upright());
  check_pair<Case>(leaning());
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(geometries_may_be_the_users_own, Case, test::SoftwareCases) {
  check_pair<Case>(test::Pinhole{upright()});
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(filtered_backprojection_has_the_bits_of_a_whole_call, Interp,
                              test::Interps) {
  ConeBeam const offset = ConeBeam::circular({80, 130, pyronn::equal_angles(29, 0.1)},
                                             {{19, 31}, {1.6, 1.5}, {0.4, 2.5}});
  for (ConeBeam const& scan : {upright(), offset}) {
    check_bits(pyronn::Fbp<ConeBeam, Interp>{scan, grid()}, test::projection_extents(scan));
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(one_view_and_one_slice) {
  ConeBeam const scan =
      ConeBeam::circular({80, 130, pyronn::equal_angles(1, 0.1)}, {{13, 23}, {2.4, 2}});
  Grid const slice = Grid::centered({7, 11, 1}, {1, 1, 1});
  pyronn::Backprojector<ConeBeam, pyronn::SoftwareInterp> const op{scan, slice};
  Values const in = test::random_values(1, 13 * 23);
  Values out(7 * 11);
  pyronn::Streamed streamed{test::executor(), op, {mib, mib}};
  streamed(pyronn::view_of(in, Extents<3>{13, 23, 1}), pyronn::view_of(out, slice.size));
  BOOST_TEST((out == in_core(op, in, {13, 23, 1}, slice.size)));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(only_rows_in_the_shadow_are_read) {
  // Slabs of a tall volume, of which each has a few rows.
  ConeBeam const scan =
      ConeBeam::circular({800, 1200, pyronn::equal_angles(16)}, {{32, 256}, {1.5, 1.5}});
  Grid const tall = Grid::centered({32, 32, 240}, {1, 1, 1});
  pyronn::Fbp<ConeBeam, pyronn::SoftwareInterp> const op{scan, tall};
  auto const from = test::projection_extents(scan);
  Values in = test::random_values(3, from.count());
  Values const expected = in_core(op, in, from, tall.size);
  pyronn::Streamed streamed{test::executor(), op, {mib * 3 / 2, mib}};
  Files files{in, {}};
  streamed(files.input(from), files.output(tall.size));
  BOOST_TEST((files.out == expected));
  auto const plan = streamed.plan(files.input(from), files.output(tall.size));
  BOOST_TEST(plan.output_blocks >= 4);
  BOOST_TEST(files.read < 2 * in.size());
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_functions_throw_ends_the_call) {
  pyronn::Fbp<ConeBeam, pyronn::SoftwareInterp> const op{upright(), grid()};
  pyronn::Streamed streamed{test::executor(), op, {mib / 48, mib}};
  auto const from = streamed.input_extents();
  auto const to = streamed.output_extents();
  Values const in = test::random_values(1, from.count());
  Values const expected = in_core(op, in, from, to);
  auto const is_of_the_test = [](std::runtime_error const& error) {
    return error.what() == std::string{"disk full"};
  };
  for (int last = 0; last < 12; ++last) {
    Files files{in, {}};
    int calls = 0;
    HostInput<float> const good = files.input(from);
    HostInput<float> const bad{from, [&](HostBlock const& block, float* out) {
                                 if (calls++ == last) throw std::runtime_error{"disk full"};
                                 good.read(block, out);
                               }};
    BOOST_CHECK_EXCEPTION(streamed(bad, files.output(to)), std::runtime_error, is_of_the_test);
    Files others{in, {}};
    int writes = 0;
    HostOutput<float> const full{to, [&](HostBlock const&, float const*) {
                                   if (writes++ == last / 6) throw std::runtime_error{"disk full"};
                                 }};
    BOOST_CHECK_EXCEPTION(streamed(others.input(from), full), std::runtime_error, is_of_the_test);
    // The call after it is a call like others.
    Files after{in, {}};
    streamed(after.input(from), after.output(to));
    BOOST_TEST((after.out == expected));
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(arrays_of_other_sizes_are_refused) {
  pyronn::Fbp<ConeBeam, pyronn::SoftwareInterp> const op{upright(), grid()};
  pyronn::Streamed streamed{test::executor(), op, {mib, mib}};
  Values in(static_cast<std::size_t>(streamed.input_extents().count()));
  Values out(static_cast<std::size_t>(grid().size.count()));
  auto const input = pyronn::view_of(in, streamed.input_extents());
  auto const output = pyronn::view_of(out, grid().size);
  using pyronn::ArrayView;
  ArrayView<float, 3> const short_input{in.data(), {13, 23, 12}};
  ArrayView<float, 3> const short_output{out.data(), {7, 11, 22}};
  ArrayView<float, 3> const nothing{nullptr, grid().size};
  BOOST_CHECK_THROW(streamed(short_input, output), pyronn::InvalidArgument);
  BOOST_CHECK_THROW(streamed(input, short_output), pyronn::InvalidArgument);
  BOOST_CHECK_THROW(streamed(input, nothing), pyronn::InvalidArgument);
  pyronn::Streamed starved{test::executor(), op, {1000, 1000}};
  Files files{in, {}};
  BOOST_CHECK_THROW(starved(files.input(input.extents), files.output(grid().size)),
                    pyronn::OutOfMemory);
  BOOST_TEST(std::isnan(files.out.front()));
}

BOOST_AUTO_TEST_SUITE_END()
