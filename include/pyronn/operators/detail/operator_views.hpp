// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The views of an operator, in the form that its kernels read fastest.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// True where every view of a geometry fits a special form.
template <class Special, class Geometry>
bool all_views_fit(Geometry const& geometry, Grid const& grid) {
  for (int view = 0; view < geometry.num_views(); ++view) {
    if (!Special::fits(geometry.view(view), grid, geometry.detector_size())) return false;
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

  /// Views are there when set_up was called for all geometries, and combine_samples after that.
  OperatorViews(std::size_t count, std::vector<Geometry> const& geometries, Grid const& grid)
      : general_{count, geometries, grid} {
    if constexpr (has_special) {
      special_.emplace(count, geometries, grid);
      fits_of_samples_.resize(count);
    }
  }

  /// Sets up the views of a geometry; threads may do so for different ones. Throws as LaunchViews.
  void set_up(std::size_t sample, Geometry const& geometry, Grid const& grid) {
    general_.set_up(sample, geometry);
    if constexpr (has_special) {
      std::vector<char> fits;
      fits.reserve(static_cast<std::size_t>(geometry.num_views()));
      for (int n = 0; n < geometry.num_views(); ++n) {
        fits.push_back(Special::fits(geometry.view(n), grid, geometry.detector_size()) ? 1 : 0);
      }
      bool const has_any = std::find(fits.begin(), fits.end(), 1) != fits.end();
      if (has_any) special_->set_up(sample, geometry);
      fits_of_samples_[sample] = std::move(fits);
    }
  }

  /// Finds the views that fit the special form in every geometry.
  void combine_samples() {
    if constexpr (has_special) {
      fits_ = fits_of_samples_.front();
      for (std::vector<char> const& others : fits_of_samples_) {
        for (std::size_t n = 0; n < fits_.size(); ++n) {
          fits_[n] = static_cast<char>(fits_[n] & others[n]);
        }
      }
      fits_of_samples_ = {};
      num_special_ = static_cast<int>(std::count(fits_.begin(), fits_.end(), 1));
      if (num_special_ == 0) special_.reset();
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
  std::vector<std::vector<char>> fits_of_samples_;  ///< until they are combined
  std::vector<char> fits_;                          ///< the special form, view by view
  int num_special_ = 0;
};

}  // namespace pyronn::detail
