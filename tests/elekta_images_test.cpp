// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Images in .his files.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/elekta_images.hpp>

#include "support/his_writer.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Extents;
using pyronn::FileError;
using pyronn::ImageStack;
using pyronn::NumberType;
using test::his;
using test::HisHeader;
using test::says_of;

namespace {

constexpr int columns = 5;
constexpr int rows = 3;

std::uint16_t number(int image, int pixel) {
  return static_cast<std::uint16_t>(65000 - 100 * image - pixel);
}

std::vector<std::uint16_t> pixels(int first, int images = 1) {
  std::vector<std::uint16_t> numbers;
  for (int image = first; image < first + images; ++image) {
    for (int p = 0; p < rows * columns; ++p) numbers.push_back(number(image, p));
  }
  return numbers;
}

void check_parts(ImageStack const& stack, int images) {
  BOOST_TEST_REQUIRE((stack.extents() == Extents<3>{columns, rows, images}));
  BOOST_TEST((stack.type() == NumberType::uint16));
  for (int first = 0; first < images; ++first) {
    for (int row = 0; row < rows; ++row) {
      std::vector<float> found(static_cast<std::size_t>(columns * (rows - row) * (images - first)));
      stack.read({first, images - first, row, rows - row}, found.data());
      std::size_t at = 0;
      for (int i = first; i < images; ++i) {
        for (int p = row * columns; p < rows * columns; ++p) {
          BOOST_REQUIRE(found[at++] == static_cast<float>(number(i, p)));
        }
      }
    }
  }
}

struct OneFile {
  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "view.his";

  [[nodiscard]] auto read(std::string const& bytes) const {
    test::write_bytes(path, bytes);
    return pyronn::elekta_images(path);
  }
  void refuses(std::string const& bytes, std::string const& reason) const {
    BOOST_TEST_CONTEXT(reason) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(read(bytes)), FileError, says_of(path, reason));
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(elekta_images, OneFile)

BOOST_AUTO_TEST_CASE(one_file_of_several_images) {
  HisHeader header{columns, rows};
  header.images = 4;
  auto const stack = read(his(header, pixels(0, 4)));
  check_parts(*stack, 4);
  BOOST_TEST((stack->in_memory<std::uint16_t>().data != nullptr));
}

BOOST_AUTO_TEST_CASE(a_part_of_the_panel) {
  HisHeader header{columns, rows};
  header.left = 100;
  header.top = 65000;
  header.more_bytes = 101;  // numbers at odd bytes
  auto const stack = read(his(header, pixels(0)) + "what else there is");
  check_parts(*stack, 1);
  BOOST_TEST((stack->in_memory<std::uint16_t>().data == nullptr));
}

BOOST_AUTO_TEST_CASE(a_file_a_view) {
  for (int i = 0; i < 12; ++i) {
    HisHeader header{columns, rows};
    header.more_bytes = i;
    test::write_bytes(folder / ("00" + std::to_string(i) + ".his"), his(header, pixels(i)));
  }
  check_parts(*pyronn::elekta_images(folder / ""), 12);
  test::write_bytes(folder / "002.his", his(HisHeader{rows, columns}, pixels(2)));
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(pyronn::elekta_images(folder / "")), FileError,
      says_of(folder / "002.his", "has images of (3, 5) pixels, where \"000.his\" has (5, 3)"));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_file) {
  HisHeader const header{columns, rows};
  std::string const whole = his(header, pixels(0));
  check_parts(*read(whole), 1);
  for (std::size_t size = 0; size < whole.size(); ++size) refuses(whole.substr(0, size), "");
  refuses(whole.substr(0, whole.size() - 1), "ends within its images: 1 of (5, 3) pixels have 30");
  refuses(std::string(200, 'x'), "does not begin with the bytes 0 112 68 0, as .his does");
  refuses("xyz", "has 3 bytes, fewer than a .his header");
  HisHeader other = header;
  other.type = 16;
  refuses(his(other, pixels(0)), "has numbers of type 16, where .his has 4, of 16 bits");
  other = header;
  other.images = 0;
  refuses(his(other, pixels(0)), "has 0 images");
  other.images = 65535;
  refuses(his(other, pixels(0)), "ends within its images: 65535 of (5, 3) pixels");
  other = header;
  other.columns = -1;
  other.left = 100;
  refuses(his(other, pixels(0)),
          "has images of (-1, 3) pixels, as its corners (0, 100) and (2, 98)");
  other.left = 0;
  other.columns = 65536;
  other.rows = 65536;
  refuses(his(other, pixels(0)), "ends within its images");
  BOOST_CHECK_THROW(static_cast<void>(pyronn::elekta_images(std::vector<std::filesystem::path>{})),
                    pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
