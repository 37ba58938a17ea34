// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels that find the stripes of a row, given what all views say of their differences.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/detail/row_difference.hpp>
#include <pyronn/recon/preprocess/detail/shared_edges.hpp>
#include <pyronn/recon/preprocess/detail/single_stripes.hpp>
#include <pyronn/recon/preprocess/detail/stripe_kernels.hpp>

namespace pyronn::detail {

/// A column of the equations for the stripes of a row.
struct StripeEquation {
  double weights[RowDifference::kinds];  ///< of its differences
  double rests[RowDifference::kinds];    ///< what stripes leave of its differences, in scales
  double factors[5];  ///< of the matrix: the diagonal's, and those of the next four columns
  double value;
};

/// The stripes of a row: the most probable ones, if stripes are normally distributed with the row's
/// scale, differences as far as views disagree, and some are wrong, as the edges of a body about
/// the axis make them (weights of Cauchy). An item is a row.
struct SolveStripes {
  using Block = BlockShape<32, 1, 1>;

  ArrayView<StripeDifference const, 3> differences;  ///< (u, v, kind)
  double const* scales;
  ArrayView<float const, 2> isolated;
  double tolerance;   ///< the deviation of fourth differences that are known best, in scales
  double deviations;  ///< within how many of its own a stripe is none
  ArrayView<StripeEquation, 2> equations;
  ArrayView<float, 2> stripes;
  SharedEdges edges;

  static constexpr int bandwidth = 4;
  static constexpr int rounds = 4;
  static constexpr double freedom = 4;
  /// From how many scales on a stripe that is not isolated is doubted, and from how many on it is
  /// none.
  static constexpr double plausible = 3;
  static constexpr double implausible = 5;
  static constexpr double likely = plausible * RowDifference::deviation;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const v = item[0];
    for (int round = 0; round < rounds; ++round) {
      weigh(v, round);
      factorise(v);
      solve(v);
    }
    for (int u = 0; u < stripes.extents[0]; ++u) stripes(u, v) = kept(u, v);
  }

  /// A difference without those of isolated stripes, in scales.
  PYRONN_HOST_DEVICE double difference(RowDifference const& kind, int u, int v) const {
    auto const row = [&](int at) { return static_cast<double>(isolated(at, v)); };
    double const mean = static_cast<double>(differences(u, v, kind.kind).mean);
    return (mean - kind.of(row, u, stripes.extents[0])) / scales[v];
  }

  PYRONN_HOST_DEVICE void weigh(int v, int round) const {
    int const columns = stripes.extents[0];
    auto const row = [&](int at) { return equations(at, v).value; };
    for (int n = 0; n < RowDifference::kinds; ++n) {
      RowDifference const kind{n};
      for (int u = 0; u < columns; ++u) {
        bool const is_there = kind.reaches(u, columns);
        double const value = is_there ? difference(kind, u, v) : 0;
        equations(u, v).rests[n] = round == 0 ? value : value - kind.of(row, u, columns);
      }
    }
    for (int n = 0; n < RowDifference::kinds; ++n) {
      for (int u = 0; u < columns; ++u) equations(u, v).weights[n] = weight({n}, u, v, round);
    }
  }

  PYRONN_HOST_DEVICE double weight(RowDifference const& kind, int u, int v, int round) const {
    // An object bends, which fourth differences see least.
    constexpr double squares_of_kinds[] = {1, 3, 5};
    if (!kind.reaches(u, stripes.extents[0])) return 0;
    double const rest = equations(u, v).rests[kind.kind];
    double const wrong =
        round == 0 ? pyronn::max(rest * rest - likely * likely, 0.0) : rest * rest / freedom;
    double const edge = beside_edge(kind, u, v);
    double const doubt = static_cast<double>(differences(u, v, kind.kind).doubt);
    double const best = squares_of_kinds[kind.kind] * tolerance * tolerance;
    return 1 / (doubt / (scales[v] * scales[v]) + best + wrong + edge * edge);
  }

  /// What an edge in a neighbouring column may leave in this one: of the square root of a distance,
  /// as the chords of a circle are, differences fall with at least its power of -3/2.
  PYRONN_HOST_DEVICE double beside_edge(RowDifference const& kind, int u, int v) const {
    constexpr double parts[] = {0.3, 0.106, 0.058, 0.038, 0.027, 0.02, 0.016, 0.013};
    double most = 0;
    for (int distance = 1; distance <= 8; ++distance) {
      for (int at = u - distance; at <= u + distance; at += 2 * distance) {
        if (at < 0 || at >= stripes.extents[0]) continue;
        double const beyond = pyronn::abs(equations(at, v).rests[kind.kind]) - likely;
        most = pyronn::max(most, parts[distance - 1] * beyond);
      }
    }
    return most;
  }

  /// Makes L D L^T of 1 + F^T W F, F the differences of both kinds and W their weights; then what L
  /// and D leave of F^T W times the differences.
  PYRONN_HOST_DEVICE void factorise(int v) const {
    int const columns = stripes.extents[0];
    for (int u = 0; u < columns; ++u) {
      StripeEquation& at = equations(u, v);
      double row[bandwidth + 1];
      for (int offset = 0; offset <= bandwidth; ++offset) row[offset] = element(u, offset, v);
      double value = right(u, v);
      for (int back = 1; back <= pyronn::min(bandwidth, u); ++back) {
        StripeEquation const& before = equations(u - back, v);
        double const part = before.factors[back] * before.factors[0];
        for (int offset = 0; back + offset <= bandwidth; ++offset) {
          row[offset] -= part * before.factors[back + offset];
        }
        value -= before.factors[back] * before.value;
      }
      at.factors[0] = row[0];
      for (int offset = 1; offset <= bandwidth; ++offset) at.factors[offset] = row[offset] / row[0];
      at.value = value;
    }
  }

  /// The element of the matrix in a column and one that lies `offset` to the right of it.
  PYRONN_HOST_DEVICE double element(int u, int offset, int v) const {
    if (u + offset >= stripes.extents[0]) return 0;
    double sum = offset == 0 ? 1 : 0;
    for_each_difference(u, [&](RowDifference const& kind, int at) {
      if (at < u + offset - kind.reach()) return;
      sum += equations(at, v).weights[kind.kind] * kind.weight<double>(u - at) *
             kind.weight<double>(u + offset - at);
    });
    return sum;
  }

  PYRONN_HOST_DEVICE double right(int u, int v) const {
    double sum = 0;
    for_each_difference(u, [&](RowDifference const& kind, int at) {
      sum += equations(at, v).weights[kind.kind] * kind.weight<double>(u - at) *
             difference(kind, at, v);
    });
    return sum;
  }

  /// Calls `use` with the kinds and columns of the differences that a column has a part in.
  template <class Use>
  PYRONN_HOST_DEVICE void for_each_difference(int u, Use const& use) const {
    int const columns = stripes.extents[0];
    for (int n = 0; n < RowDifference::kinds; ++n) {
      RowDifference const kind{n};
      int const reach = kind.reach();
      int const end = pyronn::min(u + reach + 1, columns - reach);
      for (int at = pyronn::max(u - reach, reach); at < end; ++at) use(kind, at);
    }
  }

  PYRONN_HOST_DEVICE void solve(int v) const {
    int const columns = stripes.extents[0];
    for (int u = columns - 1; u >= 0; --u) {
      StripeEquation& at = equations(u, v);
      double value = at.value / at.factors[0];
      for (int offset = 1; offset <= pyronn::min(bandwidth, columns - 1 - u); ++offset) {
        value -= at.factors[offset] * equations(u + offset, v).value;
      }
      at.value = value;
    }
  }

  /// Of a stripe the less, the nearer it is to an edge that all views share, and the less it is
  /// beyond its own deviations: L. Breiman's non-negative garrote, Technometrics 37 (1995).
  PYRONN_HOST_DEVICE float kept(int u, int v) const {
    int const columns = stripes.extents[0];
    if (columns <= 2 * RowDifference::most_reach) return 0;
    double const scales_of_it = equations(u, v).value;
    double edge = 0;
    for (int kind = 0; kind < RowDifference::kinds; ++kind) {
      double const beyond = pyronn::abs(equations(u, v).rests[kind]) - likely;
      edge = pyronn::max(edge, pyronn::max(beyond, beside_edge({kind}, u, v)));
    }
    double const part =
        smooth_step((implausible - pyronn::abs(scales_of_it)) / (implausible - plausible)) /
        (1 + edge * edge);
    double const stripe = edges.part_of_gains(u, v) *
                          (part * scales_of_it * scales[v] + static_cast<double>(isolated(u, v)));
    int const last = columns - 1 - RowDifference::most_reach;
    int const nearest = pyronn::min(pyronn::max(u, RowDifference::most_reach), last);
    double const chance =
        deviations * deviations / RowDifference::square *
        static_cast<double>(differences(nearest, v, RowDifference::fourth).variance);
    double const square = stripe * stripe;
    return square > chance ? static_cast<float>(stripe * (1 - chance / square)) : 0.0F;
  }
};

}  // namespace pyronn::detail
