// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/cuda/executor.cuh>
#include <pyronn/cuda/fft_plans.cuh>
#include <pyronn/cuda/row_pairs.cuh>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/ramp_filter.hpp>
#include <pyronn/recon/row_filter.hpp>

namespace pyronn::detail {

/// Filters with cuFFT, a batch of views at a time: small enough to stay in the second-level cache,
/// large enough that launches do not count.
template <>
struct RowFilterBackend<CudaExecutor> {
  /// No plan is made: calls ask for this too, and none but the first may do more than queue
  /// kernels.
  static std::size_t bytes(CudaExecutor const&, Extents<3> scan, std::size_t limit) {
    return max(layout(scan, views_in_batch(scan, limit)).bytes, least_bytes(scan));
  }

  template <class Weights>
  static void apply(CudaExecutor const& executor, RowFilterTask<Weights> const& task,
                    Workspace<CudaExecutor>& workspace) {
    Extents<3> const scan = task.filtered.extents;
    Plans& plans = find_plans(workspace, scan);
    for (int first = 0; first < scan[2]; first += plans.views) {
      int const count = min(plans.views, scan[2] - first);
      filter_batch(executor, task, first, count, plans, workspace.data());
    }
  }

 private:
  struct Plans {
    Plans(Extents<3> scan_, int views_)
        : scan{scan_},
          views{views_},
          pairs{padded_row_length(scan_[0]), num_pairs(scan_, views_)} {}

    Extents<3> scan;  ///< the share of the scan that these plans suit
    int views;        ///< in a batch
    RowTransforms pairs;
  };

  /// Where in the workspace scales and cuFFT's work area follow the padded rows.
  struct Layout {
    std::size_t scales;
    std::size_t work;
    std::size_t bytes;
  };

  static constexpr int max_views = 512;
  static constexpr int max_rows = 2 * 65535;  ///< in pairs along the second axis of a launch

  static constexpr std::size_t cached_bytes = std::size_t{32} << 20;

  static int num_pairs(Extents<3> scan, int views) { return (scan[1] * views + 1) / 2; }

  static std::size_t row_bytes(Extents<3> scan) {
    return static_cast<std::size_t>(padded_row_length(scan[0])) * sizeof(float);
  }

  static Layout layout(Extents<3> scan, int views, std::size_t work_bytes = 0) {
    constexpr std::size_t alignment = 512;
    auto const after = [](std::size_t start, std::size_t size) {
      return (start + size + (alignment - 1)) / alignment * alignment;
    };
    auto const rows = 2 * static_cast<std::size_t>(num_pairs(scan, views));
    std::size_t const scales = after(0, rows * row_bytes(scan));
    std::size_t const work = after(scales, rows * sizeof(float));
    return {scales, work, after(work, work_bytes)};
  }

  static Layout layout(Plans const& plans) {
    return layout(plans.scan, plans.views, plans.pairs.work_bytes());
  }

  /// For long rows cuFFT wants a work area, at most as large as the rows. A batch is halved until
  /// it fits beside that.
  static std::size_t least_bytes(Extents<3> scan) {
    return layout(scan, 1, layout(scan, 1).scales).bytes;
  }

  /// Batches are equally large, but for the last.
  static int views_in_batch(Extents<3> scan, std::size_t limit) {
    std::size_t const most_bytes = min(limit, cached_bytes);
    auto const most =
        static_cast<std::size_t>(min(scan[2], min(max_views, max(1, max_rows / scan[1]))));
    std::size_t const fit = most_bytes / (row_bytes(scan) * static_cast<std::size_t>(scan[1]));
    auto views = static_cast<int>(clamp<std::size_t>(fit, 1, most));
    while (views > 1 && layout(scan, views).bytes > most_bytes) --views;
    int const batches = (scan[2] - 1) / views + 1;
    return (scan[2] - 1) / batches + 1;
  }

  /// The plans that suit a share of a scan and fit into the workspace, made when first asked for.
  static Plans& find_plans(Workspace<CudaExecutor>& workspace, Extents<3> scan) {
    using Kept = std::vector<std::unique_ptr<Plans>>;
    std::shared_ptr<void>& kept = workspace.resources().filter_plans;
    if (!kept) kept = std::make_shared<Kept>();
    Kept& all = *static_cast<Kept*>(kept.get());
    for (std::unique_ptr<Plans> const& plans : all) {
      if (plans->scan == scan && layout(*plans).bytes <= workspace.bytes()) return *plans;
    }
    int views = views_in_batch(scan, workspace.bytes());
    auto plans = std::make_unique<Plans>(scan, views);
    while (layout(*plans).bytes > workspace.bytes()) {
      if (views == 1) {
        throw OutOfMemory(message("pyronn: cuFFT asks for a work area of ",
                                  plans->pairs.work_bytes(), " bytes for rows of ",
                                  plans->pairs.length()));
      }
      views = (views + 1) / 2;
      plans = std::make_unique<Plans>(scan, views);
    }
    all.push_back(std::move(plans));
    return *all.back();
  }

  template <class Weights>
  static void filter_batch(CudaExecutor const& executor, RowFilterTask<Weights> const& task,
                           int first, int count, Plans& plans, std::byte* memory) {
    static_assert(Weights::capacity >= max_views, "A batch is weighted in one launch.");
    Layout const places = layout(plans);
    RowPairs const pairs{reinterpret_cast<float2*>(memory),
                         reinterpret_cast<float*>(memory + places.scales), plans.pairs.length()};
    auto const weights = task.weights.table(first, count);
    PairRows<std::decay_t<decltype(weights)>> const pair_rows{
        weights, task.projections.slices(first, count), pairs, task.columns_before};
    executor.for_each(pair_rows.items(plans.pairs.rows()), pair_rows);
    plans.pairs.forward(pairs.values, memory + places.work, executor.stream());
    ApplyResponse const apply{pairs, task.response, 1.0F / static_cast<float>(pairs.length)};
    executor.for_each(apply.items(plans.pairs.rows()), apply);
    plans.pairs.inverse(pairs.values, memory + places.work, executor.stream());
    PartRows const part_rows{pairs, task.filtered.slices(first, count)};
    executor.for_each(part_rows.items(), part_rows);
  }
};

}  // namespace pyronn::detail
