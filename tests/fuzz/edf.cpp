// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/edf_images.hpp>

#include "../support/edf_writer.hpp"
#include "fuzz.hpp"
#include "images.hpp"

namespace fuzz {
namespace {

std::string frame(std::string const& type, std::string const& bytes) {
  return test::edf_header(test::edf_entries(type, 3, 2)) + bytes;
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
