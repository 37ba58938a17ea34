// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <type_traits>

#include <pyronn/backend/cuda/detail/fourier/butterfly.cuh>
#include <pyronn/backend/cuda/detail/fourier/filter_rows.cuh>
#include <pyronn/backend/cuda/detail/fourier/passes.cuh>
#include <pyronn/backend/cuda/detail/fourier/row_transform.cuh>
#include <pyronn/backend/cuda/executor.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/filter/ramp.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

/// Filters with Fourier transforms that are part of the kernel: from pixel to filtered pixel a
/// number does not leave its multiprocessor, unless rows are too long for that. Around a library's
/// transforms it would travel through memory eight times, twice as long as its row.
template <>
struct RowFilterBackend<CudaExecutor> {
  static std::size_t bytes(CudaExecutor const& executor, Extents<3> scan, std::size_t limit) {
    Layout const layout{FourierPasses{padded_row_length(scan[0])}};
    if (layout.row_bytes <= executor.max_shared_bytes()) return layout.table_bytes;
    return layout.table_bytes + min(layout.rows_in(limit), num_pairs(scan)) * layout.row_bytes;
  }

  template <class Weights>
  static void apply(CudaExecutor const& executor, RowFilterTask<Weights> const& task,
                    Workspace<CudaExecutor>& workspace) {
    FourierPasses const passes{padded_row_length(task.filtered.extents[0])};
    Layout const layout{passes};
    auto* const twiddles = reinterpret_cast<Complex*>(workspace.data());
    FourierTables const tables{twiddles, reinterpret_cast<float*>(twiddles + passes.length)};
    MakeFourierTables const make_tables{passes, task.response, tables};
    executor.for_each(make_tables.items(), make_tables);
    std::size_t const row = layout.row_bytes;
    if (row <= most_short_bytes) {
      filter(executor, task, passes, tables, ShortRows{row}, most_blocks);
    } else if (row <= executor.max_shared_bytes()) {
      filter(executor, task, passes, tables, LongRows{row, nullptr}, most_blocks);
    } else {
      filter(executor, task, passes, tables, LongRows{row, workspace.data() + layout.table_bytes},
             layout.rows_in(workspace.bytes()));
    }
  }

 private:
  /// Rows for which many small blocks are faster than few large ones.
  static constexpr std::size_t most_short_bytes = std::size_t{44} << 10;
  static constexpr std::size_t most_blocks = std::size_t{1} << 16;

  /// The workspace begins with the tables; rows of blocks follow that shared memory cannot hold.
  struct Layout {
    std::size_t table_bytes;
    std::size_t row_bytes;

    explicit Layout(FourierPasses const& passes)
        : table_bytes{aligned(static_cast<std::size_t>(passes.length) *
                              (sizeof(Complex) + sizeof(float)))},
          row_bytes{aligned(static_cast<std::size_t>(BankPadding{passes}(passes.length)) *
                            sizeof(Complex))} {}

    /// How many rows a workspace has room for: no more than the second-level cache may hold, and
    /// one at least.
    [[nodiscard]] std::size_t rows_in(std::size_t bytes) const {
      constexpr std::size_t most_bytes = std::size_t{32} << 20;
      std::size_t const rest = max(min(bytes, most_bytes), table_bytes) - table_bytes;
      return max<std::size_t>(rest / row_bytes, 1);
    }

    static std::size_t aligned(std::size_t bytes) {
      constexpr std::size_t alignment = 512;
      return (bytes + (alignment - 1)) / alignment * alignment;
    }
  };

  static std::size_t num_pairs(Extents<3> scan) {
    return (static_cast<std::size_t>(scan[1]) * static_cast<std::size_t>(scan[2]) + 1) / 2;
  }

  /// As many views a launch as their weights and the numbers of their rows have room for.
  template <class Weights, class Rows>
  static void filter(CudaExecutor const& executor, RowFilterTask<Weights> const& task,
                     FourierPasses const& passes, FourierTables const& tables, Rows const& rows,
                     std::size_t blocks) {
    Extents<3> const scan = task.filtered.extents;
    int const max_views = clamp((1 << 30) / scan[1], 1, Weights::capacity);
    for (int first = 0; first < scan[2]; first += max_views) {
      int const count = min(max_views, scan[2] - first);
      auto const weights = task.weights.table(first, count);
      auto const filtered = task.filtered.slices(first, count);
      FilterRows<std::decay_t<decltype(weights)>, Rows> const filter_rows{
          weights,  task.projections.slices(first, count),
          filtered, task.columns_before,
          passes,   tables,
          rows,     static_cast<unsigned>(min(blocks, num_pairs(filtered.extents)))};
      executor.for_each(filter_rows.items(), filter_rows);
    }
  }
};

}  // namespace pyronn::detail
