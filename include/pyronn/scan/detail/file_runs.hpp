// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FileRuns: bytes that lie in pieces of a file; RunImages: images of such bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn::detail {

/// A piece of a file.
struct FileRun {
  std::int64_t offset;  ///< of its first byte
  std::int64_t bytes;   ///< how many
};

/// Pieces of a file, one after the other. None lies right behind the one before.
using FileRuns = std::vector<FileRun>;

/// Adds a piece, which makes the last one longer where it lies right behind it.
inline void append_run(FileRuns& runs, FileRun const& run) {
  if (!runs.empty() && runs.back().offset + runs.back().bytes == run.offset) {
    runs.back().bytes += run.bytes;
  } else {
    runs.push_back(run);
  }
}

/// Reads `count` bytes of the pieces behind the first `skipped` ones. They must hold as many.
inline void read_runs(ReadableFile const& file, FileRuns const& runs, std::int64_t skipped,
                      std::int64_t count, void* bytes) {
  auto* out = static_cast<std::byte*>(bytes);
  for (FileRun const& run : runs) {
    if (count == 0) return;
    if (skipped >= run.bytes) {
      skipped -= run.bytes;
      continue;
    }
    std::int64_t const part = std::min(run.bytes - skipped, count);
    file.read(run.offset + skipped, part, out);
    skipped = 0;
    out += part;
    count -= part;
  }
}

/// Little-endian images that lie in pieces of a file. Where they are one piece, one behind the
/// other, they are in memory as far as the system maps files.
class RunImages : public ImageStack {
 public:
  /// The pieces of each image must hold its numbers, and no more.
  RunImages(std::shared_ptr<ReadableFile const> file, RawImage const& image,
            std::vector<FileRuns> runs)
      : ImageStack{{image.size[0], image.size[1], static_cast<int>(runs.size())}, image.type},
        file_{std::move(file)},
        runs_{std::move(runs)} {
    if (is_one_piece(image)) mapped_.emplace(*file_);
  }

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    std::int64_t const row_bytes = std::int64_t{extents()[0]} * bytes_of(type());
    std::int64_t const part_bytes = row_bytes * part.rows;
    for (int i = 0; i < part.images; ++i) {
      int const image = part.first_image + i;
      read_runs(*file_, runs_[static_cast<std::size_t>(image)], part.first_row * row_bytes,
                part_bytes, static_cast<std::byte*>(out) + i * part_bytes);
    }
  }

  [[nodiscard]] void const* numbers_in_memory() const override {
    if (!mapped_ || mapped_->bytes() == nullptr) return nullptr;
    return mapped_->bytes() + runs_.front().front().offset;
  }

  [[nodiscard]] bool is_one_piece(RawImage const& image) const {
    if (runs_.front().front().offset % bytes_of(image.type) != 0) return false;
    std::int64_t expected = runs_.front().front().offset;
    return std::all_of(runs_.begin(), runs_.end(), [&](FileRuns const& runs) {
      bool const follows = runs.size() == 1 && runs.front().offset == expected;
      expected += image.bytes();
      return follows;
    });
  }

  std::shared_ptr<ReadableFile const> file_;
  std::vector<FileRuns> runs_;
  std::optional<MappedFile> mapped_;
};

}  // namespace pyronn::detail
