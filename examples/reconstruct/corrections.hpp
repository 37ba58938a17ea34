// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <pyronn/recon/preprocess/corrections.hpp>

namespace example {

/// What is put right between counts and volume; nothing unless it is asked for.
struct Corrections : pyronn::Corrections {
  bool repairs_pixels = false;  ///< bad ones are interpolated
  /// Its attenuation [1/mm], where the volume is in Hounsfield units.
  std::optional<double> water{};

  /// Columns of all arrays of line integrals that are held at a time.
  [[nodiscard]] int columns_held(int measured) const {
    return measured + (zingers ? measured : 0) + (extension ? columns(measured) : 0);
  }
};

}  // namespace example
