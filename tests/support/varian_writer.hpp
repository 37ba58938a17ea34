// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Files of Varian's flat panels, byte by byte.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "edf_writer.hpp"

namespace test::varian {

using Pixels = std::vector<std::int32_t>;

inline std::string integer(std::int64_t value) {
  return bytes_of_number(static_cast<std::int32_t>(value));
}

/// A compressed image: two bits a difference, and the bytes of all pixels.
struct Compressed {
  std::string table;
  std::string data;
};

/// Pixels count through all rows, as if an image were one line.
inline Compressed compress(Pixels const& pixels, std::size_t columns) {
  Compressed result;
  std::vector<int> codes;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (i <= columns) {
      result.data += bytes_of_number(pixels[i]);
      continue;
    }
    std::int64_t const exact =
        std::int64_t{pixels[i]} - pixels[i - 1] - pixels[i - columns] + pixels[i - columns - 1];
    auto const wrapped = static_cast<std::int32_t>(static_cast<std::uint32_t>(exact));
    if (wrapped >= -128 && wrapped < 128) {
      codes.push_back(0);
      result.data += bytes_of_number(static_cast<std::int8_t>(wrapped));
    } else if (wrapped >= -32768 && wrapped < 32768) {
      codes.push_back(1);
      result.data += bytes_of_number(static_cast<std::int16_t>(wrapped));
    } else {
      codes.push_back(2);
      result.data += bytes_of_number(wrapped);
    }
  }
  result.table.resize((codes.size() + 3) / 4, '\0');
  for (std::size_t i = 0; i < codes.size(); ++i) {
    auto const byte = static_cast<unsigned char>(result.table[i / 4]);
    result.table[i / 4] =
        static_cast<char>(byte | static_cast<unsigned>(codes[i]) << (2 * (i % 4)));
  }
  return result;
}

/// One property of a .xim file.
inline std::string property(std::string const& name, int type, std::string const& value) {
  return integer(static_cast<std::int64_t>(name.size())) + name + integer(type) + value;
}
inline std::string number(std::string const& name, double value) {
  return property(name, 1, bytes_of_number(value));
}
inline std::string with_size(std::string const& bytes) {
  return integer(static_cast<std::int64_t>(bytes.size())) + bytes;
}

using Numbers = std::vector<std::pair<std::string, double>>;

/// What stands behind the image of a .xim file: a histogram, properties of every type.
inline std::string xim_end(Numbers const& numbers) {
  std::string end = integer(3) + integer(7) + integer(8) + integer(9);
  end += integer(static_cast<std::int64_t>(numbers.size()) + 4);
  end += property("AcquisitionMode", 2, with_size("Dual"));
  end += property("DataOffset", 0, integer(-100));
  for (auto const& [name, value] : numbers) end += varian::number(name, value);
  end += property("PairOfDoubles", 4, with_size(bytes_of_numbers<double>({1.5, -2.5})));
  end += property("ThreeIntegers", 5, with_size(bytes_of_numbers<std::int32_t>({1, 2, 3})));
  return end;
}

inline std::string xim_start(std::size_t columns, std::size_t rows, int bytes, int compression) {
  return std::string("VMS.XI\0\0", 8) + integer(1) + integer(static_cast<std::int64_t>(columns)) +
         integer(static_cast<std::int64_t>(rows)) + integer(8 * bytes) + integer(bytes) +
         integer(compression);
}

inline std::string xim(Pixels const& pixels, std::size_t columns, Numbers const& numbers) {
  Compressed const image = compress(pixels, columns);
  return xim_start(columns, pixels.size() / columns, 4, 1) + with_size(image.table) +
         with_size(image.data) + integer(static_cast<std::int64_t>(4 * pixels.size())) +
         xim_end(numbers);
}

template <class T>
std::string plain_xim(std::vector<T> const& pixels, std::size_t columns, Numbers const& numbers) {
  return xim_start(columns, pixels.size() / columns, sizeof(T), 0) +
         with_size(bytes_of_numbers(pixels)) + xim_end(numbers);
}

/// The header of .hnd and .hnc files.
inline std::string hn_header(std::size_t columns, std::size_t rows, double angle, double pixel,
                             std::size_t size) {
  std::string header(size, '\0');
  auto const put = [&header](std::size_t at, std::string const& bytes) {
    header.replace(at, bytes.size(), bytes);
  };
  put(0, "VARIAN_VA_INTERNAL_1.0");
  put(120, integer(static_cast<std::int64_t>(columns)));
  put(124, integer(static_cast<std::int64_t>(rows)));
  put(176, bytes_of_number(100.0));
  put(184, bytes_of_number(150.0));
  put(352, bytes_of_number(pixel));
  put(360, bytes_of_number(2 * pixel));
  put(432, bytes_of_number(angle));
  put(440, bytes_of_number(1234.0));
  return header;
}

inline std::string hnd(Pixels const& pixels, std::size_t columns, double angle, double pixel) {
  Compressed const image = compress(pixels, columns);
  return hn_header(columns, pixels.size() / columns, angle, pixel, 1024) + image.table + image.data;
}

inline std::string hnc(std::vector<std::uint16_t> const& pixels, std::size_t columns, double angle,
                       double pixel) {
  return hn_header(columns, pixels.size() / columns, angle, pixel, 512) + bytes_of_numbers(pixels);
}

}  // namespace test::varian
