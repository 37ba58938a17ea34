// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images of Varian's flat panels, in .xim, .hnd and .hnc files of one view each.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/placed_images.hpp>
#include <pyronn/scan/detail/varian_decoder.hpp>
#include <pyronn/scan/detail/varian_file.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {
namespace detail {

/// Compressed images. A call opens the files that it reads from, and reads each image from its
/// beginning to the last row that is wanted.
class CompressedVarianImages : public ImageStack {
 public:
  explicit CompressedVarianImages(std::vector<VarianFile> files)
      : ImageStack{{files.front().size[0], files.front().size[1], static_cast<int>(files.size())},
                   NumberType::int32},
        files_{std::move(files)} {}

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    auto* numbers = static_cast<std::int32_t*>(out);
    std::vector<std::byte> table;
    std::vector<std::byte> data;
    for (int i = 0; i < part.images; ++i) {
      auto const at = static_cast<std::size_t>(part.first_image) + static_cast<std::size_t>(i);
      VarianFile const& image = files_[at];
      ReadableFile const file{image.path};
      table.resize(static_cast<std::size_t>(image.table_bytes));
      data.resize(static_cast<std::size_t>(image.data_bytes));
      file.read(image.table_offset, image.table_bytes, table.data());
      file.read(image.data_offset, image.data_bytes, data.data());
      try {
        VarianDecoder{{image.size, table.data(), image.table_bytes, data.data(), image.data_bytes}}
            .read(part.first_row, part.rows, numbers);
      } catch (InvalidArgument const& error) {
        fail_file(image.path, error.what());
      }
      numbers += std::int64_t{extents()[0]} * part.rows;
    }
  }

  std::vector<VarianFile> files_;
};

/// The images of files whose headers were read, of which there is one at least.
inline std::shared_ptr<ImageStack const> varian_images(std::vector<VarianFile> files) {
  VarianFile const& first = files.front();
  for (VarianFile const& file : files) {
    if (file.size != first.size || file.type != first.type ||
        file.is_compressed != first.is_compressed) {
      fail_file(file.path, "has an image of ", file.size, " ", name_of(file.type),
                file.is_compressed ? ", compressed" : "", ", where ", first.path.filename(),
                " has one of ", first.size, " ", name_of(first.type),
                first.is_compressed ? ", compressed" : "");
    }
  }
  if (first.is_compressed) return std::make_shared<CompressedVarianImages>(std::move(files));
  RawImage const image{first.size, first.type, false};
  std::vector<std::filesystem::path> paths;
  std::vector<ImageRun> runs;
  for (VarianFile const& file : files) {
    runs.push_back({paths.size(), file.data_offset, 1});
    paths.push_back(file.path);
  }
  return placed_images(std::move(paths), image, std::move(runs));
}

/// One file, or all of a folder that end in the first of .xim, .hnd and .hnc that there is.
inline std::vector<std::filesystem::path> varian_files(std::filesystem::path const& path) {
  std::error_code unknown;
  if (!std::filesystem::is_directory(path, unknown)) return {path};
  for (std::string const extension : {".xim", ".hnd", ".hnc"}) {
    for (auto const& entry : std::filesystem::directory_iterator{path, unknown}) {
      std::string const name = lower_case(entry.path().filename().string());
      bool const is_hidden = name.front() == '.';
      if (!is_hidden && lower_case(entry.path().extension().string()) == extension) {
        return image_files(path, {extension});
      }
    }
  }
  fail_file(path, "holds no .xim, .hnd or .hnc file");
}

}  // namespace detail

/// The images of a .xim, .hnd or .hnc file, or of all files of one of these kinds in a folder as
/// image_files has them, of which .xim files without an image are left out. Compressed images are
/// int32. Throws FileError where a file contradicts itself, and where images differ in size or
/// type.
[[nodiscard]] inline std::shared_ptr<ImageStack const> varian_images(
    std::filesystem::path const& path) {
  std::vector<detail::VarianFile> files;
  for (auto const& file : detail::varian_files(path)) {
    detail::VarianFile header = detail::read_varian_header(file);
    if (header.size.count() > 0) files.push_back(std::move(header));
  }
  if (files.empty()) detail::fail_file(path, "holds no image");
  return detail::varian_images(std::move(files));
}

/// What a .xim file says of its image: where the source and the panel were (KVSourceRtn,
/// KVDetectorLat), the size of pixels (PixelWidth), the tube. Throws FileError.
[[nodiscard]] inline XimProperties xim_properties(std::filesystem::path const& path) {
  return detail::read_varian_header(path).properties;
}

}  // namespace pyronn
