// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/npy.hpp>

#include "support/npy_bytes.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ArrayView;
using pyronn::FileError;
using pyronn::InvalidArgument;
using pyronn::NumberType;
using pyronn::read_npy;
using pyronn::read_npy_header;
using pyronn::write_npy;
using test::Bytes;
using test::c_order;
using test::numpy_file;
using test::OneFile;
using test::read_bytes;
using test::says;
using test::says_of;
using test::six_floats;
using test::TemporaryFolder;
using Shape = std::vector<std::int64_t>;

namespace {

using Elements = std::tuple<float, double, std::uint16_t, std::uint8_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(npy)

BOOST_FIXTURE_TEST_CASE(what_numpy_writes_is_read, OneFile) {
  auto const floats = read(six_floats);
  BOOST_TEST(floats.shape == Shape({2, 3}), boost::test_tools::per_element());
  BOOST_TEST(floats.data == std::vector<float>({0, .5F, 1, 1.5F, 2, 2.5F}),
             boost::test_tools::per_element());

  auto const scalar = read(numpy_file(1, c_order("<f8", "()"), Bytes("\0\0\0\0\0\0\4@", 8)));
  BOOST_TEST(scalar.shape.empty());
  BOOST_TEST_REQUIRE(scalar.data.size() == 1U);
  BOOST_TEST(scalar.data[0] == 2.5F);

  auto const shorts = read(numpy_file(2, c_order("<u2", "(2,)"), Bytes("\1\0\xff\xff", 4)));
  BOOST_TEST(shorts.data == std::vector<float>({1, 65535}), boost::test_tools::per_element());

  auto const flags = read(numpy_file(1, c_order("|b1", "(3,)"), Bytes("\1\0\1", 3)));
  BOOST_TEST(flags.data == std::vector<float>({1, 0, 1}), boost::test_tools::per_element());
  refuses_text(c_order("<b1", "(1,)"), "holds elements of type '<b1'");

  auto const empty = read(numpy_file(3, c_order("|u1", "(0, 3)")));
  BOOST_TEST(empty.shape == Shape({0, 3}), boost::test_tools::per_element());
  BOOST_TEST(empty.data.empty());
}

BOOST_FIXTURE_TEST_CASE(other_spellings_of_the_header_are_read, OneFile) {
  Bytes const one(1, '\7');
  BOOST_TEST(read(numpy_file(1, "{'shape':(1,1,),\"fortran_order\" : False,'descr':'|u1'}", one))
                 .data[0] == 7);
  BOOST_TEST(read(numpy_file(1, c_order("<u1", "( 1 , )"), one)).data[0] == 7);
}

BOOST_FIXTURE_TEST_CASE(sizes_as_python_2_wrote_them, OneFile) {
  auto const array = read(numpy_file(1, c_order("|u1", "(2L, 3L)"), "abcdef"));
  BOOST_TEST(array.shape == Shape({2, 3}), boost::test_tools::per_element());
  BOOST_TEST(read(numpy_file(1, c_order("|u1", "(1L,)"), "a")).data[0] == 97);
  refuses_text(c_order("|u1", "(1LL,)"), "a comma or )");
}

/// The bytes are what NumPy 2.4 writes for [-2, 3], and for float16 [-1.5, 65504].
BOOST_FIXTURE_TEST_CASE(every_type_and_order_of_bytes, OneFile) {
  struct Stored {
    char const* descr;
    Bytes bytes;
    float first;
    float second;
  };
  auto const both = [](Bytes const& first, Bytes const& second) { return first + second; };
  Bytes const ff(7, '\xff');
  Bytes const zeros(7, '\0');
  Stored const all[] = {{"|i1", "\xfe\3", -2, 3},
                        {"<i2", both("\xfe\xff", Bytes("\3\0", 2)), -2, 3},
                        {">i2", both("\xff\xfe", Bytes("\0\3", 2)), -2, 3},
                        {"<i4", both("\xfe" + ff.substr(4), "\3" + zeros.substr(4)), -2, 3},
                        {">i4", both(ff.substr(4) + "\xfe", zeros.substr(4) + "\3"), -2, 3},
                        {"<i8", both("\xfe" + ff, "\3" + zeros), -2, 3},
                        {">i8", both(ff + "\xfe", zeros + "\3"), -2, 3},
                        {">u2", Bytes("\1\2\0\3", 4), 258, 3},
                        {"<u4", Bytes("\2\1\0\0\3\0\0\0", 8), 258, 3},
                        {">u4", Bytes("\0\0\1\2\0\0\0\3", 8), 258, 3},
                        {"<u8", both("\2" + zeros, zeros + "\x80"), 2, 9223372036854775808.0F},
                        {">u8", both(zeros + "\2", "\x80" + zeros), 2, 9223372036854775808.0F},
                        {"<f2", Bytes("\0\xbe\xff\x7b", 4), -1.5F, 65504},
                        {">f2", Bytes("\xbe\0\x7b\xff", 4), -1.5F, 65504},
                        {">f4", Bytes("\xc0\0\0\0@@\0\0", 8), -2, 3},
                        {">f8", Bytes("\xc0\0\0\0\0\0\0\0@\x08\0\0\0\0\0\0", 16), -2, 3},
                        {">u1", "\2\3", 2, 3}};
  for (Stored const& stored : all) {
    BOOST_TEST_CONTEXT(stored.descr) {
      auto const array = read(numpy_file(1, c_order(stored.descr, "(2,)"), stored.bytes));
      BOOST_TEST(array.data == std::vector<float>({stored.first, stored.second}),
                 boost::test_tools::per_element());
      BOOST_TEST(read_npy<double>(path).data[0] == static_cast<double>(stored.first));
      BOOST_TEST(read_npy_header(path).is_big_endian == (stored.descr[0] == '>'));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(fortran_order_is_turned_round, OneFile) {
  auto const turned = [&](std::string const& shape, std::string const& stored) {
    auto const array = read(
        numpy_file(1, "{'descr': '|u1', 'fortran_order': True, 'shape': " + shape + ", }", stored));
    return std::string(array.data.begin(), array.data.end());
  };
  BOOST_TEST(turned("(2, 3)", "adbecf") == "abcdef");
  BOOST_TEST(turned("(3, 2, 2)", "aeicgkbfjdhl") == "abcdefghijkl");
  BOOST_TEST(turned("(4,)", "abcd") == "abcd");
  BOOST_TEST(turned("()", "a") == "a");
  BOOST_TEST(turned("(2, 0, 3)", "").empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(round_trip, T, Elements) {
  TemporaryFolder const folder;
  std::vector<T> values{0, 1, 2, 3, 4, std::numeric_limits<T>::max()};
  auto const path = folder / "array.npy";
  write_npy(path, ArrayView<T, 3>{values.data(), {3, 1, 2}});
  auto const array = read_npy<T>(path);
  BOOST_TEST(array.shape == Shape({2, 1, 3}), boost::test_tools::per_element());
  BOOST_TEST(array.data == values, boost::test_tools::per_element());
  BOOST_TEST(read_npy_header(path).data_offset == 128);

  write_npy(path, ArrayView<T const, 1>{values.data(), {6}});
  BOOST_TEST(read_npy_header(path).shape == Shape({6}), boost::test_tools::per_element());
  write_npy(path, values.data(), {});
  BOOST_TEST(read_npy<T>(path).data.size() == 1U);
  write_npy(path, static_cast<T const*>(nullptr), {3, 0, 2});
  BOOST_TEST(read_npy<T>(path).shape == Shape({3, 0, 2}), boost::test_tools::per_element());
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_AUTO_TEST_CASE(the_written_bytes_are_those_of_numpy) {
  TemporaryFolder const folder;
  std::vector<float> const values{0, .5F, 1, 1.5F, 2, 2.5F};
  write_npy(folder / "array.npy", ArrayView<float const, 2>{values.data(), {3, 2}});
  Bytes const bytes = read_bytes(folder / "array.npy");
  BOOST_TEST(bytes == six_floats);
}

BOOST_AUTO_TEST_CASE(elements_stay_aligned_behind_long_headers) {
  TemporaryFolder const folder;
  float const value = 3;
  for (std::size_t axes = 0; axes <= 32; ++axes) {
    write_npy(folder / "array.npy", &value, Shape(axes, 1));
    BOOST_TEST(read_npy_header(folder / "array.npy").data_offset % 64 == 0);
    BOOST_TEST(read_npy<float>(folder / "array.npy").data.at(0) == 3);
  }
}

BOOST_AUTO_TEST_CASE(stored_types_widen_but_never_narrow) {
  TemporaryFolder const folder;
  auto const path = folder / "array.npy";
  std::uint8_t const byte = 200;
  write_npy(path, &byte, {1});
  BOOST_TEST((read_npy_header(path).type == NumberType::uint8));
  BOOST_TEST(read_npy<std::uint16_t>(path).data[0] == 200);
  BOOST_TEST(read_npy<double>(path).data[0] == 200);

  double const third = 1. / 3;
  write_npy(path, &third, {1});
  BOOST_TEST(read_npy<float>(path).data[0] == static_cast<float>(third));
  BOOST_CHECK_EXCEPTION((void)read_npy<std::uint16_t>(path), FileError,
                        says_of(path, "holds float64, which does not fit into uint16"));
  test::write_bytes(path, numpy_file(1, c_order("|i1", "(1,)"), "\1"));
  BOOST_CHECK_EXCEPTION((void)read_npy<std::uint16_t>(path), FileError,
                        says_of(path, "holds int8, which does not fit into uint16"));
  test::write_bytes(path, numpy_file(1, c_order(">u2", "(1,)"), "\1\2"));
  BOOST_TEST(read_npy<std::uint16_t>(path).data[0] == 258);
  std::uint16_t const number = 7;
  write_npy(path, &number, {1});
  BOOST_CHECK_EXCEPTION((void)read_npy<std::uint8_t>(path), FileError,
                        says_of(path, "holds uint16, which does not fit into uint8"));
}

BOOST_AUTO_TEST_CASE(conversion_goes_on_past_one_chunk) {
  TemporaryFolder const folder;
  std::vector<std::uint16_t> values(200'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint16_t>(i);
  write_npy(folder / "array.npy", values.data(), {2, 100'000});
  auto const array = read_npy<double>(folder / "array.npy");
  BOOST_TEST_REQUIRE(array.data.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) BOOST_REQUIRE(array.data[i] == values[i]);
}

BOOST_AUTO_TEST_CASE(shapes_that_no_array_has_are_not_written) {
  TemporaryFolder const folder;
  auto const path = folder / "array.npy";
  float const value = 1;
  BOOST_CHECK_EXCEPTION(write_npy(path, &value, {2, -1}), InvalidArgument,
                        says("write_npy: shape (2, -1) has a negative size"));
  BOOST_CHECK_EXCEPTION(write_npy(path, &value, {1LL << 40, 1LL << 40}), InvalidArgument,
                        says("more elements than can be counted"));
  BOOST_CHECK_EXCEPTION(write_npy(path, &value, Shape(33, 1)), InvalidArgument,
                        says("more than the 32 axes"));
  BOOST_CHECK_EXCEPTION(write_npy(path, ArrayView<float const, 1>{nullptr, {2}}), InvalidArgument,
                        says("no data for shape (2,)"));
  BOOST_TEST(folder.entry_count() == 0);
}

BOOST_AUTO_TEST_CASE(a_failed_write_keeps_the_old_array) {
  TemporaryFolder const folder;
  auto const path = folder / "missing/array.npy";
  float const value = 1;
  BOOST_CHECK_EXCEPTION(write_npy(path, &value, {1}), FileError,
                        says_of(path, "No such file or directory"));
  write_npy(folder / "array.npy", &value, {1});
  BOOST_CHECK_THROW(write_npy(folder / "array.npy", &value, {-1}), InvalidArgument);
  BOOST_TEST(read_npy<float>(folder / "array.npy").data.at(0) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
