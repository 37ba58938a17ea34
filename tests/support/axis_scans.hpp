// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scans whose axis and roll are searched for: parallel rays and a point source, and their lines.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <pyronn/pyronn.hpp>
#include <pyronn/scan/circular_scan.hpp>

#include "numbers.hpp"

namespace test {

using Lines = std::vector<float>;

inline pyronn::CpuExecutor const& two_threads() {
  static pyronn::CpuExecutor const executor{2};
  return executor;
}

inline pyronn::CircularScan parallel_scan(pyronn::Extents<2> size, std::vector<double> angles) {
  return {size, {1, 1}, std::move(angles)};
}

inline pyronn::CircularScan cone_scan(pyronn::Extents<2> size, std::vector<double> angles) {
  pyronn::CircularScan scan{size, {1, 1}, std::move(angles)};
  scan.source_isocenter = 300;
  scan.source_detector = 500;
  return scan;
}

/// Columns, rows and views of the lines of a scan, of which there may be any number of rows.
inline pyronn::ProjectionView<float const> view_of(pyronn::CircularScan const& scan,
                                                   Lines const& lines) {
  auto const views = static_cast<int>(scan.angles.size());
  auto const rows = static_cast<int>(lines.size()) / views / scan.size[0];
  return {lines.data(), {scan.size[0], rows, views}};
}

/// Exact lines, but for the extent of pixels, of which each is the mean of some parts along (u, v).
inline Lines lines_of(pyronn::CircularScan const& scan, pyronn::Phantom const& phantom,
                      pyronn::Extents<2> parts) {
  pyronn::CircularScan fine = scan;
  for (int axis = 0; axis < 2; ++axis) {
    fine.size[axis] *= parts[axis];
    fine.pixel[axis] /= parts[axis];
  }
  fine.axis_column = parts[0] * (scan.column_of_axis() + 0.5) - 0.5;
  fine.central_row = parts[1] * (scan.row_of_isocenter() + 0.5) - 0.5;
  pyronn::Extents<3> const extents{fine.size[0], fine.size[1],
                                   static_cast<int>(fine.angles.size())};
  Lines fine_lines(static_cast<std::size_t>(extents.count()));
  std::visit(
      [&](auto const& beam) {
        if constexpr (pyronn::is_plane_geometry_v<std::decay_t<decltype(beam)>>) {
          pyronn::project(two_threads(), phantom, beam,
                          {fine_lines.data(), {extents[0], extents[2]}});
        } else {
          pyronn::project(two_threads(), phantom, beam, {fine_lines.data(), extents});
        }
      },
      fine.geometry());
  auto const columns = static_cast<std::size_t>(scan.size[0]);
  auto const across = static_cast<std::size_t>(parts[0]);
  auto const along = static_cast<std::size_t>(parts[1]);
  Lines lines(fine_lines.size() / (across * along));
  for (std::size_t i = 0; i < fine_lines.size(); ++i) {
    std::size_t const row = i / (columns * across) / along;
    lines[row * columns + i % (columns * across) / across] +=
        fine_lines[i] / static_cast<float>(parts.count());
  }
  return lines;
}

/// Adds noise of a standard deviation, evenly spread.
inline void add_noise(Lines& lines, double deviation) {
  auto const values = random_values(7, static_cast<std::int64_t>(lines.size()));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] += static_cast<float>(deviation * 1.7) * values[i];
  }
}

/// Lines of so many photons a pixel where there is nothing.
inline void count_photons(Lines& lines, double photons, std::uint32_t seed) {
  std::mt19937 engine{seed};
  for (float& line : lines) {
    double const mean = photons * std::exp(-static_cast<double>(line));
    std::poisson_distribution<int> counts{mean};
    line = static_cast<float>(-std::log(std::max(1, counts(engine)) / photons));
  }
}

}  // namespace test
