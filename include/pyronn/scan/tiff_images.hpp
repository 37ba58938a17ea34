// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images in TIFF files. Needs libtiff 4.5 or later (Debian: libtiff-dev; link TIFF::TIFF).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <tiffio.h>

#include <pyronn/core/vec.hpp>
#include <pyronn/scan/detail/reversed.hpp>
#include <pyronn/scan/detail/tiff_description.hpp>
#include <pyronn/scan/detail/tiff_file.hpp>
#include <pyronn/scan/detail/tiff_page.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/image_stack.hpp>
#include <pyronn/scan/raw_images.hpp>

namespace pyronn {
namespace detail {

/// The images of TIFF files, page by page. A call opens the files that it reads from, as libtiff's
/// files are for one thread.
class TiffImages : public ImageStack {
 public:
  struct Page {
    std::size_t file;
    TiffPage page;
  };

  TiffImages(std::vector<std::filesystem::path> files, std::vector<Page> pages)
      : ImageStack{{pages.front().page.size()[0], pages.front().page.size()[1],
                    static_cast<int>(pages.size())},
                   pages.front().page.type},
        files_{std::move(files)},
        pages_{std::move(pages)} {}

 private:
  void read_stored(ImagePart const& part, void* out) const override {
    auto* bytes = static_cast<std::byte*>(out);
    std::int64_t const image_bytes = std::int64_t{extents()[0]} * part.rows * bytes_of(type());
    std::unique_ptr<TiffFile> file;
    for (int i = 0; i < part.images; ++i) {
      Page const& page =
          pages_[static_cast<std::size_t>(part.first_image) + static_cast<std::size_t>(i)];
      if (file == nullptr || file->path() != files_[page.file]) {
        file = std::make_unique<TiffFile>(files_[page.file]);
      }
      read_page(*file, page.page, part.first_row, part.rows, bytes);
      bytes += image_bytes;
    }
  }

  /// Rows as they are to be seen.
  static void read_page(TiffFile const& file, TiffPage const& page, int first, int rows,
                        std::byte* out) {
    if (TIFFSetSubDirectory(file.get(), page.offset) == 0) {
      file.fail("has lost a directory; was it written anew?");
    }
    auto const now = read_tiff_page(file);
    if (!now || now->stored != page.stored || now->type != page.type) {
      file.fail("has another image than when it was opened");
    }
    TiffRows const stored{file, page};
    if (page.is_transposed) {
      read_transposed(stored, page, first, rows, out);
    } else {
      read_upright(stored, page, first, rows, out);
    }
    if (page.is_inverted) {
      invert(page.type, out, std::int64_t{rows} * page.size()[0]);
    }
  }

  static void read_upright(TiffRows const& stored, TiffPage const& page, int first, int rows,
                           std::byte* out) {
    if (!page.is_v_reversed) {
      stored.read(first, rows, out);
    } else {
      stored.read(page.stored[1] - first - rows, rows, out);
      reverse_rows(out, rows, page.stored[0], page.type);
    }
    if (page.is_u_reversed) reverse_columns(out, rows, page.stored[0], page.type);
  }

  static void read_transposed(TiffRows const& stored, TiffPage const& page, int first, int rows,
                              std::byte* out) {
    auto const width = static_cast<std::size_t>(bytes_of(page.type));
    std::vector<std::byte> all(static_cast<std::size_t>(page.stored.count()) * width);
    stored.read(0, page.stored[1], all.data());
    Extents<2> const size = page.size();
    for (int v = first; v < first + rows; ++v) {
      std::int64_t const column = page.is_v_reversed ? size[1] - 1 - v : v;
      for (int u = 0; u < size[0]; ++u) {
        std::int64_t const row = page.is_u_reversed ? size[0] - 1 - u : u;
        auto const at = static_cast<std::size_t>(row * page.stored[0] + column) * width;
        out = std::copy_n(all.data() + at, width, out);
      }
    }
  }

  static void invert(NumberType type, std::byte* out, std::int64_t count) {
    visit_number_type(type, [&](auto number) {
      using T = decltype(number);
      if constexpr (std::is_integral_v<T>) {
        auto* const numbers = reinterpret_cast<T*>(out);
        std::transform(numbers, numbers + count, numbers, [](T value) {
          return static_cast<T>(std::numeric_limits<T>::max() - value);
        });
      }
    });
  }

  std::vector<std::filesystem::path> files_;
  std::vector<Page> pages_;
};

/// Whether an image that is cut into strips lies in one piece. libtiff itself cuts long strips.
inline bool is_in_one_piece(TIFF* tiff) {
  std::uint32_t const strips = TIFFIsTiled(tiff) == 0 ? TIFFNumberOfStrips(tiff) : 0;
  for (std::uint32_t i = 1; i < strips; ++i) {
    auto const end = TIFFGetStrileOffset(tiff, i - 1) + TIFFGetStrileByteCount(tiff, i - 1);
    if (TIFFGetStrileOffset(tiff, i) != end) return false;
  }
  return strips > 0;
}

/// The images of one file that libtiff sees one directory of: programs write thousands of images
/// behind each other with the directory of the first alone, and say so in its description. Nothing
/// where it is not so.
inline std::shared_ptr<ImageStack const> undirected_tiff_images(TiffFile const& file,
                                                                TiffPage const& page) {
  auto const count = images_of_tiff_description(file.text(TIFFTAG_IMAGEDESCRIPTION), page.size());
  if (!count || *count < 2) return nullptr;
  bool const is_plain = file.number<std::uint16_t>(TIFFTAG_COMPRESSION) == COMPRESSION_NONE &&
                        !page.is_transposed && !page.is_u_reversed && !page.is_v_reversed &&
                        !page.is_inverted && is_in_one_piece(file.get());
  if (!is_plain) {
    file.fail("describes ", *count, " images but has the directory of one, which is not plain");
  }
  auto const offset = static_cast<std::int64_t>(TIFFGetStrileOffset(file.get(), 0));
  return std::make_shared<RawImages>(
      file.path(), RawImage{page.stored, page.type, TIFFIsBigEndian(file.get()) != 0}, *count,
      offset);
}

}  // namespace detail

/// The images of TIFF files, in the order of the files and of the images in each: as they are to be
/// seen (orientation and white-is-0 applied), without smaller copies. Integers of 8 to 64 bits and
/// floating point, in strips or tiles, compressed by whatever libtiff knows; BigTIFF, and the large
/// files of ImageJ and tifffile that have one directory for all images. Throws FileError for
/// colours, and where images differ in size or type, with the image's number.
[[nodiscard]] inline std::shared_ptr<ImageStack const> tiff_images(
    std::vector<std::filesystem::path> const& files) {
  detail::expects(!files.empty(), "tiff_images: there are no files");
  std::vector<detail::TiffImages::Page> pages;
  for (std::size_t f = 0; f < files.size(); ++f) {
    detail::TiffFile file{files[f]};
    std::size_t const before = pages.size();
    do {
      auto const page = detail::read_tiff_page(file);
      if (!page) continue;
      pages.push_back({f, *page});
      auto const& first = pages.front().page;
      if (page->size() != first.size() || page->type != first.type) {
        file.fail("holds as image ", pages.size() - 1, " one of ", page->size(), " ",
                  name_of(page->type), ", where image 0 is of ", first.size(), " ",
                  name_of(first.type));
      }
    } while (file.next_directory());
    if (pages.size() == before) file.fail("holds smaller copies of images alone");
    if (pages.size() > before + 1) continue;
    TIFFSetSubDirectory(file.get(), pages.back().page.offset);
    auto images = detail::undirected_tiff_images(file, pages.back().page);
    if (images == nullptr) continue;
    if (files.size() > 1) {
      file.fail("has one directory for ", images->extents()[2], " images; name such a file alone");
    }
    return images;
  }
  detail::expects(pages.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
                  "tiff_images: more than 2^31 images");
  return std::make_shared<detail::TiffImages>(files, std::move(pages));
}

/// The images of one file, or of all .tif and .tiff files of a folder as image_files has them.
[[nodiscard]] inline std::shared_ptr<ImageStack const> tiff_images(
    std::filesystem::path const& path) {
  std::error_code unknown;
  return std::filesystem::is_directory(path, unknown)
             ? tiff_images(image_files(path, {".tif", ".tiff"}))
             : tiff_images(std::vector<std::filesystem::path>{path});
}

/// The distance between pixels along (columns, rows) [mm] that the first image of a file names;
/// nothing where it names no unit. Throws FileError.
[[nodiscard]] inline std::optional<Vec2d> tiff_pixel_size(std::filesystem::path const& path) {
  detail::TiffFile const file{path};
  auto const unit = file.number_or<std::uint16_t>(TIFFTAG_RESOLUTIONUNIT, 0);
  std::optional<double> mm;
  if (unit == RESUNIT_INCH) mm = 25.4;
  if (unit == RESUNIT_CENTIMETER) mm = 10.0;
  if (unit == RESUNIT_NONE) {
    mm = detail::unit_of_imagej_description(file.text(TIFFTAG_IMAGEDESCRIPTION));
  }
  Vec2d const pixels{static_cast<double>(file.number<float>(TIFFTAG_XRESOLUTION)),
                     static_cast<double>(file.number<float>(TIFFTAG_YRESOLUTION))};
  if (!mm || !(pixels[0] > 0) || !(pixels[1] > 0)) return std::nullopt;
  return Vec2d{*mm / pixels[0], *mm / pixels[1]};
}

}  // namespace pyronn
