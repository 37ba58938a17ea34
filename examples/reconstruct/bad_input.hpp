// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace example {

/// Something that the user can put right; the message names it and its value on one line. What
/// files hold cannot control a terminal.
class BadInput : public std::runtime_error {
 public:
  explicit BadInput(std::string message) : std::runtime_error{printable(std::move(message))} {}

 private:
  static std::string printable(std::string message) {
    std::replace_if(
        message.begin(), message.end(),
        [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; },
        '?');
    return message;
  }
};

}  // namespace example
