// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <pyronn/recon/preprocess/extend_rows.hpp>
#include <pyronn/recon/preprocess/hardening_polynomial.hpp>
#include <pyronn/recon/preprocess/stripes.hpp>
#include <pyronn/recon/preprocess/zingers.hpp>

namespace example {

/// What is put right between counts and volume; nothing unless it is asked for.
struct Corrections {
  bool repairs_pixels = false;  ///< bad ones are interpolated
  std::optional<pyronn::ZingerOptions> zingers{};
  std::optional<pyronn::StripeOptions> stripes{};
  std::optional<pyronn::HardeningPolynomial> hardening{};
  std::optional<pyronn::RowExtension> extension{};
  std::optional<double>
      water{};  ///< its attenuation [1/mm], where the volume is in Hounsfield units

  /// Whether line integrals are written to after they were made.
  [[nodiscard]] bool change_lines() const {
    return repairs_pixels || zingers || stripes || hardening;
  }
  /// Whether some look at all views of a row at once.
  [[nodiscard]] bool want_all_views() const { return zingers || stripes; }
  /// Columns of rows that are filtered, of so many that are measured.
  [[nodiscard]] int columns(int measured) const {
    return extension ? measured + extension->before + extension->after : measured;
  }
  /// Columns of all arrays of line integrals that are held at a time.
  [[nodiscard]] int columns_held(int measured) const {
    return measured + (zingers ? measured : 0) + (extension ? columns(measured) : 0);
  }
};

}  // namespace example
