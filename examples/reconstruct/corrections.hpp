// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <pyronn/recon/preprocess/extend_rows.hpp>
#include <pyronn/recon/preprocess/hardening_polynomial.hpp>

namespace example {

/// What is put right between counts and volume; nothing unless it is asked for.
struct Corrections {
  std::optional<pyronn::HardeningPolynomial> hardening{};
  std::optional<pyronn::RowExtension> extension{};
  std::optional<double>
      water{};  ///< its attenuation [1/mm], where the volume is in Hounsfield units

  /// Columns of rows that are filtered, of so many that are measured.
  [[nodiscard]] int columns(int measured) const {
    return extension ? measured + extension->before + extension->after : measured;
  }
  /// Columns of all arrays of line integrals that are held at a time.
  [[nodiscard]] int columns_held(int measured) const {
    return extension ? measured + columns(measured) : measured;
  }
};

}  // namespace example
