// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Images in HDF5 files whose numbers are in other files.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

#include <pyronn/scan/hdf5_images.hpp>

#include "support/hdf5_scan.hpp"

using pyronn::FileError;
using pyronn::hdf5_images;
using test::says;
using test::hdf5::check;
using test::hdf5::columns;
using test::hdf5::first_image;
using test::hdf5::images;
using test::hdf5::number;
using test::hdf5::numbers;
using test::hdf5::rows;
using test::hdf5::shape;

BOOST_FIXTURE_TEST_SUITE(hdf5_virtual, test::hdf5::Files)

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

BOOST_AUTO_TEST_SUITE_END()
