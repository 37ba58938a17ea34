// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images in HDF5 files, and what they hold.
#include <cstddef>
#include <filesystem>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/hdf5_images.hpp>

#include "hdf5_writer.hpp"
#include "temporary_folder.hpp"

namespace test::hdf5 {

inline constexpr int columns = 6;
inline constexpr int rows = 5;
inline constexpr int images = 4;

inline double number(int image, int row, int column) { return 100 + 30 * image + 6 * row + column; }

inline std::vector<double> first_image() {
  std::vector<double> values;
  for (int i = 0; i < rows * columns; ++i) values.push_back(100 + i);
  return values;
}

inline std::vector<double> numbers() {
  std::vector<double> values;
  for (int i = 0; i < images * rows * columns; ++i) values.push_back(100 + i);
  return values;
}

struct Files {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "scan.h5";
};

inline void check(pyronn::ImageStack const& stack) {
  BOOST_TEST_REQUIRE((stack.extents() == pyronn::Extents<3>{columns, rows, images}));
  for (pyronn::ImagePart const& part :
       {stack.whole(), pyronn::ImagePart{1, 2, 3, 2}, pyronn::ImagePart{3, 1, 0, 5}}) {
    std::vector<float> out(static_cast<std::size_t>(part.images * part.rows * columns));
    stack.read(part, out.data());
    std::size_t at = 0;
    for (int i = part.first_image; i < part.first_image + part.images; ++i) {
      for (int v = part.first_row; v < part.first_row + part.rows; ++v) {
        for (int u = 0; u < columns; ++u) {
          BOOST_REQUIRE(out[at++] == static_cast<float>(number(i, v, u)));
        }
      }
    }
  }
}

inline std::vector<hsize_t> const shape{images, rows, columns};

}  // namespace test::hdf5
