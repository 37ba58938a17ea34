// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Streamed calls of several executors: the numbers of one, within the limits of each.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed_group.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/streamed_members.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Half;
using pyronn::Slab;
using pyronn::SoftwareInterp;
using pyronn::StreamLimits;
using pyronn::ViewSelection;
using test::Executor;
using Fdk = pyronn::Fdk<ConeBeam, SoftwareInterp>;
using Back = pyronn::Backprojector<ConeBeam, SoftwareInterp, pyronn::VoxelDriven>;
using Forward = pyronn::Projector<ConeBeam, SoftwareInterp>;
using Values = std::vector<float>;
template <class Op>
using Group = pyronn::StreamedGroup<Op, Executor>;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

Grid grid() { return test::grid_of_groups(); }
ConeBeam scan(int views = 13) { return test::scan_of_groups(views); }

/// Calls `check(found)` for what groups of several sizes make of `in`, of all of which the least
/// limits hold a part. Returns the most members.
template <class Op, class Check>
int for_all_groups(Op const& op, Values const& in, Check const& check) {
  int most = 0;
  int most_blocks = 0;
  for (int const executors : {1, 2, 3, 30}) {
    test::Members const members{executors};
    for (std::size_t const kib : {12U, 60U, 65536U}) {
      StreamLimits const limits{kib << 10, static_cast<std::size_t>(executors) * mib};
      Group<Op> group{members.get(), op, limits};
      most = std::max(most, group.size());
      auto const from = group.input_extents();
      auto const to = group.output_extents();
      test::StreamedArrays<float, float> files{in, {}};
      auto const plans = group.plan(files.input(from), files.output(to));
      BOOST_TEST(static_cast<int>(plans.size()) == group.size());
      std::int64_t read = 0;
      int blocks = 0;
      std::size_t host = 0;
      for (auto const& plan : plans) {
        BOOST_TEST(plan.device_bytes <= limits.device_bytes);
        read += plan.bytes_in;
        blocks += plan.output_blocks * plan.input_blocks;
        host += plan.host_bytes;
      }
      BOOST_TEST(host <= limits.host_bytes);
      most_blocks = std::max(most_blocks, blocks);
      group(files.input(from), files.output(to));
      check(files.out);
      BOOST_TEST(static_cast<std::int64_t>(files.read * sizeof(float)) == read);
      Values out(static_cast<std::size_t>(to.count()), test::nan);
      for (int repeat = 0; repeat < 2; ++repeat) {  // with the memory of the call before
        group(pyronn::view_of(in, from), pyronn::view_of(out, to));
        check(out);
      }
    }
  }
  if (op.geometry().num_views() > 1) BOOST_TEST(most_blocks > 30);
  return most;
}

/// Of two members.
template <class Op>
void check_rates(Op const& op) {
  test::Members const members{2};
  Group<Op> group{members.get(), op, {mib, 2 * mib}};
  Values const in = test::random_values(8, group.input_extents().count());
  Values out(static_cast<std::size_t>(group.output_extents().count()));
  auto const from = pyronn::view_of(in, group.input_extents());
  auto const to = pyronn::view_of(out, group.output_extents());
  auto const rates = group.measure_rates(from, to);
  BOOST_TEST(rates.updates > 0);
  for (auto const& plan : group.plan(from, to, rates)) {
    BOOST_TEST(plan.seconds > 0);
    BOOST_TEST(plan.seconds < 10);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_group)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(volumes_have_the_bits_of_one_executor) {
  auto const check_bits = [](auto const& op) {
    Values const in = test::random_values(1, test::projection_extents(op.geometry()).count());
    Values const expected = test::made_by_one(op, in, {});
    int const most =
        for_all_groups(op, in, [&](Values const& found) { BOOST_TEST((found == expected)); });
    BOOST_TEST(most == grid().size[2]);  // a member has at least a slice
  };
  check_bits(Fdk{scan(), grid()});
  check_bits(Back{scan(), grid()});
  check_bits(Back{scan(1), grid()});
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(views_are_shared_out) {
  Forward const op{scan(), grid()};
  Values const in = test::random_values(2, grid().size.count());
  Values const expected = test::made_by_one(op, in, {});
  int const most = for_all_groups(
      op, in, [&](Values const& found) { BOOST_TEST(test::relative_l2(found, expected) < 5e-6); });
  BOOST_TEST(most == scan().num_views());
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(some_views_are_shared_out_among_members) {
  test::Members const members{3};
  Forward const forward{scan(), grid()};
  Back const back{scan(), grid()};
  Values const volume = test::random_values(3, grid().size.count());
  for (auto const& views : {ViewSelection::every(5, 1), ViewSelection::every(7, 6),
                            ViewSelection::list({7, 3, 12, 0}), ViewSelection::range(4, 6)}) {
    Extents<3> some = test::projection_extents(scan());
    some[2] = views.count(some[2]);
    Values lines(static_cast<std::size_t>(some.count()), test::nan);
    Group<Forward>{members.get(), forward, {mib, mib}}(pyronn::view_of(volume, grid().size),
                                                       pyronn::view_of(lines, some), views);
    BOOST_TEST(test::relative_l2(lines, test::made_by_one(forward, volume, views)) < 5e-6);
    Values image(volume.size(), test::nan);
    Group<Back>{members.get(), back, {mib, mib}}(pyronn::view_of(lines, some),
                                                 pyronn::view_of(image, grid().size), views);
    BOOST_TEST((image == test::made_by_one(back, lines, views)));
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(volumes_may_have_16_bits) {
  test::Members const members{2};
  Fdk const op{scan(), grid()};
  auto const from = test::projection_extents(scan());
  Values const in = test::random_values(4, from.count());
  auto const expected = test::made_by_one<float, Half>(op, in, {});
  for (std::size_t const kib : {24U, 65536U}) {
    pyronn::StreamedGroup<Fdk, Executor, float, Half> group{members.get(), op, {kib << 10, mib}};
    test::StreamedArrays<float, Half> files{in, {}};
    group(files.input(from), files.output(grid().size));
    bool is_equal = files.out.size() == expected.size();
    for (std::size_t n = 0; is_equal && n < expected.size(); ++n) {
      is_equal = static_cast<float>(files.out[n]) == static_cast<float>(expected[n]);
    }
    BOOST_TEST(is_equal);
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(slabs_are_those_of_the_volume) {
  Fdk const op{scan(), grid()};
  auto const from = test::projection_extents(scan());
  Values const in = test::random_values(5, from.count());
  Values const whole = test::made_by_one(op, in, {});
  auto const slice = static_cast<std::ptrdiff_t>(grid().size[0]) * grid().size[1];
  for (auto const& slab : {Slab{0, 1}, Slab{4, 9}, Slab{22, 1}, Slab{0, 23}}) {
    pyronn::Streamed streamed{test::executor(), op, {mib / 16, mib}, slab};
    BOOST_TEST(streamed.output_extents() == (Extents<3>{7, 11, slab.num_slices}));
    Values out(static_cast<std::size_t>(streamed.output_extents().count()), test::nan);
    streamed(pyronn::view_of(in, from), pyronn::view_of(out, streamed.output_extents()));
    BOOST_TEST(std::equal(out.begin(), out.end(), whole.begin() + slab.first_slice * slice));
  }
  for (auto const& slab : {Slab{0, 0}, Slab{-1, 2}, Slab{20, 4}, Slab{23, 1}}) {
    BOOST_CHECK_THROW((pyronn::Streamed{test::executor(), op, {mib, mib}, slab}),
                      pyronn::InvalidArgument);
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(rates_are_those_of_the_slowest) { check_rates(Fdk{scan(), grid()}); }
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(rates_of_views_that_are_shared_out) {
  check_rates(pyronn::Projector<ConeBeam, SoftwareInterp>{scan(), grid()});
}

BOOST_AUTO_TEST_SUITE_END()
