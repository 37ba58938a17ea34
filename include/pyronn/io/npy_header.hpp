// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The header of NumPy's .npy files.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/npy_dictionary.hpp>
#include <pyronn/io/number_type.hpp>

namespace pyronn {

/// The type and shape of the array in a .npy file, and where its elements begin.
struct NpyHeader {
  NumberType type;                  ///< the type of every element
  std::vector<std::int64_t> shape;  ///< as NumPy prints it, slowest axis first; empty: one number
  std::streamoff data_offset;       ///< where the first element begins [bytes]
  bool is_fortran_order = false;    ///< the first axis of `shape` is the fastest in the file
  bool is_big_endian = false;       ///< the bytes of each element are in the other order
};

namespace detail {

/// What NumPy calls the numbers of a type, little-endian.
constexpr char const* npy_descr(NumberType type) {
  constexpr char const* names[] = {"|u1", "<u2", "<u4", "<u8", "|i1", "<i2",
                                   "<i4", "<i8", "<f2", "<f4", "<f8"};
  return names[static_cast<int>(type)];
}

inline std::string npy_shape_text(std::vector<std::int64_t> const& shape) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    text += (axis > 0 ? ", " : "") + std::to_string(shape[axis]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

/// The number of elements of a shape without negative sizes; nothing if there are more than
/// `limit`.
inline std::optional<std::int64_t> npy_count(std::vector<std::int64_t> const& shape,
                                             std::int64_t limit) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::int64_t count = 1;
  for (std::int64_t const size : shape) {
    if (count > limit / size) return std::nullopt;
    count *= size;
  }
  if (count > limit) return std::nullopt;
  return count;
}

/// The order of bytes comes first, which single bytes may have, too. Booleans are bytes of 0 and 1.
inline NumberType parse_npy_type(std::filesystem::path const& path, std::string const& descr) {
  if (descr == "|b1") return NumberType::uint8;
  for (int number = 0; number <= static_cast<int>(NumberType::float64); ++number) {
    auto const type = static_cast<NumberType>(number);
    bool const is_ordered =
        descr[0] == '<' || descr[0] == '>' || (descr[0] == '|' && bytes_of(type) == 1);
    if (is_ordered && descr.substr(1) == npy_descr(type) + 1) return type;
  }
  fail_file(
      path, "holds elements of type '", printable(descr),
      "'; pyronn reads integers, booleans, float16, float32 and float64; convert it in NumPy, for "
      "example with array.astype('float32')");
}

/// Throws unless the elements take exactly the bytes that the file holds behind its header.
inline void check_npy_size(std::filesystem::path const& path, NpyHeader const& header,
                           std::int64_t held_bytes) {
  int const bytes = bytes_of(header.type);
  auto const count = npy_count(header.shape, held_bytes / bytes);
  if (count && *count * bytes == held_bytes) return;
  double needed_bytes = bytes;
  for (std::int64_t const size : header.shape) needed_bytes *= static_cast<double>(size);
  fail_file(path, "its shape ", npy_shape_text(header.shape), " of ", name_of(header.type),
            " needs ", count ? static_cast<double>(*count * bytes) : needed_bytes,
            " bytes of data, but the file holds ", held_bytes);
}

/// Reads the header of a .npy file, and checks that its sizes fit the file's size.
class NpyHeaderReader {
 public:
  explicit NpyHeaderReader(std::filesystem::path const& path) : path_{path} {
    std::error_code error;
    auto const bytes = std::filesystem::file_size(path, error);
    if (error) fail_file(path, "cannot be read: ", error.message());
    bytes_left_ = static_cast<std::int64_t>(bytes);
    errno = 0;
    file_.open(path, std::ios::binary);
    if (!file_) fail_file(path, "cannot be opened: ", last_system_error());
  }

  [[nodiscard]] NpyHeader read() {
    std::string const start = read_bytes(8);
    if (start.substr(0, 6) != "\x93NUMPY") fail_file(path_, "is not a .npy file");
    auto const major = static_cast<unsigned char>(start[6]);
    auto const minor = static_cast<unsigned char>(start[7]);
    if (major < 1 || major > 3 || minor != 0) {
      fail_file(path_, "has .npy format version ", int{major}, ".", int{minor},
                "; pyronn reads 1.0, 2.0 and 3.0");
    }
    std::string const text = read_bytes(read_length(major == 1 ? 2 : 4));
    NpyDictionary const dictionary = NpyDictionaryParser{path_, text}.parse();
    NpyHeader header{parse_npy_type(path_, dictionary.descr), dictionary.shape, file_.tellg(),
                     dictionary.fortran_order, dictionary.descr[0] == '>'};
    check_npy_size(path_, header, bytes_left_);
    return header;
  }

  /// The file, positioned at the first element once the header is read.
  [[nodiscard]] std::ifstream& file() { return file_; }

 private:
  std::string read_bytes(std::int64_t bytes) {
    if (bytes > bytes_left_) {
      fail_file(path_, "ends within its .npy header, or is not a .npy file");
    }
    std::string text(static_cast<std::size_t>(bytes), '\0');
    if (!file_.read(text.data(), bytes)) fail_file(path_, "cannot be read");
    bytes_left_ -= bytes;
    return text;
  }

  /// Reads the length of the header, a little-endian number. Headers of arrays of numbers are never
  /// longer than 65535 bytes.
  std::int64_t read_length(int bytes) {
    constexpr std::int64_t limit = 65535;
    std::string const digits = read_bytes(bytes);
    std::int64_t length = 0;
    for (int i = bytes - 1; i >= 0; --i) {
      length = length * 256 + static_cast<unsigned char>(digits[static_cast<std::size_t>(i)]);
    }
    if (length > limit) fail_file(path_, "has an overlong .npy header of ", length, " bytes");
    return length;
  }

  std::filesystem::path const& path_;
  std::ifstream file_;
  std::int64_t bytes_left_ = 0;
};

}  // namespace detail

/// Reads the header of a .npy file (format 1.0, 2.0 or 3.0). Throws FileError unless the file holds
/// an array of a NumberType, in C or Fortran order and of either order of bytes, that fills the
/// file exactly.
[[nodiscard]] inline NpyHeader read_npy_header(std::filesystem::path const& path) {
  return detail::NpyHeaderReader{path}.read();
}

}  // namespace pyronn
