// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include <pyronn/scan/scan.hpp>

namespace example {

/// The measured images in host memory. Dark and flat are empty for line integrals, else there is
/// one value a pixel in each, the mean of what was taken.
template <class T>
struct Images {
  std::vector<T> projections;
  std::vector<T> dark;
  std::vector<T> flat;

  [[nodiscard]] bool are_intensities() const { return !flat.empty(); }
};

/// Small integers stay as they are stored; all else becomes float, which is what the library
/// computes in.
using AnyImages = std::variant<Images<std::uint8_t>, Images<std::uint16_t>, Images<float>>;

/// Throws BadInput for line integrals that are not finite, and FileError.
[[nodiscard]] AnyImages read_images(pyronn::Scan const& scan);

[[nodiscard]] std::size_t bytes(AnyImages const& images);

}  // namespace example
