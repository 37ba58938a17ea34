// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)

// Files of arrays that are read and written in blocks.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <pyronn/io/block_reader.hpp>
#include <pyronn/io/block_writer.hpp>
#include <pyronn/io/npy.hpp>

#include "support/failing_files.hpp"
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
using test::says_of;
using test::TemporaryFolder;
using Values = std::vector<float>;

namespace {

/// Planes of 27,164 bytes: none begins at a page.
constexpr Extents<3> extents{97, 70, 11};

Values numbers() { return test::random_values(1, extents.count()); }

std::string bytes_of(Values const& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// Of one page and more, by one thread and more.
std::vector<FileTransfer> transfers() {
  return {{FileAccess::direct, 1, 1},
          {FileAccess::direct, 3, 10000},
          {FileAccess::direct, 8, std::size_t{1} << 20},
          {FileAccess::buffered, 1, 1},
          {FileAccess::buffered, 4, 50000}};
}

/// Parts of an array that have all its elements, last ones first.
std::vector<HostBlock> blocks(int planes, int rows) {
  std::vector<HostBlock> result;
  for (int plane = 0; plane < extents[2]; plane += planes) {
    for (int row = 0; row < extents[1]; row += rows) {
      result.push_back(
          {plane, std::min(planes, extents[2] - plane), row, std::min(rows, extents[1] - row)});
    }
  }
  std::reverse(result.begin(), result.end());
  return result;
}
std::vector<std::vector<HostBlock>> all_blocks() {
  return {blocks(11, 70), blocks(3, 70), blocks(1, 9), blocks(4, 13), blocks(11, 69)};
}

Values block_of(Values const& values, HostBlock const& block) {
  Values result;
  for (int plane = block.first_plane; plane < block.first_plane + block.num_planes; ++plane) {
    auto const first =
        values.begin() + (std::ptrdiff_t{plane} * extents[1] + block.first_row) * extents[0];
    result.insert(result.end(), first, first + std::ptrdiff_t{block.num_rows} * extents[0]);
  }
  return result;
}

Values read_block(BlockReader const& reader, HostBlock const& block) {
  Values result(static_cast<std::size_t>(extents[0] * block.num_rows * block.num_planes),
                test::nan);
  reader.read(block, result.data());
  return result;
}

void write_blocks(BlockWriter& writer, std::vector<HostBlock> const& all, Values const& values) {
  for (HostBlock const& block : all) writer.write(block, block_of(values, block).data());
}

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

/// No file is longer than this meanwhile.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_{std::signal(SIGXFSZ, SIG_IGN)} {
    BOOST_REQUIRE(getrlimit(RLIMIT_FSIZE, &old_) == 0);
    rlimit small = old_;
    small.rlim_cur = bytes;
    BOOST_REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  FileSizeLimit(FileSizeLimit const&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit old_{};
  void (*handler_)(int);
};

struct Reading {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "array.raw";
  Values values = numbers();

  void write(int offset, std::string const& end = "") const {
    test::write_bytes(path,
                      std::string(static_cast<std::size_t>(offset), 'x') + bytes_of(values) + end);
  }
};

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

BOOST_FIXTURE_TEST_CASE(a_file_that_becomes_shorter_is_noticed, Reading) {
  for (FileTransfer const& transfer : transfers()) {
    write(0);
    BlockReader const reader{path, extents, 0, transfer};
    for (std::uintmax_t const size : {298759U, 290816U, 5U, 0U}) {
      std::filesystem::resize_file(path, size);
      BOOST_CHECK_EXCEPTION(read_block(reader, {0, 11, 0, 70}), FileError,
                            says_of(path, "ends at byte "));
    }
  }
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

BOOST_FIXTURE_TEST_CASE(files_appear_whole_or_not_at_all, Reading) {
  write(0);
  {
    BlockWriter writer{path, extents};
    write_blocks(writer, blocks(11, 69), Values(values.size()));
  }
  BOOST_TEST(test::read_bytes(path) == bytes_of(values));
  BlockWriter writer{path, extents};
  BOOST_CHECK_THROW(writer.commit(), InvalidArgument);
  auto all = blocks(3, 13);
  HostBlock const last = all.back();
  all.back() = all.front();  // as many rows as there are, some of them twice
  write_blocks(writer, all, values);
  BOOST_CHECK_THROW(writer.commit(), InvalidArgument);
  BOOST_TEST(folder.entry_count() == 2);
  write_blocks(writer, {last}, values);
  writer.commit();
  BOOST_TEST(test::read_bytes(path) == bytes_of(values));
  BOOST_TEST(folder.entry_count() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_is_reported_before_the_work, Reading) {
  test::write_bytes(path, "old");
  {
    FileSizeLimit const limit{200000};
    BOOST_CHECK_EXCEPTION(
        (BlockWriter{path, extents}), FileError,
        says_of(path, "needs 298760 bytes, which cannot be had: File too large; make room"));
  }
  BOOST_CHECK_EXCEPTION((BlockWriter{"/dev/full", extents}), FileError,
                        says_of("/dev/full", "is not a regular file"));
  BOOST_TEST(test::read_bytes(path) == "old");
  BOOST_TEST(folder.entry_count() == 1);
}

/// As on file systems that do not take room in advance.
BOOST_FIXTURE_TEST_CASE(a_full_disk_is_reported_when_it_is, Reading) {
  for (FileTransfer const& transfer : transfers()) {
    BlockWriter writer{path, extents, "", transfer};
    FileSizeLimit const limit{200000};
    BOOST_CHECK_EXCEPTION(write_blocks(writer, blocks(1, 70), values), FileError,
                          [&](FileError const& error) {
                            std::string const what = error.what();
                            return says_of(path, "cannot be written at byte 2")(error) &&
                                   what.find(": File too large; make room") != std::string::npos;
                          });
    BOOST_CHECK_THROW(writer.commit(), InvalidArgument);
  }
  BOOST_TEST(folder.entry_count() == 0);
}

BOOST_FIXTURE_TEST_CASE(every_call_of_the_system_may_fail, Reading) {
  auto const other = folder / "copy";
  for (FileTransfer const& transfer : {FileTransfer{FileAccess::direct, 1, 131072},
                                       FileTransfer{FileAccess::buffered, 2, 131072}}) {
    write(0);
    auto const copy = [&] {
      BlockReader const reader{path, extents, 0, transfer};
      BlockWriter writer{other, extents, "header", transfer};
      for (HostBlock const& block : blocks(4, 70)) {
        Values const part = read_block(reader, block);
        writer.write(block, part.data());
      }
      writer.commit();
    };
    long const failures = test::every_call_fails(copy, [&](bool has_thrown) {
      BOOST_TEST(folder.entry_count() == (has_thrown ? 1 : 2));
      if (!has_thrown && test::read_bytes(other) != "header" + bytes_of(values)) {
        BOOST_ERROR("wrong bytes");
      }
      std::filesystem::remove(other);
    });
    BOOST_TEST(failures > 6);  // three blocks come and go
  }
}

BOOST_FIXTURE_TEST_CASE(the_reason_and_the_place_are_told, Reading) {
  write(0);
  BlockReader const reader{path, extents, 0, {FileAccess::buffered, 1, 8192}};
  test::calls_until_failure = 2;
  BOOST_CHECK_EXCEPTION(read_block(reader, {0, 11, 0, 70}), FileError,
                        says_of(path, "cannot be read at byte 16384: Input/output error"));
  BlockWriter writer{folder / "out", extents, "", {FileAccess::buffered, 1, 8192}};
  test::failure_reason = ENOSPC;
  test::calls_until_failure = 1;
  BOOST_CHECK_EXCEPTION(
      writer.write({0, 11, 0, 70}, values.data()), FileError,
      says_of(folder / "out", "cannot be written at byte 8192: No space left on device; make"));
  test::failure_reason = EIO;
}

BOOST_FIXTURE_TEST_CASE(calls_of_the_system_may_do_less_or_be_interrupted, Reading) {
  write(0);
  test::are_interrupted = true;
  for (std::size_t const most : {1000U, 5000U}) {
    test::most_moved_bytes = most;
    for (FileTransfer const& transfer : transfers()) {
      BlockReader const reader{path, extents, 0, transfer};
      BlockWriter writer{folder / "out", extents, "header", transfer};
      for (HostBlock const& block : blocks(4, 40)) {
        Values const part = read_block(reader, block);
        writer.write(block, part.data());
      }
      writer.commit();
      BOOST_TEST((test::read_bytes(folder / "out") == "header" + bytes_of(values)));
    }
  }
  test::most_moved_bytes = std::size_t{1} << 40;
  test::are_interrupted = false;
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
