// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What ranks take of their executors' memory, beside what their plans say.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/distributed/on_ranks.hpp>

#include "support/backends.hpp"
#include "support/near_communicator.hpp"
#include "support/numbers.hpp"
#include "support/own_executor.hpp"
#include "support/thread_communicator.hpp"

using pyronn::ConeBeam;
using pyronn::RankMethod;
using pyronn::SoftwareInterp;
using test::NearCommunicator;
using Forward = pyronn::Projector<ConeBeam, SoftwareInterp>;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::ptrdiff_t>::max();

pyronn::Grid grid() {
  return pyronn::Grid::from_origin({11, 13, 53}, {1.1, 0.9, 0.7}, {-5.2, -5.1, -16});
}
ConeBeam scan() {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(300, 0.1)}, {{19, 31}, {1.6, 1.5}});
}

/// Counts the memory that is taken of it.
struct CountingExecutor : test::Executor {
  explicit CountingExecutor(test::Executor const& executor) : test::Executor{executor} {}

  [[nodiscard]] void* allocate(std::size_t bytes) const {
    *held += bytes;
    *most = std::max(*most, *held);
    return test::Executor::allocate(bytes);
  }
  void deallocate(void* memory, std::size_t bytes) const noexcept {
    *held -= bytes;
    test::Executor::deallocate(memory, bytes);
  }

  std::shared_ptr<std::size_t> held = std::make_shared<std::size_t>(0);
  std::shared_ptr<std::size_t> most = std::make_shared<std::size_t>(0);
};

/// Zeros, and one more, as there may be none.
test::Array<float, 1> zeros(pyronn::Extents<3> extents) {
  return test::Array<float, 1>{pyronn::Extents<1>{static_cast<int>(extents.count()) + 1}, 0.0F};
}

/// No rank takes more of its executor than plans say, and one takes about that.
template <class Op>
void check(int ranks, Op const& op, RankMethod method, std::size_t limit = no_limit) {
  std::vector<std::size_t> taken(static_cast<std::size_t>(ranks));
  std::size_t planned = 0;
  test::on_threads<NearCommunicator>(ranks, [&](NearCommunicator const& communicator) {
    test::OwnExecutor const own;
    CountingExecutor const counting{own.get()};
    pyronn::OnRanks call{communicator, counting, op, limit};
    if (call.plan().method != method) throw std::logic_error{"another method"};
    auto in = zeros(call.input_extents());
    auto out = zeros(call.output_extents());
    static_cast<void>(in.values());  // they are there
    static_cast<void>(out.values());
    call({in.view().data, call.input_extents()}, {out.view().data, call.output_extents()});
    own.wait();
    taken[static_cast<std::size_t>(communicator.rank())] = *counting.most;
    if (communicator.rank() == 0) planned = call.plan().memory_bytes;
  });
  std::size_t const most = *std::max_element(taken.begin(), taken.end());
  BOOST_TEST(most <= planned);
  BOOST_TEST(most > planned / 2);
}

/// One of so many ranks, alone.
struct LoneRank {
  [[nodiscard]] int rank() const { return number; }
  [[nodiscard]] int size() const { return ranks; }
  int number;
  int ranks;
};

/// What other slabs add to a rank's views comes to the slot of each block.
void check_places(pyronn::detail::RankShares const& shares, int at_a_time, int slots) {
  test::OwnExecutor const own;
  pyronn::RankPlan plan;
  plan.method = RankMethod::summed_slabs;
  plan.slab = shares.slab();
  plan.views = shares.own_views();
  plan.views_at_a_time = std::min(at_a_time, shares.projections[2]);
  pyronn::detail::RankMemory<test::Executor> const memory{own.get(), shares, plan, slots};
  auto const place = [](float const* data) { return reinterpret_cast<std::byte const*>(data); };
  auto const* const last = place(memory.parts_of(slots - 1));
  auto const* const end = place(memory.parts.data() + memory.parts.size());
  int slot = 0;
  for (auto const& block : shares.blocks(plan.views_at_a_time)) {
    float* const parts = memory.parts_of(slot);
    bool const is_last = slot + 1 == slots;
    for (auto const& message : shares.parts_to_views(block, memory.block(slot), parts).received) {
      BOOST_REQUIRE(message.data >= place(parts));
      BOOST_REQUIRE(message.data + message.bytes * message.planes <= (is_last ? end : last));
    }
    slot = (slot + 1) % slots;
  }
}

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_SUITE(rank_memory)

BOOST_AUTO_TEST_CASE(ranks_take_what_plans_say) {
  Forward const forward{scan(), grid()};
  pyronn::Fbp<ConeBeam, SoftwareInterp> const fbp{scan(), grid()};
  for (int const ranks : {2, 3, 4, 8, 60}) {
    check(ranks, fbp, RankMethod::filtered_views_to_slabs);
    check(ranks, forward.adjoint(), RankMethod::views_to_slabs);
    check(ranks, forward, RankMethod::gathered_volume);
  }
}

/// What other slabs add to a view are rows, of which more ranks have hardly more.
BOOST_AUTO_TEST_CASE(many_slabs_are_summed_up_in_little_memory) {
  Forward const forward{scan(), grid()};
  std::size_t const limit = static_cast<std::size_t>(grid().size.count()) * sizeof(float) - 1;
  for (int const ranks : {2, 3, 4, 8}) check(ranks, forward, RankMethod::summed_slabs, limit);
}

/// However few views a rank has.
BOOST_AUTO_TEST_CASE(parts_of_views_come_to_memory_of_their_own) {
  for (int const views : {1, 3, 40, 300}) {
    auto const few =
        ConeBeam::circular({80, 130, pyronn::equal_angles(views)}, {{19, 31}, {1.6, 1.5}});
    for (int const ranks : {2, 3, 8, 60}) {
      for (int rank = 0; rank < ranks; rank += 1 + ranks / 5) {
        auto const shares =
            pyronn::detail::shares_on(LoneRank{rank, ranks}, Forward{few, grid()}, {});
        for (int const at_a_time : {1, 2, 32, 256}) {
          check_places(shares, at_a_time, 1);
          check_places(shares, at_a_time, 2);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
