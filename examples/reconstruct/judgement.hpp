// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/scan/scan.hpp>

#include "images.hpp"

namespace example {

/// What is wrong with measured images.
struct Judgement {
  /// One number a pixel of the detector: 1 where it is dead. Its flat field is not above the dark
  /// field, or it counts nothing in any view.
  std::vector<std::uint8_t> is_dead;
  std::int64_t dead_pixels = 0;
  std::int64_t not_finite = 0;  ///< counts that are no numbers, in pixels that live
  std::int64_t cut = 0;         ///< line integrals above the greatest one, in pixels that live

  /// One line for each thing that is wrong; none where all is well.
  [[nodiscard]] std::vector<std::string> warnings(double least_transmission) const;
};

/// Looks at every count. Throws BadInput, which names the likely cause, where most cannot be right.
/// Line integrals are not judged.
[[nodiscard]] Judgement judge(pyronn::Scan const& scan, AnyImages const& images,
                              double least_transmission, pyronn::CpuExecutor const& executor = {});

/// Gives dead pixels, and counts that are no numbers, the transmission between the nearest good
/// pixels on both sides in their row, else in their column. Returns how many dead pixels have none.
std::int64_t repair(pyronn::Scan const& scan, Judgement const& judgement, AnyImages& images);

}  // namespace example
