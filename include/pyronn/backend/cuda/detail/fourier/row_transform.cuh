// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <type_traits>

#include <pyronn/backend/cuda/detail/fourier/butterfly.cuh>
#include <pyronn/backend/cuda/detail/fourier/passes.cuh>
#include <pyronn/core/config.hpp>

namespace pyronn::detail {

/// Calls `call(std::integral_constant<int, radix>{})`; `radix` must be one of `Radices`.
template <int... Radices, class Call>
__device__ void with_radix(int radix, Call const& call) {
  static_cast<void>(
      ((radix == Radices && (call(std::integral_constant<int, Radices>{}), true)) || ...));
}

/// Where the numbers of a row lie. After every 16 a place stays free, so that threads whose numbers
/// are neighbours, or 8 apart, find them in different banks of shared memory. In the few lengths
/// where a run may begin between multiples of 16, no place stays free: a number `part` further on
/// is always as many places further on, wherever a run begins.
class BankPadding {
 public:
  explicit PYRONN_HOST_DEVICE BankPadding(FourierPasses const& passes)
      : shift_{passes.half % 16 == 0 ? 4 : 31} {}

  [[nodiscard]] PYRONN_HOST_DEVICE int operator()(int n) const { return n + (n >> shift_); }

 private:
  int shift_;
};

/// A padded row that the `Threads` threads of a block filter together, where it lies: in shared
/// memory, or in memory of the device.
template <int Threads>
class RowTransform {
 public:
  __device__ RowTransform(Complex* row, FourierPasses const& passes, FourierTables const& tables)
      : row_{row}, passes_{passes}, tables_{tables}, place_{passes} {}

  /// Number n of the lower half, which is all that there is to set.
  [[nodiscard]] __device__ Complex& at(int n) const { return row_[place_(n)]; }

  /// Takes `change(value)` of the row's lower half and calls `write(n, value)` for its numbers when
  /// they are filtered, with real and imaginary parts exchanged. Nothing is synchronised before or
  /// after.
  template <class Change, class Write>
  __device__ void filter(Change const& change, Write const& write) const {
    with_radix<1, 2, 3, 4, 5>(passes_.passes[0].radix, [&](auto radix) {
      begin<decltype(radix)::value>(passes_.passes[0].part, change);
    });
#pragma unroll 1
    for (int n = 1; n < passes_.count - 1; ++n) {
      with_radix<2, 3, 4, 5, 8>(passes_.passes[n].radix, [&](auto radix) {
        divide<decltype(radix)::value>(passes_.passes[n].part);
      });
    }
    apply_response();
#pragma unroll 1
    for (int n = passes_.count - 2; n > 0; --n) {
      with_radix<2, 3, 4, 5, 8>(passes_.passes[n].radix, [&](auto radix) {
        join<decltype(radix)::value>(passes_.passes[n].part);
      });
    }
    with_radix<1, 2, 3, 4, 5>(passes_.passes[0].radix, [&](auto radix) {
      end<decltype(radix)::value>(passes_.passes[0].part, write);
    });
  }

 private:
  [[nodiscard]] __device__ Complex* upper_half() const { return row_ + place_(passes_.half); }

  /// The first pass, from the lower half to both.
  template <int Radix, class Change>
  __device__ void begin(int part, Change const& change) const {
#pragma unroll 1
    for (int k = static_cast<int>(threadIdx.x); k < part; k += Threads) {
      Complex* const lower = row_ + place_(k);
      Complex* const upper = upper_half() + place_(k);
      Complex even[Radix];
      Complex odd[Radix];
      for (int j = 0; j < Radix; ++j) {
        even[j] = change(lower[place_(j * part)]);
        odd[j] = even[j] * tables_.twiddles[passes_.half + j * part + k];
      }
      Butterfly<Radix>::transform(even);
      Butterfly<Radix>::transform(odd);
      for (int j = 0; j < Radix; ++j) {
        apply_twiddle(j, part, k, even[j], odd[j]);
        lower[place_(j * part)] = even[j];
        upper[place_(j * part)] = odd[j];
      }
    }
    __syncthreads();
  }

  /// The transpose of `begin`.
  template <int Radix, class Write>
  __device__ void end(int part, Write const& write) const {
#pragma unroll 1
    for (int k = static_cast<int>(threadIdx.x); k < part; k += Threads) {
      Complex const* const lower = row_ + place_(k);
      Complex const* const upper = upper_half() + place_(k);
      Complex even[Radix];
      Complex odd[Radix];
      for (int j = 0; j < Radix; ++j) {
        even[j] = lower[place_(j * part)];
        odd[j] = upper[place_(j * part)];
        apply_twiddle(j, part, k, even[j], odd[j]);
      }
      Butterfly<Radix>::transform(even);
      Butterfly<Radix>::transform(odd);
      for (int j = 0; j < Radix; ++j) {
        int const n = j * part + k;
        write(n, even[j] + odd[j] * tables_.twiddles[passes_.half + n]);
      }
    }
  }

  __device__ void apply_twiddle(int j, int part, int k, Complex& even, Complex& odd) const {
    if (j == 0) return;
    Complex const twiddle = tables_.twiddles[j * part + k];
    even = even * twiddle;
    odd = odd * twiddle;
  }

  /// A pass from runs to `Radix` runs of `part` each.
  template <int Radix>
  __device__ void divide(int part) const {
    each_butterfly<Radix>(part, [](Complex(&x)[Radix], Complex const(&twiddles)[Radix]) {
      Butterfly<Radix>::transform(x);
      for (int j = 1; j < Radix; ++j) x[j] = x[j] * twiddles[j];
    });
  }

  /// The transpose of `divide`.
  template <int Radix>
  __device__ void join(int part) const {
    each_butterfly<Radix>(part, [](Complex(&x)[Radix], Complex const(&twiddles)[Radix]) {
      for (int j = 1; j < Radix; ++j) x[j] = x[j] * twiddles[j];
      Butterfly<Radix>::transform(x);
    });
  }

  template <int Radix, class Change>
  __device__ void each_butterfly(int part, Change const& change) const {
    int const log_part = __ffs(part) - 1;
    // Runs of eights share banks with the next, but not with the one after it: half a warp takes
    // those two, where the number of runs is a multiple of four.
    bool const swaps = part == 8 && passes_.length % 256 == 0;
#pragma unroll 1
    for (int n = static_cast<int>(threadIdx.x); n < passes_.length / Radix; n += Threads) {
      int run = n >> log_part;
      int const k = n - run * part;
      if (swaps) run = (run & ~3) | ((run & 1) << 1) | ((run >> 1) & 1);
      Complex* const first = row_ + place_(run * (Radix * part) + k);
      Complex x[Radix];
      Complex twiddles[Radix];
      for (int j = 1; j < Radix; ++j) twiddles[j] = tables_.twiddles[j * part + k];
      for (int j = 0; j < Radix; ++j) x[j] = first[place_(j * part)];
      change(x, twiddles);
      for (int j = 0; j < Radix; ++j) first[place_(j * part)] = x[j];
    }
    __syncthreads();
  }

  /// The last pass, the response, and the first pass back, which is the same as forward once real
  /// and imaginary parts are exchanged.
  __device__ void apply_response() const {
    constexpr int radix = FourierPasses::last_radix;
#pragma unroll 1
    for (int n = static_cast<int>(threadIdx.x); n < passes_.length / radix; n += Threads) {
      auto const* const response = reinterpret_cast<float4 const*>(tables_.response) + 2 * n;
      float4 const low = response[0];
      float4 const high = response[1];
      float const factors[radix] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
      Complex* const first = row_ + place_(radix * n);
      Complex x[radix];
      for (int j = 0; j < radix; ++j) x[j] = first[j];
      Butterfly<radix>::transform(x);
      for (int j = 0; j < radix; ++j) x[j] = {factors[j] * x[j].im, factors[j] * x[j].re};
      Butterfly<radix>::transform(x);
      for (int j = 0; j < radix; ++j) first[j] = x[j];
    }
    __syncthreads();
  }

  Complex* row_;
  FourierPasses const& passes_;
  FourierTables const& tables_;
  BankPadding place_;
};

}  // namespace pyronn::detail
