// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RandomNumbers: random numbers that depend only on seed and item.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/simulate/detail/philox.hpp>

namespace pyronn {

/// The random effects, each with a stream of its own, so that effects are independent though they
/// share a seed.
enum class RandomStream : std::uint32_t {
  photons,
  readout,
  pixel_gains,
  column_gains,
  dead_pixels,
  dead_columns,
  jitter,
  zingers
};

/// The random numbers of one item (a pixel of the scan, a view) of one stream, one after the other.
/// They depend only on seed, stream and item, not on the order in which items are worked on or on
/// the number of threads. The seed is Philox's key; item, draw and stream are its counter.
class RandomNumbers {
 public:
  /// The next number will be the first one of the item.
  PYRONN_HOST_DEVICE RandomNumbers(std::uint64_t seed, RandomStream stream, std::int64_t item)
      : seed_{seed}, item_{static_cast<std::uint64_t>(item)}, stream_{stream} {}

  /// A number that is uniformly distributed in (0, 1), the ends excluded: the middle of one of 2^52
  /// equal steps.
  PYRONN_HOST_DEVICE double uniform() {
    bool const second = draws_ % 2 != 0;
    if (!second) {
      block_ = philox4x32_10({detail::low_half(item_), detail::high_half(item_), draws_ / 2,
                              static_cast<std::uint32_t>(stream_)},
                             {detail::low_half(seed_), detail::high_half(seed_)});
    }
    ++draws_;
    std::uint64_t const high = second ? block_[3] : block_[1];
    std::uint64_t const low = second ? block_[2] : block_[0];
    return (static_cast<double>((high << 32 | low) >> 12) + 0.5) * 0x1p-52;
  }

  /// Two independent normally distributed numbers of mean 0 and variance 1 (G. E. P. Box, M. E.
  /// Muller, Ann. Math. Stat. 29, 1958).
  PYRONN_HOST_DEVICE Vec2d normal_pair() {
    double const radius = std::sqrt(-2.0 * std::log(uniform()));
    double const angle = 2.0 * pi * uniform();
    return {radius * std::cos(angle), radius * std::sin(angle)};
  }

  /// A normally distributed number of mean 0 and variance 1, the first of a pair.
  PYRONN_HOST_DEVICE double normal() { return normal_pair()[0]; }

 private:
  std::uint64_t seed_;
  std::uint64_t item_;
  RandomStream stream_;
  std::uint32_t draws_ = 0;
  Vec<std::uint32_t, 4> block_{};
};

}  // namespace pyronn
