// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "axis_search.hpp"

#include <algorithm>
#include <cstdio>
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

}  // namespace

void search_axis(Options const& options, Calibration const& calibration, pyronn::Scan& scan,
                 LatePictures& pictures) {
  pyronn::CpuExecutor const executor{options.threads};
  std::string const name = options.scan.string();
  if (options.roll == "auto") {
    auto const found = as_input(
        name, [&] { return find_roll(scan, calibration, options.least_transmission(), executor); });
    as_input(name, [&] { set_roll(scan, found.roll); });
    if (!options.axis_column()) as_input(name, [&] { set_axis(scan, found.column); });
    tell(options, found);
    return pictures.draw(options.axis_png, [&] { return roll_picture(found); });
  }
  auto const found = as_input(
      name, [&] { return find_axis(scan, calibration, options.least_transmission(), executor); });
  as_input(name, [&] { set_axis(scan, found.column); });
  tell(options, found);
  pictures.draw(options.axis_png, [&] { return axis_picture(found); });
}

void draw_sinogram(Options const& options, Calibration const& calibration, pyronn::Scan const& scan,
                   LatePictures& pictures) {
  pictures.draw(options.sinogram_png, [&] {
    auto const size = scan.detector_size();
    double const seen = std::clamp(scan.circle->central_row, 0.0, size[1] - 1.0);
    auto const lines = as_input(options.scan.string(), [&] {
      return sinogram(scan, calibration, static_cast<int>(seen), options.least_transmission());
    });
    pyronn::ImageView<float const> const image{lines.data(), {size[0], scan.num_views()}};
    return sinogram_picture(image, scan.circle->axis_column);
  });
}

}  // namespace example
