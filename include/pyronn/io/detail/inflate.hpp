// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Data that was compressed by zlib or gzip. Needs zlib (Debian: zlib1g-dev; link ZLIB::ZLIB).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include <zlib.h>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/readable_file.hpp>

namespace pyronn::detail {

/// One stream of compressed bytes.
class Inflater {
 public:
  Inflater() {
    constexpr int zlib_or_gzip = 15 + 32;
    if (inflateInit2(&stream_, zlib_or_gzip) != Z_OK) throw std::bad_alloc{};
  }
  Inflater(Inflater const&) = delete;
  Inflater& operator=(Inflater const&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  /// Where the next compressed bytes are.
  void feed(std::vector<unsigned char>& bytes, std::int64_t count) {
    stream_.next_in = bytes.data();
    stream_.avail_in = static_cast<uInt>(count);
  }
  [[nodiscard]] bool is_hungry() const { return stream_.avail_in == 0; }

  /// Writes up to `count` bytes, and returns how many; `status` is zlib's.
  std::int64_t write(std::byte* out, std::int64_t count, int& status) {
    constexpr std::int64_t most = std::numeric_limits<uInt>::max();
    auto const room = static_cast<uInt>(std::min(most, count));
    stream_.next_out = reinterpret_cast<unsigned char*>(out);
    stream_.avail_out = room;
    status = inflate(&stream_, Z_NO_FLUSH);
    return std::int64_t{room} - stream_.avail_out;
  }

 private:
  z_stream stream_{};
};

/// No byte of a stream of zlib's becomes more than so many.
inline constexpr std::int64_t most_inflation = 1032;

/// Throws FileError where a stream is too short for what it is said to hold, so that memory is
/// taken only for what may be there.
inline void check_inflation(ReadableFile const& file, std::int64_t compressed, std::int64_t count) {
  if (compressed >= 1 && count / most_inflation <= compressed) return;
  fail_file(file.path(), "holds ", compressed, " compressed bytes, which cannot become ", count,
            " bytes of elements");
}

/// Inflates the stream in `compressed` bytes from `offset` on, which must become `count` bytes: no
/// more and no less. Throws FileError.
inline void inflate_file(ReadableFile const& file, std::int64_t offset, std::int64_t compressed,
                         std::byte* out, std::int64_t count) {
  constexpr std::int64_t chunk = 1 << 18;
  std::vector<unsigned char> bytes(static_cast<std::size_t>(std::min(chunk, compressed)));
  Inflater inflater;
  std::int64_t const wanted = count;
  std::byte surplus{};  // the end of a stream is found behind its last byte
  for (int status = Z_OK; status != Z_STREAM_END;) {
    if (inflater.is_hungry() && compressed > 0) {
      std::int64_t const next = std::min(chunk, compressed);
      file.read(offset, next, bytes.data());
      inflater.feed(bytes, next);
      offset += next;
      compressed -= next;
    }
    bool const is_full = count == 0;
    auto const written = inflater.write(is_full ? &surplus : out, is_full ? 1 : count, status);
    if (is_full && written > 0) {
      fail_file(file.path(), "holds more than the ", wanted, " bytes of elements it is said to");
    }
    if (status == Z_MEM_ERROR) throw std::bad_alloc{};
    bool const is_stuck = status == Z_BUF_ERROR && inflater.is_hungry() && compressed == 0;
    if (is_stuck) {
      fail_file(file.path(), "has a compressed stream that ends early, with ",
                wanted - count + (is_full ? 0 : written), " of ", wanted, " bytes of elements");
    }
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      fail_file(file.path(), "has compressed data that is damaged, or not of zlib");
    }
    if (is_full) continue;
    out += written;
    count -= written;
  }
  if (count > 0) {
    fail_file(file.path(), "holds ", wanted - count, " of ", wanted, " bytes of elements");
  }
}

}  // namespace pyronn::detail
