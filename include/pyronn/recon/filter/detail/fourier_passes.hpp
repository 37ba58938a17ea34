// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the Fourier transform of a padded row is cut into passes. Every pass works in place, and the
/// spectrum has an order of its own, which a filter does not mind: the inverse passes are the
/// transposes of the forward ones, in reverse order. W. M. Gentleman, G. Sande, "Fast Fourier
/// transforms - for fun and profit", AFIPS Fall Joint Computer Conference (1966).
#include <pyronn/core/config.hpp>

namespace pyronn::detail {

/// The passes of the transform of one row. As the upper half of a padded row is zero, its even
/// frequencies are the transform of the lower half x(n), and its odd frequencies that of
/// x(n) e^(-2 pi i n / length). A pass makes butterflies of `radix` numbers that are `stride`
/// apart: it turns each run of radix * stride numbers into `radix` runs of `stride` numbers, which
/// the next passes transform independently. The first pass begins with the two halves, the last one
/// with neighbouring numbers.
struct FourierPasses {
  static constexpr int capacity = 16;
  static constexpr int last_radix = 8;
  struct Pass {
    int radix;
    int stride;
  };

  int length;
  int half;
  int count = 0;
  Pass passes[capacity] = {};

  /// `length_` is a result of padded_row_length or half of one: 8, 16, 32 ... times 1, 3, 5, 9 or
  /// 15. The first radix is 1 to 5, and from the second pass on strides are powers of two. From
  /// length 16 on, unless it is 8 times 3, 5, 9 or 15, the last radix is `last_radix`.
  explicit FourierPasses(int length_) : length{length_}, half{length_ / 2} {
    int rest = half;
    auto const add = [&](int radix) {
      rest /= radix;
      passes[count++] = {radix, rest};
    };
    while (rest % 3 == 0) add(3);
    while (rest % 5 == 0) add(5);
    int doublings = 0;
    while ((rest >> doublings) > 1) ++doublings;
    if (doublings % 3 != 0) add(1 << (doublings % 3));
    if (count == 0) add(1);
    while (rest > 1) add(last_radix);
  }

  /// The frequency that lies at an index of the spectrum.
  [[nodiscard]] PYRONN_HOST_DEVICE int frequency(int index) const {
    int result = index / half;
    int frequency_step = 2;
    int rest = index % half;
    for (int n = 0; n < count; ++n) {
      result += rest / passes[n].stride * frequency_step;
      rest %= passes[n].stride;
      frequency_step *= passes[n].radix;
    }
    return result;
  }

  /// Where a frequency lies in the spectrum.
  [[nodiscard]] PYRONN_HOST_DEVICE int index(int frequency) const {
    int result = frequency % 2 * half;
    int rest = frequency / 2;
    for (int n = 0; n < count; ++n) {
      result += rest % passes[n].radix * passes[n].stride;
      rest /= passes[n].radix;
    }
    return result;
  }

  /// Of the table of the factors e^(-2 pi i j k / span), at the index j * stride + k, of each pass
  /// that turns runs of `span` numbers into runs of `stride` numbers: by how many half turns the
  /// factor at an index turns, 2 j k / span. The index is in [stride, span) where j > 0, so that
  /// one table of `length` factors is that of all passes.
  [[nodiscard]] PYRONN_HOST_DEVICE double half_turns(int table_index) const {
    int span = length;
    int stride = half;
    for (int n = 0; table_index < stride && n < count; ++n) {
      span = stride;
      stride = passes[n].stride;
    }
    int const j = table_index / stride;
    int const k = table_index % stride;
    return 2.0 * j * k / span;
  }
};

}  // namespace pyronn::detail
