// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "plain_words.hpp"

namespace example {

/// Something that the user can put right; the message names it and its value on one line. What
/// files hold cannot control a terminal.
class BadInput : public std::runtime_error {
 public:
  explicit BadInput(std::string message)
      : std::runtime_error{printable(plain_words(std::move(message)))} {}

 private:
  static std::string printable(std::string message) {
    for (std::size_t at = 0; at < message.size();) {
      std::size_t const bytes = bytes_of_letter(message, at);
      if (bytes == 0) message[at] = '?';
      at += std::max<std::size_t>(bytes, 1);
    }
    return message;
  }

  /// Of the letter in UTF-8 that begins there; 0 where none does that can be shown.
  static std::size_t bytes_of_letter(std::string const& text, std::size_t at) {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned const first = byte(at);
    if (first < 0x80) return first < ' ' || first == 0x7f ? 0 : 1;
    std::size_t const bytes = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || bytes == 0 || at + bytes > text.size()) return 0;
    for (std::size_t i = 1; i < bytes; ++i) {
      if ((byte(at + i) & 0xc0U) != 0x80U) return 0;
    }
    return bytes;
  }
};

}  // namespace example
