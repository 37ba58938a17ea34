// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TIFF files as libtiff writes them, and one that only some programs write.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <tiffio.h>

#include <pyronn/core/half.hpp>

namespace test::tiff {

inline constexpr int columns = 37;
inline constexpr int rows = 29;

/// The number in a column and a row of an image, as it is to be seen.
inline int number(int image, int row, int column) {
  return (7 * column + 11 * row + 50 * image) % 251;
}

/// How a file is written; `set` may change any tag of an image.
struct Writing {
  std::string mode = "w";
  int bits = 16;
  int format = SAMPLEFORMAT_UINT;
  int images = 3;
  int orientation = 1;
  int rows_per_strip = 8;
  bool is_tiled = false;
  std::function<void(TIFF*, int)> set = [](TIFF*, int) {};
};

template <class T>
void put(std::vector<unsigned char>& bytes, T value) {
  auto const* const first = reinterpret_cast<unsigned char const*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof(T));
}

inline void put(std::vector<unsigned char>& bytes, Writing const& how, int value) {
  if (how.format == SAMPLEFORMAT_IEEEFP) {
    if (how.bits == 16) return put(bytes, pyronn::Half{static_cast<float>(value)});
    return how.bits == 32 ? put(bytes, static_cast<float>(value))
                          : put(bytes, static_cast<double>(value));
  }
  if (how.bits == 8) return put(bytes, static_cast<std::uint8_t>(value));
  if (how.bits == 16) return put(bytes, static_cast<std::uint16_t>(value));
  return how.bits == 32 ? put(bytes, static_cast<std::uint32_t>(value))
                        : put(bytes, static_cast<std::uint64_t>(value));
}

/// What lies at a row and a column of the file, by the table of the TIFF standard.
inline int stored_number(int orientation, int image, int row, int column) {
  switch (orientation) {
    case 2:
      return number(image, row, columns - 1 - column);
    case 3:
      return number(image, rows - 1 - row, columns - 1 - column);
    case 4:
      return number(image, rows - 1 - row, column);
    case 5:
      return number(image, column, row);
    case 6:
      return number(image, column, columns - 1 - row);
    case 7:
      return number(image, rows - 1 - column, columns - 1 - row);
    case 8:
      return number(image, rows - 1 - column, row);
    default:
      return number(image, row, column);
  }
}

inline void write_image(TIFF* tiff, Writing const& how, int image) {
  int const width = how.orientation > 4 ? rows : columns;
  int const height = how.orientation > 4 ? columns : rows;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, how.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, how.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, how.orientation);
  int const tile = 16;
  if (how.is_tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, how.rows_per_strip);
  }
  how.set(tiff, image);
  int const block_width = how.is_tiled ? tile : width;
  int const block_height = how.is_tiled ? tile : how.rows_per_strip;
  for (int y = 0; y < height; y += block_height) {
    for (int x = 0; x < width; x += block_width) {
      std::vector<unsigned char> bytes;
      for (int v = y; v < y + block_height && (how.is_tiled || v < height); ++v) {
        for (int u = x; u < x + block_width; ++u) {
          bool const is_in = u < width && v < height;
          put(bytes, how, is_in ? stored_number(how.orientation, image, v, u) : 77);
        }
      }
      auto const size = static_cast<tmsize_t>(bytes.size());
      auto const ux = static_cast<std::uint32_t>(x);
      auto const uy = static_cast<std::uint32_t>(y);
      auto const written =
          how.is_tiled
              ? TIFFWriteEncodedTile(tiff, TIFFComputeTile(tiff, ux, uy, 0, 0), bytes.data(), size)
              : TIFFWriteEncodedStrip(tiff, TIFFComputeStrip(tiff, uy, 0), bytes.data(), size);
      BOOST_REQUIRE(written == size);
    }
  }
  BOOST_REQUIRE(TIFFWriteDirectory(tiff) == 1);
}

/// A file of one directory, behind which the 16-bit pixels of some images lie.
inline std::string one_directory(bool is_big_endian, std::string const& description, int images,
                                 int width = columns, int height = rows) {
  auto const bytes = [&](int count, std::uint32_t value) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      int const shift = 8 * (is_big_endian ? count - 1 - i : i);
      text += static_cast<char>(value >> shift);
    }
    return text;
  };
  struct Entry {
    std::uint32_t tag, type, count, value;
  };
  constexpr std::uint32_t ascii = 2;
  constexpr std::uint32_t integer = 4;
  constexpr std::uint32_t entries = 9;
  constexpr std::uint32_t text_at = 8 + 2 + 12 * entries + 4;
  auto const length =
      static_cast<std::uint32_t>(description.size() + 1 + description.size() % 2 + 1);
  std::uint32_t const pixels_at = (text_at + length + 1) / 2 * 2;
  auto const u = static_cast<std::uint32_t>(width);
  auto const v = static_cast<std::uint32_t>(height);
  Entry const table[entries] = {
      {256, integer, 1, u},
      {257, integer, 1, v},
      {258, integer, 1, 16},
      {259, integer, 1, 1},
      {262, integer, 1, 1},
      {270, ascii, static_cast<std::uint32_t>(description.size() + 1), text_at},
      {273, integer, 1, pixels_at},
      {278, integer, 1, v},
      {279, integer, 1, 2 * u * v}};
  std::string file = is_big_endian ? "MM" : "II";
  file += bytes(2, 42) + bytes(4, 8) + bytes(2, entries);
  for (Entry const& entry : table) {
    file +=
        bytes(2, entry.tag) + bytes(2, entry.type) + bytes(4, entry.count) + bytes(4, entry.value);
  }
  file += bytes(4, 0) + description;
  file.resize(pixels_at, '\0');
  for (int i = 0; i < images; ++i) {
    for (int n = 0; n < width * height; ++n) {
      file += bytes(2, static_cast<std::uint32_t>(number(i, n / width, n % width)));
    }
  }
  return file;
}

}  // namespace test::tiff
