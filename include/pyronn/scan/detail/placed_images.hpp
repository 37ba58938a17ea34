// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PlacedImages: images of plain numbers, each at a place of its own.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn::detail {

/// Images of a file that lie one behind the other.
struct ImageRun {
  std::size_t file;     ///< number of the file
  std::int64_t offset;  ///< of the first image in the file [bytes]
  int images;           ///< how many
};

/// How many images there are. Throws FileError where an int does not count them.
inline int count_images(std::filesystem::path const& path, std::vector<ImageRun> const& runs) {
  std::int64_t count = 0;
  for (ImageRun const& run : runs) count += run.images;
  if (count > std::numeric_limits<int>::max()) fail_file(path, "holds more than 2^31 images");
  return static_cast<int>(count);
}

/// Images of plain numbers in some files, with gaps between them. A call opens the files that it
/// reads from, of which there may be more than a process can hold open.
class PlacedImages : public ImageStack {
 public:
  PlacedImages(std::vector<std::filesystem::path> files, RawImage const& image,
               std::vector<ImageRun> runs)
      : ImageStack{{image.size[0], image.size[1], count_images(files.front(), runs)}, image.type},
        files_{std::move(files)},
        image_{image},
        runs_{std::move(runs)} {
    int first = 0;
    for (ImageRun const& run : runs_) {
      first_images_.push_back(first);
      first += run.images;
    }
  }

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    std::int64_t const row_bytes = std::int64_t{image_.size[0]} * bytes_of(image_.type);
    std::int64_t const part_bytes = row_bytes * part.rows;
    auto* bytes = static_cast<std::byte*>(out);
    std::unique_ptr<ReadableFile> file;
    auto const above =
        std::upper_bound(first_images_.begin(), first_images_.end(), part.first_image);
    auto run = static_cast<std::size_t>(above - first_images_.begin()) - 1;
    for (int i = part.first_image; i < part.first_image + part.images; ++i) {
      while (i - first_images_[run] >= runs_[run].images) ++run;
      auto const& path = files_[runs_[run].file];
      if (file == nullptr || file->path() != path) file = std::make_unique<ReadableFile>(path);
      file->read(runs_[run].offset + (i - first_images_[run]) * image_.bytes() +
                     part.first_row * row_bytes,
                 part_bytes, bytes);
      bytes += part_bytes;
    }
    if (!image_.is_big_endian) return;
    auto const count = static_cast<std::size_t>(part_bytes * part.images / bytes_of(image_.type));
    swap_bytes(out, count, bytes_of(image_.type));
  }

  std::vector<std::filesystem::path> files_;
  RawImage image_;
  std::vector<ImageRun> runs_;
  std::vector<int> first_images_;
};

/// The images of some files, of which there is one at least.
inline std::shared_ptr<ImageStack const> placed_images(std::vector<std::filesystem::path> files,
                                                       RawImage const& image,
                                                       std::vector<ImageRun> runs) {
  if (runs.size() == 1) {
    return std::make_shared<RawImages>(files[runs[0].file], image, runs[0].images, runs[0].offset);
  }
  return std::make_shared<PlacedImages>(std::move(files), image, std::move(runs));
}

}  // namespace pyronn::detail
