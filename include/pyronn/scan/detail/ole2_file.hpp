// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ole2File: where the streams of an OLE2 file (compound file) lie.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/file_runs.hpp>
#include <pyronn/scan/detail/ole2_chains.hpp>
#include <pyronn/scan/detail/ole2_directory.hpp>
#include <pyronn/scan/detail/ole2_sectors.hpp>

namespace pyronn::detail {

/// An OLE2 file that is open for reading: a file that holds streams by their names, in sectors that
/// may lie anywhere. Opening it reads tables alone: 4 bytes for each 512 of the file, which this
/// object keeps, and the directory.
class Ole2File {
 public:
  /// Throws FileError for what is no OLE2 file, or a broken one.
  explicit Ole2File(std::shared_ptr<ReadableFile const> file)
      : file_{std::move(file)},
        sectors_{*file_},
        chains_{read_ole2_chains(sectors_)},
        directory_{file_->path(), directory_bytes()},
        small_chains_{file_->path(), {}} {
    open_small_sectors();
  }

  /// The file itself.
  [[nodiscard]] std::shared_ptr<ReadableFile const> const& file() const { return file_; }

  /// The bytes of a stream; nothing where there is none of that name. Throws FileError for more
  /// than the file holds.
  [[nodiscard]] std::optional<std::int64_t> size(std::string const& name) const {
    auto const entry = directory_.find(name);
    if (!entry) return std::nullopt;
    return size_of(name, *entry);
  }

  /// Where the bytes of a stream lie; nothing where there is none of that name. Throws FileError
  /// where its sectors do not hold as many as it says.
  [[nodiscard]] std::optional<FileRuns> find(std::string const& name) const {
    auto const entry = directory_.find(name);
    if (!entry) return std::nullopt;
    std::int64_t const bytes = size_of(name, *entry);
    return bytes < ole2::small_stream_bytes ? small_runs(name, entry->first_sector, bytes)
                                            : runs(name, entry->first_sector, bytes);
  }

 private:
  [[nodiscard]] std::int64_t size_of(std::string const& name, Ole2Entry const& entry) const {
    std::uint64_t const bytes = sectors_.has_long_sizes()
                                    ? entry.bytes
                                    : entry.bytes & 0xffffffffU;  // the rest is undefined
    if (bytes > static_cast<std::uint64_t>(file_->size())) {
      fail_file(file_->path(), name, ": is of ", bytes, " bytes, where the file has ",
                file_->size());
    }
    return static_cast<std::int64_t>(bytes);
  }

  /// Where the bytes of a chain of sectors of some size lie.
  template <class OffsetOf>
  [[nodiscard]] FileRuns runs_of(Ole2Chains const& chains, std::string const& name,
                                 std::uint32_t first, std::int64_t bytes, std::int64_t sector_bytes,
                                 OffsetOf const& offset) const {
    FileRuns result;
    if (bytes == 0) return result;
    std::int64_t left = bytes;
    chains.follow(name, first, (bytes - 1) / sector_bytes + 1, [&](std::uint32_t sector) {
      std::int64_t const part = std::min(left, sector_bytes);
      append_run(result, {offset(sector), part});
      left -= part;
    });
    for (FileRun const& run : result) {  // the last sector of a file may be shorter
      if (run.bytes <= file_->size() - run.offset) continue;
      fail_file(file_->path(), name, ": is cut off: it goes on to byte ", run.offset + run.bytes,
                " of ", file_->size());
    }
    return result;
  }

  [[nodiscard]] FileRuns runs(std::string const& name, std::uint32_t first,
                              std::int64_t bytes) const {
    return runs_of(chains_, name, first, bytes, sectors_.bytes(),
                   [this](std::uint32_t sector) { return sectors_.offset(sector); });
  }

  /// Small sectors lie in the sectors of the root's stream.
  [[nodiscard]] FileRuns small_runs(std::string const& name, std::uint32_t first,
                                    std::int64_t bytes) const {
    return runs_of(small_chains_, name, first, bytes, ole2::small_sector_bytes,
                   [this](std::uint32_t sector) {
                     std::int64_t const place = sector * ole2::small_sector_bytes;
                     return small_sectors_[static_cast<std::size_t>(place / sectors_.bytes())] +
                            place % sectors_.bytes();
                   });
  }

  [[nodiscard]] std::vector<std::byte> directory_bytes() const {
    std::string const name = "the directory";
    std::uint32_t const first = sectors_.number(48);
    std::int64_t const bytes = chains_.length(name, first) * sectors_.bytes();
    std::vector<std::byte> result(static_cast<std::size_t>(bytes));
    read_runs(*file_, runs(name, first, bytes), 0, bytes, result.data());
    return result;
  }

  void open_small_sectors() {
    std::string const name = "the stream of small streams";
    Ole2Entry const root = directory_.root();
    std::int64_t const bytes = size_of(name, root);
    if (bytes == 0) return;
    for (FileRun const& run : runs(name, root.first_sector, bytes)) {
      for (std::int64_t part = 0; part < run.bytes; part += sectors_.bytes()) {
        small_sectors_.push_back(run.offset + part);
      }
    }
    std::int64_t const count = (bytes - 1) / ole2::small_sector_bytes + 1;
    std::int64_t const needed = (count - 1) / sectors_.numbers() + 1;
    std::int64_t const tables = std::min<std::int64_t>(sectors_.number(64), needed);
    std::vector<std::uint32_t> next;
    if (tables > 0) {
      chains_.follow(
          "the table of small sectors", sectors_.number(60), tables, [&](std::uint32_t sector) {
            next.resize(next.size() + sectors_.numbers());
            sectors_.read_numbers(sector, 1, next.data() + next.size() - sectors_.numbers());
          });
    }
    next.resize(std::min(next.size(), static_cast<std::size_t>(count)));
    small_chains_ = {file_->path(), std::move(next)};
  }

  std::shared_ptr<ReadableFile const> file_;
  Ole2Sectors sectors_;
  Ole2Chains chains_;
  Ole2Directory directory_;
  std::vector<std::int64_t> small_sectors_;  // where each sector of the root's stream lies
  Ole2Chains small_chains_;
};

}  // namespace pyronn::detail
