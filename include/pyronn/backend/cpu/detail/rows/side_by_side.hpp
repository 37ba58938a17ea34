// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SideBySide: samples of the plane that share their views, many at a time in a box of the image.
#include <algorithm>
#include <memory>

#include <pyronn/backend/cpu/detail/rows/boxes.hpp>
#include <pyronn/backend/cpu/detail/rows/places.hpp>
#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/rows/tile_shadow.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// What `Lanes` samples hold side by side: their sums in a box, and of a few views the pixels that
/// the box sees. Views are added several at a time, which saves loading and storing the sums, but
/// one after another: sums do not depend on how many that are. `Samples` has
///   int num_views()                           that all samples share
///   PlaneMap view(n)
///   int columns()                             of the detector
///   copy(n, lane, first, count, row)          copies pixels of a view, zeros beside the detector
///   prefetch(n, lane, first, count)           says that they will be copied
///   add_apart(n, lane, box, sum_at)           adds a view whose voxels are projected one by one
///   bool adds(), float begin(x, y, lane)      what sums begin with
///   write(x, y, lane, sum)
template <class DepthWeight, int Lanes, class Samples>
class SideBySide {
 public:
  /// Of the first `lanes` samples.
  SideBySide(Samples const& samples, int lanes, ImageBoxes const& boxes, ImageBox const& box)
      : samples_{samples},
        lanes_{lanes},
        columns_{boxes.columns(box)},
        box_{box},
        tile_{boxes.tile_of(box)} {
    std::fill_n(&pixels_[0][0], zero_pixels * Lanes, 0.0F);
    for (int y = 0; y < box.count[1]; ++y) std::fill_n(&sums_[y][0][0], tile_side * Lanes, 0.0F);
  }

  /// Backprojects all views.
  void run() {
    if (samples_.adds()) {
      for_each_sum(
          [this](int x, int y, int lane, float& sum) { sum = samples_.begin(x, y, lane); });
    }
    for (int n = 0; n < samples_.num_views(); ++n) {
      TileShadow const shadow{samples_.view(n), tile_};
      if (shadow.has_rows()) {
        add(n, shadow);
      } else {
        finish();
        add_apart(n);
      }
    }
    finish();
    for_each_sum([this](int x, int y, int lane, float sum) { samples_.write(x, y, lane, sum); });
  }

 private:
  static constexpr int most_views = 4;  ///< at a time
  static constexpr int most_pixels = TileShadow::max_pixels;
  static constexpr int zero_pixels = 2;  ///< that are there for no view
  static_assert(Lanes % 4 == 0, "Pixels are copied for four lanes at a time.");

  /// Where the box projects in a view whose pixels were copied.
  struct CopiedView {
    ProjectedRow rows[tile_side];
    ParallelRun run;   ///< where depths are equal
    bool is_parallel;  ///< whether they are
    int origin;        ///< the pixel, among those copied, from which places are counted
    int edge;          ///< the pixel before the detector's first, counted as places are
  };

  /// Adds a view, now or later.
  void add(int n, TileShadow const& shadow) {
    IndexRange const pixels = shadow.pixels(box_);
    if (pixels.last < -1 || pixels.first > samples_.columns()) return;
    int const count = pixels.last - pixels.first + 2;
    if (views_ == most_views || used_ + count > most_pixels) finish();
    copy(n, pixels.first, count);
    CopiedView& view = copied_[views_++];
    for (int y = 0; y < box_.count[1]; ++y) view.rows[y] = shadow.row(box_.first[1] + y);
    view.run = ParallelRun{view.rows[0].step_u};
    view.is_parallel = shadow.is_parallel();
    view.origin = used_ + shadow.pixels().first - pixels.first;
    view.edge = -1 - shadow.pixels().first;
    used_ += count;
  }

  /// Copies pixels behind those that are there; a later view sees nearly the same ones.
  void copy(int n, int first, int count) {
    float rows[4][most_pixels];
    for (int lane = 0; lane < Lanes; lane += 4) {
      for (int j = 0; j < 4; ++j) {
        if (lane + j < lanes_) {
          samples_.copy(n, lane + j, first, count, rows[j]);
          if (n + most_views < samples_.num_views()) {
            samples_.prefetch(n + most_views, lane + j, first, count);
          }
        } else {
          std::fill_n(rows[j], count, 0.0F);
        }
      }
      put_columns({rows[0], rows[1], rows[2], rows[3]}, count, lane, pixels_ + used_);
    }
  }

  /// Adds the views that have not been added yet. Where they are few, places without weight fill
  /// up.
  void finish() {
    Places<tile_side> places[most_views];
    for (int n = views_; n < most_views; ++n) places[n] = {};
    for (int y = 0; y < box_.count[1] && views_ > 0; ++y) {
      for (int n = 0; n < views_; ++n) find(copied_[n], y, places[n]);
      add_row(places, box_.count[0], sums_[y]);
    }
    views_ = 0;
    used_ = zero_pixels;
  }

  /// Finds the places of a row; their indices become those of numbers in `pixels_`.
  void find(CopiedView const& view, int y, Places<tile_side>& places) const {
    int const first = box_.first[0] - tile_.first[0];
    int const count = box_.count[0];
    if (view.is_parallel) {
      places.template find<DepthWeight>(view.rows[y], view.run, first, count);
    } else {
      places.template find<DepthWeight>(view.rows[y], first, count);
    }
    if (view.edge > 0) places.leave_out(view.edge, count);
    for (int k = 0; k < count; ++k) places.index[k] = (places.index[k] + view.origin) * Lanes;
  }

  /// Adds all views in one loop over the lanes: one so long compilers do not unroll before they
  /// vectorise it.
  void add_row(Places<tile_side> const (&places)[most_views], int count,
               float (&sums)[tile_side][Lanes]) const {
    for (int k = 0; k < count; ++k) {
      float const* pixels[most_views];
      float fraction[most_views];
      float weight[most_views];
      for (int n = 0; n < most_views; ++n) {
        pixels[n] = opaque(&pixels_[0][0] + places[n].index[k]);
        fraction[n] = places[n].fraction[k];
        weight[n] = places[n].weight[k];
      }
      float totals[Lanes];
      for (int lane = 0; lane < Lanes; ++lane) {
        float total = sums[k][lane];
        for (int n = 0; n < most_views; ++n) {
          float const below = pixels[n][lane];
          float const above = pixels[n][Lanes + lane];
          total = add_sample(total, weight[n], below, fraction[n], above - below);
        }
        totals[lane] = total;
      }
      for (int lane = 0; lane < Lanes; ++lane) sums[k][lane] = totals[lane];
    }
  }

  void add_apart(int n) {
    for (int lane = 0; lane < lanes_; ++lane) {
      samples_.add_apart(n, lane, box_, [&](int x, int y) -> float& { return sums_[y][x][lane]; });
    }
  }

  /// Calls `work(x, y, lane, sum)` for all that belong to the image.
  template <class Work>
  void for_each_sum(Work const& work) {
    for (int lane = 0; lane < lanes_; ++lane) {
      for (int y = 0; y < box_.count[1]; ++y) {
        for (int x = 0; x < columns_; ++x) {
          work(box_.first[0] + x, box_.first[1] + y, lane, sums_[y][x][lane]);
        }
      }
    }
  }

  alignas(64) float sums_[tile_side][tile_side][Lanes];
  alignas(64) float pixels_[most_pixels][Lanes];
  CopiedView copied_[most_views];
  Samples samples_;
  int lanes_;
  int columns_;
  ImageBox box_;
  ImageBox tile_;
  int views_ = 0;
  int used_ = zero_pixels;
};

/// How many samples are done at a time: many, or where they are few half as many.
inline constexpr int lanes_side_by_side = 16;

/// Backprojects at most `lanes_side_by_side` samples into a box. The memory is too much for stacks.
template <class DepthWeight, class Samples>
void backproject_side_by_side(Samples const& samples, int lanes, ImageBoxes const& boxes,
                              ImageBox const& box) {
  constexpr int few = lanes_side_by_side / 2;
  if (lanes > few) {
    using Many = SideBySide<DepthWeight, lanes_side_by_side, Samples>;
    std::make_unique<Many>(samples, lanes, boxes, box)->run();
  } else {
    std::make_unique<SideBySide<DepthWeight, few, Samples>>(samples, lanes, boxes, box)->run();
  }
}

}  // namespace pyronn::detail
