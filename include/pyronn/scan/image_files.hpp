// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The files of a scan whose images lie in one file each.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>

namespace pyronn {
namespace detail {

inline bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

inline char lower_case(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline std::string lower_case(std::string text) {
  for (char& letter : text) letter = lower_case(letter);
  return text;
}

/// The number of digits that a text begins with.
inline std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

inline std::string_view without_zeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

/// Whether numbers of names come in their order: view_2 before view_10.
inline bool is_naturally_before(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    std::size_t const in_a = count_digits(a);
    std::size_t const in_b = count_digits(b);
    if (in_a > 0 && in_b > 0) {
      auto const number_a = without_zeros(a.substr(0, in_a));
      auto const number_b = without_zeros(b.substr(0, in_b));
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
      if (number_a != number_b) return number_a < number_b;
      a.remove_prefix(in_a);
      b.remove_prefix(in_b);
    } else {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

/// A name as what stands before its last number, the number, and what stands behind it.
struct NumberedName {
  std::string before;
  std::string digits;
  std::string behind;

  explicit NumberedName(std::string const& name) {
    std::size_t end = name.size();
    while (end > 0 && !is_digit(name[end - 1])) --end;
    std::size_t first = end;
    while (first > 0 && is_digit(name[first - 1])) --first;
    before = name.substr(0, first);
    digits = name.substr(first, end - first);
    behind = name.substr(end);
  }

  /// Whether the number of another name of the series is this one's and 1.
  [[nodiscard]] bool is_followed_by(NumberedName const& next) const {
    std::string follower = digits;
    std::size_t i = follower.size();
    while (i > 0 && follower[i - 1] == '9') follower[--i] = '0';
    if (i > 0) {
      ++follower[i - 1];
    } else {
      follower.insert(follower.begin(), '1');
    }
    return without_zeros(follower) == without_zeros(next.digits);
  }

  [[nodiscard]] bool is_of_series_of(NumberedName const& other) const {
    return before == other.before && behind == other.behind;
  }
};

/// Throws FileError where files that are numbered leave a number out, or come twice.
inline void check_numbers(std::filesystem::path const& folder,
                          std::vector<std::filesystem::path> const& files) {
  for (std::size_t i = 1; i < files.size(); ++i) {
    NumberedName const last{files[i - 1].stem().string()};
    NumberedName const next{files[i].stem().string()};
    if (!last.is_of_series_of(next)) {
      fail_file(folder, "holds images of two series, ", files[i - 1].filename(), " and ",
                files[i].filename(), "; move one of them to a folder of its own");
    }
    if (!last.is_followed_by(next)) {
      fail_file(folder, "holds no image between ", files[i - 1].filename(), " and ",
                files[i].filename(), "; a view is missing there, or a number comes twice");
    }
  }
}

/// The files of a folder that end in one of `extensions`, in any order.
inline std::vector<std::filesystem::path> files_that_end_in(
    std::filesystem::path const& folder, std::vector<std::string> const& extensions) {
  std::error_code error;
  std::filesystem::directory_iterator entry{folder, error};
  if (error) fail_file(folder, "cannot be read: ", error.message());
  std::vector<std::filesystem::path> files;
  for (; entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    if (error) fail_file(folder, "cannot be read: ", error.message());
    auto const& path = entry->path();
    std::string const extension = lower_case(path.extension().string());
    bool const is_hidden = path.filename().string().front() == '.';
    bool const is_named =
        std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
    if (is_hidden || !is_named || entry->is_directory(error)) continue;
    files.push_back(path);
  }
  return files;
}

/// The same sorted by the numbers in their names. Throws FileError where there is none.
inline std::vector<std::filesystem::path> files_of_folder(
    std::filesystem::path const& folder, std::vector<std::string> const& extensions) {
  auto files = files_that_end_in(folder, extensions);
  if (files.empty()) fail_file(folder, "holds no file that ends in ", extensions.front());
  std::sort(files.begin(), files.end(), [](auto const& a, auto const& b) {
    return is_naturally_before(a.filename().string(), b.filename().string());
  });
  return files;
}

/// Whether a name is `prefix` and a number, without regard to upper case.
inline bool is_numbered(std::string const& name, std::string const& prefix) {
  if (name.size() <= prefix.size()) return false;
  bool const begins = lower_case(name.substr(0, prefix.size())) == lower_case(prefix);
  return begins &&
         count_digits(std::string_view{name}.substr(prefix.size())) == name.size() - prefix.size();
}

}  // namespace detail

/// The files of a folder that end in one of `extensions`, lower case with its dot, in the order of
/// the numbers in their names: view_2 before view_10. Names without regard to upper case; hidden
/// files are left out. Where some are named `prefix` and a number, the others are left out. Throws
/// FileError where there is none, where numbers are missing and for files of several series.
[[nodiscard]] inline std::vector<std::filesystem::path> image_files(
    std::filesystem::path const& folder, std::vector<std::string> const& extensions,
    std::string const& prefix = "") {
  auto files = detail::files_of_folder(folder, extensions);
  auto const is_other = [&prefix](auto const& file) {
    return !detail::is_numbered(file.stem().string(), prefix);
  };
  bool const are_all_others = std::all_of(files.begin(), files.end(), is_other);
  if (!prefix.empty() && !are_all_others) {
    files.erase(std::remove_if(files.begin(), files.end(), is_other), files.end());
  }
  detail::check_numbers(folder, files);
  return files;
}

}  // namespace pyronn
