// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slots: memory of an executor through which blocks of a host's arrays pass.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// How many blocks there is room for at a time, of at most how many planes, of so many rows.
struct SlotShape {
  int slots;
  int planes;
  int rows;

  /// Whether blocks of another shape have room in them.
  [[nodiscard]] bool holds(SlotShape const& other) const {
    return slots >= other.slots && planes >= other.planes && rows >= other.rows;
  }
};

/// Elements of a slot of an array of these extents.
inline std::size_t slot_count(Extents<3> const& extents, SlotShape shape) {
  return row_count(extents) * static_cast<std::size_t>(shape.rows) *
         static_cast<std::size_t>(shape.planes);
}

/// Where blocks of an input come to. A thread of its own fills slots, in turn; the caller's takes
/// them and gives them back. Where executors work in the host's memory an array is read in place.
///
/// Slots hold whole planes, of which a block's rows are filled, where they lie in the whole: what
/// is elsewhere in them is finite and not to be used.
template <class Backend, class Executor, class T>
class InputSlots {
 public:
  /// Whether the executor's memory is the host's.
  static constexpr bool is_in_host_memory = true;
  /// Of the executor's memory [bytes].
  static std::size_t memory_bytes(HostInput<T> const& input, SlotShape shape) {
    return input.is_in_memory() ? 0
                                : slot_count(input.extents(), shape) * sizeof(T) * slots_of(shape);
  }
  /// Of the host's beside that [bytes], at most `limit`.
  static std::size_t staging_bytes(HostInput<T> const& input, SlotShape shape, std::size_t) {
    return input.is_in_memory() ? 0 : slot_count(input.extents(), shape) * sizeof(T);
  }

  /// Allocates for inputs like this one.
  InputSlots(Executor const& executor, HostInput<T> const& input, SlotShape shape, std::size_t)
      : memory_{executor, memory_bytes(input, shape) / sizeof(T)},
        block_(input.is_in_memory() ? 0 : slot_count(input.extents(), shape)),
        slot_count_{slot_count(input.extents(), shape)} {
    std::fill_n(memory_.data(), memory_.size(), T{});
  }

  /// From here on blocks are those of this input, which must outlive them.
  void begin(HostInput<T> const& input) { input_ = &input; }
  /// Brings a block to a slot that was given back, or queues it.
  void fill(int slot, HostBlock const& block) {
    if (input_->is_in_memory()) return;
    input_->read(block, block_.data());
    std::size_t const row = row_count(input_->extents());
    std::size_t const rows = row * static_cast<std::size_t>(block.num_rows);
    T* to = slot_data(slot) + row * static_cast<std::size_t>(block.first_row);
    for (int plane = 0; plane < block.num_planes; ++plane) {
      std::copy_n(block_.data() + static_cast<std::size_t>(plane) * rows, rows, to);
      to += plane_count(input_->extents());
    }
  }
  /// The planes of a slot that was filled with this block, for work that is queued from now on.
  ArrayView<T const, 3> take(int slot, HostBlock const& block) {
    if (input_->is_in_memory()) return input_->array().slices(block.first_plane, block.num_planes);
    Extents<3> const whole = input_->extents();
    return {slot_data(slot), {whole[0], whole[1], block.num_planes}};
  }
  /// The work that reads the slot is queued.
  void give_back(int) {}
  /// Returns when nothing is under way.
  void wait() {}

 private:
  static std::size_t slots_of(SlotShape shape) { return static_cast<std::size_t>(shape.slots); }
  [[nodiscard]] T* slot_data(int slot) const {
    return memory_.data() + slot_count_ * static_cast<std::size_t>(slot);
  }

  Buffer<T, Executor> memory_;
  std::vector<T> block_;  ///< as the function reads it
  std::size_t slot_count_;
  HostInput<T> const* input_ = nullptr;
};

/// Where blocks of an output are made, without gaps. The caller's thread takes slots and says when
/// they are made; a thread of its own brings them, in turn, to the host.
template <class Backend, class Executor, class T>
class OutputSlots {
 public:
  /// Of the executor's memory [bytes].
  static std::size_t memory_bytes(HostOutput<T> const& output, SlotShape shape) {
    return output.is_in_memory() ? 0
                                 : slot_count(output.extents(), shape) * sizeof(T) *
                                       static_cast<std::size_t>(shape.slots);
  }
  /// Of the host's beside that [bytes], at most `limit`.
  static std::size_t staging_bytes(HostOutput<T> const&, SlotShape, std::size_t) { return 0; }

  /// Allocates for outputs like this one.
  OutputSlots(Executor const& executor, HostOutput<T> const& output, SlotShape shape, std::size_t)
      : memory_{executor, memory_bytes(output, shape) / sizeof(T)},
        slot_count_{slot_count(output.extents(), shape)} {}

  /// From here on blocks are those of this output, which must outlive them.
  void begin(HostOutput<T> const& output) { output_ = &output; }

  /// The planes of a slot that was brought to the host, for work that is queued from now on.
  ArrayView<T, 3> take(int slot, HostBlock const& block) {
    if (output_->is_in_memory()) {
      return output_->array().slices(block.first_plane, block.num_planes);
    }
    return {slot_data(slot), {output_->extents()[0], block.num_rows, block.num_planes}};
  }
  /// The work that writes the slot is queued.
  void made(int) {}
  /// Brings a slot that was made to the host, or queues it.
  void bring(int slot, HostBlock const& block) {
    if (!output_->is_in_memory()) output_->write(block, slot_data(slot));
  }
  /// Returns when nothing is under way.
  void wait() {}

 private:
  [[nodiscard]] T* slot_data(int slot) const {
    return memory_.data() + slot_count_ * static_cast<std::size_t>(slot);
  }

  Buffer<T, Executor> memory_;
  std::size_t slot_count_;
  HostOutput<T> const* output_ = nullptr;
};

/// Those of an executor's backend.
template <class Executor, class T>
using input_slots_t = InputSlots<backend_t<Executor>, Executor, T>;
template <class Executor, class T>
using output_slots_t = OutputSlots<backend_t<Executor>, Executor, T>;

}  // namespace pyronn::detail
