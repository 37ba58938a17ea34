// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Voxel-driven backprojection of z-aligned views on cores.
#include <algorithm>
#include <cmath>

#include <pyronn/backend/cpu/detail/columns/detector_tile.hpp>
#include <pyronn/backend/cpu/detail/columns/lerp_uniform.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/voxel_driven/back.hpp>
#include <pyronn/model/detail/voxel_driven/run.hpp>

namespace pyronn::detail {

/// In a z-aligned view all voxels of a column along z have the same u and the same weight. So a box
/// of columns copies the part of the detector that it reads; each column interpolates along u once,
/// for all rows at a time, and its voxels then interpolate only along v. In grids of a few slices
/// columns are too short for that, and runs along x are used instead.
template <class DepthWeight, class Tile, class Task>
struct BackprojectColumns {
  using Runs = VoxelDrivenBack<DepthWeight, Tile, Task>;
  using Block = typename Runs::Block;

  Task task;

  [[nodiscard]] Extents<3> items() const {
    if (is_flat()) return Runs{task}.items();
    return {tiles(task.size[0], size_x), tiles(task.size[1], size_y),
            tiles_along_z() * task.num_samples};
  }

  void operator()(Vec<int, 3> item) const {
    if (is_flat()) return Runs{task}(item);
    int const sample = item[2] / tiles_along_z();
    item[2] += first_tile() - sample * tiles_along_z();
    VoxelBox box{};
    for (int axis = 0; axis < 3; ++axis) {
      box.first[axis] = item[axis] * size(axis);
      box.count[axis] = min(size(axis), task.size[axis] - box.first[axis]);
    }
    box.begin = max(0, task.first_slice - box.first[2]);
    box.end = min(box.count[2], task.end_slice() - box.first[2]);
    Sums sums;
    begin(box, sample, sums);
    DetectorTile tile;
    for (int n = 0; n < task.num_views; ++n) {
      gather(box, task.views.view(n, sample), task.slice(n, sample), tile, sums);
    }
    write(box, sample, sums);
  }

 private:
  static constexpr int size_x = 16;
  static constexpr int size_y = 8;
  static constexpr int size_z = 64;
  static constexpr int min_slices = 8;

  using Column = VoxelRun<ZAlignedMap, 2, size_z>;

  /// A box of voxels of the volume, of whose slices `begin`, ..., `end` - 1 are in the slab.
  struct VoxelBox {
    Vec<int, 3> first;
    Vec<int, 3> count;
    int begin;
    int end;
    [[nodiscard]] Column column(ZAlignedMap const& view, int x, int y) const {
      return {view, vec_cast<float>(first + Vec<int, 3>{x, y, 0})};
    }
  };

  struct Sums {
    float at[size_y][size_x][size_z];
  };

  static constexpr int size(int axis) { return axis == 0 ? size_x : (axis == 1 ? size_y : size_z); }

  static int tiles(int count, int tile_size) { return (count - 1) / tile_size + 1; }

  [[nodiscard]] bool is_flat() const { return task.size[2] < min_slices; }

  /// The first box along z that has slices of the slab. Boxes begin at multiples of their size in
  /// the grid, whatever slab is computed, so that a voxel's sum is the same in every slab.
  [[nodiscard]] int first_tile() const { return task.first_slice / size_z; }
  [[nodiscard]] int tiles_along_z() const { return tiles(task.end_slice(), size_z) - first_tile(); }

  template <class Slice>
  void gather(VoxelBox const& box, ZAlignedMap const& view, Slice const& slice, DetectorTile& tile,
              Sums& sums) const {
    Footprint const seen = footprint(box, view);
    if (seen.columns.first > seen.columns.last || seen.rows.first > seen.rows.last) return;
    bool const has_tile = tile.load(slice, seen.columns, seen.rows, seen.rows_of_slab);
    for (int y = 0; y < box.count[1]; ++y) {
      for (int x = 0; x < box.count[0]; ++x) {
        Column const column = box.column(view, x, y);
        if (has_tile) {
          gather(column, tile, box, sums.at[y][x]);
        } else {
          gather_run<DepthWeight>(column, slice, task.detector, sums.at[y][x]);
        }
      }
    }
  }

  /// The samples that a box reads: all of them where a corner is not in front of the source. Those
  /// of all its slices say where its voxels project, in every slab alike.
  struct Footprint {
    IndexRange columns;
    IndexRange rows;
    IndexRange rows_of_slab;  ///< beside its voxels, also where the detector has none
  };

  [[nodiscard]] Footprint footprint(VoxelBox const& box, ZAlignedMap const& view) const {
    IndexRange const all_rows{0, task.detector[1] - 1};
    Footprint const all{{0, task.detector[0] - 1}, all_rows, {-2, task.detector[1] + 1}};
    Bounds bounds;
    Bounds of_slab;
    for (int corner = 0; corner < 4; ++corner) {
      Column const column = box.column(view, (corner & 1) != 0 ? box.count[0] - 1 : 0,
                                       (corner & 2) != 0 ? box.count[1] - 1 : 0);
      ProjectedVoxel const bottom = column.at(0);
      if (!is_before_source(bottom)) return all;
      bounds.include(bottom.u, bottom.v);
      bounds.include(bottom.u, column.at(box.count[2] - 1).v);
      of_slab.include(bottom.u, column.at(box.begin).v);
      of_slab.include(bottom.u, column.at(box.end - 1).v);
    }
    constexpr float margin = 1.0F + projective_margin;
    // Positions outside read the two zeros that a tile has there.
    auto const row = [](float v, int least, int most) {
      return static_cast<int>(
          std::floor(clamp(v, static_cast<float>(least), static_cast<float>(most))));
    };
    int const end = task.detector[1];
    return {bounds.indices(0, task.detector[0], margin),
            bounds.indices(1, task.detector[1], margin),
            {row(of_slab.low(1) - projective_margin, -2, end),
             row(of_slab.high(1) + margin, -1, end + 1)}};
  }

  static void gather(Column const& column, DetectorTile const& tile, VoxelBox const& box,
                     float (&sums)[size_z]) {
    ProjectedVoxel const bottom = column.at(0);
    if (!is_before_source(bottom)) return;
    DetectorTile::BlendedColumn samples;
    if (!tile.blend(bottom.u, DepthWeight{}(bottom.inverse_depth), samples)) return;
    add_uniform_lerp<size_z>(samples.at, {tile.row(bottom.v), column.step(), 0.0F, tile.last_row()},
                             box.begin, box.end - box.begin, sums + box.begin);
  }

  /// Calls `work(voxel, x, y, z)` for the voxels of a box that lie in the slab.
  template <class Work>
  void for_each_voxel(VoxelBox const& box, Work const& work) const {
    for (int z = box.begin; z < box.end; ++z) {
      for (int y = 0; y < box.count[1]; ++y) {
        for (int x = 0; x < box.count[0]; ++x) work(box.first + Vec<int, 3>{x, y, z}, x, y, z);
      }
    }
  }

  void begin(VoxelBox const& box, int sample, Sums& sums) const {
    std::fill_n(&sums.at[0][0][0], size_x * size_y * size_z, 0.0F);
    if (!task.adds) return;
    for_each_voxel(box, [&](Vec<int, 3> const& voxel, int x, int y, int z) {
      sums.at[y][x][z] = task.begin(voxel, sample);
    });
  }

  void write(VoxelBox const& box, int sample, Sums const& sums) const {
    for_each_voxel(box, [&](Vec<int, 3> const& voxel, int x, int y, int z) {
      task.write(voxel, sample, sums.at[y][x][z]);
    });
  }
};

/// On cores z-aligned views are backprojected by columns, other views by runs along x. Columns need
/// a policy that interpolates along u and then along v, as SoftwareInterp does.
template <>
struct VoxelTiling<SoftwareInterp, CpuBackend, 3> {
  using Tile = VoxelTile<0, 32, 8, 8>;
  using GeneralTile = Tile;
  static constexpr bool prefers_special_views = true;
  template <class DepthWeight, class Task>
  using ZAlignedKernel = BackprojectColumns<DepthWeight, Tile, Task>;
};

}  // namespace pyronn::detail
