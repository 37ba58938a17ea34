// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NumPy's .npy files. pyronn runs on little-endian machines, and writes their order of bytes.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/npy_header.hpp>
#include <pyronn/io/number_type.hpp>

namespace pyronn {

/// An array read from a .npy file.
template <class T>
struct NpyArray {
  std::vector<std::int64_t> shape;  ///< as NumPy prints it, slowest axis first; empty: one number
  std::vector<T> data;              ///< in C order: the last axis of `shape` is the fastest
};

namespace detail {

template <class T>
inline constexpr bool is_npy_element_v =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::uint16_t> ||
    std::is_same_v<T, std::uint8_t>;

template <class T>
constexpr NumberType npy_type() {
  static_assert(is_npy_element_v<T>,
                "the elements of a .npy array are float, double, std::uint16_t or std::uint8_t");
  return number_type<T>();
}

/// Reads the elements of a file that stores `Stored`.
template <class Stored>
class NpyElements {
 public:
  NpyElements(std::filesystem::path const& path, std::ifstream& file, bool is_big_endian)
      : path_{path}, file_{file}, is_big_endian_{is_big_endian} {}

  void read(std::vector<Stored>& data) const { read(data.data(), data.size()); }

  /// Converts them.
  template <class T>
  void read(std::vector<T>& data) const {
    constexpr std::size_t most = 1 << 16;
    std::vector<Stored> chunk(std::min(most, data.size()));
    for (std::size_t done = 0; done < data.size(); done += chunk.size()) {
      chunk.resize(std::min(most, data.size() - done));
      read(chunk.data(), chunk.size());
      std::transform(chunk.begin(), chunk.end(), data.data() + done,
                     [](Stored value) { return static_cast<T>(value); });
    }
  }

 private:
  void read(Stored* data, std::size_t count) const {
    auto* const bytes = reinterpret_cast<char*>(data);
    errno = 0;
    if (!file_.read(bytes, static_cast<std::streamsize>(count * sizeof(Stored)))) {
      fail_file(path_, "cannot be read to its end: ", last_system_error());
    }
    if (is_big_endian_) swap_bytes(data, count, sizeof(Stored));
  }

  std::filesystem::path const& path_;
  std::ifstream& file_;
  bool is_big_endian_;
};

/// The elements, in C order, of an array that is stored with its first axis as the fastest.
template <class T>
std::vector<T> from_fortran_order(std::vector<T> const& stored,
                                  std::vector<std::int64_t> const& shape) {
  std::vector<T> result;
  result.reserve(stored.size());
  std::vector<std::int64_t> index(shape.size());
  std::int64_t offset = 0;
  while (result.size() < stored.size()) {
    result.push_back(stored[static_cast<std::size_t>(offset)]);
    auto stride = static_cast<std::int64_t>(stored.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      stride /= shape[axis];
      offset += stride;
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
      offset -= stride * shape[axis];
    }
  }
  return result;
}

/// The bytes of an array. Throws InvalidArgument for a shape that no array has, and for missing
/// data.
template <class T>
std::int64_t check_npy_write(T const* data, std::vector<std::int64_t> const& shape) {
  expects(shape.size() <= npy_most_axes, "write_npy: shape ", npy_shape_text(shape),
          " has more than the ", npy_most_axes, " axes that NumPy reads");
  for (std::int64_t const size : shape) {
    expects(size >= 0, "write_npy: shape ", npy_shape_text(shape), " has a negative size");
  }
  constexpr auto element_bytes = static_cast<std::int64_t>(sizeof(T));
  auto const count = npy_count(shape, std::numeric_limits<std::int64_t>::max() / element_bytes);
  expects(count.has_value(), "write_npy: shape ", npy_shape_text(shape),
          " has more elements than can be counted");
  expects(data != nullptr || *count == 0, "write_npy: no data for shape ", npy_shape_text(shape));
  return *count * element_bytes;
}

/// Magic, version 1.0, length and dictionary, padded so that the elements begin at a multiple of
/// 64 bytes.
inline std::string npy_header_text(NumberType type, std::vector<std::int64_t> const& shape) {
  constexpr std::size_t start_bytes = 10;
  constexpr std::size_t alignment = 64;
  std::string text = "{'descr': '";
  text += npy_descr(type);
  text += "', 'fortran_order': False, 'shape': " + npy_shape_text(shape) + ", }";
  std::size_t const unpadded = start_bytes + text.size() + 1;
  text.append((alignment - unpadded % alignment) % alignment, ' ');
  text += '\n';
  std::string start{"\x93NUMPY\x01\x00", 8};
  start += static_cast<char>(text.size() % 256);
  start += static_cast<char>(text.size() / 256);
  return start + text;
}

}  // namespace detail

/// Reads an array and converts its elements to T: float, double, std::uint16_t or std::uint8_t.
/// float and double are read from every NumberType, where float64 and long integers are rounded as
/// NumPy rounds them; unsigned integers are read from the same and from smaller unsigned integers,
/// all of them in either order of bytes. Throws FileError where
/// `read_npy_header` does, and where the stored type does not fit into T. Memory is taken only
/// after the file's size has been checked, twice the array's for a file in Fortran order.
template <class T>
[[nodiscard]] NpyArray<T> read_npy(std::filesystem::path const& path) {
  static_assert(detail::is_npy_element_v<T>,
                "pyronn::read_npy<T>: T is float, double, std::uint16_t or std::uint8_t");
  detail::NpyHeaderReader reader{path};
  NpyHeader const header = reader.read();
  auto const count = detail::npy_count(header.shape, std::numeric_limits<std::int64_t>::max());
  NpyArray<T> array{header.shape, std::vector<T>(static_cast<std::size_t>(count.value()))};
  visit_number_type(header.type, [&](auto stored) {
    using Stored = decltype(stored);
    if constexpr (detail::reads_as_v<Stored, T>) {
      detail::NpyElements<Stored>{path, reader.file(), header.is_big_endian}.read(array.data);
    } else {
      detail::fail_file(path, "holds ", name_of(header.type), ", which does not fit into ",
                        name_of(detail::npy_type<T>()));
    }
  });
  if (header.is_fortran_order) array.data = detail::from_fortran_order(array.data, header.shape);
  return array;
}

/// Writes the elements at `data` (host memory, C order) as an array of the given shape, slowest
/// axis first. T is float, double, std::uint16_t or std::uint8_t. The file appears whole or not at
/// all. Throws InvalidArgument for a shape that no array has and FileError where AtomicFile does.
template <class T>
void write_npy(std::filesystem::path const& path, T const* data,
               std::vector<std::int64_t> const& shape) {
  static_assert(detail::is_npy_element_v<T>,
                "pyronn::write_npy: elements are float, double, std::uint16_t or std::uint8_t");
  std::int64_t const bytes = detail::check_npy_write(data, shape);
  std::string const header = detail::npy_header_text(detail::npy_type<T>(), shape);
  AtomicFile file{path};
  file.write(header.data(), static_cast<std::int64_t>(header.size()));
  file.write(data, bytes);
  file.commit();
}

/// Writes a view of host memory; extents (x, y, z) become the NumPy shape (z, y, x).
template <class T, int Rank>
void write_npy(std::filesystem::path const& path, ArrayView<T, Rank> view) {
  std::vector<std::int64_t> shape;
  for (int axis = Rank - 1; axis >= 0; --axis) shape.push_back(view.extents[axis]);
  write_npy(path, static_cast<std::remove_const_t<T> const*>(view.data), shape);
}

}  // namespace pyronn
