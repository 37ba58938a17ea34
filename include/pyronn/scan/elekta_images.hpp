// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images of Elekta's flat panels, in .his files (Heimann) of one view or several.
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/little_endian.hpp>
#include <pyronn/scan/detail/placed_images.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn {
namespace detail {

/// The images of one .his file.
struct HisFrames {
  Extents<2> size;
  std::int64_t offset;
  int images;
};

/// Throws FileError where a file is no .his, or too short.
inline HisFrames read_his_header(ReadableFile const& file) {
  std::array<std::byte, 68> header{};
  auto const header_bytes = static_cast<std::int64_t>(header.size());
  if (file.size() < header_bytes) {
    fail_file(file.path(), "has ", file.size(), " bytes, fewer than a .his header");
  }
  file.read(0, header_bytes, header.data());
  if (little_endian<std::int32_t>(header.data()) != 0x00447000) {
    fail_file(file.path(), "does not begin with the bytes 0 112 68 0, as .his does");
  }
  auto const field = [&header](std::size_t at) {
    return int{little_endian<std::uint16_t>(&header[at])};
  };
  int const type = field(32);
  if (type != 4) {
    fail_file(file.path(), "has numbers of type ", type, ", where .his has 4, of 16 bits");
  }
  // Corners of the panel; the first of each pair is of a row, as RTK reads them.
  HisFrames const frames{
      {field(18) - field(14) + 1, field(16) - field(12) + 1}, header_bytes + field(10), field(20)};
  if (frames.size[0] < 1 || frames.size[1] < 1) {
    fail_file(file.path(), "has images of ", frames.size, " pixels, as its corners (", field(12),
              ", ", field(14), ") and (", field(16), ", ", field(18), ") say");
  }
  if (frames.images < 1) fail_file(file.path(), "has ", frames.images, " images");
  std::int64_t const bytes = frames.size.count() * 2 * frames.images;
  if (bytes > file.size() - frames.offset) {
    fail_file(file.path(), "ends within its images: ", frames.images, " of ", frames.size,
              " pixels have ", bytes, " bytes, but ", file.size(), " less ", frames.offset,
              " are there");
  }
  return frames;
}

}  // namespace detail

/// The images of .his files, in the order of the files and of the images in each: uint16, as they
/// are stored (the panel's counts; some programs invert them). Throws FileError where a file is too
/// short, and where images differ in size.
[[nodiscard]] inline std::shared_ptr<ImageStack const> elekta_images(
    std::vector<std::filesystem::path> const& files) {
  detail::expects(!files.empty(), "elekta_images: there are no files");
  RawImage image{{}, NumberType::uint16, false};
  std::vector<detail::ImageRun> runs;
  for (std::size_t f = 0; f < files.size(); ++f) {
    detail::HisFrames const frames = detail::read_his_header(ReadableFile{files[f]});
    if (f == 0) image.size = frames.size;
    if (frames.size != image.size) {
      detail::fail_file(files[f], "has images of ", frames.size, " pixels, where ",
                        files[0].filename(), " has ", image.size);
    }
    runs.push_back({f, frames.offset, frames.images});
  }
  return detail::placed_images(files, image, std::move(runs));
}

/// The images of one file, or of all .his files of a folder as image_files has them.
[[nodiscard]] inline std::shared_ptr<ImageStack const> elekta_images(
    std::filesystem::path const& path) {
  std::error_code unknown;
  return std::filesystem::is_directory(path, unknown)
             ? elekta_images(image_files(path, {".his"}))
             : elekta_images(std::vector<std::filesystem::path>{path});
}

}  // namespace pyronn
