// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where blocks of an array lie in a file, and how their bytes are shared out over requests.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/detail/run_on_threads.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/io/detail/page_memory.hpp>
#include <pyronn/io/file_transfer.hpp>
#include <pyronn/io/number_type.hpp>

namespace pyronn::detail {

/// Bytes of a file and where they are in a block without gaps.
struct FileRange {
  std::int64_t offset;    ///< in the file
  std::int64_t count;     ///< may be 0
  std::int64_t in_block;  ///< from the block's beginning

  /// The pages that hold them are not kept in the system's cache.
  template <class File>
  void forget(File const& file) const {
    std::int64_t const begin = page_before(offset);
    file.forget(begin, page_behind(offset + count) - begin);
  }
};

/// An array of numbers, plane after plane, from an offset of a file on.
struct ArrayInFile {
  Extents<3> extents;
  std::int64_t offset;
  NumberType type = NumberType::float32;

  [[nodiscard]] std::int64_t row_bytes() const { return std::int64_t{bytes_of(type)} * extents[0]; }
  [[nodiscard]] std::int64_t bytes() const {
    return std::int64_t{bytes_of(type)} * extents.count();
  }

  /// Throws InvalidArgument unless there is such an array.
  void check(char const* function) const {
    for (int axis = 0; axis < 3; ++axis) {
      expects(extents[axis] >= 1, function, ": extents ", extents, " must be at least 1");
    }
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;
    std::int64_t const planes = most / row_bytes() / extents[1];
    expects(offset >= 0 && offset <= most && extents[2] <= planes, function, ": ", extents,
            " numbers of ", name_of(type), " from byte ", offset, " on are in no file");
  }
  /// Throws InvalidArgument for a block that is not one of the array.
  void check(HostBlock const& block, char const* function) const {
    bool const is_in = block.first_plane >= 0 && block.num_planes >= 1 &&
                       block.num_planes <= extents[2] - block.first_plane && block.first_row >= 0 &&
                       block.num_rows >= 1 && block.num_rows <= extents[1] - block.first_row;
    expects(is_in, function, ": rows ", block.first_row, " to ",
            std::int64_t{block.first_row} + block.num_rows - 1, " of planes ", block.first_plane,
            " to ", std::int64_t{block.first_plane} + block.num_planes - 1,
            " are not all in an array of ", extents);
  }
};

/// The ranges of a block, none of which reaches over a multiple of `request_bytes` of the file.
class BlockRanges {
 public:
  BlockRanges(ArrayInFile const& array, HostBlock const& block, std::int64_t request_bytes)
      : request_bytes_{request_bytes},
        plane_bytes_{array.row_bytes() * array.extents[1]},
        begin_{array.offset + plane_bytes_ * block.first_plane +
               array.row_bytes() * block.first_row},
        runs_{block.num_rows == array.extents[1] ? 1 : block.num_planes},
        run_bytes_{array.row_bytes() * block.num_rows * (block.num_planes / runs_)},
        most_of_run_{runs_ == 1
                         ? (begin_ + run_bytes_ - 1) / request_bytes_ - begin_ / request_bytes_ + 1
                         : (run_bytes_ - 1) / request_bytes_ + 2} {}

  /// How many there are, empty ones included.
  [[nodiscard]] std::int64_t count() const { return runs_ * most_of_run_; }
  /// One of them, which may be empty.
  [[nodiscard]] FileRange range(std::int64_t n) const {
    std::int64_t const run = n / most_of_run_;
    std::int64_t const begin = begin_ + run * plane_bytes_;
    std::int64_t const at = (begin / request_bytes_ + n % most_of_run_) * request_bytes_;
    std::int64_t const first = std::max(begin, at);
    std::int64_t const end = std::min(begin + run_bytes_, at + request_bytes_);
    return {first, std::max(std::int64_t{0}, end - first), run * run_bytes_ + (first - begin)};
  }

 private:
  std::int64_t request_bytes_;
  std::int64_t plane_bytes_;
  std::int64_t begin_;
  std::int64_t runs_;         ///< of bytes without a gap
  std::int64_t run_bytes_;    ///< of each
  std::int64_t most_of_run_;  ///< ranges
};

/// The threads of a transfer and a buffer of pages for each; without buffers where it is buffered
/// by the system.
class RequestThreads {
 public:
  RequestThreads(FileTransfer const& transfer, FileAccess access)
      : threads_{transfer.threads},
        request_bytes_{transfer.whole_request_bytes()},
        memory_{access == FileAccess::direct ? transfer.host_bytes() : 0} {}

  [[nodiscard]] std::int64_t request_bytes() const {
    return static_cast<std::int64_t>(request_bytes_);
  }

  /// Calls `work(range, buffer)` for all ranges, in any order and from several threads; after an
  /// exception no more, and throws the first one.
  template <class Work>
  void run(BlockRanges const& ranges, Work const& work) const {
    std::atomic<std::int64_t> next{0};
    auto const threads = std::min<std::int64_t>(threads_, ranges.count());
    auto const move_ranges = [&](std::size_t thread) {
      std::byte* const buffer =
          memory_.data() == nullptr ? nullptr : memory_.data() + thread * request_bytes_;
      try {
        for (std::int64_t n = next++; n < ranges.count(); n = next++) {
          FileRange const range = ranges.range(n);
          if (range.count > 0) work(range, buffer);
        }
      } catch (...) {
        next = ranges.count();
        throw;
      }
    };
    for_each_on_threads(static_cast<int>(threads), static_cast<std::size_t>(threads), move_ranges);
  }

 private:
  int threads_;
  std::size_t request_bytes_;
  PageMemory memory_;
};

}  // namespace pyronn::detail
