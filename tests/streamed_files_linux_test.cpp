// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)

// Streamed calls from file to file: what memory they take, and what is there where calls of the
// system or allocations fail.
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/io/block_reader.hpp>
#include <pyronn/io/block_writer.hpp>
#include <pyronn/io/npy.hpp>

#include "support/counted_memory.hpp"
#include "support/failing_files.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::BlockReader;
using pyronn::BlockWriter;
using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::FileAccess;
using pyronn::FileTransfer;
using pyronn::SoftwareInterp;
using pyronn::StreamLimits;
using Fbp = pyronn::Fbp<ConeBeam, SoftwareInterp>;
using Values = std::vector<float>;

namespace {

constexpr std::size_t kib = std::size_t{1} << 10;

/// A scan and volume of `size` in each direction.
Fbp fbp(int size) {
  ConeBeam const scan =
      ConeBeam::circular({800, 1200, pyronn::equal_angles(size)}, {{size, size}, {1.6, 1.6}});
  return {scan, pyronn::Grid::centered({size, size, size}, {1, 1, 1})};
}

/// Views in a file, and the volume that a call is to make of them.
struct Files {
  explicit Files(Fbp const& op) {
    pyronn::Streamed const call{CpuExecutor{}, op, {kib, kib}};
    Values const in = test::random_values(1, call.input_extents().count());
    pyronn::write_npy(views, pyronn::view_of(in, call.input_extents()));
  }

  test::TemporaryFolder folder;
  std::filesystem::path views = folder / "views.npy";
  std::filesystem::path volume = folder / "volume.npy";
};

void reconstruct(Fbp const& op, Files const& files, StreamLimits const& limits,
                 FileTransfer const& transfer) {
  BlockReader const reader = pyronn::npy_block_reader(files.views, transfer);
  auto const writer = pyronn::npy_block_writer(files.volume, op.grid().size, transfer);
  pyronn::Streamed call{CpuExecutor{1}, op, limits};
  call(reader.input(), writer->output());
  writer->commit();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_files_linux)

BOOST_AUTO_TEST_CASE(memory_stays_within_the_limit) {
  Fbp const op = fbp(28);  // two arrays of 86 KiB
  Files const files{op};
  FileTransfer const transfer{FileAccess::direct, 2, 4 * kib};
  std::string whole;
  for (std::size_t const limit : {160 * kib, 110 * kib}) {
    std::size_t const peak = test::peak_of([&] {
      reconstruct(op, files, {limit, limit}, transfer);
    });
    BOOST_TEST_MESSAGE(peak << " of " << limit << " bytes");
    BOOST_TEST(peak <= limit);
    BOOST_TEST(peak > limit / 2);  // or it is not counted
    std::string const found = test::read_bytes(files.volume);
    BOOST_TEST((whole.empty() || found == whole));
    whole = found;
  }
}

BOOST_AUTO_TEST_CASE(every_call_of_the_system_may_fail) {
  Fbp const op = fbp(16);
  Files const files{op};
  FileTransfer const transfer{FileAccess::direct, 1, 64 * kib};
  StreamLimits const limits{48 * kib, 300 * kib};
  reconstruct(op, files, limits, transfer);
  std::string const whole = test::read_bytes(files.volume);
  std::filesystem::remove(files.volume);
  long const failures =
      test::every_call_fails([&] { reconstruct(op, files, limits, transfer); },
                             [&](bool has_thrown) {
                               BOOST_TEST(files.folder.entry_count() == (has_thrown ? 1 : 2));
                               if (!has_thrown)
                                 BOOST_TEST((test::read_bytes(files.volume) == whole));
                               std::filesystem::remove(files.volume);
                             });
  BOOST_TEST(failures > 4);
}

BOOST_AUTO_TEST_CASE(every_allocation_may_fail) {
  Fbp const op = fbp(16);
  Files const files{op};
  FileTransfer const transfer{FileAccess::direct, 2, 4 * kib};
  StreamLimits const limits{48 * kib, 300 * kib};
  reconstruct(op, files, limits, transfer);
  std::string const whole = test::read_bytes(files.volume);
  std::filesystem::remove(files.volume);
  long const failures =
      test::every_allocation_fails([&] { reconstruct(op, files, limits, transfer); },
                                   [&](bool has_thrown) {
                                     BOOST_TEST(files.folder.entry_count() == (has_thrown ? 1 : 2));
                                     if (!has_thrown)
                                       BOOST_TEST((test::read_bytes(files.volume) == whole));
                                     std::filesystem::remove(files.volume);
                                   });
  BOOST_TEST(failures > 20);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
