// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slots in the memory of a device.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <optional>
#include <type_traits>
#include <vector>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/event.cuh>
#include <pyronn/backend/cuda/detail/stream/copy_stream.cuh>
#include <pyronn/backend/cuda/detail/stream/staging.cuh>
#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/block_slots.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// What slots of a device know of the array that passes through them.
template <class T>
struct SlotSizes {
  explicit SlotSizes(Extents<3> const& extents)
      : row_bytes{row_count(extents) * sizeof(T)}, plane_bytes{plane_count(extents) * sizeof(T)} {}

  [[nodiscard]] std::size_t slot_bytes(SlotShape shape) const {
    return row_bytes * static_cast<std::size_t>(shape.rows) *
           static_cast<std::size_t>(shape.planes);
  }
  [[nodiscard]] std::size_t bytes(SlotShape shape) const {
    return slot_bytes(shape) * static_cast<std::size_t>(shape.slots);
  }
  [[nodiscard]] std::size_t piece_bytes(SlotShape shape, std::size_t limit) const {
    return Staging::piece_bytes(row_bytes, slot_bytes(shape), limit);
  }
  /// Of rows of a plane.
  [[nodiscard]] std::size_t rows_bytes(HostBlock const& block) const {
    return row_bytes * static_cast<std::size_t>(block.num_rows);
  }
  /// From the first element of an array that begins with plane `first`.
  [[nodiscard]] std::size_t offset(HostBlock const& block, int first) const {
    return plane_bytes * static_cast<std::size_t>(block.first_plane - first) +
           row_bytes * static_cast<std::size_t>(block.first_row);
  }

  std::size_t row_bytes;
  std::size_t plane_bytes;
};

/// Whether an array of the host must pass through staging.
template <class Array>
bool is_staged(Array const& array) {
  using T = std::remove_pointer_t<decltype(array.array().data)>;
  return !array.is_in_memory() ||
         !is_page_locked(array.array().data,
                         static_cast<std::size_t>(array.extents().count()) * sizeof(T));
}

template <class Executor, class T>
class InputSlots<CudaBackend, Executor, T> {
 public:
  static constexpr bool is_in_host_memory = false;
  static std::size_t memory_bytes(HostInput<T> const& input, SlotShape shape) {
    return SlotSizes<T>{input.extents()}.bytes(shape);
  }
  static std::size_t staging_bytes(HostInput<T> const& input, SlotShape shape, std::size_t limit) {
    if (!is_staged(input)) return 0;
    return SlotSizes<T>{input.extents()}.piece_bytes(shape, limit) * Staging::pieces;
  }

  InputSlots(Executor const& executor, HostInput<T> const& input, SlotShape shape,
             std::size_t staging_limit)
      : executor_{executor},
        sizes_{input.extents()},
        slot_bytes_{sizes_.slot_bytes(shape)},
        memory_{executor, sizes_.bytes(shape)},
        filled_(static_cast<std::size_t>(shape.slots)),
        free_(static_cast<std::size_t>(shape.slots)) {
    if (is_staged(input)) staging_.emplace(sizes_.piece_bytes(shape, staging_limit));
    check_cuda(cudaMemsetAsync(memory_.data(), 0, memory_.size(), executor_.stream()),
               "cudaMemsetAsync");
    for (Event& event : free_) event.record(executor_.stream());
  }

  void begin(HostInput<T> const& input) { input_ = &input; }

  void fill(int slot, HostBlock const& block) {
    stream_.set_device();
    free_[index(slot)].hold(stream_.get());
    if (staging_.has_value()) {
      for (HostBlock const& piece : pieces_of(block, sizes_.row_bytes, staging_->piece_bytes())) {
        fill_from_staging(slot, block, piece);
      }
    } else {
      upload(slot, block, block, in_array(block), sizes_.plane_bytes);
    }
    filled_[index(slot)].record(stream_.get());
  }
  ArrayView<T const, 3> take(int slot, HostBlock const& block) {
    filled_[index(slot)].hold(executor_.stream());
    Extents<3> const whole = input_->extents();
    return {static_cast<T const*>(static_cast<void const*>(slot_data(slot))),
            {whole[0], whole[1], block.num_planes}};
  }
  void give_back(int slot) { free_[index(slot)].record(executor_.stream()); }
  void wait() {
    stream_.wait();
    check_cuda(cudaStreamSynchronize(executor_.stream()), "cudaStreamSynchronize");
  }

 private:
  static std::size_t index(int slot) { return static_cast<std::size_t>(slot); }
  [[nodiscard]] std::byte* slot_data(int slot) const {
    return memory_.data() + slot_bytes_ * index(slot);
  }
  [[nodiscard]] void const* in_array(HostBlock const& block) const {
    return reinterpret_cast<std::byte const*>(input_->array().data) + sizes_.offset(block, 0);
  }

  void upload(int slot, HostBlock const& block, HostBlock const& piece, void const* from,
              std::size_t from_pitch) {
    PlaneCopy const copy{slot_data(slot) + sizes_.offset(piece, block.first_plane),
                         sizes_.plane_bytes,
                         from,
                         from_pitch,
                         sizes_.rows_bytes(piece),
                         static_cast<std::size_t>(piece.num_planes)};
    copy.queue(cudaMemcpyHostToDevice, stream_.get());
  }

  void fill_from_staging(int slot, HostBlock const& block, HostBlock const& piece) {
    std::size_t const n = next_piece_++;
    std::size_t const rows = sizes_.rows_bytes(piece);
    void* const staged = staging_->piece(n);
    staging_->copied(n).wait();
    if (input_->is_in_memory()) {
      copy_on_threads({staged, rows, in_array(piece), sizes_.plane_bytes, rows,
                       static_cast<std::size_t>(piece.num_planes)});
    } else {
      input_->read(piece, static_cast<T*>(staged));
    }
    upload(slot, block, piece, staged, rows);
    staging_->copied(n).record(stream_.get());
  }

  Executor executor_;
  SlotSizes<T> sizes_;
  std::size_t slot_bytes_;
  HostInput<T> const* input_ = nullptr;
  Buffer<std::byte, Executor> memory_;
  std::vector<Event> filled_;
  std::vector<Event> free_;
  std::optional<Staging> staging_;
  std::size_t next_piece_ = 0;
  CopyStream stream_;  // last: it waits before memory goes
};

template <class Executor, class T>
class OutputSlots<CudaBackend, Executor, T> {
 public:
  static std::size_t memory_bytes(HostOutput<T> const& output, SlotShape shape) {
    return SlotSizes<T>{output.extents()}.bytes(shape);
  }
  static std::size_t staging_bytes(HostOutput<T> const& output, SlotShape shape,
                                   std::size_t limit) {
    if (!is_staged(output)) return 0;
    SlotSizes<T> const sizes{output.extents()};
    return Staging::piece_bytes(unit_bytes(output, sizes), sizes.slot_bytes(shape), limit) *
           Staging::pieces;
  }

  OutputSlots(Executor const& executor, HostOutput<T> const& output, SlotShape shape,
              std::size_t staging_limit)
      : executor_{executor},
        sizes_{output.extents()},
        slot_bytes_{sizes_.slot_bytes(shape)},
        unit_bytes_{unit_bytes(output, sizes_)},
        memory_{executor, sizes_.bytes(shape)},
        made_(static_cast<std::size_t>(shape.slots)),
        brought_(static_cast<std::size_t>(shape.slots)) {
    if (is_staged(output)) {
      staging_.emplace(Staging::piece_bytes(unit_bytes_, slot_bytes_, staging_limit));
    }
  }

  void begin(HostOutput<T> const& output) { output_ = &output; }

  ArrayView<T, 3> take(int slot, HostBlock const& block) {
    brought_[index(slot)].hold(executor_.stream());
    return {static_cast<T*>(static_cast<void*>(slot_data(slot))),
            {output_->extents()[0], block.num_rows, block.num_planes}};
  }
  void made(int slot) { made_[index(slot)].record(executor_.stream()); }

  void bring(int slot, HostBlock const& block) {
    stream_.set_device();
    made_[index(slot)].hold(stream_.get());
    if (!staging_.has_value()) {
      download(slot, block, block, in_array(block), sizes_.plane_bytes);
    } else {
      bring_through_staging(slot, block);
    }
    brought_[index(slot)].record(stream_.get());
  }
  void wait() { stream_.wait(); }

 private:
  /// What pieces hold some of: functions are given whole planes of a block.
  static std::size_t unit_bytes(HostOutput<T> const& output, SlotSizes<T> const& sizes) {
    return output.is_in_memory() ? sizes.row_bytes : sizes.plane_bytes;
  }
  static std::size_t index(int slot) { return static_cast<std::size_t>(slot); }
  [[nodiscard]] std::byte* slot_data(int slot) const {
    return memory_.data() + slot_bytes_ * index(slot);
  }
  [[nodiscard]] void* in_array(HostBlock const& block) const {
    return reinterpret_cast<std::byte*>(output_->array().data) + sizes_.offset(block, 0);
  }

  /// A piece of a block, to planes that lie a pitch apart.
  void download(int slot, HostBlock const& block, HostBlock const& piece, void* to,
                std::size_t to_pitch) {
    std::size_t const from_pitch = sizes_.rows_bytes(block);
    std::size_t const offset =
        from_pitch * static_cast<std::size_t>(piece.first_plane - block.first_plane) +
        sizes_.row_bytes * static_cast<std::size_t>(piece.first_row - block.first_row);
    PlaneCopy const copy{to,
                         to_pitch,
                         slot_data(slot) + offset,
                         from_pitch,
                         sizes_.rows_bytes(piece),
                         static_cast<std::size_t>(piece.num_planes)};
    copy.queue(cudaMemcpyDeviceToHost, stream_.get());
  }

  /// While a piece is taken from staging, those after it come.
  void bring_through_staging(int slot, HostBlock const& block) {
    auto const pieces = pieces_of(block, sizes_.row_bytes, staging_->piece_bytes());
    std::size_t queued = 0;
    for (std::size_t n = 0; n < pieces.size(); ++n) {
      for (; queued < pieces.size() && queued < n + Staging::pieces; ++queued) {
        HostBlock const& piece = pieces[queued];
        download(slot, block, piece, staging_->piece(queued), sizes_.rows_bytes(piece));
        staging_->copied(queued).record(stream_.get());
      }
      staging_->copied(n).wait();
      hand_over(pieces[n], staging_->piece(n));
    }
  }
  void hand_over(HostBlock const& piece, void const* staged) {
    if (output_->is_in_memory()) {
      std::size_t const rows = sizes_.rows_bytes(piece);
      copy_on_threads({in_array(piece), sizes_.plane_bytes, staged, rows, rows,
                       static_cast<std::size_t>(piece.num_planes)});
    } else {
      output_->write(piece, static_cast<T const*>(staged));
    }
  }

  Executor executor_;
  SlotSizes<T> sizes_;
  std::size_t slot_bytes_;
  std::size_t unit_bytes_;
  HostOutput<T> const* output_ = nullptr;
  Buffer<std::byte, Executor> memory_;
  std::vector<Event> made_;
  std::vector<Event> brought_;
  std::optional<Staging> staging_;
  CopyStream stream_;  // last: it waits before memory goes
};

}  // namespace pyronn::detail
