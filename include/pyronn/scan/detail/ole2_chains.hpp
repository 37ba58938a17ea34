// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ole2Chains: which sectors of an OLE2 file follow each other.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/ole2_sectors.hpp>

namespace pyronn::detail {

/// A table that has for each sector the next one of its stream.
class Ole2Chains {
 public:
  Ole2Chains(std::filesystem::path path, std::vector<std::uint32_t> next)
      : path_{std::move(path)}, next_{std::move(next)} {}

  /// Calls `visit` with the first `count` sectors of a chain, in their order; some writers keep
  /// more sectors than a stream needs. Throws FileError, with the stream's name, for a chain that
  /// is shorter, leads to no sector or has no end.
  template <class Visit>
  void follow(std::string const& name, std::uint32_t first, std::int64_t count,
              Visit const& visit) const {
    std::uint32_t sector = first;
    for (std::int64_t i = 0; i < count; ++i) {
      if (sector == ole2::end_of_chain) {
        fail_file(path_, name, ": ends behind sector ", i, " of ", count, ": the file is broken");
      }
      check(name, sector);
      visit(sector);
      sector = next_[sector];
    }
    constexpr std::int64_t few = 8;
    for (std::int64_t more = 0; sector != ole2::end_of_chain; ++more) {
      if (more > count + few) fail_endless(name);
      check(name, sector);
      sector = next_[sector];
    }
  }

  /// How many sectors a chain has.
  [[nodiscard]] std::int64_t length(std::string const& name, std::uint32_t first) const {
    std::int64_t count = 0;
    for (std::uint32_t sector = first; sector != ole2::end_of_chain; sector = next_[sector]) {
      check(name, sector);
      if (++count > static_cast<std::int64_t>(next_.size())) fail_endless(name);
    }
    return count;
  }

 private:
  void check(std::string const& name, std::uint32_t sector) const {
    if (sector < next_.size()) return;
    fail_file(path_, name, ": leads to sector ", sector, " of ", next_.size(),
              ": the file is cut off or broken");
  }
  [[noreturn]] void fail_endless(std::string const& name) const {
    fail_file(path_, name, ": its sectors lead in a circle: the file is broken");
  }

  std::filesystem::path path_;
  std::vector<std::uint32_t> next_;
};

/// The sectors that hold the table of chains: the header has the first 109, further ones stand in
/// a chain of sectors. There are no more of them than the file has sectors for.
inline std::vector<std::uint32_t> ole2_table_sectors(Ole2Sectors const& sectors) {
  constexpr std::uint32_t in_header = 109;
  std::uint32_t const per_sector = sectors.numbers();
  std::uint32_t const needed =
      sectors.count() / per_sector + (sectors.count() % per_sector != 0 ? 1 : 0);
  std::uint32_t const count = std::min(needed, sectors.number(44));
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = 0; i < std::min(count, in_header); ++i) {
    result.push_back(sectors.number(76 + 4 * static_cast<int>(i)));
  }
  std::vector<std::uint32_t> numbers(per_sector);
  for (std::uint32_t next = sectors.number(68); result.size() < count; next = numbers.back()) {
    sectors.check(next, "the list of its tables");
    sectors.read_numbers(next, 1, numbers.data());
    std::size_t const wanted = std::min<std::size_t>(count - result.size(), per_sector - 1);
    result.insert(result.end(), numbers.begin(),
                  numbers.begin() + static_cast<std::ptrdiff_t>(wanted));
  }
  for (std::uint32_t const sector : result) sectors.check(sector, "the list of its tables");
  auto sorted = result;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    fail_file(sectors.file().path(), "is broken: the list of its tables names sector ",
              *std::adjacent_find(sorted.begin(), sorted.end()), " twice");
  }
  return result;
}

/// The chains of all sectors: 4 bytes for each sector of the file.
inline Ole2Chains read_ole2_chains(Ole2Sectors const& sectors) {
  auto const tables = ole2_table_sectors(sectors);
  std::vector<std::uint32_t> next(tables.size() * sectors.numbers());
  for (std::size_t first = 0; first < tables.size();) {
    std::size_t last = first + 1;  // neighbours are read in one go
    while (last < tables.size() && tables[last] == tables[last - 1] + 1) ++last;
    sectors.read_numbers(tables[first], static_cast<std::uint32_t>(last - first),
                         next.data() + first * sectors.numbers());
    first = last;
  }
  next.resize(std::min<std::size_t>(next.size(), sectors.count()));
  return {sectors.file().path(), std::move(next)};
}

}  // namespace pyronn::detail
