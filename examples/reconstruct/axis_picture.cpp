// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "axis_picture.hpp"

#include <algorithm>
#include <iomanip>
#include <ios>
#include <locale>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/math.hpp>

namespace example {
namespace {

std::string hundredths(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::fixed << std::setprecision(2) << value;
  return text.str();
}

/// The curve of a search, and where its result lies.
Picture search_picture(std::vector<CurvePoint> points, double found) {
  double first = found;
  double last = found;
  for (CurvePoint const& point : points) {
    first = std::min(first, point.place);
    last = std::max(last, point.place);
  }
  return curve_picture(std::move(points), {found, hundredths(found)}, hundredths(first),
                       hundredths(last));
}

}  // namespace

Picture axis_picture(pyronn::RotationAxis const& axis) {
  std::vector<CurvePoint> points;
  for (auto const& candidate : axis.candidates) {
    points.push_back({candidate.column, candidate.mismatch});
  }
  return search_picture(std::move(points), axis.column);
}

Picture roll_picture(pyronn::DetectorRoll const& roll) {
  constexpr double degrees = 180 / pyronn::pi;
  std::vector<CurvePoint> points;
  for (auto const& candidate : roll.candidates) {
    points.push_back({candidate.roll * degrees, candidate.mismatch});
  }
  return search_picture(std::move(points), roll.roll * degrees);
}

}  // namespace example
