// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Volumes that are written slab by slab.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/metaimage.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/io/volume_writer.hpp>

#include "support/temporary_folder.hpp"

using test::says;

namespace {

struct SomeVolume {
  test::TemporaryFolder folder;
  pyronn::Grid grid = pyronn::Grid::from_origin({5, 4, 6}, {0.5, 0.75, 2}, {-1, 2.5, 7});
  std::vector<float> values;

  SomeVolume() {
    for (int i = 0; i < grid.size.count(); ++i) values.push_back(0.25F * static_cast<float>(i));
  }

  [[nodiscard]] pyronn::VolumeView<float const> volume() const {
    return {values.data(), grid.size};
  }

  /// In slabs of 1, 2 and 3 slices.
  void write(std::string const& name, pyronn::WorldAxes axes = pyronn::WorldAxes::xyz) const {
    auto const writer = pyronn::volume_writer(folder / name, grid, axes);
    writer->append(volume().slices(0, 1));
    writer->append(volume().slices(1, 2));
    writer->append(volume().slices(3, 3));
    BOOST_TEST(!std::filesystem::exists(folder / name));
    writer->commit();
  }

  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (auto const& entry : std::filesystem::directory_iterator{folder / ""}) {
      count += entry.exists() ? 1U : 0U;
    }
    return count;
  }
};

template <class T>
T number_at(std::string const& bytes, std::size_t place) {
  T number;
  std::memcpy(&number, &bytes[place], sizeof number);
  return number;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(volume_writer)

BOOST_FIXTURE_TEST_CASE(slabs_make_the_files_that_whole_volumes_make, SomeVolume) {
  write("slabs.mha");
  pyronn::write_metaimage(folder / "whole.mha", volume(), grid);
  BOOST_TEST(test::read_bytes(folder / "slabs.mha") == test::read_bytes(folder / "whole.mha"));
  write("slabs.npy");
  pyronn::write_npy(folder / "whole.npy", volume());
  BOOST_TEST(test::read_bytes(folder / "slabs.npy") == test::read_bytes(folder / "whole.npy"));
  BOOST_TEST(files() == 4U);
}

/// The fields by their places in the format's own table; x and y of the world are turned round.
BOOST_FIXTURE_TEST_CASE(nifti, SomeVolume) {
  write("volume.nii");
  std::string const bytes = test::read_bytes(folder / "volume.nii");
  BOOST_TEST_REQUIRE(bytes.size() == 352 + 4 * values.size());
  BOOST_TEST(number_at<std::int32_t>(bytes, 0) == 348);
  BOOST_TEST(bytes.substr(344, 4) == std::string("n+1\0", 4));
  std::int16_t const sizes[] = {3, 5, 4, 6, 1, 1, 1, 1};
  for (std::size_t i = 0; i < 8; ++i)
    BOOST_TEST(number_at<std::int16_t>(bytes, 40 + 2 * i) == sizes[i]);
  BOOST_TEST(number_at<std::int16_t>(bytes, 70) == 16);
  float const rows[] = {-0.5F, 0, 0, 1, 0, -0.75F, 0, -2.5F, 0, 0, 2, 7};
  for (std::size_t i = 0; i < 12; ++i) BOOST_TEST(number_at<float>(bytes, 280 + 4 * i) == rows[i]);
  float const turn_and_place[] = {0, 0, 1, 1, -2.5F, 7};
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(number_at<float>(bytes, 256 + 4 * i) == turn_and_place[i]);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    BOOST_REQUIRE(number_at<float>(bytes, 352 + 4 * i) == values[i]);
  }
}

/// The axes of the grid are z, x, y of the world: NIfTI's z, -x, -y. The quaternion makes the same
/// rotation, by the formulas of the format's own table.
BOOST_FIXTURE_TEST_CASE(nifti_with_other_axes, SomeVolume) {
  write("volume.nii", pyronn::WorldAxes::zxy);
  std::string const bytes = test::read_bytes(folder / "volume.nii");
  float const rows[] = {0, -0.75F, 0, -2.5F, 0, 0, -2, -7, 0.5F, 0, 0, -1};
  for (std::size_t i = 0; i < 12; ++i) BOOST_TEST(number_at<float>(bytes, 280 + 4 * i) == rows[i]);
  double const b = static_cast<double>(number_at<float>(bytes, 256));
  double const c = static_cast<double>(number_at<float>(bytes, 260));
  double const d = static_cast<double>(number_at<float>(bytes, 264));
  double const a = std::sqrt(1 - b * b - c * c - d * d);
  double const turn[3][3] = {
      {a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
      {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
      {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t i = 0; i < 3; ++i) {
      BOOST_TEST(turn[r][i] * grid.spacing[static_cast<int>(i)] ==
                 static_cast<double>(rows[4 * r + i]));
    }
    BOOST_TEST(number_at<float>(bytes, 268 + 4 * r) == rows[4 * r + 3]);
  }
}

/// Whose sizes the first version of the format cannot hold.
BOOST_FIXTURE_TEST_CASE(large_nifti, SomeVolume) {
  grid = pyronn::Grid::from_origin({40000, 1, 1}, {0.5, 0.75, 2}, {-1, 2.5, 7});
  std::vector<float> const row(40000, 3);
  auto const writer = pyronn::volume_writer(folder / "large.nii", grid);
  writer->append({row.data(), grid.size});
  writer->commit();
  std::string const bytes = test::read_bytes(folder / "large.nii");
  BOOST_TEST_REQUIRE(bytes.size() == 544 + 4 * row.size());
  BOOST_TEST(number_at<std::int32_t>(bytes, 0) == 540);
  BOOST_TEST(number_at<std::int64_t>(bytes, 24) == 40000);
  BOOST_TEST(number_at<double>(bytes, 400) == -0.5);
  BOOST_TEST(number_at<double>(bytes, 424) == 1.0);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_finished_leaves_nothing, SomeVolume) {
  {
    auto const writer = pyronn::volume_writer(folder / "volume.mha", grid);
    writer->append(volume().slices(0, 2));
    BOOST_TEST(writer->slices_written() == 2);
    BOOST_CHECK_EXCEPTION(writer->commit(), pyronn::InvalidArgument,
                          says("2 of 6 slices were written"));
    BOOST_CHECK_EXCEPTION(writer->append(volume().slices(0, 5)), pyronn::InvalidArgument,
                          says("5 slices after 2 of 6"));
  }
  BOOST_TEST(files() == 0U);
}

BOOST_FIXTURE_TEST_CASE(refusals, SomeVolume) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::volume_writer(folder / "volume.png", grid)),
                        pyronn::InvalidArgument, says("must end in .mha, .nii or .npy"));
  struct Other {
    char const* name;
    char const* writer;
  };
  for (Other const& other : {Other{"a.tif", "tiff_volume_writer"},
                             {"a.tiff", "tiff_volume_writer"},
                             {"a.h5", "hdf5_volume_writer"},
                             {"a.hdf5", "hdf5_volume_writer"}}) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::volume_writer(folder / other.name, grid)),
                          pyronn::InvalidArgument, says(other.writer));
  }
  auto const writer = pyronn::volume_writer(folder / "volume.nii", grid);
  BOOST_CHECK_EXCEPTION(writer->append({values.data(), {4, 5, 1}}), pyronn::InvalidArgument,
                        says("slices of (4, 5, 1)"));
  grid.spacing[1] = 0;
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::volume_writer(folder / "a.nii", grid)),
                        pyronn::InvalidArgument, says("spacing"));
}

BOOST_AUTO_TEST_SUITE_END()
