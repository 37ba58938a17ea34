// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/cuda/executor.cuh>
#include <pyronn/cuda/fft_plans.cuh>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/tiling.hpp>
#include <pyronn/recon/ramp_filter.hpp>
#include <pyronn/recon/row_filter.hpp>

namespace pyronn::detail {

/// Writes weighted rows of some views, padded with zeros; rows of views beyond the last are zero.
template <class Weights>
struct WeightRows {
  using Block = BlockShape<128, 1, 1>;

  Weights weights;
  ProjectionView<float const> projections;
  float* rows;
  int row_distance;
  int columns_before;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto const row =
        static_cast<std::size_t>(item[2]) * static_cast<std::size_t>(projections.extents[1]) +
        static_cast<std::size_t>(item[1]);
    int const u = item[0] - columns_before;
    bool const is_pixel = u >= 0 && u < projections.extents[0] && item[2] < projections.extents[2];
    rows[row * static_cast<std::size_t>(row_distance) + static_cast<std::size_t>(item[0])] =
        is_pixel ? weights(static_cast<float>(u), static_cast<float>(item[1]), item[2]) *
                       projections(u, item[1], item[2])
                 : 0.0F;
  }
};

/// Multiplies the spectra of rows with a real response.
struct ApplyResponse {
  using Block = BlockShape<128, 1, 1>;

  float2* spectra;
  float const* response;
  int spectrum_length;
  float scale;  ///< of an inverse transform

  __device__ void operator()(Vec<int, 3> item) const {
    float const factor = scale * response[item[0]];
    float2& value =
        spectra[static_cast<std::size_t>(item[1]) * static_cast<std::size_t>(spectrum_length) +
                static_cast<std::size_t>(item[0])];
    value = {value.x * factor, value.y * factor};
  }
};

/// Takes the pixels out of padded rows.
struct CropRows {
  using Block = BlockShape<128, 1, 1>;

  float const* rows;
  int row_distance;
  ProjectionView<float> filtered;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto const row =
        static_cast<std::size_t>(item[2]) * static_cast<std::size_t>(filtered.extents[1]) +
        static_cast<std::size_t>(item[1]);
    filtered(item[0], item[1], item[2]) =
        rows[row * static_cast<std::size_t>(row_distance) + static_cast<std::size_t>(item[0])];
  }
};

/// Filters with cuFFT, a batch of views at a time: small enough to stay in the second-level cache,
/// large enough that launches do not count.
template <>
struct RowFilterBackend<CudaExecutor> {
  static std::size_t bytes(CudaExecutor const&, Extents<3> scan, std::size_t limit) {
    int views = views_in_batch(scan, limit);
    std::size_t needed = Layout{Plans{scan, views}}.bytes;
    while (needed > limit && views > 1) {
      views = (views + 1) / 2;
      needed = Layout{Plans{scan, views}}.bytes;
    }
    return needed;
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
    Plans(Extents<3> scan, int views_)
        : columns{scan[0]},
          share{scan[2]},
          views{views_},
          rows{padded_row_length(scan[0]), scan[1] * views_} {}

    int columns;
    int share;  ///< views in the share of the scan that these plans suit
    int views;  ///< views in a batch
    RowTransforms rows;
  };

  /// Where in the workspace cuFFT's work area follows the padded rows.
  struct Layout {
    explicit Layout(Plans const& plans) {
      constexpr std::size_t alignment = 512;
      auto const after = [](std::size_t start, std::size_t size) {
        return (start + size + (alignment - 1)) / alignment * alignment;
      };
      std::size_t const row_bytes =
          static_cast<std::size_t>(plans.rows.spectrum_length()) * sizeof(float2);
      work = after(0, row_bytes * static_cast<std::size_t>(plans.rows.rows()));
      bytes = after(work, plans.rows.work_bytes());
    }
    std::size_t work;
    std::size_t bytes;
  };

  static constexpr int max_views = 512;
  static constexpr int max_rows = 65535;  ///< along the second axis of a launch

  static constexpr std::size_t cached_bytes = std::size_t{24} << 20;

  /// Every view is as many padded rows and, at most, as much of cuFFT's work area.
  static int views_in_batch(Extents<3> scan, std::size_t limit) {
    std::size_t const view_bytes = static_cast<std::size_t>(padded_row_length(scan[0]) + 2) *
                                   sizeof(float) * static_cast<std::size_t>(scan[1]);
    auto const most =
        static_cast<std::size_t>(min(scan[2], min(max_views, max(1, max_rows / scan[1]))));
    return static_cast<int>(clamp<std::size_t>(min(limit / 2, cached_bytes) / view_bytes, 1, most));
  }

  /// The plans that suit a share of a scan and fit into the workspace, made when first asked for.
  static Plans& find_plans(Workspace<CudaExecutor>& workspace, Extents<3> scan) {
    using Kept = std::vector<std::unique_ptr<Plans>>;
    std::shared_ptr<void>& kept = workspace.resources().filter_plans;
    if (!kept) kept = std::make_shared<Kept>();
    Kept& all = *static_cast<Kept*>(kept.get());
    for (std::unique_ptr<Plans> const& plans : all) {
      if (plans->columns == scan[0] && plans->rows.rows() == scan[1] * plans->views &&
          plans->share == scan[2] && Layout{*plans}.bytes <= workspace.bytes()) {
        return *plans;
      }
    }
    int views = views_in_batch(scan, workspace.bytes());
    all.push_back(std::make_unique<Plans>(scan, views));
    while (Layout{*all.back()}.bytes > workspace.bytes() && views > 1) {
      views = (views + 1) / 2;
      all.back() = std::make_unique<Plans>(scan, views);
    }
    return *all.back();
  }

  template <class Weights>
  static void filter_batch(CudaExecutor const& executor, RowFilterTask<Weights> const& task,
                           int first, int count, Plans& plans, std::byte* memory) {
    static_assert(Weights::capacity >= max_views, "A batch is weighted in one launch.");
    Layout const layout{plans};
    auto* const rows = reinterpret_cast<float*>(memory);
    int const spectrum_length = plans.rows.spectrum_length();
    Extents<3> const detector = task.projections.extents;
    auto const weights = task.weights.table(first, count);
    // The last two numbers of a row do not count, but cuFFT reads them.
    executor.for_each({2 * spectrum_length, detector[1], plans.views},
                      WeightRows<std::decay_t<decltype(weights)>>{
                          weights, task.projections.slices(first, count), rows, 2 * spectrum_length,
                          task.columns_before});
    plans.rows.forward(rows, memory + layout.work, executor.stream());
    executor.for_each({spectrum_length, plans.rows.rows(), 1},
                      ApplyResponse{reinterpret_cast<float2*>(rows), task.response, spectrum_length,
                                    1.0F / static_cast<float>(plans.rows.length())});
    plans.rows.inverse(rows, memory + layout.work, executor.stream());
    ProjectionView<float> const filtered = task.filtered.slices(first, count);
    executor.for_each(filtered.extents, CropRows{rows, 2 * spectrum_length, filtered});
  }
};

}  // namespace pyronn::detail
