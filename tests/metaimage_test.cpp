// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <locale>
#include <string>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/metaimage.hpp>

#include "support/temporary_folder.hpp"

using pyronn::FileError;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::VolumeView;
using pyronn::write_metaimage;
using test::read_bytes;
using test::says;
using test::says_of;
using test::TemporaryFolder;

namespace {

using Elements = std::tuple<float, double, std::uint16_t, std::uint8_t>;

class GroupedThousands : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  std::string do_grouping() const override { return "\1"; }
};

Grid const grid = Grid::from_origin({4, 3, 2}, {0.5, 0.1, 2}, {-10.25, 1e-3, 1. / 3});

template <class T>
std::vector<T> counting(std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(10 * i);
  return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metaimage)

BOOST_AUTO_TEST_CASE(the_header_is_what_itk_reads) {
  TemporaryFolder const folder;
  auto const values = counting<float>(24);
  write_metaimage(folder / "volume.mha", VolumeView<float const>{values.data(), grid.size}, grid);
  std::string const bytes = read_bytes(folder / "volume.mha");
  std::string const header =
      "ObjectType = Image\n"
      "NDims = 3\n"
      "BinaryData = True\n"
      "BinaryDataByteOrderMSB = False\n"
      "CompressedData = False\n"
      "TransformMatrix = 1 0 0 0 1 0 0 0 1\n"
      "Offset = -10.25 0.001 0.33333333333333331\n"
      "ElementSpacing = 0.5 0.10000000000000001 2\n"
      "DimSize = 4 3 2\n"
      "ElementType = MET_FLOAT\n"
      "ElementDataFile = LOCAL\n";
  BOOST_TEST(bytes.substr(0, header.size()) == header);
  BOOST_TEST(folder.entry_count() == 1);
}

/// Index (1, 0, 0) is 0.5 mm along the world's z, (0, 1, 0) along its x, (0, 0, 1) along its y.
BOOST_AUTO_TEST_CASE(a_world_with_other_axes) {
  std::string const header =
      pyronn::detail::metaimage_header(grid, "MET_FLOAT", pyronn::WorldAxes::zxy);
  BOOST_TEST(header.find("\nTransformMatrix = 0 0 1 1 0 0 0 1 0\n"
                         "Offset = 0.001 0.33333333333333331 -10.25\n"
                         "ElementSpacing = 0.5 0.10000000000000001 2\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_elements_follow_the_header, T, Elements) {
  TemporaryFolder const folder;
  auto values = counting<T>(24);
  write_metaimage(folder / "volume.mha", VolumeView<T>{values.data(), grid.size}, grid);
  std::string const bytes = read_bytes(folder / "volume.mha");
  std::string const last_line = "ElementDataFile = LOCAL\n";
  std::size_t const begin = bytes.find(last_line) + last_line.size();
  BOOST_TEST_REQUIRE(bytes.size() == begin + values.size() * sizeof(T));
  BOOST_TEST(std::memcmp(bytes.data() + begin, values.data(), values.size() * sizeof(T)) == 0);
  std::string const type = sizeof(T) == 1   ? "MET_UCHAR"
                           : sizeof(T) == 2 ? "MET_USHORT"
                           : sizeof(T) == 4 ? "MET_FLOAT"
                                            : "MET_DOUBLE";
  BOOST_TEST(bytes.find("\nElementType = " + type + "\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_global_locale_does_not_matter) {
  TemporaryFolder const folder;
  auto const values = counting<std::uint8_t>(24);
  VolumeView<std::uint8_t const> const volume{values.data(), grid.size};
  write_metaimage(folder / "here.mha", volume, grid);
  auto const old = std::locale::global(std::locale{std::locale::classic(), new GroupedThousands});
  write_metaimage(folder / "there.mha", volume, grid);
  std::locale::global(old);
  BOOST_TEST(read_bytes(folder / "here.mha") == read_bytes(folder / "there.mha"));
}

BOOST_AUTO_TEST_CASE(a_volume_of_another_size_is_refused_with_both_sizes) {
  TemporaryFolder const folder;
  auto const values = counting<float>(24);
  VolumeView<float const> const transposed{values.data(), {2, 3, 4}};
  BOOST_CHECK_EXCEPTION(write_metaimage(folder / "volume.mha", transposed, grid), InvalidArgument,
                        says("write_metaimage: volume of (2, 3, 4) voxels on a grid of (4, 3, 2)"));
  BOOST_TEST(folder.entry_count() == 0);
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused_and_write_nothing) {
  TemporaryFolder const folder;
  auto const values = counting<float>(24);
  VolumeView<float const> const volume{values.data(), grid.size};
  VolumeView<float const> const nothing{nullptr, grid.size};
  Grid flat = grid;
  flat.spacing[2] = 0;
  BOOST_CHECK_EXCEPTION(write_metaimage(folder / "volume.mha", nothing, grid), InvalidArgument,
                        says("write_metaimage: the volume has no data"));
  BOOST_CHECK_EXCEPTION(write_metaimage(folder / "volume.mha", volume, flat), InvalidArgument,
                        says("spacing (0.5, 0.1, 0)"));
  BOOST_CHECK_EXCEPTION(write_metaimage(folder / "volume.raw", volume, grid), InvalidArgument,
                        says("volume.raw must end in .mha"));
  auto const nowhere = folder / "missing/volume.mha";
  BOOST_CHECK_EXCEPTION(write_metaimage(nowhere, volume, grid), FileError,
                        says_of(nowhere, "No such file or directory"));
  BOOST_TEST(folder.entry_count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
