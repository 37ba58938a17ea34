// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Sums over arrays, against sums in double on the host.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>

#include "support/numbers.hpp"
#include "support/vectors.hpp"

using pyronn::Quotient;
using test::random_positive;
using test::random_stored;
using test::Storages;
using test::Vector;

namespace {

struct Sums {
  double dot;
  double norm;
  double sum;
};

bool operator==(Sums const& a, Sums const& b) {
  return a.dot == b.dot && a.norm == b.norm && a.sum == b.sum;
}

/// All reductions, one after another with the same workspace.
template <class Executor, class View>
void queue_sums(Executor const& executor, View x, View y, double* results,
                pyronn::Workspace<Executor>& workspace) {
  pyronn::dot(executor, x, y, results, workspace);
  pyronn::norm(executor, x, results + 1, workspace);
  pyronn::sum(executor, x, results + 2, workspace);
}

template <class T>
Sums sums_of(Vector<T>& x, Vector<T>& y) {
  auto const& executor = test::executor();
  pyronn::Workspace<test::Executor> workspace{
      executor, pyronn::reduction_workspace_bytes(executor, x.view().count())};
  test::Array<double, 1> results{{4}, -7.0};
  queue_sums(executor, x.view(), y.view(), results.view().data, workspace);
  std::vector<double> const found = results.values();
  BOOST_TEST(found[3] == -7.0);
  return {found[0], found[1], found[2]};
}

/// All sizes and one whose chunks are longer than the shortest.
std::vector<int> more_sizes() {
  std::vector<int> result{std::begin(test::sizes), std::end(test::sizes)};
  result.push_back(5000011);
  return result;
}

/// The sum of x y, compensated: what every addition rounds away is added up, too. A. Neumaier,
/// Z. Angew. Math. Mech. 54 (1974).
double exact_dot(std::vector<float> const& x, std::vector<float> const& y) {
  double sum = 0;
  double lost = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const term = static_cast<double>(x[i]) * static_cast<double>(y[i]);
    double const next = sum + term;
    lost += std::abs(sum) >= std::abs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  return sum + lost;
}

/// Cuts arrays as an executor with warps does.
struct WarpBackend {
  static constexpr int warp_size = 32;
};
struct InWarps : pyronn::CpuExecutor {
  using CpuExecutor::CpuExecutor;
  using Backend = WarpBackend;
};
static_assert(pyronn::warp_size_v<InWarps> == 32);

}  // namespace

BOOST_AUTO_TEST_SUITE(vector_sums, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(sums_are_those_of_doubles, T, Storages) {
  for (int const size : more_sizes()) {
    BOOST_TEST_CONTEXT(size << " elements") {
      Vector<T> x{random_positive<T>(1, size)};
      Vector<T> y{random_positive<T>(2, size)};
      Sums const found = sums_of(x, y);
      std::vector<float> const values = x.values();
      double const product = exact_dot(values, y.values());
      double const norm = std::sqrt(exact_dot(values, values));
      double const sum = exact_dot(values, std::vector<float>(values.size(), 1.0F));
      BOOST_TEST(std::abs(found.dot - product) <= 3e-15 * product);
      BOOST_TEST(std::abs(found.norm - norm) <= 3e-15 * norm);
      BOOST_TEST(std::abs(found.sum - sum) <= 3e-15 * sum);
    }
  }
}

/// None is left out or counted twice.
BOOST_AUTO_TEST_CASE(every_element_counts_once) {
  for (int const size : {1, 33, 2049, 70001, 300007}) {
    std::vector<float> counted(static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) counted[static_cast<std::size_t>(i)] = static_cast<float>(i + 1);
    Vector<float> x{counted};
    Vector<float> ones{std::vector<float>(counted.size(), 1.0F)};
    Sums const found = sums_of(x, ones);
    double const n = size;
    // Whole numbers below 2^53: no order of additions rounds.
    BOOST_TEST(found.sum == n * (n + 1) / 2);
    BOOST_TEST(found.dot == n * (n + 1) / 2);
    BOOST_TEST(sums_of(ones, ones).norm == std::sqrt(n));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_run_has_the_same_bits, T, Storages) {
  for (int const size : test::sizes) {
    Vector<T> x{random_stored<T>(3, size)};
    Vector<T> y{random_stored<T>(4, size)};
    Sums const first = sums_of(x, y);
    for (int repeat = 0; repeat < 3; ++repeat) BOOST_TEST((sums_of(x, y) == first));
  }
}

/// A sum does not depend on where its array begins.
BOOST_AUTO_TEST_CASE_TEMPLATE(alignment_does_not_matter, T, Storages) {
  std::vector<T> values = random_stored<T>(5, 70001);
  Vector<T> x{values};
  values.insert(values.begin(), T{});
  Vector<T> longer{values};
  pyronn::ArrayView<T, 1> const shifted{longer.view().data + 1, {70001}};
  auto const& executor = test::executor();
  pyronn::Workspace<test::Executor> workspace{executor,
                                              pyronn::reduction_workspace_bytes(executor, 70001)};
  test::Array<double, 1> results{{3}};
  queue_sums(executor, shifted, shifted, results.view().data, workspace);
  std::vector<double> const found = results.values();
  BOOST_TEST((Sums{found[0], found[1], found[2]} == sums_of(x, x)));
}

BOOST_AUTO_TEST_CASE(results_may_be_floats) {
  Vector<float> x{random_stored<float>(6, 3001)};
  auto const& executor = test::executor();
  pyronn::Workspace<test::Executor> workspace{executor,
                                              pyronn::reduction_workspace_bytes(executor, 3001)};
  test::Array<float, 1> result{{1}};
  pyronn::norm(executor, x.view(), result.view().data, workspace);
  BOOST_TEST(result.values()[0] == static_cast<float>(sums_of(x, x).norm));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(vector_sums_on_cores)

BOOST_AUTO_TEST_CASE(any_cut_gives_the_same) {
  pyronn::CpuExecutor const in_rows{2};
  InWarps const in_warps{2};
  for (int const size : more_sizes()) {
    BOOST_TEST_CONTEXT(size << " elements") {
      std::vector<float> x = random_positive<float>(17, size);
      std::vector<float> y = random_positive<float>(18, size);
      auto const run = [&](auto const& executor) {
        std::vector<float> out = y;
        pyronn::ArrayView<float, 1> const a{x.data(), {size}};
        pyronn::ArrayView<float, 1> const b{out.data(), {size}};
        pyronn::Workspace workspace{executor, pyronn::reduction_workspace_bytes(executor, size)};
        double results[3] = {};
        queue_sums(executor, a, b, results, workspace);
        pyronn::axpy(executor, 0.3, a, b);
        return std::pair{std::vector<double>(results, results + 3), out};
      };
      auto const [sums, combined] = run(in_rows);
      auto const [sums_in_warps, combined_in_warps] = run(in_warps);
      BOOST_TEST((combined == combined_in_warps));
      for (int n = 0; n < 3; ++n) {
        auto const i = static_cast<std::size_t>(n);
        BOOST_TEST(std::abs(sums[i] - sums_in_warps[i]) <= 3e-15 * sums[i]);
      }
    }
  }
}

/// From what `elements` need to what several times as many do, chunks become longer now and then,
/// and fewer.
template <class Executor>
void check_workspace_of_fewer(Executor const& executor) {
  std::size_t most_needed = 0;
  for (std::int64_t elements = 1; elements < std::int64_t{1} << 36; elements += elements / 7 + 1) {
    std::size_t const bytes = pyronn::reduction_workspace_bytes(executor, elements);
    std::size_t const needed = pyronn::detail::ReductionPlan<Executor>{elements}.bytes();
    most_needed = std::max(most_needed, needed);
    BOOST_REQUIRE(bytes >= most_needed);
    BOOST_REQUIRE(bytes <= 1 << 20);
  }
}

BOOST_AUTO_TEST_CASE(a_workspace_is_enough_for_fewer_elements) {
  check_workspace_of_fewer(pyronn::CpuExecutor{1});
  check_workspace_of_fewer(InWarps{1});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_do_not_change_a_bit, T, Storages) {
  for (int const size : {1, 2049, 300007}) {
    std::vector<T> x = random_stored<T>(15, size);
    std::vector<T> const y = random_stored<T>(16, size);
    auto const run = [&](int threads) {
      pyronn::CpuExecutor const executor{threads};
      std::vector<T> in = x;
      std::vector<T> out = y;
      pyronn::ArrayView<T, 1> const a{in.data(), {size}};
      pyronn::ArrayView<T, 1> const b{out.data(), {size}};
      pyronn::Workspace<pyronn::CpuExecutor> workspace{
          executor, pyronn::reduction_workspace_bytes(executor, size)};
      double results[4] = {};
      pyronn::axpy(executor, 0.3, a, b);
      queue_sums(executor, a, b, results, workspace);
      pyronn::xpby(executor, a, Quotient{results, results + 1}, b);
      pyronn::norm(executor, b, results + 3, workspace);
      return std::vector<double>(results, results + 4);
    };
    std::vector<double> const expected = run(1);
    for (int threads = 2; threads <= 7; ++threads) BOOST_TEST((run(threads) == expected));
  }
}

BOOST_AUTO_TEST_SUITE_END()
