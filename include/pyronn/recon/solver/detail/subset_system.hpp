// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What solvers by ordered subsets have in common: the subsets of a map's views, and calls of them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/view_steps.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn::detail {

/// Views s, s + S, s + 2 S ... of a map for every s below S. One subset is the map itself, and then
/// the map needs no views.
template <class Map>
class ViewSubsets {
 public:
  static constexpr int rank = RangeOf<Map>::rank;

  /// Throws InvalidArgument unless there is a view for every subset.
  ViewSubsets(char const* name, Map const& map, int subsets) {
    expects(subsets >= 1, name, ": subsets ", subsets, " must be at least 1");
    if constexpr (pyronn::has_views_v<Map>) {
      int const views = map.num_views();
      expects(subsets <= views, name, ": subsets ", subsets, " must not be more than the ", views,
              " views");
      int const own = count_own_views(map);
      expects(map.range()[rank - 1] == own, name, ": the range's extents ", map.range(),
              " must end with the ", own, " views");
      for (int s = 0; subsets > 1 && s < subsets; ++s)
        maps_.push_back(map.subset(ViewSelection::every(subsets, s)));
    } else {
      expects(subsets == 1, name, ": subsets ", subsets, " must be 1, as the map has no views");
    }
    if (subsets == 1) maps_.push_back(map);
    first_view_ = first_own_view(map);
    for (Map const& subset : maps_) {
      first_rays_.push_back(all_rays_);
      all_rays_ += subset.range().count();
    }
  }

  [[nodiscard]] int count() const { return static_cast<int>(maps_.size()); }
  [[nodiscard]] Map const& map(int s) const { return maps_[static_cast<std::size_t>(s)]; }
  /// Of the subset that has the most.
  [[nodiscard]] Extents<rank> most_rays() const {
    Extents<rank> most = map(0).range();
    for (Map const& subset : maps_) {
      if (subset.range().count() > most.count()) most = subset.range();
    }
    return most;
  }
  /// Where its rays begin in an array that holds one subset after another.
  [[nodiscard]] std::int64_t first_ray(int s) const {
    return first_rays_[static_cast<std::size_t>(s)];
  }
  /// Where its rays lie among all rays.
  [[nodiscard]] SubsetRays rays(int s) const {
    Extents<rank> const range = map(s).range();
    if (count() == 1) return {0, 1, 1, range.count()};
    int const views = range[rank - 1];
    if (views == 0) return {0, count(), 0, 1};
    // Among the map's own views, of which the first has this number.
    int const first = (s + count() - first_view_ % count()) % count();
    return {first, count(), views, range.count() / views};
  }

  /// What a workspace for each of them takes.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, std::size_t limit) const {
    std::int64_t const most = std::max(map(0).domain().count(), all_rays_);
    std::size_t bytes = reduction_workspace_bytes(executor, most);
    for (Map const& subset : maps_)
      bytes = std::max(bytes, subset.workspace_bytes(executor, limit));
    return bytes;
  }

 private:
  std::vector<Map> maps_;
  std::vector<std::int64_t> first_rays_;
  std::int64_t all_rays_ = 0;
  int first_view_ = 0;
};

/// A System whose map is called by subsets. Arrays `rays` have place for any subset, and what they
/// hold belongs to the subset that was called last.
template <class Map, class Executor>
class SubsetSystem : public System<Map, Executor> {
  using Base = System<Map, Executor>;

 public:
  using Image = typename Base::Image;
  using Ray = typename Base::Ray;
  using Data = typename Base::Data;
  using ImageView = typename Base::ImageView;
  using ConstImageView = typename Base::ConstImageView;
  using RayView = typename Base::RayView;

  SubsetSystem(char const* name, Executor const& executor,
               ReconstructionProblem<Map> const& problem, ViewSubsets<Map> const& subsets,
               std::size_t workspace_limit)
      : Base{name, executor, problem,
             WorkspaceBytes{subsets.workspace_bytes(executor, workspace_limit)}},
        subsets_{subsets} {}

  [[nodiscard]] ViewSubsets<Map> const& subsets() const { return subsets_; }

  /// rays = A_s x
  void project(int s, ConstImageView x, RayView rays) {
    subsets_.map(s).apply(this->executor(), x, of_subset(s, rays), this->workspace());
  }
  /// x = A_s' rays
  void backproject(int s, RayView rays, ImageView x) {
    subsets_.map(s).apply_transpose(this->executor(), read_only(of_subset(s, rays)), x,
                                    this->workspace());
  }
  /// rays = operation(ray, the same among all rays)
  template <class Operation>
  void step(int s, Operation const& operation, RayView rays) {
    for_each_ray(this->executor(), subsets_.rays(s), operation, rays.data);
  }
  /// rays = W_s
  void weights(int s, RayView rays) { step(s, SubsetWeights<Ray>{weights_data()}, rays); }

  /// One over the column sums of W_s A_s, 0 where they are negligible. Overwrites rays, and *total.
  void make_column_weights(int s, RayView rays, ImageView columns, double* total) {
    weights(s, rays);
    backproject(s, rays, columns);
    this->invert_column_sums(columns, total);
  }

  /// numbers[target] += the sum of a term over the subset's rays; numbers[part] is overwritten.
  template <class Term>
  void add_sum(int s, Term const& term, double* numbers, int part, int target) {
    reduce<Unchanged>(this->executor(), {this->name(), "", "", this->name()}, term,
                      subsets_.rays(s).count(), numbers + part, this->workspace());
    run_scalar_step(this->executor(), AddNumber{part, 1, target}, numbers);
  }

  /// numbers[target] += the sum of w (b - rays)^2, where rays are the projected image.
  void add_weighted_square(int s, RayView rays, double* numbers, int part, int target) {
    ResidualSquareTerm<Ray, Data> const term{subsets_.rays(s), data(), rays.data, weights_data(),
                                             nullptr};
    add_sum(s, term, numbers, part, target);
  }

  /// Queues numbers[target] = the sum of w (b - A x)^2 over all subsets, and returns where it will
  /// be. Overwrites rays and numbers[part].
  double const* make_residual_square(ConstImageView x, RayView rays, double* numbers, int part,
                                     int target) {
    run_scalar_step(this->executor(), SetNumber{target, 0}, numbers);
    for (int s = 0; s < subsets_.count(); ++s) {
      project(s, x, rays);
      add_weighted_square(s, rays, numbers, part, target);
    }
    return numbers + target;
  }

  [[nodiscard]] Data const* data() const { return this->problem().data.data; }
  [[nodiscard]] Ray const* weights_data() const { return this->problem().weights.data; }

 private:
  [[nodiscard]] RayView of_subset(int s, RayView rays) const {
    return {rays.data, subsets_.map(s).range()};
  }

  ViewSubsets<Map> subsets_;
};

/// Column weights of subsets, as many of them kept as a limit allows, the others made when they are
/// asked for, with the same bits.
template <class Image, int Rank>
class KeptColumns {
 public:
  /// At least one array, where the others are made. As many wherever the map has its images.
  template <class Map>
  KeptColumns(ArrayLayout& arrays, Map const& map, int subsets, std::size_t limit) {
    Extents<Rank> const domain = map.domain();
    std::size_t const bytes = static_cast<std::size_t>(most_pixels(map)) * sizeof(Image);
    std::size_t const fit = std::max<std::size_t>(limit / std::max<std::size_t>(bytes, 1), 1);
    int const slots = static_cast<int>(std::min(fit, static_cast<std::size_t>(subsets)));
    for (int n = 0; n < slots; ++n) slots_.push_back(arrays.template add<Image>(domain));
    kept_ = slots == subsets ? slots : slots - 1;
  }

  /// Makes those that are kept. Overwrites rays, and *total.
  template <class System>
  void make(System& system, std::byte* memory, typename System::RayView rays, double* total) const {
    for (int s = 0; s < kept_; ++s) system.make_column_weights(s, rays, at(s, memory), total);
  }
  /// Those of a subset; where they are made, rays and *total are overwritten.
  template <class System>
  ArrayView<Image, Rank> of(int s, System& system, std::byte* memory, typename System::RayView rays,
                            double* total) const {
    ArrayView<Image, Rank> const columns = at(std::min(s, kept_), memory);
    if (s >= kept_) system.make_column_weights(s, rays, columns, total);
    return columns;
  }

 private:
  [[nodiscard]] ArrayView<Image, Rank> at(int n, std::byte* memory) const {
    return slots_[static_cast<std::size_t>(n)].in(memory);
  }

  std::vector<Slot<Image, Rank>> slots_;
  int kept_;
};

}  // namespace pyronn::detail
