// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// subset_order: in which order a pass takes the subsets of views.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>

namespace pyronn {

/// In which order a pass takes the subsets, of which subset s of S has the views s, s + S, s + 2 S
/// and so on. Subsets that follow one another should differ much in direction; every pass of a
/// solver takes the same order.
enum class SubsetOrder {
  sequential,    ///< as they are numbered
  random,        ///< shuffled, with a seed
  bit_reversed,  ///< by numbers whose bits are read backwards: 0 4 2 6 1 5 3 7; H. Guan, R. Gordon,
                 ///< Phys. Med. Biol. 39 (1994), for numbers of subsets that are powers of 2
  golden,        ///< each a golden section of all of them on, or the next that is left; T. Kohler,
                 ///< IEEE Nucl. Sci. Symp. Conf. Rec. (2004)
};

namespace detail {

inline std::vector<int> shuffled(int count, std::uint64_t seed) {
  std::vector<int> result(static_cast<std::size_t>(count));
  std::iota(result.begin(), result.end(), 0);
  // Not std::shuffle, whose order differs between standard libraries.
  std::mt19937_64 engine{seed};
  for (std::size_t left = result.size(); left > 1; --left) {
    std::swap(result[left - 1], result[static_cast<std::size_t>(engine() % left)]);
  }
  return result;
}

inline std::vector<int> bit_reversed(int count) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < count) ++bits;
  std::vector<int> result;
  for (std::int64_t n = 0; n < std::int64_t{1} << bits; ++n) {
    std::int64_t reversed = 0;
    for (int bit = 0; bit < bits; ++bit) reversed = reversed * 2 + (n >> bit & 1);
    if (reversed < count) result.push_back(static_cast<int>(reversed));
  }
  return result;
}

inline std::vector<int> by_golden_section(int count) {
  constexpr double section = 0.6180339887498949;
  std::set<int> left;
  for (int n = 0; n < count; ++n) left.insert(left.end(), n);
  std::vector<int> result;
  for (int n = 0; n < count; ++n) {
    double const turns = n * section;
    auto const fraction = turns - static_cast<double>(static_cast<std::int64_t>(turns));
    auto next = left.lower_bound(static_cast<int>(fraction * count));
    if (next == left.end()) next = left.begin();
    result.push_back(*next);
    left.erase(next);
  }
  return result;
}

}  // namespace detail

/// The numbers 0 to subsets - 1 in an order, the same on every platform; `seed` is that of
/// SubsetOrder::random. Throws InvalidArgument unless there is at least one subset.
[[nodiscard]] inline std::vector<int> subset_order(SubsetOrder order, int subsets,
                                                   std::uint64_t seed = 1) {
  detail::expects(subsets >= 1, "subset_order: subsets ", subsets, " must be at least 1");
  switch (order) {
    case SubsetOrder::random:
      return detail::shuffled(subsets, seed);
    case SubsetOrder::bit_reversed:
      return detail::bit_reversed(subsets);
    case SubsetOrder::golden:
      return detail::by_golden_section(subsets);
    case SubsetOrder::sequential:
      break;
  }
  std::vector<int> result(static_cast<std::size_t>(subsets));
  std::iota(result.begin(), result.end(), 0);
  return result;
}

}  // namespace pyronn
