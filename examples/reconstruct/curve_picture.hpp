// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "../support/picture.hpp"

namespace example {

/// Greys of pictures that are drawn, for write_png.
inline constexpr GreyWindow drawn_window{0, 255};

struct CurvePoint {
  double place;
  double value;
};

/// A dashed line at a place, and what stands above it.
struct CurveMark {
  double place;
  std::string text;
};

/// Values on a logarithmic scale, whose powers of ten are grey lines with their number, against
/// places; `first` and `last` stand below the ends. Values that are not positive are left out.
/// Texts are numbers.
Picture curve_picture(std::vector<CurvePoint> points, CurveMark const& mark,
                      std::string const& first, std::string const& last);

}  // namespace example
