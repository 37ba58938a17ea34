// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The views of an operator, in the form that its kernels read fastest.
#include <optional>
#include <type_traits>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// True where a view fits the special form in every geometry.
template <class Special, class Geometry>
bool view_fits(std::vector<Geometry> const& geometries, Grid const& grid, int view) {
  for (Geometry const& geometry : geometries) {
    if (!Special::fits(geometry.view(view), grid, geometry.detector_size())) return false;
  }
  return true;
}

/// True where every view of every geometry fits the special form.
template <class Special, class Geometry>
bool all_views_fit(std::vector<Geometry> const& geometries, Grid const& grid) {
  for (int view = 0; view < geometries.front().num_views(); ++view) {
    if (!view_fits<Special>(geometries, grid, view)) return false;
  }
  return true;
}

/// Consecutive views of a call that are taken alike.
struct ViewRun {
  ViewIndices views;  ///< of the geometry
  int first_view;     ///< where they begin in the call's projections
  bool is_special;    ///< whether all fit the special form
};

/// Views in the form `General`, and besides in the form `Special` those that fit it. `Special` is
/// void where there is none.
template <class Geometry, class General, class Special>
class OperatorViews {
 public:
  static constexpr bool has_special = !std::is_void_v<Special>;

  OperatorViews(std::vector<Geometry> const& geometries, Grid const& grid)
      : general_{geometries, grid} {
    if constexpr (has_special) {
      int const count = geometries.front().num_views();
      for (int n = 0; n < count; ++n) {
        bool const fits = view_fits<Special>(geometries, grid, n);
        fits_.push_back(static_cast<char>(fits));
        num_special_ += fits ? 1 : 0;
      }
      if (num_special_ > 0) special_.emplace(geometries, grid);
    }
  }

  [[nodiscard]] LaunchViews<Geometry, General> const& general() const { return general_; }
  /// To be asked for views of special runs alone.
  [[nodiscard]] auto const& special() const { return *special_; }

  /// Calls `work(views)` with the form that a run is to be read in: the special one if it is one
  /// and `Prefers` says so.
  template <bool Prefers, class Work>
  void visit(ViewRun const& run, Work const& work) const {
    if constexpr (Prefers && has_special) {
      if (run.is_special) return work(*special_);
    }
    work(general_);
  }

  /// Cuts the views of a call into runs. A few special views among others are not worth launches of
  /// their own.
  template <class Work>
  void for_each_run(ViewIndices const& views, Work const& work) const {
    auto const run = [&](int begin, int end, bool is_special) {
      if (begin < end) work(ViewRun{views.sub(begin, end - begin), begin, is_special});
    };
    int const count = views.count;
    if (num_special_ == 0) return run(0, count, false);
    if (num_special_ == static_cast<int>(fits_.size())) return run(0, count, true);
    int begin = 0;
    for (int n = 0; n < count;) {
      int const end = end_of_kind(views, n);
      if (fits(views[n]) && (end - n >= least_run || end - n == count)) {
        run(begin, n, false);
        run(n, end, true);
        begin = end;
      }
      n = end;
    }
    run(begin, count, false);
  }

 private:
  static constexpr int least_run = 16;
  struct None {};

  [[nodiscard]] bool fits(int view) const { return fits_[static_cast<std::size_t>(view)] != 0; }

  [[nodiscard]] int end_of_kind(ViewIndices const& views, int begin) const {
    int end = begin + 1;
    while (end < views.count && fits(views[end]) == fits(views[begin])) ++end;
    return end;
  }

  LaunchViews<Geometry, General> general_;
  std::conditional_t<
      has_special,
      std::optional<LaunchViews<Geometry, std::conditional_t<has_special, Special, General>>>, None>
      special_;
  std::vector<char> fits_;  ///< the special form, view by view
  int num_special_ = 0;
};

}  // namespace pyronn::detail
