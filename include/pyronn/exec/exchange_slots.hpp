// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slots of messages: how what executors exchange gets between their memory and what moves it.
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/exec/backend.hpp>

namespace pyronn::detail {

/// A message to a rank, or from one: `planes` times `bytes`, a pitch apart.
template <class Byte>
struct PlanesOfRank {
  int rank;
  Byte* data;
  std::size_t pitch;  ///< from plane to plane [bytes]
  std::size_t bytes;  ///< of each plane
  std::size_t planes;
};
using SentPlanes = PlanesOfRank<std::byte const>;
using ReceivedPlanes = PlanesOfRank<std::byte>;

/// Of all messages in a list.
template <class Byte>
std::size_t bytes_of(std::vector<PlanesOfRank<Byte>> const& messages) {
  std::size_t sum = 0;
  for (auto const& message : messages) sum += message.bytes * message.planes;
  return sum;
}

/// Memory that moves to another place of the same executor's, in planes of equal pitches.
struct MovedPlanes {
  std::byte const* from;
  std::byte* to;
  std::size_t pitch;
  std::size_t bytes;
  std::size_t planes;
};

/// How much a slot's messages hold at most [bytes].
struct MessageBytes {
  std::size_t sent = 0;
  std::size_t received = 0;
};

/// Messages that are under way at the same time, each in a slot. `Mover` is the backend whose
/// memory is exchanged. Here both are the host's: messages are sent from where they are, and work
/// is done when a call returns.
template <class Backend, class Mover, class Executor>
class ExchangeSlots {
  static_assert(!std::is_same_v<Mover, CudaBackend>,
                "This communicator exchanges memory of CUDA devices: give it a CudaExecutor.");

 public:
  /// Whether messages are sent from where they are.
  static constexpr bool is_direct = true;

  template <class Communicator>
  ExchangeSlots(Executor const&, Communicator const&) {}

  /// Makes room for messages in that many slots.
  void reserve(int, MessageBytes const&) {}
  /// Messages of a slot where the communicator sends them from, or receives them.
  template <class Byte>
  [[nodiscard]] std::vector<PlanesOfRank<Byte>> within_reach(
      int, std::vector<PlanesOfRank<Byte>> const& messages) const {
    return messages;
  }

  /// @{
  /// The steps of an exchange, in order. Between `begin` and `begun` the communicator starts it, if
  /// it does not wait; between `await` and `take` it is run, if it was not queued.
  void begin(int, std::vector<SentPlanes> const&) {}
  void begun(int) {}
  void await(int) {}
  void take(int, std::vector<ReceivedPlanes> const&) {}
  /// @}

  /// Moves memory after the work so far.
  static void move(Executor const&, MovedPlanes const& moved) {
    for (std::size_t n = 0; n < moved.planes; ++n) {
      std::copy_n(moved.from + n * moved.pitch, moved.bytes, moved.to + n * moved.pitch);
    }
  }
};

}  // namespace pyronn::detail
