// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The header of MetaImage files (.mha, .mhd): https://itk.org/Wiki/ITK/MetaIO/Documentation
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/io/detail/metaimage_keys.hpp>
#include <pyronn/io/detail/metaimage_names.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/io/readable_file.hpp>

namespace pyronn {

/// What a MetaImage file says of its elements: their type, where they lie in files and in the
/// world. The centre of element (i, j, k) is at origin + i spacing[0] axes[0] + j spacing[1]
/// axes[1] + k spacing[2] axes[2].
struct MetaImageHeader {
  Extents<3> size{};       ///< columns, rows, slices; an image of two dimensions is one slice
  NumberType type{};       ///< of every element
  Vec3d spacing{1, 1, 1};  ///< along columns, rows, slices [mm], positive
  Vec3d origin{};          ///< centre of element (0, 0, 0) [mm]
  std::array<Vec3d, 3> axes{Vec3d{1, 0, 0}, Vec3d{0, 1, 0},
                            Vec3d{0, 0, 1}};  ///< directions in the world; of any length, as in ITK
  bool is_big_endian = false;                 ///< the bytes of each element are in the other order
  bool is_compressed = false;                 ///< the elements of each file are one zlib stream
  std::vector<std::filesystem::path> files{};  ///< of the elements, all of the same size
  std::int64_t offset = 0;  ///< where elements begin in each file [bytes], or what is before them
  bool are_last = false;    ///< the elements are the last bytes of each file, behind `offset`
  std::optional<std::int64_t> compressed_bytes{};  ///< of the stream, if the file says it
  std::filesystem::path path{};  ///< of the header, for messages; empty: not known

  /// How many slices lie in each file.
  [[nodiscard]] int slices_of_file() const { return size[2] / static_cast<int>(files.size()); }

  /// Of the elements of one slice.
  [[nodiscard]] std::int64_t slice_bytes() const {
    return std::int64_t{size[0]} * size[1] * bytes_of(type);
  }
};

namespace detail {

/// Reads a header, whose keys it checks one by one.
class MetaImageHeaderReader {
 public:
  /// The first bytes of a file.
  MetaImageHeaderReader(std::filesystem::path const& path, std::string const& bytes)
      : path_{path}, keys_{path, bytes} {}

  [[nodiscard]] MetaImageHeader read() {
    refuse_others();
    MetaImageHeader header;
    header.path = path_;
    header.size = read_size();
    header.type = read_type();
    read_place(header);
    read_bytes(header);
    read_files(header);
    return header;
  }

 private:
  /// What this reader does not do.
  void refuse_others() {
    if (keys_.has("ObjectType") && keys_.text("ObjectType") != "Image") {
      keys_.fail("ObjectType", "is not Image");
    }
    if (keys_.has("BinaryData") && !keys_.truth("BinaryData")) {
      keys_.fail("BinaryData", "says that numbers are text; write it again as binary data");
    }
    if (keys_.has("ElementNumberOfChannels") && keys_.whole("ElementNumberOfChannels") != 1) {
      keys_.fail("ElementNumberOfChannels", "is not 1; write the channels to files of their own");
    }
    std::int64_t const dimensions = keys_.whole("NDims");
    if (dimensions != 2 && dimensions != 3) keys_.fail("NDims", "is neither 2 nor 3");
    dimensions_ = static_cast<int>(dimensions);
  }

  Extents<3> read_size() {
    constexpr std::int64_t most = 2147483647;
    auto const sizes = keys_.wholes("DimSize", dimensions_);
    Extents<3> size{1, 1, 1};
    for (int axis = 0; axis < dimensions_; ++axis) {
      std::int64_t const found = sizes[static_cast<std::size_t>(axis)];
      if (found < 1 || found > most) keys_.fail("DimSize", "must be from 1 to 2^31 - 1");
      size[axis] = static_cast<int>(found);
    }
    std::int64_t const elements = std::int64_t{size[0]} * size[1];
    if (elements > most) keys_.fail("DimSize", "has more than 2^31 - 1 elements in one slice");
    if (elements > (std::int64_t{1} << 56) / size[2]) {
      keys_.fail("DimSize", "has more elements than a file can hold");
    }
    return size;
  }

  NumberType read_type() {
    struct Named {
      char const* name;
      NumberType type;
    };
    static constexpr Named types[] = {
        {"MET_UCHAR", NumberType::uint8},       {"MET_CHAR", NumberType::int8},
        {"MET_USHORT", NumberType::uint16},     {"MET_SHORT", NumberType::int16},
        {"MET_UINT", NumberType::uint32},       {"MET_INT", NumberType::int32},
        {"MET_ULONG", NumberType::uint32},      {"MET_LONG", NumberType::int32},
        {"MET_ULONG_LONG", NumberType::uint64}, {"MET_LONG_LONG", NumberType::int64},
        {"MET_FLOAT", NumberType::float32},     {"MET_DOUBLE", NumberType::float64}};
    std::string const name = keys_.text("ElementType");
    for (Named const& named : types) {
      if (name == named.name) return named.type;
    }
    keys_.fail("ElementType", "is no type of single numbers, as MET_FLOAT or MET_USHORT");
  }

  /// Where the first of these keys is not there, the next counts; two must not differ.
  std::optional<std::vector<double>> numbers_of_any(std::vector<std::string> const& names,
                                                    int count) {
    std::optional<std::vector<double>> result;
    for (std::string const& name : names) {
      if (!keys_.has(name)) continue;
      auto const numbers = keys_.numbers(name, count);
      if (result && *result != numbers) keys_.fail(name, "contradicts another key of its meaning");
      result = numbers;
    }
    return result;
  }

  void read_place(MetaImageHeader& header) {
    int const n = dimensions_;
    if (auto const matrix = numbers_of_any({"TransformMatrix", "Orientation", "Rotation"}, n * n)) {
      for (int i = 0; i < n * n; ++i) {
        header.axes[static_cast<std::size_t>(i / n)][i % n] =
            (*matrix)[static_cast<std::size_t>(i)];
      }
    }
    if (auto const origin = numbers_of_any({"Offset", "Position", "Origin"}, n)) {
      for (int axis = 0; axis < n; ++axis) {
        header.origin[axis] = (*origin)[static_cast<std::size_t>(axis)];
      }
    }
    std::string const name = keys_.has("ElementSpacing") ? "ElementSpacing" : "ElementSize";
    if (!keys_.has(name)) return;
    auto const spacing = keys_.numbers(name, n);
    for (int axis = 0; axis < n; ++axis) {
      double const found = spacing[static_cast<std::size_t>(axis)];
      if (found == 0) keys_.fail(name, "must not be 0");
      header.spacing[axis] = std::abs(found);
      Vec3d& direction = header.axes[static_cast<std::size_t>(axis)];
      if (found < 0) direction = -direction;  // as ITK has it
    }
  }

  void read_bytes(MetaImageHeader& header) {
    std::string const orders[] = {"BinaryDataByteOrderMSB", "ElementByteOrderMSB"};
    for (std::string const& name : orders) {
      if (keys_.has(name)) header.is_big_endian = keys_.truth(name);
    }
    if (keys_.has(orders[0]) && keys_.truth(orders[0]) != header.is_big_endian) {
      keys_.fail(orders[0], "contradicts ElementByteOrderMSB");
    }
    header.is_compressed = keys_.has("CompressedData") && keys_.truth("CompressedData");
    if (header.is_compressed && keys_.has("CompressedDataSize")) {
      header.compressed_bytes = keys_.whole("CompressedDataSize");
      if (*header.compressed_bytes < 1) keys_.fail("CompressedDataSize", "must be positive");
    }
  }

  void read_files(MetaImageHeader& header) {
    std::int64_t const skipped = keys_.has("HeaderSize") ? keys_.whole("HeaderSize") : 0;
    if (skipped < -1) keys_.fail("HeaderSize", "must be a number of bytes, or -1");
    if (skipped == -1 && header.is_compressed) {
      keys_.fail("HeaderSize", "is -1, which compressed data must not have");
    }
    std::string const name = keys_.text("ElementDataFile");
    if (name == "LOCAL" || name == "Local" || name == "local") {
      header.files = {path_};
      if (skipped > 0) keys_.fail("HeaderSize", "is for data in files of their own");
      header.offset = static_cast<std::int64_t>(keys_.behind().position);
    } else {
      header.files = MetaImageNames{path_, name, dimensions_, header.size[2]}.read(keys_.behind());
      header.offset = std::max<std::int64_t>(skipped, 0);
    }
    header.are_last = skipped == -1;
    if (header.files.size() > 1 && header.compressed_bytes) {
      keys_.fail("CompressedDataSize", "is said once for data in many files");
    }
  }

  std::filesystem::path const& path_;
  MetaImageKeys keys_;
  int dimensions_ = 0;
};

}  // namespace detail

/// Reads the header of a MetaImage file of two or three dimensions: binary data in the same file or
/// another, or slices in files that a list or a pattern names, relative to this one. Throws
/// FileError, whose message names the key, for whatever is missing, misspelt or contradictory;
/// keys that it does not need may say anything. Files of elements are not looked at.
[[nodiscard]] inline MetaImageHeader read_metaimage_header(std::filesystem::path const& path) {
  return detail::MetaImageHeaderReader{path, detail::first_bytes(path)}.read();
}

}  // namespace pyronn
