// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Operations on whole arrays, against the same in double on the host.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <string>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/storage.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>

#include "support/numbers.hpp"
#include "support/vectors.hpp"

using pyronn::BFloat16;
using pyronn::Extents;
using pyronn::Half;
using pyronn::Quotient;
using test::random_stored;
using test::Storages;
using test::stored;
using test::Vector;

namespace {

/// What an elementwise operation makes of y.
template <class X, class Y, class Operation>
std::vector<float> applied(std::vector<X> const& x, std::vector<Y> const& y,
                           Operation const& operation) {
  Vector<X> in{x};
  Vector<Y> out{y};
  operation(in.view(), out.view());
  return out.values();
}

/// alpha x + beta y as it should be; one step of rounding to T beside it is right, too.
template <class T>
void check_combination(std::vector<float> const& found, double alpha, std::vector<T> const& x,
                       double beta, std::vector<T> const& y) {
  BOOST_TEST_REQUIRE(found.size() == x.size());
  double const step = std::is_same_v<T, float>  ? 0x1p-23
                      : std::is_same_v<T, Half> ? 0x1p-10
                                                : 0x1p-7;
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const first = alpha * static_cast<double>(static_cast<float>(x[i]));
    double const second = beta * static_cast<double>(static_cast<float>(y[i]));
    double const error = std::abs(static_cast<double>(found[i]) - (first + second));
    // Sums that cancel keep the rounding of their terms in float, and halves have a smallest step.
    double const allowed =
        step * std::abs(first + second) + 0x1p-22 * (std::abs(first) + std::abs(second)) + 0x1p-24;
    worst = std::max(worst, error / allowed);
  }
  BOOST_TEST(worst <= 1.0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vector_operations, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(combinations_are_those_of_doubles, T, Storages) {
  auto const& executor = test::executor();
  for (int const size : test::sizes) {
    BOOST_TEST_CONTEXT(size << " elements") {
      std::vector<T> const x = random_stored<T>(7, size);
      std::vector<T> const y = random_stored<T>(8, size);
      check_combination(applied(x, y, [&](auto a, auto b) { pyronn::axpy(executor, -0.75, a, b); }),
                        -0.75, x, 1, y);
      check_combination(applied(x, y, [&](auto a, auto b) { pyronn::xpby(executor, a, 1.5F, b); }),
                        1, x, 1.5, y);
      check_combination(
          applied(x, y, [&](auto a, auto b) { pyronn::axpby(executor, 3, a, -0.125F, b); }), 3, x,
          -0.125, y);
    }
  }
}

BOOST_AUTO_TEST_CASE(factors_lie_where_the_executor_works) {
  auto const& executor = test::executor();
  std::vector<float> const x = random_stored<float>(9, 4099);
  std::vector<float> const y = random_stored<float>(10, 4099);
  test::Array<double, 1> doubles{{3}, std::vector<double>{3, -8, 0}};
  test::Array<float, 1> floats{{3}, std::vector<float>{3, -8, 0}};
  double* const d = doubles.view().data;
  float const* const f = floats.view().data;
  auto const axpy = [&](auto alpha) {
    return applied(x, y, [&](auto a, auto b) { pyronn::axpy(executor, alpha, a, b); });
  };
  auto const with = [&](float alpha) { return axpy(alpha); };
  BOOST_TEST((axpy(d) == with(3)));
  BOOST_TEST((axpy(f + 1) == with(-8)));
  BOOST_TEST((axpy(Quotient{d, d + 1}) == with(-0.375F)));
  BOOST_TEST((axpy(-Quotient{f, f + 1}) == with(0.375F)));
  // A solver that has arrived divides zero by zero, and stays.
  BOOST_TEST((axpy(Quotient{d + 2, d + 2}) == y));
  BOOST_TEST(!test::all_finite(axpy(Quotient{d, d + 2})));
  auto const xpby = [&](auto beta) {
    return applied(x, y, [&](auto a, auto b) { pyronn::xpby(executor, a, beta, b); });
  };
  BOOST_TEST((xpby(Quotient{d, d + 1}) == xpby(-0.375)));
  BOOST_TEST((xpby(Quotient{d + 2, d + 2}) == x));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(arrays_are_multiplied_and_filled, T, Storages) {
  auto const& executor = test::executor();
  for (int const size : test::sizes) {
    std::vector<T> const x = random_stored<T>(11, size);
    std::vector<T> const y = random_stored<T>(12, size);
    std::vector<float> const product =
        applied(x, y, [&](auto a, auto b) { pyronn::multiply(executor, a, b); });
    std::vector<float> const filled =
        applied(x, y, [&](auto, auto b) { pyronn::fill(executor, b, -0.3F); });
    bool is_product = true;
    for (std::size_t i = 0; i < x.size(); ++i) {
      float const expected = static_cast<float>(x[i]) * static_cast<float>(y[i]);
      is_product = is_product && product[i] == static_cast<float>(static_cast<T>(expected));
    }
    BOOST_TEST(is_product);
    BOOST_TEST((filled == std::vector<float>(x.size(), static_cast<float>(static_cast<T>(-0.3F)))));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(copies_convert, From, Storages) {
  auto const& executor = test::executor();
  auto const check = [&](auto to) {
    using To = decltype(to);
    for (int const size : test::sizes) {
      std::vector<From> const in = random_stored<From>(13, size);
      std::vector<float> const values{in.begin(), in.end()};
      std::vector<To> const expected = stored<To>(values);
      std::vector<float> const found =
          applied(in, std::vector<To>(in.size(), To{}),
                  [&](auto a, auto b) { pyronn::copy(executor, a, b); });
      BOOST_TEST((found == std::vector<float>{expected.begin(), expected.end()}));
    }
  };
  check(float{});
  check(Half{});
  check(BFloat16{});
}

/// Where an array is of double, as all of it were.
BOOST_AUTO_TEST_CASE(doubles_are_combined_in_double) {
  auto const& executor = test::executor();
  Extents<1> const extents{3};
  std::vector<double> const x{0.1, -2.0 / 3, 1e-300};
  std::vector<double> const y{0.7, 1e15, 3e-300};
  std::vector<float> const z{0.1F, -3.0F, 1.0F};
  test::Array<double, 1> in{extents, x};
  test::Array<float, 1> floats{extents, z};
  test::Array<double, 1> factor{extents, {1.0 / 3, 7.0, -0.3}};
  double const* const f = factor.view().data;
  auto const applied = [&](auto const& operation) {
    test::Array<double, 1> out{extents, y};
    operation(in.view(), out.view());
    return out.values();
  };
  auto const with = [&](auto const& value_at) {
    return std::vector<double>{value_at(0), value_at(1), value_at(2)};
  };
  auto const check = [&](std::vector<double> const& found, std::vector<double> const& expected) {
    // Products and sums are rounded one by one, or as one.
    for (std::size_t n = 0; n < 3; ++n) {
      BOOST_TEST(found[n] == expected[n], boost::test_tools::tolerance(1e-15));
    }
  };
  check(applied([&](auto a, auto b) { pyronn::axpy(executor, 0.1, a, b); }),
        with([&](std::size_t n) { return 0.1 * x[n] + y[n]; }));
  check(applied([&](auto a, auto b) { pyronn::axpby(executor, f, a, f + 2, b); }),
        with([&](std::size_t n) { return 1.0 / 3 * x[n] - 0.3 * y[n]; }));
  check(applied([&](auto a, auto b) {
          pyronn::xpby(executor, a, -Quotient{f, f + 1}, b);
        }),
        with([&](std::size_t n) { return x[n] - 1.0 / 3 / 7 * y[n]; }));
  check(applied([&](auto a, auto b) { pyronn::multiply(executor, a, b); }),
        with([&](std::size_t n) { return x[n] * y[n]; }));
  check(applied([&](auto, auto b) { pyronn::axpy(executor, 0.1, floats.view(), b); }),
        with([&](std::size_t n) { return 0.1 * static_cast<double>(z[n]) + y[n]; }));
  check(applied([&](auto a, auto b) { pyronn::copy(executor, a, b); }), x);
  check(applied([&](auto, auto b) { pyronn::fill(executor, b, 0.1); }), {0.1, 0.1, 0.1});
  test::Array<float, 1> rounded{extents};
  pyronn::copy(executor, in.view(), rounded.view());
  BOOST_TEST((rounded.values() == std::vector<float>{0.1F, -2.0F / 3, 0.0F}));

  pyronn::Workspace<test::Executor> workspace{executor,
                                              pyronn::reduction_workspace_bytes(executor, 3)};
  test::Array<double, 1> result{{1}};
  pyronn::norm(executor, in.view(), result.view().data, workspace);
  BOOST_TEST(result.values()[0] == std::sqrt(x[0] * x[0] + x[1] * x[1]),
             boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(arrays_have_any_rank_and_may_be_the_same) {
  auto const& executor = test::executor();
  Extents<4> const extents{7, 5, 3, 2};
  std::vector<float> const values = random_stored<float>(14, 210);
  test::Array<float, 4> x{extents, values};
  test::Array<float, 4> y{extents, 0.0F};
  pyronn::copy(executor, pyronn::ArrayView<float const, 4>{x.view()}, y.view());
  BOOST_TEST((y.values() == values));
  pyronn::axpy(executor, 1, y.view(), y.view());
  BOOST_TEST((y.values() == test::combine(2, values, 0, values)));
  // Neighbours of a part stay as they are.
  pyronn::fill(executor, y.view().slices(1, 1), 9.0F);
  std::vector<float> expected = test::combine(2, values, 0, values);
  std::fill(expected.begin() + 105, expected.end(), 9.0F);
  BOOST_TEST((y.values() == expected));
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_refused) {
  auto const& executor = test::executor();
  test::Array<float, 2> x{{3, 4}};
  test::Array<float, 2> y{{4, 3}, 5.0F};
  test::Array<double, 1> result{{1}, 5.0};
  pyronn::Workspace<test::Executor> workspace{executor,
                                              pyronn::reduction_workspace_bytes(executor, 12)};
  pyronn::Workspace<test::Executor> small{executor, 8};
  pyronn::Workspace<test::Executor> none{executor};
  auto const has = [](char const* text) {
    return [text](std::exception const& error) {
      return std::string{error.what()}.find(text) != std::string::npos;
    };
  };
  double* const out = result.view().data;
  double const* const nowhere = nullptr;
  BOOST_CHECK_EXCEPTION(
      pyronn::copy(executor, x.view(), y.view()), pyronn::InvalidArgument,
      has("pyronn::copy: the arrays' extents (3, 4) and (4, 3) must be the same"));
  BOOST_CHECK_EXCEPTION(pyronn::axpy(executor, 1, x.view(), y.view()), pyronn::InvalidArgument,
                        has("axpy: the arrays' extents (3, 4) and (4, 3)"));
  BOOST_CHECK_EXCEPTION(pyronn::dot(executor, x.view(), y.view(), out, workspace),
                        pyronn::InvalidArgument, has("dot: the arrays' extents (3, 4) and (4, 3)"));
  BOOST_CHECK_EXCEPTION(pyronn::axpy(executor, nowhere, y.view(), y.view()),
                        pyronn::InvalidArgument, has("axpy: factor: the array is a null pointer"));
  BOOST_CHECK_EXCEPTION(pyronn::xpby(executor, y.view(),
                                     Quotient{static_cast<double const*>(out), nowhere}, y.view()),
                        pyronn::InvalidArgument, has("xpby: factor: the array is a null pointer"));
  BOOST_CHECK_EXCEPTION(pyronn::sum(executor, x.view(), static_cast<double*>(nullptr), workspace),
                        pyronn::InvalidArgument, has("sum: result: the array is a null pointer"));
  pyronn::ArrayView<float, 2> const negative{y.view().data, {-4, 3}};
  BOOST_CHECK_EXCEPTION(pyronn::fill(executor, negative, 1), pyronn::InvalidArgument,
                        has("fill: out: the extents (-4, 3) must not be negative"));
  test::Array<float, 1> many{{3000}};
  BOOST_CHECK_EXCEPTION(pyronn::norm(executor, many.view(), out, small), pyronn::OutOfMemory,
                        has("norm: the workspace has 8 bytes and must have "));
  BOOST_CHECK_THROW(pyronn::norm(executor, many.view(), out, none), pyronn::OutOfMemory);
  BOOST_TEST((y.values() == std::vector<float>(12, 5.0F)));
  BOOST_TEST(result.values()[0] == 5.0);
}

BOOST_AUTO_TEST_SUITE_END()
