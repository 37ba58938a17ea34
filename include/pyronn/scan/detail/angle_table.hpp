// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Angles of views in a text with a line for each.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/scan/detail/settings_text.hpp>

namespace pyronn::detail {

/// The numbers of a line: between blanks, semicolons and colons, or commas where there is no other
/// separator. Nothing where any word is no number, as in a heading.
inline std::optional<std::vector<double>> numbers_of_line(std::string_view line) {
  bool const has_blanks = line.find_first_of(" \t;:") != std::string_view::npos;
  char const* const separators = has_blanks ? " \t;:" : ",";
  std::vector<double> numbers;
  while (!line.empty()) {
    std::size_t const end = std::min(line.find_first_of(separators), line.size());
    std::string_view const word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    if (word.empty()) continue;
    auto const number = parse_number_and_unit(word);
    if (!number || !number->unit.empty()) return std::nullopt;
    numbers.push_back(number->number);
  }
  return numbers;
}

/// The angles, as the text has them, of lines of a view's number, its angle and whatever follows.
/// Views count on from 0 or 1, behind the last heading. Throws FileError where they do not.
[[nodiscard]] inline std::vector<double> parse_angle_table(std::filesystem::path const& path,
                                                           std::string_view text) {
  std::vector<double> angles;
  double first = 0;
  int number = 0;
  while (!text.empty()) {
    ++number;
    std::string_view const line = trimmed(next_line(text));
    if (line.empty()) continue;
    auto const numbers = numbers_of_line(line);
    if (!numbers) {
      constexpr std::size_t most = 1;  // what stands above the last heading
      if (angles.size() > most) fail_file(path, "line ", number, ": has words among the angles");
      angles.clear();
      continue;
    }
    if (numbers->size() < 2) fail_file(path, "line ", number, ": has no angle behind the number");
    double const view = numbers->front();
    if (angles.empty()) first = view;
    if (view != first + static_cast<double>(angles.size())) {
      fail_file(path, "line ", number, ": is of view ", view, ", where ",
                first + static_cast<double>(angles.size()), " is next");
    }
    double const angle = (*numbers)[1];
    constexpr double most = 1e6;  // degrees
    if (!(std::abs(angle) <= most)) fail_file(path, "line ", number, ": ", angle, " is no angle");
    angles.push_back(angle);
  }
  if (!angles.empty() && first != 0 && first != 1) {
    fail_file(path, "begins with view ", first, ", where 0 or 1 is first");
  }
  return angles;
}

/// How far angles are from others, but for a turn of all and whole turns: half of what they range
/// over. All in degrees.
inline double distance_of_angles(std::vector<double> const& angles,
                                 std::vector<double> const& others, double sense) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double const start = sense * angles.front() - others.front();
  for (std::size_t i = 0; i < others.size(); ++i) {
    double const difference = std::remainder(sense * angles[i] - others[i] - start, 360.0);
    low = std::min(low, difference);
    high = std::max(high, difference);
  }
  return 0.5 * (high - low);
}

}  // namespace pyronn::detail
