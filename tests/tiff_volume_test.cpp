// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Volumes as TIFF files.
#include <filesystem>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/tiff_volume.hpp>
#include <pyronn/scan/tiff_images.hpp>

#if defined(__unix__)
#include "support/full_disk.hpp"
#endif
#include "support/temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(tiff_volume)

/// Strips are smaller than a slice.
BOOST_AUTO_TEST_CASE(slices_are_pages) {
  test::TemporaryFolder const folder;
  auto const grid = pyronn::Grid::from_origin({700, 500, 3}, {0.5, 0.75, 2}, {-1, 2.5, 7});
  std::vector<float> values;
  for (int i = 0; i < grid.size.count(); ++i) values.push_back(0.5F * static_cast<float>(i));
  pyronn::VolumeView<float const> const volume{values.data(), grid.size};
  auto const path = folder / "volume.tif";
  auto const writer = pyronn::tiff_volume_writer(path, grid);
  writer->append(volume.slices(0, 1));
  writer->append(volume.slices(1, 2));
  BOOST_TEST(!std::filesystem::exists(path));
  writer->commit();

  auto const read = pyronn::tiff_images(path);
  BOOST_TEST((read->extents() == grid.size));
  BOOST_TEST((read->type() == pyronn::NumberType::float32));
  std::vector<float> found(values.size());
  read->read(read->whole(), found.data());
  BOOST_TEST(found == values);
  auto const pixel = pyronn::tiff_pixel_size(path);
  BOOST_TEST_REQUIRE(pixel.has_value());
  BOOST_TEST((*pixel)[0] == 0.5, boost::test_tools::tolerance(1e-6));
  BOOST_TEST((*pixel)[1] == 0.75, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(what_is_not_finished_leaves_nothing) {
  test::TemporaryFolder const folder;
  auto const grid = pyronn::Grid::centered({4, 3, 2}, {1, 1, 1});
  std::vector<float> const values(24);
  {
    auto const writer = pyronn::tiff_volume_writer(folder / "volume.tif", grid);
    writer->append({values.data(), {4, 3, 1}});
    BOOST_CHECK_THROW(writer->commit(), pyronn::InvalidArgument);
  }
  BOOST_TEST(std::filesystem::is_empty(folder / ""));
  BOOST_CHECK_THROW(
      static_cast<void>(pyronn::tiff_volume_writer(folder / "none" / "volume.tif", grid)),
      pyronn::FileError);
}

#if defined(__unix__)
BOOST_AUTO_TEST_CASE(full_disks_are_reported) {
  test::check_full_disks(pyronn::tiff_volume_writer, [] {});
}
#endif

BOOST_AUTO_TEST_SUITE_END()
