// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/traits.hpp>

namespace pyronn {

/// Memory of an executor, given back when the buffer goes: an owner for those who have none.
/// Contents begin undefined. The executor's own rules of order apply (on a stream, both ends are
/// stream-ordered).
template <class T, class Executor>
class Buffer {
  static_assert((check_executor<Executor>(), true));

 public:
  /// `count` elements; none takes no memory. Throws OutOfMemory.
  Buffer(Executor const& executor, std::size_t count)
      : executor_{executor},
        data_{count == 0 ? nullptr : static_cast<T*>(executor.allocate(count * sizeof(T)))},
        count_{count} {}
  ~Buffer() {
    if (data_ != nullptr) executor_.deallocate(data_, count_ * sizeof(T));
  }
  /// Takes the memory over; `other` is left empty.
  Buffer(Buffer&& other) noexcept
      : executor_{other.executor_},
        data_{std::exchange(other.data_, nullptr)},
        count_{std::exchange(other.count_, 0)} {}
  /// Exchanges memory and executors.
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(executor_, other.executor_);
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
    return *this;
  }
  Buffer(Buffer const&) = delete;
  Buffer& operator=(Buffer const&) = delete;

  /// The first element, in the executor's memory; null where there is none.
  [[nodiscard]] T* data() const { return data_; }
  /// Number of elements.
  [[nodiscard]] std::size_t size() const { return count_; }

  /// The first elements as an array of these extents, which the buffer must be able to hold.
  template <int Rank>
  [[nodiscard]] ArrayView<T, Rank> view(Extents<Rank> extents) const {
    detail::expects(static_cast<std::size_t>(extents.count()) <= count_, "Buffer: extents ",
                    extents, " need more than the ", count_, " elements there are");
    return {data_, extents};
  }

 private:
  Executor executor_;
  T* data_;
  std::size_t count_;
};

}  // namespace pyronn
