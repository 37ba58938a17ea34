// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slots of messages of a device's memory, which are exchanged beside its work.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <optional>
#include <vector>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/event.cuh>
#include <pyronn/backend/cuda/detail/stream/copy_stream.cuh>
#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/backend/cuda/page_locked_memory.cuh>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/exchange_slots.hpp>

namespace pyronn::detail {

template <class Executor>
void move_on_device(Executor const& executor, MovedPlanes const& moved) {
  PlaneCopy const copy{moved.to, moved.pitch, moved.from, moved.pitch, moved.bytes, moved.planes};
  copy.queue(cudaMemcpyDeviceToDevice, executor.stream());
}

/// Communicators that queue messages of devices on a stream of their own.
template <class Executor>
class ExchangeSlots<CudaBackend, CudaBackend, Executor> {
 public:
  static constexpr bool is_direct = true;

  template <class Communicator>
  ExchangeSlots(Executor const& executor, Communicator const& communicator)
      : executor_{executor}, stream_{communicator.stream()}, arrived_(2) {}

  void reserve(int, MessageBytes const&) {}
  template <class Byte>
  [[nodiscard]] std::vector<PlanesOfRank<Byte>> within_reach(
      int, std::vector<PlanesOfRank<Byte>> const& messages) const {
    return messages;
  }

  void begin(int, std::vector<SentPlanes> const&) {
    made_.record(executor_.stream());
    made_.hold(stream_);
  }
  void begun(int slot) { arrived_[static_cast<std::size_t>(slot)].record(stream_); }
  void await(int) {}
  void take(int slot, std::vector<ReceivedPlanes> const&) {
    arrived_[static_cast<std::size_t>(slot)].hold(executor_.stream());
  }
  static void move(Executor const& executor, MovedPlanes const& moved) {
    detail::move_on_device(executor, moved);
  }

 private:
  Executor executor_;
  cudaStream_t stream_;
  Event made_;
  std::vector<Event> arrived_;
};

/// Communicators of the host: messages pass through page-locked memory. While the host exchanges
/// some, the device works on others.
template <class Mover, class Executor>
class ExchangeSlots<CudaBackend, Mover, Executor> {
 public:
  static constexpr bool is_direct = false;

  template <class Communicator>
  ExchangeSlots(Executor const& executor, Communicator const&) : executor_{executor}, slots_(2) {}

  void reserve(int slots, MessageBytes const& bytes) {
    for (std::size_t n = 0; n < static_cast<std::size_t>(slots); ++n) {
      hold(slots_[n].sent, bytes.sent);
      hold(slots_[n].received, bytes.received);
    }
  }
  [[nodiscard]] std::vector<SentPlanes> within_reach(
      int slot, std::vector<SentPlanes> const& messages) const {
    return staged(messages, at(slot).sent.data());
  }
  [[nodiscard]] std::vector<ReceivedPlanes> within_reach(
      int slot, std::vector<ReceivedPlanes> const& messages) const {
    return staged(messages, at(slot).received.data());
  }

  /// To the host, after the work so far.
  void begin(int number, std::vector<SentPlanes> const& messages) {
    Slot& slot = at(number);
    slot.made.record(executor_.stream());
    slot.made.hold(stream_.get());
    auto const to = staged(messages, slot.sent.data());
    for (std::size_t n = 0; n < messages.size(); ++n) {
      PlaneCopy const copy{const_cast<std::byte*>(to[n].data),
                           to[n].pitch,
                           messages[n].data,
                           messages[n].pitch,
                           messages[n].bytes,
                           messages[n].planes};
      copy.queue(cudaMemcpyDeviceToHost, stream_.get());
    }
    slot.on_host.record(stream_.get());
  }
  void begun(int) {}
  /// What is sent has come to the host, and what was received before has left it.
  void await(int number) {
    at(number).on_host.wait();
    at(number).on_device.wait();
  }
  /// To the device, beside work that was queued after `begin`.
  void take(int number, std::vector<ReceivedPlanes> const& messages) {
    Slot& slot = at(number);
    slot.made.hold(stream_.get());
    auto const from = staged(messages, slot.received.data());
    for (std::size_t n = 0; n < messages.size(); ++n) {
      PlaneCopy const copy{messages[n].data, messages[n].pitch, from[n].data,
                           from[n].pitch,    messages[n].bytes, messages[n].planes};
      copy.queue(cudaMemcpyHostToDevice, stream_.get());
    }
    slot.on_device.record(stream_.get());
    slot.on_device.hold(executor_.stream());
  }
  static void move(Executor const& executor, MovedPlanes const& moved) {
    detail::move_on_device(executor, moved);
  }

 private:
  struct Room {
    std::optional<PageLockedMemory> memory;

    [[nodiscard]] std::byte* data() const {
      return memory ? static_cast<std::byte*>(memory->data()) : nullptr;
    }
  };
  struct Slot {
    Room sent;
    Room received;
    Event made;
    Event on_host;
    Event on_device;
  };

  void hold(Room& room, std::size_t bytes) {
    if (bytes == 0 || (room.memory && room.memory->bytes() >= bytes)) return;
    stream_.wait();  // for copies of calls before
    room.memory.reset();
    room.memory.emplace(bytes);
  }
  [[nodiscard]] Slot& at(int slot) { return slots_[static_cast<std::size_t>(slot)]; }
  [[nodiscard]] Slot const& at(int slot) const { return slots_[static_cast<std::size_t>(slot)]; }

  /// One after another without gaps.
  template <class Byte>
  static std::vector<PlanesOfRank<Byte>> staged(std::vector<PlanesOfRank<Byte>> messages,
                                                std::byte* memory) {
    for (auto& message : messages) {
      message.data = memory;
      message.pitch = message.bytes;
      memory += message.bytes * message.planes;
    }
    return messages;
  }

  Executor executor_;
  std::vector<Slot> slots_;
  CopyStream stream_;  // last: it waits before memory goes
};

}  // namespace pyronn::detail
