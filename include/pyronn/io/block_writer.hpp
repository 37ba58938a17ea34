// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BlockWriter: a file of an array of float or Half, which is written in blocks.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/detail/block_ranges.hpp>
#include <pyronn/io/detail/direct_file.hpp>
#include <pyronn/io/detail/file_descriptor.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/page_memory.hpp>
#include <pyronn/io/file_transfer.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/io/number_type.hpp>

namespace pyronn {

/// A file of little-endian numbers, float or Half, plane after plane and row after row, that
/// several threads write in blocks of any order, without filling the system's page cache. The file
/// appears, whole, when it is committed; until then, and where anything fails, there is a temporary
/// file beside it, as of AtomicFile, which the destructor removes.
template <class T>
class BlockWriterOf {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, Half>,
                "A BlockWriterOf writes float or pyronn::Half.");

 public:
  /// Opens a file for an array of these extents behind a header, and takes its room on the disk as
  /// far as the file system does that. Takes `host_bytes()` for good. Throws FileError as
  /// AtomicFile does and where there is no room, and InvalidArgument for extents below 1.
  BlockWriterOf(std::filesystem::path const& path, Extents<3> const& extents,
                std::string const& header = {}, FileTransfer const& transfer = {})
      : path_{path},
        array_{extents, static_cast<std::int64_t>(header.size()), detail::number_type<T>()},
        host_bytes_{checked(array_, transfer)},
        missing_(static_cast<std::size_t>(extents[1]) * static_cast<std::size_t>(extents[2]), true),
        file_{path},
        buffered_{file_.temporary_path(), detail::FileUse::write},
        direct_{open_direct(transfer.access)},
        threads_{transfer, access()} {
    write_buffered(0, static_cast<std::int64_t>(header.size()), header.data());
  }

  /// The sizes.
  [[nodiscard]] Extents<3> extents() const { return array_.extents; }
  /// The way it writes: direct unless that was not asked for or the file system refuses it.
  [[nodiscard]] FileAccess access() const { return detail::access_of(direct_); }
  /// What it takes of the host's memory [bytes], the page cache included.
  [[nodiscard]] std::size_t host_bytes() const { return host_bytes_; }

  /// What a streamed call writes. It refers to this writer, which must outlive it and be committed
  /// afterwards.
  [[nodiscard]] HostOutput<T> output() {
    return {array_.extents,
            [this](HostBlock const& block, T const* values) { write(block, values); }, host_bytes_};
  }

  /// Writes a block, whose planes lie one after another without gaps. One call at a time. Throws
  /// FileError where the file cannot be written, and InvalidArgument for a block that is not in the
  /// array.
  void write(HostBlock const& block, T const* values) {
    array_.check(block, "BlockWriter");
    auto const* const bytes = reinterpret_cast<std::byte const*>(values);
    threads_.run(detail::BlockRanges{array_, block, threads_.request_bytes()},
                 [&](detail::FileRange const& range, std::byte* buffer) {
                   if (direct_ != nullptr) {
                     write_pages(range, buffer, bytes + range.in_block);
                   } else {
                     write_buffered(range.offset, range.count, bytes + range.in_block);
                     range.forget(buffered_);
                   }
                 });
    for (int plane = block.first_plane; plane < block.first_plane + block.num_planes; ++plane) {
      auto const first = missing_.begin() + std::ptrdiff_t{plane} * array_.extents[1];
      std::fill_n(first + block.first_row, block.num_rows, false);
    }
  }

  /// Lets the file appear, once the system says that the disk holds it. Throws InvalidArgument
  /// where rows were not written, and FileError.
  void commit() {
    auto const count = std::count(missing_.begin(), missing_.end(), true);
    detail::expects(count == 0, "BlockWriter: ", count, " of ", missing_.size(),
                    " rows were not written");
    if (!buffered_.flush()) {
      detail::fail_file(path_, "cannot be written: ", detail::last_system_error());
    }
    buffered_.forget(0, 0);
    file_.commit();
  }

 private:
  /// What is written through the page cache beside direct writes, before it is given up.
  static constexpr std::int64_t most_edge_bytes = std::int64_t{1} << 20;
  static constexpr std::size_t stream_bytes = std::size_t{16} << 10;  ///< of the file's stream

  static std::size_t checked(detail::ArrayInFile const& array, FileTransfer const& transfer) {
    transfer.validate();
    array.check("BlockWriter");
    std::size_t const rows =
        static_cast<std::size_t>(array.extents[1]) * static_cast<std::size_t>(array.extents[2]);
    return transfer.host_bytes() + rows / 8 + stream_bytes;
  }

  std::unique_ptr<detail::FileDescriptor> open_direct(FileAccess access) const {
    std::int64_t const size = array_.offset + array_.bytes();
    if (!buffered_.is_open()) {
      detail::fail_file(path_,
                        "cannot open a temporary file beside it: ", detail::last_system_error());
    }
    if (!buffered_.reserve(size)) {
      detail::fail_file(path_, "needs ", size,
                        " bytes, which cannot be had: ", detail::last_system_error(),
                        "; make room or write to another disk");
    }
    return detail::open_for_direct_writes(file_.temporary_path(), access, size);
  }

  /// Whole pages directly, what is left at both ends through the page cache.
  void write_pages(detail::FileRange const& range, std::byte* buffer, std::byte const* from) {
    std::int64_t const end = range.offset + range.count;
    std::int64_t const first = std::min(end, detail::page_behind(range.offset));
    std::int64_t const last = std::max(first, detail::page_before(end));
    write_edge(range.offset, first - range.offset, from);
    std::memcpy(buffer, from + (first - range.offset), static_cast<std::size_t>(last - first));
    write_all(*direct_, first, last - first, buffer);
    write_edge(last, end - last, from + (last - range.offset));
  }
  void write_edge(std::int64_t offset, std::int64_t count, std::byte const* from) {
    if (count == 0) return;
    write_buffered(offset, count, from);
    auto const page = static_cast<std::int64_t>(detail::page_bytes());
    if ((edge_bytes_ += page) < most_edge_bytes) return;
    edge_bytes_ = 0;
    buffered_.forget(0, 0);
  }

  void write_buffered(std::int64_t offset, std::int64_t count, void const* from) const {
    write_all(buffered_, offset, count, from);
  }
  void write_all(detail::FileDescriptor const& file, std::int64_t offset, std::int64_t count,
                 void const* from) const {
    auto const* bytes = static_cast<std::byte const*>(from);
    while (count > 0) {
      auto const written = file.write(offset, count, bytes);
      if (written <= 0) {
        detail::fail_file(path_, "cannot be written at byte ", offset, ": ",
                          detail::last_system_error(), "; make room or write to another disk");
      }
      offset += written;
      bytes += written;
      count -= written;
    }
  }

  std::filesystem::path path_;
  detail::ArrayInFile array_;
  std::size_t host_bytes_;
  std::vector<bool> missing_;  ///< of each row of each plane
  AtomicFile file_;
  detail::FileDescriptor buffered_;
  std::unique_ptr<detail::FileDescriptor> direct_;
  detail::RequestThreads threads_;
  std::atomic<std::int64_t> edge_bytes_{0};
};

/// Of float.
using BlockWriter = BlockWriterOf<float>;

/// Opens a .npy file of float32, or of Half float16, of shape (planes, rows, columns). Throws as
/// BlockWriter does.
template <class T = float>
[[nodiscard]] std::unique_ptr<BlockWriterOf<T>> npy_block_writer(
    std::filesystem::path const& path, Extents<3> const& extents,
    FileTransfer const& transfer = {}) {
  return std::make_unique<BlockWriterOf<T>>(
      path, extents,
      detail::npy_header_text(detail::number_type<T>(), {extents[2], extents[1], extents[0]}),
      transfer);
}

}  // namespace pyronn
