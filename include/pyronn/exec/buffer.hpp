// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Buffer: an array in the memory of an executor.
#include <cstddef>
#include <limits>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/traits.hpp>

namespace pyronn {

namespace detail {
/// Differences of addresses must not overflow.
inline constexpr auto max_allocation =
    static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max());
/// Where parts of one allocation begin: at multiples of this, which suit textures and vector units
/// [bytes].
inline constexpr std::size_t part_alignment = 512;
/// The bytes that a part takes up to where the next one may begin.
constexpr std::size_t aligned_bytes(std::size_t bytes) {
  return (bytes + (part_alignment - 1)) / part_alignment * part_alignment;
}
}  // namespace detail

/// An array in the memory of an executor, for callers that have no array class of their own: the
/// constructor allocates it and the destructor gives it back. The elements are not initialised. On
/// a stream both are stream-ordered and neither synchronises: the memory is given back once the
/// work queued before is done. The buffer holds a copy of the executor; what the executor refers to
/// (a stream, a DeviceMemoryResource) must outlive the buffer.
template <class T, class Executor>
class Buffer {
  static_assert((check_executor<Executor>(), true));

 public:
  /// Allocates `count` elements; a buffer of 0 elements takes no memory. Throws OutOfMemory, also
  /// for more elements than any memory has addresses for.
  Buffer(Executor const& executor, std::size_t count)
      : executor_{executor},
        data_{count == 0 ? nullptr : static_cast<T*>(executor.allocate(bytes_of(count)))},
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

  /// The first elements as an array of these extents. Throws InvalidArgument where the buffer has
  /// fewer elements.
  template <int Rank>
  [[nodiscard]] ArrayView<T, Rank> view(Extents<Rank> extents) const {
    detail::expects(static_cast<std::size_t>(extents.count()) <= count_, "Buffer: extents ",
                    extents, " need more than the ", count_, " elements there are");
    return {data_, extents};
  }

 private:
  static std::size_t bytes_of(std::size_t count) {
    if (count > detail::max_allocation / sizeof(T)) {
      throw OutOfMemory(detail::message("pyronn::Buffer: ", count, " elements of ", sizeof(T),
                                        " bytes are more than can be addressed"));
    }
    return count * sizeof(T);
  }

  Executor executor_;
  T* data_;
  std::size_t count_;
};

}  // namespace pyronn
