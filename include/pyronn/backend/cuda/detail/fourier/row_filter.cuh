// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The row filter of the CUDA backend.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/backend/cuda/detail/fourier/filter_rows.cuh>
#include <pyronn/backend/cuda/detail/fourier/row_transform.cuh>
#include <pyronn/backend/cuda/detail/fourier/tables.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/filter/detail/butterfly.hpp>
#include <pyronn/recon/filter/detail/fourier_passes.hpp>
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
  static constexpr bool leaves_rows_out = true;

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
    return aligned_bytes(length * sizeof(float));
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
    std::size_t const pairs =
        static_cast<std::size_t>(scan[2]) * static_cast<std::size_t>((scan[1] + 1) / 2);
    return min(layout.rows_in(limit), pairs) * layout.row_bytes;
  }

  /// How many kernels apply() queues for filtered projections of these extents.
  static int launches(Extents<3> scan, ViewGrouping grouping, int capacity) {
    int count = 0;
    for_each_launch(scan, grouping, capacity, [&](Launch const&) { ++count; });
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
      filter(executor, task, passes, tables, ShortRows<threads_of_short_rows<Weights>>{row},
             most_blocks);
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
  /// Of a launch, of one view at least.
  static constexpr int most_rows = 1 << 30;

  /// The bytes of the tables, and of one row, which lies in device memory where shared memory is
  /// too small.
  struct Layout {
    std::size_t table_bytes;
    std::size_t row_bytes;

    explicit Layout(FourierPasses const& passes)
        : table_bytes{aligned_bytes(static_cast<std::size_t>(passes.length) *
                                    (sizeof(Complex) + sizeof(float)))},
          row_bytes{aligned_bytes(static_cast<std::size_t>(BankPadding{passes}(passes.length)) *
                                  sizeof(Complex))} {}

    /// How many rows are worked on at a time in a workspace of so many bytes: at least one, and no
    /// more than the L2 cache is likely to hold.
    [[nodiscard]] std::size_t rows_in(std::size_t bytes) const {
      constexpr std::size_t most_bytes = std::size_t{32} << 20;
      return max<std::size_t>(min(bytes, most_bytes) / row_bytes, 1);
    }
  };

  static FourierTables tables_in(std::byte* memory, FourierPasses const& passes) {
    auto* const twiddles = reinterpret_cast<Complex*>(memory);
    return {twiddles, reinterpret_cast<float*>(twiddles + passes.length)};
  }

  /// Some views of a period, and of those that follow it.
  struct Launch {
    int first_view;
    int views;  ///< of each period
    int periods;
  };

  /// Calls `work(launch)` for whole groups, or for even parts of each, so that pairs stay together:
  /// for as many views as there is room for weights, and as row numbers allow.
  template <class Work>
  static void for_each_launch(Extents<3> scan, ViewGrouping grouping, int capacity,
                              Work const& work) {
    auto const [group, period] = grouping;
    int const most = clamp(most_rows / scan[1], 1, capacity);
    bool const is_whole = most >= group;
    int const step = is_whole ? most - most % group : max(most - most % 2, 1);
    int const all_periods = scan[2] / period;
    int const most_periods = max(most_rows / scan[1] / period, 1);
    for (int done = 0; done < all_periods;) {
      int const periods = min(most_periods, all_periods - done);
      int const begin = done * period;
      for (int first = 0; first < period;) {
        int const end = is_whole ? period : first - first % group + group;
        int const count = min(step, end - first);
        work({begin + first, count, periods});
        first += count;
      }
      done += periods;
    }
  }

  template <class Weights, class Rows, class Executor>
  static void filter(Executor const& executor, RowFilterTask<Weights> const& task,
                     FourierPasses const& passes, FourierTables const& tables, Rows const& rows,
                     std::size_t most_blocks_of_rows) {
    Extents<3> const scan = task.filtered.extents;
    for_each_launch(scan, task.grouping, Weights::capacity, [&](Launch const& launch) {
      auto const weights = task.weights.table(launch.first_view, launch.views);
      int const group = min(task.grouping.group, launch.views);
      RowGroups groups{static_cast<unsigned>(scan[1] * group),
                       static_cast<unsigned>(launch.views / group),
                       static_cast<unsigned>(scan[1]) * static_cast<unsigned>(task.grouping.period),
                       static_cast<unsigned>(launch.periods)};
      if (group == 1) {
        int const wanted = min(task.rows.count, scan[1] - task.rows.first);
        groups.leave_out_all_but(static_cast<unsigned>(task.rows.first),
                                 static_cast<unsigned>(wanted));
      }
      FilterRows<std::decay_t<decltype(weights)>, Rows> const filter_rows{
          weights,
          task.projections.slices(launch.first_view, launch.views),
          task.filtered.slices(launch.first_view, launch.views),
          task.columns_before,
          passes,
          tables,
          rows,
          groups,
          static_cast<unsigned>(
              min<std::size_t>(most_blocks_of_rows, max(groups.pairs(), groups.other_pairs())))};
      executor.for_each(filter_rows.items(), filter_rows);
    });
  }
};

}  // namespace pyronn::detail
