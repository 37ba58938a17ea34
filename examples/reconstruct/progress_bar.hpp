// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

#include <unistd.h>

#include "stopwatch.hpp"

namespace example {

/// One line on stderr that fills up, with the time left; nothing unless stderr is a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(bool is_wanted) : is_shown_{is_wanted && isatty(fileno(stderr)) == 1} {}
  ProgressBar(ProgressBar const&) = delete;
  ProgressBar& operator=(ProgressBar const&) = delete;
  ~ProgressBar() {
    if (is_drawn_) std::fputs("\r\x1b[K", stderr);
  }

  /// `done` is between 0 and 1; `what` says more of it.
  void update(double done, std::string const& what = "") {
    if (!is_shown_) return;
    constexpr int width = 40;
    auto const filled = static_cast<std::size_t>(std::lround(done * width));
    std::string const bar = std::string(filled, '#') + std::string(width - filled, '.');
    std::fprintf(stderr, "\r[%s] %3.0f %%%s%s%s\x1b[K", bar.c_str(), 100 * done,
                 what.empty() ? "" : ", ", what.c_str(), time_left(done).c_str());
    std::fflush(stderr);
    is_drawn_ = true;
  }

 private:
  [[nodiscard]] std::string time_left(double done) const {
    if (done <= 0) return "";
    auto const seconds = std::lround(watch_.seconds() * (1 - done) / done);
    std::string text = ", ";
    if (seconds >= 60) text += std::to_string(seconds / 60) + " min ";
    return text + std::to_string(seconds % 60) + " s left";
  }

  bool is_shown_;
  bool is_drawn_ = false;
  Stopwatch watch_;
};

}  // namespace example
