// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Philox: random bits as a function of a counter and a key.
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

namespace detail {

PYRONN_HOST_DEVICE constexpr std::uint32_t high_half(std::uint64_t bits) {
  return static_cast<std::uint32_t>(bits >> 32);
}
PYRONN_HOST_DEVICE constexpr std::uint32_t low_half(std::uint64_t bits) {
  return static_cast<std::uint32_t>(bits);
}

}  // namespace detail

/// Philox4x32-10: 128 random bits for each pair of counter and key, without any state. Source: J.
/// K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// Proc. SC 2011.
PYRONN_HOST_DEVICE constexpr Vec<std::uint32_t, 4> philox4x32_10(Vec<std::uint32_t, 4> counter,
                                                                 Vec<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const a = std::uint64_t{0xD2511F53} * counter[0];
    std::uint64_t const b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {detail::high_half(b) ^ counter[1] ^ key[0], detail::low_half(b),
               detail::high_half(a) ^ counter[3] ^ key[1], detail::low_half(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

}  // namespace pyronn
