// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <vector>

#include <pyronn/scan/edf_images.hpp>

#include "../support/edf_writer.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

std::string frame(std::string const& type, std::string const& bytes) {
  return test::edf_header(test::edf_entries(type, 3, 2)) + bytes;
}

void check_images(pyronn::ImageStack const& images, std::uintmax_t file_bytes) {
  auto const extents = images.extents();
  auto const row_bytes = extents[0] * std::int64_t{pyronn::bytes_of(images.type())};
  promises(row_bytes * extents[1] * extents[2] <= static_cast<std::int64_t>(file_bytes),
           "images fit into their file");
  std::vector<double> row(static_cast<std::size_t>(extents[0]));
  for (int const image : {0, extents[2] - 1}) {
    for (int const v : {0, extents[1] - 1}) images.read({image, 1, v, 1}, row.data());
  }
}

}  // namespace

Reader edf() {
  std::string const shorts = frame("UnsignedShort", std::string(12, 'a'));
  std::string const general =
      test::edf_header({{"EDF_DataFormatVersion", "2.40"}, {"ByteOrder", "HighByteFirst"}});
  return {"edf",
          {shorts, shorts + shorts, frame("FloatValue", std::string(24, 'b')),
           general + shorts + frame("UnsignedShort", std::string(12, '}')),
           "{DataType=Signed64;Dim_1=1;Dim_2=1;Dim_3=2;Size=16;byteorder=lowbytefirst}\r\n" +
               std::string(16, 'c')},
          {"{",
           "}",
           "}\n",
           "}\r\n",
           ";",
           "=",
           "Dim_1 = ",
           "Dim_2 = 2147483647 ;",
           "Dim_3 = 2 ;",
           "Dim_4 = 1 ;",
           "Size = ",
           "EDF_BinarySize = 4 ;",
           "EDF_DataFormatVersion = 2 ;",
           "EDF_DataBlockID = 1.Image.Error ;",
           "UnsignedByte",
           "DoubleValue",
           "HighByteFirst",
           "Compression = NONE ;",
           std::string(1, '\0'),
           std::string(512, ' ')},
          [](std::filesystem::path const& file) {
            return returns<pyronn::FileError>(
                [&] { check_images(*pyronn::edf_images(file), std::filesystem::file_size(file)); });
          }};
}

}  // namespace fuzz
