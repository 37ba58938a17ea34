// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scans of the plane with few views, or of a part of the turn, and what their images should be.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/simulate/noise.hpp>

#include "image_errors.hpp"

namespace benchmark {

/// A scan of the plane, the lines that are used, and how far an image is from what it should be.
template <class Geometry>
struct SparseScan {
  std::string name;
  Geometry geometry;
  pyronn::Grid grid;
  Values lines;
  Values expected;               ///< an image; of a segmentation 0 and 1
  bool is_segmentation = false;  ///< the error is 1 - Matthews correlation, else L2
};

inline std::vector<double> degrees(int count, double start, double step) {
  std::vector<double> angles;
  for (int n = 0; n < count; ++n) angles.push_back((start + step * n) * pyronn::pi / 180);
  return angles;
}

/// Every so-manieth of these rows.
inline Values rows_of(Values const& values, int columns, int first, int stride, int count) {
  Values result;
  for (int n = 0; n < count; ++n) {
    auto const row = values.begin() + static_cast<std::ptrdiff_t>(first + n * stride) * columns;
    result.insert(result.end(), row, row + columns);
  }
  return result;
}

/// Means of so many neighbours along rows.
inline Values binned(Values const& values, int columns, int factor) {
  Values result;
  for (std::size_t row = 0; row < values.size(); row += static_cast<std::size_t>(columns)) {
    for (int column = 0; column + factor <= columns; column += factor) {
      float sum = 0;
      for (int n = 0; n < factor; ++n) sum += values[row + static_cast<std::size_t>(column + n)];
      result.push_back(sum / static_cast<float>(factor));
    }
  }
  return result;
}

inline double line_integral(double count, double dark, double flat) {
  return -std::log(std::max(count - dark, 1.0) / std::max(flat - dark, 1.0));
}

template <class Geometry>
double error_of(SparseScan<Geometry> const& scan, Values const& image) {
  if (scan.is_segmentation) return 1 - matthews_correlation(image, scan.expected);
  return relative_error(image, scan.expected, scan.grid);
}

/// Filtered backprojection.
template <class Geometry>
Values fbp(Geometry const& geometry, pyronn::Grid const& grid, Values const& lines) {
  pyronn::FbpOptions options;
  options.redundancy = pyronn::Redundancy::uniform;
  return pyronn::reconstruct(pyronn::CpuExecutor{}, geometry, grid, lines, options);
}

/// The row of the pepper's scan that lies in the plane of the source, each so-manieth view.
inline SparseScan<pyronn::FanBeam> pepper(std::filesystem::path const& data, int bin,
                                          int stride = 6) {
  auto const folder = data / "scans/cone_cwi_pepper";
  constexpr int views = 225, rows = 190, columns = 239, row = 95;
  auto const raw = pyronn::read_npy<std::uint16_t>(folder / "projections_u16.npy").data;
  auto const dark = pyronn::read_npy<std::uint16_t>(folder / "dark_u16.npy").data;
  auto const flat = pyronn::read_npy<std::uint16_t>(folder / "flat_u16.npy").data;
  Values lines;
  for (int view = 0; view < views; ++view) {
    for (int column = 0; column < columns; ++column) {
      auto const at = static_cast<std::size_t>(row * columns + column);
      std::uint16_t const count = raw[static_cast<std::size_t>(view * rows * columns) + at];
      lines.push_back(static_cast<float>(line_integral(count, dark[at], flat[at])));
    }
  }
  constexpr double pitch = 0.5984;
  lines = binned(lines, columns, bin);
  int const bins = columns / bin;
  // The column of the axis is 119.1, and some columns at the end may be left out.
  double const shift = ((columns - 1) / 2.0 - 119.1 - (columns - bins * bin) / 2.0) * pitch;
  auto const geometry = [&](int count, double step) {
    std::vector<pyronn::FanVectors> vectors;
    for (double const b : degrees(count, 0, step)) {
      double const s = std::sin(b), c = std::cos(b);
      vectors.push_back({{1001.305645 * s, -1001.305645 * c},
                         {-96.694355 * s + shift * c, 96.694355 * c + shift * s},
                         {bin * pitch * c, bin * pitch * s}});
    }
    return pyronn::FanBeam::from_vectors(bins, vectors);
  };
  auto const grid = pyronn::Grid::flat({240 / bin, 240 / bin}, {0.5457 * bin, 0.5457 * bin});
  int const few = (views + stride - 1) / stride;
  return {"pepper, " + std::to_string(few) + " views", geometry(few, 1.6 * stride), grid,
          rows_of(lines, bins, 0, stride, few), fbp(geometry(views, 1.6), grid, lines)};
}

/// The first views of scan 01a, half a degree apart, with its segmentation.
inline SparseScan<pyronn::FanBeam> helsinki(std::filesystem::path const& data, int bin,
                                            int views = 121) {
  auto const folder = data / "scans/fan_htc2022";
  constexpr int columns = 560, full = 512;
  int const size = full / bin;
  constexpr double pitch = 0.2, pixel = 0.2 * 410.66 / 553.74;
  auto const lines = binned(pyronn::read_npy<float>(folder / "01a_sino.npy").data, columns, bin);
  auto const segmentation = pyronn::read_npy<std::uint8_t>(folder / "01a_seg.npy").data;
  std::vector<pyronn::FanVectors> vectors;
  for (double const b : degrees(views, 0, 0.5)) {
    double const s = std::sin(b), c = std::cos(b);
    vectors.push_back(
        {{410.66 * s, -410.66 * c}, {-143.08 * s, 143.08 * c}, {bin * pitch * c, bin * pitch * s}});
  }
  Values expected;
  for (int row = size - 1; row >= 0; --row) {
    for (int column = 0; column < size; ++column) {
      int inside = 0;
      for (int n = 0; n < bin * bin; ++n)
        inside += segmentation[static_cast<std::size_t>((row * bin + n / bin) * full +
                                                        column * bin + n % bin)] > 0
                      ? 1
                      : 0;
      expected.push_back(2 * inside >= bin * bin ? 1.0F : 0.0F);
    }
  }
  return {"HTC 01a, " + std::to_string(views / 2) + " degrees",
          pyronn::FanBeam::from_vectors(columns / bin, vectors),
          pyronn::Grid::flat({size, size}, {bin * pixel, bin * pixel}),
          rows_of(lines, columns / bin, 0, 1, views),
          expected,
          true};
}

/// A row of the tooth, 45 views.
inline SparseScan<pyronn::ParallelBeam2D> tooth(std::filesystem::path const& data, int bin) {
  auto const folder = data / "scans/parallel_tomopy_tooth";
  constexpr int views = 181, rows = 2, columns = 640, stride = 4, few = 45;
  auto const raw = pyronn::read_npy<float>(folder / "projections_f32.npy").data;
  auto const mean = [&](char const* name) {
    auto const fields = pyronn::read_npy<float>(folder / name);
    Values result(columns);
    auto const count = static_cast<std::size_t>(fields.shape[0]);
    for (std::size_t n = 0; n < count; ++n) {
      for (std::size_t column = 0; column < columns; ++column)
        result[column] += fields.data[n * rows * columns + column] / static_cast<float>(count);
    }
    return result;
  };
  Values const dark = mean("dark_f32.npy");
  Values const flat = mean("flat_f32.npy");
  Values lines;
  for (std::size_t view = 0; view < views; ++view) {
    for (std::size_t column = 0; column < columns; ++column) {
      double const count = static_cast<double>(raw[view * rows * columns + column]);
      lines.push_back(static_cast<float>(line_integral(count, static_cast<double>(dark[column]),
                                                       static_cast<double>(flat[column]))));
    }
  }
  lines = binned(lines, columns, bin);
  auto const all = pyronn::read_npy<double>(folder / "angles_deg_f64.npy").data;
  auto const geometry = [&](int count, int step) {
    pyronn::ParallelOrbit orbit;
    for (int n = 0; n < count; ++n)
      orbit.angles.push_back(all[static_cast<std::size_t>(n * step)] * pyronn::pi / 180);
    return pyronn::ParallelBeam2D::circular(
        orbit,
        pyronn::LineDetector{columns / bin, 1.0 * bin}.with_axis_column((295.5 + 0.5) / bin - 0.5));
  };
  auto const grid = pyronn::Grid::flat({592 / bin, 592 / bin}, {1.0 * bin, 1.0 * bin});
  return {"tooth, 45 views", geometry(few, stride), grid,
          rows_of(lines, columns / bin, 0, stride, few), fbp(geometry(views, 1), grid, lines)};
}

inline Values image_of(pyronn::Phantom const& phantom, pyronn::Grid const& grid) {
  Values result(static_cast<std::size_t>(grid.size.count()));
  pyronn::voxelise(pyronn::CpuExecutor{}, phantom, grid,
                   pyronn::ArrayView<float, 2>{result.data(), {grid.size[0], grid.size[1]}}, 4);
  return result;
}

template <class Geometry>
Values lines_of(pyronn::Phantom const& phantom, Geometry const& geometry, int columns) {
  pyronn::Extents<2> const range{columns, geometry.num_views()};
  Values result(static_cast<std::size_t>(range.count()));
  pyronn::project(pyronn::CpuExecutor{}, phantom, geometry,
                  pyronn::ArrayView<float, 2>{result.data(), range});
  return result;
}

/// Pixels see the mean of so many rays.
inline constexpr int rays_of_pixel = 8;

/// 60 views of a head, over a range of so many degrees, with noise of so many photons a ray.
inline SparseScan<pyronn::ParallelBeam2D> noisy_head(double photons, int bin, int range = 180) {
  constexpr int views = 60;
  int const columns = 256 / bin;
  auto const phantom = pyronn::shepp_logan_2d(100, 0.02, pyronn::SheppLoganContrast::high);
  // Of less than a half turn, not the one that begins along an axis of the head.
  std::vector<double> const angles = degrees(views, range < 180 ? 10 : 0, 1.0 * range / views);
  auto const geometry =
      pyronn::ParallelBeam2D::circular({angles}, pyronn::LineDetector{columns, 0.9 * bin});
  auto const grid = pyronn::Grid::flat({256 / bin, 256 / bin}, {0.9 * bin, 0.9 * bin});
  auto const fine = pyronn::ParallelBeam2D::circular(
      {angles}, pyronn::LineDetector{columns * rays_of_pixel, 0.9 * bin / rays_of_pixel});
  Values lines = binned(lines_of(phantom, fine, columns * rays_of_pixel), columns * rays_of_pixel,
                        rays_of_pixel);
  std::uint64_t ray = 0;
  for (float& line : lines) {
    pyronn::RandomNumbers random{1, pyronn::RandomStream::photons,
                                 static_cast<std::int64_t>(ray++)};
    double const count = pyronn::poisson(photons * std::exp(-static_cast<double>(line)), random);
    line = static_cast<float>(-std::log(std::max(count, 1.0) / photons));
  }
  return {"head, 60 views over " + std::to_string(range) + " degrees, Poisson noise", geometry,
          grid, lines, image_of(phantom, grid)};
}

/// 90 views of a fan over a head with Gaussian noise.
inline SparseScan<pyronn::FanBeam> noisy_fan(int bin) {
  int const columns = 320 / bin;
  auto const phantom = pyronn::shepp_logan_2d(100);
  auto const geometry = pyronn::FanBeam::circular({500, 750, degrees(90, 0, 4)},
                                                  pyronn::LineDetector{columns, 1.2 * bin});
  auto const grid = pyronn::Grid::flat({256 / bin, 256 / bin}, {0.9 * bin, 0.9 * bin});
  auto const fine = pyronn::FanBeam::circular(
      {500, 750, degrees(90, 0, 4)},
      pyronn::LineDetector{columns * rays_of_pixel, 1.2 * bin / rays_of_pixel});
  Values lines = binned(lines_of(phantom, fine, columns * rays_of_pixel), columns * rays_of_pixel,
                        rays_of_pixel);
  float const most = *std::max_element(lines.begin(), lines.end());
  for (std::size_t n = 0; n < lines.size(); ++n) {
    pyronn::RandomNumbers random{2, pyronn::RandomStream::readout, static_cast<std::int64_t>(n)};
    lines[n] += 0.01F * most * static_cast<float>(random.normal());
  }
  return {"head, 90 views of a fan, Gaussian noise", geometry, grid, lines,
          image_of(phantom, grid)};
}

}  // namespace benchmark
