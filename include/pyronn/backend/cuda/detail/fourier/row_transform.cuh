// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RowTransform: filters one row by a Fourier transform and its inverse.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <type_traits>

#include <pyronn/backend/cuda/detail/fourier/tables.cuh>
#include <pyronn/core/config.hpp>
#include <pyronn/recon/filter/detail/butterfly.hpp>
#include <pyronn/recon/filter/detail/fourier_passes.hpp>

namespace pyronn::detail {

/// Calls `call(std::integral_constant<int, radix>{})`, where `radix` must be one of `Radices`.
template <int... Radices, class Call>
__device__ void with_radix(int radix, Call const& call) {
  static_cast<void>(
      ((radix == Radices && (call(std::integral_constant<int, Radices>{}), true)) || ...));
}

/// The index of a row's numbers in memory, with padding against bank conflicts: one element after
/// every 16 is not used, so that threads whose numbers are neighbours, or 8 apart, access different
/// banks of shared memory. The few lengths in which runs may begin between multiples of 16 have no
/// padding. In both cases the distance in memory of two numbers of a butterfly is the same for
/// every run.
class BankPadding {
 public:
  explicit PYRONN_HOST_DEVICE BankPadding(FourierPasses const& passes)
      : shift_{passes.half % 16 == 0 ? 4 : 31} {}

  [[nodiscard]] PYRONN_HOST_DEVICE int operator()(int n) const { return n + (n >> shift_); }

 private:
  int shift_;
};

/// A padded row in shared memory, or in device memory, that the `Threads` threads of a block filter
/// together, in place.
template <int Threads>
class RowTransform {
 public:
  __device__ RowTransform(Complex* row, FourierPasses const& passes, FourierTables const& tables)
      : row_{row}, passes_{passes}, tables_{tables}, padded_index_{passes} {}

  /// Number n of the lower half. Only this half is to be set; the upper one counts as zeros.
  [[nodiscard]] __device__ Complex& at(int n) const { return row_[padded_index_(n)]; }

  /// Filters `change(value)` of the numbers of the lower half, and calls `write(n, value)` with the
  /// results, whose real and imaginary parts are exchanged. The caller must synchronise the block
  /// before and after.
  template <class Change, class Write>
  __device__ void filter(Change const& change, Write const& write) const {
    with_radix<1, 2, 3, 4, 5>(passes_.passes[0].radix, [&](auto radix) {
      first_pass<decltype(radix)::value>(passes_.passes[0].stride, change);
    });
#pragma unroll 1
    for (int n = 1; n < passes_.count - 1; ++n) {
      with_radix<2, 3, 4, 5, 8>(passes_.passes[n].radix, [&](auto radix) {
        forward_pass<decltype(radix)::value>(passes_.passes[n].stride);
      });
    }
    apply_response();
#pragma unroll 1
    for (int n = passes_.count - 2; n > 0; --n) {
      with_radix<2, 3, 4, 5, 8>(passes_.passes[n].radix, [&](auto radix) {
        inverse_pass<decltype(radix)::value>(passes_.passes[n].stride);
      });
    }
    with_radix<1, 2, 3, 4, 5>(passes_.passes[0].radix, [&](auto radix) {
      last_pass<decltype(radix)::value>(passes_.passes[0].stride, write);
    });
  }

 private:
  [[nodiscard]] __device__ Complex* upper_half() const {
    return row_ + padded_index_(passes_.half);
  }

  /// The first forward pass, which makes both halves from the lower one.
  template <int Radix, class Change>
  __device__ void first_pass(int stride, Change const& change) const {
#pragma unroll 1
    for (int k = static_cast<int>(threadIdx.x); k < stride; k += Threads) {
      Complex* const lower = row_ + padded_index_(k);
      Complex* const upper = upper_half() + padded_index_(k);
      Complex even[Radix];
      Complex odd[Radix];
      for (int j = 0; j < Radix; ++j) {
        even[j] = change(lower[padded_index_(j * stride)]);
        odd[j] = even[j] * tables_.twiddles[passes_.half + j * stride + k];
      }
      Butterfly<Radix>::transform(even);
      Butterfly<Radix>::transform(odd);
      for (int j = 0; j < Radix; ++j) {
        apply_twiddle(j, stride, k, even[j], odd[j]);
        lower[padded_index_(j * stride)] = even[j];
        upper[padded_index_(j * stride)] = odd[j];
      }
    }
    __syncthreads();
  }

  /// The last inverse pass: the transpose of `first_pass`.
  template <int Radix, class Write>
  __device__ void last_pass(int stride, Write const& write) const {
#pragma unroll 1
    for (int k = static_cast<int>(threadIdx.x); k < stride; k += Threads) {
      Complex const* const lower = row_ + padded_index_(k);
      Complex const* const upper = upper_half() + padded_index_(k);
      Complex even[Radix];
      Complex odd[Radix];
      for (int j = 0; j < Radix; ++j) {
        even[j] = lower[padded_index_(j * stride)];
        odd[j] = upper[padded_index_(j * stride)];
        apply_twiddle(j, stride, k, even[j], odd[j]);
      }
      Butterfly<Radix>::transform(even);
      Butterfly<Radix>::transform(odd);
      for (int j = 0; j < Radix; ++j) {
        int const n = j * stride + k;
        write(n, even[j] + odd[j] * tables_.twiddles[passes_.half + n]);
      }
    }
  }

  __device__ void apply_twiddle(int j, int stride, int k, Complex& even, Complex& odd) const {
    if (j == 0) return;
    Complex const twiddle = tables_.twiddles[j * stride + k];
    even = even * twiddle;
    odd = odd * twiddle;
  }

  /// A forward pass: turns each run into `Radix` runs of `stride` numbers.
  template <int Radix>
  __device__ void forward_pass(int stride) const {
    each_butterfly<Radix>(stride, [](Complex(&x)[Radix], Complex const(&twiddles)[Radix]) {
      Butterfly<Radix>::transform(x);
      for (int j = 1; j < Radix; ++j) x[j] = x[j] * twiddles[j];
    });
  }

  /// An inverse pass: the transpose of `forward_pass`.
  template <int Radix>
  __device__ void inverse_pass(int stride) const {
    each_butterfly<Radix>(stride, [](Complex(&x)[Radix], Complex const(&twiddles)[Radix]) {
      for (int j = 1; j < Radix; ++j) x[j] = x[j] * twiddles[j];
      Butterfly<Radix>::transform(x);
    });
  }

  template <int Radix, class Change>
  __device__ void each_butterfly(int stride, Change const& change) const {
    int const log_part = __ffs(stride) - 1;
    // For a stride of 8 the numbers of a run lie in the same banks as those of the next run, but
    // not as those of the run after it. So half a warp works on a run and the one after the next,
    // where the number of runs is a multiple of four.
    bool const swaps = stride == 8 && passes_.length % 256 == 0;
#pragma unroll 1
    for (int n = static_cast<int>(threadIdx.x); n < passes_.length / Radix; n += Threads) {
      int run = n >> log_part;
      int const k = n - run * stride;
      if (swaps) run = (run & ~3) | ((run & 1) << 1) | ((run >> 1) & 1);
      Complex* const first = row_ + padded_index_(run * (Radix * stride) + k);
      Complex x[Radix];
      Complex twiddles[Radix];
      for (int j = 1; j < Radix; ++j) twiddles[j] = tables_.twiddles[j * stride + k];
      for (int j = 0; j < Radix; ++j) x[j] = first[padded_index_(j * stride)];
      change(x, twiddles);
      for (int j = 0; j < Radix; ++j) first[padded_index_(j * stride)] = x[j];
    }
    __syncthreads();
  }

  /// The last forward pass, the product with the response, and the first inverse pass, which is the
  /// same as the forward one after real and imaginary parts are exchanged.
  __device__ void apply_response() const {
    constexpr int radix = FourierPasses::last_radix;
#pragma unroll 1
    for (int n = static_cast<int>(threadIdx.x); n < passes_.length / radix; n += Threads) {
      auto const* const response = reinterpret_cast<float4 const*>(tables_.response) + 2 * n;
      float4 const low = response[0];
      float4 const high = response[1];
      float const factors[radix] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
      Complex* const first = row_ + padded_index_(radix * n);
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
  BankPadding padded_index_;
};

}  // namespace pyronn::detail
