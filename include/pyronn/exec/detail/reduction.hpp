// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sums over arrays in double, and largest terms. The order of additions depends only on the number
/// of elements.
///
/// The elements are cut into chunks of rows of `reduction_lanes` elements. Each lane of a chunk
/// adds up its column of elements; the lanes of one item are added up in the item, the items' sums
/// by `Fold`. On cores one item has a whole chunk, in warps an item has one lane of it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/detail/scalar.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

inline constexpr int reduction_lanes = 32;
/// How many rows an item loads before it adds them up.
inline constexpr int rows_at_a_time = 16;

/// The number of rows in a chunk, and the number of chunks: enough of them to fill a GPU, each with
/// enough rows to be worth an item.
struct Chunks {
  std::int64_t rows;
  int count;
};

inline constexpr std::int64_t least_rows_of_chunk = 64;
inline constexpr std::int64_t most_chunks = 2048;

inline std::int64_t rows_of(std::int64_t elements) {
  return (elements + (reduction_lanes - 1)) / reduction_lanes;
}

inline Chunks chunks_of(std::int64_t elements) {
  std::int64_t const rows = rows_of(elements);
  constexpr std::int64_t step = most_chunks * rows_at_a_time;
  std::int64_t const chunk =
      std::max(least_rows_of_chunk, (rows + (step - 1)) / step * rows_at_a_time);
  return {chunk, static_cast<int>((rows + (chunk - 1)) / chunk)};
}

/// The most chunks of so many elements or of fewer, some of which may be cut into more.
inline int most_chunks_of(std::int64_t elements) {
  std::int64_t const smallest =
      (rows_of(elements) + (least_rows_of_chunk - 1)) / least_rows_of_chunk;
  return static_cast<int>(std::min(most_chunks, smallest));
}

/// The terms of a sum of elements, of squares and of products.
template <class X>
struct ElementTerm {
  X const* x;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    return static_cast<double>(load_number(x, i));
  }
};
template <class X>
struct SquareTerm {
  X const* x;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    auto const value = static_cast<double>(load_number(x, i));
    return value * value;
  }
};
template <class X, class Y>
struct ProductTerm {
  X const* x;
  Y const* y;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    return static_cast<double>(load_number(x, i)) * static_cast<double>(load_number(y, i));
  }
};

/// What two terms become.
struct Added {
  static PYRONN_HOST_DEVICE double of(double a, double b) { return a + b; }
};
/// Of terms that are not negative.
struct Larger {
  static PYRONN_HOST_DEVICE double of(double a, double b) { return a < b ? b : a; }
};

/// Makes one sum in each item: the sum of `Width` lanes of a chunk.
template <class Term, int Width, class Join = Added>
struct SumChunks {
  using Block = BlockShape<256, 1, 1>;
  static constexpr int items_per_chunk = reduction_lanes / Width;

  Term term;
  std::int64_t count;
  Chunks chunks;
  double* sums;

  [[nodiscard]] Extents<3> items() const { return {chunks.count * items_per_chunk, 1, 1}; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    Term const term_at = term;
    std::int64_t const end_of_array = count;
    std::int64_t row = item[0] / items_per_chunk * chunks.rows;
    std::int64_t const end = row + chunks.rows;
    std::int64_t const whole_rows = min(end, end_of_array / reduction_lanes);
    int const first_lane = item[0] % items_per_chunk * Width;
    std::int64_t first = row * reduction_lanes + first_lane;
    double lanes[Width] = {};
    for (; row + rows_at_a_time <= whole_rows; row += rows_at_a_time) {
      for (int n = 0; n < rows_at_a_time; ++n) {
        for (int lane = 0; lane < Width; ++lane) {
          lanes[lane] = Join::of(lanes[lane], term_at(first + (n * reduction_lanes + lane)));
        }
      }
      first += std::int64_t{rows_at_a_time} * reduction_lanes;
    }
    for (; row < end && first < end_of_array; ++row, first += reduction_lanes) {
      for (int lane = 0; lane < Width && first + lane < end_of_array; ++lane) {
        lanes[lane] = Join::of(lanes[lane], term_at(first + lane));
      }
    }
    double total = 0;
    for (double const lane : lanes) total = Join::of(total, lane);
    sums[item[0]] = total;
  }
};

struct Unchanged {
  PYRONN_HOST_DEVICE double operator()(double sum) const { return sum; }
};
struct SquareRoot {
  PYRONN_HOST_DEVICE double operator()(double sum) const { return std::sqrt(sum); }
};

/// Adds up sums: item n of `folds` adds up the sums n, n + folds, ... and applies `Finish`.
template <class Finish, class Result, class Join = Added>
struct Fold {
  using Block = BlockShape<32, 1, 1>;

  double const* sums;
  int count;
  int folds;
  Result* results;

  [[nodiscard]] Extents<3> items() const { return {folds, 1, 1}; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    constexpr int at_a_time = 16;
    double total = 0;
    int n = item[0];
    for (; n + (at_a_time - 1) * folds < count; n += at_a_time * folds) {
      double values[at_a_time];
      for (int i = 0; i < at_a_time; ++i) values[i] = sums[n + i * folds];
      for (int half = at_a_time / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; ++i) values[i] = Join::of(values[i], values[i + half]);
      }
      total = Join::of(total, values[0]);
    }
    for (; n < count; n += folds) total = Join::of(total, sums[n]);
    results[item[0]] = static_cast<Result>(Finish{}(total));
  }
};

/// How an executor reduces an array: into how many sums, and into how many folds of these sums
/// before the last fold; 0 folds where one item adds up all sums.
template <class Executor>
struct ReductionPlan {
  static constexpr int width = reduction_lanes / std::min(warp_size_v<Executor>, reduction_lanes);

  Chunks chunks;
  int sums;
  int folds = 0;

  explicit ReductionPlan(std::int64_t elements) : ReductionPlan{chunks_of(elements)} {}

  /// Of these chunks, whatever their rows are.
  explicit ReductionPlan(Chunks of) : chunks{of}, sums{chunks.count * (reduction_lanes / width)} {
    constexpr int sums_of_an_item = 256;
    if (1 < warp_size_v<Executor> && sums > sums_of_an_item) {
      folds = (sums + (sums_of_an_item - 1)) / sums_of_an_item;
    }
  }

  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(sums + folds) * sizeof(double);
  }
  /// What is enough for fewer elements, too.
  [[nodiscard]] static std::size_t most_bytes(std::int64_t elements) {
    return ReductionPlan{Chunks{least_rows_of_chunk, most_chunks_of(elements)}}.bytes();
  }
};

/// Of executors whose arrays are parts of larger ones that others have the rest of: sums wait on
/// the host.
template <class Executor>
using SumOverRanks = decltype(std::declval<Executor const&>().sum_over_ranks(0.0));

/// How many elements an array has together with its other parts.
template <class Executor>
std::int64_t elements_over_ranks(Executor const& executor, std::int64_t own) {
  if constexpr (is_detected_v<SumOverRanks, Executor>) {
    return static_cast<std::int64_t>(executor.sum_over_ranks(static_cast<double>(own)));
  } else {
    static_cast<void>(executor);
    return own;
  }
}

/// What the numbers of all ranks become.
template <class Join, class Executor>
double join_ranks(Executor const& executor, double own) {
  if constexpr (std::is_same_v<Join, Larger>) {
    return executor.largest_over_ranks(own);
  } else {
    return executor.sum_over_ranks(own);
  }
}

/// Writes Finish of the sum of all terms to `*result`, or with Larger of the largest one. Throws
/// OutOfMemory for a workspace that is too small and InvalidArgument for a result that the executor
/// cannot reach.
template <class Finish, class Join = Added, class Executor, class Term, class Result>
void reduce(Executor const& executor, VectorNames const& names, Term const& term,
            std::int64_t elements, Result* result, Workspace<Executor>& workspace) {
  static_assert(std::is_same_v<Result, float> || std::is_same_v<Result, double>,
                "What a sum comes to is a float or a double.");
  using Plan = ReductionPlan<Executor>;
  Plan const plan{elements};
  if (workspace.bytes() < plan.bytes()) {
    throw OutOfMemory(message("pyronn::", names.function, ": the workspace has ", workspace.bytes(),
                              " bytes and must have ", plan.bytes(), " for ", elements,
                              " elements"));
  }
  workspace.check_order(executor, names.function);
  executor.check_reachable(result, names.scalar);
  auto* sums = reinterpret_cast<double*>(workspace.data());
  int count = plan.sums;
  if (elements > 0) {
    SumChunks<Term, Plan::width, Join> const kernel{term, elements, plan.chunks, sums};
    executor.for_each(kernel.items(), kernel);
  }
  if (plan.folds > 0) {
    Fold<Unchanged, double, Join> const kernel{sums, count, plan.folds, sums + count};
    executor.for_each(kernel.items(), kernel);
    sums += count;
    count = plan.folds;
  }
  if constexpr (is_detected_v<SumOverRanks, Executor>) {
    double own = 0;
    if (count > 0) {
      // Its one item has read all before it writes.
      Fold<Unchanged, double, Join> const last{sums, count, 1, sums};
      executor.for_each(last.items(), last);
      HostCopy<backend_t<Executor>>::to_host(executor, sums, 1, &own);
    }
    auto const all = static_cast<Result>(Finish{}(join_ranks<Join>(executor, own)));
    HostCopy<backend_t<Executor>>::from_host(executor, &all, 1, result);
  } else {
    Fold<Finish, Result, Join> const last{sums, count, 1, result};
    executor.for_each(last.items(), last);
  }
}

}  // namespace pyronn::detail
