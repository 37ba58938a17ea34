// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files on a disk that is full. Only for Unix.
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/io/volume_writer.hpp>

#include "temporary_folder.hpp"

namespace test {

/// What a process of its own has to say of a file that it writes.
enum class FullDisk { is_written, is_reported, is_wrong };

/// Lets a process write a file where no file can be longer than this, and call `end` before it
/// ends.
template <class Write, class End>
FullDisk write_on_full_disk(std::uintmax_t bytes, Write const& write, End const& end) {
  pid_t const child = fork();
  if (child == 0) {
    auto result = FullDisk::is_wrong;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit const limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write();
      result = FullDisk::is_written;
    } catch (pyronn::FileError const& error) {
      if (says("cannot be written: File too large")(error)) result = FullDisk::is_reported;
    } catch (...) {
    }
    end();
    _exit(static_cast<int>(result));
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<FullDisk>(WEXITSTATUS(status)) : FullDisk::is_wrong;
}

/// Whatever room there is, the file of a volume that `open(path, grid)` opens is whole, or there is
/// none and the full disk is reported.
template <class Open, class End>
void check_full_disks(Open const& open, End const& end) {
  auto const grid = pyronn::Grid::centered({16, 16, 4}, {1, 1, 1});
  std::vector<float> const values(1024, 1);
  pyronn::VolumeView<float const> const volume{values.data(), grid.size};
  auto const write = [&](std::filesystem::path const& file) {
    std::unique_ptr<pyronn::VolumeWriter> const writer = open(file, grid);
    for (int z = 0; z < grid.size[2]; ++z) writer->append(volume.slices(z, 1));
    writer->commit();
  };
  TemporaryFolder const folder;
  auto const path = folder / "volume";
  write(path);
  auto const size = std::filesystem::file_size(path);
  std::filesystem::remove(path);
  constexpr std::uintmax_t step = 97;
  for (std::uintmax_t room = 0; room < size; room += step) {
    BOOST_TEST_CONTEXT("room of " << room << " bytes") {
      BOOST_TEST((write_on_full_disk(
                      room, [&] { write(path); }, end) == FullDisk::is_reported));
      BOOST_TEST(folder.entry_count() == 0);
    }
  }
  BOOST_TEST((write_on_full_disk(
                  size - 1, [&] { write(path); }, end) == FullDisk::is_reported));
  BOOST_TEST(folder.entry_count() == 0);
  BOOST_TEST((write_on_full_disk(
                  size, [&] { write(path); }, end) == FullDisk::is_written));
  BOOST_TEST(std::filesystem::file_size(path) == size);
}

}  // namespace test
