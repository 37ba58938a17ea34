// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans of Zeiss microscopes, in OLE2 files of all layouts.
#include <cstdint>
#include <string>
#include <vector>

#include <pyronn/scan/zeiss.hpp>

#include "../support/ole2_writer.hpp"
#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

using test::Ole2Order;
using test::Ole2Writer;

template <class T>
std::string bytes(std::vector<T> const& numbers) {
  return test::bytes_of_numbers(numbers);
}

/// A word of 32 bits as it stands in a file.
std::string word(std::uint32_t number) {
  std::string text;
  test::put_number(text, number, 4);
  return text;
}

/// Three views of one type, with one reference image.
Ole2Writer::Streams scan(int columns, int rows, int code, std::size_t bytes_per_number) {
  std::size_t const size = static_cast<std::size_t>(columns * rows) * bytes_per_number;
  Ole2Writer::Streams streams{{"ImageInfo/ImageWidth", {word(static_cast<std::uint32_t>(columns))}},
                              {"ImageInfo/ImageHeight", {word(static_cast<std::uint32_t>(rows))}},
                              {"ImageInfo/DataType", {word(static_cast<std::uint32_t>(code))}},
                              {"ImageInfo/NoOfImages", {word(3)}},
                              {"ImageInfo/ImagesTaken", {word(3)}},
                              {"ImageInfo/XrayGeometry", {word(1)}},
                              {"ImageInfo/AcquisitionMode", {word(0)}},
                              {"ImageInfo/PixelSize", {bytes<float>({12.5F})}},
                              {"ImageInfo/Angles", {bytes<float>({0, 45, 90})}},
                              {"ImageInfo/StoRADistance", {bytes<float>({-50, -50, -50})}},
                              {"ImageInfo/DtoRADistance", {bytes<float>({150, 150, 150})}},
                              {"ReferenceData/DataType", {word(static_cast<std::uint32_t>(code))}},
                              {"ReferenceData/Image", {std::string(size, '\x40')}}};
  for (int view = 1; view <= 3; ++view) {
    streams["ImageData1/Image" + std::to_string(view)] = {std::string(size, '\x3f')};
  }
  return streams;
}

/// With what newer files have.
Ole2Writer::Streams newer_scan() {
  auto streams = scan(4, 3, 10, 4);
  streams["MultiReferenceData/Image1"] = streams["ReferenceData/Image"];
  streams["MultiReferenceData/Image2"] = streams["ReferenceData/Image"];
  streams["MultiReferenceData/DataType"] = {word(10)};
  streams["MultiReferenceData/ImageInfo/ExpTimes"] = {bytes<float>({1, 2})};
  streams.erase("ReferenceData/Image");
  streams.erase("ReferenceData/DataType");
  streams["ImageInfo/ExpTimes"] = {bytes<float>({1, 2, 3})};
  streams["Alignment/X-Shifts"] = {bytes<float>({0, 1, 2})};
  streams["Alignment/Y-Shifts"] = {bytes<float>({0, 0.5F, 0.25F})};
  streams["AutoRecon/CenterShift"] = {bytes<float>({0.5F})};
  streams["ImageInfo/XPosition"] = {bytes<float>({0, 20, 40})};
  streams["PositionInfo/AxisNames"] = {std::string{"Sample X\0Sample Theta\0", 22}};
  streams["PositionInfo/AxisUnits"] = {std::string{"um\0deg\0", 7}};
  return streams;
}

}  // namespace

Reader zeiss() {
  test::TemporaryFolder const folder;
  auto const path = folder / "scan.txrm";
  std::vector<std::string> corpus;
  auto const add = [&](Ole2Writer::Streams const& streams, Ole2Order order, int version) {
    Ole2Writer{streams, order, version}.write(path);
    corpus.push_back(test::read_bytes(path));
  };
  add(scan(4, 3, 5, 2), Ole2Order::in_a_row, 3);
  add(scan(4, 3, 5, 2), Ole2Order::shuffled, 3);
  add(newer_scan(), Ole2Order::in_a_row, 3);
  add(newer_scan(), Ole2Order::tables_between, 3);
  add(scan(65, 32, 5, 2), Ole2Order::in_a_row, 3);
  add(scan(65, 32, 5, 2), Ole2Order::shuffled, 3);
  add(scan(4, 3, 3, 1), Ole2Order::shuffled, 4);
  std::vector<std::string> words{std::string{"I\0m\0", 4}, std::string(128, '\0'), "\x05", "\x02"};
  for (std::uint32_t const number :
       {0U,          1U,          2U,          3U,          5U,          10U,
        12U,         64U,         100U,        4096U,       0x7fffffffU, 0x80000000U,
        0xfffffffaU, 0xfffffffcU, 0xfffffffdU, 0xfffffffeU, 0xffffffffU, 0x7fc00000U,
        0x7f800000U, 0xff800000U, 0x3f800000U, 0x7149f2caU, 0x0da24260U, 0x42b40000U}) {
    words.push_back(word(number));
  }
  return {"zeiss", corpus, words, [](std::filesystem::path const& file) {
            return returns<pyronn::FileError>([&] {
              auto const scan = pyronn::read_zeiss(file);
              promises(scan.num_views() == scan.views->extents()[2], "there is a view an angle");
              std::vector<double> numbers(static_cast<std::size_t>(scan.views->extents().count()));
              scan.views->read(scan.views->whole(), numbers.data());
              auto const flats = scan.flats.images->extents();
              numbers.resize(static_cast<std::size_t>(flats.count()));
              scan.flats.images->read(scan.flats.images->whole(), numbers.data());
            });
          }};
}

}  // namespace fuzz
