// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <filesystem>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/npy.hpp>

#include "support/npy_bytes.hpp"
#include "support/temporary_folder.hpp"

using pyronn::FileError;
using pyronn::read_npy;
using test::Bytes;
using test::c_order;
using test::numpy_file;
using test::OneFile;
using test::says_of;
using test::six_floats;

/// Everything that can be wrong with a file, down to single bytes.
BOOST_AUTO_TEST_SUITE(npy_header)

BOOST_FIXTURE_TEST_CASE(arrays_it_does_not_read_are_refused_with_the_way_out, OneFile) {
  refuses_text(c_order("<c8", "(1,)"),
               "holds elements of type '<c8'; pyronn reads integers, booleans, float16, float32 "
               "and float64");
  refuses_text(c_order("|f4", "(1,)"), "holds elements of type '|f4'");
  refuses_text(c_order("", "(1,)"), "holds elements of type ''");
  refuses_text("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
               "holds records");
}

BOOST_FIXTURE_TEST_CASE(files_that_are_not_npy_are_refused, OneFile) {
  refuses("", "is not a .npy file");
  refuses("\x93NUM", "is not a .npy file");
  refuses("PK\3\4 an archive of arrays", "is not a .npy file");
  refuses(numpy_file(4, c_order("<f4", "(0,)")), "format version 4.0");
  refuses(Bytes("\x93NUMPY\1\1\2\0{}", 12), "format version 1.1");
  refuses(Bytes("\x93NUMPY\1\0\xff\xff{}", 12), "ends within its .npy header");
  refuses(Bytes("\x93NUMPY\2\0\xff\xff\xff\xff{}", 14), "overlong .npy header of 4294967295");
  BOOST_CHECK_EXCEPTION((void)read_npy<float>(folder / "absent.npy"), FileError,
                        says_of(folder / "absent.npy", "No such file or directory"));
  std::filesystem::create_directory(folder / "folder");
  BOOST_CHECK_EXCEPTION((void)read_npy<float>(folder / "folder"), FileError,
                        says_of(folder / "folder", "Is a directory"));
}

BOOST_FIXTURE_TEST_CASE(garbage_dictionaries_are_refused, OneFile) {
  refuses_text("", "should have { at byte");
  refuses_text("{}", "lacks 'descr'");
  refuses_text("{'descr': '<f4'}", "lacks 'fortran_order'");
  refuses_text("{'descr': '<f4', 'fortran_order': False}", "lacks 'shape'");
  refuses_text("{'descr': '<f4', 'descr': '<f4'}", "unknown or repeated key 'descr'");
  refuses_text("{'color\x01': 1}", "unknown or repeated key 'color?'");
  refuses_text("{'descr' '<f4'}", "should have : at byte 9");
  refuses_text("{'descr': '<f4' 'shape': ()}", "should have , at byte");
  refuses_text("{'descr: <f4", "a closing quote");
  refuses_text("{descr: '<f4'}", "a quoted word");
  refuses_text("{'fortran_order': 0}", "True or False");
  refuses_text(c_order("<f4", "()") + "}", "the end of the header");
  refuses_text(c_order("<f4", "(2)"), "shape is not a tuple");
  refuses_text(c_order("<f4", "[2]"), "should have ( at byte");
  refuses_text(c_order("<f4", "(2 3)"), "a comma or )");
  refuses_text(c_order("<f4", "(,)"), "a size that is a whole number");
  refuses_text(c_order("<f4", "(-1,)"), "a size that is a whole number");
  refuses_text(c_order("<f4", "(1.5,)"), "a comma or )");
}

BOOST_FIXTURE_TEST_CASE(shapes_that_do_not_fill_the_file_are_refused_before_any_allocation,
                        OneFile) {
  refuses(six_floats + '\0',
          "its shape (2, 3) of float32 needs 24 bytes of data, but the file holds 25");
  refuses(six_floats.substr(0, 151), "needs 24 bytes of data, but the file holds 23");
  refuses_text(c_order("<f4", "()"), "its shape () of float32 needs 4 bytes");
  refuses(numpy_file(1, c_order("<f4", "(0,)"), "1234"), "needs 0 bytes of data");
  refuses_text(c_order("<f4", "(9223372036854775808,)"), "a size below 2^63");
  refuses_text(c_order("<f4", "(9223372036854775807,)"), "but the file holds 0");
  refuses_text(c_order("<f8", "(4294967296, 4294967296)"), "but the file holds 0");
  BOOST_TEST(read(numpy_file(1, c_order("<f8", "(9223372036854775807, 9, 0)"))).data.empty());
}

/// An array in Fortran order is turned round axis by axis, element by element.
BOOST_FIXTURE_TEST_CASE(more_axes_than_numpy_has_are_refused, OneFile) {
  auto const with_axes = [](std::size_t axes) {
    Bytes shape = "20000,";
    for (std::size_t axis = 1; axis < axes; ++axis) shape += "1,";
    Bytes const text = "{'descr': '<f4', 'fortran_order': True, 'shape': (" + shape + "), }";
    Bytes bytes = Bytes("\x93NUMPY\1\0", 8);
    bytes += static_cast<char>(text.size() % 256);
    bytes += static_cast<char>(text.size() / 256);
    return bytes + text + Bytes(80'000, '\0');
  };
  BOOST_TEST(read(with_axes(32)).shape.size() == 32U);
  refuses(with_axes(33), "has more than the 32 axes that pyronn reads");
  refuses(with_axes(20'001), "has more than the 32 axes that pyronn reads");
}

BOOST_FIXTURE_TEST_CASE(no_truncation_is_mistaken_for_an_array, OneFile) {
  for (std::size_t bytes = 0; bytes < six_floats.size(); ++bytes) {
    BOOST_CHECK_THROW(read(six_floats.substr(0, bytes)), FileError);
  }
}

BOOST_FIXTURE_TEST_CASE(every_corrupt_byte_is_survived, OneFile) {
  constexpr std::size_t dictionary_end = 80;
  for (std::size_t at = 0; at < dictionary_end; ++at) {
    for (int flipped = 1; flipped < 256; flipped *= 2) {
      Bytes corrupt = six_floats;
      corrupt[at] = static_cast<char>(corrupt[at] ^ flipped);
      survives(corrupt);
    }
    for (char const replacement : {'\0', '\xff', '9', '(', ')', ',', '\'', '}'}) {
      Bytes corrupt = six_floats;
      corrupt[at] = replacement;
      survives(corrupt);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
