// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Ranks of NCCL, one for each device there is: messages, errors, the bits of one device, and ranks
// that are gone.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/nccl_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>

#include "support/backends.hpp"
//
#include "nccl/calls.cuh"
#include "nccl/devices.cuh"
#include "support/numbers.hpp"
#include "support/own_executor.hpp"

using pyronn::Backprojector;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::NcclCommunicator;
using pyronn::Projector;
using pyronn::SoftwareInterp;
using test::cone;
using test::DeviceArray;
using test::Devices;
using test::grid;
using test::made_on;
using test::projections;
using test::whole_call;
using Values = std::vector<float>;

namespace {

template <class Op>
void check_bits(Devices const& devices, Op const& op) {
  Values const in = test::random_values(1, projections(op).count());
  Values const whole = whole_call(op, in, projections(op), op.grid().size);
  BOOST_TEST((made_on(devices, op, in, true) == whole));
  BOOST_TEST((made_on(devices, op, in, true, std::size_t{1} << 18) == whole));
}

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_SUITE(nccl)

BOOST_AUTO_TEST_CASE(numbers_of_all_ranks) {
  Devices const devices;
  devices.run([&](int rank) {
    NcclCommunicator const ranks{devices.comm(rank)};
    auto const expect = [](bool holds) {
      if (!holds) throw std::logic_error{"other numbers than expected"};
    };
    int const size = devices.count();
    expect(ranks.rank() == rank && ranks.size() == size);
    expect(ranks.largest(std::int64_t{rank} << 40) == std::int64_t{size - 1} << 40);
    expect(ranks.largest(-rank) == 0);
    for (std::size_t const count : {std::size_t{1}, std::size_t{200001}}) {
      std::vector<int> mine(count);
      std::iota(mine.begin(), mine.end(), rank * 1000000);
      std::vector<int> all(count * static_cast<std::size_t>(size));
      ranks.gather(mine.data(), count * sizeof(int), all.data());
      for (int other = 0; other < size; ++other) {
        std::vector<int> theirs(count);
        std::iota(theirs.begin(), theirs.end(), other * 1000000);
        expect(std::equal(theirs.begin(), theirs.end(),
                          all.begin() + other * static_cast<std::ptrdiff_t>(count)));
      }
      ranks.broadcast(mine.data(), count * sizeof(int), size - 1);
      expect(mine.back() == (size - 1) * 1000000 + static_cast<int>(count) - 1);
    }
  });
}

BOOST_AUTO_TEST_CASE(arrays_of_any_length_go_to_all_others) {
  Devices const devices;
  devices.run([&](int rank) {
    NcclCommunicator const ranks{devices.comm(rank)};
    auto const value = [](int from, int to) { return static_cast<char>(31 * from + 7 * to + 1); };
    auto const length = [](int from, int to) {
      return static_cast<std::size_t>(1000003 * from + 13 * to + 1);
    };
    DeviceArray<char> const room{std::vector<char>(std::size_t{40} << 20)};
    std::size_t place = 0;
    std::vector<pyronn::SentBytes> sent;
    std::vector<pyronn::ReceivedBytes> received;
    for (int other = 0; other < devices.count(); ++other) {
      if (other == rank) continue;
      std::size_t const out = length(rank, other);
      pyronn::check_cuda(cudaMemset(room.data() + place, value(rank, other), out), "cudaMemset");
      sent.push_back({other, room.data() + place, out});
      sent.push_back({other, room.data() + place, 0});
      place += out + 1;
      received.push_back({other, room.data() + place, length(other, rank)});
      place += length(other, rank) + 1;
    }
    pyronn::check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    ranks.exchange(sent, received).run();
    std::vector<char> const found = room.values();
    for (auto const& message : received) {
      auto const first = static_cast<char*>(message.data) - room.data();
      auto const begin = found.begin() + first;
      auto const end = begin + static_cast<std::ptrdiff_t>(message.bytes);
      bool const is_there =
          std::all_of(begin, end, [&](char c) { return c == value(message.from, rank); });
      if (!is_there || *end != 0) throw std::logic_error{"other bytes than were sent"};
    }
  });
}

BOOST_AUTO_TEST_CASE(volumes_have_the_bits_of_one_device) {
  Devices const devices;
  check_bits(devices, pyronn::Fbp<ConeBeam, SoftwareInterp>{cone(131), grid(37)});
  check_bits(devices, pyronn::Fbp<ConeBeam, SoftwareInterp>{cone(41), grid(1)});
  check_bits(devices, Backprojector<ConeBeam, SoftwareInterp>{cone(131), grid(37)});
  check_bits(devices, Backprojector<ConeBeam, SoftwareInterp>{cone(1), grid(5)});
}

BOOST_AUTO_TEST_CASE(pairs_have_the_numbers_of_one_device) {
  Devices const devices;
  Projector<ConeBeam, SoftwareInterp> const op{cone(41), grid(53)};
  Values const volume = test::random_values(2, op.grid().size.count());
  Values const whole = whole_call(op, volume, op.grid().size, projections(op));
  BOOST_TEST(test::relative_l2(made_on(devices, op, volume, false), whole) < 1e-6);
  if (devices.count() > 1) {
    std::size_t const limit = volume.size() * sizeof(float) - 1;
    Values const summed = made_on(devices, op, volume, false, limit);
    BOOST_TEST(test::relative_l2(summed, whole) < 5e-6);
    BOOST_TEST((made_on(devices, op, volume, false, limit) == summed));
  }
  auto const adjoint = op.adjoint();
  Values const views = test::random_values(3, projections(op).count());
  Values const transposed = whole_call(adjoint, views, projections(op), op.grid().size);
  BOOST_TEST(test::relative_l2(made_on(devices, adjoint, views, true), transposed) < 1e-6);
}

BOOST_AUTO_TEST_CASE(an_error_of_one_rank_is_thrown_by_all) {
  Devices const devices;
  int const bad = devices.count() - 1;
  std::string const sentence =
      "rank " + std::to_string(bad) + " of " + std::to_string(devices.count()) + ": too small";
  std::vector<std::string> said(static_cast<std::size_t>(devices.count()));
  devices.run([&](int rank) {
    NcclCommunicator const ranks{devices.comm(rank)};
    try {
      pyronn::share_errors(ranks, [&] {
        if (rank == bad) throw pyronn::InvalidArgument{"too small"};
      });
    } catch (pyronn::InvalidArgument const& error) {
      said[static_cast<std::size_t>(rank)] = error.what();
    }
    ranks.barrier();
  });
  for (std::string const& text : said) BOOST_TEST(text == sentence);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_right_is_refused) {
  Devices const devices;
  BOOST_CHECK_THROW(NcclCommunicator{nullptr}, pyronn::InvalidArgument);
  devices.run([&](int rank) {
    NcclCommunicator const ranks{devices.comm(rank)};
    char byte = 0;
    for (int const other : {-1, rank, devices.count()}) {
      try {
        static_cast<void>(ranks.exchange({{other, &byte, 1}}, {}));
      } catch (pyronn::InvalidArgument const&) {
        continue;
      }
      throw std::logic_error{"it was not refused"};
    }
  });
  if (devices.count() > 1) {
    // Another device is current.
    BOOST_CHECK_THROW(NcclCommunicator{devices.comm(1)}, pyronn::InvalidArgument);
  }
}

/// A rank that leaves while others work: they throw in time, and say so at once from then on.
BOOST_AUTO_TEST_CASE(a_rank_that_is_gone_is_noticed) {
  Devices devices;
  if (devices.count() < 2) return;
  pyronn::NcclOptions options;
  options.longest_wait = std::chrono::milliseconds{1000};
  options.lost = pyronn::LostNcclComm::is_aborted;
  int const gone = devices.count() - 1;
  std::vector<std::string> said(static_cast<std::size_t>(gone));
  std::vector<double> seconds(said.size());
  pyronn::Fbp<ConeBeam, SoftwareInterp> const op{cone(131), grid(37)};
  devices.run([&](int rank) {
    NcclCommunicator const ranks{devices.comm(rank), options};
    test::OwnExecutor const own;
    pyronn::OnRanks call{ranks, own.get(), op};
    DeviceArray<float> const input{
        Values(static_cast<std::size_t>(call.input_extents().count()), 1.0F)};
    DeviceArray<float> const output{
        Values(static_cast<std::size_t>(call.output_extents().count()))};
    auto const run = [&] {
      call({input.data(), call.input_extents()}, {output.data(), call.output_extents()});
    };
    run();
    if (rank == gone) return;
    auto const n = static_cast<std::size_t>(rank);
    auto const start = std::chrono::steady_clock::now();
    for (int repeat = 0; repeat < 2; ++repeat) {
      try {
        pyronn::share_errors(ranks, run);
      } catch (pyronn::CommunicationError const& error) {
        if (repeat == 0) said[n] = error.what();
      }
    }
    seconds[n] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    own.wait();
  });
  test::check_nccl(ncclCommAbort(devices.comm(gone)));
  devices.leave();
  for (std::size_t n = 0; n < said.size(); ++n) {
    std::string const expected = "pyronn::NcclCommunicator: rank " + std::to_string(n) + " of " +
                                 std::to_string(devices.count()) +
                                 ": largest(): nothing came from another rank for 1000 ms; the "
                                 "communicator was aborted";
    BOOST_TEST(said[n] == expected);
    BOOST_TEST(seconds[n] < 5);
  }
}

BOOST_AUTO_TEST_SUITE_END()
