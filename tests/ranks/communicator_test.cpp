// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What ranks tell each other: arrays in pieces, and errors.
#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>

#include "ranks/world.hpp"

using pyronn::MpiCommunicator;

namespace {

std::string sentence(int rank, std::string const& text) {
  return "rank " + std::to_string(rank) + " of " + std::to_string(test::world().size()) + ": " +
         text;
}

/// Whether an error has this sentence and names this rank.
auto has(int rank, std::string const& text) {
  return [=](auto const& error) {
    auto const* const of_rank = dynamic_cast<pyronn::FailureOfRank const*>(&error);
    return of_rank != nullptr && of_rank->rank() == rank && error.what() == sentence(rank, text);
  };
}

auto says(std::string const& text) {
  return [=](pyronn::InvalidArgument const& error) {
    return std::string{error.what()}.find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(communicator)

BOOST_AUTO_TEST_CASE(arrays_of_any_length_go_to_all_others) {
  for (std::size_t const piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 30}) {
    MpiCommunicator const ranks{MPI_COMM_WORLD, piece};
    int const size = ranks.size();
    auto const value = [](int from, int to, std::size_t n) {
      return static_cast<unsigned char>(31 * from + 7 * to + static_cast<int>(n % 100));
    };
    auto const length = [](int from, int to) { return static_cast<std::size_t>(13 * from + to); };
    std::vector<std::vector<unsigned char>> out;
    std::vector<std::vector<unsigned char>> in;
    std::vector<pyronn::SentBytes> sent;
    std::vector<pyronn::ReceivedBytes> received;
    for (int other = 0; other < size; ++other) {
      out.emplace_back(length(ranks.rank(), other));
      in.emplace_back(length(other, ranks.rank()));
      for (std::size_t n = 0; n < out.back().size(); ++n) {
        out.back()[n] = value(ranks.rank(), other, n);
      }
      if (other == ranks.rank()) continue;
      // Two messages.
      std::size_t const half = out.back().size() / 2;
      sent.push_back({other, out.back().data(), half});
      sent.push_back({other, out.back().data() + half, out.back().size() - half});
      std::size_t const other_half = in.back().size() / 2;
      received.push_back({other, in.back().data(), other_half});
      received.push_back({other, in.back().data() + other_half, in.back().size() - other_half});
    }
    auto exchange = ranks.exchange(sent, received);
    for (int repeat = 0; repeat < 2; ++repeat) {
      exchange.run();
      for (int other = 0; other < size; ++other) {
        if (other == ranks.rank()) continue;
        auto& found = in[static_cast<std::size_t>(other)];
        bool is_right = true;
        for (std::size_t n = 0; n < found.size(); ++n) {
          is_right = is_right && found[n] == value(other, ranks.rank(), n);
        }
        BOOST_TEST(is_right);
        found.assign(found.size(), 0);
      }
      ranks.barrier();
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_of_all_ranks) {
  MpiCommunicator const ranks = test::world();
  int const size = ranks.size();
  BOOST_TEST(ranks.largest(std::int64_t{ranks.rank()} << 40) == std::int64_t{size - 1} << 40);
  BOOST_TEST(ranks.largest(-ranks.rank()) == 0);
  double const mine = 0.5 + ranks.rank();
  std::vector<double> all(static_cast<std::size_t>(size));
  ranks.gather(&mine, sizeof(mine), all.data());
  for (int rank = 0; rank < size; ++rank) {
    BOOST_TEST(all[static_cast<std::size_t>(rank)] == 0.5 + rank);
  }
  std::vector<int> told(1000, ranks.rank());
  ranks.broadcast(told.data(), told.size() * sizeof(int), size - 1);
  BOOST_TEST((told == std::vector<int>(1000, size - 1)));
}

BOOST_AUTO_TEST_CASE(arrays_of_all_ranks_are_gathered_in_pieces) {
  for (std::size_t const piece : {std::size_t{7}, std::size_t{64}, std::size_t{1} << 30}) {
    MpiCommunicator const ranks{MPI_COMM_WORLD, piece};
    for (std::size_t const length : {std::size_t{0}, std::size_t{7}, std::size_t{65}}) {
      std::vector<unsigned char> const mine(length, static_cast<unsigned char>(1 + ranks.rank()));
      std::vector<unsigned char> all(length * static_cast<std::size_t>(ranks.size()));
      ranks.gather(mine.data(), length, all.data());
      std::vector<unsigned char> expected;
      for (int rank = 0; rank < ranks.size(); ++rank) {
        expected.insert(expected.end(), length, static_cast<unsigned char>(1 + rank));
      }
      BOOST_TEST((all == expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_error_of_one_rank_is_thrown_by_all) {
  MpiCommunicator const ranks = test::world();
  for (int bad = 0; bad < ranks.size(); ++bad) {
    auto const throws = [&](auto const& error) {
      return [&ranks, &error, bad] {
        if (ranks.rank() >= bad) throw error;
      };
    };
    BOOST_CHECK_EXCEPTION(share_errors(ranks, throws(pyronn::InvalidArgument{"too small"})),
                          pyronn::InvalidArgument, has(bad, "too small"));
    BOOST_CHECK_EXCEPTION(share_errors(ranks, throws(pyronn::FileError{"a.npy: disk full"})),
                          pyronn::FileError, has(bad, "a.npy: disk full"));
    BOOST_CHECK_EXCEPTION(share_errors(ranks, throws(pyronn::OutOfMemory{"5 bytes"})),
                          pyronn::OutOfMemory, has(bad, "5 bytes"));
    BOOST_CHECK_EXCEPTION(share_errors(ranks, throws(std::bad_alloc{})), pyronn::OutOfMemory,
                          has(bad, std::bad_alloc{}.what()));
    BOOST_CHECK_EXCEPTION(share_errors(ranks, throws(std::logic_error{"wrong"})),
                          std::runtime_error, has(bad, "wrong"));
    BOOST_CHECK_EXCEPTION(share_errors(ranks, throws(5)), std::runtime_error,
                          has(bad, "an exception of an unknown kind"));
    std::string const text(10000, 'x');
    BOOST_CHECK_EXCEPTION(share_errors(ranks, throws(std::runtime_error{text})), std::runtime_error,
                          has(bad, text.substr(0, 4091)));
  }
  int calls = 0;
  share_errors(ranks, [&] { ++calls; });
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(a_rank_that_fails_between_steps_ends_those_of_others) {
  MpiCommunicator const ranks = test::world();
  for (int bad = 0; bad < ranks.size(); ++bad) {
    int steps = 0;
    auto const program = [&] {
      for (int n = 0; n < 5; ++n) {
        share_errors(ranks, [&] { ++steps; });
        if (n == 2 && ranks.rank() == bad) throw std::runtime_error{"not in a step"};
      }
    };
    BOOST_CHECK_EXCEPTION(share_errors(ranks, program), std::runtime_error,
                          has(bad, "not in a step"));
    BOOST_TEST(steps == (ranks.rank() == bad ? 3 : 4));
  }
}

BOOST_AUTO_TEST_CASE(ranks_may_be_some_of_the_program) {
  // Odd and even ones.
  MpiCommunicator const all = test::world();
  MPI_Comm half = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, all.rank() % 2, all.rank(), &half);
  {
    MpiCommunicator const ranks{half};
    MPI_Comm_free(&half);  // its ranks are still there
    BOOST_TEST(ranks.rank() == all.rank() / 2);
    BOOST_TEST(ranks.largest(all.rank()) % 2 == all.rank() % 2);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_right_is_refused) {
  BOOST_CHECK_EXCEPTION(MpiCommunicator{MPI_COMM_NULL}, pyronn::InvalidArgument,
                        says("MPI_COMM_NULL has no ranks"));
  BOOST_CHECK_EXCEPTION((MpiCommunicator{MPI_COMM_WORLD, 0}), pyronn::InvalidArgument,
                        says("message_bytes 0 must be"));
  BOOST_CHECK_EXCEPTION((MpiCommunicator{MPI_COMM_WORLD, (std::size_t{1} << 30) + 1}),
                        pyronn::InvalidArgument, says("message_bytes 1073741825 must be"));
  MpiCommunicator const ranks = test::world();
  char byte = 0;
  for (int const other : {-1, ranks.rank(), ranks.size()}) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(ranks.exchange({{other, &byte, 1}}, {})),
                          pyronn::InvalidArgument, says("cannot exchange messages with rank"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(ranks.exchange({}, {{other, &byte, 1}})),
                          pyronn::InvalidArgument, says("cannot exchange messages with rank"));
  }
  if (ranks.size() == 1) return;
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, ranks.rank() == 0 ? 0 : 1, ranks.rank(), &part);
  MPI_Comm both = MPI_COMM_NULL;
  MPI_Intercomm_create(part, 0, MPI_COMM_WORLD, ranks.rank() == 0 ? 1 : 0, 5, &both);
  BOOST_CHECK_EXCEPTION(MpiCommunicator{both}, pyronn::InvalidArgument, says("between two groups"));
  MPI_Comm_free(&both);
  MPI_Comm_free(&part);
}

BOOST_AUTO_TEST_SUITE_END()
