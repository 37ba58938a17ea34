// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/recon/preprocess/missing_samples.hpp>

#include "bad_input.hpp"
#include "number_text.hpp"

namespace example {
namespace {

/// Rows spread over the panel for parallel rays; of a point source those beside its plane, as
/// others see each line once.
std::vector<int> rows_to_compare(pyronn::CircularScan const& circle) {
  std::vector<int> rows;
  int const all = circle.size[1];
  if (circle.is_parallel()) {
    int const count = std::min(all, 16);
    for (int i = 0; i < count; ++i) rows.push_back((2 * i + 1) * all / (2 * count));
    return rows;
  }
  if (!(circle.row_of_isocenter() >= 0 && circle.row_of_isocenter() <= all - 1)) {
    throw BadInput("--center: the plane of the source is seen in row " +
                   number_text(circle.row_of_isocenter()) + ", outside of " + std::to_string(all) +
                   " rows; name the column");
  }
  int const middle = static_cast<int>(std::lround(circle.row_of_isocenter()));
  for (int row = std::max(0, middle - 2); row <= std::min(all - 1, middle + 2); ++row) {
    rows.push_back(row);
  }
  return rows;
}

/// The line integral of a count; no number for bad pixels and counts that are none.
class LineOf {
 public:
  LineOf(Calibration const& calibration, double least_transmission)
      : calibration_{calibration}, least_{least_transmission} {}

  float operator()(float value, std::size_t pixel) const {
    if (calibration_.is_empty()) return value;
    auto const dark = static_cast<double>(calibration_.darks.fields.front().mean[pixel]);
    double const full = static_cast<double>(calibration_.flats.fields.front().mean[pixel]) - dark;
    double const part = (static_cast<double>(value) - dark) / full;
    bool const is_good = calibration_.bad_pixels[pixel] == 0 && std::isfinite(part);
    if (!is_good) return std::numeric_limits<float>::quiet_NaN();
    return static_cast<float>(-std::log(std::max(part, least_)));
  }

 private:
  Calibration const& calibration_;
  double least_;
};

/// By how many pixels a view is moved against those of a circle.
pyronn::Vec2d shift_of(pyronn::Scan const& scan, int view) {
  auto const& shifts = scan.circle->shifts;
  return shifts.empty() ? pyronn::Vec2d{0, 0} : shifts[static_cast<std::size_t>(view)];
}

/// The line integrals of some rows, `[view][row][column]`, as a circle has them; what is bad
/// is interpolated.
std::vector<float> lines_of_rows(pyronn::Scan const& scan, std::vector<int> const& rows,
                                 LineOf const& line_of) {
  auto const columns = static_cast<std::size_t>(scan.detector_size()[0]);
  std::vector<float> lines(columns * rows.size() * static_cast<std::size_t>(scan.num_views()));
  auto* row_lines = lines.data();
  int const last_row = scan.detector_size()[1] - 1;
  for (int view = 0; view < scan.num_views(); ++view) {
    auto const shift = shift_of(scan, view);
    for (int const row : rows) {
      int const stored = std::clamp(row - static_cast<int>(std::lround(shift[1])), 0, last_row);
      scan.views->read({view, 1, stored, 1}, row_lines);
      std::size_t const pixel = static_cast<std::size_t>(stored) * columns;
      for (std::size_t u = 0; u < columns; ++u) row_lines[u] = line_of(row_lines[u], pixel + u);
      pyronn::interpolate_missing(
          pyronn::CpuExecutor{1},
          pyronn::ProjectionView<float>{row_lines, {scan.detector_size()[0], 1, 1}});
      if (shift[0] != 0) {
        pyronn::detail::move_row(row_lines, static_cast<int>(columns), shift[0]);
      }
      row_lines += columns;
    }
  }
  return lines;
}

}  // namespace

namespace {

auto is_assumed(char const* what) {
  return [what](pyronn::ScanFact const& fact) {
    return fact.what == what && fact.origin == pyronn::ScanFact::Origin::assumed;
  };
}

void forget_assumed(pyronn::Scan& scan, char const* what) {
  scan.facts.erase(std::remove_if(scan.facts.begin(), scan.facts.end(), is_assumed(what)),
                   scan.facts.end());
}

}  // namespace

void apply_axis_options(Options const& options, pyronn::Scan& scan) {
  bool const names_roll = options.roll != "file";
  for (auto const& [option, is_used] :
       {std::pair{"--center", options.center != "file"}, {"--roll", names_roll}}) {
    if (!is_used || scan.circle) continue;
    throw BadInput(std::string{option} + ": " + options.scan.string() + " describes no circle");
  }
  if (names_roll && scan.circle->is_plane()) {
    throw BadInput("--roll: " + options.scan.string() + " describes a scan of the plane, whose " +
                   "detector has none");
  }
  if (auto const column = options.axis_column();
      column && scan.circle->column_of_axis() != *column) {
    set_axis(scan, *column);
  }
  if (auto const roll = options.roll_angle(); roll && scan.circle->roll != *roll) {
    set_roll(scan, *roll);
  }
}

bool wants_axis(Options const& options, pyronn::Scan const& scan) {
  if (options.center == "auto" || options.roll == "auto") return true;
  return options.center == "file" &&
         std::any_of(scan.facts.begin(), scan.facts.end(), is_assumed("axis column"));
}

void set_axis(pyronn::Scan& scan, double column) {
  scan.circle->axis_column = column;
  scan.geometry = scan.circle->geometry();
  forget_assumed(scan, "axis column");
}

pyronn::RotationAxis find_axis(pyronn::Scan const& scan, Calibration const& calibration,
                               double least_transmission, pyronn::CpuExecutor const& executor) {
  auto const rows = rows_to_compare(*scan.circle);
  auto const lines = lines_of_rows(scan, rows, LineOf{calibration, least_transmission});
  pyronn::Extents<3> const extents{scan.detector_size()[0], static_cast<int>(rows.size()),
                                   scan.num_views()};
  return pyronn::find_rotation_axis(executor, *scan.circle,
                                    pyronn::ProjectionView<float const>{lines.data(), extents});
}

namespace {

/// Rows that lie evenly on a panel, and the panel that they make.
struct EvenRows {
  std::vector<int> rows;
  pyronn::CircularScan circle;
};

/// Of parallel rays so many of all rows that 256 MiB hold their lines; of a point source those
/// within two degrees of its plane.
EvenRows rows_for_roll(pyronn::CircularScan const& circle) {
  constexpr int few = 16;
  constexpr double most_lines = 1 << 26;
  double const lines_of_row =
      static_cast<double>(circle.size[0]) * static_cast<double>(circle.angles.size());
  int first = 0;
  int end = circle.size[1];
  if (!circle.is_parallel()) {
    double const reach =
        std::max(few / 2.0, circle.source_detector * std::tan(pyronn::pi / 90) / circle.pixel[1]);
    first = static_cast<int>(std::clamp(circle.row_of_isocenter() - reach, 0.0, end - 1.0));
    end =
        static_cast<int>(std::clamp(circle.row_of_isocenter() + reach + 1, first + 1.0, 1.0 * end));
  }
  int const fit = std::max(few, static_cast<int>(most_lines / lines_of_row));
  int const step = (end - first - 1) / fit + 1;
  first += (end - first - 1) % step / 2;
  EvenRows even{{}, circle};
  for (int row = first; row < end; row += step) even.rows.push_back(row);
  even.circle.size[1] = static_cast<int>(even.rows.size());
  even.circle.pixel[1] *= step;
  even.circle.central_row = (circle.row_of_isocenter() - first) / step;
  return even;
}

}  // namespace

std::vector<float> sinogram(pyronn::Scan const& scan, Calibration const& calibration, int row,
                            double least_transmission) {
  return lines_of_rows(scan, {row}, LineOf{calibration, least_transmission});
}

void set_roll(pyronn::Scan& scan, double roll) {
  scan.circle->roll = roll;
  scan.geometry = scan.circle->geometry();
  forget_assumed(scan, "roll");
}

pyronn::DetectorRoll find_roll(pyronn::Scan const& scan, Calibration const& calibration,
                               double least_transmission, pyronn::CpuExecutor const& executor) {
  EvenRows const even = rows_for_roll(*scan.circle);
  auto const lines = lines_of_rows(scan, even.rows, LineOf{calibration, least_transmission});
  pyronn::Extents<3> const extents{even.circle.size[0], even.circle.size[1], scan.num_views()};
  return pyronn::find_roll(executor, even.circle,
                           pyronn::ProjectionView<float const>{lines.data(), extents});
}

namespace {

/// What was found in a search, with its standard deviation if there is one.
std::string found_text(double value, double deviation) {
  return std::isfinite(deviation) ? number_text(value, deviation) : number_text(value);
}

/// Of a column that may be another one; empty: it is sure.
std::string doubt_of_column(double column, double deviation) {
  constexpr double most = 1;  // column, which is seen in slices
  if (deviation <= most) return "";
  std::string const by =
      std::isfinite(deviation) ? ", by " + rough_text(deviation) + " columns" : "";
  return "axis column " + number_text(column) + " is not sure" + by +
         ": lines that are measured twice hardly tell where the axis is; name it with --center "
         "COLUMN";
}

}  // namespace

std::string text_of(pyronn::DetectorRoll const& roll) {
  constexpr double degrees = 180 / pyronn::pi;
  return "roll " + found_text(roll.roll * degrees, roll.uncertainty * degrees) +
         " degrees, axis column " + found_text(roll.column, roll.column_uncertainty) +
         ": found from the images";
}

std::string text_of(pyronn::RotationAxis const& axis) {
  return "axis column " + found_text(axis.column, axis.uncertainty) + ": found from the images";
}

std::string warning_of(pyronn::DetectorRoll const& roll) {
  std::string const doubt = doubt_of_column(roll.column, roll.column_uncertainty);
  if (!doubt.empty() || std::isfinite(roll.uncertainty)) return doubt;
  return "roll " + number_text(roll.roll * 180 / pyronn::pi) +
         " degrees is not sure: lines that are measured twice hardly tell it; name it with --roll";
}

std::string warning_of(pyronn::RotationAxis const& axis) {
  bool const agrees_better =
      axis.mismatch_of_other_rotation && *axis.mismatch_of_other_rotation < axis.mismatch / 4;
  if (!agrees_better) return doubt_of_column(axis.column, axis.uncertainty);
  return "lines that are measured twice agree better if the scan turned the other way: the axis is "
         "not to be trusted until --rotation names the sense";
}

}  // namespace example
