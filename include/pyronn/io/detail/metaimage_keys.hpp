// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MetaImageKeys: the keys of a MetaImage header and their values.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/text_numbers.hpp>
#include <pyronn/io/detail/trimmed.hpp>
#include <pyronn/io/readable_file.hpp>

namespace pyronn::detail {

/// As many bytes as headers have, or all of a shorter file.
inline std::string first_bytes(std::filesystem::path const& path) {
  constexpr std::int64_t most = 1 << 22;  // a list of 10^5 files
  ReadableFile const file{path};
  std::string bytes(static_cast<std::size_t>(std::min(most, file.size())), '\0');
  file.read(0, static_cast<std::int64_t>(bytes.size()), bytes.data());
  return bytes;
}

/// Bytes that are read line by line.
struct LinesOfText {
  std::string_view bytes;
  std::size_t position = 0;  ///< of the next line

  [[nodiscard]] bool is_at_end() const { return position >= bytes.size(); }
  std::string next() {
    std::size_t const end = std::min(bytes.find('\n', position), bytes.size());
    std::string_view const line = bytes.substr(position, end - position);
    position = std::min(end + 1, bytes.size());
    return std::string{trimmed(line)};
  }
};

/// The lines `key = value` of a header, up to the one of ElementDataFile, behind which all is data.
class MetaImageKeys {
 public:
  MetaImageKeys(std::filesystem::path const& path, std::string_view bytes)
      : path_{path}, lines_{bytes} {
    for (int number = 1; values_.count("ElementDataFile") == 0; ++number) {
      if (lines_.is_at_end()) fail_file(path_, "has no ElementDataFile, which ends its header");
      std::string const line = lines_.next();
      if (line.empty()) continue;
      std::size_t const sign = line.find('=');
      if (sign == std::string::npos) {
        fail_file(path_, "line ", number, " is ", quoted(line), ", not key = value as in the ",
                  "header of a MetaImage");
      }
      std::string const key{trimmed(std::string_view{line}.substr(0, sign))};
      auto const added =
          values_.emplace(key, std::string{trimmed(std::string_view{line}.substr(sign + 1))});
      if (!added.second) fail(key, "stands there twice");
    }
  }

  [[nodiscard]] bool has(std::string const& key) const { return values_.count(key) > 0; }

  [[nodiscard]] std::string const& text(std::string const& key) const {
    auto const found = values_.find(key);
    if (found == values_.end()) fail_file(path_, "has no ", key);
    return found->second;
  }

  [[nodiscard]] bool truth(std::string const& key) const {
    std::string const& value = text(key);
    for (char const* const name : {"True", "true", "TRUE", "T", "1"}) {
      if (value == name) return true;
    }
    for (char const* const name : {"False", "false", "FALSE", "F", "0"}) {
      if (value == name) return false;
    }
    fail(key, "is neither True nor False");
  }

  [[nodiscard]] std::vector<double> numbers(std::string const& key, int count) const {
    std::vector<double> result;
    for (std::string const& word : words_of(key, count)) {
      auto const number = parse_number(word);
      if (!number) fail(key, "must hold finite numbers");
      result.push_back(*number);
    }
    return result;
  }

  [[nodiscard]] std::vector<std::int64_t> wholes(std::string const& key, int count) const {
    std::vector<std::int64_t> result;
    for (std::string const& word : words_of(key, count)) {
      auto const number = parse_whole(word);
      if (!number) fail(key, "must hold whole numbers");
      result.push_back(*number);
    }
    return result;
  }
  [[nodiscard]] std::int64_t whole(std::string const& key) const { return wholes(key, 1)[0]; }

  /// What follows the header.
  [[nodiscard]] LinesOfText const& behind() const { return lines_; }

  /// Throws FileError about a key that is there.
  [[noreturn]] void fail(std::string const& key, char const* what) const {
    fail_file(path_, quoted(key), " (", quoted(text(key)), ") ", what);
  }

 private:
  [[nodiscard]] std::vector<std::string> words_of(std::string const& key, int count) const {
    auto result = words(text(key));
    if (result.size() != static_cast<std::size_t>(count)) {
      fail_file(path_, quoted(key), " (", quoted(text(key)), ") must hold ",
                counted(count, "number"));
    }
    return result;
  }

  std::filesystem::path const& path_;
  LinesOfText lines_;
  std::map<std::string, std::string> values_;
};

}  // namespace pyronn::detail
