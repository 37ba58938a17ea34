// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "convergence_picture.hpp"
#include "late_pictures.hpp"
#include "options.hpp"
#include "slices_png.hpp"
#include "volume_sink.hpp"

namespace example {

/// Writes the pictures of what came out.
inline void write_last_pictures(Options const& options, VolumeSink const& sink, Cost const& cost) {
  if (!options.png.empty()) {
    write_slices_png(options.png, sink.middle_planes(), options.grey_window());
  }
  auto const& convergence_png = options.method.convergence_png;
  if (!convergence_png.empty()) {
    write_png(convergence_png, convergence_picture(cost.residuals), drawn_window);
  }
}

}  // namespace example
