// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a communicator is: the ranks of a program that work together, and what they tell each
/// other.
///
/// @code
///   struct MyCommunicator {
///     int rank() const;                                  // from 0
///     int size() const;                                  // at least 1
///     void barrier() const;                              // returns when all ranks have called it
///     std::int64_t largest(std::int64_t value) const;    // of all ranks' values
///     void broadcast(void* data, std::size_t bytes, int from) const;
///     void gather(void const* mine, std::size_t bytes, void* all) const;  // of all, rank by rank
///     struct Exchange {
///       void run();    // waits until all messages are there
///       void start();  // optional: begins without waiting; run() then waits for what has begun
///     };
///     // Messages of this rank, which must stay where they are until run() returns. From one rank
///     // to another they arrive in order, and have the lengths that are expected. Nothing is sent
///     // yet; whatever may fail fails here.
///     Exchange exchange(std::vector<SentBytes> const&, std::vector<ReceivedBytes> const&) const;
///   };
/// @endcode
///
/// All arrays are the host's, of any length. Every rank calls the same functions in the same order.
/// They do not throw, except exchange(): where ranks cannot reach each other they end the program,
/// or throw CommunicationError in each rank, from then on in every call.
///
/// A communicator whose messages lie in the memory of executors says whose:
///
/// @code
///     using Backend = CudaBackend;
///     cudaStream_t stream() const;       // in whose order start() queues messages
///     using CanBeCaptured = void;        // optional: so that graphs may hold start()
/// @endcode
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/distributed/detail/failure.hpp>

namespace pyronn {

/// Bytes that go to another rank.
struct SentBytes {
  int to;             ///< not the rank itself
  void const* data;   ///< of the host, or of the communicator's backend
  std::size_t bytes;  ///< 0: no message
};

/// Bytes that come from another rank.
struct ReceivedBytes {
  int from;           ///< not the rank itself
  void* data;         ///< of the host, or of the communicator's backend
  std::size_t bytes;  ///< 0: no message
};

/// A program of one rank, where there is no other.
class SingleRank {
 public:
  /// 0.
  [[nodiscard]] int rank() const { return 0; }
  /// 1.
  [[nodiscard]] int size() const { return 1; }
  /// Nobody is waited for.
  void barrier() const {}
  /// The value.
  [[nodiscard]] std::int64_t largest(std::int64_t value) const { return value; }
  /// Nothing is told.
  void broadcast(void*, std::size_t, int) const {}
  /// The bytes of the one rank.
  void gather(void const* mine, std::size_t bytes, void* all) const {
    auto const* const from = static_cast<std::byte const*>(mine);
    auto* const to = static_cast<std::byte*>(all);
    for (std::size_t n = 0; n < bytes; ++n) to[n] = from[n];
  }
  /// No messages.
  struct Exchange {
    /// Returns.
    void run() {}
  };
  /// No messages.
  [[nodiscard]] Exchange exchange(std::vector<SentBytes> const&,
                                  std::vector<ReceivedBytes> const&) const {
    return {};
  }
};

namespace detail {

template <class C>
using RankOf = decltype(std::declval<C const&>().rank() + std::declval<C const&>().size());
template <class C>
using LargestOf = decltype(std::declval<C const&>().largest(std::int64_t{}));
template <class C>
using ExchangeOf = decltype(std::declval<C const&>().exchange(std::vector<SentBytes>{},
                                                              std::vector<ReceivedBytes>{}));
template <class C>
using CanBeCaptured = typename C::CanBeCaptured;
template <class Exchange>
using StartOf = decltype(std::declval<Exchange&>().start());

}  // namespace detail

/// Fails to compile, with one sentence, unless Communicator is a communicator.
template <class Communicator>
constexpr void check_communicator() {
  static_assert(detail::is_detected_v<detail::RankOf, Communicator> &&
                    detail::is_detected_v<detail::LargestOf, Communicator> &&
                    detail::is_detected_v<detail::ExchangeOf, Communicator>,
                "A communicator must have the members that <pyronn/distributed/communicator.hpp> "
                "lists; over an MPI_Comm it is MpiCommunicator.");
}

/// Calls `step()` on every rank. Where it throws in one of them all throw: the same kind of
/// exception, with the same sentence, which names the rank, the first of several. Steps may share
/// errors themselves, as operators of ranks do: a rank that throws between such steps ends those in
/// which the others wait. So a program whose work is within one share_errors never hangs.
template <class Communicator, class Step>
void share_errors(Communicator const& communicator, Step const& step) {
  static_assert((check_communicator<Communicator>(), true));
  detail::Failure failure;
  try {
    step();
  } catch (FailureOfRank const&) {
    throw;  // all know of it
  } catch (CommunicationError const&) {
    throw;  // nobody can be told
  } catch (...) {
    failure = detail::Failure::of_exception();
  }
  detail::agree(communicator, failure);
}

}  // namespace pyronn
