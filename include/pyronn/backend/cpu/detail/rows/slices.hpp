// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Voxel-driven backprojection of parallel rays perpendicular to z on cores: slices are samples of
/// the plane that share their views.
#include <algorithm>
#include <cmath>

#include <pyronn/backend/cpu/detail/rows/boxes.hpp>
#include <pyronn/backend/cpu/detail/rows/places.hpp>
#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/rows/side_by_side.hpp>
#include <pyronn/backend/cpu/detail/rows/tile_shadow.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>
#include <pyronn/operators/detail/rows_of_slices.hpp>

namespace pyronn::detail {

/// Between which rows of a view a slice is seen: those that do not exist, or have no weight, are
/// not read.
class RowsOfSlice {
 public:
  RowsOfSlice() = default;  ///< none
  RowsOfSlice(RowsOfSlices const& rows, int slice, int count) {
    double const position = rows.first + slice * rows.step;
    if (!(position > -1 && position < count)) return;
    double const lower = std::floor(position);
    fraction_ = static_cast<float>(position - lower);
    lower_ = static_cast<int>(lower);
    first_ = lower_ < 0 ? 1 : 0;
    last_ = fraction_ > 0.0F && lower_ + 1 < count ? 1 : 0;
  }

  /// Whether there are any.
  [[nodiscard]] bool exist() const { return first_ <= last_; }

  /// Calls `work(row, weight)` for none, one or two of them.
  template <class Work>
  void for_each(Work const& work) const {
    for (int n = first_; n <= last_; ++n) work(lower_ + n, n == 0 ? 1.0F - fraction_ : fraction_);
  }

 private:
  int lower_ = 0;
  float fraction_ = 0.0F;
  int first_ = 0;
  int last_ = -1;
};

/// Some slices of a volume, as samples of the plane.
template <class Task>
class SamplesOfSlices {
 public:
  /// Of the grid's slices from `first` on, `count` of them.
  SamplesOfSlices(Task const& task, RowsOfSlices const& rows, int sample, int first, int count)
      : task_{task}, sample_{sample}, first_{first} {
    for (int lane = 0; lane < count; ++lane) {
      rows_[lane] = RowsOfSlice{rows, first + lane, task.detector[1]};
      is_seen_ = is_seen_ || rows_[lane].exist();
    }
  }

  /// @{
  /// A member of samples, as SideBySide says.
  [[nodiscard]] int num_views() const { return is_seen_ ? task_.num_views : 0; }
  [[nodiscard]] PlaneMap view(int n) const {
    ZAlignedMap const& map = task_.views.view(n, sample_);
    return {{map.u[0], map.u[1], map.u[2]}, {map.w[0], map.w[1], map.w[2]}};
  }
  [[nodiscard]] int columns() const { return task_.detector[0]; }

  void copy(int n, int lane, int first, int count, float* row) const {
    auto const slice = task_.slice(n, sample_);
    if (!rows_[lane].exist()) std::fill_n(row, count, 0.0F);
    bool is_first = true;
    rows_[lane].for_each([&](int v, float weight) {
      float of_row[TileShadow::max_pixels];
      float* const target = is_first ? row : of_row;
      copy_pixels(slice, v, first, count, columns(), target);
      if (is_first && weight < 1.0F) {
        for (int i = 0; i < count; ++i) row[i] *= weight;
      } else if (!is_first) {
        for (int i = 0; i < count; ++i) row[i] += weight * of_row[i];
      }
      is_first = false;
    });
  }
  void prefetch(int n, int lane, int first, int count) const {
    auto const slice = task_.slice(n, sample_);
    rows_[lane].for_each([&](int v, float) { prefetch_pixels(slice, v, first, count, columns()); });
  }

  template <class SumAt>
  void add_apart(int n, int lane, ImageBox const& box, SumAt const& sum_at) const {
    auto const slice = task_.slice(n, sample_);
    PlaneMap const map = view(n);
    for (int y = 0; y < box.count[1]; ++y) {
      for (int x = 0; x < box.count[0]; ++x) {
        float const u = map.u[0] * static_cast<float>(box.first[0] + x) +
                        (map.u[1] * static_cast<float>(box.first[1] + y) + map.u[2]);
        if (!(u > -1.0F && u < static_cast<float>(columns()))) continue;
        int const below = floor_to_int(u);
        float const fraction = u - static_cast<float>(below);
        rows_[lane].for_each([&](int v, float weight) {
          float const value = slice.texel(below, v);
          float const rise = fraction > 0.0F ? slice.texel(below + 1, v) - value : 0.0F;
          sum_at(x, y) = add_sample(sum_at(x, y), weight, value, fraction, rise);
        });
      }
    }
  }

  [[nodiscard]] bool adds() const { return task_.adds; }
  [[nodiscard]] float begin(int x, int y, int lane) const {
    return task_.begin({x, y, first_ + lane}, sample_);
  }
  void write(int x, int y, int lane, float sum) const {
    task_.write({x, y, first_ + lane}, sample_, sum);
  }
  /// @}

 private:
  Task const& task_;
  int sample_;
  int first_;
  RowsOfSlice rows_[lanes_side_by_side];
  bool is_seen_ = false;
};

/// A box of voxels of some slices. Each slice is done alike whatever the others are, so that it has
/// the same bits in every slab.
template <class DepthWeight, class Task>
struct BackprojectSlices {
  using Block = BlockShape<32, 1, 1>;

  Task task;
  RowsOfSlices rows;

  [[nodiscard]] Extents<3> items() const {
    ImageBoxes const boxes = image_boxes();
    return {boxes.count(0), boxes.count(1), groups() * task.num_samples};
  }

  void operator()(Vec<int, 3> const& item) const {
    int const sample = item[2] / groups();
    int const first = task.first_slice + item[2] % groups() * lanes_side_by_side;
    int const count = min(lanes_side_by_side, task.end_slice() - first);
    ImageBoxes const boxes = image_boxes();
    SamplesOfSlices<Task> const samples{task, rows, sample, first, count};
    backproject_side_by_side<DepthWeight>(samples, count, boxes, boxes.box(item[0], item[1]));
  }

 private:
  [[nodiscard]] ImageBoxes image_boxes() const {
    return ImageBoxes::of_image(task.size[0], task.size[1]);
  }
  [[nodiscard]] int groups() const {
    return (task.volumes.extents[2] - 1) / lanes_side_by_side + 1;
  }
};

}  // namespace pyronn::detail
