// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "convergence_picture.hpp"

#include <cstddef>
#include <utility>

#include "number_text.hpp"

namespace example {

Picture convergence_picture(std::vector<double> const& residuals) {
  std::vector<CurvePoint> points;
  double const start = residuals.empty() || residuals.front() == 0 ? 1 : residuals.front();
  for (std::size_t n = 0; n < residuals.size(); ++n) {
    points.push_back({static_cast<double>(n), residuals[n] / start});
  }
  CurvePoint const last = points.empty() ? CurvePoint{0, 0} : points.back();
  return curve_picture(std::move(points), {last.place, rough_text(last.value)}, "0",
                       number_text(last.place));
}

}  // namespace example
