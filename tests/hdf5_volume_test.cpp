// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Volumes as HDF5 files.
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/hdf5_volume.hpp>
#include <pyronn/scan/hdf5_images.hpp>

#if defined(__unix__)
#include "support/full_disk.hpp"
#endif
#include "support/temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(hdf5_volume)

BOOST_AUTO_TEST_CASE(slabs_are_one_set_with_the_places_of_voxels) {
  test::TemporaryFolder const folder;
  auto const grid = pyronn::Grid::from_origin({7, 5, 4}, {0.5, 0.75, 2}, {-1, 2.5, 7});
  std::vector<float> values;
  for (int i = 0; i < grid.size.count(); ++i) values.push_back(0.5F * static_cast<float>(i));
  pyronn::VolumeView<float const> const volume{values.data(), grid.size};
  auto const path = folder / "volume.h5";
  auto const writer = pyronn::hdf5_volume_writer(path, grid);
  writer->append(volume.slices(0, 3));
  writer->append(volume.slices(3, 1));
  BOOST_TEST(!std::filesystem::exists(path));
  writer->commit();

  auto const read = pyronn::hdf5_images(path, "entry/data/data");
  BOOST_TEST((read->extents() == grid.size));
  std::vector<float> found(values.size());
  read->read(read->whole(), found.data());
  BOOST_TEST(found == values);
  pyronn::detail::Hdf5File const file{path};
  BOOST_TEST(file.numbers("entry/data/z") == (std::vector<double>{7, 9, 11, 13}));
  BOOST_TEST(file.attribute("entry/data/x", "units") == "mm");
  BOOST_TEST(file.attribute("entry/data", "NX_class") == "NXdata");
}

BOOST_AUTO_TEST_CASE(what_is_not_finished_leaves_nothing) {
  test::TemporaryFolder const folder;
  auto const grid = pyronn::Grid::centered({4, 3, 2}, {1, 1, 1});
  std::vector<float> const values(24);
  {
    auto const writer = pyronn::hdf5_volume_writer(folder / "volume.h5", grid);
    writer->append({values.data(), {4, 3, 1}});
    BOOST_CHECK_THROW(writer->commit(), pyronn::InvalidArgument);
  }
  BOOST_TEST(std::filesystem::is_empty(folder / ""));
  BOOST_CHECK_THROW(
      static_cast<void>(pyronn::hdf5_volume_writer(folder / "none" / "volume.h5", grid)),
      pyronn::FileError);
}

/// Of 320 GB, which are not in memory, nor is a file that is going to be replaced; the numbers
/// begin at a multiple of 8 bytes.
BOOST_AUTO_TEST_CASE(headers_of_large_volumes_are_small) {
  test::TemporaryFolder const folder;
  auto const path = folder / "volume.h5";
  test::write_bytes(path, "old");
  std::filesystem::resize_file(path, 64U << 20);
  auto const grid = pyronn::Grid::centered({2000, 2000, 20000}, {1, 1, 1});
  std::string const header = pyronn::detail::Hdf5VolumeHeader{path, grid}.text();
  BOOST_TEST(header.size() > 24000U * 8);
  BOOST_TEST(header.capacity() < 1U << 20);
  BOOST_TEST(header.size() % 8 == 0U);
}

#if defined(__unix__)
/// What the library had not written it would write when it ends.
BOOST_AUTO_TEST_CASE(full_disks_are_reported) {
  test::check_full_disks(pyronn::hdf5_volume_writer, [] { H5close(); });
}
#endif

BOOST_AUTO_TEST_SUITE_END()
