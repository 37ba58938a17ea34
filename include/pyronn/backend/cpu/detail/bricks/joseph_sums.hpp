// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JosephSums: the sums of a brick along rays of Joseph's model.
#include <algorithm>
#include <iterator>

#include <pyronn/backend/cpu/detail/bricks/brick_sums.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// The sums along the rays of one main axis. The two voxels between which a ray crosses a slice are
/// neighbours in memory: one load, one addition and one store serve both.
template <class Interp, class Boxes, int Dimension, class Number, int Axis>
class JosephSumsAlong {
 public:
  /// Adds a pixel's value to the voxels of the box beside its ray.
  void add(VoxelBox const& box, BasicJosephRay<Number> const& ray, Number value) {
    is_used_ = true;
    IndexRange const slices = ray.template slices_in<Axis, Dimension>(box);
    bool const is_finite = abs(value) < anywhere_of<Number>;
    for (int first = slices.first; first <= slices.last; first += Crossings::most) {
      int const count = min(Crossings::most, slices.last - first + 1);
      Crossings const crossings{box, ray, first, count};
      if (is_finite) {
        add(crossings, count, value);
      } else {
        add_infinite(crossings, count, value);
      }
    }
  }

  /// Adds all sums to totals and begins anew.
  template <class Totals>
  void move_to(VoxelBox const& box, Totals& totals) {
    if (!is_used_) return;
    Vec<int, 3> const size = box.end - box.first;
    for (int z = 0; z < size[2]; ++z) {
      for (int y = 0; y < size[1]; ++y) {
        for (int x = 0; x < size[0]; ++x) totals.at({x, y, z}) += values_[index({x, y, z})];
      }
    }
    is_used_ = false;
    std::fill(std::begin(values_), std::end(values_), Number{0});
  }

 private:
  static constexpr int a = Axis == 0 ? 1 : 0;
  static constexpr int b = Axis == 2 ? 1 : 2;
  static constexpr int pairs = Dimension == 3 ? 2 : 1;  ///< of voxels beside a crossing
  /// Voxels around the box, to which rays add in vain: pairs that begin outside lie there.
  static constexpr int border = 2;
  static constexpr int row = Boxes::size(a) + 2 * border;
  static constexpr int slice = row * (Dimension == 3 ? Boxes::size(b) + 2 * border : 1);

  [[nodiscard]] static int index(Vec<int, 3> const& place) {
    int const of_row = Dimension == 3 ? place[b] + border : 0;
    return place[Axis] * slice + of_row * row + place[a] + border;
  }

  /// Where a ray crosses some slices: the places of the first voxels beside it, and the weights of
  /// all. They are computed in loops that vectorise, as additions to places cannot.
  struct Crossings {
    static constexpr int most = 64;
    static constexpr int at_once = 16;

    int places[most];
    Number weights[pairs][2 * most];

    Crossings(VoxelBox const& box, BasicJosephRay<Number> const& ray, int first, int count) {
      find(box, ray, first, (count + at_once - 1) / at_once * at_once);
      if (ray.coverage(first) < 1 || ray.coverage(first + count - 1) < 1) {
        for (int n = 0; n < count; ++n) {
          Number const coverage = ray.coverage(first + n);
          for (auto& of_pair : weights) {
            of_pair[2 * n] *= coverage;
            of_pair[2 * n + 1] *= coverage;
          }
        }
      }
    }

   private:
    /// `count` is a multiple of `at_once`, so that vectors leave no crossing over; the last ones
    /// may lie beyond the slices that are asked for.
    void find(VoxelBox const& box, BasicJosephRay<Number> const& ray, int first, int count) {
      Number parts[2][most];
      for (int n = 0; n < count; ++n) {
        int const k = first + n;
        int place = (k - box.first[Axis]) * slice + split(box, a, ray.crossing(0, k), parts[0][n]);
        if constexpr (Dimension == 3) place += row * split(box, b, ray.crossing(1, k), parts[1][n]);
        places[n] = place;
      }
      for (int n = 0; n < count; ++n) {
        for (int corner = 0; corner < 2 * pairs; ++corner) {
          auto const is = [corner](int m) { return corner == m ? Number{1} : Number{0}; };
          Number share = 0;
          if constexpr (Dimension == 2) {
            share = blend_line<Interp>(parts[0][n], is(0), is(1));
          } else {
            share = user::blend<Interp>(parts[0][n], parts[1][n], is(0), is(1), is(2), is(3));
          }
          weights[corner >> 1][2 * n + (corner & 1)] = ray.step * share;
        }
      }
    }

    /// The place along an axis of the voxel below a crossing, in the border where that is outside
    /// the box; `part` becomes the distance from it. Clamping the index, not the crossing, leaves
    /// compilers no two cases to tell apart.
    static int split(VoxelBox const& box, int axis, Number crossing, Number& part) {
      int const index = floor_to_int(crossing);
      part = crossing - static_cast<Number>(index);
      int const first = box.first[axis] - border;
      return clamp(index, first, box.end[axis]) - first;
    }
  };

  void add(Crossings const& crossings, int count, Number value) {
    for (int n = 0; n < count; ++n) {
      for (int p = 0; p < pairs; ++p) {
        Number* const pair = values_ + crossings.places[n] + p * row;
        Number const* const weights = crossings.weights[p] + 2 * n;
        Number const lower = pair[0] + weights[0] * value;
        Number const upper = pair[1] + weights[1] * value;
        pair[0] = lower;
        pair[1] = upper;
      }
    }
  }

  /// Infinity times a weight of zero is not a number, and says nothing of the voxel.
  void add_infinite(Crossings const& crossings, int count, Number value) {
    for (int n = 0; n < count; ++n) {
      for (int corner = 0; corner < 2 * pairs; ++corner) {
        Number const weight = crossings.weights[corner >> 1][2 * n + (corner & 1)];
        int const place = crossings.places[n] + (corner >> 1) * row + (corner & 1);
        if (weight != 0) values_[place] += weight * value;
      }
    }
  }

  bool is_used_;
  Number values_[Boxes::size(Axis) * slice];
};

/// The sums of a brick along rays of Joseph's model, those of each main axis for themselves.
template <class Interp, class Boxes, int Dimension, class Number>
class JosephSums {
 public:
  using Totals = BrickSums<Interp, Boxes, Dimension, Number>;

  void add(VoxelBox const& box, BasicJosephRay<Number> const& ray, Number value) {
    if (ray.axis == 0) along_x_.add(box, ray, value);
    if (ray.axis == 1) along_y_.add(box, ray, value);
    if constexpr (Dimension == 3) {
      if (ray.axis == 2) along_z_.add(box, ray, value);
    }
  }

  void move_to(VoxelBox const& box, Totals& totals) {
    along_x_.move_to(box, totals);
    along_y_.move_to(box, totals);
    if constexpr (Dimension == 3) along_z_.move_to(box, totals);
  }

 private:
  template <int Axis>
  using Along = JosephSumsAlong<Interp, Boxes, Dimension, Number, Axis>;

  Along<0> along_x_;
  Along<1> along_y_;
  Along<2> along_z_;
};

}  // namespace pyronn::detail
