// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Filtering of detector rows on cores.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/backend/cpu/detail/fourier/row_numbers.hpp>
#include <pyronn/backend/cpu/detail/fourier/row_transforms.hpp>
#include <pyronn/backend/cpu/detail/fourier/tables.hpp>
#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/recon/filter/detail/fourier_passes.hpp>
#include <pyronn/recon/filter/ramp.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

/// Weights and filters rows, as many side by side as an item has. Rows of one view are followed by
/// those of the next, as a view of the plane has but one. Rows that are not wanted become 0.
template <class Weights>
struct FilterRowsOnHost {
  RowFilterTask<Weights> task;
  FourierPasses passes;
  RowTables tables;

  [[nodiscard]] Extents<3> items() const {
    std::int64_t const most = max(num_rows(), num_rows(rows_left_out()));
    std::int64_t const count = (most - 1) / rows_per_item + 1;
    auto const along_x = static_cast<int>(min<std::int64_t>(count, most_along_x));
    return {along_x, static_cast<int>((count - 1) / along_x + 1), 1};
  }

  void operator()(Vec<int, 3> item) const {
    std::int64_t const first = (std::int64_t{item[1]} * most_along_x + item[0]) * rows_per_item;
    clear(first);
    auto const count = static_cast<int>(min<std::int64_t>(rows_per_item, num_rows() - first));
    if (count <= 0) return;
    std::vector<RowNumbers> numbers(static_cast<std::size_t>(passes.length));
    Rows rows{};
    for (int n = 0; n < count; ++n) {
      rows.v[n] = task.rows.first + static_cast<int>((first + n) % task.rows.count);
      rows.view[n] = static_cast<int>((first + n) / task.rows.count);
    }
    RowScales scales;
    load(rows, count, numbers.data(), scales);
    for (int n = 0; n < passes.half; ++n) scales.divide(numbers[static_cast<std::size_t>(n)]);
    RowTransforms{passes, tables, numbers.data()}.filter();
    store(rows, count, numbers.data(), scales);
  }

 private:
  static constexpr int rows_per_item = RowNumbers::rows;
  static constexpr int most_along_x = 1 << 20;
  static constexpr int columns_at_a_time = 64;

  struct Rows {
    int v[rows_per_item];
    int view[rows_per_item];
  };
  using Columns = float[rows_per_item][columns_at_a_time];

  [[nodiscard]] std::int64_t num_rows(int of_view) const {
    return std::int64_t{of_view} * task.projections.extents[2];
  }
  [[nodiscard]] std::int64_t num_rows() const { return num_rows(task.rows.count); }
  [[nodiscard]] int rows_left_out() const { return task.projections.extents[1] - task.rows.count; }

  /// Some of the rows that are left out, from the first on.
  void clear(std::int64_t first) const {
    int const of_view = rows_left_out();
    std::int64_t const end = min(first + rows_per_item, num_rows(of_view));
    for (std::int64_t row = first; row < end; ++row) {
      auto const n = static_cast<int>(row % of_view);
      int const v = n < task.rows.first ? n : n + task.rows.count;
      std::fill_n(&task.filtered(0, v, static_cast<int>(row / of_view)), task.filtered.extents[0],
                  0.0F);
    }
  }

  /// Calls `work(first, columns)` for some columns at a time.
  template <class Work>
  static void for_each_columns(int count, Work const& work) {
    for (int first = 0; first < count; first += columns_at_a_time) {
      work(first, min(columns_at_a_time, count - first));
    }
  }

  /// Weights rows and pads them with zeros; finds their largest magnitudes.
  void load(Rows const& rows, int count, RowNumbers* numbers, RowScales& scales) const {
    Columns columns = {};
    for_each_columns(task.projections.extents[0], [&](int first, int length) {
      weight(rows, count, first, length, columns);
      for (int k = 0; k < length; ++k) {
        int const at = task.columns_before + first + k;
        float(&samples)[rows_per_item] = numbers[at / 2].part[at % 2];
        for (int n = 0; n < rows_per_item; ++n) samples[n] = columns[n][k];
        scales.include(samples);
      }
    });
  }

  void weight(Rows const& rows, int count, int first, int length, Columns& weighted) const {
    float redundancy[columns_at_a_time];
    for (int n = 0; n < count; ++n) {
      int const view = rows.view[n];
      auto const v = static_cast<float>(rows.v[n]);
      if (n == 0 || view != rows.view[n - 1] || !task.weights.rows_share_redundancy(view)) {
        for (int k = 0; k < length; ++k) {
          redundancy[k] = task.weights.redundancy(static_cast<float>(first + k), v, view);
        }
      }
      float const of_row = task.weights.of_row(v, view);
      float const* const pixels = &task.projections(first, rows.v[n], view);
      for (int k = 0; k < length; ++k) {
        float const of_ray = task.weights.of_ray(static_cast<float>(first + k), v, view);
        weighted[n][k] = of_row * of_ray * redundancy[k] * pixels[k];
      }
    }
  }

  void store(Rows const& rows, int count, RowNumbers const* numbers,
             RowScales const& scales) const {
    Columns columns;
    for_each_columns(task.filtered.extents[0], [&](int first, int length) {
      for (int k = 0; k < length; ++k) {
        float samples[rows_per_item];
        std::copy_n(numbers[(first + k) / 2].part[(first + k) % 2], rows_per_item, samples);
        scales.multiply(samples);
        for (int n = 0; n < rows_per_item; ++n) columns[n][k] = samples[n];
      }
      for (int n = 0; n < count; ++n) {
        std::copy_n(columns[n], length, &task.filtered(first, rows.v[n], rows.view[n]));
      }
    });
  }
};

template <>
struct RowFilterBackend<CpuBackend> {
  static constexpr bool leaves_rows_out = true;

  static std::size_t table_bytes(int columns) { return RowTables::bytes(passes_of(columns)); }

  template <class Executor>
  static void make_tables(Executor const& executor, int columns, float const* response,
                          std::byte* memory) {
    FourierPasses const passes = passes_of(columns);
    MakeRowTables const make{passes, response, RowTables::in(memory, passes)};
    executor.for_each(make.items(), make);
  }

  /// Nothing is uploaded: cores read the response where the host has it.
  static std::size_t upload_bytes(int) { return 0; }
  template <class Executor>
  static void upload(Executor const&, std::vector<float> const&, std::byte*) {}
  static float const* uploaded(std::vector<float> const& response, std::byte*) {
    return response.data();
  }

  template <class Executor>
  static std::size_t scratch_bytes(Executor const&, Extents<3>, std::size_t) {
    return 0;
  }

  /// How many kernels apply() runs for filtered projections of these extents.
  static int launches(Extents<3>, ViewGrouping, int) { return 1; }

  template <class Weights, class Executor>
  static void apply(Executor const& executor, RowFilterTask<Weights> task, std::byte* tables,
                    Workspace<Executor>&) {
    task.rows.count = min(task.rows.count, task.projections.extents[1] - task.rows.first);
    FourierPasses const passes = passes_of(task.filtered.extents[0]);
    FilterRowsOnHost<Weights> const kernel{task, passes, RowTables::in(tables, passes)};
    executor.for_each(kernel.items(), kernel);
  }

 private:
  /// A real row travels as half as many complex numbers.
  static FourierPasses passes_of(int columns) {
    return FourierPasses{padded_row_length(columns) / 2};
  }
};

}  // namespace pyronn::detail
