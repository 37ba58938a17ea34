// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Streamed calls of several executors: the numbers of one, within the limits of each.
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
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
#include "support/own_executor.hpp"
#include "support/streamed_arrays.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Half;
using pyronn::HostBlock;
using pyronn::HostInput;
using pyronn::HostOutput;
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

/// Prime sizes; the detector is offset and the grid lies beside the axis.
Grid grid() { return Grid::from_origin({7, 11, 23}, {1.6, 1.1, 1.1}, {-5.2, -5.1, -11}); }
ConeBeam scan(int views = 13) {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(views, 0.1)}, {{13, 23}, {2.4, 2}});
}

/// Executors of members, which share out the devices that there are.
class Members {
 public:
  explicit Members(int count) {
    for (int n = 0; n < count; ++n) {
      test::use_device(n);
      owners_.push_back(std::make_unique<test::OwnExecutor>());
      executors_.push_back(owners_.back()->get());
    }
    test::use_device(0);
  }
  [[nodiscard]] std::vector<Executor> const& get() const { return executors_; }

 private:
  std::vector<std::unique_ptr<test::OwnExecutor>> owners_;
  std::vector<Executor> executors_;
};

template <class In = float, class Out = float, class Op>
std::vector<Out> made_by_one(Op const& op, std::vector<In> const& in, ViewSelection const& views) {
  pyronn::Streamed<Op, Executor, In, Out> streamed{test::executor(), op, {64 * mib, 64 * mib}};
  test::StreamedArrays<In, Out> files{in, {}};
  auto from = streamed.input_extents();
  auto to = streamed.output_extents();
  auto& projections = from[1] == op.geometry().detector_size()[1] ? from : to;
  projections[2] = views.count(projections[2]);
  streamed(files.input(from), files.output(to), views);
  return files.out;
}

/// Calls `check(found)` for what groups of several sizes make of `in`, of all of which the least
/// limits hold a part. Returns the most members.
template <class Op, class Check>
int for_all_groups(Op const& op, Values const& in, Check const& check) {
  int most = 0;
  int most_blocks = 0;
  for (int const executors : {1, 2, 3, 30}) {
    Members const members{executors};
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

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_group)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(volumes_have_the_bits_of_one_executor) {
  auto const check_bits = [](auto const& op) {
    Values const in = test::random_values(1, test::projection_extents(op.geometry()).count());
    Values const expected = made_by_one(op, in, {});
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
  Values const expected = made_by_one(op, in, {});
  int const most = for_all_groups(
      op, in, [&](Values const& found) { BOOST_TEST(test::relative_l2(found, expected) < 5e-6); });
  BOOST_TEST(most == scan().num_views());
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(some_views_are_shared_out_among_members) {
  Members const members{3};
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
    BOOST_TEST(test::relative_l2(lines, made_by_one(forward, volume, views)) < 5e-6);
    Values image(volume.size(), test::nan);
    Group<Back>{members.get(), back, {mib, mib}}(pyronn::view_of(lines, some),
                                                 pyronn::view_of(image, grid().size), views);
    BOOST_TEST((image == made_by_one(back, lines, views)));
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(volumes_may_have_16_bits) {
  Members const members{2};
  Fdk const op{scan(), grid()};
  auto const from = test::projection_extents(scan());
  Values const in = test::random_values(4, from.count());
  auto const expected = made_by_one<float, Half>(op, in, {});
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
  Values const whole = made_by_one(op, in, {});
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

// Of each member, at any of its blocks; the others have much to do.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_functions_throw_ends_the_call_of_all) {
  Members const members{3};
  Group<Fdk> group{members.get(), Fdk{scan(), grid()}, {mib / 100, 3 * mib}};
  auto const from = group.input_extents();
  Values const in = test::random_values(6, from.count());
  Values const expected = made_by_one(group.op(), in, {});
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
  Members const members{4};
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
  BOOST_TEST((files.out == made_by_one(group.op(), in, {})));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(rates_are_those_of_the_slowest) {
  Members const members{2};
  Group<Fdk> group{members.get(), Fdk{scan(), grid()}, {mib, 2 * mib}};
  Values const in = test::random_values(8, group.input_extents().count());
  Values out(static_cast<std::size_t>(grid().size.count()));
  auto const rates = group.measure_rates(pyronn::view_of(in, group.input_extents()),
                                         pyronn::view_of(out, grid().size));
  BOOST_TEST(rates.updates > 0);
  for (auto const& plan : group.plan(pyronn::view_of(in, group.input_extents()),
                                     pyronn::view_of(out, grid().size), rates)) {
    BOOST_TEST(plan.seconds > 0);
    BOOST_TEST(plan.seconds < 10);
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_refused) {
  Fdk const op{scan(), grid()};
  BOOST_CHECK_THROW((Group<Fdk>{{}, op, {mib, mib}}), pyronn::InvalidArgument);
  Members const members{2};
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

BOOST_AUTO_TEST_SUITE_END()
