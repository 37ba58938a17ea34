// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arrays that a solver needs, one after another in one allocation, so that what they take is known
/// before anything is allocated.
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/buffer.hpp>

namespace pyronn::detail {

/// Where an array lies in its solver's memory.
template <class T, int Rank>
struct Slot {
  std::size_t offset;
  Extents<Rank> extents;

  [[nodiscard]] ArrayView<T, Rank> in(std::byte* memory) const {
    return {reinterpret_cast<T*>(memory + offset), extents};
  }
};

/// Hands out slots of memory that begins at a multiple of part_alignment.
class ArrayLayout {
 public:
  template <class T, int Rank>
  Slot<T, Rank> add(Extents<Rank> const& extents) {
    auto const count = static_cast<std::size_t>(extents.count());
    if (count > (max_allocation - bytes_ - part_alignment) / sizeof(T)) {
      throw OutOfMemory(message("pyronn: arrays of extents ", extents,
                                " are more than a solver's memory can be"));
    }
    Slot<T, Rank> const slot{bytes_, extents};
    bytes_ += aligned_bytes(count * sizeof(T));
    return slot;
  }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

}  // namespace pyronn::detail
