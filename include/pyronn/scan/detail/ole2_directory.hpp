// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ole2Directory: the names of an OLE2 file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <pyronn/scan/detail/little_endian.hpp>
#include <pyronn/scan/detail/ole2_sectors.hpp>
#include <pyronn/scan/image_files.hpp>

namespace pyronn::detail {

/// Where a stream begins.
struct Ole2Entry {
  std::uint32_t first_sector;
  std::uint64_t bytes;
};

/// The directory of an OLE2 file, as a tree of storages (folders) and streams. Entries of one
/// storage are a binary tree, whose order does not matter here.
class Ole2Directory {
 public:
  /// Throws FileError for trees that are broken.
  Ole2Directory(std::filesystem::path path, std::vector<std::byte> bytes)
      : path_{std::move(path)}, bytes_{std::move(bytes)} {
    if (bytes_.size() < entry_bytes || at(0)[type_byte] != Type::root) {
      fail_file(path_, "is broken: its directory has no root");
    }
    collect();
    std::sort(names_.begin(), names_.end());
  }

  /// The stream that holds all small ones.
  [[nodiscard]] Ole2Entry root() const { return entry(0); }

  /// The stream of a name such as "ImageInfo/Angles", without regard to upper case; nothing where
  /// there is none. Throws FileError where there are two.
  [[nodiscard]] std::optional<Ole2Entry> find(std::string_view name) const {
    std::uint32_t parent = 0;
    for (std::string_view left = name;;) {
      auto const end = left.find('/');
      auto const number = find_in(parent, left.substr(0, end), name);
      if (!number) return std::nullopt;
      bool const is_last = end == std::string_view::npos;
      if (at(*number)[type_byte] != (is_last ? Type::stream : Type::storage)) return std::nullopt;
      if (is_last) return entry(*number);
      left.remove_prefix(end + 1);
      parent = *number;
    }
  }

 private:
  /// What an entry is, as a byte of the file.
  struct Type {
    static constexpr std::byte storage{1};
    static constexpr std::byte stream{2};
    static constexpr std::byte root{5};
  };

  static constexpr std::size_t entry_bytes = 128;
  static constexpr std::size_t type_byte = 66;
  static constexpr std::size_t left_byte = 68;
  static constexpr std::size_t right_byte = 72;
  static constexpr std::size_t child_byte = 76;

  struct Name {
    std::uint32_t parent;
    std::u16string text;  // in lower case
    std::uint32_t entry;

    friend bool operator<(Name const& a, Name const& b) {
      return std::tie(a.parent, a.text) < std::tie(b.parent, b.text);
    }
  };

  [[nodiscard]] std::byte const* at(std::uint32_t number) const {
    return bytes_.data() + number * entry_bytes;
  }
  [[nodiscard]] std::uint32_t link(std::uint32_t number, std::size_t byte) const {
    return little_endian<std::uint32_t>(at(number) + byte);
  }
  [[nodiscard]] Ole2Entry entry(std::uint32_t number) const {
    return {link(number, 116), little_endian<std::uint64_t>(at(number) + 120)};
  }

  static char16_t lower_case_of(char16_t letter) {
    return letter >= u'A' && letter <= u'Z' ? static_cast<char16_t>(letter - u'A' + u'a') : letter;
  }

  /// Walks all trees from the root on, without recursion: files are as deep as they like.
  void collect() {
    auto const count = static_cast<std::uint32_t>(
        std::min<std::size_t>(bytes_.size() / entry_bytes, ole2::most_sectors));
    std::vector<bool> is_known(count);
    is_known[0] = true;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> open{{link(0, child_byte), 0}};
    while (!open.empty()) {
      auto const [number, parent] = open.back();
      open.pop_back();
      if (number == ole2::none) continue;
      if (number >= count || is_known[number]) {
        fail_file(path_, "is broken: its directory names entry ", number,
                  number < count ? " twice" : ", which it does not have");
      }
      is_known[number] = true;
      names_.push_back({parent, text(number), number});
      open.emplace_back(link(number, left_byte), parent);
      open.emplace_back(link(number, right_byte), parent);
      if (at(number)[type_byte] == Type::storage) {
        open.emplace_back(link(number, child_byte), number);
      }
    }
  }

  /// The name of an entry, which ends in a zero.
  [[nodiscard]] std::u16string text(std::uint32_t number) const {
    std::size_t const length = little_endian<std::uint16_t>(at(number) + 64);
    if (length < 2 || length > 64 || length % 2 != 0) {
      fail_file(path_, "is broken: entry ", number, " of its directory has a name of ", length,
                " bytes");
    }
    std::u16string result;
    for (std::size_t i = 0; i + 2 < length; i += 2) {
      auto const letter = little_endian<std::uint16_t>(at(number) + i);
      result.push_back(lower_case_of(static_cast<char16_t>(letter)));
    }
    return result;
  }

  [[nodiscard]] std::optional<std::uint32_t> find_in(std::uint32_t parent, std::string_view name,
                                                     std::string_view whole) const {
    Name wanted{parent, {}, 0};
    for (char const letter : name) {
      wanted.text.push_back(lower_case_of(static_cast<char16_t>(letter)));
    }
    auto const [first, last] = std::equal_range(names_.begin(), names_.end(), wanted);
    if (first == last) return std::nullopt;
    if (last - first > 1) fail_file(path_, std::string{whole}, ": is there twice");
    return first->entry;
  }

  std::filesystem::path path_;
  std::vector<std::byte> bytes_;
  std::vector<Name> names_;
};

}  // namespace pyronn::detail
