// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Images in HDF5 files, as the C library writes them.
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/hdf5_images.hpp>

#include "support/counting_filter.hpp"
#include "support/hdf5_scan.hpp"

using pyronn::FileError;
using pyronn::hdf5_images;
using test::says;
using test::hdf5::check;
using test::hdf5::columns;
using test::hdf5::images;
using test::hdf5::number;
using test::hdf5::numbers;
using test::hdf5::rows;
using test::hdf5::shape;

BOOST_FIXTURE_TEST_SUITE(hdf5_images_of, test::hdf5::Files)

BOOST_AUTO_TEST_CASE(every_number_type_and_order) {
  for (hid_t const type :
       {H5T_STD_U8LE, H5T_STD_U16LE, H5T_STD_U16BE, H5T_STD_I16LE, H5T_STD_I16BE, H5T_STD_U32LE,
        H5T_STD_U32BE, H5T_STD_I32LE, H5T_STD_I64BE, H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F32BE,
        H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
    { test::Hdf5Writer{path}.write("a/b/c", shape, numbers(), type); }
    check(*hdf5_images(path, "a/b/c"));
  }
}

BOOST_AUTO_TEST_CASE(numbers_in_one_piece_are_in_memory) {
  { test::Hdf5Writer{path}.write("data", shape, numbers(), H5T_STD_U16LE); }
  {
    auto const stack = hdf5_images(path, "data");
    auto const found = stack->in_memory<std::uint16_t>();
    BOOST_TEST_REQUIRE(found.data != nullptr);
    BOOST_TEST(found(2, 3, 1) == number(1, 3, 2));
  }
  { test::Hdf5Writer{path}.write("data", shape, numbers(), H5T_STD_U16BE); }
  BOOST_TEST(hdf5_images(path, "data")->in_memory<std::uint16_t>().data == nullptr);
}

BOOST_AUTO_TEST_CASE(chunks_that_are_compressed) {
  for (bool const is_of_images : {false, true}) {
    auto const compress = [&](hid_t how) {
      std::vector<hsize_t> const chunk{hsize_t{is_of_images ? 1U : 3U}, 2, 4};
      H5Pset_chunk(how, 3, chunk.data());
      H5Pset_shuffle(how);
      H5Pset_deflate(how, 4);
    };
    { test::Hdf5Writer{path}.write("data", shape, numbers(), H5T_STD_U16LE, compress); }
    check(*hdf5_images(path, "data"));
  }
}

BOOST_AUTO_TEST_CASE(one_image_and_what_is_none) {
  { test::Hdf5Writer{path}.write("data", {rows, columns}, std::vector<double>(30, 1.5)); }
  BOOST_TEST((hdf5_images(path, "data")->extents() == pyronn::Extents<3>{columns, rows, 1}));
  auto const refuses = [&](std::string const& name, std::string const& reason) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, name)), FileError,
                          says(path.string() + ": " + name + reason));
  };
  refuses("none", ": is missing");
  refuses("data/inner", ": is missing");
  {
    test::Hdf5Writer file{path};
    file.write("list", {4}, {1, 2, 3, 4});
    file.write("empty", {0, 3, 3}, {});
    file.write_text("text", "views");
  }
  refuses("list", ": has 1 axis, where images have (images, rows, columns)");
  refuses("empty", ": has an axis of 0 elements");
  refuses("text", ": holds no integers or floating point");
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(folder / "absent.h5", "data")), FileError,
                        says("cannot be opened as HDF5: "));
  test::write_bytes(path, "no HDF5");
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("cannot be opened as HDF5: "));
}

/// Behind text that other programs put in front, and in another order of bytes.
BOOST_AUTO_TEST_CASE(numbers_in_one_piece_behind_a_user_block) {
  for (hid_t const type : {H5T_STD_U16LE, H5T_STD_U16BE, H5T_IEEE_F32BE}) {
    {
      hid_t const made = H5Pcreate(H5P_FILE_CREATE);
      H5Pset_userblock(made, 1024);
      test::Hdf5Writer file{path, made};
      H5Pclose(made);
      file.write("data", shape, numbers(), type);
    }
    check(*hdf5_images(path, "data"));
  }
}

/// As an aborted scan leaves them: the library would read fill values.
BOOST_AUTO_TEST_CASE(numbers_that_were_never_written_are_refused) {
  auto const in_chunks = [](hid_t how) {
    hsize_t const chunk[] = {1, rows, columns};
    H5Pset_chunk(how, 3, chunk);
  };
  for (bool const is_chunked : {false, true}) {
    {
      test::Hdf5Writer file{path};
      is_chunked ? file.write("data", shape, {}, H5T_STD_U16LE, in_chunks)
                 : file.write("data", shape, {}, H5T_STD_U16LE);
    }
    BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                          says(is_chunked ? "data: has 0 of its 4 chunks; the others were never"
                                          : "data: has never been written"));
  }
  { test::Hdf5Writer{path}.write("group/data", shape, numbers()); }
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "group")), FileError,
                        says("group: is no data set"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(folder / "", "group")), FileError,
                        says("is a folder"));
}

/// A filter that the program has while it writes, and not while it reads.
BOOST_AUTO_TEST_CASE(a_filter_that_is_missing_is_named) {
  {
    test::CountingFilter const filter;
    filter.write(path, "data", shape, numbers(), {1, rows, columns});
    check(*hdf5_images(path, "data"));
  }
  BOOST_CHECK_EXCEPTION(check(*hdf5_images(path, "data")), FileError,
                        says("data: cannot be read: filter 400 (turn) was not found: install its"));
  auto const from = [&](hid_t how) {
    hid_t const space = H5Screate_simple(3, shape.data(), nullptr);
    BOOST_REQUIRE(H5Pset_virtual(how, space, "scan.h5", "data", space) >= 0);
    H5Sclose(space);
  };
  { test::Hdf5Writer{folder / "virtual.h5"}.write("data", shape, {}, H5T_STD_U16LE, from); }
  BOOST_CHECK_EXCEPTION(check(*hdf5_images(folder / "virtual.h5", "data")), FileError,
                        says("filter 400 (turn) was not found"));
}

BOOST_AUTO_TEST_CASE(chunks_that_are_damaged_are_told_as_such) {
  auto const deflated = [](hid_t how) {
    hsize_t const chunk[] = {1, rows, columns};
    H5Pset_chunk(how, 3, chunk);
    H5Pset_deflate(how, 4);
  };
  { test::Hdf5Writer{path}.write("data", shape, numbers(), H5T_STD_U16LE, deflated); }
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  std::string const bytes{std::istreambuf_iterator<char>{file}, {}};
  auto const at = bytes.find("\x78\x5e");  // how deflated data of this level begin
  BOOST_REQUIRE(at != std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(at) + 2);
  file << std::string(8, '\xff');
  file.close();
  BOOST_CHECK_EXCEPTION(check(*hdf5_images(path, "data")), FileError,
                        says("data: cannot be read: inflate() failed; the file is damaged"));
}

/// Row by row of all images; of chunks of one image, of parts of several and of whole ones.
BOOST_AUTO_TEST_CASE(chunks_are_inflated_once) {
  test::CountingFilter const filter;
  for (std::vector<hsize_t> const& chunk :
       {std::vector<hsize_t>{1, rows, columns}, {3, 2, 4}, {2, rows, columns}, {images, 1, 1}}) {
    filter.write(path, "data", shape, numbers(), chunk);
    auto const stack = hdf5_images(path, "data");
    check(*stack);  // overlapping parts, too
    auto const again = hdf5_images(path, "data");
    int const before = filter.calls();
    for (int row = 0; row < rows; ++row) {
      std::vector<std::uint16_t> out(images * columns);
      again->read({0, images, row, 1}, out.data());
      BOOST_TEST(out.back() == number(images - 1, row, columns - 1));
    }
    BOOST_TEST(filter.calls() - before == filter.chunks(shape, chunk));
  }
}

/// Of a memory for two images the library's work is less than without, and more than that is not
/// kept.
BOOST_AUTO_TEST_CASE(what_is_kept_has_a_limit) {
  test::CountingFilter const filter;
  filter.write(path, "data", shape, numbers(), {1, rows, columns});
  auto const calls = [&](std::int64_t kept_bytes) {
    auto const stack = hdf5_images(path, "data", kept_bytes);
    int const before = filter.calls();
    for (int row = 0; row < rows; ++row) {
      std::vector<std::uint16_t> out(images * columns);
      stack->read({0, images, row, 1}, out.data());
      for (int i = 0; i < images; ++i) {
        BOOST_TEST(out[static_cast<std::size_t>(i * columns)] == number(i, row, 0));
      }
    }
    return filter.calls() - before;
  };
  constexpr int image_bytes = 2 * rows * columns;
  BOOST_TEST(calls(0) == rows * images);
  BOOST_TEST(calls(image_bytes - 1) == rows * images);
  BOOST_TEST(calls(2 * image_bytes) < rows * images);
  BOOST_TEST(calls(4 * image_bytes) == images);
}

BOOST_AUTO_TEST_CASE(threads_share_what_is_inflated) {
  test::CountingFilter const filter;
  filter.write(path, "data", shape, numbers(), {2, rows, columns});
  auto const stack = hdf5_images(path, "data");
  int const before = filter.calls();
  std::vector<std::vector<float>> read(rows, std::vector<float>(images * columns));
  std::vector<std::thread> threads;
  for (int row = 0; row < rows; ++row) {
    threads.emplace_back([&stack, row, &out = read[static_cast<std::size_t>(row)]] {
      stack->read({0, images, row, 1}, out.data());
    });
  }
  for (auto& thread : threads) thread.join();
  for (int row = 0; row < rows; ++row) {
    BOOST_TEST(read[static_cast<std::size_t>(row)].back() ==
               static_cast<float>(number(images - 1, row, columns - 1)));
  }
  BOOST_TEST(filter.calls() - before == 2);
}

BOOST_AUTO_TEST_SUITE_END()
