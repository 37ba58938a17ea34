// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One image of a TIFF file: what it holds, and its rows.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <optional>

#include <tiffio.h>

#include <pyronn/core/extents.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/scan/detail/tiff_file.hpp>

namespace pyronn::detail {

/// An image of a TIFF file as it is stored.
struct TiffPage {
  std::uint64_t offset;  ///< of its directory in the file
  Extents<2> stored;     ///< columns and rows as they are stored
  NumberType type;
  bool is_transposed;  ///< rows are stored as columns
  bool is_u_reversed;  ///< the first column of the image to be seen is stored last
  bool is_v_reversed;  ///< the first row is stored last
  bool is_inverted;    ///< 0 is the brightest

  /// Columns and rows as the image is to be seen.
  [[nodiscard]] Extents<2> size() const {
    return is_transposed ? Extents<2>{stored[1], stored[0]} : stored;
  }
};

inline std::optional<NumberType> tiff_number_type(int bits, int format) {
  if (format == SAMPLEFORMAT_IEEEFP) {
    if (bits == 16) return NumberType::float16;
    if (bits == 32) return NumberType::float32;
    if (bits == 64) return NumberType::float64;
    return std::nullopt;
  }
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_INT) return std::nullopt;
  bool const has_sign = format == SAMPLEFORMAT_INT;
  if (bits == 8) return has_sign ? NumberType::int8 : NumberType::uint8;
  if (bits == 16) return has_sign ? NumberType::int16 : NumberType::uint16;
  if (bits == 32) return has_sign ? NumberType::int32 : NumberType::uint32;
  if (bits == 64) return has_sign ? NumberType::int64 : NumberType::uint64;
  return std::nullopt;
}

/// The columns and rows of the image that the file is at. Throws FileError for none, and for more
/// than an array may have.
inline Extents<2> tiff_size(TiffFile const& file) {
  auto const columns = file.number<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
  auto const rows = file.number<std::uint32_t>(TIFFTAG_IMAGELENGTH);
  constexpr auto most = static_cast<std::uint32_t>(std::numeric_limits<int>::max() / 2);
  if (columns < 1 || rows < 1 || columns > most || rows > most) {
    file.fail("has an image of ", columns, " x ", rows, " pixels");
  }
  return {static_cast<int>(columns), static_cast<int>(rows)};
}

/// How rows and columns lie, as TIFF numbers it. Throws FileError for what it does not know.
inline int tiff_orientation(TiffFile const& file) {
  int const orientation = file.number<std::uint16_t>(TIFFTAG_ORIENTATION);
  if (orientation < ORIENTATION_TOPLEFT || orientation > ORIENTATION_LEFTBOT) {
    file.fail("has the orientation ", orientation, ", where TIFF has 1 to 8");
  }
  return orientation;
}

/// What the directory says that the file is at; nothing for a smaller copy or a mask of another
/// image. Throws FileError for images that are no views.
inline std::optional<TiffPage> read_tiff_page(TiffFile const& file) {
  auto const kind = file.number<std::uint32_t>(TIFFTAG_SUBFILETYPE);
  if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0) return std::nullopt;
  Extents<2> const stored = tiff_size(file);
  int const samples = file.number<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  if (samples != 1) {
    file.fail("has ", samples, " numbers a pixel, as colours have; views have one");
  }
  int const photometric =
      file.number_or<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  if (photometric != PHOTOMETRIC_MINISBLACK && photometric != PHOTOMETRIC_MINISWHITE) {
    file.fail("holds no grey values, but what TIFF calls photometric interpretation ", photometric);
  }
  int const bits = file.number<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
  int const format = file.number<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
  auto const type = tiff_number_type(bits, format);
  if (!type) {
    file.fail("has numbers of ", bits, " bits of sample format ", format,
              "; pyronn reads integers of 8, 16, 32 and 64 bits and floating point");
  }
  bool const is_inverted = photometric == PHOTOMETRIC_MINISWHITE;
  if (is_inverted && !(is_integer(*type) && format == SAMPLEFORMAT_UINT)) {
    file.fail("says that 0 is white of ", name_of(*type),
              ", where it is not known what black is; unsigned integers say so");
  }
  auto const compression = file.number<std::uint16_t>(TIFFTAG_COMPRESSION);
  if (TIFFIsCODECConfigured(compression) == 0) {
    file.fail("is compressed by method ", compression, ", which this libtiff does not know");
  }
  int const orientation = tiff_orientation(file);
  auto const is_one_of = [orientation](int a, int b, int c, int d) {
    return orientation == a || orientation == b || orientation == c || orientation == d;
  };
  return TiffPage{TIFFCurrentDirOffset(file.get()),
                  stored,
                  *type,
                  orientation >= ORIENTATION_LEFTTOP,
                  is_one_of(ORIENTATION_TOPRIGHT, ORIENTATION_BOTRIGHT, ORIENTATION_RIGHTTOP,
                            ORIENTATION_RIGHTBOT),
                  is_one_of(ORIENTATION_BOTRIGHT, ORIENTATION_BOTLEFT, ORIENTATION_RIGHTBOT,
                            ORIENTATION_LEFTBOT),
                  is_inverted};
}

/// Reads rows as they are stored, strip by strip or tile by tile.
class TiffRows {
 public:
  /// The file is at the directory of the page.
  TiffRows(TiffFile const& file, TiffPage const& page)
      : file_{file},
        page_{page},
        number_bytes_{bytes_of(page.type)},
        row_bytes_{std::int64_t{page.stored[0]} * number_bytes_},
        is_tiled_{TIFFIsTiled(file.get()) != 0} {
    TIFF* const tiff = file.get();
    if (is_tiled_) {
      block_ = {block_size(file.number<std::uint32_t>(TIFFTAG_TILEWIDTH)),
                block_size(file.number<std::uint32_t>(TIFFTAG_TILELENGTH))};
    } else {
      auto const rows = file.number<std::uint32_t>(TIFFTAG_ROWSPERSTRIP);
      auto const all = static_cast<std::uint32_t>(page.stored[1]);
      block_ = {page.stored[0], block_size(std::min(rows, all))};
    }
    auto const bytes = is_tiled_ ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    if (bytes != std::int64_t{block_[0]} * block_[1] * number_bytes_) {
      file.fail("has parts of ", bytes, " bytes, where ", block_, " pixels of ", number_bytes_,
                " bytes are meant");
    }
    // Not touched before it is read.
    memory_.reset(new (std::nothrow) std::byte[static_cast<std::size_t>(bytes)]);
    if (memory_ == nullptr)
      file.fail("has strips or tiles of ", bytes, " bytes, for which there is no memory");
    memory_bytes_ = bytes;
  }

  void read(int first, int count, std::byte* out) const {
    for (int y = first / block_[1] * block_[1]; y < first + count; y += block_[1]) {
      int const from = std::max(y, first);
      int const to = std::min(y + block_[1], first + count);
      for (int x = 0; x < page_.stored[0]; x += block_[0]) {
        read_block(x, y);
        int const width = std::min(block_[0], page_.stored[0] - x);
        for (int row = from; row < to; ++row) {
          std::memcpy(out + (row - first) * row_bytes_ + std::int64_t{x} * number_bytes_,
                      memory_.get() + std::int64_t{row - y} * block_[0] * number_bytes_,
                      static_cast<std::size_t>(width) * static_cast<std::size_t>(number_bytes_));
        }
      }
    }
  }

 private:
  [[nodiscard]] int block_size(std::uint32_t size) const {
    if (size < 1 || size > static_cast<std::uint32_t>(std::numeric_limits<int>::max() / 2)) {
      file_.fail("is cut into strips or tiles of ", size, " pixels");
    }
    return static_cast<int>(size);
  }

  void read_block(int x, int y) const {
    TIFF* const tiff = file_.get();
    auto const row = static_cast<std::uint32_t>(y);
    std::int64_t needed = memory_bytes_;
    std::int64_t got = -1;
    if (is_tiled_) {
      auto const tile = TIFFComputeTile(tiff, static_cast<std::uint32_t>(x), row, 0, 0);
      got = TIFFReadEncodedTile(tiff, tile, memory_.get(), memory_bytes_);
    } else {
      needed = std::min(block_[1], page_.stored[1] - y) * row_bytes_;
      got = TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, row, 0), memory_.get(), needed);
    }
    if (got != needed) file_.fail("cannot be read to its end, at row ", y);
  }

  TiffFile const& file_;
  TiffPage const& page_;
  int number_bytes_;
  std::int64_t row_bytes_;
  bool is_tiled_;
  Extents<2> block_{};
  std::unique_ptr<std::byte[]> memory_;
  std::int64_t memory_bytes_ = 0;
};

}  // namespace pyronn::detail
