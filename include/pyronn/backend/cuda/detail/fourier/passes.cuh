// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cuda/require_cuda.cuh>
//
/// How the Fourier transform of a padded row is cut into passes, and the tables that these read.
/// Every pass works where the numbers lie, and the spectrum comes in an order of its own: a filter
/// needs no other, and its passes back are the same ones transposed. W. M. Gentleman, G. Sande,
/// "Fast Fourier transforms - for fun and profit", AFIPS Fall Joint Computer Conference (1966).
#include <pyronn/backend/cuda/detail/fourier/butterfly.cuh>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// As the upper half of a padded row is zero, its even frequencies are the transform of the lower
/// half x(n), and the odd ones that of x(n) e^(-2 pi i n / length). A pass makes of each run of
/// numbers `radix` runs of `part` numbers, which are transformed by themselves: the first makes
/// them of these two halves, the last one of neighbours.
struct FourierPasses {
  static constexpr int capacity = 16;
  static constexpr int last_radix = 8;
  struct Pass {
    int radix;
    int part;
  };

  int length;
  int half;
  int count = 0;
  Pass passes[capacity] = {};

  /// For a length as padded_row_length gives it: 16, 32, 64 ... times 1, 3, 5, 9 or 15. The first
  /// radix is 1 to 5; from the second pass on, parts are powers of two.
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

  /// Which frequency of a spectrum lies at `place`.
  [[nodiscard]] PYRONN_HOST_DEVICE int frequency(int place) const {
    int result = place / half;
    int stride = 2;
    int rest = place % half;
    for (int n = 0; n < count; ++n) {
      result += rest / passes[n].part * stride;
      rest %= passes[n].part;
      stride *= passes[n].radix;
    }
    return result;
  }
};

/// What the passes over a row read, in memory of the device.
struct FourierTables {
  /// e^(-2 pi i j k / span) at j part + k, for each pass from runs of `span` to runs of `part`:
  /// those of all passes lie side by side.
  Complex* twiddles;
  float* response;  ///< in the order of the spectrum, divided by the length
};

/// Makes both tables, one place of each an item.
struct MakeFourierTables {
  using Block = BlockShape<128, 1, 1>;

  FourierPasses passes;
  float const* response;  ///< of the frequencies from 0 to half the length
  FourierTables tables;

  [[nodiscard]] Extents<3> items() const { return {passes.length, 1, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    int const frequency = passes.frequency(item[0]);
    tables.response[item[0]] =
        response[min(frequency, passes.length - frequency)] / static_cast<float>(passes.length);
    tables.twiddles[item[0]] = twiddle(item[0]);
  }

 private:
  [[nodiscard]] __device__ Complex twiddle(int place) const {
    int span = passes.length;
    int part = passes.half;
    for (int n = 0; place < part && n < passes.count; ++n) {
      span = part;
      part = passes.passes[n].part;
    }
    double sine = 0;
    double cosine = 0;
    sincospi(2.0 * (place / part) * (place % part) / span, &sine, &cosine);
    return {static_cast<float>(cosine), static_cast<float>(-sine)};
  }
};

}  // namespace pyronn::detail
