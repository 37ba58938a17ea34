// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the Fourier transform of a padded row is cut into passes, and the tables that these read.
/// Every pass works in place, and the spectrum has an order of its own, which a filter does not
/// mind: the inverse passes are the transposes of the forward ones, in reverse order. W. M.
/// Gentleman, G. Sande, "Fast Fourier transforms - for fun and profit", AFIPS Fall Joint Computer
/// Conference (1966).
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/fourier/butterfly.cuh>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

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

  /// `length_` is a result of padded_row_length: 16, 32, 64 ... times 1, 3, 5, 9 or 15. The first
  /// radix is 1 to 5, and from the second pass on strides are powers of two.
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
};

/// The tables that passes read, in device memory.
struct FourierTables {
  /// The factors e^(-2 pi i j k / span), at the index j * stride + k, of each pass that turns runs
  /// of `span` numbers into runs of `stride` numbers. The index is in [stride, span) where j > 0,
  /// so that one table holds the factors of all passes.
  Complex* twiddles;
  float* response;  ///< the response in the order of the spectrum, divided by the length
};

/// Makes both tables; an item is one element of each.
struct MakeFourierTables {
  using Block = BlockShape<128, 1, 1>;

  FourierPasses passes;
  float const* response;  ///< at the frequencies 0, ..., length / 2
  FourierTables tables;

  [[nodiscard]] Extents<3> items() const { return {passes.length, 1, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    int const frequency = passes.frequency(item[0]);
    tables.response[item[0]] =
        response[min(frequency, passes.length - frequency)] / static_cast<float>(passes.length);
    tables.twiddles[item[0]] = twiddle(item[0]);
  }

 private:
  [[nodiscard]] __device__ Complex twiddle(int index) const {
    int span = passes.length;
    int stride = passes.half;
    for (int n = 0; index < stride && n < passes.count; ++n) {
      span = stride;
      stride = passes.passes[n].stride;
    }
    double sine = 0;
    double cosine = 0;
    sincospi(2.0 * (index / stride) * (index % stride) / span, &sine, &cosine);
    return {static_cast<float>(cosine), static_cast<float>(-sine)};
  }
};

}  // namespace pyronn::detail
