// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "axis_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/math.hpp>

namespace example {
namespace {

constexpr int width = 720;
constexpr int height = 400;
constexpr int margin = 40;
constexpr float black = 0;
constexpr float grey = 170;
constexpr float white = 255;

/// Digits of 3 x 5 dots, row after row, as bits from the left.
int dots_of(char sign) {
  constexpr int digits[] = {075557, 026227, 071747, 071717, 055711,
                            074717, 074757, 071111, 075757, 075717};
  if (sign >= '0' && sign <= '9') return digits[sign - '0'];
  return sign == '-' ? 000700 : sign == '.' ? 000002 : 0;
}

class Drawing {
 public:
  Drawing() { std::fill(picture_.pixels.begin(), picture_.pixels.end(), white); }

  void dot(int x, int y, float shade) {
    if (x < 0 || x >= width || y < 0 || y >= height) return;
    picture_.pixels[static_cast<std::size_t>(y * width + x)] = shade;
  }

  void box(int left, int top, int right, int bottom, float shade) {
    for (int x = left; x <= right; ++x) {
      dot(x, top, shade);
      dot(x, bottom, shade);
    }
    for (int y = top; y <= bottom; ++y) {
      dot(left, y, shade);
      dot(right, y, shade);
    }
  }

  void line(double x0, double y0, double x1, double y1) {
    int const steps = 2 * static_cast<int>(std::max(std::abs(x1 - x0), std::abs(y1 - y0))) + 1;
    for (int i = 0; i <= steps; ++i) {
      auto const x = static_cast<int>(std::lround(x0 + i * (x1 - x0) / steps));
      auto const y = static_cast<int>(std::lround(y0 + i * (y1 - y0) / steps));
      dot(x, y, black);
      dot(x, y + 1, black);
    }
  }

  void number(double value, int x, int y) {
    constexpr int scale = 3;
    std::ostringstream text;
    text << std::fixed << std::setprecision(2) << value;
    for (char const sign : text.str()) {
      int const dots = dots_of(sign);
      for (int bit = 0; bit < 15; ++bit) {
        if ((dots >> (14 - bit) & 1) == 0) continue;
        for (int i = 0; i < scale * scale; ++i) {
          dot(x + bit % 3 * scale + i % scale, y + bit / 3 * scale + i / scale, black);
        }
      }
      x += 4 * scale;
    }
  }

  [[nodiscard]] Picture picture() && { return std::move(picture_); }

 private:
  Picture picture_{width, height, std::vector<float>(static_cast<std::size_t>(width) * height)};
};

struct Point {
  double place;
  double mismatch;
};

/// The curve of a search, and where its result lies.
Picture curve(std::vector<Point> points, double found) {
  auto const is_none = [](Point const& point) {
    return !std::isfinite(point.mismatch) || !(point.mismatch > 0);
  };
  points.erase(std::remove_if(points.begin(), points.end(), is_none), points.end());
  std::sort(points.begin(), points.end(),
            [](Point const& a, Point const& b) { return a.place < b.place; });
  Drawing drawing;
  drawing.box(margin, margin, width - margin, height - margin, grey);
  if (points.size() < 2) return std::move(drawing).picture();
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (Point const& point : points) {
    low = std::min(low, point.mismatch);
    high = std::max(high, point.mismatch);
  }
  double const first = points.front().place;
  double const range = std::max(points.back().place - first, 1e-9);
  double const decades = std::max(std::log10(high / low), 1e-9);
  auto const at_x = [&](double place) {
    return margin + (width - 2 * margin) * (place - first) / range;
  };
  auto const at_y = [&](double mismatch) {
    return height - margin - (height - 2 * margin) * std::log10(mismatch / low) / decades;
  };
  for (double level = std::pow(10, std::ceil(std::log10(low))); level <= high; level *= 10) {
    for (int x = margin; x < width - margin; ++x) {
      drawing.dot(x, static_cast<int>(at_y(level)), grey);
    }
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    drawing.line(at_x(points[i - 1].place), at_y(points[i - 1].mismatch), at_x(points[i].place),
                 at_y(points[i].mismatch));
  }
  auto const mark = static_cast<int>(std::lround(at_x(found)));
  for (int y = margin; y < height - margin; ++y) {
    if (y / 5 % 2 == 0) drawing.dot(mark, y, black);
  }
  drawing.number(found, std::min(mark + 8, width - 110), 12);
  drawing.number(first, margin, height - 28);
  drawing.number(first + range, width - 110, height - 28);
  return std::move(drawing).picture();
}

}  // namespace

Picture axis_picture(pyronn::RotationAxis const& axis) {
  std::vector<Point> points;
  for (auto const& candidate : axis.candidates) {
    points.push_back({candidate.column, candidate.mismatch});
  }
  return curve(std::move(points), axis.column);
}

Picture roll_picture(pyronn::DetectorRoll const& roll) {
  constexpr double degrees = 180 / pyronn::pi;
  std::vector<Point> points;
  for (auto const& candidate : roll.candidates) {
    points.push_back({candidate.roll * degrees, candidate.mismatch});
  }
  return curve(std::move(points), roll.roll * degrees);
}

}  // namespace example
