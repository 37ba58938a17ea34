// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The views of an operator, in the form that its kernels read fastest.
#include <optional>
#include <type_traits>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/launch_views.hpp>

namespace pyronn::detail {

/// True where every view of every geometry fits the special form.
template <class Special, class Geometry>
bool all_views_fit(std::vector<Geometry> const& geometries, Grid const& grid) {
  for (Geometry const& geometry : geometries) {
    for (int n = 0; n < geometry.num_views(); ++n) {
      if (!Special::fits(geometry.view(n), grid, geometry.detector_size())) return false;
    }
  }
  return true;
}

/// Views in the form `General`, and besides in the form `Special` where all of them fit it.
/// `Special` is void where there is none.
template <class Geometry, class General, class Special>
class OperatorViews {
 public:
  OperatorViews(std::vector<Geometry> const& geometries, Grid const& grid)
      : general_{geometries, grid} {
    if constexpr (has_special) {
      if (all_views_fit<Special>(geometries, grid)) special_.emplace(geometries, grid);
    }
  }

  [[nodiscard]] LaunchViews<Geometry, General> const& general() const { return general_; }

  /// Calls `work(views, std::bool_constant<is special>)`, with the special form where there is one
  /// and `Prefers` says so.
  template <bool Prefers, class Work>
  void visit(Work const& work) const {
    if constexpr (Prefers && has_special) {
      if (special_) return work(*special_, std::true_type{});
    }
    work(general_, std::false_type{});
  }

 private:
  static constexpr bool has_special = !std::is_void_v<Special>;
  struct None {};

  LaunchViews<Geometry, General> general_;
  std::conditional_t<
      has_special,
      std::optional<LaunchViews<Geometry, std::conditional_t<has_special, Special, General>>>, None>
      special_;
};

}  // namespace pyronn::detail
