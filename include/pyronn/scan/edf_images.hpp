// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images in EDF files, the ESRF's data format.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/edf_header.hpp>
#include <pyronn/scan/detail/placed_images.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn {
namespace detail {

/// What follows one header.
struct EdfFrame {
  std::optional<RawImage> image;  ///< nothing: there are no views
  std::int64_t offset;            ///< of the first image
  int images;
  std::int64_t end;  ///< of the data
};

/// Throws FileError where a file ends before its images do, or the header contradicts itself.
inline EdfFrame edf_frame_of_images(EdfHeader const& header, std::int64_t file_bytes) {
  auto const columns = header.size("Dim_1");
  if (!columns) header.fail("Dim_1: is missing");
  std::array<int, 3> const size{*columns, header.size("Dim_2").value_or(1),
                                header.size("Dim_3").value_or(1)};
  if (header.size("Dim_4").value_or(1) != 1) header.fail("Dim_4: images have at most 3 dimensions");
  NumberType const type = header.number_type();
  bool const is_big_endian = bytes_of(type) > 1 && header.is_big_endian();
  std::int64_t const left = file_bytes - header.data_offset();
  std::int64_t bytes = bytes_of(type);
  for (int const length : size) {
    if (length > left / bytes) {
      header.fail("Dim_1, Dim_2 and Dim_3 are ", size[0], ", ", size[1], " and ", size[2], " of ",
                  name_of(type), ", but the file ends after ", left, " bytes of them");
    }
    bytes *= length;
  }
  char const* const key = header.has("EDF_BinarySize") ? "EDF_BinarySize" : "Size";
  std::int64_t const block = header.count(key, 0).value_or(bytes);
  if (block < bytes || block > left) {
    header.fail(key, ": is ", block, ", where the images have ", bytes, " bytes and the file ",
                left);
  }
  return {RawImage{{size[0], size[1]}, type, is_big_endian}, header.data_offset(), size[2],
          header.data_offset() + block};
}

/// The frame of a header; general headers and those of errors of images have no views.
inline EdfFrame edf_frame(EdfHeader const& header, std::int64_t file_bytes) {
  std::string const compression = lower_case(header.text("Compression"));
  if (!compression.empty() && compression != "none" && compression != "nocompression") {
    header.fail("Compression: is ", quoted(header.text("Compression")),
                "; pyronn reads plain images, as fabio writes them");
  }
  if (header.has("EDF_BinaryFileName")) {
    header.fail("EDF_BinaryFileName: data in other files are not read");
  }
  if (header.is_general()) {
    std::int64_t const bytes = header.count("EDF_BinarySize", 0).value_or(0);
    if (bytes > file_bytes - header.data_offset()) {
      header.fail("EDF_BinarySize: is ", bytes, ", beyond the end of the file");
    }
    return {std::nullopt, 0, 0, header.data_offset() + bytes};
  }
  EdfFrame frame = edf_frame_of_images(header, file_bytes);
  std::string const kind = lower_case(header.text("EDF_DataBlockID"));
  std::string const of_errors = ".error";
  if (kind.size() > of_errors.size() &&
      kind.compare(kind.size() - of_errors.size(), of_errors.size(), of_errors) == 0) {
    frame.image.reset();
  }
  return frame;
}

/// The byte at which the next header begins; the file's size where none follows.
inline std::int64_t next_edf_header(ReadableFile const& file, std::int64_t offset) {
  std::array<char, 512> bytes{};
  while (offset < file.size()) {
    auto const count = std::min<std::int64_t>(file.size() - offset, bytes.size());
    file.read(offset, count, bytes.data());
    for (std::int64_t i = 0; i < count; ++i) {
      char const letter = bytes[static_cast<std::size_t>(i)];
      bool const is_padding = letter == '\0' || letter == '\n' || letter == '\r' || letter == ' ';
      if (!is_padding) return offset + i;
    }
    offset += count;
  }
  return file.size();
}

}  // namespace detail

/// The images of EDF files, in the order of the files and of the frames in each. Integers of 8 to
/// 64 bits and floating point, in either order of bytes; a frame of three dimensions holds several
/// images. Throws FileError for compressed data, where a file is too short, and where images
/// differ in size or type.
[[nodiscard]] inline std::shared_ptr<ImageStack const> edf_images(
    std::vector<std::filesystem::path> const& files) {
  detail::expects(!files.empty(), "edf_images: there are no files");
  std::optional<RawImage> first;
  std::vector<detail::ImageRun> runs;
  for (std::size_t f = 0; f < files.size(); ++f) {
    ReadableFile const file{files[f]};
    std::size_t const before = runs.size();
    std::int64_t at = detail::next_edf_header(file, 0);
    detail::EdfKeys general;
    do {
      detail::EdfHeader const header{file, at, general};
      detail::EdfFrame const frame = detail::edf_frame(header, file.size());
      at = detail::next_edf_header(file, frame.end);
      if (header.is_general()) general = header.keys();
      if (!frame.image) continue;
      if (!first) first = frame.image;
      RawImage const& image = *frame.image;
      if (image.size != first->size || image.type != first->type ||
          image.is_big_endian != first->is_big_endian) {
        header.fail("has an image of ", image.size, " ", name_of(image.type),
                    image.is_big_endian ? " HighByteFirst" : "", ", where the first one is of ",
                    first->size, " ", name_of(first->type),
                    first->is_big_endian ? " HighByteFirst" : "");
      }
      runs.push_back({f, frame.offset, frame.images});
    } while (at < file.size());  // which is what it is of an empty file, too
    if (runs.size() == before) detail::fail_file(files[f], "holds no image");
  }
  return detail::placed_images(files, *first, std::move(runs));
}

/// The images of one file, or of all .edf files of a folder as image_files has them.
[[nodiscard]] inline std::shared_ptr<ImageStack const> edf_images(
    std::filesystem::path const& path) {
  std::error_code unknown;
  return std::filesystem::is_directory(path, unknown)
             ? edf_images(image_files(path, {".edf"}))
             : edf_images(std::vector<std::filesystem::path>{path});
}

}  // namespace pyronn
