// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parts of a call: an operator that is set up once works on any views and on any slab of slices.
#include <optional>
#include <utility>
#include <vector>

namespace pyronn {

/// Some views of a geometry, in the order in which a call's projections hold them. Unless said
/// otherwise all of them.
class ViewSelection {
 public:
  ViewSelection() = default;

  /// The views first, ..., first + count - 1.
  static ViewSelection range(int first, int count) {
    return ViewSelection{Kind::range, first, 1, count, {}};
  }

  /// The views first, first + stride, ... as far as there are any: an ordered subset.
  static ViewSelection every(int stride, int first = 0) {
    return ViewSelection{Kind::every, first, stride, 0, {}};
  }

  /// The views with these indices, in this order.
  static ViewSelection list(std::vector<int> indices) {
    return ViewSelection{Kind::list, 0, 1, 0, std::move(indices)};
  }

  /// How the views are told.
  enum class Kind { all, range, every, list };
  /// How the views are told.
  [[nodiscard]] Kind kind() const { return kind_; }
  /// The first view; 0 for all and for a list.
  [[nodiscard]] int first() const { return first_; }
  /// From view to view; 1 for all and for a list.
  [[nodiscard]] int stride() const { return stride_; }
  /// The views of a list; empty for others.
  [[nodiscard]] std::vector<int> const& indices() const { return indices_; }

  /// How many of a geometry's `num_views` views are selected; without a check that those exist.
  [[nodiscard]] int count(int num_views) const {
    switch (kind_) {
      case Kind::range:
        return count_;
      case Kind::every:
        return stride_ < 1 ? 0 : (num_views - 1 - first_) / stride_ + 1;
      case Kind::list:
        return static_cast<int>(indices_.size());
      case Kind::all:
        break;
    }
    return num_views;
  }

 private:
  ViewSelection(Kind kind, int first, int stride, int count, std::vector<int> indices)
      : kind_{kind}, first_{first}, stride_{stride}, count_{count}, indices_{std::move(indices)} {}

  Kind kind_ = Kind::all;
  int first_ = 0;
  int stride_ = 1;
  int count_ = 0;
  std::vector<int> indices_;
};

/// Consecutive z slices of a grid.
struct Slab {
  int first_slice = 0;  ///< by its index in the grid
  int num_slices = 0;   ///< at least 1
};

/// What a call does with what its output holds.
enum class Output {
  overwrite,  ///< nothing that was there counts
  add,        ///< the result is added to it; for 16-bit storage it is rounded once more
};

/// What one call of an operator works on. Arrays have the sizes of the part: projections as many
/// views as are selected, a volume as many slices as the slab has.
struct Part {
  /// The views, in the order in which the projections hold them.
  ViewSelection views{};
  /// All slices unless there is one. Backprojection gives a slab the bits that the same slices have
  /// in a whole call, in volumes of float or double. Projection gives what the slab alone
  /// contributes to the line integrals: with Output::add, slabs add up to the whole in any order.
  /// In the plane there is but one slice.
  std::optional<Slab> slab{};
  /// Whether the result overwrites the output or is added to it.
  Output output = Output::overwrite;
  /// Of operators that per_sample made: the geometry of the call's first sample, whose others
  /// follow. Unless it is said there must be as many samples as geometries.
  std::optional<int> first_sample{};
};

}  // namespace pyronn
