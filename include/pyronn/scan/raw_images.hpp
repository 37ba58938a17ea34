// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RawImages: images that lie in files as plain numbers.
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include <pyronn/core/extents.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/image_stack.hpp>

namespace pyronn {

/// How an image lies in a file: its numbers row by row.
struct RawImage {
  Extents<2> size;             ///< columns, rows
  NumberType type;             ///< of every number
  bool is_big_endian = false;  ///< the bytes of each number are in the other order

  /// Of the whole image.
  [[nodiscard]] std::int64_t bytes() const { return size.count() * bytes_of(type); }
};

/// Images of one file, one behind the other. Where they have this machine's order of bytes and are
/// aligned as their type, they are in memory as far as the system maps files.
class RawImages : public ImageStack {
 public:
  /// `count` images from byte `offset` on, each `stride` bytes behind the one before. Throws
  /// FileError where the file is shorter.
  RawImages(std::filesystem::path const& path, RawImage const& image, int count,
            std::int64_t offset, std::int64_t stride)
      : ImageStack{{image.size[0], image.size[1], count}, image.type},
        image_{image},
        offset_{offset},
        stride_{stride},
        file_{path},
        mapped_{file_} {
    bool const fits = offset >= 0 && stride >= image.bytes() &&
                      offset <= file_.size() - image.bytes() &&
                      (file_.size() - image.bytes() - offset) / stride >= count - 1;
    if (!fits) {
      detail::fail_file(path, "holds ", detail::counted(file_.size(), "byte"), ", but ",
                        detail::counted(count, "image"), " of ", image.size, " ",
                        name_of(image.type), " from byte ", offset, " on, one each ", stride,
                        " bytes, do not end there");
    }
  }
  /// The same for images without a gap between them.
  RawImages(std::filesystem::path const& path, RawImage const& image, int count,
            std::int64_t offset)
      : RawImages{path, image, count, offset, image.bytes()} {}

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    std::int64_t const row_bytes = std::int64_t{image_.size[0]} * bytes_of(image_.type);
    std::int64_t const part_bytes = row_bytes * part.rows;
    std::int64_t const first = offset_ + part.first_row * row_bytes;
    if (part_bytes == stride_) {
      file_.read(first + part.first_image * stride_, part_bytes * part.images, out);
    } else {
      for (int i = 0; i < part.images; ++i) {
        file_.read(first + (part.first_image + i) * stride_, part_bytes,
                   static_cast<std::byte*>(out) + i * part_bytes);
      }
    }
    if (image_.is_big_endian) {
      auto const count = static_cast<std::size_t>(part_bytes * part.images / bytes_of(image_.type));
      detail::swap_bytes(out, count, bytes_of(image_.type));
    }
  }

  [[nodiscard]] void const* numbers_in_memory() const override {
    bool const is_native = !image_.is_big_endian || bytes_of(image_.type) == 1;
    bool const is_plain = stride_ == image_.bytes() && offset_ % bytes_of(image_.type) == 0;
    return is_native && is_plain && mapped_.bytes() != nullptr ? mapped_.bytes() + offset_
                                                               : nullptr;
  }

  RawImage image_;
  std::int64_t offset_;
  std::int64_t stride_;
  ReadableFile file_;
  MappedFile mapped_;
};

}  // namespace pyronn
