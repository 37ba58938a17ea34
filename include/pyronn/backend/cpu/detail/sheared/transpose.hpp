// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The transpose of Joseph's projection of the plane on cores.
#include <memory>
#include <optional>

#include <pyronn/backend/cpu/detail/bricks/brick_sums.hpp>
#include <pyronn/backend/cpu/detail/bricks/joseph_sums.hpp>
#include <pyronn/backend/cpu/detail/bricks/voxel_boxes.hpp>
#include <pyronn/backend/cpu/detail/sheared/follow_group.hpp>
#include <pyronn/backend/cpu/detail/sheared/rays_by_slope.hpp>
#include <pyronn/backend/cpu/detail/sheared/rays_per_column.hpp>
#include <pyronn/backend/cpu/detail/sheared/sheared_copy.hpp>
#include <pyronn/backend/cpu/detail/sheared/sheared_tile.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// One item is a tile of an image. The rays of some views that may meet it are put in order of
/// their slopes, and group by group add their pixels' values to a sheared tile.
template <class Task>
struct TransposeSheared {
  using Block = BlockShape<32, 1, 1>;

  Task task;
  TraceJoseph trace;

  [[nodiscard]] Extents<3> items() const { return Boxes{task}.items(); }

  void operator()(Vec<int, 3> const& item) const {
    Boxes const boxes{task};
    int const sample = boxes.sample(item);
    auto const sums = std::make_unique<Sums>(boxes.box(item));
    boxes.for_each_voxel(sums->box, [&](Vec<int, 3> const& voxel) {
      sums->totals.at(voxel - sums->box.first) = task.begin(voxel, sample);
    });
    for (int n = 0; n < task.num_views; ++n) add_view(n, sample, *sums);
    sums->move_to_totals();
    boxes.for_each_voxel(sums->box, [&](Vec<int, 3> const& voxel) {
      task.write(voxel, sample, sums->totals.at(voxel - sums->box.first));
    });
  }

 private:
  static constexpr int side = 128;
  static constexpr int pixels_at_a_time = 512;
  using Boxes = VoxelBoxes<Task, side, side, 1>;

  struct Sums {
    VoxelBox box;
    BrickSums<SoftwareInterp, Boxes, 2, float> totals{};
    /// Of groups that do not pay, once there are any.
    std::optional<JosephSums<SoftwareInterp, Boxes, 2, float>> apart;
    RaysBySlope by_slope;
    ShearedTile<side> tile;

    explicit Sums(VoxelBox const& of) : box{of} {}

    void move_to_totals() {
      by_slope.for_each([this](SlopeGroup const& group) {
        if (group.axis == 0) add_group<0>(group);
        if (group.axis == 1) add_group<1>(group);
      });
      by_slope.clear();
      if (apart) apart->move_to(box, totals);
    }

    template <int Axis>
    void add_group(SlopeGroup const& group) {
      struct {
        Sums& sums;
        SlopeGroup const& group;
        bool do_pay = true;

        bool pays(int crossed, IndexRange const& range) {
          sums.tile.shape(BoxAcross::of<Axis>(sums.box), group.interval, range);
          constexpr float least = least_rays_per_column.transpose;
          if (least == 0.0F) return true;
          do_pay =
              static_cast<float>(crossed) >= least * static_cast<float>(sums.tile.columns_in_all());
          return do_pay;
        }
        void begin() { sums.tile.clear(); }
        void add(RaysInTile const& rays, int place) {
          sums.tile.add_along(rays, sums.by_slope.table().scale + place);
        }
        void add_apart(int n) {
          JosephRay const ray = sums.by_slope.table().ray(n, group.axis);
          if (do_pay) return sums.totals.add(sums.box, ray, 1.0F);
          if (!sums.apart) sums.apart.emplace();
          sums.apart->add(sums.box, ray, 1.0F);
        }
        void end() {
          add_from<Axis>(sums.tile, [this](int x, int y, float const* numbers, int count) {
            float* const row = &sums.totals.at({x, y, 0});
            for (int n = 0; n < count; ++n) row[n] += numbers[n];
          });
        }
      } work{*this, group};
      follow_group(by_slope.table(), group, BoxAcross::of<Axis>(box), work);
    }
  };

  void add_view(int n, int sample, Sums& sums) const {
    auto const& view = task.views.view(n, sample);
    auto const slice = task.slice(n, sample);
    IndexRange columns{0, task.detector[0] - 1};
    IndexRange rows{0, 0};
    Vec3f center{};
    Vec3f reach{};
    for (int axis = 0; axis < 3; ++axis) {
      center[axis] = 0.5F * static_cast<float>(sums.box.first[axis] + sums.box.end[axis] - 1);
      reach[axis] = 0.5F * static_cast<float>(sums.box.end[axis] - sums.box.first[axis] - 1) +
                    TraceJoseph::reach;
    }
    find_footprint(view, center, reach, task.detector, columns, rows);
    if (rows.first > 0 || rows.last < 0) return;
    for (int u = columns.first; u <= columns.last; u += pixels_at_a_time) {
      int const count = min(pixels_at_a_time, columns.last - u + 1);
      if (!sums.by_slope.has_room(count)) sums.move_to_totals();
      int const place = sums.by_slope.add(view, u, count, task.spacing, 0);
      for (int i = 0; i < count; ++i) {
        float const value = slice.texel_inside(u + i, 0);
        float& scale = sums.by_slope.scale(place + i);
        bool const is_finite = abs(scale * value) < anywhere;
        scale *= value;
        if (value != 0.0F && is_finite) continue;
        sums.by_slope.leave_out(place + i);
        if (is_finite) continue;
        JosephRay const ray =
            trace(view.ray(static_cast<float>(u + i), 0.0F), task.size, task.spacing);
        sums.totals.add(sums.box, ray, value);
      }
    }
  }
};

}  // namespace pyronn::detail
