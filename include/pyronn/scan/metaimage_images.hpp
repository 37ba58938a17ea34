// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The slices of MetaImage files. Needs zlib (Debian: zlib1g-dev; link ZLIB::ZLIB).
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/io/detail/metaimage_elements.hpp>
#include <pyronn/io/metaimage_header.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/images_in_memory.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn {

namespace detail {

/// Slices in several files.
class MetaImageSlices : public ImageStack {
 public:
  explicit MetaImageSlices(MetaImageElements elements)
      : ImageStack{elements.header().size, elements.header().type},
        elements_{std::move(elements)} {}

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    MetaImageHeader const& header = elements_.header();
    int const of_file = header.slices_of_file();
    std::int64_t const part_bytes = header.slice_bytes() / header.size[1] * part.rows;
    auto* bytes = static_cast<std::byte*>(out);
    std::unique_ptr<ReadableFile> file;
    for (int image = part.first_image; image < part.first_image + part.images; ++image) {
      int const slice = image % of_file;
      if (file == nullptr || slice == 0) {
        file =
            std::make_unique<ReadableFile>(header.files[static_cast<std::size_t>(image / of_file)]);
      }
      elements_.read(*file, slice, part.first_row, part.rows, bytes);
      bytes += part_bytes;
    }
  }

  MetaImageElements elements_;
};

}  // namespace detail

/// The slices of a MetaImage (.mha, .mhd) as they lie in its files, whatever its directions.
/// Compressed files are inflated here, at once, and held in memory. Throws FileError where
/// read_metaimage_header does, and for files of other sizes than the header says.
[[nodiscard]] inline std::shared_ptr<ImageStack const> metaimage_images(
    MetaImageHeader const& header) {
  detail::MetaImageElements elements{header};
  if (header.is_compressed) {
    return visit_number_type(header.type, [&](auto number) -> std::shared_ptr<ImageStack const> {
      using T = decltype(number);
      std::vector<T> numbers(static_cast<std::size_t>(header.size.count()));
      elements.read_all(reinterpret_cast<std::byte*>(numbers.data()));
      return std::make_shared<ImagesInMemory<T>>(header.size, std::move(numbers));
    });
  }
  if (header.files.size() > 1)
    return std::make_shared<detail::MetaImageSlices>(std::move(elements));
  auto const& path = header.files.front();
  return std::make_shared<RawImages>(
      path, RawImage{{header.size[0], header.size[1]}, header.type, header.is_big_endian},
      header.size[2], elements.offset_in(ReadableFile{path}));
}

/// The same of a file.
[[nodiscard]] inline std::shared_ptr<ImageStack const> metaimage_images(
    std::filesystem::path const& path) {
  return metaimage_images(read_metaimage_header(path));
}

}  // namespace pyronn
