// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RowTransforms: filters some rows by Fourier transforms and their inverses.
#include <cstddef>
#include <type_traits>

#include <pyronn/backend/cpu/detail/fourier/row_numbers.hpp>
#include <pyronn/backend/cpu/detail/fourier/tables.hpp>
#include <pyronn/recon/filter/detail/butterfly.hpp>
#include <pyronn/recon/filter/detail/fourier_passes.hpp>

namespace pyronn::detail {

/// Some padded rows that are filtered in place.
class RowTransforms {
 public:
  RowTransforms(FourierPasses const& passes, RowTables const& tables, RowNumbers* numbers)
      : passes_{passes}, tables_{tables}, numbers_{numbers} {}

  /// Filters rows whose samples are numbers 0 to passes.half - 1; those beyond count as zeros.
  void filter() const {
    with_first_radix([&](auto radix) { first_pass<decltype(radix)::value>(); });
    for (int n = 1; n < passes_.count; ++n) {
      with_radix<2, 3, 4, 5, 8>(passes_.passes[n].radix, [&](auto radix) {
        forward_pass<decltype(radix)::value>(passes_.passes[n].stride);
      });
    }
    apply_response();
    for (int n = passes_.count - 1; n > 0; --n) {
      with_radix<2, 3, 4, 5, 8>(passes_.passes[n].radix, [&](auto radix) {
        inverse_pass<decltype(radix)::value>(passes_.passes[n].stride);
      });
    }
    with_first_radix([&](auto radix) { last_pass<decltype(radix)::value>(); });
  }

 private:
  static constexpr int rows = RowNumbers::rows;

  /// Calls `call(std::integral_constant<int, radix>{})`, where `radix` must be one of `Radices`.
  template <int... Radices, class Call>
  static void with_radix(int radix, Call const& call) {
    static_cast<void>(
        ((radix == Radices && (call(std::integral_constant<int, Radices>{}), true)) || ...));
  }
  template <class Call>
  void with_first_radix(Call const& call) const {
    with_radix<1, 2, 3, 4, 5>(passes_.passes[0].radix, call);
  }

  /// Stores at `to` what `change(x)` makes of the numbers x at `from`, `stride` apart, row by row.
  template <int Radix, class Change>
  static void change_each(RowNumbers const* from, RowNumbers* to, std::ptrdiff_t stride,
                          Change const& change) {
    RowNumbers result[Radix];
    for (int row = 0; row < rows; ++row) {
      Complex x[Radix];
      for (int j = 0; j < Radix; ++j) x[j] = from[j * stride].of(row);
      change(x);
      for (int j = 0; j < Radix; ++j) result[j].set(row, x[j]);
    }
    for (int j = 0; j < Radix; ++j) to[j * stride] = result[j];
  }

  /// The factors of the numbers `stride` apart from number k on.
  template <int Radix>
  struct Factors {
    Complex at[Radix];

    Factors(Complex const* factors, std::ptrdiff_t stride) {
      for (int j = 0; j < Radix; ++j) at[j] = factors[j * stride];
    }
    void multiply(Complex (&x)[Radix], int first = 1) const {
      for (int j = first; j < Radix; ++j) x[j] = x[j] * at[j];
    }
  };

  /// The first forward pass, which makes both halves from the lower one.
  template <int Radix>
  void first_pass() const {
    std::ptrdiff_t const stride = passes_.passes[0].stride;
    for (std::ptrdiff_t k = 0; k < stride; ++k) {
      Factors<Radix> const turns{tables_.factors + passes_.half + k, stride};
      Factors<Radix> const factors{tables_.factors + k, stride};
      RowNumbers* const lower = numbers_ + k;
      change_each<Radix>(lower, lower + passes_.half, stride, [&](Complex(&x)[Radix]) {
        turns.multiply(x, 0);
        Butterfly<Radix>::transform(x);
        factors.multiply(x);
      });
      change_each<Radix>(lower, lower, stride, [&](Complex(&x)[Radix]) {
        Butterfly<Radix>::transform(x);
        factors.multiply(x);
      });
    }
  }

  /// The last inverse pass: the transpose of `first_pass`. Its results are no longer exchanged.
  template <int Radix>
  void last_pass() const {
    std::ptrdiff_t const stride = passes_.passes[0].stride;
    for (std::ptrdiff_t k = 0; k < stride; ++k) {
      Factors<Radix> const turns{tables_.factors + passes_.half + k, stride};
      Factors<Radix> const factors{tables_.factors + k, stride};
      RowNumbers* const lower = numbers_ + k;
      RowNumbers* const upper = lower + passes_.half;
      change_each<Radix>(upper, upper, stride, [&](Complex(&x)[Radix]) {
        factors.multiply(x);
        Butterfly<Radix>::transform(x);
        turns.multiply(x, 0);
      });
      change_each<Radix>(lower, lower, stride, [&](Complex(&x)[Radix]) {
        factors.multiply(x);
        Butterfly<Radix>::transform(x);
      });
      for (int j = 0; j < Radix; ++j) {
        RowNumbers const sum = lower[j * stride];
        RowNumbers const more = upper[j * stride];
        for (int row = 0; row < rows; ++row) {
          lower[j * stride].part[0][row] = sum.part[1][row] + more.part[1][row];
          lower[j * stride].part[1][row] = sum.part[0][row] + more.part[0][row];
        }
      }
    }
  }

  /// A forward pass: turns each run into `Radix` runs of `stride` numbers.
  template <int Radix>
  void forward_pass(std::ptrdiff_t stride) const {
    each_butterfly<Radix>(stride, [](Complex(&x)[Radix], Factors<Radix> const& factors) {
      Butterfly<Radix>::transform(x);
      factors.multiply(x);
    });
  }

  /// An inverse pass: the transpose of `forward_pass`.
  template <int Radix>
  void inverse_pass(std::ptrdiff_t stride) const {
    each_butterfly<Radix>(stride, [](Complex(&x)[Radix], Factors<Radix> const& factors) {
      factors.multiply(x);
      Butterfly<Radix>::transform(x);
    });
  }

  template <int Radix, class Change>
  void each_butterfly(std::ptrdiff_t stride, Change const& change) const {
    for (std::ptrdiff_t run = 0; run < passes_.length; run += Radix * stride) {
      for (std::ptrdiff_t k = 0; k < stride; ++k) {
        Factors<Radix> const factors{tables_.factors + k, stride};
        RowNumbers* const first = numbers_ + (run + k);
        change_each<Radix>(first, first, stride, [&](Complex(&x)[Radix]) { change(x, factors); });
      }
    }
  }

  /// Multiplies with the response, and exchanges real and imaginary parts: the inverse transform is
  /// then the same as the forward one.
  void apply_response() const {
    for (int n = 0; n <= passes_.half; ++n) {
      FrequencyPair const pair = tables_.pairs[n];
      RowNumbers const first = numbers_[pair.first];
      RowNumbers const second = numbers_[pair.second];
      RowNumbers of_first;
      RowNumbers of_second;
      for (int row = 0; row < rows; ++row) {
        Complex const z = first.of(row);
        Complex const other = second.of(row);
        of_first.set(row, {pair.of_first * z.im + pair.across * other.re,
                           pair.of_first * z.re + pair.across * other.im});
        of_second.set(row, {pair.of_second * other.im + pair.across * z.re,
                            pair.of_second * other.re + pair.across * z.im});
      }
      numbers_[pair.first] = of_first;
      numbers_[pair.second] = of_second;
    }
  }

  FourierPasses const& passes_;
  RowTables const& tables_;
  RowNumbers* numbers_;
};

}  // namespace pyronn::detail
