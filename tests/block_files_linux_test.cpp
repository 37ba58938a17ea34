// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)

// Files of arrays that are read and written in blocks.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <pyronn/io/block_reader.hpp>
#include <pyronn/io/block_writer.hpp>
#include <pyronn/io/npy.hpp>

#include "support/block_files.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::BlockReader;
using pyronn::BlockWriter;
using pyronn::Extents;
using pyronn::FileAccess;
using pyronn::FileError;
using pyronn::FileTransfer;
using pyronn::HostBlock;
using pyronn::InvalidArgument;
using test::all_blocks;
using test::block_of;
using test::blocks;
using test::bytes_of;
using test::extents;
using test::numbers;
using test::read_block;
using test::Reading;
using test::says_of;
using test::TemporaryFolder;
using test::transfers;
using test::write_blocks;
using Values = std::vector<float>;

namespace {

/// How many bytes of a file are in the system's page cache.
std::size_t cached_bytes(std::filesystem::path const& path) {
  auto const size = static_cast<std::size_t>(std::filesystem::file_size(path));
  int const file = ::open(path.c_str(), O_RDWR);
  void* const map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  auto const page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((size - 1) / page + 1);
  BOOST_REQUIRE(::mincore(map, size, pages.data()) == 0);
  ::munmap(map, size);
  ::close(file);
  return page * static_cast<std::size_t>(std::count_if(
                    pages.begin(), pages.end(), [](auto is_cached) { return is_cached & 1; }));
}

/// Files of tmpfs lie in memory for good.
boost::test_tools::assertion_result has_disk(boost::unit_test::test_unit_id) {
  constexpr auto tmpfs = 0x01021994;
  struct statfs status {};
  return ::statfs(std::filesystem::temp_directory_path().c_str(), &status) == 0 &&
         status.f_type != tmpfs;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(block_files_linux)

BOOST_FIXTURE_TEST_CASE(blocks_are_read_as_they_lie_in_the_file, Reading) {
  for (int const offset : {0, 1, 128, 4096, 5000}) {
    write(offset, offset == 128 ? "behind" : "");
    for (FileTransfer const& transfer : transfers()) {
      BlockReader const reader{path, extents, offset, transfer};
      BOOST_TEST(reader.extents() == extents);
      for (auto const& all : all_blocks()) {
        for (HostBlock const& block : all) {
          if (read_block(reader, block) != block_of(values, block)) BOOST_ERROR("wrong numbers");
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(blocks_are_written_in_any_order) {
  TemporaryFolder const folder;
  auto const path = folder / "array.raw";
  Values const values = numbers();
  for (std::size_t const header : {128U, 5000U}) {
    for (FileTransfer const& transfer : transfers()) {
      for (auto const& all : all_blocks()) {
        BlockWriter writer{path, extents, std::string(header, 'h'), transfer};
        write_blocks(writer, all, values);
        writer.commit();
        if (test::read_bytes(path) != std::string(header, 'h') + bytes_of(values)) {
          BOOST_ERROR("wrong bytes");
        }
        BOOST_TEST(folder.entry_count() == 1);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(small_files) {
  TemporaryFolder const folder;
  for (FileTransfer const& transfer : transfers()) {
    BlockWriter writer{folder / "one", {1, 1, 1}, "", transfer};
    float const number = 3.25F;
    writer.write({0, 1, 0, 1}, &number);
    writer.commit();
    float found = 0;
    BlockReader{folder / "one", {1, 1, 1}, 0, transfer}.read({0, 1, 0, 1}, &found);
    BOOST_TEST(found == number);
    BOOST_TEST(std::filesystem::file_size(folder / "one") == sizeof number);
  }
}

BOOST_AUTO_TEST_CASE(files_of_numpy) {
  TemporaryFolder const folder;
  Values const values = numbers();
  auto const writer = pyronn::npy_block_writer(folder / "ours.npy", extents);
  write_blocks(*writer, blocks(3, 70), values);
  writer->commit();
  auto const read = pyronn::read_npy<float>(folder / "ours.npy");
  BOOST_TEST((read.shape == std::vector<std::int64_t>{11, 70, 97}));
  BOOST_TEST((read.data == values));
  pyronn::write_npy(folder / "theirs.npy", values.data(), {11, 70, 97});
  BlockReader const reader = pyronn::npy_block_reader(folder / "theirs.npy");
  BOOST_TEST(reader.extents() == extents);
  BOOST_TEST((read_block(reader, {0, 11, 0, 70}) == values));
}

BOOST_AUTO_TEST_CASE(other_files_of_numpy_are_refused) {
  TemporaryFolder const folder;
  auto const path = folder / "array.npy";
  auto const refuses = [&](std::string const& reason) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::npy_block_reader(path)), FileError,
                          says_of(path, reason));
  };
  std::vector<double> const doubles(8);
  pyronn::write_npy(path, doubles.data(), {2, 2, 2});
  refuses("holds float64; blocks are read of little-endian float32 in C order");
  Values const values(8);
  pyronn::write_npy(path, values.data(), {2, 4});
  refuses("has the shape (2, 4); blocks are read of three axes");
  pyronn::write_npy(path, values.data(), {0, 4, 4});
  refuses("has the shape (0, 4, 4)");
  pyronn::write_npy(path, values.data(), {2, 2, 2});
  std::string const whole = test::read_bytes(path);
  std::string bytes = whole;
  test::write_bytes(path, bytes.replace(bytes.find("False"), 5, "True "));
  refuses("in Fortran order");
  bytes = whole;
  test::write_bytes(path, bytes.replace(bytes.find('<'), 1, ">"));
  refuses("holds big-endian float32");
  test::write_bytes(path, whole.substr(0, whole.size() - 1));
  refuses("needs 32 bytes of data, but the file holds 31");
}

BOOST_FIXTURE_TEST_CASE(short_and_missing_files_are_refused, Reading) {
  auto const refuses = [&](std::int64_t offset, std::string const& reason) {
    BOOST_CHECK_EXCEPTION((BlockReader{path, extents, offset}), FileError, says_of(path, reason));
  };
  refuses(0, "No such file");
  write(3);
  BOOST_CHECK_NO_THROW((BlockReader{path, extents, 3}));
  refuses(4,
          "holds 298763 bytes, but (97, 70, 11) numbers of float32 from byte 4 on end at byte "
          "298764; correct the sizes or the offset");
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  refuses(0, "is a folder");
  BOOST_CHECK_EXCEPTION((BlockReader{"/dev/zero", extents}), FileError,
                        says_of("/dev/zero", "is a pipe or a device"));
}

BOOST_FIXTURE_TEST_CASE(arguments_that_are_none_are_refused, Reading) {
  write(0);
  BOOST_CHECK_THROW((BlockReader{path, {97, 0, 11}}), InvalidArgument);
  BOOST_CHECK_THROW((BlockReader{path, extents, -1}), InvalidArgument);
  BOOST_CHECK_THROW((BlockReader{path, {1 << 30, 1 << 30, 1 << 30}}), InvalidArgument);
  BOOST_CHECK_THROW((BlockReader{path, extents, std::int64_t{1} << 62}), InvalidArgument);
  BOOST_CHECK_THROW((BlockReader{path, extents, std::int64_t{1} << 60}), FileError);
  BOOST_CHECK_THROW((BlockReader{path, extents, 0, {FileAccess::direct, 0, 4096}}),
                    InvalidArgument);
  BOOST_CHECK_THROW((BlockReader{path, extents, 0, {FileAccess::direct, 1, std::size_t{1} << 40}}),
                    InvalidArgument);
  BOOST_CHECK_THROW((BlockWriter{path, {97, 0, 11}}), InvalidArgument);
  BlockReader const reader{path, extents};
  BlockWriter writer{folder / "out", extents};
  for (HostBlock const& block :
       {HostBlock{0, 12, 0, 70}, HostBlock{-1, 1, 0, 70}, HostBlock{11, 1, 0, 70},
        HostBlock{0, 1, 1, 70}, HostBlock{0, 0, 0, 70}, HostBlock{0, 1, 0, 0}}) {
    float number = 0;
    BOOST_CHECK_THROW(reader.read(block, &number), InvalidArgument);
    BOOST_CHECK_THROW(writer.write(block, &number), InvalidArgument);
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(has_disk))
BOOST_AUTO_TEST_CASE(the_page_cache_is_left_alone) {
  TemporaryFolder const folder;
  Extents<3> const large{256, 256, 64};  // 16 MiB
  Values const values = test::random_values(3, large.count() / large[2]);
  for (FileAccess const access : {FileAccess::direct, FileAccess::buffered}) {
    FileTransfer const transfer{access, 2, std::size_t{1} << 16};
    auto const writer = pyronn::npy_block_writer(folder / "a.npy", large, transfer);
    for (int z = 0; z < large[2]; ++z) writer->write({z, 1, 0, large[1]}, values.data());
    writer->commit();
    BOOST_TEST(cached_bytes(folder / "a.npy") <= transfer.host_bytes());
    BlockReader const reader = pyronn::npy_block_reader(folder / "a.npy", transfer);
    Values plane(values.size());
    for (int z = 0; z < large[2]; ++z) {
      reader.read({z, 1, 0, large[1]}, plane.data());
      BOOST_REQUIRE((plane == values));
    }
    BOOST_TEST(cached_bytes(folder / "a.npy") <= transfer.host_bytes());
  }
}

BOOST_AUTO_TEST_SUITE_END()

#endif
