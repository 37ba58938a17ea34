// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A scan of a Zeiss microscope, whose streams may be changed.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/zeiss.hpp>

#include "ole2_writer.hpp"
#include "temporary_folder.hpp"

namespace test::zeiss {

using Floats = std::vector<float>;
using Integers = std::vector<std::int32_t>;

inline constexpr int columns = 8;
inline constexpr int rows = 6;

/// The number in a view, from 0 on, at a row and a column.
inline int number(int view, int row, int column) {
  return (50 * view + 11 * row + 7 * column) % 120;
}

template <class T>
std::string image(int view, int width = columns, int height = rows) {
  std::vector<T> numbers;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      numbers.push_back(static_cast<T>(number(view, row, column)));
    }
  }
  return bytes_of_numbers(numbers);
}

inline std::string name_of_view(int view) {
  return "ImageData" + std::to_string(view / 100 + 1) + "/Image" + std::to_string(view + 1);
}

struct Files {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "scan.txrm";
  Ole2Writer::Streams streams = scan(4);

  void set(std::string const& name, Floats const& values) {
    streams[name] = {bytes_of_numbers(values)};
  }
  void set(std::string const& name, Integers const& values) {
    streams[name] = {bytes_of_numbers(values)};
  }
  void set_text(std::string const& name, std::string const& text) { streams[name] = {text}; }

  /// A cone-beam scan of uint16, with all that must be there.
  static Ole2Writer::Streams scan(int views) {
    auto const integer = [](int value) { return Ole2Stream{bytes_of_numbers(Integers{value})}; };
    auto const floats = [](Floats const& values) { return Ole2Stream{bytes_of_numbers(values)}; };
    Ole2Writer::Streams result{{"ImageInfo/ImageWidth", integer(columns)},
                               {"ImageInfo/ImageHeight", integer(rows)},
                               {"ImageInfo/DataType", integer(5)},
                               {"ImageInfo/NoOfImages", integer(views)},
                               {"ImageInfo/ImagesTaken", integer(views)},
                               {"ImageInfo/XrayGeometry", integer(1)},
                               {"ImageInfo/AcquisitionMode", integer(0)},
                               {"ImageInfo/PixelSize", floats({12.5F})},
                               {"ReferenceData/DataType", integer(5)},
                               {"ReferenceData/Image", {image<std::uint16_t>(9)}}};
    Floats angles;
    for (int view = 0; view < views; ++view) {
      result[name_of_view(view)] = {image<std::uint16_t>(view)};
      angles.push_back(-90.0F + 22.5F * static_cast<float>(view));
    }
    auto const count = static_cast<std::size_t>(views);
    result["ImageInfo/Angles"] = floats(angles);
    result["ImageInfo/StoRADistance"] = floats(Floats(count, -50.0F));
    result["ImageInfo/DtoRADistance"] = floats(Floats(count, 150.0F));
    return result;
  }

  void write(Ole2Order order = Ole2Order::in_a_row, int version = 3) {
    static int files = 0;  // scans keep their files open
    path = folder / ("scan" + std::to_string(++files) + ".txrm");
    Ole2Writer{streams, order, version}.write(path);
  }
  pyronn::Scan read(pyronn::GivenOfScan const& given = {}) {
    write();
    return pyronn::read_zeiss(path, given);
  }
  void refuses(std::string const& reason, pyronn::GivenOfScan const& given = {}) {
    write();
    BOOST_TEST_CONTEXT(reason)
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_zeiss(path, given)), pyronn::FileError,
                          says_of(path, reason));
  }
};

inline void check_views(pyronn::ImageStack const& stack, int views) {
  BOOST_REQUIRE((stack.extents() == pyronn::Extents<3>{columns, rows, views}));
  std::vector<double> out(static_cast<std::size_t>(stack.extents().count()));
  stack.read(stack.whole(), out.data());
  std::size_t i = 0;
  for (int view = 0; view < views; ++view) {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        BOOST_REQUIRE(out[i++] == number(view, row, column));
      }
    }
  }
}

inline double first_number(pyronn::ImageStack const& stack, int view) {
  std::vector<double> out(columns);
  stack.read({view, 1, 1, 1}, out.data());
  return out[2];
}
inline constexpr double first(int view) { return (50 * view + 25) % 120; }

}  // namespace test::zeiss
