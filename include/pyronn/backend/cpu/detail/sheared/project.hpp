// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Joseph's forward projection of the plane on cores.
#include <memory>
#include <type_traits>

#include <pyronn/backend/cpu/detail/sheared/follow_group.hpp>
#include <pyronn/backend/cpu/detail/sheared/rays_by_slope.hpp>
#include <pyronn/backend/cpu/detail/sheared/rays_per_column.hpp>
#include <pyronn/backend/cpu/detail/sheared/sheared_copy.hpp>
#include <pyronn/backend/cpu/detail/sheared/sheared_tile.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/joseph/forward.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// Adds what voxels within a box contribute to a ray. A type of its own, as nvcc warns of lambdas
/// that its host's code hands to functions of both sides.
template <class Image>
struct AddInBox {
  VoxelBox const& box;
  Image const& image;
  float& sum;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& voxel, float weight) const {
    bool is_in = weight != 0.0F;
    for (int axis = 0; axis < 2; ++axis) {
      is_in = is_in && voxel[axis] >= box.first[axis] && voxel[axis] < box.end[axis];
    }
    if (is_in) sum += weight * image.texel_inside(voxel[0], voxel[1]);
  }
};

/// One item is some pixels side by side of some views. Their rays are put in order of their
/// slopes, and group by group read sheared copies of the tiles of the image that they meet. Where
/// rays are too few for the copies, each is followed alone.
template <class Task>
struct ProjectSheared {
  using Block = BlockShape<32, 1, 1>;

  Task task;

  [[nodiscard]] Extents<3> items() const {
    Share const share = share_of_item();
    return {(task.projections.extents[0] - 1) / share.pixels + 1,
            (task.num_views - 1) / share.views + 1, task.num_samples};
  }

  void operator()(Vec<int, 3> const& item) const {
    Share const share = share_of_item();
    int const first_pixel = item[0] * share.pixels;
    int const first_view = item[1] * share.views;
    int const pixels = min(share.pixels, task.projections.extents[0] - first_pixel);
    int const views = min(share.views, task.num_views - first_view);
    if (!pays(first_pixel, pixels, first_view, views, item[2])) {
      JosephForward<PixelTiling<SoftwareInterp, CpuBackend, 2>, Task> const alone{task};
      for (int n = 0; n < views; ++n) {
        int const of = item[2] * task.num_views + first_view + n;
        for (int u = 0; u < pixels; ++u) alone({first_pixel + u, 0, of});
      }
      return;
    }
    auto const rays = std::make_unique<Rays>(task, item[2]);
    for (int n = 0; n < views; ++n) {
      auto const& view = task.views.view(first_view + n, item[2]);
      rays->by_slope.add(view, first_pixel, pixels, task.spacing, n * pixels);
    }
    rays->integrate();
    for (int n = 0; n < views; ++n) {
      int const view = first_view + n;
      for (int u = 0; u < pixels; ++u) {
        task.write({first_pixel + u, 0, item[2] * task.num_views + view}, {view, item[2]},
                   rays->sums[n * pixels + u]);
      }
    }
  }

 private:
  static constexpr int side = 256;

  /// The part of the pixels that an item has.
  struct Share {
    int pixels;
    int views;
  };
  /// As many as can be put in order, or less where items would be few.
  [[nodiscard]] Share share_of_item() const {
    constexpr int few_items = 32;
    constexpr int few_rays = 1024;
    int const columns = task.projections.extents[0];
    Share share{min(columns, 512), 0};
    int const blocks = (columns - 1) / share.pixels + 1;
    share.views =
        min(RaysBySlope::most / share.pixels, (task.num_views * blocks - 1) / few_items + 1);
    share.views = max(share.views, few_rays / share.pixels);
    return share;
  }

  /// Whether rays are faster together than alone.
  [[nodiscard]] bool pays(int first_pixel, int pixels, int first_view, int views,
                          int sample) const {
    constexpr float least = least_rays_per_column.forward;
    if (least == 0.0F) return true;
    RaysPerColumn rays;
    for (int n = 0; n < views; ++n) {
      rays.add(task.views.view(first_view + n, sample), first_pixel, pixels, task.size,
               task.spacing);
    }
    return rays.are_at_least(least);
  }

  struct Rays {
    Task const& task;
    int sample;
    RaysBySlope by_slope;
    ShearedTile<side> tile;
    float sums[RaysBySlope::most] = {};

    Rays(Task const& of, int sample_) : task{of}, sample{sample_} {}

    void integrate() {
      by_slope.for_each([this](SlopeGroup const& group) {
        VoxelBox box{{0, 0, 0}, {0, 0, 1}};
        for (; box.first[1] < task.size[1]; box.first[1] = box.end[1]) {
          box.end[1] = min(box.first[1] + side, task.size[1]);
          for (box.first[0] = 0; box.first[0] < task.size[0]; box.first[0] = box.end[0]) {
            box.end[0] = min(box.first[0] + side, task.size[0]);
            if (group.axis == 0) integrate<0>(group, box);
            if (group.axis == 1) integrate<1>(group, box);
          }
        }
      });
    }

    template <int Axis>
    void integrate(SlopeGroup const& group, VoxelBox const& box) {
      struct {
        Rays& rays;
        SlopeGroup const& group;
        VoxelBox const& box;
        bool is_finite;

        [[nodiscard]] auto slice() const {
          return rays.task.slice(rays.task.first_volume + rays.sample);
        }
        bool pays(int, IndexRange const& range) {
          rays.tile.shape(BoxAcross::of<Axis>(box), group.interval, range);
          return true;
        }
        void begin() {
          copy_to<Axis>(rays.tile,
                        [this, image = slice()](int x, int y, float* numbers, int count) {
                          for (int n = 0; n < count; ++n) {
                            numbers[n] = image.texel_inside(box.first[0] + x + n, box.first[1] + y);
                          }
                        });
          is_finite = rays.tile.is_finite();
        }
        void add(RaysInTile const& together, int place) {
          if (!is_finite) {
            for (int n = 0; n < together.count; ++n) {
              if (together.first[n] <= together.last[n]) add_apart(place + n);
            }
            return;
          }
          float found[RaysInTile::most];
          rays.tile.sum_along(together, found);
          RaysBySlope::Table const& table = rays.by_slope.table();
          for (int n = 0; n < together.count; ++n) {
            rays.sums[table.pixel[place + n]] += table.scale[place + n] * found[n];
          }
        }
        void add_apart(int n) {
          RaysBySlope::Table const& table = rays.by_slope.table();
          auto const image = slice();
          float sum = 0.0F;
          AddInBox<std::decay_t<decltype(image)>> const add{box, image, sum};
          table.ray(n, group.axis).template for_each_weight<SoftwareInterp, 2>(box, add);
          rays.sums[table.pixel[n]] += sum;
        }
        void end() {}
      } work{*this, group, box, true};
      follow_group(by_slope.table(), group, BoxAcross::of<Axis>(box), work);
    }
  };
};

/// On cores images are projected by sheared tiles.
template <class Task>
struct JosephForwardOn<CpuBackend, SoftwareInterp, Task, 2> {
  using Type = ProjectSheared<Task>;
};

}  // namespace pyronn::detail
