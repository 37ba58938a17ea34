// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers as people write them.
#include <algorithm>
#include <cmath>
#include <ios>
#include <locale>
#include <sstream>
#include <string>

namespace example {

/// To six digits at most.
inline std::string number_text(double value) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  text.imbue(std::locale::classic());
  text << value;
  return text.str();
}

/// "1 view", "2 views".
template <class Integer>
std::string counted(Integer count, std::string const& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// To three digits.
inline std::string rough_text(double value) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  text.imbue(std::locale::classic());
  text.precision(3);
  text << value;
  return text.str();
}

/// As "319.523 +- 0.012": to two digits of the standard deviation, and at most to four places.
inline std::string number_text(double value, double deviation) {
  if (!(deviation > 0) || !std::isfinite(deviation)) {
    return number_text(value) + " +- " + number_text(deviation);
  }
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  text.imbue(std::locale::classic());
  text.setf(std::ios::fixed);
  deviation = std::max(deviation, 1e-4);
  text.precision(static_cast<int>(std::clamp(1 - std::floor(std::log10(deviation)), 0.0, 4.0)));
  text << value << " +- " << deviation;
  return text.str();
}

}  // namespace example
