// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The polynomial that corrects beam hardening by water, from the spectrum of a beam.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/preprocess/hardening_polynomial.hpp>
#include <pyronn/simulate/polychromatic_beam.hpp>

namespace pyronn {

/// Attenuation of liquid water at an energy [keV], in 1/mm: J. H. Hubbell and S. M. Seltzer, Tables
/// of X-Ray Mass Attenuation Coefficients, NIST (1995), interpolated between logarithms, within
/// 0.5 %.
/// Throws InvalidArgument for an energy outside 5 to 1000 keV.
[[nodiscard]] inline double water_attenuation(double energy) {
  // keV and cm^2/g; at 1 g/cm^3 that is 1/cm.
  constexpr std::pair<double, double> table[] = {
      {5, 42.58},    {6, 24.64},     {8, 10.37},     {10, 5.329},    {15, 1.673},
      {20, 0.8096},  {30, 0.3756},   {40, 0.2683},   {50, 0.2269},   {60, 0.2059},
      {80, 0.1837},  {100, 0.1707},  {150, 0.1505},  {200, 0.1370},  {300, 0.1186},
      {400, 0.1061}, {500, 0.09687}, {600, 0.08956}, {800, 0.07865}, {1000, 0.07072}};
  detail::expects(energy >= table[0].first && energy <= std::rbegin(table)->first,
                  "water_attenuation: energy ", energy, " must lie between ", table[0].first,
                  " and ", std::rbegin(table)->first, " keV");
  constexpr int count = static_cast<int>(std::size(table));
  int first = 0;
  while (first + 4 < count && table[first + 2].first < energy) ++first;
  // Lagrange's cubic through the four energies about it.
  double logarithm = 0;
  for (int i = first; i < first + 4; ++i) {
    double weight = 1;
    for (int j = first; j < first + 4; ++j) {
      if (j != i)
        weight *= std::log(energy / table[j].first) / std::log(table[i].first / table[j].first);
    }
    logarithm += weight * std::log(table[i].second);
  }
  return 0.1 * std::exp(logarithm);
}

/// What water_hardening_polynomial finds.
struct WaterHardening {
  HardeningPolynomial polynomial;  ///< of line integrals as the beam measures them
  double water;                    ///< what water's attenuation then is [1/mm]
  double worst;  ///< by how much a corrected line through water is off, at most: a part of itself
};

namespace detail {

/// Line integral of a path through one material, as PolychromaticBeam has it.
inline double hardened_line(std::vector<EnergyBin> const& bins, double length) {
  double least = bins[0].attenuation[0];
  for (EnergyBin const& bin : bins) least = std::min(least, bin.attenuation[0]);
  double sum = 0;
  double total = 0;
  for (EnergyBin const& bin : bins) {
    sum += bin.weight * std::exp((least - bin.attenuation[0]) * length);
    total += bin.weight;
  }
  return least * length - std::log(sum / total);
}

/// Solves a symmetric positive definite system of 4 unknowns in place, by elimination.
inline void solve_four(double (&matrix)[4][4], double (&right)[4]) {
  for (int pivot = 0; pivot < 4; ++pivot) {
    for (int row = pivot + 1; row < 4; ++row) {
      double const factor = matrix[row][pivot] / matrix[pivot][pivot];
      for (int c = pivot; c < 4; ++c) matrix[row][c] -= factor * matrix[pivot][c];
      right[row] -= factor * right[pivot];
    }
  }
  for (int row = 3; row >= 0; --row) {
    for (int c = row + 1; c < 4; ++c) right[row] -= matrix[row][c] * right[c];
    right[row] /= matrix[row][row];
  }
}

}  // namespace detail

/// The polynomial a1 p + ... + a4 p^4 that makes of line integrals p, measured through water with a
/// beam of these energies (of one material, water, and weights as the detector counts them), those
/// of water that attenuates by the mean of the beam, which is what thin objects show. It is the one
/// of least squares of relative errors over paths up to `longest` [mm]: beyond it polynomials leave
/// the curve, so name the longest path there is. Throws InvalidArgument where PolychromaticBeam
/// does, for energies of more materials and where water attenuates nothing, and for a length that
/// is not positive or that next to nothing passes.
[[nodiscard]] inline WaterHardening water_hardening_polynomial(std::vector<EnergyBin> const& bins,
                                                               double longest) {
  detail::expects(PolychromaticBeam{bins}.num_materials() == 1,
                  "water_hardening_polynomial: the energies are of several materials; give those "
                  "of water alone");
  double total = 0;
  double water = 0;
  std::vector<EnergyBin> used;
  for (EnergyBin const& bin : bins) {
    if (bin.weight == 0.0) continue;
    used.push_back(bin);
    total += bin.weight;
    water += bin.weight * bin.attenuation[0];
  }
  water /= total;
  detail::expects(water > 0, "water_hardening_polynomial: water attenuates by ", water, " 1/mm");
  detail::expects(std::isfinite(longest) && longest > 0,
                  "water_hardening_polynomial: longest path ", longest,
                  " must be positive and finite [mm]");
  double const most = detail::hardened_line(used, longest);
  constexpr double most_line = 40;  // of which no detector sees the rest
  detail::expects(most <= most_line, "water_hardening_polynomial: of ", longest,
                  " mm of water a line integral of ", most, " is left, which nothing passes; ",
                  "lengths are in mm and attenuation in 1/mm");
  // Of p scaled to 1, relative: a line of 1 = sum c_k t^k p_true^-1, by its equations of normals.
  constexpr int samples = 400;
  double matrix[4][4] = {};
  double right[4] = {};
  for (int i = 1; i <= samples; ++i) {
    double const length = longest * i / samples;
    double const part = detail::hardened_line(used, length) / most;
    double powers[4];
    for (int k = 0; k < 4; ++k) powers[k] = std::pow(part, k + 1) / (water * length);
    for (int row = 0; row < 4; ++row) {
      for (int c = 0; c < 4; ++c) matrix[row][c] += powers[row] * powers[c];
      right[row] += powers[row];
    }
  }
  detail::solve_four(matrix, right);
  WaterHardening result{{}, water, 0};
  result.polynomial.a[0] = 0;
  for (int k = 0; k < 4; ++k) result.polynomial.a[k + 1] = right[k] / std::pow(most, k + 1);
  for (int i = 1; i <= samples; ++i) {
    double const length = longest * i / samples;
    double const corrected = result.polynomial(detail::hardened_line(used, length));
    result.worst = std::max(result.worst, std::abs(corrected / (water * length) - 1));
  }
  return result;
}

}  // namespace pyronn
