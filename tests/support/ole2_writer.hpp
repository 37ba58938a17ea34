// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OLE2 files, laid out in more ways than one program writes them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bytes_of_numbers.hpp"
#include "ole2_directory.hpp"

namespace test {

/// A stream: what it begins with, and its size where that is more. The rest is a hole in the file.
struct Ole2Stream {
  std::string bytes;
  std::int64_t size = static_cast<std::int64_t>(bytes.size());
};

/// Where sectors go.
enum class Ole2Order {
  in_a_row,        ///< streams in the order of their names, tables behind them
  tables_between,  ///< each part of the table before the sectors that it describes
  shuffled         ///< anywhere
};

/// A file of streams by their names; "A/B" is B in the storage A.
class Ole2Writer {
 public:
  using Streams = std::map<std::string, Ole2Stream>;

  explicit Ole2Writer(Streams streams, Ole2Order order = Ole2Order::in_a_row, int version = 3)
      : streams_{std::move(streams)},
        order_{order},
        sector_bytes_{version == 3 ? 512 : 4096},
        version_{version} {
    for (auto const& [name, stream] : streams_) directory_.add(name);
    directory_.link();
    place_small_streams();
    for (auto const& [name, stream] : streams_) {
      if (stream.size < least_large) continue;
      std::uint32_t const number = directory_.number_of(name);
      chain_of_[name] = chains_.size();
      directory_[number].bytes = stream.size;
      add_chain(stream, number);
    }
    add_chain({small_bytes_}, 0);
    directory_[0].bytes = static_cast<std::int64_t>(small_bytes_.size());
    std::string table;
    for (std::uint32_t const next : small_next_) put_number(table, next, 4);
    add_chain({padded(table, sector_bytes_, '\xff')}, unused);
    directory_chain_ = chains_.size();
    add_chain({std::string(directory_.size() * 128, '\0')}, unused);
    lay_out();
    chains_[directory_chain_].stream.bytes = padded(directory_.bytes(), sector_bytes_, '\0');
  }

  void write(std::filesystem::path const& path) const {
    {
      std::ofstream file{path, std::ios::binary};
      file << padded(header(), sector_bytes_, '\0');
      for (Chain const& chain : chains_) {
        for (std::size_t at = 0; at < chain.stream.bytes.size(); at += bytes_per_sector()) {
          write_sector(file, sector_of_[chain.first + at / bytes_per_sector()],
                       chain.stream.bytes.substr(at, bytes_per_sector()));
        }
      }
      for (std::size_t i = 0; i < tables_; ++i) {
        std::string part;
        for (std::size_t k = 0; k < per_sector(); ++k) {
          std::size_t const sector = i * per_sector() + k;
          put_number(part, sector < next_.size() ? next_[sector] : unused, 4);
        }
        write_sector(file, sector_of_[first_table_ + i], part);
      }
      for (std::size_t i = 0; i < lists_; ++i) write_sector(file, list_sector(i), list(i));
    }
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(file_size()));
  }

  [[nodiscard]] std::int64_t file_size() const {
    return static_cast<std::int64_t>(next_.size() + 1) * sector_bytes_;
  }
  [[nodiscard]] std::int64_t sector_bytes() const { return sector_bytes_; }

  /// The sectors of a stream of at least 4096 bytes.
  [[nodiscard]] std::vector<std::uint32_t> sectors(std::string const& name) const {
    Chain const& chain = chains_[chain_of_.at(name)];
    auto const first = sector_of_.begin() + static_cast<std::ptrdiff_t>(chain.first);
    return {first, first + static_cast<std::ptrdiff_t>(chain.count)};
  }
  /// Where a sector lies in the file.
  [[nodiscard]] std::int64_t offset(std::uint32_t sector) const {
    return (std::int64_t{sector} + 1) * sector_bytes_;
  }
  /// Where the number of the sector that follows this one stands in the file.
  [[nodiscard]] std::int64_t offset_of_next(std::uint32_t sector) const {
    auto const table = sector_of_[first_table_ + sector / per_sector()];
    return offset(table) + 4 * std::int64_t{sector % static_cast<std::uint32_t>(per_sector())};
  }
  /// Where the entry of a stream or storage stands in the file.
  [[nodiscard]] std::int64_t offset_of_entry(std::string const& name) const {
    std::size_t const at = std::size_t{directory_.number_of(name)} * 128;
    auto const sector = sector_of_[chains_[directory_chain_].first + at / bytes_per_sector()];
    return offset(sector) + static_cast<std::int64_t>(at % bytes_per_sector());
  }
  /// How many sectors of the table there are, and sectors that list those.
  [[nodiscard]] std::pair<std::size_t, std::size_t> table_sectors() const {
    return {tables_, lists_};
  }
  /// Where the i-th sector that lists sectors of the table lies.
  [[nodiscard]] std::uint32_t list_sector(std::size_t i) const {
    return sector_of_[first_table_ + tables_ + i];
  }

 private:
  static constexpr std::uint32_t unused = Ole2Directory::unused;
  static constexpr std::uint32_t end = 0xfffffffe;
  static constexpr std::int64_t least_large = 4096;
  static constexpr std::size_t in_header = 109;

  struct Chain {
    Ole2Stream stream;
    std::uint32_t entry;
    std::size_t first;
    std::size_t count;
  };

  [[nodiscard]] std::size_t bytes_per_sector() const {
    return static_cast<std::size_t>(sector_bytes_);
  }
  [[nodiscard]] std::size_t per_sector() const { return bytes_per_sector() / 4; }

  static std::string padded(std::string bytes, std::int64_t multiple, char with) {
    auto const unit = static_cast<std::size_t>(multiple);
    bytes.resize((bytes.size() + unit - 1) / unit * unit, with);
    return bytes;
  }

  [[nodiscard]] std::vector<std::uint32_t> numbers_in_order(std::size_t count) const {
    std::vector<std::uint32_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0U);
    if (order_ == Ole2Order::shuffled) {
      std::shuffle(numbers.begin(), numbers.end(), std::mt19937{12345});
    }
    return numbers;
  }

  void place_small_streams() {
    std::size_t count = 0;
    auto const sectors_of = [](Ole2Stream const& stream) {
      return (stream.bytes.size() + 63) / 64;
    };
    for (auto const& [name, stream] : streams_) {
      if (stream.size < least_large) count += sectors_of(stream);
    }
    auto const numbers = numbers_in_order(count);
    small_bytes_.resize(count * 64);
    small_next_.resize(count);
    std::size_t used = 0;
    for (auto const& [name, stream] : streams_) {
      if (stream.size >= least_large) continue;
      Ole2Directory::Entry& entry = directory_[directory_.number_of(name)];
      std::size_t const sectors = sectors_of(stream);
      entry.bytes = stream.size;
      entry.first = sectors == 0 ? end : numbers[used];
      for (std::size_t i = 0; i < sectors; ++i, ++used) {
        std::string const part = stream.bytes.substr(64 * i, 64);
        small_bytes_.replace(64 * std::size_t{numbers[used]}, part.size(), part);
        small_next_[numbers[used]] = i + 1 == sectors ? end : numbers[used + 1];
      }
    }
  }

  void add_chain(Ole2Stream const& stream, std::uint32_t entry) {
    auto const count = static_cast<std::size_t>((stream.size + sector_bytes_ - 1) / sector_bytes_);
    chains_.push_back({stream, entry, first_table_, count});
    first_table_ += count;
  }

  void lay_out() {
    std::size_t total = 0;
    for (std::size_t before = 1; before != total;) {
      before = total;
      total = first_table_ + tables_ + lists_;
      tables_ = (total + per_sector() - 1) / per_sector();
      lists_ =
          tables_ > in_header ? (tables_ - in_header + per_sector() - 2) / (per_sector() - 1) : 0;
    }
    sector_of_ = numbers_in_order(total);
    if (order_ == Ole2Order::tables_between) put_tables_between();
    next_.assign(total, unused);
    for (Chain const& chain : chains_) {
      for (std::size_t i = 0; i < chain.count; ++i) {
        std::size_t const at = chain.first + i;
        next_[sector_of_[at]] = i + 1 == chain.count ? end : sector_of_[at + 1];
      }
      if (chain.entry != unused) {
        directory_[chain.entry].first = chain.count == 0 ? end : sector_of_[chain.first];
      }
    }
    for (std::size_t i = 0; i < tables_ + lists_; ++i) {
      next_[sector_of_[first_table_ + i]] = i < tables_ ? 0xfffffffdU : 0xfffffffcU;
    }
  }

  void put_tables_between() {
    std::vector<std::uint32_t> others;
    for (std::uint32_t sector = 0; sector < sector_of_.size(); ++sector) {
      if (sector % per_sector() != 0) others.push_back(sector);
    }
    std::copy_n(others.begin(), first_table_, sector_of_.begin());
    for (std::size_t i = 0; i < tables_; ++i) {
      sector_of_[first_table_ + i] = static_cast<std::uint32_t>(i * per_sector());
    }
    std::copy(others.begin() + static_cast<std::ptrdiff_t>(first_table_), others.end(),
              sector_of_.begin() + static_cast<std::ptrdiff_t>(first_table_ + tables_));
  }

  [[nodiscard]] std::uint32_t first_of(std::size_t chain) const {
    return chains_[chain].count == 0 ? end : sector_of_[chains_[chain].first];
  }

  [[nodiscard]] std::string header() const {
    std::string bytes = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    bytes.resize(24);
    put_number(bytes, 0x3e, 2);
    put_number(bytes, static_cast<std::uint64_t>(version_), 2);
    put_number(bytes, 0xfffe, 2);
    put_number(bytes, version_ == 3 ? 9 : 12, 2);
    put_number(bytes, 6, 2);
    bytes.resize(40);
    put_number(bytes, version_ == 3 ? 0 : chains_[directory_chain_].count, 4);
    put_number(bytes, tables_, 4);
    put_number(bytes, first_of(directory_chain_), 4);
    put_number(bytes, 0, 4);
    put_number(bytes, 4096, 4);
    put_number(bytes, first_of(directory_chain_ - 1), 4);
    put_number(bytes, chains_[directory_chain_ - 1].count, 4);
    put_number(bytes, lists_ == 0 ? end : list_sector(0), 4);
    put_number(bytes, lists_, 4);
    for (std::size_t i = 0; i < in_header; ++i) put_number(bytes, table_or_unused(i), 4);
    return bytes;
  }

  [[nodiscard]] std::uint32_t table_or_unused(std::size_t i) const {
    return i < tables_ ? sector_of_[first_table_ + i] : unused;
  }

  [[nodiscard]] std::string list(std::size_t i) const {
    std::string bytes;
    for (std::size_t k = 0; k + 1 < per_sector(); ++k) {
      put_number(bytes, table_or_unused(in_header + i * (per_sector() - 1) + k), 4);
    }
    put_number(bytes, i + 1 == lists_ ? end : list_sector(i + 1), 4);
    return bytes;
  }

  void write_sector(std::ofstream& file, std::uint32_t sector, std::string const& bytes) const {
    file.seekp(offset(sector));
    file << bytes;
  }

  Streams streams_;
  Ole2Order order_;
  std::int64_t sector_bytes_;
  int version_;
  Ole2Directory directory_;
  std::string small_bytes_;
  std::vector<std::uint32_t> small_next_;
  std::vector<Chain> chains_;
  std::map<std::string, std::size_t> chain_of_;
  std::size_t directory_chain_ = 0;
  std::size_t first_table_ = 0;
  std::size_t tables_ = 0;
  std::size_t lists_ = 0;
  std::vector<std::uint32_t> sector_of_;
  std::vector<std::uint32_t> next_;
};

}  // namespace test
