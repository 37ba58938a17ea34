// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Operators on ranks that are threads, each with an executor of its own: the numbers of one rank,
// while messages are under way. On a GPU all of them share it, and messages pass through the host.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/on_ranks.hpp>
#include <pyronn/model/siddon.hpp>

#include "support/backends.hpp"
#include "support/near_communicator.hpp"
#include "support/numbers.hpp"
#include "support/own_executor.hpp"
#include "support/thread_communicator.hpp"
#include "support/whole_call.hpp"

using pyronn::Backprojector;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Projector;
using pyronn::RankMethod;
using pyronn::SoftwareInterp;
using pyronn::ThreadCommunicator;
using test::EagerThreadCommunicator;
using test::NearCommunicator;
using test::whole_call;
using Values = std::vector<float>;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::ptrdiff_t>::max();

/// Prime sizes; the grid lies beside the axis.
pyronn::Grid grid(int slices) {
  return pyronn::Grid::from_origin({11, 13, slices}, {1.1, 0.9, 0.7}, {-5.2, -5.1, -11});
}
ConeBeam cone(int views, pyronn::Vec2d offset = {0, 0}) {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(views, 0.1)},
                            {{19, 31}, {1.6, 1.5}, offset});
}

/// What ranks made together, and how.
struct Made {
  Values values;
  RankMethod method{};
  std::size_t views_at_a_time = 0;
};

/// `in` is shared out, and each rank calls twice.
template <class Communicator, class Op>
Made made_on(int ranks, Op const& op, Values const& in, std::size_t limit = no_limit) {
  Made made;
  std::vector<Values> parts(static_cast<std::size_t>(ranks));
  test::on_threads<Communicator>(ranks, [&](Communicator const& communicator) {
    test::OwnExecutor const own;
    pyronn::OnRanks call{communicator, own.get(), op, limit};
    Extents<3> const from = call.input_extents();
    bool const takes_views = from[1] == op.geometry().detector_size()[1];
    auto const first = in.begin() + (takes_views ? call.views() : call.slab()).first *
                                        std::ptrdiff_t{from[0]} * from[1];
    // One element more: there may be none.
    test::Array<float, 1> input{Extents<1>{static_cast<int>(from.count()) + 1}, 0.0F};
    if (from.count() > 0) {
      Values part(first, first + from.count());
      part.push_back(0);
      test::Array<float, 1> filled{Extents<1>{static_cast<int>(part.size())}, part};
      pyronn::copy(test::executor(), filled.view(), input.view());
    }
    static_cast<void>(input.values());  // it is there
    Extents<3> const to = call.output_extents();
    test::Array<float, 1> output{Extents<1>{static_cast<int>(to.count()) + 1}, test::nan};
    for (int repeat = 0; repeat < 2; ++repeat) {
      call({input.view().data, from}, {output.view().data, to});
    }
    own.wait();
    Values values = output.values();
    values.pop_back();
    parts[static_cast<std::size_t>(communicator.rank())] = values;
    if (communicator.rank() == 0) {
      made.method = call.plan().method;
      made.views_at_a_time = static_cast<std::size_t>(call.plan().views_at_a_time);
      if (call.plan().memory_bytes > limit) throw std::logic_error{"more than the limit"};
    }
  });
  for (Values const& part : parts) {
    made.values.insert(made.values.end(), part.begin(), part.end());
  }
  return made;
}

template <class Op>
Extents<3> projections(Op const& op) {
  return {op.geometry().detector_size()[0], op.geometry().detector_size()[1],
          op.geometry().num_views()};
}

/// Of VoxelDriven with SoftwareInterp.
template <class Op>
void check_bits(Op const& op) {
  Values const in = test::random_values(1, projections(op).count());
  Values const whole = whole_call(op, in, projections(op), op.grid().size);
  for (int const ranks : {1, 2, 5}) {
    Made const most = made_on<ThreadCommunicator>(ranks, op, in);
    BOOST_TEST((most.values == whole));
    // As many views at a time as there are, and few.
    BOOST_TEST((made_on<NearCommunicator>(ranks, op, in).values == whole));
    for (std::size_t limit = 4096;; limit += limit / 4) {
      try {
        Made const made = made_on<NearCommunicator>(ranks, op, in, limit);
        BOOST_TEST((made.values == whole));
        BOOST_TEST((made.views_at_a_time < 8 || ranks == 1));
        break;
      } catch (pyronn::OutOfMemory const&) {
        BOOST_REQUIRE(limit < std::size_t{1} << 30);
      }
    }
  }
}

template <class Op>
void check_views(Op const& op) {
  Values const in = test::random_values(2, op.grid().size.count());
  Values const whole = whole_call(op, in, op.grid().size, projections(op));
  std::size_t const volume = static_cast<std::size_t>(op.grid().size.count()) * sizeof(float);
  for (int const ranks : {2, 3, 5}) {
    Made const gathered = made_on<NearCommunicator>(ranks, op, in);
    BOOST_TEST((gathered.method == RankMethod::gathered_volume));
    BOOST_TEST(test::relative_l2(gathered.values, whole) < 1e-6);
    Made const summed = made_on<NearCommunicator>(ranks, op, in, volume - 1);
    BOOST_TEST((summed.method == RankMethod::summed_slabs));
    BOOST_TEST(summed.views_at_a_time < static_cast<std::size_t>(op.geometry().num_views()));
    BOOST_TEST(test::relative_l2(summed.values, whole) < 5e-6);
    BOOST_TEST((made_on<NearCommunicator>(ranks, op, in, volume - 1).values == summed.values));
  }
}

/// On GPUs but for the last ones: sums run through rows beside those of a slab.
void check_transpose(Backprojector<ConeBeam, SoftwareInterp, pyronn::Joseph> const& op) {
  Values const in = test::random_values(1, projections(op).count());
  Values const one = made_on<ThreadCommunicator>(1, op, in).values;
  Values const whole = whole_call(op, in, projections(op), op.grid().size);
  BOOST_TEST(test::relative_l2(one, whole) < 1e-6);
  for (int const ranks : {2, 5}) {
    Values const found = made_on<NearCommunicator>(ranks, op, in).values;
    BOOST_TEST((made_on<NearCommunicator>(ranks, op, in).values == found));
#if defined(__CUDACC__)
    BOOST_TEST(test::relative_l2(found, whole) < 1e-6);
#else
    BOOST_TEST((found == one));
#endif
  }
}

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_SUITE(ranks_on_threads)

BOOST_AUTO_TEST_CASE(filtered_backprojection_has_the_bits_of_a_whole_call) {
  check_bits(pyronn::Fbp<ConeBeam, SoftwareInterp>{cone(41), grid(37)});
  check_bits(pyronn::Fbp<ConeBeam, SoftwareInterp>{cone(67, {5, 0}), grid(5)});
}

BOOST_AUTO_TEST_CASE(backprojection_has_the_bits_of_a_whole_call) {
  check_bits(Backprojector<ConeBeam, SoftwareInterp>{cone(67, {1.3, -2.5}), grid(37)});
  check_bits(Backprojector<ConeBeam, SoftwareInterp>{cone(1), grid(2)});
}

BOOST_AUTO_TEST_CASE(projection_has_the_numbers_of_a_whole_call) {
  check_views(Projector<ConeBeam, SoftwareInterp>{cone(41, {1.3, -2.5}), grid(53)});
  check_views(Projector<ConeBeam, SoftwareInterp, pyronn::Siddon>{cone(29), grid(53)});
}

BOOST_AUTO_TEST_CASE(transposes_have_the_bits_of_one_rank) {
  check_transpose({cone(67), grid(37)});
  // More slices and rows than cores take at a time.
  check_transpose({ConeBeam::circular({200, 330, pyronn::equal_angles(5)}, {{7, 211}, {1.6, 0.7}}),
                   pyronn::Grid::centered({5, 6, 130}, {1, 1, 0.6})});
}

/// Blocks of all views and of any number of them are consecutive, and fit in the slots that are
/// made for all views.
BOOST_AUTO_TEST_CASE(blocks_of_subsets_fit_in_the_slots_of_all_views) {
  for (int const at_a_time : {1, 8, 32, 64, 256, 1024}) {
    for (int const slots : {1, 2}) {
      for (int all = 1; all <= 2500; all += 1 + all / 4) {
        pyronn::detail::RankShares shares;
        shares.projections = {1, 1, all};
        int const room[] = {shares.views_in_slot(0, slots, at_a_time),
                            slots == 1 ? 0 : shares.views_in_slot(1, slots, at_a_time)};
        BOOST_REQUIRE(shares.views_in_slots(slots, at_a_time) == room[0] + room[1]);
        pyronn::detail::RankShares subset = shares;
        for (int views = all; views > std::max(0, all - 100); --views) {
          subset.projections[2] = views;
          int end = 0;
          std::size_t slot = 0;
          for (pyronn::RankShare const& block : subset.blocks(at_a_time)) {
            BOOST_REQUIRE(block.first == end);
            BOOST_REQUIRE(block.count > 0);
            BOOST_REQUIRE(block.count <= room[slot]);
            end += block.count;
            slot = (slot + 1) % static_cast<std::size_t>(slots);
            // Sums by eights are made in one of them.
            BOOST_REQUIRE((end == views || block.count % 8 == 0 || at_a_time < 8));
          }
          BOOST_REQUIRE(end == views);
        }
      }
    }
  }
}

/// All ranks have it, after messages that were under way.
BOOST_AUTO_TEST_CASE(an_error_in_one_rank_is_thrown_by_all) {
  pyronn::Fbp<ConeBeam, SoftwareInterp> const op{cone(67), grid(37)};
  for (int bad = 0; bad < 3; ++bad) {
    std::vector<std::string> said(3);
    test::on_threads<NearCommunicator>(3, [&](NearCommunicator const& ranks) {
      test::OwnExecutor const own;
      pyronn::OnRanks call{ranks, own.get(), op};
      Extents<3> from = call.input_extents();
      test::Array<float, 3> input{from, 1.0F};
      test::Array<float, 3> output{call.output_extents(), 0.0F};
      if (ranks.rank() == bad) from[0] = 18;
      try {
        call({input.view().data, from}, output.view());
      } catch (pyronn::InvalidArgument const& error) {
        said[static_cast<std::size_t>(ranks.rank())] = error.what();
      }
      call(input.view(), output.view());
      own.wait();
    });
    std::string const begin = "rank " + std::to_string(bad) + " of 3: ";
    BOOST_TEST(said[0].substr(0, begin.size()) == begin);
    BOOST_TEST(said[1] == said[0]);
    BOOST_TEST(said[2] == said[0]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
