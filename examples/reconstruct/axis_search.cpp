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

/// Says what was found, and draws the search where that is asked for.
void tell(Options const& options, std::string const& text, Picture const& picture) {
  if (!options.is_quiet) std::printf("%s\n", text.c_str());
  if (!options.axis_png.empty()) write_png(options.axis_png, picture, drawn_window);
}

}  // namespace

void search_axis(Options const& options, Calibration const& calibration, pyronn::Scan& scan) {
  pyronn::CpuExecutor const executor{options.threads};
  std::string const name = options.scan.string();
  if (options.roll == "auto") {
    auto const found = as_input(
        name, [&] { return find_roll(scan, calibration, options.least_transmission, executor); });
    as_input(name, [&] { set_roll(scan, found.roll); });
    if (!options.axis_column()) as_input(name, [&] { set_axis(scan, found.column); });
    return tell(options, text_of(found), roll_picture(found));
  }
  auto const found = as_input(
      name, [&] { return find_axis(scan, calibration, options.least_transmission, executor); });
  as_input(name, [&] { set_axis(scan, found.column); });
  tell(options, text_of(found), axis_picture(found));
}

void draw_sinogram(Options const& options, Calibration const& calibration,
                   pyronn::Scan const& scan) {
  if (options.sinogram_png.empty()) return;
  auto const size = scan.detector_size();
  double const seen = std::clamp(scan.circle->central_row, 0.0, size[1] - 1.0);
  auto const lines = as_input(options.scan.string(), [&] {
    return sinogram(scan, calibration, static_cast<int>(seen), options.least_transmission);
  });
  pyronn::ImageView<float const> const image{lines.data(), {size[0], scan.num_views()}};
  write_png(options.sinogram_png, sinogram_picture(image, scan.circle->axis_column), drawn_window);
}

}  // namespace example
