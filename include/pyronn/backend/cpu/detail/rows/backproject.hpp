// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Voxel-driven backprojection of projective views of the plane on cores.
#include <pyronn/backend/cpu/detail/rows/boxes.hpp>
#include <pyronn/backend/cpu/detail/rows/places.hpp>
#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/rows/side_by_side.hpp>
#include <pyronn/backend/cpu/detail/rows/tile_shadow.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/voxel_driven/back.hpp>
#include <pyronn/model/detail/voxel_driven/run.hpp>

namespace pyronn::detail {

/// Samples of a batch of the plane.
template <class DepthWeight, class Task>
struct SamplesOfPlane {
  Task const& task;
  int first;  ///< sample

  [[nodiscard]] int num_views() const { return task.num_views; }
  [[nodiscard]] PlaneMap const& view(int n) const { return task.views.view(n, first); }
  [[nodiscard]] int columns() const { return task.detector[0]; }

  void copy(int n, int lane, int pixel, int count, float* row) const {
    copy_pixels(task.slice(n, first + lane), 0, pixel, count, columns(), row);
  }
  void prefetch(int n, int lane, int pixel, int count) const {
    prefetch_pixels(task.slice(n, first + lane), 0, pixel, count, columns());
  }

  template <class SumAt>
  void add_apart(int n, int lane, ImageBox const& box, SumAt const& sum_at) const {
    constexpr int run = voxels_of_run;
    for (int y = 0; y < box.count[1]; ++y) {
      for (int x = 0; x < box.count[0]; x += run) {
        VoxelRun<PlaneMap, 0, run> const voxels{
            view(n), vec_cast<float>(Vec<int, 3>{box.first[0] + x, box.first[1] + y, 0})};
        float of_run[run];
        for (int k = 0; k < run; ++k) of_run[k] = sum_at(x + k, y);
        gather_run<DepthWeight>(voxels, task.slice(n, first + lane), task.detector, of_run);
        for (int k = 0; k < run; ++k) sum_at(x + k, y) = of_run[k];
      }
    }
  }

  [[nodiscard]] bool adds() const { return task.adds; }
  [[nodiscard]] float begin(int x, int y, int lane) const {
    return task.begin({x, y, 0}, first + lane);
  }
  void write(int x, int y, int lane, float sum) const { task.write({x, y, 0}, first + lane, sum); }
};

/// A box of voxels, whose sums stay in the cache, copies the pixels of each view that it sees into
/// a layout from which its rows read in loops that vectorise. Samples of a batch that share their
/// views are added up together, side by side. Where a voxel projects depends on its place in tiles
/// of the image, whatever the boxes, so that a sample's sums are the same alone and in a batch.
template <class DepthWeight, class Task>
struct BackprojectRows {
  using Block = BlockShape<32, 1, 1>;

  Task task;

  [[nodiscard]] Extents<3> items() const {
    ImageBoxes const boxes = image_boxes();
    return {boxes.count(0), boxes.count(1), (task.num_samples - 1) / lanes() + 1};
  }

  void operator()(Vec<int, 3> const& item) const {
    ImageBoxes const boxes = image_boxes();
    ImageBox const box = boxes.box(item[0], item[1]);
    int const sample = item[2] * lanes();
    int const count = min(task.num_samples - sample, lanes());
    if (count >= fewest_lanes) {
      Samples const samples{task, sample};
      return backproject_side_by_side<DepthWeight>(samples, count, boxes, box);
    }
    for (int n = sample; n < sample + count; ++n) backproject(boxes, box, {task, n});
  }

 private:
  static constexpr int most_of_runs = 256;  ///< pixels of a box that is read run by run
  static constexpr int fewest_lanes = 3;    ///< that take no longer than as many single samples

  using Samples = SamplesOfPlane<DepthWeight, Task>;
  struct Sums {
    alignas(64) float at[tile_side][tile_side];
  };

  /// Samples side by side: one where each has views of its own.
  [[nodiscard]] int lanes() const {
    bool const share = task.views.sample_stride == 0 && task.num_samples >= fewest_lanes;
    return share ? lanes_side_by_side : 1;
  }

  [[nodiscard]] ImageBoxes image_boxes() const {
    return ImageBoxes::of_image(task.size[0], task.size[1]);
  }

  /// One sample.
  void backproject(ImageBoxes const& boxes, ImageBox const& box, Samples const& sample) const {
    ImageBox const tile = boxes.tile_of(box);
    Sums sums{};
    if (task.adds) {
      for_each_voxel(boxes, box, [&](int x, int y) {
        sums.at[y - box.first[1]][x - box.first[0]] = sample.begin(x, y, 0);
      });
    }
    for (int n = 0; n < task.num_views; ++n) {
      TileShadow const shadow{sample.view(n), tile};
      if (shadow.has_rows()) {
        add_rows(task.slice(n, sample.first), shadow, box, sums);
      } else {
        sample.add_apart(n, 0, box, [&](int x, int y) -> float& { return sums.at[y][x]; });
      }
    }
    for_each_voxel(boxes, box, [&](int x, int y) {
      sample.write(x, y, 0, sums.at[y - box.first[1]][x - box.first[0]]);
    });
  }

  /// Adds a view, row by row of the box.
  template <class Slice>
  void add_rows(Slice const& slice, TileShadow const& shadow, ImageBox const& box,
                Sums& sums) const {
    IndexRange const pixels = shadow.pixels(box);
    if (pixels.last < -1 || pixels.first > task.detector[0]) return;
    // Places upon the pixel before the first are left out one by one.
    bool const by_runs =
        shadow.is_parallel() && pixels.first >= -1 && pixels.last - pixels.first < most_of_runs - 2;
    if (by_runs) return add_runs_of_pixels(slice, shadow, pixels, box, sums);
    PixelPairs<TileShadow::max_pixels> pairs;
    pairs.load(slice, shadow.pixels(), task.detector[0]);
    int const first = box.first[0] % tile_side;
    int const edge = -1 - shadow.pixels().first;
    ParallelRun const parallel{shadow.row(box.first[1]).step_u};
    Places<tile_side> places;
    for (int y = 0; y < box.count[1]; ++y) {
      ProjectedRow const row = shadow.row(box.first[1] + y);
      if (shadow.is_parallel()) {
        places.template find<DepthWeight>(row, parallel, first, box.count[0]);
      } else {
        places.template find<DepthWeight>(row, first, box.count[0]);
      }
      if (edge > 0) places.leave_out(edge, box.count[0]);
      pairs.add(places, box.count[0], sums.at[y]);
    }
  }

  template <class Slice>
  void add_runs_of_pixels(Slice const& slice, TileShadow const& shadow, IndexRange const& pixels,
                          ImageBox const& box, Sums& sums) const {
    ParallelRun const run_of_row{shadow.row(box.first[1]).step_u};
    RunPixels<most_of_runs> runs;
    runs.load(slice, run_of_row, pixels, task.detector[0]);
    int const origin = shadow.pixels().first - pixels.first;
    for (int y = 0; y < box.count[1]; ++y) {
      ProjectedRow const row = shadow.row(box.first[1] + y);
      float const weight = DepthWeight{}(reciprocal(row.w));
      for (int x = 0; x < box.count[0]; x += voxels_of_run) {
        RunStart const start{row, box.first[0] % tile_side + x};
        runs.add(start, origin, run_of_row, weight, sums.at[y] + x);
      }
    }
  }

  template <class Work>
  static void for_each_voxel(ImageBoxes const& boxes, ImageBox const& box, Work const& work) {
    for (int y = 0; y < box.count[1]; ++y) {
      for (int x = 0; x < boxes.columns(box); ++x) work(box.first[0] + x, box.first[1] + y);
    }
  }
};

/// On cores projective views of the plane are backprojected by rows, which need
/// a policy that interpolates as SoftwareInterp does.
template <>
struct VoxelTiling<SoftwareInterp, CpuBackend, 2> {
  using Tile = VoxelTile<0, 32, 8, 8>;
  using GeneralTile = Tile;
  static constexpr bool prefers_special_views = true;
  template <class DepthWeight, class Task>
  using PlaneKernel = BackprojectRows<DepthWeight, Task>;
};

}  // namespace pyronn::detail
