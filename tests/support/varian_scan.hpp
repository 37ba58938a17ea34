// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images and scans in .xim files.
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/varian.hpp>

#include "temporary_folder.hpp"
#include "varian_writer.hpp"

namespace test::varian {

inline constexpr int columns = 7;
inline constexpr int rows = 5;

/// Differences of every width, and pixels over which they wrap around.
inline Pixels some_pixels(int view, int count = columns * rows) {
  std::mt19937 random{static_cast<unsigned>(view)};
  Pixels pixels;
  for (int i = 0; i < count; ++i) {
    auto const width = random() % 4;
    auto const bits = static_cast<std::int32_t>(random());
    pixels.push_back(width == 0   ? bits % 100
                     : width == 1 ? bits % 30000
                     : width == 2 ? bits
                                  : 5000);
  }
  return pixels;
}

inline Numbers const numbers{{"PixelWidth", 0.0392},   {"PixelHeight", 0.0784},
                             {"KVSourceRtn", 30.5},    {"KVSourceVrt", 100.05},
                             {"KVDetectorVrt", -50},   {"KVDetectorLat", -0.0196},
                             {"KVDetectorLng", 0.0392}};

inline Numbers with(std::string const& name, double value) {
  Numbers changed = numbers;
  for (auto& [known, number] : changed) {
    if (known == name) number = value;
  }
  return changed;
}

struct Folder {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "";

  void write(std::string const& name, std::string const& bytes) const {
    write_bytes(folder / name, bytes);
  }
  void refuses(std::string const& name, std::string const& bytes, std::string const& reason) const {
    write(name, bytes);
    BOOST_TEST_CONTEXT(reason) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::varian_images(folder / name)),
                            pyronn::FileError, says_of(folder / name, reason));
    }
  }
  /// Refuses a scan of two views, of which the second one has these properties.
  void refuses_scan(Numbers const& second, std::string const& reason) const {
    write("view_1.xim", varian::xim(some_pixels(1), columns, numbers));
    write("view_2.xim", varian::xim(some_pixels(2), columns, second));
    BOOST_TEST_CONTEXT(reason) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_varian(path)), pyronn::FileError,
                            says(reason));
    }
  }
};

}  // namespace test::varian
