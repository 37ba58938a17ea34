// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Images in EDF files.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/edf_images.hpp>

#include "support/edf_writer.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Extents;
using pyronn::FileError;
using pyronn::ImageStack;
using pyronn::NumberType;
using test::edf_entries;
using test::edf_header;
using test::EdfEntries;
using test::says_of;

namespace {

constexpr int columns = 4;
constexpr int rows = 3;

template <class T>
T number(int image, int row, int column) {
  return static_cast<T>(20 * image + 5 * row + column);
}

/// The bytes of `images` images, `first` being the number of the first.
template <class T>
std::string pixels(int first, int images = 1, bool is_big_endian = false) {
  std::vector<T> numbers;
  for (int image = first; image < first + images; ++image) {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        numbers.push_back(number<T>(image, row, column));
      }
    }
  }
  return test::bytes_of_numbers(numbers, is_big_endian);
}

std::string short_frame(int image) {
  return edf_header(edf_entries("UnsignedShort", columns, rows)) + pixels<std::uint16_t>(image);
}

/// Every part of a stack of `images` images.
void check_parts(ImageStack const& stack, int images) {
  BOOST_TEST_REQUIRE((stack.extents() == Extents<3>{columns, rows, images}));
  for (int first = 0; first < images; ++first) {
    for (int row = 0; row < rows; ++row) {
      std::vector<double> found(
          static_cast<std::size_t>(columns * (rows - row) * (images - first)));
      stack.read({first, images - first, row, rows - row}, found.data());
      std::size_t at = 0;
      for (int i = first; i < images; ++i) {
        for (int v = row; v < rows; ++v) {
          for (int u = 0; u < columns; ++u) BOOST_REQUIRE(found[at++] == number<double>(i, v, u));
        }
      }
    }
  }
}

struct OneFile {
  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "scan.edf";

  [[nodiscard]] auto read(std::string const& bytes) const {
    test::write_bytes(path, bytes);
    return pyronn::edf_images(path);
  }
  void refuses(std::string const& bytes, std::string const& reason) const {
    BOOST_TEST_CONTEXT(reason) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(read(bytes)), FileError, says_of(path, reason));
    }
  }
  /// A frame of 16-bit numbers with other values of some keys; without those whose value is "-".
  void refuses_keys(EdfEntries const& changed, std::string const& reason) const {
    EdfEntries entries = edf_entries("UnsignedShort", columns, rows);
    entries.insert(entries.begin(), changed.begin(), changed.end());
    EdfEntries kept;
    for (auto const& entry : entries) {
      bool is_known = false;
      for (auto const& other : kept) is_known = is_known || other.first == entry.first;
      if (!is_known) kept.push_back(entry);
    }
    EdfEntries written;
    for (auto const& entry : kept) {
      if (entry.second != "-") written.push_back(entry);
    }
    refuses(edf_header(written) + pixels<std::uint16_t>(0), reason);
  }

  template <class T>
  void check_type(std::string const& name, NumberType type) const {
    for (bool const is_big_endian : {false, true}) {
      auto const entries =
          edf_entries(name, columns, rows, is_big_endian ? "HighByteFirst" : "LowByteFirst");
      auto const stack = read(edf_header(entries) + pixels<T>(0, 1, is_big_endian));
      BOOST_TEST((stack->type() == type));
      check_parts(*stack, 1);
      bool const is_native = !is_big_endian || sizeof(T) == 1;
      BOOST_TEST((stack->template in_memory<T>().data != nullptr) == is_native);
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(edf_images, OneFile)

BOOST_AUTO_TEST_CASE(numbers_of_every_type_in_both_orders_of_bytes) {
  check_type<std::int8_t>("SignedByte", NumberType::int8);
  check_type<std::uint8_t>("UnsignedByte", NumberType::uint8);
  check_type<std::int16_t>("SignedShort", NumberType::int16);
  check_type<std::uint16_t>("UnsignedShort", NumberType::uint16);
  check_type<std::int32_t>("SignedInteger", NumberType::int32);
  check_type<std::int32_t>("SignedLong", NumberType::int32);
  check_type<std::uint32_t>("UnsignedInteger", NumberType::uint32);
  check_type<std::uint32_t>("UnsignedLong", NumberType::uint32);
  check_type<std::int64_t>("Signed64", NumberType::int64);
  check_type<std::uint64_t>("unsigned64", NumberType::uint64);
  check_type<float>("FloatValue", NumberType::float32);
  check_type<float>("FLOAT", NumberType::float32);
  check_type<double>("DoubleValue", NumberType::float64);
}

BOOST_AUTO_TEST_CASE(frames_follow_each_other) {
  check_parts(*read(short_frame(0) + short_frame(1) + short_frame(2)), 3);
  // With line feeds or zeros between them, and behind the last.
  check_parts(*read(short_frame(0) + "\n\n" + short_frame(1) + std::string(700, '\0')), 2);
}

BOOST_AUTO_TEST_CASE(a_frame_of_three_dimensions_holds_images) {
  EdfEntries entries = edf_entries("UnsignedShort", columns, rows);
  entries.emplace_back("Dim_3", "4");
  std::string const four = edf_header(entries) + pixels<std::uint16_t>(0, 4);
  auto const stack = read(four);
  check_parts(*stack, 4);
  BOOST_TEST((stack->in_memory<std::uint16_t>().data != nullptr));
  check_parts(*read(four + short_frame(4) + short_frame(5)), 6);
}

BOOST_AUTO_TEST_CASE(files_of_a_folder_in_the_order_of_their_numbers) {
  for (int i = 0; i < 12; ++i) {
    test::write_bytes(folder / ("view_" + std::to_string(i) + ".edf"), short_frame(i));
  }
  test::write_bytes(folder / "view.txt", "no image");
  auto const stack = pyronn::edf_images(folder / "");
  check_parts(*stack, 12);
  std::vector<std::thread> threads;
  std::vector<std::vector<double>> found(4, std::vector<double>(12 * columns * rows));
  for (auto& numbers : found) {
    threads.emplace_back([&stack, &numbers] { stack->read(stack->whole(), numbers.data()); });
  }
  for (auto& thread : threads) thread.join();
  for (auto const& numbers : found) BOOST_TEST((numbers == found[0]));
  test::write_bytes(folder / "view_11.edf",
                    edf_header(edf_entries("UnsignedShort", 3, 4)) + pixels<std::uint16_t>(0));
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::edf_images(folder / "")), FileError,
                        says_of(folder / "view_11.edf",
                                "header at byte 0: has an image of (3, 4) uint16, where the first "
                                "one is of (4, 3) uint16"));
}

BOOST_AUTO_TEST_CASE(headers_as_programs_write_them) {
  auto const entries = edf_entries("UnsignedShort", columns, rows);
  check_parts(*read(edf_header(entries, "\r\n") + pixels<std::uint16_t>(0)), 1);
  // Not filled up, in other letters, without blanks, and longer than a block.
  std::string const keys = "DATATYPE=UnsignedShort;\nDIM_1=4;\ndim_2=3;\nBYTEORDER=lowbytefirst;\n";
  check_parts(*read("{\n" + keys + "}\n" + pixels<std::uint16_t>(0)), 1);
  std::string const comment = "a = {b} ;\ncomment = " + std::string(9000, 'x') + ";\n";
  check_parts(*read("{\n" + comment + keys + "}\n" + pixels<std::uint16_t>(0)), 1);
  // An end that is cut by any size in which a header is read.
  for (std::size_t filled = 1950; filled < 2050; ++filled) {
    std::string const blanks(filled - keys.size(), ' ');
    for (std::string const end : {"}\n", "}\r\n"}) {
      check_parts(*read("{\n" + keys + blanks + end + pixels<std::uint16_t>(0)), 1);
    }
  }
  // Dim_2 may be missing: one row.
  auto const line = read("{\nDataType=UnsignedByte;\nDim_1=12;\n}\n" + pixels<std::uint8_t>(0));
  BOOST_TEST((line->extents() == Extents<3>{12, 1, 1}));
}

BOOST_AUTO_TEST_CASE(general_headers_hold_for_frames) {
  std::string const general = edf_header({{"EDF_DataFormatVersion", "2.40"},
                                          {"EDF_BinarySize", "16"},
                                          {"ByteOrder", "HighByteFirst"},
                                          {"DataType", "UnsignedShort"},
                                          {"Size", "9999"}}) +
                              std::string(16, '{');
  EdfEntries const sizes{{"EDF_DataBlockID", "1.Image.Psd"},
                         {"EDF_BinarySize", "512"},
                         {"Dim_1", "4"},
                         {"Dim_2", "3"}};
  std::string block = pixels<std::uint16_t>(0, 1, true);
  block.resize(512, '{');
  std::string const errors = edf_header({{"EDF_DataBlockID", "1.Image.Error"},
                                         {"EDF_BinarySize", "48"},
                                         {"ByteOrder", "LowByteFirst"},
                                         {"DataType", "FloatValue"},
                                         {"Dim_1", "4"},
                                         {"Dim_2", "3"}}) +
                             pixels<float>(0);
  std::string const second = edf_header(sizes) + pixels<std::uint16_t>(1, 1, true) +
                             std::string(512 - sizeof(std::uint16_t) * columns * rows, ' ');
  check_parts(*read(general + edf_header(sizes) + block + errors + second), 2);
  refuses(general, "holds no image");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_file) {
  refuses("", "header at byte 0: does not begin with '{', as EDF does");
  refuses("II*", "header at byte 0: does not begin with '{', as EDF does");
  refuses("{\nDim_1 = 3;\n", "header at byte 0: has no end, a line that ends with '}'");
  refuses("{" + std::string(3 << 20, ' ') + "}\n", "header at byte 0: has no end");
  refuses(short_frame(0) + "more", "header at byte 536: does not begin with '{', as EDF does");
  std::string const whole = short_frame(0);
  refuses(whole.substr(0, whole.size() - 1),
          "header at byte 0: Dim_1, Dim_2 and Dim_3 are 4, 3 and 1 of uint16, but the file ends "
          "after 23 bytes of them");
  refuses_keys({{"Dim_1", "-"}}, "Dim_1: is missing");
  refuses_keys({{"DataType", "-"}}, "DataType: is missing");
  refuses_keys({{"ByteOrder", "-"}}, "ByteOrder: is missing, not LowByteFirst or HighByteFirst");
  refuses_keys({{"ByteOrder", "middle"}}, "ByteOrder: is 'middle', not LowByteFirst");
  refuses_keys({{"DataType", "Real"}}, "DataType: is 'Real'; pyronn reads");
  refuses_keys({{"DataType", "QuadrupleValue"}}, "DataType: is 'QuadrupleValue'; pyronn reads");
  refuses_keys({{"Compression", "GZIP"}}, "Compression: is 'GZIP'; pyronn reads plain images");
  refuses_keys({{"EDF_BinaryFileName", "x.dat"}}, "EDF_BinaryFileName: data in other files");
  for (std::string const size : {"0", "-1", "1.5", "nan", "1e300", "x", "", "4 4"}) {
    refuses_keys({{"Dim_1", size}}, "Dim_1: is '" + size + "', not a whole number from 1 on");
  }
  refuses_keys({{"Dim_1", "4294967296"}}, "Dim_1: is 4294967296");
  refuses_keys({{"Dim_1", "2147483647"}, {"Dim_2", "2147483647"}, {"Dim_3", "2147483647"}},
               "but the file ends after 24 bytes of them");
  refuses_keys({{"Dim_4", "2"}}, "Dim_4: images have at most 3 dimensions");
  refuses_keys({{"Size", "23"}}, "Size: is 23, where the images have 24 bytes and the file 24");
  refuses_keys({{"Size", "25"}}, "Size: is 25, where the images have 24 bytes and the file 24");
  EdfEntries twice = edf_entries("UnsignedShort", columns, rows);
  twice.emplace_back("dim_1", "3");
  refuses(edf_header(twice) + pixels<std::uint16_t>(0), "'dim_1': comes twice");
  refuses(
      short_frame(0) + edf_header(edf_entries("UnsignedByte", columns, rows)) +
          pixels<std::uint8_t>(0),
      "header at byte 536: has an image of (4, 3) uint8, where the first one is of (4, 3) uint16");
  refuses(edf_header({{"EDF_DataFormatVersion", "2"}, {"EDF_BinarySize", "9"}}),
          "EDF_BinarySize: is 9, beyond the end of the file");
  BOOST_CHECK_THROW(static_cast<void>(pyronn::edf_images(folder / "none.edf")), FileError);
  BOOST_CHECK_THROW(static_cast<void>(pyronn::edf_images(std::vector<std::filesystem::path>{})),
                    pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_CASE(says_that_a_file_was_made_shorter) {
  auto const stack = read(short_frame(0) + short_frame(1));
  std::filesystem::resize_file(path, short_frame(0).size() + 5);
  std::vector<float> out(columns * rows);
  BOOST_CHECK_EXCEPTION(stack->read({1, 1, 0, rows}, out.data()), FileError,
                        says_of(path, "ends at byte"));
}

BOOST_AUTO_TEST_SUITE_END()
