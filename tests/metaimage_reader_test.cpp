// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// MetaImage files as ITK and others write them, read as volumes and as images.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/metaimage.hpp>
#include <pyronn/io/read_metaimage.hpp>
#include <pyronn/scan/metaimage_images.hpp>

#include "support/metaimage_file.hpp"

using pyronn::FileError;
using pyronn::Grid;
using pyronn::metaimage_images;
using pyronn::NumberType;
using pyronn::read_metaimage;
using pyronn::read_metaimage_header;
using pyronn::Vec3d;
using test::says_of;
using test::metaimage::columns;
using test::metaimage::compressed;
using test::metaimage::elements;
using test::metaimage::Files;
using test::metaimage::local;
using test::metaimage::number;
using test::metaimage::rows;
using test::metaimage::shorts;
using test::metaimage::slices;
using test::metaimage::start;

namespace {

struct Type {
  char const* name;
  NumberType type;
};
constexpr Type types[] = {
    {"MET_UCHAR", NumberType::uint8},       {"MET_CHAR", NumberType::int8},
    {"MET_USHORT", NumberType::uint16},     {"MET_SHORT", NumberType::int16},
    {"MET_UINT", NumberType::uint32},       {"MET_INT", NumberType::int32},
    {"MET_ULONG", NumberType::uint32},      {"MET_LONG", NumberType::int32},
    {"MET_LONG_LONG", NumberType::int64},   {"MET_FLOAT", NumberType::float32},
    {"MET_ULONG_LONG", NumberType::uint64}, {"MET_DOUBLE", NumberType::float64}};

}  // namespace

BOOST_AUTO_TEST_SUITE(metaimage_reader)

BOOST_AUTO_TEST_CASE(every_type_in_either_order_of_bytes_compressed_and_not) {
  Files const files;
  for (Type const& type : types) {
    BOOST_TEST_CONTEXT(type.name) {
      pyronn::visit_number_type(type.type, [&](auto zero) {
        using T = decltype(zero);
        if constexpr (!std::is_same_v<T, pyronn::Half>) {
          std::string const header = start + "ElementType = " + type.name + "\n";
          for (bool const is_big_endian : {false, true}) {
            std::string const order =
                std::string{"BinaryDataByteOrderMSB = "} + (is_big_endian ? "True\n" : "False\n");
            std::string const bytes = elements<T>(is_big_endian);
            files.write(header + order + local + bytes);
            files.holds_numbers<T>();
            BOOST_TEST(read_metaimage<double>(files.path).voxels[17] == number<int>(17));
            std::string const packed = compressed(bytes);
            files.write(header + order + "CompressedData = True\nCompressedDataSize = " +
                        std::to_string(packed.size()) + "\n" + local + packed);
            files.holds_numbers<T>();
            BOOST_TEST(read_metaimage<double>(files.path).voxels[17] == number<int>(17));
          }
        }
      });
    }
  }
}

BOOST_AUTO_TEST_CASE(elements_lie_where_the_header_says) {
  Files const files;
  std::string const raw = elements<std::uint16_t>();
  files.write(shorts + "HeaderSize = -1\n" + local + "of another length" + raw);
  files.holds_numbers<std::uint16_t>();
  files.write(shorts + "CompressedData = True\n" + local + compressed(raw));
  files.holds_numbers<std::uint16_t>();

  test::write_bytes(files.folder / "all of it.raw", std::string(100, 'x') + raw);
  files.write(shorts + "HeaderSize = 100\nElementDataFile = all of it.raw\n");
  files.holds_numbers<std::uint16_t>();
  files.write(shorts + "HeaderSize = -1\nElementDataFile = all of it.raw");
  files.holds_numbers<std::uint16_t>();
  files.write(shorts + "HeaderSize = 100\nElementDataFile = LIST 3\nall of it.raw\n");
  files.holds_numbers<std::uint16_t>();

  for (int slice = 0; slice < slices; ++slice) {
    std::string const bytes = elements<std::uint16_t>(false, slice, 1);
    test::write_bytes(files.folder / ("a " + std::to_string(9 + 3 * slice) + ".raw"), bytes);
    test::write_bytes(files.folder / ("b00" + std::to_string(slice) + ".z"), compressed(bytes));
  }
  for (std::string const name :
       {"a %d.raw 9 12 3", "LIST\na 9.raw\r\na 12.raw\r\n", "LIST 2\na 9.raw\n\na 12.raw"}) {
    BOOST_TEST_CONTEXT(name) {
      files.write(shorts + "ElementDataFile = " + name);
      files.holds_numbers<std::uint16_t>();
    }
  }
  files.write(shorts + "CompressedData = True\nElementDataFile = b%03d.z 0 1 1\n");
  files.holds_numbers<std::uint16_t>();
  files.write(shorts + "CompressedData = True\nElementDataFile = LIST\nb000.z\nb001.z\n");
  files.holds_numbers<std::uint16_t>();
}

/// Blanks, ends of lines, synonyms, keys that nobody knows, and what is not said.
BOOST_AUTO_TEST_CASE(headers_as_others_write_them) {
  Files const files;
  std::string const raw = elements<float>();
  files.write(
      "NDims=3\r\nDimSize =4 3\t2\r\n\r\nElementSize = 2 3 4\r\nElementByteOrderMSB = False\r\n"
      "ITK_InputFilterName = MetaImageIO\r\nComment = a = b\r\nelementspacing = 9 9 9\r\n"
      "Rotation = 0 1 0 0 0 1 1 0 0\r\nPosition = -1 .5 1e-3\r\nElementType = MET_FLOAT \r\n"
      "ElementDataFile = Local\r\n" +
      raw);
  files.holds_numbers<float>();
  auto const header = read_metaimage_header(files.path);
  BOOST_TEST(header.spacing == (Vec3d{2, 3, 4}));
  BOOST_TEST(header.origin == (Vec3d{-1, 0.5, 1e-3}));
  BOOST_TEST(header.axes[0] == (Vec3d{0, 1, 0}));
  BOOST_TEST(header.axes[2] == (Vec3d{1, 0, 0}));

  files.write(start + "ElementSize = 2 3 4\nElementSpacing = 5 6 -7\nElementType = MET_FLOAT\n" +
              local + raw);
  auto const reversed = read_metaimage_header(files.path);
  BOOST_TEST(reversed.spacing == (Vec3d{5, 6, 7}));
  BOOST_TEST(reversed.axes[2] == (Vec3d{0, 0, -1}));

  files.write(
      "NDims = 2\nDimSize = 4 6\nElementSpacing = 2 3\nOffset = 5 6\nElementType = "
      "MET_FLOAT\nTransformMatrix = 0 -1 1 0\n" +
      local + raw);
  auto const image = read_metaimage_header(files.path);
  BOOST_TEST(image.size == (pyronn::Extents<3>{4, 6, 1}));
  BOOST_TEST(image.axes[0] == (Vec3d{0, -1, 0}));
  BOOST_TEST(image.spacing == (Vec3d{2, 3, 1}));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  Files const files;
  Grid const grid = Grid::from_origin({4, 3, 2}, {0.5, 0.1, 2}, {-10.25, 1e-3, 1. / 3});
  std::vector<float> values(24);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1 / (1 + static_cast<float>(i));
  pyronn::write_metaimage(files.path, pyronn::VolumeView<float const>{values.data(), grid.size},
                          grid);
  auto const volume = read_metaimage<float>(files.path);
  BOOST_TEST(volume.voxels == values, boost::test_tools::per_element());
  BOOST_TEST((volume.grid == grid));
  BOOST_TEST(volume.view().extents == grid.size);
}

/// Each voxel is where the file puts it, whatever the order of the file's axes.
BOOST_AUTO_TEST_CASE(axes_that_are_exchanged_or_run_the_other_way) {
  Files const files;
  std::array<int, 3> order{0, 1, 2};
  Vec3d const spacing{0.5, 2, 3};
  Vec3d const offset{10, -20, 30};
  int count = 0;
  do {
    for (int signs = 0; signs < 8; ++signs, ++count) {
      std::array<Vec3d, 3> axes{};
      std::string matrix;
      for (int axis = 0; axis < 3; ++axis) {
        for (int world = 0; world < 3; ++world) {
          int const sign = (signs >> axis & 1) != 0 ? -1 : 1;
          double const along = order[static_cast<std::size_t>(axis)] == world ? sign : 0;
          axes[static_cast<std::size_t>(axis)][world] = along;
          matrix += ' ' + std::to_string(along);
        }
      }
      files.write(start + "TransformMatrix =" + matrix +
                  "\nElementSpacing = 0.5 2 3\nOffset = 10 -20 30\nElementType = MET_FLOAT\n" +
                  local + elements<float>());
      auto const volume = read_metaimage<float>(files.path);
      auto const view = volume.view();
      for (int i = 0; i < 24; ++i) {
        int const index[] = {i % 4, i / 4 % 3, i / 12};
        Vec3d point = offset;
        for (int axis = 0; axis < 3; ++axis) {
          point = point + index[axis] * spacing[axis] * axes[static_cast<std::size_t>(axis)];
        }
        std::array<std::int64_t, 3> at{};
        for (int world = 0; world < 3; ++world) {
          double const place =
              (point[world] - volume.grid.origin[world]) / volume.grid.spacing[world];
          at[static_cast<std::size_t>(world)] = std::lround(place);
          BOOST_TEST(place == std::round(place));
          BOOST_TEST_REQUIRE(place >= 0);
          BOOST_TEST_REQUIRE(place < view.extents[world]);
        }
        BOOST_TEST(view.data[(at[2] * view.extents[1] + at[1]) * view.extents[0] + at[0]] ==
                   number<float>(i));
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
  BOOST_TEST(count == 48);
}

BOOST_AUTO_TEST_CASE(directions_that_are_no_grid) {
  Files const files;
  for (std::string const matrix : {"0.8 0.6 0 -0.6 0.8 0 0 0 1", "1 0 0 1 0 0 0 0 1",
                                   "2 0 0 0 1 0 0 0 1", "1 0 0 0 1 0 0 0 0"}) {
    files.write(shorts + "TransformMatrix = " + matrix + "\n" + local + elements<std::uint16_t>());
    BOOST_TEST(metaimage_images(files.path)->extents()[2] == 2);
    BOOST_CHECK_EXCEPTION(static_cast<void>(read_metaimage<float>(files.path)), FileError,
                          says_of(files.path, "a grid needs the directions of x, y and z"));
  }
  files.write(shorts + "Offset = 1e300 0 0\n" + local + elements<std::uint16_t>());
  BOOST_CHECK_EXCEPTION(static_cast<void>(read_metaimage<float>(files.path)), FileError,
                        says_of(files.path, "Grid: origin"));
  files.write(shorts + local + elements<std::uint16_t>());
  BOOST_CHECK_EXCEPTION(static_cast<void>(read_metaimage<std::uint8_t>(files.path)), FileError,
                        says_of(files.path, "uint16, which do not fit into uint8"));
  BOOST_TEST(read_metaimage<std::uint32_t>(files.path).voxels[5] == number<std::uint32_t>(5));
}

BOOST_AUTO_TEST_CASE(many_threads_read_slices_in_many_files) {
  Files const files;
  for (int slice = 0; slice < slices; ++slice) {
    test::write_bytes(files.folder / ("s" + std::to_string(slice)),
                      elements<std::uint16_t>(false, slice, 1));
  }
  files.write(shorts + "ElementDataFile = s%d 0 1 1");
  auto const images = metaimage_images(files.path);
  std::array<int, 4> wrong{};
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&images, &count] {
      for (int i = 0; i < 100; ++i) {
        std::array<float, columns> row{};
        images->read({i % 2, 1, i % 3, 1}, row.data());
        int const first = (i % 2 * rows + i % 3) * columns;
        if (row[3] != number<float>(first + 3)) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int const count : wrong) BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_SUITE_END()
