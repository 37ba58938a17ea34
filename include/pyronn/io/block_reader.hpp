// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BlockReader: an array of float or Half in a file, which is read in blocks.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <type_traits>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/io/detail/block_ranges.hpp>
#include <pyronn/io/detail/direct_file.hpp>
#include <pyronn/io/detail/file_descriptor.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/page_memory.hpp>
#include <pyronn/io/file_transfer.hpp>
#include <pyronn/io/npy_header.hpp>
#include <pyronn/io/number_type.hpp>
#include <pyronn/io/readable_file.hpp>

namespace pyronn {

/// Little-endian numbers in one file, float or Half, plane after plane and row after row:
/// projections (u, v, view) or a volume (x, y, z). Several threads read blocks of it, without
/// filling the system's page cache.
///
///   BlockReader const views = npy_block_reader("views.npy");
///   BlockWriter volume{"volume.raw", grid.size};
///   streamed(views.input(), volume.output());
///   volume.commit();
template <class T>
class BlockReaderOf {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, Half>,
                "A BlockReaderOf reads float or pyronn::Half.");

 public:
  /// An array of these extents from byte `offset` of a file on; what lies behind it is left alone.
  /// Takes `host_bytes()` for good. Throws FileError for a file that is shorter, and one that
  /// cannot be read; InvalidArgument for extents below 1 and a negative offset.
  BlockReaderOf(std::filesystem::path const& path, Extents<3> const& extents,
                std::int64_t offset = 0, FileTransfer const& transfer = {})
      : array_{extents, offset, detail::number_type<T>()},
        host_bytes_{checked(array_, transfer)},
        file_{path},
        direct_{detail::open_for_direct_reads(path, transfer.access)},
        threads_{transfer, access()} {
    if (file_.size() < offset + array_.bytes()) {
      detail::fail_file(path, "holds ", file_.size(), " bytes, but ", extents, " numbers of ",
                        name_of(array_.type), " from byte ", offset, " on end at byte ",
                        offset + array_.bytes(),
                        "; correct the sizes or the offset, or fetch the whole file");
    }
    if (direct_ != nullptr) return;
    file_.expect_random_order();
    file_.forget(0, 0);  // or pages that are there already bring others
  }

  /// The sizes.
  [[nodiscard]] Extents<3> extents() const { return array_.extents; }
  /// The way it reads: direct unless that was not asked for or the file system refuses it.
  [[nodiscard]] FileAccess access() const { return detail::access_of(direct_); }
  /// What it takes of the host's memory [bytes], the page cache included.
  [[nodiscard]] std::size_t host_bytes() const { return host_bytes_; }

  /// What a streamed call reads. It refers to this reader, which must outlive it.
  [[nodiscard]] HostInput<T> input() const {
    return {array_.extents, [this](HostBlock const& block, T* out) { read(block, out); },
            host_bytes_};
  }

  /// Reads a block to `out`, plane after plane without gaps. One call at a time. Throws FileError
  /// where the file cannot be read or has become shorter, when `out` is written in part, and
  /// InvalidArgument for a block that is not in the array.
  void read(HostBlock const& block, T* out) const {
    array_.check(block, "BlockReader");
    auto* const bytes = reinterpret_cast<std::byte*>(out);
    threads_.run(detail::BlockRanges{array_, block, threads_.request_bytes()},
                 [&](detail::FileRange const& range, std::byte* buffer) {
                   if (direct_ != nullptr) {
                     read_direct(range, buffer, bytes + range.in_block);
                   } else {
                     file_.read(range.offset, range.count, bytes + range.in_block);
                     range.forget(file_);
                   }
                 });
  }

 private:
  static std::size_t checked(detail::ArrayInFile const& array, FileTransfer const& transfer) {
    transfer.validate();
    array.check("BlockReader");
    return transfer.host_bytes();
  }

  /// Reads the pages that hold the range.
  void read_direct(detail::FileRange const& range, std::byte* buffer, std::byte* to) const {
    std::int64_t const begin = detail::page_before(range.offset);
    std::int64_t const wanted = range.offset + range.count - begin;
    std::int64_t const whole = detail::page_behind(begin + wanted) - begin;
    for (std::int64_t done = 0; done < wanted;) {
      auto const got = direct_->read(begin + done, whole - done, buffer + done);
      if (got < 0) {
        detail::fail_file(file_.path(), "cannot be read at byte ", begin + done, ": ",
                          detail::last_system_error());
      }
      done += got;
      bool const is_end = got == 0 || detail::page_before(done) != done;
      if (is_end && done < wanted) {
        detail::fail_file(file_.path(), "ends at byte ", begin + done, ", where ", wanted - done,
                          " more are needed");
      }
    }
    std::memcpy(to, buffer + (range.offset - begin), static_cast<std::size_t>(range.count));
  }

  detail::ArrayInFile array_;
  std::size_t host_bytes_;
  ReadableFile file_;
  std::unique_ptr<detail::FileDescriptor> direct_;
  detail::RequestThreads threads_;
};

/// Of float.
using BlockReader = BlockReaderOf<float>;

/// Reads the array of a .npy file: float32, or of Half float16, little-endian, in C order, of shape
/// (views, rows, columns) or (slices, rows, columns). Throws FileError for another, as
/// read_npy_header does, and as BlockReader does.
template <class T = float>
[[nodiscard]] BlockReaderOf<T> npy_block_reader(std::filesystem::path const& path,
                                                FileTransfer const& transfer = {}) {
  constexpr NumberType type = detail::number_type<T>();
  NpyHeader const header = read_npy_header(path);
  auto const& shape = header.shape;
  if (header.type != type || header.is_big_endian || header.is_fortran_order) {
    detail::fail_file(path, "holds ", header.is_big_endian ? "big-endian " : "",
                      name_of(header.type), header.is_fortran_order ? " in Fortran order" : "",
                      "; blocks are read of little-endian ", name_of(type),
                      " in C order: convert it in NumPy, for example with "
                      "numpy.ascontiguousarray(array, '<f",
                      bytes_of(type), "')");
  }
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  bool const is_array = shape.size() == 3 && shape[0] >= 1 && shape[1] >= 1 && shape[2] >= 1 &&
                        shape[0] <= most && shape[1] <= most && shape[2] <= most;
  if (!is_array) {
    detail::fail_file(path, "has the shape ", detail::npy_shape_text(shape),
                      "; blocks are read of three axes: planes, rows, columns");
  }
  Extents<3> const extents{static_cast<int>(shape[2]), static_cast<int>(shape[1]),
                           static_cast<int>(shape[0])};
  return {path, extents, header.data_offset, transfer};
}

}  // namespace pyronn
