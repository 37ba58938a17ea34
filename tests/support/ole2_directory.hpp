// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The directory of an OLE2 file: a balanced tree of names for each storage.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Appends a number, its lowest byte first.
inline void put_number(std::string& bytes, std::uint64_t number, std::size_t width) {
  char text[8];
  for (std::size_t i = 0; i < width; ++i) text[i] = static_cast<char>(number >> 8 * i);
  bytes.append(text, width);
}

class Ole2Directory {
 public:
  static constexpr std::uint32_t unused = 0xffffffff;

  struct Entry {
    std::string name;
    int type;
    std::uint32_t left = unused;
    std::uint32_t right = unused;
    std::uint32_t child = unused;
    std::uint32_t first = 0;
    std::int64_t bytes = 0;
  };

  Ole2Directory() { entries_.push_back({"Root Entry", root_type}); }

  /// The name of a stream, "A/B" for B in the storage A.
  void add(std::string const& name) {
    std::uint32_t parent = 0;
    for (std::size_t from = 0; from <= name.size();) {
      std::size_t const to = std::min(name.find('/', from), name.size());
      std::string const whole = name.substr(0, to);
      if (entry_of_.count(whole) == 0) {
        auto const number = static_cast<std::uint32_t>(entries_.size());
        entry_of_[whole] = number;
        children_[parent].push_back(number);
        entries_.push_back(
            {name.substr(from, to - from), to == name.size() ? stream_type : storage_type});
      }
      parent = entry_of_[whole];
      from = to + 1;
    }
  }

  /// Once all names are there.
  void link() {
    entries_[0].child = tree(0, 0, children_[0].size());
    for (std::uint32_t i = 1; i < entries_.size(); ++i) {
      if (entries_[i].type == storage_type) entries_[i].child = tree(i, 0, children_[i].size());
    }
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] Entry& operator[](std::uint32_t number) { return entries_[number]; }
  [[nodiscard]] std::uint32_t number_of(std::string const& name) const {
    return entry_of_.at(name);
  }

  [[nodiscard]] std::string bytes() const {
    std::string result;
    for (Entry const& entry : entries_) {
      std::size_t const start = result.size();
      for (char const letter : entry.name)
        put_number(result, static_cast<unsigned char>(letter), 2);
      result.resize(start + 64);
      put_number(result, 2 * entry.name.size() + 2, 2);
      put_number(result, static_cast<std::uint64_t>(entry.type), 1);
      put_number(result, 1, 1);
      for (std::uint32_t const link : {entry.left, entry.right, entry.child}) {
        put_number(result, link, 4);
      }
      result.resize(start + 116);
      put_number(result, entry.first, 4);
      put_number(result, static_cast<std::uint64_t>(entry.bytes), 8);
    }
    return result;
  }

 private:
  static constexpr int storage_type = 1;
  static constexpr int stream_type = 2;
  static constexpr int root_type = 5;

  /// A balanced tree of some of a storage's entries; shorter names come first.
  std::uint32_t tree(std::uint32_t parent, std::size_t begin, std::size_t end_of_part) {
    auto& all = children_[parent];
    if (begin == 0 && end_of_part == all.size()) {
      std::sort(all.begin(), all.end(), [this](std::uint32_t a, std::uint32_t b) {
        auto const key = [this](std::uint32_t i) {
          std::string name = entries_[i].name;
          for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
          return std::pair{name.size(), name};
        };
        return key(a) < key(b);
      });
    }
    if (begin == end_of_part) return unused;
    std::size_t const middle = (begin + end_of_part) / 2;
    std::uint32_t const number = all[middle];
    entries_[number].left = tree(parent, begin, middle);
    entries_[number].right = tree(parent, middle + 1, end_of_part);
    return number;
  }

  std::vector<Entry> entries_;
  std::map<std::string, std::uint32_t> entry_of_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> children_;
};

}  // namespace test
