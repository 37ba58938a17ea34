// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RankLink: the messages of a call, exchanged while a rank works.
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/failure.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/exchange_slots.hpp>

namespace pyronn::detail {

/// The backend whose memory a communicator exchanges.
template <class Communicator, bool Names = is_detected_v<NamedBackend, Communicator>>
struct MoverOf {
  using Type = CpuBackend;
};
template <class Communicator>
struct MoverOf<Communicator, true> {
  using Type = typename Communicator::Backend;
};

/// Exchanges of one call, by their numbers, which follow one another. Between the begin of one and
/// its arrival others may be begun and work be done, as many as there are slots: what they bring
/// must be at places of its own. Failures of this rank alone are kept, and the messages sent all
/// the same, as others wait for them.
template <class Executor, class Communicator>
class RankLink {
  using Mover = typename MoverOf<Communicator>::Type;
  using Slots = ExchangeSlots<backend_t<Executor>, Mover, Executor>;
  using Exchange = ExchangeOf<Communicator>;
  static constexpr bool is_queued = std::is_same_v<Mover, CudaBackend>;
  static constexpr bool starts = Slots::is_direct && is_detected_v<StartOf, Exchange>;

 public:
  /// Whether messages can be captured into a graph, as work can.
  static constexpr bool can_be_captured = is_detected_v<CanBeCaptured, Communicator>;
  /// How many exchanges are under way at most.
  static constexpr int slots = starts || !Slots::is_direct ? 2 : 1;

  RankLink(Executor const& executor, Communicator const& communicator)
      : executor_{executor}, communicator_{communicator}, slots_{executor, communicator} {}

  /// What is going to be exchanged. Throws whatever may fail.
  void prepare(std::vector<Messages> messages) {
    exchanges_.clear();
    messages_ = std::move(messages);
    MessageBytes most;
    for (Messages const& some : messages_) {
      most.sent = std::max(most.sent, bytes_of(some.sent));
      most.received = std::max(most.received, bytes_of(some.received));
    }
    slots_.reserve(slots, most);
    for (std::size_t n = 0; n < messages_.size(); ++n) {
      auto const sent = slots_.within_reach(slot(n), messages_[n].sent);
      auto const received = slots_.within_reach(slot(n), messages_[n].received);
      exchanges_.push_back(communicator_.exchange(plane_by_plane<SentBytes>(sent),
                                                  plane_by_plane<ReceivedBytes>(received)));
    }
  }

  /// What is sent is made by work so far, and what is received is not used by it any more.
  void begin(std::size_t n, LateFailure& failure) {
    failure.guard([&] { slots_.begin(slot(n), messages_[n].sent); });
    if constexpr (starts) failure.keep([&] { exchanges_[n].start(); });
    failure.guard([&] { slots_.begun(slot(n)); });
  }
  /// What comes is there for the work from here on.
  void await(std::size_t n, LateFailure& failure) {
    failure.guard([&] { slots_.await(slot(n)); });
    if constexpr (!is_queued) failure.keep([&] { exchanges_[n].run(); });
    failure.guard([&] {
      slots_.take(slot(n), messages_[n].received);
      for (MovedPlanes const& moved : messages_[n].moved) Slots::move(executor_, moved);
    });
  }

 private:
  static int slot(std::size_t n) { return static_cast<int>(n % static_cast<std::size_t>(slots)); }

  /// A message a plane, however a rank holds them.
  template <class Message, class Byte>
  static std::vector<Message> plane_by_plane(std::vector<PlanesOfRank<Byte>> const& messages) {
    std::vector<Message> result;
    for (auto const& message : messages) {
      for (std::size_t n = 0; n < message.planes; ++n) {
        result.push_back({message.rank, message.data + n * message.pitch, message.bytes});
      }
    }
    return result;
  }

  Executor executor_;
  Communicator communicator_;
  std::vector<Messages> messages_;
  std::vector<Exchange> exchanges_;
  Slots slots_;  // last: it waits for messages before anything goes
};

}  // namespace pyronn::detail
