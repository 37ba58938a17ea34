// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// MetaImage files that are refused, as volumes and as images.
#include <cstdint>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/read_metaimage.hpp>
#include <pyronn/scan/metaimage_images.hpp>

#include "support/metaimage_file.hpp"

using pyronn::FileError;
using pyronn::metaimage_images;
using test::says_of;
using test::metaimage::compressed;
using test::metaimage::elements;
using test::metaimage::Files;
using test::metaimage::local;
using test::metaimage::shorts;
using test::metaimage::start;

BOOST_AUTO_TEST_SUITE(metaimage_errors)

BOOST_AUTO_TEST_CASE(bad_headers) {
  Files const files;
  std::string const raw = elements<std::uint16_t>();
  auto const refuses_with = [&](std::string const& more, std::string const& reason) {
    files.refuses(shorts + more + local + raw, reason);
  };
  files.refuses("", "has no ElementDataFile, which ends its header");
  files.refuses("\x89PNG\r\n", "PNG', not key = value");
  files.refuses(shorts, "has no ElementDataFile");
  files.refuses("NDims = 3\n" + local, "has no DimSize");
  files.refuses("DimSize = 4 3 2\n" + local, "has no NDims");
  files.refuses(start + local + raw, "has no ElementType");
  files.refuses("ObjectType = Mesh\n" + local, "'ObjectType' ('Mesh') is not Image");
  files.refuses("NDims = 4\n" + local, "'NDims' ('4') is neither 2 nor 3");
  files.refuses("NDims = 4294967299\n" + local, "is neither 2 nor 3");
  files.refuses("NDims = 3\nDimSize = 10 20\n" + local, "'DimSize' ('10 20') must hold 3 numbers");
  files.refuses("NDims = 2\nDimSize = 10 20 30\n" + local, "must hold 2 numbers");
  for (char const* const size : {"4 3 0", "4 3 -2", "4 3 2147483648"}) {
    files.refuses(std::string{"NDims = 3\nDimSize = "} + size + "\n" + local,
                  "must be from 1 to 2^31 - 1");
  }
  files.refuses("NDims = 3\nDimSize = 4 3 2.5\n" + local, "must hold whole numbers");
  files.refuses("NDims = 3\nDimSize = 4 3 99999999999999999999\n" + local, "whole numbers");
  files.refuses("NDims = 3\nDimSize = 65536 65536 1\n" + local, "more than 2^31 - 1 elements");
  files.refuses("NDims = 3\nDimSize = 40000 40000 2000000000\n" + local, "than a file can hold");
  files.refuses(start + "ElementType = MET_FLOAT_ARRAY\n" + local, "is no type of single numbers");
  refuses_with("DimSize = 4 3 2\n", "'DimSize' ('4 3 2') stands there twice");
  refuses_with("BinaryData = False\n", "write it again as binary data");
  refuses_with("BinaryData = maybe\n", "is neither True nor False");
  refuses_with("ElementNumberOfChannels = 3\n", "is not 1");
  refuses_with("ElementSpacing = 1 0 1\n", "must not be 0");
  refuses_with("ElementSpacing = 1 nan 1\n", "must hold finite numbers");
  refuses_with("ElementSpacing = 1 1,5 1\n", "must hold finite numbers");
  refuses_with("ElementSpacing = 1e999 1 1\n", "must hold finite numbers");
  refuses_with("ElementSpacing = 1 1\n", "must hold 3 numbers");
  refuses_with("TransformMatrix = 1 0 0\n", "must hold 9 numbers");
  refuses_with("Offset = 1 2 3\nPosition = 1 2 4\n", "contradicts another key of its meaning");
  refuses_with("BinaryDataByteOrderMSB = False\nElementByteOrderMSB = True\n",
               "contradicts ElementByteOrderMSB");
  refuses_with("HeaderSize = 10\n", "is for data in files of their own");
  refuses_with("HeaderSize = -2\n", "must be a number of bytes, or -1");
  refuses_with("CompressedData = True\nHeaderSize = -1\n", "compressed data must not have");
  refuses_with("CompressedData = True\nCompressedDataSize = -1\n", "must be positive");
  files.refuses(shorts + std::string(3000, 'k') + "\n" + local, "kkk...', not key = value");
}

BOOST_AUTO_TEST_CASE(bad_files_of_elements) {
  Files const files;
  std::string const raw = elements<std::uint16_t>();
  std::string const header = shorts + local;
  files.refuses(header + raw.substr(1), "holds 47 bytes from byte " +
                                            std::to_string(header.size()) +
                                            " on, where 2 slices of 3 rows and 4 columns of uint16 "
                                            "take 48");
  files.refuses(header + raw + "x", "holds 49 bytes");
  files.refuses(shorts + "HeaderSize = -1\nElementDataFile = LOCAL", "take 48");
  auto const refuses_name = [&](std::string const& name, std::string const& reason) {
    files.refuses(shorts + "ElementDataFile = " + name, reason);
  };
  refuses_name("", "ElementDataFile has no value");
  refuses_name(std::string(1001, 'n'), "is no name of a file");
  refuses_name("LIST 1\n", "a file holds images of 2 or 3 dimensions");
  refuses_name("LIST\na.raw\n", "lists fewer than 2 files");
  refuses_name("LIST\na.raw\nb.raw\nc.raw\n", "lists more than 2 files");
  refuses_name("%d.raw 1 3 1", "('%d.raw 1 3 1') names 3 files of 2 slices");
  refuses_name("%d.raw 1 1 1", "names 1 file of 2 slices");
  for (std::string const pattern :
       {"%d.raw 1 2", "%d.raw 1 2 0", "%d.raw 2 1 1", "%d.raw -1 0 1", "%s.raw 1 2 1",
        "%d%d.raw 1 2 1", "%n 1 2 1", "%99999999d 1 2 1", "% 1 2 1", "%d.raw 0 9999999999 1"}) {
    refuses_name(pattern, "ElementDataFile is '" + pattern + "', not like");
  }
  files.refuses(
      "NDims = 3\nDimSize = 1 1 200000\nElementType = MET_CHAR\nElementDataFile = "
      "%d.raw 1 200000 1\n",
      "names 200000 files");
  files.write(shorts + "ElementDataFile = nowhere.raw");
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(metaimage_images(files.path)), FileError,
      says_of(files.folder / "nowhere.raw",
              "No such file or directory; the header " + files.path.string() + " names this file"));
  test::write_bytes(files.folder / "a.raw", raw.substr(0, 24));
  test::write_bytes(files.folder / "b.raw", raw.substr(0, 23));
  files.write(shorts + "ElementDataFile = LIST\na.raw\nb.raw\n");
  BOOST_CHECK_EXCEPTION(static_cast<void>(metaimage_images(files.path)), FileError,
                        says_of(files.folder / "b.raw",
                                "holds 23 bytes from byte 0 on, where 1 slice of 3 rows and 4 "
                                "columns of uint16 take 24; the header " +
                                    files.path.string()));
}

BOOST_AUTO_TEST_CASE(bad_compressed_elements) {
  Files const files;
  std::string const raw = elements<std::uint16_t>();
  std::string const packed = compressed(raw);
  std::string const header = shorts + "CompressedData = True\n";
  files.refuses(header + local + packed.substr(0, packed.size() - 1), "ends early, with 48 of 48");
  files.refuses(header + local + packed.substr(0, 15), "ends early, with ");
  files.refuses(header + local, "holds 0 compressed bytes, which cannot become 48");
  files.refuses(header + local + "no such data", "is damaged, or not of zlib");
  std::string damaged = packed;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  files.refuses(header + local + damaged, "is damaged, or not of zlib");
  files.refuses(header + local + compressed(raw.substr(2)), "holds 46 of 48 bytes");
  files.refuses(header + local + compressed(raw + "x"), "holds more than the 48 bytes");
  files.refuses(header + "CompressedDataSize = 99999\n" + local + packed,
                "where CompressedDataSize says 99999");
  files.refuses(header + "CompressedDataSize = 5\n" + local + packed, "ends early, with ");
  files.refuses(
      "NDims = 3\nDimSize = 30000 30000 30000\nElementType = MET_USHORT\nCompressedData "
      "= True\n" +
          local + packed,
      "which cannot become 54000000000000 bytes");
}

BOOST_AUTO_TEST_SUITE_END()
