// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// HDF5 files that are valid, with objects, shapes, types and values that are not: inputs are texts
/// that say what a file holds. Bytes of the container are not changed, as the library is not at
/// test.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <pyronn/scan/data_exchange.hpp>
#include <pyronn/scan/nxtomo.hpp>

#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"
#include "hdf5_recipe.hpp"

namespace fuzz {
namespace {

/// In bands of rows there is what the whole has.
void read_all(pyronn::ImageStack const& stack) {
  auto const extents = stack.extents();
  constexpr std::int64_t most = 1 << 18;
  auto const whole = [&] {
    std::vector<double> numbers(static_cast<std::size_t>(extents.count()));
    stack.read(stack.whole(), numbers.data());
    return numbers;
  };
  if (extents.count() > most) {
    if (extents[0] > most) return;
    std::vector<double> row(static_cast<std::size_t>(extents[0]));
    stack.read({extents[2] - 1, 1, extents[1] - 1, 1}, row.data());
    return;
  }
  auto const numbers = whole();
  int const band = (extents[1] + 2) / 3;
  for (int first = 0; first < extents[1]; first += band) {
    int const rows = std::min(band, extents[1] - first);
    std::vector<double> part(
        static_cast<std::size_t>(std::int64_t{extents[0]} * rows * extents[2]));
    stack.read({0, extents[2], first, rows}, part.data());
    for (int image = 0; image < extents[2]; ++image) {
      auto const image_at = (std::int64_t{image} * extents[1] + first) * extents[0];
      auto const size = std::int64_t{rows} * extents[0];
      bool const is_same =
          std::equal(part.begin() + image * size, part.begin() + (image + 1) * size,
                     numbers.begin() + image_at,
                     [](double a, double b) { return a == b || (a != a && b != b); });
      promises(is_same, "bands of rows hold what the whole image does");
    }
  }
}

void read_scan(pyronn::Scan const& scan) {
  promises(scan.num_views() == scan.views->extents()[2], "there is a view an angle");
  promises(!scan.files.empty(), "files are named");
  read_all(*scan.views);
  if (scan.flats) read_all(*scan.flats.images);
  if (scan.darks) read_all(*scan.darks.images);
}

char const* const nxtomo =
    "set e/instrument/detector/data u2 8,6,4 chunk 1,6,4 deflate = 7 1000 3\n"
    "set e/instrument/detector/image_key u1 8 = 2 1 0 0 1 0 0 3\n"
    "set e/sample/rotation_angle f8 8 = 0 10 20 30 40 50 60 70\n"
    "unit e/sample/rotation_angle deg\n"
    "set e/instrument/detector/x_pixel_size f4 scalar = 0.01\n"
    "set e/instrument/detector/y_pixel_size f4 scalar = 0.01\n"
    "unit e/instrument/detector/x_pixel_size mm\n"
    "unit e/instrument/detector/y_pixel_size mm\n"
    "set e/instrument/detector/x_rotation_axis_pixel_position f8 scalar = 1.5\n";

char const* const tube =
    "set e/instrument/detector/data f4be 3,6,4 = 7 1000 3\n"
    "set e/instrument/detector/image_key_control i1 3 = 0 0 -1\n"
    "set e/sample/rotation_angle f8 3 = 0 1 2\n"
    "unit e/sample/rotation_angle rad\n"
    "set e/sample/z_translation f8 3 = 0 0 0\n"
    "text e/instrument/source/type Fixed Tube X-ray\n"
    "set e/instrument/source/distance f8 1 = -0.1\n"
    "set e/instrument/detector/distance f8 1 = 0.2\n"
    "set e/instrument/detector/x_pixel_size f8 scalar = 1e-4\n"
    "set e/instrument/detector/y_pixel_size f8 scalar = 1e-4\n"
    "set e/instrument/detector/x_flipped bool scalar = 1\n";

char const* const exchange =
    "set exchange/data u2be 5,6,4 chunk 2,3,3 shuffle deflate checksum = 5 6 7 8\n"
    "set exchange/data_white u2 2,6,4 = 100\n"
    "set exchange/data_dark u1 1,6,4 compact = 1\n"
    "set exchange/theta f4 5 = 0 30 60 90 120\n"
    "unit exchange/data theta:y:x\n";

char const* const joined =
    "set frames u2 4,6,4 = 1 2 3\n"
    "set others u2 4,6,4 chunk 2,2,2 deflate = 1 2 3\n"
    "set exchange/data u2 5,6,4 virtual frames 0,0,0 1,0,0 3,6,4 4,6,4 virtual others 3,0,0 0,0,0 "
    "2,6,4 4,6,4\n"
    "external exchange/data_white /frames\n"
    "soft exchange/data_dark /others\n"
    "set exchange/theta f8 5 = 0 30 60 90 120\n"
    "unit exchange/theta degree\n";

}  // namespace

Reader hdf5() {
  static pyronn::detail::Hdf5Session const quiet;
  std::vector<std::string> words{"\n",
                                 "set ",
                                 "text ",
                                 "unit ",
                                 "group ",
                                 "soft ",
                                 "hard ",
                                 "external ",
                                 "attribute ",
                                 "chunk ",
                                 "deflate ",
                                 "checksum ",
                                 "bits ",
                                 "early ",
                                 "compact ",
                                 "raw 0 ",
                                 "virtual ",
                                 "= nan ",
                                 "= 1e300 ",
                                 "= inf ",
                                 "= -1 ",
                                 "= 2 ",
                                 "u1",
                                 "i1",
                                 "u2",
                                 "u2be",
                                 "i4be",
                                 "u8",
                                 "f2",
                                 "f4",
                                 "f8",
                                 "f16",
                                 "bits",
                                 "reference",
                                 "u12bits",
                                 "u3",
                                 "bool",
                                 "complex",
                                 "text5",
                                 "text60000",
                                 "lists",
                                 "pairs",
                                 "opaque",
                                 "scalar",
                                 "8,6,4",
                                 "1,1,1",
                                 "4,6",
                                 "8,6,4,1",
                                 ",",
                                 "/",
                                 "e",
                                 "exchange",
                                 "data",
                                 "theta",
                                 "null",
                                 "mm",
                                 "rad",
                                 "\xc2\xb5m",
                                 "parsec",
                                 "instrument/detector/",
                                 "sample/",
                                 "units",
                                 "hard e/e /\n",
                                 "0,0,0",
                                 "3,6,4",
                                 "2147483647,1,1",
                                 "100000,1000,1000 early ",
                                 "unit e/instrument/detector/data x",
                                 "attribute e/sample/rotation_angle units f8 3\n",
                                 "attribute exchange/data axes text60000 2\n",
                                 "set e/instrument/detector/field_of_view text5 scalar\n",
                                 "set e/instrument/detector/half_acquisition bool scalar = 1\n"};
  Reader reader{
      "hdf5", {nxtomo, tube, exchange, joined}, words, [](std::filesystem::path const& path) {
        std::filesystem::path const file = path.string() + ".h5";
        { Hdf5Recipe{file}.write(test::read_bytes(path)); }
        bool const is_read = returns<pyronn::FileError>([&] {
          bool const is_exchange = pyronn::detail::Hdf5File{file}.has("exchange/data");
          read_scan(is_exchange ? pyronn::read_data_exchange(file, {}, 1000)
                                : pyronn::read_nxtomo(file));
        });
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        return is_read;
      }};
  reader.most_inputs = 50000;
  return reader;
}

}  // namespace fuzz
