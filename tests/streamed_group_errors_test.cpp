// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// How calls of several executors end that cannot be made, and how they call functions.
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
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
using pyronn::Grid;
using pyronn::HostBlock;
using pyronn::HostInput;
using pyronn::HostOutput;
using pyronn::ViewSelection;
using Fdk = pyronn::Fdk<ConeBeam, pyronn::SoftwareInterp>;
using Values = std::vector<float>;
template <class Op>
using Group = pyronn::StreamedGroup<Op, test::Executor>;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

Grid grid() { return test::grid_of_groups(); }
ConeBeam scan() { return test::scan_of_groups(); }

/// Has no memory, if it is bad.
struct PoorExecutor : test::Executor {
  PoorExecutor(test::Executor const& executor, bool is_bad_)
      : test::Executor{executor}, is_bad{is_bad_} {}

  [[nodiscard]] void* allocate(std::size_t bytes) const {
    if (is_bad) throw pyronn::OutOfMemory("nothing is left");
    return test::Executor::allocate(bytes);
  }

  bool is_bad;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_group_errors)

// Of each member, at any of its blocks; the others have much to do.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_functions_throw_ends_the_call_of_all) {
  test::Members const members{3};
  Group<Fdk> group{members.get(), Fdk{scan(), grid()}, {mib / 100, 3 * mib}};
  auto const from = group.input_extents();
  Values const in = test::random_values(6, from.count());
  Values const expected = test::made_by_one(group.op(), in, {});
  /// Calls of functions until one throws.
  int reads = 0;
  int writes = 0;
  auto const call = [&] {
    test::StreamedArrays<float, float> files{in, {}};
    HostInput<float> const input = files.input(from);
    HostOutput<float> const output = files.output(grid().size);
    group({from,
           [&](HostBlock const& block, float* out) {
             if (reads-- == 0) throw std::runtime_error{"disk full"};
             input.read(block, out);
           }},
          {grid().size, [&](HostBlock const& block, float const* values) {
             if (writes-- == 0) throw std::runtime_error{"disk full"};
             output.write(block, values);
           }});
    BOOST_TEST((files.out == expected));
  };
  auto const is_of_the_test = [](std::runtime_error const& error) {
    return error.what() == std::string{"disk full"};
  };
  constexpr int many = 1 << 20;
  reads = writes = many;
  call();
  int const all_reads = many - reads;
  int const all_writes = many - writes;
  BOOST_TEST(all_reads > 24);
  BOOST_TEST(all_writes >= group.size());
  for (int last = 0; last < all_reads; last += 5) {
    reads = last;
    writes = many;
    BOOST_CHECK_EXCEPTION(call(), std::runtime_error, is_of_the_test);
    reads = many;
    writes = last % all_writes;
    BOOST_CHECK_EXCEPTION(call(), std::runtime_error, is_of_the_test);
    // The call after it is a call like others.
    reads = writes = many;
    call();
  }
}

// Readers and writers of files need not know of threads.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(functions_are_called_by_one_member_at_a_time) {
  test::Members const members{4};
  Group<Fdk> group{members.get(), Fdk{scan(), grid()}, {mib / 100, 4 * mib}};
  auto const from = group.input_extents();
  Values const in = test::random_values(7, from.count());
  test::StreamedArrays<float, float> files{in, {}};
  HostInput<float> const input = files.input(from);
  HostOutput<float> const output = files.output(grid().size);
  std::array<std::atomic<int>, 2> inside{};
  std::atomic<int> most{0};
  std::vector<int> writes(static_cast<std::size_t>(grid().size[2]));
  auto const once = [&](std::atomic<int>& here, auto const& call) {
    int const count = ++here;
    most = std::max<int>(most, count);
    call();
    --here;
  };
  group({from, [&](HostBlock const& block,
                   float* out) { once(inside[0], [&] { input.read(block, out); }); }},
        {grid().size, [&](HostBlock const& block, float const* values) {
           once(inside[1], [&] {
             for (int n = 0; n < block.num_planes; ++n) {
               ++writes[static_cast<std::size_t>(block.first_plane + n)];
             }
             output.write(block, values);
           });
         }});
  BOOST_TEST(most == 1);
  BOOST_TEST(std::count(writes.begin(), writes.end(), 1) == grid().size[2]);
  BOOST_TEST((files.out == test::made_by_one(group.op(), in, {})));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_refused) {
  Fdk const op{scan(), grid()};
  BOOST_CHECK_THROW((Group<Fdk>{{}, op, {mib, mib}}), pyronn::InvalidArgument);
  test::Members const members{2};
  Group<Fdk> group{members.get(), op, {mib, mib}};
  auto const from = group.input_extents();
  Values const in = test::random_values(1, from.count());
  Values out(static_cast<std::size_t>(grid().size.count()), test::nan);
  using pyronn::ArrayView;
  auto const input = pyronn::view_of(in, from);
  auto const output = pyronn::view_of(out, grid().size);
  BOOST_CHECK_THROW(group(ArrayView<float const, 3>{in.data(), {13, 23, 12}}, output),
                    pyronn::InvalidArgument);
  BOOST_CHECK_THROW(group(input, ArrayView<float, 3>{out.data(), {7, 11, 22}}),
                    pyronn::InvalidArgument);
  BOOST_CHECK_THROW(group(input, ArrayView<float, 3>{nullptr, grid().size}),
                    pyronn::InvalidArgument);
  BOOST_CHECK_THROW(group(input, output, ViewSelection::range(5, 9)), pyronn::InvalidArgument);
  // The limits of one member do not hold a slice and a view: nothing is written by any.
  Group<Fdk> starved{members.get(), op, {1000, 1000}};
  test::StreamedArrays<float, float> files{in, {}};
  BOOST_CHECK_THROW(starved(files.input(from), files.output(grid().size)), pyronn::OutOfMemory);
  BOOST_TEST(std::isnan(files.out.front()));
}

// Whichever it is: none begins before all have their memory.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(a_member_without_memory_ends_the_call_before_it_begins) {
  Fdk const op{scan(), grid()};
  test::Members const members{3};
  Values const in = test::random_values(1, test::projection_extents(scan()).count());
  for (std::size_t bad = 0; bad < 4; ++bad) {
    std::vector<PoorExecutor> executors;
    for (std::size_t n = 0; n < 3; ++n) executors.emplace_back(members.get()[n], n == bad);
    pyronn::StreamedGroup group{executors, op, {mib, 3 * mib}};
    test::StreamedArrays<float, float> files{in, {}};
    auto const input = files.input(group.input_extents());
    auto const output = files.output(grid().size);
    if (bad == 3) {
      group(input, output);
      BOOST_TEST((files.out == test::made_by_one(op, in, {})));
    } else {
      BOOST_CHECK_THROW(group(input, output), pyronn::OutOfMemory);
      BOOST_TEST(files.read == 0U);
      BOOST_TEST(std::isnan(files.out.front()));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
