// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The streams of OLE2 files, however they are laid out.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/detail/file_runs.hpp>
#include <pyronn/scan/detail/ole2_file.hpp>

#include "support/ole2_streams.hpp"

using pyronn::FileError;
using pyronn::detail::Ole2File;
using test::Ole2Order;
using test::Ole2Writer;
using test::ole2::pattern;
using test::ole2::streams;

BOOST_FIXTURE_TEST_SUITE(ole2_file, test::ole2::Files)

BOOST_AUTO_TEST_CASE(streams_of_all_sizes_in_all_layouts) {
  auto const expected = streams();
  for (int const version : {3, 4}) {
    for (auto const order : {Ole2Order::in_a_row, Ole2Order::tables_between, Ole2Order::shuffled}) {
      Ole2Writer{expected, order, version}.write(path);
      Ole2File const file = open();
      for (auto const& [name, stream] : expected) {
        BOOST_TEST_CONTEXT(name << ", version " << version) {
          BOOST_TEST(read(file, name) == stream.bytes);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(names_have_no_case) {
  Ole2Writer{{{"ImageInfo/PixelSize", {"12345678"}}}}.write(path);
  Ole2File const file = open();
  BOOST_TEST(read(file, "imageinfo/pixelsize") == "12345678");
  BOOST_TEST(read(file, "IMAGEINFO/PIXELSIZE") == "12345678");
  for (char const* const name : {"ImageInfo", "ImageInfo/", "PixelSize", "ImageInfo/PixelSize/",
                                 "ImageInfo/PixelSize/X", "/ImageInfo/PixelSize", ""}) {
    BOOST_TEST(!file.find(name).has_value());
  }
}

BOOST_AUTO_TEST_CASE(neighbours_are_one_piece) {
  Ole2Writer::Streams const large{{"A", {pattern(100000, 1)}}, {"B", {pattern(1000, 1)}}};
  Ole2Writer{large}.write(path);
  BOOST_TEST(open().find("A")->size() == 1);
  BOOST_TEST(open().find("A")->front().bytes == 100000);
  BOOST_TEST(open().find("B")->size() == 1);
  Ole2Writer{large, Ole2Order::tables_between}.write(path);
  BOOST_TEST(open().find("A")->size() == 2);  // 195 sectors, a part of the table behind 127
  BOOST_TEST(open().find("A")->front().bytes == 127 * 512);
  Ole2Writer{large, Ole2Order::shuffled}.write(path);
  BOOST_TEST(open().find("A")->size() > 100);
}

/// The header has 109 sectors of the table: enough for 6.8 MiB. More are in a list.
BOOST_AUTO_TEST_CASE(lists_of_tables) {
  for (auto const order : {Ole2Order::in_a_row, Ole2Order::tables_between, Ole2Order::shuffled}) {
    Ole2Writer::Streams const large{{"Large", {pattern(24000000, 1)}}, {"Small", {"abc"}}};
    Ole2Writer const writer{large, order};
    BOOST_TEST(writer.table_sectors().first > 300);
    BOOST_TEST(writer.table_sectors().second == 3);
    writer.write(path);
    Ole2File const file = open();
    BOOST_TEST((read(file, "Large") == large.at("Large").bytes));
    BOOST_TEST(read(file, "Small") == "abc");
  }
}

/// Positions of more than 32 bits, beyond which a library in wide use reads wrong bytes.
BOOST_AUTO_TEST_CASE(streams_beyond_4_gib) {
  Ole2Writer::Streams const large{{"A", {pattern(5000, 1)}},
                                  {"Hole", {pattern(10, 2), (std::int64_t{1} << 32) - 1000}},
                                  {"Holes/1", {pattern(10, 3), std::int64_t{1} << 29}},
                                  {"Z", {pattern(70000, 4)}},
                                  {"Small", {"abc"}}};
  for (int const version : {3, 4}) {
    Ole2Writer const writer{large, Ole2Order::in_a_row, version};
    writer.write(path);
    BOOST_TEST(writer.file_size() > (std::int64_t{9} << 29));
    auto const begin = std::chrono::steady_clock::now();
    Ole2File const file = open();
    BOOST_TEST_MESSAGE(
        "opened in "
        << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() << " s");
    BOOST_TEST(read(file, "A") == large.at("A").bytes);
    BOOST_TEST((read(file, "Z") == large.at("Z").bytes));
    BOOST_TEST(file.find("Z")->front().offset > (std::int64_t{9} << 29));
    BOOST_TEST(read(file, "Small") == "abc");
    BOOST_TEST(*file.size("Hole") == (std::int64_t{1} << 32) - 1000);
    BOOST_TEST(file.find("Hole")->front().bytes == (std::int64_t{1} << 32) - 1000);
    std::string start(10, '\0');
    pyronn::detail::read_runs(*file.file(), *file.find("Holes/1"), 0, 10, start.data());
    BOOST_TEST(start == pattern(10, 3));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_such_file) {
  test::write_bytes(path, "");
  refuses("is no OLE2 file: it holds 0 bytes");
  test::write_bytes(path, std::string(511, 'x'));
  refuses("is no OLE2 file: it holds 511 bytes");
  test::write_bytes(path, std::string(5000, 'x'));
  refuses("is no OLE2 file: it begins otherwise");
  Ole2Writer const writer{streams()};
  for (auto const& [offset, number, width] :
       {std::tuple{28, 0xfeff, 2}, {30, 10, 2}, {30, 0xffff, 2}, {32, 7, 2}, {56, 0, 4}}) {
    writer.write(path);
    patch(offset, static_cast<std::uint64_t>(number), static_cast<std::size_t>(width));
    refuses("is no OLE2 file that can be read");
  }
  writer.write(path);
  std::filesystem::resize_file(path, 512);
  refuses("the directory: leads to sector");
}

BOOST_AUTO_TEST_CASE(broken_chains) {
  Ole2Writer const writer{streams(), Ole2Order::shuffled};
  std::string const name = "Sizes/Of20000";
  auto const sectors = writer.sectors(name);
  BOOST_REQUIRE(sectors.size() == 40);
  auto const with_next = [&](std::size_t i, std::uint32_t next) {
    writer.write(path);
    patch(writer.offset_of_next(sectors[i]), next);
  };
  with_next(20, 0xfffffffe);
  refuses_stream(name, "ends behind sector 21 of 40");
  with_next(20, 0xffffffff);
  refuses_stream(name, "leads to sector 4294967295 of");
  with_next(20, static_cast<std::uint32_t>(writer.file_size() / 512 - 1));
  refuses_stream(name, "leads to sector");
  with_next(20, sectors[3]);
  refuses_stream(name, "its sectors lead in a circle");
  with_next(20, sectors[20]);
  refuses_stream(name, "its sectors lead in a circle");
  with_next(39, sectors[0]);
  refuses_stream(name, "its sectors lead in a circle");
  with_next(39, sectors[39]);
  refuses_stream(name, "its sectors lead in a circle");
}

/// Writers may keep sectors for what is to come.
BOOST_AUTO_TEST_CASE(chains_that_are_longer_than_streams) {
  Ole2Writer const writer{streams()};
  writer.write(path);
  patch(writer.offset_of_entry("Sizes/Of20000") + 120, 19000);
  BOOST_TEST(
      (read(open(), "Sizes/Of20000") == streams().at("Sizes/Of20000").bytes.substr(0, 19000)));
}

BOOST_AUTO_TEST_CASE(sizes_that_the_file_does_not_hold) {
  for (int const version : {3, 4}) {
    Ole2Writer const writer{streams(), Ole2Order::in_a_row, version};
    std::string const name = "Sizes/Of20000";
    auto const size = writer.offset_of_entry(name) + 120;
    writer.write(path);
    patch(size, 0x7fffffff);
    refuses_stream(name, "is of 2147483647 bytes, where the file has");
    writer.write(path);
    patch(size, 24000);
    refuses_stream(name, "ends behind sector");
    writer.write(path);
    patch(size + 4, 0x80000000);  // what version 3 leaves undefined
    if (version == 4) {
      refuses_stream(name, "is of 9223372036854795808 bytes");
    } else {
      BOOST_TEST((read(open(), name) == streams().at(name).bytes));
    }
    writer.write(path);
    patch(writer.offset_of_entry("Sizes/Of640") + 120, 4000);
    refuses_stream("Sizes/Of640", "ends behind sector 10 of 63");
  }
}

BOOST_AUTO_TEST_CASE(files_that_are_cut_off) {
  Ole2Writer::Streams const large{{"Large", {pattern(100000, 1)}}};
  Ole2Writer const writer{large, Ole2Order::tables_between};
  writer.write(path);
  BOOST_TEST((read(open(), "Large") == large.at("Large").bytes));
  for (auto const size : {513, 1024, 1500, 60000, 100000}) {
    writer.write(path);
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size));
    BOOST_CHECK_THROW(static_cast<void>(open().find("Large")), FileError);
  }
  // The last sector need not be whole.
  Ole2Writer::Streams const streams{{"Large", {pattern(5000, 1)}}};
  Ole2Writer const between{streams, Ole2Order::tables_between};
  between.write(path);
  auto bytes = test::read_bytes(path);
  auto const last = between.sectors("Large").back();
  patch(between.offset_of_next(between.sectors("Large")[8]), 30);  // to the end of the file
  patch(between.offset_of_next(30), 0xfffffffe);
  bytes = test::read_bytes(path);
  std::string const tail =
      bytes.substr(static_cast<std::size_t>(between.offset(last)), 5000 - 9 * 512);
  bytes.resize(31 * 512);
  test::write_bytes(path, bytes + tail);
  BOOST_TEST((read(open(), "Large") == streams.at("Large").bytes));
  test::write_bytes(path, bytes + tail.substr(1));
  refuses_stream("Large", "is cut off");
}

BOOST_AUTO_TEST_CASE(broken_tables) {
  Ole2Writer const writer{streams()};
  writer.write(path);
  patch(76, 0xffffffff);
  refuses("is cut off or broken: the list of its tables names sector 4294967295 of");
  writer.write(path);
  patch(44, 0);
  refuses("the directory: leads to sector");
  writer.write(path);
  patch(44, 0xffffffff);  // more than the file has sectors for
  BOOST_TEST(read(open(), "Top") == streams().at("Top").bytes);
  writer.write(path);
  patch(48, 0xfffffffe);
  refuses("is broken: its directory has no root");
  writer.write(path);
  patch(60, 0xfffffff0);
  refuses("the table of small sectors: leads to sector");
  writer.write(path);
  patch(64, 0);
  refuses_stream("Top", "leads to sector");

  Ole2Writer const large{{{"Large", {pattern(24000000, 1)}}}};
  large.write(path);
  patch(68, 0xfffffffe);
  refuses("is cut off or broken: the list of its tables names sector 4294967294 of");
  large.write(path);
  patch(large.offset(large.list_sector(1)) + 508, large.list_sector(0));
  refuses("is broken: the list of its tables names sector");
}

BOOST_AUTO_TEST_CASE(broken_directories) {
  Ole2Writer const writer{streams()};
  auto const with = [&](std::string const& name, int byte, std::uint64_t number,
                        std::size_t width) {
    writer.write(path);
    patch(writer.offset_of_entry(name) + byte, number, width);
  };
  for (int const link : {68, 72, 76}) {
    with("Many", link, 0, 4);
    refuses("is broken: its directory names entry 0 twice");
    with("Many", link, 1000000, 4);
    refuses("is broken: its directory names entry 1000000, which it does not have");
  }
  for (int const length : {0, 1, 3, 66, 65535}) {
    with("Top", 64, static_cast<std::uint64_t>(length), 2);
    refuses("of its directory has a name of " + std::to_string(length) + " bytes");
  }
  with("Many/Image7", 10, '8', 2);  // Image8, which is there
  refuses_stream("Many/Image8", "is there twice");
  BOOST_TEST(!open().find("Many/Image7").has_value());
  with("Top", 66, 1, 1);  // a storage
  BOOST_TEST(!open().find("Top").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
