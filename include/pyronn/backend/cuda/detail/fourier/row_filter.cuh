// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The row filter of the CUDA backend.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/backend/cuda/detail/fourier/butterfly.cuh>
#include <pyronn/backend/cuda/detail/fourier/filter_rows.cuh>
#include <pyronn/backend/cuda/detail/fourier/passes.cuh>
#include <pyronn/backend/cuda/detail/fourier/row_transform.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/filter/ramp.hpp>
#include <pyronn/recon/filter/response.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

/// Filters rows by Fourier transforms inside the kernel: from pixel to filtered pixel a number
/// stays in registers and shared memory of its SM, unless rows are too long for shared memory. With
/// the transforms of a library every row, padded to twice its length, would be read from or written
/// to device memory eight times.
template <>
struct RowFilterBackend<CudaBackend> {
  static std::size_t table_bytes(int columns) {
    return Layout{FourierPasses{padded_row_length(columns)}}.table_bytes;
  }

  template <class Executor>
  static void make_tables(Executor const& executor, int columns, float const* response,
                          std::byte* memory) {
    FourierPasses const passes{padded_row_length(columns)};
    MakeFourierTables const make{passes, response, tables_in(memory, passes)};
    executor.for_each(make.items(), make);
  }

  static std::size_t upload_bytes(int columns) {
    auto const length = static_cast<std::size_t>(filter_response_length(columns));
    return aligned(length * sizeof(float));
  }
  template <class Executor>
  static void upload(Executor const& executor, std::vector<float> const& response,
                     std::byte* memory) {
    write_numbers(executor, response, reinterpret_cast<float*>(memory));
  }
  static float const* uploaded(std::vector<float> const&, std::byte* memory) {
    return reinterpret_cast<float const*>(memory);
  }

  template <class Executor>
  static std::size_t scratch_bytes(Executor const& executor, Extents<3> scan, std::size_t limit) {
    Layout const layout{FourierPasses{padded_row_length(scan[0])}};
    if (layout.row_bytes <= executor.max_shared_bytes()) return 0;
    return min(layout.rows_in(limit), num_pairs(scan, 1)) * layout.row_bytes;
  }

  /// How many kernels apply() queues for filtered projections of these extents.
  static int launches(Extents<3> scan, int group_views, int capacity) {
    int count = 0;
    for_each_launch(scan, group_views, capacity, [&](int, int) { ++count; });
    return count;
  }

  template <class Weights, class Executor>
  static void apply(Executor const& executor, RowFilterTask<Weights> const& task,
                    std::byte* table_memory, Workspace<Executor>& scratch) {
    FourierPasses const passes{padded_row_length(task.filtered.extents[0])};
    FourierTables const tables = tables_in(table_memory, passes);
    Layout const layout{passes};
    std::size_t const row = layout.row_bytes;
    if (row <= most_short_bytes) {
      filter(executor, task, passes, tables, ShortRows{row}, most_blocks);
    } else if (row <= executor.max_shared_bytes()) {
      filter(executor, task, passes, tables, LongRows{row, nullptr}, most_blocks);
    } else {
      filter(executor, task, passes, tables, LongRows{row, scratch.data()},
             layout.rows_in(scratch.bytes()));
    }
  }

 private:
  /// The longest rows for which many small blocks are faster than few large ones.
  static constexpr std::size_t most_short_bytes = std::size_t{44} << 10;
  static constexpr std::size_t most_blocks = std::size_t{1} << 16;

  /// The bytes of the tables, and of one row, which lies in device memory where shared memory is
  /// too small.
  struct Layout {
    std::size_t table_bytes;
    std::size_t row_bytes;

    explicit Layout(FourierPasses const& passes)
        : table_bytes{aligned(static_cast<std::size_t>(passes.length) *
                              (sizeof(Complex) + sizeof(float)))},
          row_bytes{aligned(static_cast<std::size_t>(BankPadding{passes}(passes.length)) *
                            sizeof(Complex))} {}

    /// How many rows are worked on at a time in a workspace of so many bytes: at least one, and no
    /// more than the L2 cache is likely to hold.
    [[nodiscard]] std::size_t rows_in(std::size_t bytes) const {
      constexpr std::size_t most_bytes = std::size_t{32} << 20;
      return max<std::size_t>(min(bytes, most_bytes) / row_bytes, 1);
    }
  };

  static std::size_t aligned(std::size_t bytes) {
    constexpr std::size_t alignment = 512;
    return (bytes + (alignment - 1)) / alignment * alignment;
  }

  static FourierTables tables_in(std::byte* memory, FourierPasses const& passes) {
    auto* const twiddles = reinterpret_cast<Complex*>(memory);
    return {twiddles, reinterpret_cast<float*>(twiddles + passes.length)};
  }

  static std::size_t num_pairs(Extents<3> scan, int group_views) {
    auto const group_rows =
        static_cast<std::size_t>(scan[1]) * static_cast<std::size_t>(group_views);
    return static_cast<std::size_t>(scan[2] / group_views) * ((group_rows + 1) / 2);
  }

  /// Calls `work(first view, views)` for whole groups, or for even parts of each, so that pairs
  /// stay together: for as many views as there is room for weights, and as row numbers allow.
  template <class Work>
  static void for_each_launch(Extents<3> scan, int group_views, int capacity, Work const& work) {
    int const most = clamp((1 << 30) / scan[1], 1, capacity);
    bool const is_whole = most >= group_views;
    int const step = is_whole ? most - most % group_views : max(most - most % 2, 1);
    for (int first = 0; first < scan[2];) {
      int const end = is_whole ? scan[2] : first - first % group_views + group_views;
      int const count = min(step, end - first);
      work(first, count);
      first += count;
    }
  }

  template <class Weights, class Rows, class Executor>
  static void filter(Executor const& executor, RowFilterTask<Weights> const& task,
                     FourierPasses const& passes, FourierTables const& tables, Rows const& rows,
                     std::size_t blocks) {
    Extents<3> const scan = task.filtered.extents;
    for_each_launch(scan, task.group_views, Weights::capacity, [&](int first, int count) {
      auto const weights = task.weights.table(first, count);
      auto const filtered = task.filtered.slices(first, count);
      int const group_views = min(task.group_views, count);
      std::size_t const pairs = num_pairs(filtered.extents, group_views);
      FilterRows<std::decay_t<decltype(weights)>, Rows> const filter_rows{
          weights,
          task.projections.slices(first, count),
          filtered,
          task.columns_before,
          passes,
          tables,
          rows,
          static_cast<unsigned>(scan[1] * group_views),
          static_cast<unsigned>(min(blocks, pairs))};
      executor.for_each(filter_rows.items(), filter_rows);
    });
  }
};

}  // namespace pyronn::detail
