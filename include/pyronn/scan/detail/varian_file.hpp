// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The headers of Varian's .hnc, .hnd and .xim files.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/little_endian.hpp>
#include <pyronn/scan/detail/varian_decoder.hpp>
#include <pyronn/scan/detail/xim_properties.hpp>
#include <pyronn/scan/image_files.hpp>

namespace pyronn::detail {

/// One image and where it lies in its file. A .xim file of 0 columns or rows has none.
struct VarianFile {
  std::filesystem::path path;
  Extents<2> size{};
  NumberType type{};
  bool is_compressed = false;
  std::int64_t table_offset = 0;  ///< where it is compressed
  std::int64_t table_bytes = 0;
  std::int64_t data_offset = 0;
  std::int64_t data_bytes = 0;
  XimProperties properties{};  ///< of .xim, and with names of ours of the others
};

/// Throws FileError for sizes that no panel has; 0 is left to the caller.
inline int varian_size(std::filesystem::path const& path, char const* what, std::int64_t size) {
  constexpr std::int64_t most = 1 << 20;
  if (size < 0 || size > most) fail_file(path, "has ", size, " ", what);
  return static_cast<int>(size);
}

/// Throws FileError unless the bytes of an image are those of its size.
inline void check_varian_data(VarianFile const& file, std::int64_t file_bytes) {
  std::int64_t const left = file_bytes - file.data_offset;
  if (file.data_bytes > left) {
    fail_file(file.path, "ends within its image, of which there are ",
              std::max<std::int64_t>(left, 0), " of ", file.data_bytes, " bytes");
  }
  if (file.is_compressed) {
    try {
      check_varian_image(file.size, file.table_bytes, file.data_bytes);
    } catch (InvalidArgument const& error) {
      fail_file(file.path, error.what());
    }
  } else if (file.data_bytes != file.size.count() * bytes_of(file.type)) {
    fail_file(file.path, "has an image of ", file.data_bytes, " bytes, where ", file.size,
              " pixels of ", name_of(file.type), " have ", file.size.count() * bytes_of(file.type));
  }
}

/// The size of the image and some properties, which .hnd and .hnc files have in the same places.
inline VarianFile read_hn_fields(ReadableFile const& file) {
  std::array<std::byte, 488> header{};
  file.read(0, static_cast<std::int64_t>(header.size()), header.data());
  VarianFile result{file.path()};
  result.size = {varian_size(file.path(), "columns", little_endian<std::int32_t>(&header[120])),
                 varian_size(file.path(), "rows", little_endian<std::int32_t>(&header[124]))};
  if (result.size.count() == 0) fail_file(file.path(), "has an image of ", result.size, " pixels");
  auto& numbers = result.properties.numbers;
  numbers["SAD"] = {little_endian<double>(&header[176])};
  numbers["SFD"] = {little_endian<double>(&header[184])};
  numbers["IDUPosLng"] = {little_endian<double>(&header[280])};
  numbers["IDUPosLat"] = {little_endian<double>(&header[288])};
  numbers["IDUResolutionX"] = {little_endian<double>(&header[352])};
  numbers["IDUResolutionY"] = {little_endian<double>(&header[360])};
  numbers["CTProjectionAngle"] = {little_endian<double>(&header[432])};
  numbers["CTNormChamber"] = {little_endian<double>(&header[440])};
  return result;
}

/// 16-bit numbers behind a header of 512 bytes.
inline VarianFile read_hnc_header(ReadableFile const& file) {
  VarianFile result = read_hn_fields(file);
  result.type = NumberType::uint16;
  result.data_offset = 512;
  result.data_bytes = result.size.count() * 2;
  check_varian_data(result, file.size());
  return result;
}

/// A compressed image behind a header of 1024 bytes.
inline VarianFile read_hnd_header(ReadableFile const& file) {
  VarianFile result = read_hn_fields(file);
  result.type = NumberType::int32;
  result.is_compressed = true;
  result.table_offset = 1024;
  result.table_bytes = varian_table_bytes(result.size);
  result.data_offset = result.table_offset + result.table_bytes;
  result.data_bytes = file.size() - result.data_offset;
  if (result.data_bytes < 0) fail_file(file.path(), "ends within the table of its image");
  check_varian_data(result, file.size());
  return result;
}

/// Where a .xim file's image lies; returns the byte behind it.
inline std::int64_t find_xim_image(ReadableFile const& file, int number_bytes, VarianFile& result) {
  auto const read_size = [&file](char const* what, std::int64_t offset) {
    std::int32_t const size = read_int32(file, offset);
    if (size < 0) fail_file(file.path(), what, " has ", size, " bytes");
    return std::int64_t{size};
  };
  std::int64_t const header = 32;
  std::int64_t const indicator = read_int32(file, header - 4);
  if (indicator != 0 && indicator != 1) {
    fail_file(file.path(), "has the compression ", indicator, ", where .xim has 0 and 1");
  }
  result.is_compressed = indicator == 1;
  if (!result.is_compressed) {
    constexpr NumberType types[] = {NumberType::uint8, NumberType::uint16, NumberType::uint16,
                                    NumberType::int32};
    bool const is_known = number_bytes == 1 || number_bytes == 2 || number_bytes == 4;
    if (!is_known)
      fail_file(file.path(), "has ", number_bytes, " bytes a pixel; .xim has 1, 2 or 4");
    result.type = types[number_bytes - 1];
    result.data_bytes = read_size("its image", header);
    result.data_offset = header + 4;
    return result.data_offset + result.data_bytes;
  }
  result.type = NumberType::int32;
  result.table_bytes = read_size("its table", header);
  result.table_offset = header + 4;
  result.data_bytes = read_size("its compressed image", result.table_offset + result.table_bytes);
  result.data_offset = result.table_offset + result.table_bytes + 4;
  return result.data_offset + result.data_bytes + 4;  // and how many bytes it had before
}

inline VarianFile read_xim_header(ReadableFile const& file) {
  VarianFile result{file.path()};
  result.size = {varian_size(file.path(), "columns", read_int32(file, 12)),
                 varian_size(file.path(), "rows", read_int32(file, 16))};
  std::int64_t const end = find_xim_image(file, read_int32(file, 24), result);
  if (result.size.count() > 0) check_varian_data(result, file.size());
  if (end > file.size()) fail_file(file.path(), "ends within its image");
  result.properties = XimPropertiesReader{file, end}.read();
  return result;
}

/// By the end of its name. Throws FileError where the file is of another kind, or contradicts
/// itself.
inline VarianFile read_varian_header(std::filesystem::path const& path) {
  ReadableFile const file{path};
  std::string const extension = lower_case(path.extension().string());
  std::array<char, 3> start{};
  file.read(0, std::min<std::int64_t>(file.size(), start.size()), start.data());
  std::string const signature{start.begin(), start.end()};
  if (extension == ".xim") {
    if (signature.rfind("VMS", 0) != 0) fail_file(path, "does not begin with VMS, as .xim does");
    return read_xim_header(file);
  }
  if (extension == ".hnd") return read_hnd_header(file);
  if (extension == ".hnc") return read_hnc_header(file);
  fail_file(path, "is not called .xim, .hnd or .hnc");
}

}  // namespace pyronn::detail
