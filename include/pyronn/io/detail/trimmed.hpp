// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Texts without the blanks about them.
#include <string_view>

namespace pyronn::detail {

/// Of the "C" locale, whatever the program's is.
inline bool is_blank(char letter) { return letter == ' ' || (letter >= '\t' && letter <= '\r'); }

/// Without the blanks that it begins and ends with.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace pyronn::detail
