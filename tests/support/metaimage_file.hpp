// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A MetaImage file of 4 x 3 x 2 elements, written by hand.
#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <zlib.h>

#include <pyronn/io/read_metaimage.hpp>
#include <pyronn/scan/metaimage_images.hpp>

#include "temporary_folder.hpp"

namespace test::metaimage {

inline constexpr int columns = 4;
inline constexpr int rows = 3;
inline constexpr int slices = 2;

template <class T>
T number(int i) {
  return static_cast<T>(7 * i + 3);
}

/// The elements from `first` on, in either order of bytes.
template <class T>
std::string elements(bool is_big_endian = false, int first = 0, int count = slices) {
  std::string bytes;
  for (int i = first * rows * columns; i < (first + count) * rows * columns; ++i) {
    T const value = number<T>(i);
    std::string one(reinterpret_cast<char const*>(&value), sizeof(T));
    if (is_big_endian) std::reverse(one.begin(), one.end());
    bytes += one;
  }
  return bytes;
}

inline std::string compressed(std::string const& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string result(size, '\0');
  compress(reinterpret_cast<Bytef*>(result.data()), &size,
           reinterpret_cast<Bytef const*>(bytes.data()), static_cast<uLong>(bytes.size()));
  return result.substr(0, size);
}

inline std::string const start = "ObjectType = Image\nNDims = 3\nDimSize = 4 3 2\n";
inline std::string const shorts = start + "ElementType = MET_USHORT\n";
inline std::string const local = "ElementDataFile = LOCAL\n";

struct Files {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "a file.mha";

  void write(std::string const& bytes) const {
    std::filesystem::remove(path);  // images keep it open
    write_bytes(path, bytes);
  }

  template <class T>
  void holds_numbers() const {
    auto const images = pyronn::metaimage_images(path);
    BOOST_TEST(images->extents() == (pyronn::Extents<3>{columns, rows, slices}));
    BOOST_TEST((images->type() == pyronn::detail::number_type<T>()));
    std::vector<T> all(rows * columns * slices);
    images->read(images->whole(), all.data());
    for (int i = 0; i < rows * columns * slices; ++i) {
      BOOST_TEST(all[static_cast<std::size_t>(i)] == number<T>(i));
    }
    std::array<T, 2 * columns> part{};  // of the last rows of the last slice
    images->read({1, 1, 1, 2}, part.data());
    BOOST_TEST(part[0] == number<T>((rows + 1) * columns));
    BOOST_TEST(part[2 * columns - 1] == number<T>(2 * rows * columns - 1));
  }

  void refuses(std::string const& bytes, std::string const& reason) const {
    write(bytes);
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::metaimage_images(path)), pyronn::FileError,
                            says_of(path, reason));
      BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_metaimage<double>(path)),
                            pyronn::FileError, says_of(path, reason));
    }
  }
};

}  // namespace test::metaimage
