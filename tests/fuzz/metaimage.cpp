// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// MetaImage files, as volumes, images and projections of RTK's.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <zlib.h>

#include <pyronn/io/read_metaimage.hpp>
#include <pyronn/scan/rtk_scan.hpp>

#include "../support/rtk_writer.hpp"
#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {
namespace {

std::string const numbers_of_file(48, '\x41');

std::string compressed(std::string const& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string result(size, '\0');
  compress(reinterpret_cast<Bytef*>(result.data()), &size,
           reinterpret_cast<Bytef const*>(bytes.data()), static_cast<uLong>(bytes.size()));
  return result.substr(0, size);
}

/// What headers name beside them, and a name for the input by which it is known as a MetaImage.
struct Files {
  test::TemporaryFolder folder;
  std::filesystem::path geometry = folder / "geometry.xml";
  std::filesystem::path projections = folder / "input.mha";

  Files() {
    test::write_bytes(folder / "all.raw", numbers_of_file);
    test::write_bytes(folder / "s1.raw", numbers_of_file.substr(24));
    test::write_bytes(folder / "s2.raw", numbers_of_file.substr(24));
    test::write_bytes(geometry, test::rtk_geometry({{500, 1000}, {500, 1000, 1}}));
  }
};

bool reads_images(std::filesystem::path const& path) {
  return returns<pyronn::FileError>([&] {
    auto const images = pyronn::metaimage_images(path);
    auto const [columns, rows, count] = images->extents().size;
    std::vector<double> last(static_cast<std::size_t>(columns));
    images->read({count - 1, 1, rows - 1, 1}, last.data());
  });
}

bool reads_volume(std::filesystem::path const& path) {
  return returns<pyronn::FileError>([&] {
    auto const volume = pyronn::read_metaimage<double>(path);
    promises(static_cast<std::int64_t>(volume.voxels.size()) == volume.grid.size.count(),
             "a volume has as many voxels as its grid");
    volume.grid.validate();
  });
}

bool reads_scan(Files const& files, std::filesystem::path const& path) {
  if (!std::filesystem::is_symlink(files.projections)) {
    std::filesystem::create_symlink(path, files.projections);
  }
  return returns<pyronn::FileError>([&] {
    promises(pyronn::read_rtk_scan(files.geometry, files.projections).num_views() == 2,
             "there are as many views as in the geometry");
  });
}

}  // namespace

Reader metaimage() {
  auto const files = std::make_shared<Files const>();
  std::string const folder = (files->folder / "").string();
  std::string const head = "ObjectType = Image\nNDims = 3\nDimSize = 4 3 2\n";
  std::string const place =
      "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -1 2 0.5\nElementSpacing = 1 2 3\n";
  std::string const shorts = "ElementType = MET_USHORT\n";
  std::string const local = "ElementDataFile = LOCAL\n";
  std::string const packed = compressed(numbers_of_file);
  return {"metaimage",
          {head + place + shorts + "BinaryDataByteOrderMSB = True\n" + local + numbers_of_file,
           head + shorts + "CompressedData = True\nCompressedDataSize = " +
               std::to_string(packed.size()) + "\n" + local + packed,
           head + shorts + "HeaderSize = -1\nElementDataFile = " + folder + "all.raw\n",
           head + shorts + "ElementDataFile = " + folder + "s%d.raw 1 2 1\n",
           head + shorts + "ElementDataFile = LIST\n" + folder + "s1.raw\n" + folder + "s2.raw\n",
           "NDims = 2\nDimSize = 4 3\nElementType = MET_FLOAT\n" + local + numbers_of_file},
          {"MET_FLOAT",
           "MET_DOUBLE",
           "MET_CHAR",
           "MET_ULONG_LONG",
           "NDims = 2\n",
           "True",
           "False",
           " LIST 3\n",
           folder + "all.raw",
           folder + "s%02d.raw 1 1 1",
           "%",
           "%n",
           " = ",
           "\r\n",
           "0 -1 0 1 0 0 0 0 1",
           "-1 0 0 0 0 1 0 1 0",
           "CompressedData = True\n",
           "CompressedDataSize = ",
           "HeaderSize = ",
           "Position = 1 2 3\n",
           "ElementNumberOfChannels = 2\n",
           "ElementDataFile = LOCAL\n",
           "9223372036854775807",
           "2147483647 2147483647 2147483647",
           packed,
           packed.substr(0, 7)},
          [files](std::filesystem::path const& path) {
            if (!reads_images(path)) return false;
            static_cast<void>(reads_volume(path));
            static_cast<void>(reads_scan(*files, path));
            return true;
          }};
}

}  // namespace fuzz
