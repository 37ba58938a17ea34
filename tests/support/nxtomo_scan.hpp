// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A scan in an NXtomo file, to which more may be added.
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/nxtomo.hpp>

#include "hdf5_writer.hpp"
#include "temporary_folder.hpp"

namespace test::nxtomo {

using Numbers = std::vector<double>;

inline constexpr int columns = 4;
inline constexpr int rows = 3;
inline std::string const entry = "entry0000/";
inline std::string const detector = entry + "instrument/detector/";

/// Dark, flat, 2 views, flat, 2 views, one that is invalid.
inline Numbers const keys{2, 1, 0, 0, 1, 0, 0, 3};

struct Files {
  TemporaryFolder folder;
  std::filesystem::path path;

  Files() { renew(); }
  /// Scans keep their files open, which cannot be written again.
  void renew() {
    static int files = 0;
    path = folder / ("scan" + std::to_string(++files) + ".nx");
  }

  /// Frame n holds 100 n and more.
  static Numbers frames(std::size_t count) {
    Numbers values;
    for (std::size_t n = 0; n < count; ++n) {
      for (int i = 0; i < rows * columns; ++i) values.push_back(static_cast<double>(100 * n) + i);
    }
    return values;
  }

  /// A scan with all that must be there; `more` adds to it.
  template <class More>
  void write(More const& more, Numbers const& image_keys = keys) {
    renew();
    Hdf5Writer file{path};
    file.write(detector + "data", {image_keys.size(), rows, columns}, frames(image_keys.size()),
               H5T_STD_U16LE);
    file.write(detector + "image_key", {image_keys.size()}, image_keys, H5T_STD_U8LE);
    Numbers angles;
    for (std::size_t n = 0; n < image_keys.size(); ++n)
      angles.push_back(10.0 * static_cast<double>(n));
    file.write(entry + "sample/rotation_angle", {angles.size()}, angles);
    more(file);
  }
  void write() {
    write([](Hdf5Writer&) {});
  }

  void refuses(std::string const& reason) const {
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_nxtomo(path)), pyronn::FileError,
                          says(path.string() + ": " + reason));
  }
};

inline float first_number(pyronn::ImageStack const& stack, int image) {
  std::vector<float> out(rows * columns);
  stack.read({image, 1, 0, rows}, out.data());
  return out[0];
}

inline void length(Hdf5Writer& file, std::string const& name, double value, char const* unit) {
  file.write(name, {}, {value});
  if (unit != nullptr) file.attribute(name, "units", unit);
}

}  // namespace test::nxtomo
