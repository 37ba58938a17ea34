// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "curve_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "number_text.hpp"

namespace example {
namespace {

constexpr int width = 720;
constexpr int height = 400;
constexpr int margin = 40;
constexpr float black = 0;
constexpr float grey = 170;
constexpr float white = 255;

/// Signs of numbers in 3 x 5 dots, row after row, as bits from the left.
int dots_of(char sign) {
  constexpr int digits[] = {075557, 026227, 071747, 071717, 055711,
                            074717, 074757, 071111, 075757, 075717};
  if (sign >= '0' && sign <= '9') return digits[sign - '0'];
  return sign == '-' ? 000700 : sign == '.' ? 000002 : sign == 'e' ? 074647 : 0;
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

  void number(std::string const& text, int x, int y) {
    constexpr int scale = 3;
    for (char const sign : text) {
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

/// Where points of curves lie in a picture.
class Axes {
 public:
  /// Of two points at least, sorted by place.
  explicit Axes(std::vector<CurvePoint> const& points) : first_{points.front().place} {
    for (CurvePoint const& point : points) {
      low_ = std::min(low_, point.value);
      high_ = std::max(high_, point.value);
    }
    range_ = std::max(points.back().place - first_, 1e-9);
    decades_ = std::max(std::log10(high_ / low_), 1e-9);
  }

  [[nodiscard]] double x(double place) const {
    return margin + (width - 2 * margin) * (place - first_) / range_;
  }
  [[nodiscard]] double y(double value) const {
    return height - margin - (height - 2 * margin) * std::log10(value / low_) / decades_;
  }

  /// A line at each power of ten, and its number.
  void draw_decades(Drawing& drawing) const {
    for (int power = static_cast<int>(std::ceil(std::log10(low_))); power <= 300; ++power) {
      double const level = std::pow(10, power);
      if (level > high_) return;
      auto const at = static_cast<int>(y(level));
      for (int across = margin; across < width - margin; ++across) drawing.dot(across, at, grey);
      std::string const text = number_text(level);
      drawing.number(text, width - margin - 4 - 12 * static_cast<int>(text.size()), at + 4);
    }
  }

 private:
  double first_;
  double range_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = 0;
  double decades_;
};

}  // namespace

Picture curve_picture(std::vector<CurvePoint> points, CurveMark const& mark,
                      std::string const& first, std::string const& last) {
  auto const is_none = [](CurvePoint const& point) {
    return !std::isfinite(point.value) || !(point.value > 0);
  };
  points.erase(std::remove_if(points.begin(), points.end(), is_none), points.end());
  std::sort(points.begin(), points.end(),
            [](CurvePoint const& a, CurvePoint const& b) { return a.place < b.place; });
  Drawing drawing;
  drawing.box(margin, margin, width - margin, height - margin, grey);
  if (points.size() < 2) return std::move(drawing).picture();
  Axes const axes{points};
  axes.draw_decades(drawing);
  for (std::size_t i = 1; i < points.size(); ++i) {
    drawing.line(axes.x(points[i - 1].place), axes.y(points[i - 1].value), axes.x(points[i].place),
                 axes.y(points[i].value));
  }
  auto const at = static_cast<int>(std::lround(axes.x(mark.place)));
  for (int y = margin; y < height - margin; ++y) {
    if (y / 5 % 2 == 0) drawing.dot(at, y, black);
  }
  drawing.number(mark.text, std::min(at + 8, width - 110), 12);
  drawing.number(first, margin, height - 28);
  drawing.number(last, width - 110, height - 28);
  return std::move(drawing).picture();
}

}  // namespace example
