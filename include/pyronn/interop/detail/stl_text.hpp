// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The grammar of STL files that are text.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/vec.hpp>
#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/text_numbers.hpp>
#include <pyronn/io/detail/trimmed.hpp>
#include <pyronn/phantom/mesh.hpp>

namespace pyronn::detail {

/// A word in small letters: programs write keywords in either.
inline std::string stl_keyword(std::string word) {
  for (char& letter : word) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return word;
}

/// Reads the triangles of one text; all messages begin with the file's name and say the line.
class StlTextReader {
 public:
  explicit StlTextReader(std::filesystem::path const& path)
      : path_{path}, text_{read_text_file(path)} {
    if (text_.rfind("\xef\xbb\xbf", 0) == 0) position_ = 3;
  }

  [[nodiscard]] std::vector<Triangle> read() {
    do {
      expect("solid");
      skip_line();
      read_solid();
    } while (!is_at_end());
    return std::move(triangles_);
  }

 private:
  /// From behind the name of a solid to behind `endsolid`.
  void read_solid() {
    for (std::string word = next("facet or endsolid");; word = next("facet or endsolid")) {
      std::string const keyword = stl_keyword(word);
      if (keyword == "endsolid") return skip_line();
      if (keyword != "facet") refuse(word, "facet or endsolid");
      read_facet();
    }
  }

  void read_facet() {
    expect("normal");
    for (int axis = 0; axis < 3; ++axis) {
      (void)next("a number of the normal");  // those of degenerate triangles may be nan
    }
    expect("outer");
    expect("loop");
    Triangle triangle{};
    for (Vec3d& vertex : triangle) {
      expect("vertex");
      for (double& number : vertex.data) number = read_number();
    }
    expect("endloop");
    expect("endfacet");
    triangles_.push_back(triangle);
  }

  double read_number() {
    std::string const word = next("a coordinate");
    auto const number = parse_number(word);
    if (!number) fail_file(path_, "line ", line_, ": ", quoted(word), " is not a finite number");
    return *number;
  }

  void expect(char const* keyword) {
    std::string const word = next(keyword);
    if (stl_keyword(word) != keyword) refuse(word, keyword);
  }

  [[noreturn]] void refuse(std::string const& word, char const* expected) const {
    fail_file(path_, "line ", line_, ": ", quoted(word), " where ", expected, " must stand");
  }

  /// The next word, and its line.
  std::string next(char const* expected) {
    if (is_at_end()) {
      fail_file(path_, "ends at line ", line_, ", where ", expected, " must follow; ",
                triangles_.size(), " triangles are whole");
    }
    std::size_t const begin = position_;
    while (position_ < text_.size() && !is_blank(text_[position_])) ++position_;
    return text_.substr(begin, position_ - begin);
  }

  /// Skips blanks.
  bool is_at_end() {
    for (; position_ < text_.size() && is_blank(text_[position_]); ++position_) {
      if (ends_line(position_)) ++line_;
    }
    return position_ == text_.size();
  }

  /// Skips the rest of a line, up to its end.
  void skip_line() { position_ = std::min(text_.find_first_of("\r\n", position_), text_.size()); }

  /// Lines end as on any system: with \n, \r\n or \r.
  [[nodiscard]] bool ends_line(std::size_t at) const {
    return text_[at] == '\n' || (text_[at] == '\r' && text_.compare(at, 2, "\r\n") != 0);
  }

  std::filesystem::path const& path_;
  std::string text_;
  std::size_t position_ = 0;
  int line_ = 1;
  std::vector<Triangle> triangles_;
};

}  // namespace pyronn::detail
