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

namespace pyronn {

/// The element types of a .npy file that pyronn reads. It writes uint8, uint16, float32 and
/// float64.
enum class NpyType {
  uint8,
  uint16,
  float32,
  float64,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  float16
};

/// The type and shape of the array in a .npy file, and where its elements begin.
struct NpyHeader {
  NpyType type;                     ///< the type of every element
  std::vector<std::int64_t> shape;  ///< as NumPy prints it, slowest axis first; empty: one number
  std::streamoff data_offset;       ///< where the first element begins [bytes]
  bool is_fortran_order = false;    ///< the first axis of `shape` is the fastest in the file
  bool is_big_endian = false;       ///< the bytes of each element are in the other order
};

namespace detail {

struct NpyTypeInfo {
  char const* descr;
  char const* name;
  int bytes;
};

inline constexpr NpyTypeInfo npy_types[] = {
    {"|u1", "uint8", 1},  {"<u2", "uint16", 2}, {"<f4", "float32", 4}, {"<f8", "float64", 8},
    {"<u4", "uint32", 4}, {"<u8", "uint64", 8}, {"|i1", "int8", 1},    {"<i2", "int16", 2},
    {"<i4", "int32", 4},  {"<i8", "int64", 8},  {"<f2", "float16", 2}};

constexpr NpyTypeInfo const& npy_info(NpyType type) { return npy_types[static_cast<int>(type)]; }

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

/// The order of bytes comes first, which single bytes may have, too.
inline NpyType parse_npy_type(std::filesystem::path const& path, std::string const& descr) {
  int number = 0;
  for (NpyTypeInfo const& info : npy_types) {
    bool const is_ordered =
        descr[0] == '<' || descr[0] == '>' || (descr[0] == '|' && info.bytes == 1);
    if (is_ordered && descr.substr(1) == info.descr + 1) return static_cast<NpyType>(number);
    ++number;
  }
  fail_file(path, "holds elements of type '", printable(descr),
            "'; pyronn reads integers, float16, float32 and float64; convert it in NumPy, for "
            "example with array.astype('float32')");
}

/// Throws unless the elements take exactly the bytes that the file holds behind its header.
inline void check_npy_size(std::filesystem::path const& path, NpyHeader const& header,
                           std::int64_t held_bytes) {
  NpyTypeInfo const& type = npy_info(header.type);
  auto const count = npy_count(header.shape, held_bytes / type.bytes);
  if (count && *count * type.bytes == held_bytes) return;
  double needed_bytes = type.bytes;
  for (std::int64_t const size : header.shape) needed_bytes *= static_cast<double>(size);
  fail_file(path, "its shape ", npy_shape_text(header.shape), " of ", type.name, " needs ",
            count ? static_cast<double>(*count * type.bytes) : needed_bytes,
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
/// an array of a NpyType, in C or Fortran order and of either order of bytes, that fills the file
/// exactly.
[[nodiscard]] inline NpyHeader read_npy_header(std::filesystem::path const& path) {
  return detail::NpyHeaderReader{path}.read();
}

}  // namespace pyronn
