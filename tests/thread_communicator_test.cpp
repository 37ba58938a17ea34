// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Ranks that are threads: what they tell each other, and what becomes of them where one is missing.
#include "support/thread_communicator.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/thread_communicator.hpp>

using pyronn::CommunicationError;
using pyronn::ThreadCommunicator;
using pyronn::ThreadGroup;

namespace {

/// What each rank of a group says at its end.
template <class Work>
std::vector<std::string> said_by(ThreadGroup const& group, Work const& work) {
  std::vector<std::string> said(static_cast<std::size_t>(group.size()));
  test::on_threads<ThreadCommunicator>(group, [&](ThreadCommunicator const& ranks) {
    try {
      work(ranks);
    } catch (std::exception const& error) {
      said[static_cast<std::size_t>(ranks.rank())] = error.what();
    }
  });
  return said;
}

void require(bool holds) {
  if (!holds) throw std::logic_error{"other numbers than were told"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_communicator)

BOOST_AUTO_TEST_CASE(numbers_and_messages_of_all_ranks) {
  for (int const size : {1, 2, 5}) {
    test::on_threads<ThreadCommunicator>(size, [&](ThreadCommunicator const& ranks) {
      int const rank = ranks.rank();
      require(ranks.size() == size);
      for (int repeat = 0; repeat < 20; ++repeat) {
        require(ranks.largest(std::int64_t{rank} << 40) == std::int64_t{size - 1} << 40);
        require(ranks.largest(-rank) == 0);
        std::vector<int> all(static_cast<std::size_t>(size));
        ranks.gather(&rank, sizeof(rank), all.data());
        for (int n = 0; n < size; ++n) require(all[static_cast<std::size_t>(n)] == n);
        int told = rank;
        ranks.broadcast(&told, sizeof(told), size - 1);
        require(told == size - 1);
        // Two messages to each other rank, one of them empty.
        std::vector<int> out(static_cast<std::size_t>(size));
        std::vector<int> in(static_cast<std::size_t>(size), -1);
        std::vector<pyronn::SentBytes> sent;
        std::vector<pyronn::ReceivedBytes> received;
        for (int other = 0; other < size; ++other) {
          auto const n = static_cast<std::size_t>(other);
          out[n] = 100 * rank + other;
          if (other == rank) continue;
          sent.push_back({other, nullptr, 0});
          sent.push_back({other, &out[n], sizeof(int)});
          received.push_back({other, &in[n], sizeof(int)});
        }
        auto exchange = ranks.exchange(sent, received);
        exchange.run();
        for (int other = 0; other < size; ++other) {
          int const found = in[static_cast<std::size_t>(other)];
          require(found == (other == rank ? -1 : 100 * other + rank));
        }
        ranks.barrier();
      }
    });
  }
}

/// Step by step, so that no link is shared; messages of one rank stay in their order.
BOOST_AUTO_TEST_CASE(ranks_take_from_different_ones_at_a_time) {
  constexpr int size = 4;
  char bytes[2 * size]{};
  std::vector<pyronn::detail::ShownMessages> messages(size);
  pyronn::detail::Shown shown;
  for (int rank = 0; rank < size; ++rank) {
    auto& of_rank = messages[static_cast<std::size_t>(rank)];
    for (int other = 0; other < size; ++other) {
      if (other == rank) continue;
      for (char* const byte : {bytes + 2 * rank, bytes + 2 * rank + 1}) {
        of_rank.sent.push_back({other, byte, 1});
      }
      for (int n = 0; n < 2; ++n) of_rank.received.push_back({other, bytes, 1});
    }
    shown.push_back(&of_rank);
  }
  for (int rank = 0; rank < size; ++rank) {
    std::vector<std::ptrdiff_t> taken;
    messages[static_cast<std::size_t>(rank)].for_received(
        rank, shown, [&](pyronn::SentBytes const& from, pyronn::ReceivedBytes const&) {
          taken.push_back(static_cast<char const*>(from.data) - bytes);
        });
    BOOST_TEST_REQUIRE(taken.size() == 2U * (size - 1));
    for (std::size_t n = 0; n < taken.size(); ++n) {
      std::ptrdiff_t const from = (rank + 1 + static_cast<int>(n) / 2) % size;
      BOOST_TEST(taken[n] == 2 * from + static_cast<std::ptrdiff_t>(n % 2));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_error_of_one_rank_is_thrown_by_all) {
  for (int bad = 0; bad < 3; ++bad) {
    auto const said = said_by(ThreadGroup{3}, [&](ThreadCommunicator const& ranks) {
      pyronn::share_errors(ranks, [&] {
        pyronn::share_errors(ranks, [] {});
        if (ranks.rank() == bad) throw pyronn::InvalidArgument{"too small"};
        for (;;) pyronn::share_errors(ranks, [] {});
      });
    });
    for (auto const& text : said) {
      BOOST_TEST(text == "rank " + std::to_string(bad) + " of 3: too small");
    }
  }
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_rank_that_is_gone_says_so) {
  ThreadGroup const group{3, std::chrono::milliseconds{50}};
  auto const said = said_by(group, [](ThreadCommunicator const& ranks) {
    ranks.barrier();
    if (ranks.rank() == 1) return;
    pyronn::share_errors(ranks, [] {});
  });
  BOOST_TEST(said[1].empty());
  for (int const rank : {0, 2}) {
    BOOST_TEST(said[static_cast<std::size_t>(rank)] ==
               "pyronn::ThreadCommunicator: rank " + std::to_string(rank) +
                   " of 3: largest(): another rank did not come for 50 ms; the group can no longer "
                   "be used");
  }
  // All of them, at once.
  auto const start = std::chrono::steady_clock::now();
  auto const later =
      said_by(group, [](ThreadCommunicator const& ranks) { static_cast<void>(ranks.largest(1)); });
  for (auto const& text : later) BOOST_TEST(text.find("did not come") != std::string::npos);
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_CASE(ranks_that_call_something_else_are_told) {
  ThreadGroup const group{2};
  auto const said = said_by(group, [](ThreadCommunicator const& ranks) {
    if (ranks.rank() == 0) ranks.barrier();
    if (ranks.rank() == 1) static_cast<void>(ranks.largest(5));
  });
  BOOST_TEST(said[0] ==
             "pyronn::ThreadCommunicator: rank 0 of 2: barrier() meets largest() of rank 1; all "
             "ranks must call the same functions in the same order");
  BOOST_TEST(said[1].find("rank 1 of 2: largest() meets barrier() of rank 0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_right_is_refused) {
  BOOST_CHECK_THROW(ThreadGroup{0}, pyronn::InvalidArgument);
  ThreadGroup const group{1};
  BOOST_CHECK_THROW((ThreadCommunicator{group, 1}), pyronn::InvalidArgument);
  BOOST_CHECK_THROW((ThreadCommunicator{group, -1}), pyronn::InvalidArgument);
  ThreadCommunicator const single{group, 0};
  char byte = 0;
  for (int const other : {-1, 0, 1}) {
    BOOST_CHECK_THROW(static_cast<void>(single.exchange({{other, &byte, 1}}, {})),
                      pyronn::InvalidArgument);
    BOOST_CHECK_THROW(static_cast<void>(single.exchange({}, {{other, &byte, 1}})),
                      pyronn::InvalidArgument);
  }
  // Of another length than is expected.
  auto const said = said_by(ThreadGroup{2}, [](ThreadCommunicator const& ranks) {
    char bytes[2]{};
    if (ranks.rank() == 0) ranks.exchange({{1, bytes, 1}}, {}).run();
    if (ranks.rank() == 1) ranks.exchange({}, {{0, bytes, 2}}).run();
  });
  BOOST_TEST(said[0].empty());
  BOOST_TEST(said[1].find("rank 1 expects 2 bytes of rank 0, which sends 1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
