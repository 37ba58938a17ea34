// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "typed_numbers.hpp"

namespace example {

inline constexpr NumberRange any_number{-std::numeric_limits<double>::infinity(),
                                        std::numeric_limits<double>::infinity()};
inline constexpr NumberRange positive{0, std::numeric_limits<double>::infinity(), true};
inline constexpr NumberRange whole_number{-2147483647.0, 2147483647.0, false, true};
inline constexpr NumberRange positive_whole{1, 2147483647.0, false, true};

/// Of options that help shows on the lines of others. Those of no group have no name in errors.
inline constexpr char const* shown_beside = "beside";

/// Lets help show an option on the line of another, whose text speaks of both.
inline CLI::Option* beside(CLI::Option* first, CLI::Option* option) {
  first->option_text(first->get_option_text() + ", " + option->get_name(false, true));
  return option->group(shown_beside);
}

/// A check that quotes what was typed.
inline CLI::Validator in(NumberRange const& range) {
  return CLI::Validator{[range](std::string& typed) { return range.complaint(typed); }, ""};
}

/// What was typed, with the files that belong to no option first: options that take some or several
/// numbers take nothing but numbers, and a file may stand behind them. Throws BadInput for an
/// option that gets too few values.
[[nodiscard]] std::vector<std::string> files_first(CLI::App const& app,
                                                   std::vector<std::string> const& typed);

}  // namespace example
