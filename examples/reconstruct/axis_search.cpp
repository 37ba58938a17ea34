// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "axis_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <pyronn/backend/cpu/executor.hpp>

#include "axis.hpp"
#include "axis_picture.hpp"
#include "messages.hpp"
#include "sinogram_picture.hpp"

namespace example {
namespace {

/// Says what was found.
template <class Found>
void tell(Options const& options, Found const& found) {
  if (!options.is_quiet) std::printf("%s\n", text_of(found).c_str());
  std::string const warning = warning_of(found);
  if (!warning.empty()) warn(warning);
}

/// What was found, which may be sent; what was not looked for is no number.
struct FoundAxis {
  double column = std::numeric_limits<double>::quiet_NaN();
  double roll = std::numeric_limits<double>::quiet_NaN();
};

/// Lets it count.
void apply(FoundAxis const& found, pyronn::Scan& scan) {
  if (!std::isnan(found.roll)) set_roll(scan, found.roll);
  if (!std::isnan(found.column)) set_axis(scan, found.column);
}

FoundAxis search(Options const& options, Calibration const& calibration, pyronn::Scan& scan,
                 LatePictures& pictures) {
  pyronn::CpuExecutor const executor{options.threads};
  FoundAxis axis;
  std::string const name = options.scan.string();
  if (options.roll == "auto") {
    auto const found = as_input(
        name, [&] { return find_roll(scan, calibration, options.least_transmission(), executor); });
    axis.roll = found.roll;
    if (!options.axis_column()) axis.column = found.column;
    as_input(name, [&] { apply(axis, scan); });
    tell(options, found);
    pictures.draw(options.axis_png, [&] { return roll_picture(found); });
    return axis;
  }
  auto const found = as_input(
      name, [&] { return find_axis(scan, calibration, options.least_transmission(), executor); });
  axis.column = found.column;
  as_input(name, [&] { apply(axis, scan); });
  tell(options, found);
  pictures.draw(options.axis_png, [&] { return axis_picture(found); });
  return axis;
}

}  // namespace

void search_axis(Options const& options, Calibration const& calibration, pyronn::Scan& scan,
                 LatePictures& pictures, Ranks const& ranks) {
  FoundAxis found;
  share_errors(ranks, [&] {
    if (ranks.rank() == 0) found = search(options, calibration, scan, pictures);
  });
  ranks.broadcast(&found, sizeof(found), 0);
  if (ranks.rank() > 0) as_input(options.scan.string(), [&] { apply(found, scan); });
}

void draw_sinogram(Options const& options, Calibration const& calibration, pyronn::Scan const& scan,
                   LatePictures& pictures) {
  pictures.draw(options.sinogram_png, [&] {
    auto const size = scan.detector_size();
    double const seen = std::clamp(scan.circle->row_of_isocenter(), 0.0, size[1] - 1.0);
    auto const lines = as_input(options.scan.string(), [&] {
      return sinogram(scan, calibration, static_cast<int>(seen), options.least_transmission());
    });
    pyronn::ImageView<float const> const image{lines.data(), {size[0], scan.num_views()}};
    return sinogram_picture(image, scan.circle->column_of_axis());
  });
}

}  // namespace example
