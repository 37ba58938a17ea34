// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The transpose of Joseph's projection of the plane on cores.
#include <memory>

#include <pyronn/backend/cpu/detail/bricks/brick_sums.hpp>
#include <pyronn/backend/cpu/detail/bricks/voxel_boxes.hpp>
#include <pyronn/backend/cpu/detail/sheared/ray_bundles.hpp>
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
/// their slopes, and bundle by bundle add their pixels' values to a sheared tile.
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
  using Boxes = VoxelBoxes<Task, side, side, 1>;

  struct Sums {
    VoxelBox box;
    BrickSums<SoftwareInterp, Boxes, 2, float> totals{};
    RayBundles bundles;
    ShearedTile<side> tile;

    explicit Sums(VoxelBox const& of) : box{of} {}

    void add(JosephRay const& ray, float value) {
      if (!(abs(value * ray.step) < anywhere)) return totals.add(box, ray, value);
      if (bundles.is_full()) move_to_totals();
      bundles.add(ray, value, 0);
    }

    void move_to_totals() {
      bundles.for_each([this](int axis, SlopeInterval const& interval, int const* first,
                              int const* end) {
        if (axis == 0) add_bundle<0>(interval, first, end);
        if (axis == 1) add_bundle<1>(interval, first, end);
      });
      bundles.clear();
    }

    template <int Axis>
    void add_bundle(SlopeInterval const& interval, int const* first, int const* end) {
      struct {
        Sums& sums;
        SlopeInterval const& interval;

        void begin() { sums.tile.clear(interval); }
        void add(RaysInTile const& rays, int const* numbers) {
          float values[RaysInTile::most];
          for (int n = 0; n < rays.count; ++n) {
            BundledRay const& of = sums.bundles[numbers[n]];
            values[n] = of.value * of.ray.step;
          }
          sums.tile.add_along(rays, values);
        }
        void add_apart(BundledRay const& of) { sums.totals.add(sums.box, of.ray, of.value); }
        void end() {
          sums.tile.template for_each_voxel<Axis>(
              sums.box, [this](float sum, Vec<int, 3> const& voxel) {
                sums.totals.at(voxel - sums.box.first) += sum;
              });
        }
      } work{*this, interval};
      follow_bundle<Axis>(bundles, first, end, box, work);
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
    for (int u = columns.first; u <= columns.last; ++u) {
      float const value = slice.texel_inside(u, 0);
      if (value == 0.0F) continue;
      sums.add(trace(view.ray(static_cast<float>(u), 0.0F), task.size, task.spacing), value);
    }
  }
};

}  // namespace pyronn::detail
