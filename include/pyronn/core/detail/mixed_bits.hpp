// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// mixed_bits: a number whose bits all depend on those of another one.
#include <cstdint>

#include <pyronn/core/config.hpp>

namespace pyronn::detail {

/// The mixing function of SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA (2014). Different numbers stay different.
PYRONN_HOST_DEVICE inline std::uint64_t mixed_bits(std::uint64_t bits) {
  bits *= 0x9e3779b97f4a7c15U;
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

}  // namespace pyronn::detail
