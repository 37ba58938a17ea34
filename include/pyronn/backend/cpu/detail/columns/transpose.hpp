// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The transpose of Joseph's projection of z-aligned views on cores.
#include <cmath>
#include <type_traits>

#include <pyronn/backend/cpu/detail/bricks/backproject.hpp>
#include <pyronn/backend/cpu/detail/bricks/voxel_boxes.hpp>
#include <pyronn/backend/cpu/detail/sheared/transpose.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/clip.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/joseph/ray_column.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// All rays of a detector column have the same path in (x, y). Where it crosses a slice
/// perpendicular to their main axis, what their pixels hold is spread along z once, and the columns
/// of voxels on both sides of the path then take their shares of it. An item is a box of columns.
template <class Task>
struct TransposeColumns {
  using Block = BlockShape<32, 1, 1>;

  Task task;
  TraceJoseph trace;

  [[nodiscard]] Extents<3> items() const { return Boxes{task}.items(); }

  void operator()(Vec<int, 3> const& item) const {
    Boxes{task}.template sum_up<Sums>(
        item, [this](VoxelBox const& box, int view, int sample, Sums& sums) {
          add_view(box, view, sample, sums);
        });
  }

 private:
  using Boxes = VoxelBoxes<Task, 16, 8, 64>;

  /// Along z: the voxels of a box, and one more on either side.
  struct Line {
    static constexpr int count = Boxes::size(2) + 2;
    float at[count];
  };
  struct Sums {
    using Totals = Sums;

    Line lines[Boxes::size(1)][Boxes::size(0)];

    [[nodiscard]] PYRONN_HOST_DEVICE float& at(Vec<int, 3> const& place) {
      return lines[place[1]][place[0]].at[place[2] + 1];
    }
    void move_to(VoxelBox const&, Totals& totals) {
      for (int y = 0; y < Boxes::size(1); ++y) {
        for (int x = 0; x < Boxes::size(0); ++x) {
          for (int z = 0; z < Line::count; ++z) {
            totals.lines[y][x].at[z] += lines[y][x].at[z];
            lines[y][x].at[z] = 0.0F;
          }
        }
      }
    }
  };

  /// Some pixels of a detector column, times the length of their rays between slices [mm].
  struct Pixels {
    static constexpr int most = 64;

    int begin;  ///< that weights are counted from
    int first;
    int count;
    float values[most];
  };

  void add_view(VoxelBox const& box, int n, int sample, Sums& sums) const {
    auto const& view = task.views.view(n, sample);
    auto const slice = task.slice(n, sample);
    VoxelBox const part = Boxes{task}.in_slab(box);
    bool const is_whole = part.first[2] == box.first[2] && part.end[2] == box.end[2];
    IndexRange const columns = find_columns(box, view);
    for (int u = columns.first; u <= columns.last; ++u) {
      RayColumn const column{view.rays, static_cast<float>(u), 0.0F, task.spacing};
      IndexRange const path = path_in(box, column.ray);
      if (path.first > path.last) continue;
      // As many rows at a time whatever slab is computed, of which those are taken that it needs.
      IndexRange const rows = find_rows(box, column, path);
      IndexRange const needed = is_whole ? rows : find_rows(part, column, path);
      for (int first = rows.first; first <= rows.last; first += Pixels::most) {
        Pixels pixels;
        pixels.begin = first;
        pixels.first = max(first, needed.first);
        pixels.count =
            min(first + Pixels::most - 1, min(rows.last, needed.last)) - pixels.first + 1;
        if (pixels.count <= 0) continue;
        bool const is_finite = load(view.rays, column.ray.axis, slice, u, pixels);
        if (is_whole) {  // whose size is known
          add_pixels<true>(box, box, column, path, pixels, sums);
        } else {
          add_pixels<false>(box, part, column, path, pixels, sums);
        }
        if (!is_finite) add_rays(box, view, slice, u, pixels, sums);
      }
    }
  }

  /// Reads pixels of a column whose main axis is known, those that are not finite as zeros; returns
  /// false where there are any.
  template <class Slice>
  bool load(ZAlignedRays const& rays, int axis, Slice const& slice, int u, Pixels& pixels) const {
    bool is_finite = true;
    for (int i = 0; i < pixels.count; ++i) {
      float const value = slice.texel_inside(u, pixels.first + i);
      bool const counts = abs(value) < anywhere;
      is_finite = both(is_finite, counts);
      pixels.values[i] = counts ? value : 0.0F;
    }
    // The direction's z alone changes along a column.
    Vec3f const direction =
        rays.ray(static_cast<float>(u), static_cast<float>(pixels.begin)).direction;
    float const row_step = rays.direction_weight * rays.along_v[2];
    float const x = direction[0] * task.spacing[0];
    float const y = direction[1] * task.spacing[1];
    float const per_slice = 1.0F / abs(direction[axis]);
    int const before = pixels.first - pixels.begin;
    for (int i = 0; i < pixels.count; ++i) {
      float const z = (direction[2] + static_cast<float>(before + i) * row_step) * task.spacing[2];
      pixels.values[i] *= per_slice * std::sqrt(x * x + (y * y + z * z));
    }
    return is_finite;
  }

  /// The detector columns whose rays may have a weight in a box.
  template <class View>
  [[nodiscard]] IndexRange find_columns(VoxelBox const& box, View const& view) const {
    Bounds bounds;
    for (int corner = 0; corner < 4; ++corner) {
      Vec3f index{};
      for (int axis = 0; axis < 2; ++axis) {
        index[axis] =
            static_cast<float>((corner >> axis & 1) == 0 ? box.first[axis] - 1 : box.end[axis]);
      }
      DetectorPoint<float> const point = view.project(index);
      bounds.include(point.u, 0.0F);
    }
    return bounds.indices(0, task.detector[0], projective_margin);
  }

  /// The slices of a box in which a path may lie in it or less than a voxel beside it.
  static IndexRange path_in(VoxelBox const& box, JosephRay const& ray) {
    int const axis = ray.axis;
    int const other = 1 - axis;
    if (!(abs(ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1]) < 1e30F)) return {0, -1};
    float from = max(static_cast<float>(box.first[axis]), ray.low - 0.5F);
    float to = min(static_cast<float>(box.end[axis] - 1), ray.high + 0.5F);
    clip(ray.base[0], ray.slope[0], static_cast<float>(box.first[other] - 1),
         static_cast<float>(box.end[other]), from, to);
    if (!(from <= to)) return {0, -1};
    // Rounding in `clip` must not lose a slice; a slice too many is found to have no weight.
    return {max(box.first[axis], static_cast<int>(from) - 1),
            min(box.end[axis] - 1, static_cast<int>(to) + 2)};
  }

  /// The rows whose rays may have a weight in a box along the path.
  [[nodiscard]] IndexRange find_rows(VoxelBox const& box, RayColumn const& column,
                                     IndexRange const& path) const {
    Bounds bounds;
    for (int k : {path.first, path.last}) {
      float const step = column.base_step + static_cast<float>(k) * column.slope_step;
      float const z = column.ray.crossing(1, k);
      bounds.include((static_cast<float>(box.first[2] - 1) - z) / step, 0.0F);
      bounds.include((static_cast<float>(box.end[2]) - z) / step, 0.0F);
    }
    return bounds.indices(0, task.detector[1], 1.0F);
  }

  /// To the slices of a box that are in a part of it, or all of them.
  template <bool IsWhole>
  static void add_pixels(VoxelBox const& box, VoxelBox const& part, RayColumn const& column,
                         IndexRange const& path, Pixels const& pixels, Sums& sums) {
    int const axis = column.ray.axis;
    int const other = 1 - axis;
    int const first = IsWhole ? 0 : part.first[2] - box.first[2];
    int const end = IsWhole ? Line::count : part.end[2] - box.first[2] + 2;
    for (int k = path.first; k <= path.last; ++k) {
      float const across = column.ray.crossing(0, k);
      int const lower = floor_to_int(across);
      if (lower < box.first[other] - 1 || lower >= box.end[other]) continue;
      Line line{};
      spread(box, part, column, k, pixels, line);
      float const fraction = across - static_cast<float>(lower);
      float const coverage = column.ray.coverage(k);
      for (int upper = 0; upper < 2; ++upper) {
        int const at = lower + upper;
        if (at < box.first[other] || at >= box.end[other]) continue;
        int const place_k = k - box.first[axis];
        int const place_at = at - box.first[other];
        Line& target = axis == 0 ? sums.lines[place_at][place_k] : sums.lines[place_k][place_at];
        float const share = coverage * (upper == 0 ? 1.0F - fraction : fraction);
        for (int z = first; z < end; ++z) target.at[z] += share * line.at[z];
      }
    }
  }

  /// Adds pixels to the two voxels along z between which their rays cross slice k.
  static void spread(VoxelBox const& box, VoxelBox const& part, RayColumn const& column, int k,
                     Pixels const& pixels, Line& line) {
    float const step = column.base_step + static_cast<float>(k) * column.slope_step;
    float const base = column.ray.crossing(1, k);
    auto const low = static_cast<float>(part.first[2] - 1);
    auto const high = static_cast<float>(part.end[2]);
    int place[Pixels::most];
    float of_lower[Pixels::most];
    float of_upper[Pixels::most];
    for (int i = 0; i < pixels.count; ++i) {
      float const z = base + static_cast<float>(pixels.first + i) * step;
      // Beyond the part a pixel goes, with no weight, to where it does no harm.
      bool const is_in = both(z >= low, z < high);
      float const inside = is_in ? z : low;
      int const lower = floor_to_int(inside);
      float const fraction = inside - static_cast<float>(lower);
      float const value = is_in ? pixels.values[i] : 0.0F;
      place[i] = lower - (box.first[2] - 1);
      of_upper[i] = fraction * value;
      of_lower[i] = value - of_upper[i];
    }
    for (int i = 0; i < pixels.count; ++i) {
      line.at[place[i]] += of_lower[i];
      line.at[place[i] + 1] += of_upper[i];
    }
  }

  /// Ray by ray what values that are not finite add: times a weight of zero they must not count.
  template <class View, class Slice>
  PYRONN_HOST_DEVICE void add_rays(VoxelBox const& box, View const& view, Slice const& slice, int u,
                                   Pixels const& pixels, Sums& sums) const {
    for (int i = 0; i < pixels.count; ++i) {
      int const v = pixels.first + i;
      float const value = slice.texel(u, v);
      if (abs(value) < anywhere) continue;
      JosephRay const ray = trace(view.rays.ray(static_cast<float>(u), static_cast<float>(v)),
                                  task.size, task.spacing);
      ray.template for_each_weight<SoftwareInterp, 3>(
          box, [&](Vec<int, 3> const& voxel, float weight) {
            bool is_in = weight != 0.0F;
            for (int axis = 0; axis < 3; ++axis) {
              is_in = is_in && voxel[axis] >= box.first[axis] && voxel[axis] < box.end[axis];
            }
            if (is_in) sums.at(voxel - box.first) += weight * value;
          });
    }
  }
};

/// On cores z-aligned views are taken by columns, images by sheared tiles, other views by bricks.
/// Columns need a policy that interpolates along one axis and then along the other, as
/// SoftwareInterp does.
template <>
inline constexpr bool joseph_transposes_columns_v<SoftwareInterp, CpuBackend> = true;

template <class Task>
struct RayDrivenBackOn<CpuBackend, TraceJoseph, SoftwareInterp, Task> {
  using Type =
      std::conditional_t<std::is_same_v<typename Task::View, ZAlignedMapAndRays>,
                         TransposeColumns<Task>,
                         std::conditional_t<Task::dimension == 2, TransposeSheared<Task>,
                                            BackprojectBricks<TraceJoseph, SoftwareInterp, Task>>>;
};

}  // namespace pyronn::detail
