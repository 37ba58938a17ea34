// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <locale>
#include <sstream>
#include <vector>

#include "bad_input.hpp"

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
  if (!(circle.central_row >= 0 && circle.central_row <= all - 1)) {
    throw BadInput("--center: the plane of the source is seen in row " +
                   std::to_string(circle.central_row) + ", outside of " + std::to_string(all) +
                   " rows; name the column");
  }
  int const middle = static_cast<int>(std::lround(circle.central_row));
  for (int row = std::max(0, middle - 2); row <= std::min(all - 1, middle + 2); ++row) {
    rows.push_back(row);
  }
  return rows;
}

/// The line integral of a count.
class LineOf {
 public:
  LineOf(Calibration const& calibration, double least_transmission)
      : calibration_{calibration}, least_{least_transmission} {}

  float operator()(float value, std::size_t pixel) const {
    if (calibration_.is_empty()) return value;
    auto const dark = static_cast<double>(calibration_.darks.means.front()[pixel]);
    double const full = static_cast<double>(calibration_.flats.means.front()[pixel]) - dark;
    double const part = full > 0 ? (static_cast<double>(value) - dark) / full : 1;
    // What is no number counts as no light, as it does in the reconstruction.
    double const light = part > least_ ? part : least_;
    return static_cast<float>(-std::log(std::isfinite(light) ? light : least_));
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

/// The line integrals of some rows, `[view][row][column]`, as a circle has them; what is dead or
/// dark is cut.
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
      if (shift[0] != 0) {
        pyronn::detail::move_row(row_lines, static_cast<int>(columns), shift[0]);
      }
      row_lines += columns;
    }
  }
  return lines;
}

}  // namespace

bool is_axis_assumed(pyronn::Scan const& scan) {
  return std::any_of(scan.facts.begin(), scan.facts.end(), [](pyronn::ScanFact const& fact) {
    return fact.what == "axis column" && fact.origin == pyronn::ScanFact::Origin::assumed;
  });
}

void set_axis(pyronn::Scan& scan, double column) {
  scan.circle->axis_column = column;
  scan.geometry = scan.circle->geometry();
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

std::string text_of(pyronn::RotationAxis const& axis) {
  std::ostringstream text;
  text.exceptions(std::ios::badbit);
  text.imbue(std::locale::classic());
  text << "axis column " << axis.column << " +- " << axis.uncertainty << ": found from the images";
  if (axis.mismatch_of_other_rotation && *axis.mismatch_of_other_rotation < axis.mismatch / 4) {
    text << "; lines that are measured twice agree better if the scan turned the other way";
  }
  return text.str();
}

}  // namespace example
