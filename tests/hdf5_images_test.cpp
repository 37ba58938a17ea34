// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Images in HDF5 files, as the C library writes them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

#include <pyronn/scan/hdf5_images.hpp>

#include "support/counting_filter.hpp"
#include "support/hdf5_writer.hpp"
#include "support/temporary_folder.hpp"

using pyronn::FileError;
using pyronn::hdf5_images;
using test::says;

namespace {

constexpr int columns = 6;
constexpr int rows = 5;
constexpr int images = 4;

double number(int image, int row, int column) { return 100 + 30 * image + 6 * row + column; }

std::vector<double> first_image() {
  std::vector<double> values;
  for (int i = 0; i < rows * columns; ++i) values.push_back(100 + i);
  return values;
}

std::vector<double> numbers() {
  std::vector<double> values;
  for (int i = 0; i < images * rows * columns; ++i) values.push_back(100 + i);
  return values;
}

struct Files {
  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "scan.h5";
};

void check(pyronn::ImageStack const& stack) {
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

std::vector<hsize_t> const shape{images, rows, columns};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hdf5_images_of, Files)

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
  refuses("list", ": has 1 axes, where images have (images, rows, columns)");
  refuses("empty", ": has an axis of 0 elements");
  refuses("text", ": holds no integers or floating point");
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(folder / "absent.h5", "data")), FileError,
                        says("cannot be opened as HDF5: "));
  test::write_bytes(path, "no HDF5");
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("cannot be opened as HDF5: "));
}

/// What is missing there is read as the fill value by the library itself, without an error.
BOOST_AUTO_TEST_CASE(virtual_sets_whose_sources_are_missing_are_refused) {
  auto const source = folder / "source.h5";
  { test::Hdf5Writer{source}.write("data", shape, numbers(), H5T_STD_U16LE); }
  auto const link = [&](hid_t how) {
    hid_t const space = H5Screate_simple(3, shape.data(), nullptr);
    BOOST_REQUIRE(H5Pset_virtual(how, space, "source.h5", "data", space) >= 0);
    H5Sclose(space);
  };
  { test::Hdf5Writer{path}.write("linked", shape, {}, H5T_STD_U16LE, link); }
  check(*hdf5_images(path, "linked"));
  { test::Hdf5Writer{source}.write("other", shape, numbers(), H5T_STD_U16LE); }
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(hdf5_images(path, "linked")), FileError,
      says("linked: takes images from " + source.string() + ", where there is no data"));
  std::filesystem::remove(source);
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "linked")), FileError,
                        says(source.string() + ": cannot be opened as HDF5"));
}

/// The library fills what no source gives, and what a source is too short for.
BOOST_AUTO_TEST_CASE(virtual_sets_with_gaps_are_refused) {
  { test::Hdf5Writer{folder / "source.h5"}.write("data", shape, numbers(), H5T_STD_U16LE); }
  /// Some images and rows of the set from the same, or from later images, of the source.
  struct Mapping {
    hsize_t image, images, row, rows, later;
  };
  auto const map = [&](std::vector<Mapping> const& mappings) {
    return [&shape = shape, mappings](hid_t how) {
      for (Mapping const& mapping : mappings) {
        hid_t const target = H5Screate_simple(3, shape.data(), nullptr);
        hid_t const source = H5Screate_simple(3, shape.data(), nullptr);
        hsize_t first[] = {mapping.image, mapping.row, 0};
        hsize_t const count[] = {mapping.images, mapping.rows, columns};
        H5Sselect_hyperslab(target, H5S_SELECT_SET, first, nullptr, count, nullptr);
        hsize_t const larger[] = {2 * images, rows, columns};
        H5Sset_extent_simple(source, 3, larger, nullptr);
        first[0] += mapping.later;
        H5Sselect_hyperslab(source, H5S_SELECT_SET, first, nullptr, count, nullptr);
        BOOST_REQUIRE(H5Pset_virtual(how, target, "source.h5", "data", source) >= 0);
        H5Sclose(source);
        H5Sclose(target);
      }
    };
  };
  auto const write = [&](std::vector<Mapping> const& mappings) {
    test::Hdf5Writer{path}.write("data", shape, {}, H5T_STD_U16LE, map(mappings));
  };
  write({{0, 2, 0, rows, 0}, {2, 2, 0, 3, 0}, {2, 2, 3, 2, 0}});
  check(*hdf5_images(path, "data"));
  BOOST_TEST(hdf5_images(path, "data")->extents()[2] == images);
  write({{0, 2, 0, rows, 0}, {3, 1, 0, rows, 0}});
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("data: has no source for some of its numbers, the first of them in "
                             "image 2"));
  write({{0, 2, 0, rows, 0}, {1, 2, 0, rows, 0}, {0, 1, 0, rows, 0}});  // as many as there are
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("the first of them in image 3"));
  write({{0, 3, 0, rows, 0}, {3, 1, 0, rows, 1}});
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("source.h5, whose data does not hold as many"));
}

/// The library reads what it cannot open as the fill value.
BOOST_AUTO_TEST_CASE(virtual_sets_of_more_files_than_a_program_may_open) {
  constexpr int many = 40;
  std::vector<hsize_t> const all{many, rows, columns};
  auto const link = [&](hid_t how) {
    for (hsize_t i = 0; i < many; ++i) {
      std::string const name = "source" + std::to_string(i) + ".h5";
      { test::Hdf5Writer{folder / name}.write("data", {1, rows, columns}, first_image()); }
      hid_t const target = H5Screate_simple(3, all.data(), nullptr);
      hsize_t const first[] = {i, 0, 0};
      hsize_t const count[] = {1, rows, columns};
      H5Sselect_hyperslab(target, H5S_SELECT_SET, first, nullptr, count, nullptr);
      hid_t const source = H5Screate_simple(3, count, nullptr);
      BOOST_REQUIRE(H5Pset_virtual(how, target, name.c_str(), "data", source) >= 0);
      H5Sclose(source);
      H5Sclose(target);
    }
  };
  { test::Hdf5Writer{path}.write("data", all, {}, H5T_IEEE_F64LE, link); }
  auto const last = [&] {
    auto const stack = hdf5_images(path, "data");
    std::vector<double> out(many * rows * columns);
    stack->read(stack->whole(), out.data());
    return out.back();
  };
  BOOST_TEST(last() == number(0, rows - 1, columns - 1));
  rlimit limit{};
  BOOST_REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  rlimit const few{30, limit.rlim_max};
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  BOOST_CHECK_EXCEPTION(last(), FileError, says("Too many open files"));
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/// They lie beside the HDF5 file, wherever the program works.
BOOST_AUTO_TEST_CASE(external_files_that_are_short_are_refused) {
  std::vector<std::uint16_t> values;
  for (double const value : numbers()) values.push_back(static_cast<std::uint16_t>(value));
  std::string const bytes(reinterpret_cast<char const*>(values.data()), 2 * values.size());
  test::write_bytes(folder / "views.raw", "head" + bytes);
  auto const link = [&](hid_t how) {
    BOOST_REQUIRE(H5Pset_external(how, "views.raw", 4, bytes.size()) >= 0);
  };
  { test::Hdf5Writer{path}.write("data", shape, {}, H5T_STD_U16LE, link); }
  check(*hdf5_images(path, "data"));
  test::write_bytes(folder / "views.raw", "head" + bytes.substr(0, 100));
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("data: has 240 bytes from 4 on in "));
  std::filesystem::remove(folder / "views.raw");
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("No such file or directory"));
}

/// A link leads to another file, whose numbers are not where they would be in this one.
BOOST_AUTO_TEST_CASE(images_behind_a_link_to_another_file) {
  { test::Hdf5Writer{folder / "target.h5"}.write("data", shape, numbers(), H5T_STD_U16LE); }
  {
    test::Hdf5Writer const file{path};
    BOOST_REQUIRE(H5Lcreate_external("target.h5", "/data", file.get(), "data", H5P_DEFAULT,
                                     H5P_DEFAULT) >= 0);
  }
  auto const stack = hdf5_images(path, "data");
  check(*stack);
  auto const found = stack->in_memory<std::uint16_t>();  // of the other file
  BOOST_TEST_REQUIRE(found.data != nullptr);
  BOOST_TEST(found(2, 3, 1) == number(1, 3, 2));
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

/// Its source is virtual, too, and lacks a file.
BOOST_AUTO_TEST_CASE(virtual_sets_of_virtual_sets) {
  auto const from = [&](char const* file, char const* name) {
    return [=](hid_t how) {
      hid_t const space = H5Screate_simple(3, shape.data(), nullptr);
      BOOST_REQUIRE(H5Pset_virtual(how, space, file, name, space) >= 0);
      H5Sclose(space);
    };
  };
  { test::Hdf5Writer{folder / "last.h5"}.write("data", shape, numbers(), H5T_STD_U16LE); }
  {
    test::Hdf5Writer{folder / "middle.h5"}.write("data", shape, {}, H5T_STD_U16LE,
                                                 from("last.h5", "data"));
  }
  { test::Hdf5Writer{path}.write("data", shape, {}, H5T_STD_U16LE, from("middle.h5", "data")); }
  check(*hdf5_images(path, "data"));
  std::filesystem::remove(folder / "last.h5");
  BOOST_CHECK_THROW(static_cast<void>(hdf5_images(path, "data")), FileError);
  { test::Hdf5Writer{path}.write("data", shape, {}, H5T_STD_U16LE, from(".", "data")); }
  BOOST_CHECK_EXCEPTION(static_cast<void>(hdf5_images(path, "data")), FileError,
                        says("takes images from a set that takes them from others"));
}

/// A filter that the program has while it writes, and not while it reads.
BOOST_AUTO_TEST_CASE(a_filter_that_is_missing_is_named) {
  {
    test::CountingFilter const filter;
    filter.write(path, "data", shape, numbers(), {1, rows, columns});
    check(*hdf5_images(path, "data"));
  }
  BOOST_CHECK_EXCEPTION(check(*hdf5_images(path, "data")), FileError,
                        says("; filter 400 (turn) was not found: install its plug-in"));
  auto const from = [&](hid_t how) {
    hid_t const space = H5Screate_simple(3, shape.data(), nullptr);
    BOOST_REQUIRE(H5Pset_virtual(how, space, "scan.h5", "data", space) >= 0);
    H5Sclose(space);
  };
  { test::Hdf5Writer{folder / "virtual.h5"}.write("data", shape, {}, H5T_STD_U16LE, from); }
  BOOST_CHECK_EXCEPTION(check(*hdf5_images(folder / "virtual.h5", "data")), FileError,
                        says("filter 400 (turn) was not found"));
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
