// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MetaImageNames: the files that ElementDataFile names.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/metaimage_keys.hpp>
#include <pyronn/io/detail/text_numbers.hpp>

namespace pyronn::detail {

/// Reads what stands at ElementDataFile: the name of a file, `LIST` with names behind the header,
/// or a pattern with the first number, the last and the step.
class MetaImageNames {
 public:
  MetaImageNames(std::filesystem::path const& path, std::string const& value, int dimensions,
                 int slices)
      : path_{path}, value_{value}, dimensions_{dimensions}, slices_{slices} {}

  [[nodiscard]] std::vector<std::filesystem::path> read(LinesOfText behind) const {
    if (value_.empty()) fail_file(path_, "ElementDataFile has no value");
    auto const parts = words(value_);
    if (parts[0] == "LIST" && parts.size() <= 2) return listed(behind, parts);
    if (value_.find('%') != std::string::npos) return numbered(parts);
    return {named(value_)};
  }

 private:
  [[nodiscard]] std::filesystem::path named(std::string const& name) const {
    constexpr std::size_t longest = 1000;
    if (name.size() > longest || name.find('\0') != std::string::npos) {
      fail_file(path_, "ElementDataFile names ", quoted(name), ", which is no name of a file");
    }
    return path_.parent_path() / name;
  }

  /// One slice a file, unless it says that a file holds all.
  [[nodiscard]] std::vector<std::filesystem::path> listed(
      LinesOfText lines, std::vector<std::string> const& parts) const {
    int of_file = dimensions_ - 1;
    if (parts.size() == 2) {
      of_file = static_cast<int>(parse_whole(parts[1]).value_or(0));
      if (of_file != dimensions_ && of_file != dimensions_ - 1) {
        fail_file(path_, "ElementDataFile is ", quoted(value_), "; a file holds images of ",
                  dimensions_ - 1, " or ", dimensions_, " dimensions");
      }
    }
    if (of_file < 2) of_file = 2;  // rows are not spread over files
    int const wanted = of_file == dimensions_ ? 1 : slices_;
    std::vector<std::filesystem::path> files;
    while (!lines.is_at_end()) {
      std::string const line = lines.next();
      if (!line.empty()) files.push_back(named(line));
      if (files.size() > static_cast<std::size_t>(wanted)) break;
    }
    if (files.size() != static_cast<std::size_t>(wanted)) {
      fail_file(path_, "ElementDataFile lists ",
                files.size() < static_cast<std::size_t>(wanted) ? "fewer" : "more", " than ",
                counted(wanted, "file"), ", as many as DimSize asks for");
    }
    return files;
  }

  /// The conversion of a pattern: %d, %3d or %03d.
  struct Conversion {
    std::size_t begin;
    std::size_t end;
    std::size_t width;
    char filling;
  };

  [[nodiscard]] std::optional<Conversion> conversion(std::string const& name) const {
    constexpr std::size_t widest = 20;
    std::size_t const begin = name.find('%');
    std::size_t at = begin + 1;
    char const filling = at < name.size() && name[at] == '0' ? '0' : ' ';
    std::size_t width = 0;
    while (at < name.size() && name[at] >= '0' && name[at] <= '9' && width <= widest) {
      width = 10 * width + static_cast<std::size_t>(name[at++] - '0');
    }
    bool const is_known = at < name.size() && (name[at] == 'd' || name[at] == 'i');
    if (!is_known || width > widest || name.find('%', at) != std::string::npos) return {};
    return Conversion{begin, at + 1, width, filling};
  }

  [[nodiscard]] std::vector<std::filesystem::path> numbered(
      std::vector<std::string> const& parts) const {
    std::string const example = ", not like 'view%03d.raw 1 360 1': pattern, first, last, step";
    std::size_t const count = parts.size();
    if (count < 4) fail_file(path_, "ElementDataFile is ", quoted(value_), example);
    auto const first = parse_whole(parts[count - 3]);
    auto const last = parse_whole(parts[count - 2]);
    auto const step = parse_whole(parts[count - 1]);
    std::size_t end = value_.size();  // of the pattern, which may hold blanks
    for (std::size_t i = count; i > count - 3; --i) {
      end = value_.find_last_not_of(" \t\v\f", value_.rfind(parts[i - 1], end - 1) - 1) + 1;
    }
    std::string const pattern = value_.substr(0, end);
    auto const where = conversion(pattern);
    constexpr std::int64_t most = 1000000000;
    if (!first || !last || !step || !where || *first < 0 || *last < *first || *last > most ||
        *step < 1 || *step > most) {
      fail_file(path_, "ElementDataFile is ", quoted(value_), example);
    }
    std::int64_t const files = (*last - *first) / *step + 1;
    if (files != slices_) {
      fail_file(path_, "ElementDataFile (", quoted(value_), ") names ", counted(files, "file"),
                " of ", counted(slices_, "slice"));
    }
    constexpr std::int64_t most_files = 100000;
    if (files > most_files) fail_file(path_, "ElementDataFile names ", files, " files");
    std::vector<std::filesystem::path> result;
    for (std::int64_t number = *first; number <= *last; number += *step) {
      std::string digits = std::to_string(number);
      if (digits.size() < where->width) {
        digits.insert(0, where->width - digits.size(), where->filling);
      }
      result.push_back(
          named(pattern.substr(0, where->begin) + digits + pattern.substr(where->end)));
    }
    return result;
  }

  std::filesystem::path const& path_;
  std::string const& value_;
  int dimensions_;
  int slices_;
};

}  // namespace pyronn::detail
