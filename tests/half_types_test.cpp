// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Numbers of 16 bits: how they are rounded and widened.
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <Eigen/Core>
#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"

using pyronn::BFloat16;
using pyronn::Extents;
using pyronn::Half;

namespace {

/// Reads and writes elements where the executor works.
template <class From, class To>
struct Convert {
  using Block = pyronn::BlockShape<128, 1, 1>;

  From const* from;
  To* to;

  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const {
    pyronn::detail::write_or_add(to[item[0]], pyronn::detail::load_float(from, item[0]), false);
  }
};

template <class To, class From>
std::vector<To> on_executor(std::vector<From> const& values) {
  Extents<1> const extents{static_cast<int>(values.size())};
  test::Array<From, 1> source{extents, values};
  test::Array<To, 1> target{extents};
  test::executor().for_each({extents[0], 1, 1},
                            Convert<From, To>{source.view().data, target.view().data});
  return target.values();
}

/// Numbers between all neighbours of a 16-bit type, and halfway between them.
std::vector<float> numbers_to_round(float (*widen)(std::uint16_t)) {
  std::vector<float> result{0.0F,      -0.0F,     std::numeric_limits<float>::infinity(),
                            test::nan, 65519.99F, 65520.0F,
                            1e10F,     -1e38F,    1e-40F,
                            3e38F};
  for (unsigned n = 0; n < 0x7f80; ++n) {
    double const low = static_cast<double>(widen(static_cast<std::uint16_t>(n)));
    double const high = static_cast<double>(widen(static_cast<std::uint16_t>(n + 1)));
    if (!std::isfinite(high)) break;
    for (double const way : {0.25, 0.5, 0.5 + 1e-3, 1.0}) {
      auto const value = static_cast<float>(low + way * (high - low));
      result.push_back(value);
      result.push_back(-value);
    }
  }
  return result;
}

bool is_same(float a, float b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

/// A type of ours against Eigen's, everywhere.
template <class T, class Peer>
void check_conversions(std::vector<float> const& numbers) {
  std::vector<T> all;
  for (unsigned n = 0; n < 0x10000; ++n) {
    T value;
    value.bits = static_cast<std::uint16_t>(n);
    all.push_back(value);
  }
  int wrong = 0;
  auto const widened = on_executor<float>(all);
  for (unsigned n = 0; n < 0x10000; ++n) {
    auto const expected =
        static_cast<float>(Eigen::numext::bit_cast<Peer>(static_cast<std::uint16_t>(n)));
    wrong += is_same(widened[n], expected) && is_same(all[n], expected) ? 0 : 1;
  }
  BOOST_TEST(wrong == 0);
  auto const rounded = on_executor<T>(numbers);
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    auto const expected = static_cast<float>(static_cast<Peer>(numbers[n]));
    wrong += is_same(rounded[n], expected) && is_same(T{numbers[n]}, expected) ? 0 : 1;
  }
  BOOST_TEST(wrong == 0);
}

float half_of_bits(unsigned bits) {
  Half half;
  half.bits = static_cast<std::uint16_t>(bits);
  return half;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(half_types, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(half_rounds_to_the_nearest) {
  check_conversions<Half, Eigen::half>(numbers_to_round([](std::uint16_t bits) {
    return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(bits));
  }));
}

BOOST_AUTO_TEST_CASE(bfloat16_rounds_to_the_nearest) {
  check_conversions<BFloat16, Eigen::bfloat16>(numbers_to_round([](std::uint16_t bits) {
    return static_cast<float>(Eigen::numext::bit_cast<Eigen::bfloat16>(bits));
  }));
}

/// Frameworks set this for whole threads.
BOOST_AUTO_TEST_CASE(subnormal_halves_are_read_where_floats_are_flushed) {
#if defined(__SSE2__)
  std::vector<float> expected;
  for (unsigned n = 0; n < 0x10000; ++n) expected.push_back(half_of_bits(n));
  unsigned const mode = _mm_getcsr();
  _mm_setcsr(mode | 0x8040U);  // subnormal floats are read as 0 and written as 0
  int wrong = 0;
  for (unsigned n = 0; n < 0x10000; ++n) {
    wrong += is_same(half_of_bits(n), expected[n]) ? 0 : 1;
    float const value = expected[n];
    wrong += std::isnan(value) || Half{value}.bits == n ? 0 : 1;
  }
  _mm_setcsr(mode);
  BOOST_TEST(wrong == 0);
#else
  BOOST_TEST_MESSAGE("left out: no way to flush subnormal numbers is known here");
#endif
}

BOOST_AUTO_TEST_SUITE_END()
