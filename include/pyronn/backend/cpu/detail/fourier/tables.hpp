// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tables that transforms of rows on cores read.
#include <cmath>
#include <cstddef>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/recon/filter/detail/butterfly.hpp>
#include <pyronn/recon/filter/detail/fourier_passes.hpp>

namespace pyronn::detail {

/// Frequencies k and length - k of the transform of complex numbers x(2n) + i x(2n + 1), which
/// together hold what the transform of a real row x of twice the length has at k and length - k. To
/// multiply that with a real response is to make, of numbers z and z' that lie there,
/// @code
///   of_first z + i across conj(z')    and    of_second z' + i across conj(z)
/// @endcode
struct FrequencyPair {
  int first;   ///< where they lie in the spectrum
  int second;  ///< the same as `first` for frequencies 0 and length / 2
  float of_first;
  float of_second;
  float across;
};

struct RowTables {
  FrequencyPair* pairs;  ///< of frequencies 0, ..., length / 2
  Complex* factors;      ///< of all passes, as FourierPasses::half_turns has them

  static std::size_t bytes(FourierPasses const& passes) {
    auto const length = static_cast<std::size_t>(passes.length);
    return length * sizeof(Complex) + (length / 2 + 1) * sizeof(FrequencyPair);
  }
  static RowTables in(std::byte* memory, FourierPasses const& passes) {
    auto* const factors = reinterpret_cast<Complex*>(memory);
    return {reinterpret_cast<FrequencyPair*>(factors + passes.length), factors};
  }
};

/// Makes both; an item is an element of each.
struct MakeRowTables {
  FourierPasses passes;
  float const* response;  ///< at the frequencies 0, ..., passes.length of a real row
  RowTables tables;

  [[nodiscard]] Extents<3> items() const { return {passes.length, 1, 1}; }

  void operator()(Vec<int, 3> item) const {
    int const n = item[0];
    double const angle = pi * passes.half_turns(n);
    tables.factors[n] = {static_cast<float>(std::cos(angle)), static_cast<float>(-std::sin(angle))};
    if (n <= passes.length / 2) tables.pairs[n] = pair(n);
  }

 private:
  /// The real row has at frequency k the number (z + conj(z')) / 2 - i (z - conj(z')) / 2 w, w =
  /// e^(-pi i k / length).
  [[nodiscard]] FrequencyPair pair(int frequency) const {
    int const length = passes.length;
    double const angle = pi * frequency / length;
    auto const low = static_cast<double>(response[frequency]);
    auto const high = static_cast<double>(response[length - frequency]);
    double const mean = (low + high) / (2.0 * length);
    double const difference = (low - high) / (2.0 * length);
    double const turned = difference * std::sin(angle);
    return {passes.index(frequency), passes.index((length - frequency) % length),
            static_cast<float>(mean - turned), static_cast<float>(mean + turned),
            static_cast<float>(difference * std::cos(angle))};
  }
};

}  // namespace pyronn::detail
