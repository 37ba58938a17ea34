// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an OLE2 file (compound file) begins with, and its sectors. The layout: [MS-CFB],
/// https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/io/number_type.hpp>
#include <pyronn/io/readable_file.hpp>
#include <pyronn/scan/detail/little_endian.hpp>

namespace pyronn::detail {

/// What stands in tables in place of a sector's number.
namespace ole2 {
inline constexpr std::uint32_t most_sectors = 0xfffffffa;
inline constexpr std::uint32_t end_of_chain = 0xfffffffe;
inline constexpr std::uint32_t none = 0xffffffff;
inline constexpr std::int64_t small_sector_bytes = 64;
inline constexpr std::int64_t small_stream_bytes = 4096;  // those below are in small sectors
}  // namespace ole2

/// The sectors of an OLE2 file: numbered pieces of one size behind the first one, which begins with
/// the header.
class Ole2Sectors {
 public:
  /// Throws FileError for what is no OLE2 file. The file must outlive this object.
  explicit Ole2Sectors(ReadableFile const& file) : file_{&file}, header_(header_bytes) {
    if (file.size() < header_bytes) {
      fail_file(file.path(), "is no OLE2 file: it holds ", file.size(), " bytes");
    }
    file.read(0, header_bytes, header_.data());
    constexpr std::uint64_t signature = 0xe11ab1a1e011cfd0;
    if (little_endian<std::uint64_t>(header_.data()) != signature) {
      fail_file(file.path(), "is no OLE2 file: it begins otherwise");
    }
    int const shift = little_endian<std::uint16_t>(header_.data() + 30);
    int const small_shift = little_endian<std::uint16_t>(header_.data() + 32);
    auto const small_stream = number(56);
    bool const is_known = little_endian<std::uint16_t>(header_.data() + 28) == 0xfffe &&
                          (shift == 9 || shift == 12) && small_shift == 6 &&
                          small_stream == ole2::small_stream_bytes;
    if (!is_known) {
      fail_file(file.path(), "is no OLE2 file that can be read: its sectors have 2^", shift,
                " bytes, small ones 2^", small_shift, ", and small streams less than ",
                small_stream, "; 2^9 or 2^12, 2^6 and 4096 are known");
    }
    bytes_ = std::int64_t{1} << shift;
    std::int64_t const whole = std::max(file.size() - 1, bytes_ - 1) / bytes_;
    count_ = static_cast<std::uint32_t>(std::min<std::int64_t>(whole, ole2::most_sectors));
  }

  [[nodiscard]] ReadableFile const& file() const { return *file_; }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }         ///< of a sector
  [[nodiscard]] std::uint32_t count() const { return count_; }        ///< how many the file has
  [[nodiscard]] bool has_long_sizes() const { return bytes_ > 512; }  ///< else of 32 bits

  /// How many numbers of sectors a sector holds.
  [[nodiscard]] std::uint32_t numbers() const { return static_cast<std::uint32_t>(bytes_ / 4); }

  /// Where a sector lies in the file. The first one stands behind the header's.
  [[nodiscard]] std::int64_t offset(std::uint32_t sector) const {
    return (std::int64_t{sector} + 1) * bytes_;
  }

  /// A number of 32 bits at a byte of the header.
  [[nodiscard]] std::uint32_t number(int byte) const {
    return little_endian<std::uint32_t>(header_.data() + byte);
  }

  /// Reads the numbers that neighbouring sectors hold.
  void read_numbers(std::uint32_t first, std::uint32_t sectors, std::uint32_t* out) const {
    file_->read(offset(first), sectors * bytes_, out);
    std::uint32_t const one = 1;
    if (little_endian<std::uint32_t>(reinterpret_cast<std::byte const*>(&one)) == one) return;
    swap_bytes(out, std::size_t{sectors} * numbers(), 4);
  }

  /// Throws FileError unless the file has this sector, which `where` names.
  void check(std::uint32_t sector, char const* where) const {
    if (sector < count_) return;
    fail_file(file_->path(), "is cut off or broken: ", where, " names sector ", sector, " of ",
              count_);
  }

 private:
  static constexpr std::int64_t header_bytes = 512;

  ReadableFile const* file_;
  std::vector<std::byte> header_;
  std::int64_t bytes_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace pyronn::detail
