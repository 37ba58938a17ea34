// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arrays of the host that a call reads and writes in blocks: in memory, or through functions.
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>

namespace pyronn {

/// Some rows of some planes of an array of three axes: a plane is a view of projections (u, v,
/// view) or a slice of a volume (x, y, z).
struct HostBlock {
  int first_plane;  ///< from 0
  int num_planes;   ///< at least 1
  int first_row;    ///< from 0
  int num_rows;     ///< of each plane, at least 1

  /// Blocks are equal where they are the same planes and rows.
  friend bool operator==(HostBlock const& a, HostBlock const& b) {
    return a.first_plane == b.first_plane && a.num_planes == b.num_planes &&
           a.first_row == b.first_row && a.num_rows == b.num_rows;
  }
};

/// An array of the host's memory that is read: an ArrayView, pinned, pageable or mapped from a
/// file, or a function that reads blocks of it from wherever they are. What it refers to must
/// outlive it.
template <class T>
class HostInput {
  static_assert(!std::is_const_v<T>, "HostInput<float>, not HostInput<float const>.");

 public:
  /// Writes a block to `out`, plane after plane without gaps. Called from one thread at a time,
  /// mostly another than that of the call; what it throws ends the call.
  using Read = std::function<void(HostBlock const& block, T* out)>;

  /// In memory.
  HostInput(ArrayView<T const, 3> array) : extents_{array.extents}, data_{array.data} {}
  /// In memory.
  HostInput(ArrayView<T, 3> array) : HostInput{detail::read_only(array)} {}
  /// Of these extents, from a function, which itself takes so much of the host's memory [bytes].
  /// Throws InvalidArgument for an empty one.
  HostInput(Extents<3> extents, Read read, std::size_t host_bytes = 0)
      : extents_{extents}, read_{std::move(read)}, host_bytes_{host_bytes} {
    detail::expects(read_ != nullptr, "HostInput: the function that reads blocks is empty");
  }

  /// The sizes.
  [[nodiscard]] Extents<3> extents() const { return extents_; }
  /// The array in memory; its data are null where a function reads it.
  [[nodiscard]] ArrayView<T const, 3> array() const { return {data_, extents_}; }
  /// Whether it lies in memory.
  [[nodiscard]] bool is_in_memory() const { return !read_; }
  /// What the function takes of the host's memory, within the limits of a call [bytes].
  [[nodiscard]] std::size_t host_bytes() const { return host_bytes_; }
  /// Calls the function.
  void read(HostBlock const& block, T* out) const { read_(block, out); }

 private:
  Extents<3> extents_;
  T const* data_ = nullptr;
  Read read_;
  std::size_t host_bytes_ = 0;
};

/// An array of the host's memory that is written: an ArrayView, or a function that takes it block
/// after block. What it refers to must outlive it.
template <class T>
class HostOutput {
  static_assert(!std::is_const_v<T>, "An output is written.");

 public:
  /// Takes a block, whose planes lie one after another without gaps and are there until it returns.
  /// Blocks of a volume are whole slices and come in order; those of projections may be some rows
  /// of some views. Called from one thread at a time, mostly another than that of the call; what it
  /// throws ends the call.
  using Write = std::function<void(HostBlock const& block, T const* values)>;

  /// In memory.
  HostOutput(ArrayView<T, 3> array) : extents_{array.extents}, data_{array.data} {}
  /// Of these extents, to a function, which itself takes so much of the host's memory [bytes].
  /// Throws InvalidArgument for an empty one.
  HostOutput(Extents<3> extents, Write write, std::size_t host_bytes = 0)
      : extents_{extents}, write_{std::move(write)}, host_bytes_{host_bytes} {
    detail::expects(write_ != nullptr, "HostOutput: the function that takes blocks is empty");
  }

  /// The sizes.
  [[nodiscard]] Extents<3> extents() const { return extents_; }
  /// The array in memory; its data are null where a function takes it.
  [[nodiscard]] ArrayView<T, 3> array() const { return {data_, extents_}; }
  /// Whether it lies in memory.
  [[nodiscard]] bool is_in_memory() const { return !write_; }
  /// What the function takes of the host's memory, within the limits of a call [bytes].
  [[nodiscard]] std::size_t host_bytes() const { return host_bytes_; }
  /// Calls the function.
  void write(HostBlock const& block, T const* values) const { write_(block, values); }

 private:
  Extents<3> extents_;
  T* data_ = nullptr;
  Write write_;
  std::size_t host_bytes_ = 0;
};

namespace detail {

/// Elements of a row, of a plane.
inline std::size_t row_count(Extents<3> const& extents) {
  return static_cast<std::size_t>(extents[0]);
}
inline std::size_t plane_count(Extents<3> const& extents) {
  return static_cast<std::size_t>(extents[0]) * static_cast<std::size_t>(extents[1]);
}

}  // namespace detail

}  // namespace pyronn
