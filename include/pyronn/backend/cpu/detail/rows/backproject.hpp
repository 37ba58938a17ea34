// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Voxel-driven backprojection of projective views of the plane on cores.
#include <algorithm>
#include <cstring>

#include <pyronn/backend/cpu/detail/rows/places.hpp>
#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/rows/tile_shadow.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/voxel_driven/back.hpp>
#include <pyronn/model/detail/voxel_driven/run.hpp>

namespace pyronn::detail {

/// A box of voxels, whose sums stay in the cache, copies the pixels of each
/// view that it sees into a layout from which its rows read in loops that
/// vectorise. Samples of a batch that share their views are added up together,
/// side by side. Where a voxel projects depends on its place in tiles of the
/// image, whatever the boxes, so that a sample's sums are the same alone and in
/// a batch.
template <class DepthWeight, class Task>
struct BackprojectRows {
  using Block = BlockShape<32, 1, 1>;

  Task task;

  [[nodiscard]] Extents<3> items() const {
    int const side = side_of_box();
    return {(task.size[0] - 1) / side + 1, (task.size[1] - 1) / side + 1,
            (task.num_samples - 1) / lanes() + 1};
  }

  void operator()(Vec<int, 3> const& item) const {
    int const sample = item[2] * lanes();
    int const count = min(task.num_samples - sample, lanes());
    if (count >= fewest_lanes) return backproject<many_lanes, part_side>(item, sample, count);
    for (int n = sample; n < sample + count; ++n) {
      if (side_of_box() == tile_side) {
        backproject<1, tile_side>(item, n, 1);
      } else {
        backproject<1, part_side>(item, n, 1);
      }
    }
  }

 private:
  static constexpr int tile_side = 64;
  static constexpr int part_side = 32;
  static constexpr int run = voxels_of_run;
  static constexpr int most_of_runs = 256;  ///< pixels of a box that is read run by run
  static constexpr int many_lanes = 16;
  static constexpr int fewest_lanes = 6;  ///< that take no longer than as many single samples

  template <int Lanes, int Side>
  struct Sums {
    alignas(64) float at[Side][Side][Lanes];
  };

  /// Samples side by side: one where each has views of its own.
  [[nodiscard]] int lanes() const {
    return task.views.sample_stride == 0 && task.num_samples >= fewest_lanes ? many_lanes : 1;
  }

  /// A whole tile pays in images that have enough of them for many threads.
  [[nodiscard]] int side_of_box() const {
    constexpr int large = 16 * tile_side;
    return lanes() == 1 && min(task.size[0], task.size[1]) >= large ? tile_side : part_side;
  }

  template <int Lanes, int Side>
  void backproject(Vec<int, 3> const& item, int sample, int count) const {
    ImageBox const box = box_at(item[0] * Side, item[1] * Side, Side);
    ImageBox const tile = box_at(box.first[0] / tile_side * tile_side,
                                 box.first[1] / tile_side * tile_side, tile_side);
    Sums<Lanes, Side> sums;
    begin(box, sample, count, sums);
    for (int n = 0; n < task.num_views; ++n) {
      TileShadow const shadow{task.views.view(n, sample), tile};
      if (shadow.has_rows()) {
        add_rows(n, shadow, box, sample, count, sums);
      } else {
        add_runs(n, box, sample, count, sums);
      }
    }
    write(box, sample, count, sums);
  }

  /// The box of `side` voxels that begins at (x, y), as far as there is an
  /// image; rows end with a whole run.
  [[nodiscard]] ImageBox box_at(int x, int y, int side) const {
    int const columns = min(side, task.size[0] - x);
    return {{x, y}, {(columns - 1) / run * run + run, min(side, task.size[1] - y)}};
  }

  /// Adds a view, row by row of the box.
  template <int Side>
  void add_rows(int n, TileShadow const& shadow, ImageBox const& box, int sample, int,
                Sums<1, Side>& sums) const {
    IndexRange const pixels = shadow.pixels(box);
    if (misses(pixels)) return;
    auto const slice = task.slice(n, sample);
    // Places upon the pixel before the first are left out one by one.
    bool const by_runs =
        shadow.is_parallel() && pixels.first >= -1 && pixels.last - pixels.first < most_of_runs - 2;
    if (by_runs) return add_runs_of_pixels(slice, shadow, pixels, box, sums);
    PixelPairs<TileShadow::max_pixels> pairs;
    pairs.load(slice, shadow.pixels(), task.detector[0]);
    for_each_row<Side>(shadow, box, [&](int y, Places<Side> const& places) {
      pairs.add(places, box.count[0], sums.at[y]);
    });
  }

  template <class Slice, int Side>
  void add_runs_of_pixels(Slice const& slice, TileShadow const& shadow, IndexRange const& pixels,
                          ImageBox const& box, Sums<1, Side>& sums) const {
    ParallelRun const run_of_row{shadow.row(box.first[1]).step_u};
    RunPixels<most_of_runs> runs;
    runs.load(slice, run_of_row, pixels, task.detector[0]);
    int const origin = shadow.pixels().first - pixels.first;
    for (int y = 0; y < box.count[1]; ++y) {
      ProjectedRow const row = shadow.row(box.first[1] + y);
      float const weight = DepthWeight{}(reciprocal(row.w));
      for (int x = 0; x < box.count[0]; x += run) {
        RunStart const start{row, box.first[0] % tile_side + x};
        runs.add(start, origin, run_of_row, weight, sums.at[y] + x);
      }
    }
  }

  template <int Lanes, int Side>
  void add_rows(int n, TileShadow const& shadow, ImageBox const& box, int sample, int count,
                Sums<Lanes, Side>& sums) const {
    IndexRange const pixels = shadow.pixels(box);
    if (misses(pixels)) return;
    PixelsSideBySide<Lanes, TileShadow::max_pixels> samples;
    samples.load([&](int lane) { return task.slice(n, sample + lane); }, count, pixels,
                 task.detector[0]);
    int const origin = shadow.pixels().first - pixels.first;
    for_each_row<Side>(shadow, box, [&](int y, Places<Side> const& places) {
      samples.add(places, origin, box.count[0], sums.at[y]);
    });
  }

  [[nodiscard]] bool misses(IndexRange const& pixels) const {
    return pixels.last < -1 || pixels.first > task.detector[0];
  }

  /// Calls `work(y, places)` for the rows of a box; places are counted from the
  /// tile's first pixel.
  template <int Side, class Work>
  static void for_each_row(TileShadow const& shadow, ImageBox const& box, Work const& work) {
    ParallelRun const parallel{shadow.row(box.first[1]).step_u};
    int const first = box.first[0] % tile_side;
    int const edge = -1 - shadow.pixels().first;
    Places<Side> places;
    for (int y = 0; y < box.count[1]; ++y) {
      ProjectedRow const row = shadow.row(box.first[1] + y);
      if (shadow.is_parallel()) {
        places.template find<DepthWeight>(row, parallel, first, box.count[0]);
      } else {
        places.template find<DepthWeight>(row, first, box.count[0]);
      }
      if (edge > 0) places.leave_out(edge, box.count[0]);
      work(y, places);
    }
  }

  /// Adds a view in which voxels must be projected one by one.
  template <int Lanes, int Side>
  void add_runs(int n, ImageBox const& box, int sample, int count, Sums<Lanes, Side>& sums) const {
    PlaneMap const& view = task.views.view(n, sample);
    for (int y = 0; y < box.count[1]; ++y) {
      for (int x = 0; x < box.count[0]; x += run) {
        VoxelRun<PlaneMap, 0, run> const voxels{
            view, vec_cast<float>(Vec<int, 3>{box.first[0] + x, box.first[1] + y, 0})};
        for (int lane = 0; lane < count; ++lane) {
          float of_run[run];
          for (int k = 0; k < run; ++k) of_run[k] = sums.at[y][x + k][lane];
          gather_run<DepthWeight>(voxels, task.slice(n, sample + lane), task.detector, of_run);
          for (int k = 0; k < run; ++k) sums.at[y][x + k][lane] = of_run[k];
        }
      }
    }
  }

  /// Calls `work(voxel, sample, sum)` for all that belong to the image.
  template <int Lanes, int Side, class Sums, class Work>
  void for_each_sum(ImageBox const& box, int sample, int count, Sums& sums,
                    Work const& work) const {
    int const columns = min(box.count[0], task.size[0] - box.first[0]);
    for (int lane = 0; lane < count; ++lane) {
      for (int y = 0; y < box.count[1]; ++y) {
        for (int x = 0; x < columns; ++x) {
          work(Vec<int, 3>{box.first[0] + x, box.first[1] + y, 0}, sample + lane,
               sums.at[y][x][lane]);
        }
      }
    }
  }

  template <int Lanes, int Side>
  void begin(ImageBox const& box, int sample, int count, Sums<Lanes, Side>& sums) const {
    std::fill_n(&sums.at[0][0][0], Side * Side * Lanes, 0.0F);
    if (!task.adds) return;
    for_each_sum<Lanes, Side>(
        box, sample, count, sums,
        [&](Vec<int, 3> const& voxel, int of, float& sum) { sum = task.begin(voxel, of); });
  }

  template <int Lanes, int Side>
  void write(ImageBox const& box, int sample, int count, Sums<Lanes, Side> const& sums) const {
    for_each_sum<Lanes, Side>(
        box, sample, count, sums,
        [&](Vec<int, 3> const& voxel, int of, float sum) { task.write(voxel, of, sum); });
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
