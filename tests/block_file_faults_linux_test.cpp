// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)

// Files of arrays where disks are full and calls of the system fail.
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

#include <pyronn/io/block_reader.hpp>
#include <pyronn/io/block_writer.hpp>

#include "support/block_files.hpp"
#include "support/failing_files.hpp"
#include "support/temporary_folder.hpp"

using pyronn::BlockReader;
using pyronn::BlockWriter;
using pyronn::FileAccess;
using pyronn::FileError;
using pyronn::FileTransfer;
using pyronn::HostBlock;
using pyronn::InvalidArgument;
using test::blocks;
using test::bytes_of;
using test::extents;
using test::read_block;
using test::Reading;
using test::says_of;
using test::transfers;
using test::write_blocks;
using Values = std::vector<float>;

namespace {

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

}  // namespace

BOOST_AUTO_TEST_SUITE(block_file_faults_linux)

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

BOOST_AUTO_TEST_SUITE_END()

#endif
