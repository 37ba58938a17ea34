// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/scan/scan.hpp>

#include "calibration.hpp"

namespace example {

/// Some views, spread over a scan.
struct Sample {
  std::vector<float> counts;
  pyronn::Extents<3> extents;  ///< columns, rows, views

  [[nodiscard]] pyronn::ProjectionView<float const> view() const {
    return {counts.data(), extents};
  }
};

/// As many whole views as 256 MiB hold, all if they do. Throws FileError.
[[nodiscard]] Sample read_sample(pyronn::Scan const& scan);

/// One number a pixel of the detector: 1 where it is dead. Its flat field is not above the dark
/// field, or it counts nothing in any view of the sample. None where views hold line integrals.
/// Throws BadInput, which names the likely cause, where most counts cannot be right.
[[nodiscard]] std::vector<std::uint8_t> find_dead_pixels(pyronn::Scan const& scan,
                                                         Calibration const& calibration,
                                                         Sample const& sample,
                                                         double least_transmission,
                                                         pyronn::CpuExecutor const& executor = {});

}  // namespace example
