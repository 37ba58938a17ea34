// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <memory>
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

/// Writes the ramp filter's samples around 0 as one padded row.
struct WriteRamp {
  using Block = BlockShape<128, 1, 1>;

  float* row;
  int padded;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const k = item[0] <= padded / 2 ? item[0] : padded - item[0];
    row[item[0]] = ramp_sample(k);
  }
};

/// Writes weighted rows of some views, padded with zeros; rows of views beyond the last are zero.
struct WeightRows {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int max_views = 512;

  FdkWeight weights[max_views];
  ProjectionView<float const> projections;
  float* rows;
  int row_distance;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto const row =
        static_cast<std::size_t>(item[2]) * static_cast<std::size_t>(projections.extents[1]) +
        static_cast<std::size_t>(item[1]);
    bool const is_pixel = item[0] < projections.extents[0] && item[2] < projections.extents[2];
    rows[row * static_cast<std::size_t>(row_distance) + static_cast<std::size_t>(item[0])] =
        is_pixel ? weights[item[2]](item[0], item[1]) * projections(item[0], item[1], item[2])
                 : 0.0F;
  }
};

/// Multiplies the spectra of rows with the real response of the windowed ramp.
struct ApplyResponse {
  using Block = BlockShape<128, 1, 1>;

  float2* spectra;
  float2 const* ramp_spectrum;
  int spectrum_length;
  int padded;
  FilterWindow window;

  __device__ void operator()(Vec<int, 3> item) const {
    float const frequency = static_cast<float>(item[0]) / static_cast<float>(padded);
    float const response =
        ramp_spectrum[item[0]].x * window_value(window, frequency) / static_cast<float>(padded);
    float2& value =
        spectra[static_cast<std::size_t>(item[1]) * static_cast<std::size_t>(spectrum_length) +
                static_cast<std::size_t>(item[0])];
    value = {value.x * response, value.y * response};
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
struct RowFilter<CudaExecutor> {
  static std::size_t bytes(CudaExecutor const&, Extents<3> scan, std::size_t limit) {
    int views = views_in_batch(scan, limit);
    std::size_t needed = Layout{Plans{scan, views}}.bytes;
    while (needed > limit && views > 1) {
      views = (views + 1) / 2;
      needed = Layout{Plans{scan, views}}.bytes;
    }
    return needed;
  }

  static void apply(CudaExecutor const& executor, RowFilterTask const& task,
                    Workspace<CudaExecutor>& workspace) {
    Extents<3> const scan = task.projections.extents;
    Plans& plans = find_plans(workspace, scan);
    Layout const layout{plans};
    std::byte* const memory = workspace.data();
    auto* const ramp = reinterpret_cast<float*>(memory + layout.ramp);
    void* const work = memory + layout.work;
    executor.for_each({plans.rows.length(), 1, 1}, WriteRamp{ramp, plans.rows.length()});
    plans.ramp.forward(ramp, work, executor.stream());
    for (int first = 0; first < scan[2]; first += plans.views) {
      filter_batch(executor, task, first, min(plans.views, scan[2] - first), plans, memory);
    }
  }

 private:
  struct Plans {
    Plans(Extents<3> scan, int views_)
        : columns{scan[0]},
          share{scan[2]},
          views{views_},
          rows{padded_row_length(scan[0]), scan[1] * views_},
          ramp{padded_row_length(scan[0]), 1} {}

    int columns;
    int share;  ///< views in the share of the scan that these plans suit
    int views;  ///< views in a batch
    RowTransforms rows;
    RowTransforms ramp;
  };

  /// Where in the workspace the padded rows, the ramp's spectrum and cuFFT's work area lie.
  struct Layout {
    explicit Layout(Plans const& plans) {
      constexpr std::size_t alignment = 512;
      auto const after = [](std::size_t start, std::size_t size) {
        return (start + size + (alignment - 1)) / alignment * alignment;
      };
      std::size_t const row_bytes =
          static_cast<std::size_t>(plans.rows.spectrum_length()) * sizeof(float2);
      ramp = after(0, row_bytes * static_cast<std::size_t>(plans.rows.rows()));
      work = after(ramp, row_bytes);
      bytes = after(work, max(plans.rows.work_bytes(), plans.ramp.work_bytes()));
    }
    std::size_t ramp;
    std::size_t work;
    std::size_t bytes;
  };

  /// Every view is as many padded rows and, at most, as much of cuFFT's work area.
  static int views_in_batch(Extents<3> scan, std::size_t limit) {
    std::size_t const view_bytes = 2 * static_cast<std::size_t>(padded_row_length(scan[0]) + 2) *
                                   sizeof(float) * static_cast<std::size_t>(scan[1]);
    auto const most = static_cast<std::size_t>(min(scan[2], WeightRows::max_views));
    return static_cast<int>(clamp<std::size_t>(limit / view_bytes, 1, most));
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

  static void filter_batch(CudaExecutor const& executor, RowFilterTask const& task, int first,
                           int count, Plans& plans, std::byte* memory) {
    Layout const layout{plans};
    auto* const rows = reinterpret_cast<float*>(memory);
    int const spectrum_length = plans.rows.spectrum_length();
    Extents<3> const detector = task.projections.extents;
    WeightRows weight_rows{{}, task.projections.slices(first, count), rows, 2 * spectrum_length};
    for (int n = 0; n < count; ++n) weight_rows.weights[n] = task.weights[first + n];
    executor.for_each({plans.rows.length(), detector[1], plans.views}, weight_rows);
    plans.rows.forward(rows, memory + layout.work, executor.stream());
    executor.for_each({spectrum_length, plans.rows.rows(), 1},
                      ApplyResponse{reinterpret_cast<float2*>(rows),
                                    reinterpret_cast<float2 const*>(memory + layout.ramp),
                                    spectrum_length, plans.rows.length(), task.window});
    plans.rows.inverse(rows, memory + layout.work, executor.stream());
    ProjectionView<float> const filtered = task.filtered.slices(first, count);
    executor.for_each(filtered.extents, CropRows{rows, 2 * spectrum_length, filtered});
  }
};

}  // namespace pyronn::detail
