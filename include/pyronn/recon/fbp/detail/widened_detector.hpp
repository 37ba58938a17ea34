// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Filtering spreads rows beyond the detector. Where a detector is offset, voxels that land beside
/// it need what spread there from the side that it sees.
#include <algorithm>
#include <cmath>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn::detail {

/// Columns that filtered rows have besides the detector's, before the first and after the last.
struct ExtraColumns {
  int before = 0;
  int after = 0;
};

/// As many as make every row of an offset detector reach as far on its near side of the axis as on
/// its far side; none for other scans.
template <class FbpView>
ExtraColumns extra_columns(std::vector<FbpView> const& views, Extents<2> detector) {
  ExtraColumns extra;
  double const last = detector[0] - 1;
  for (FbpView const& view : views) {
    if (view.share.redundancy.kind != Redundancy::wang) continue;
    for (int const v : {0, detector[1] - 1}) {
      double const axis = view.axis_column(static_cast<float>(v));
      extra.before = std::max(extra.before, static_cast<int>(std::ceil(last - 2 * axis)));
      extra.after = std::max(extra.after, static_cast<int>(std::ceil(2 * axis - last)));
    }
  }
  return extra;
}

/// A view whose detector has more columns before the first one.
template <class View, bool IsProjective = is_projective_view_v<View>>
struct WidenedView {
  View view;
  int before;

  template <class T>
  [[nodiscard]] PYRONN_HOST_DEVICE auto project(Vec<T, 3> const& point) const
      -> decltype(view.project(point)) {
    auto landed = user::project(view, point);
    landed.u += static_cast<decltype(landed.u)>(before);
    return landed;
  }
};

template <class View>
struct WidenedView<View, true> {
  static constexpr bool has_parallel_rays = has_parallel_rays_v<View>;

  View view;
  int before;

  [[nodiscard]] PYRONN_HOST_DEVICE DetectorPoint<double> project(Vec3d const& point) const {
    Vec3d const homogeneous = projection_matrix()(point);
    return {homogeneous[0] / homogeneous[2], homogeneous[1] / homogeneous[2], homogeneous[2]};
  }
  [[nodiscard]] PYRONN_HOST_DEVICE ProjectionMatrix projection_matrix() const {
    ProjectionMatrix matrix = view.projection_matrix();
    for (int c = 0; c < 4; ++c) matrix.row[0][c] += before * matrix.row[2][c];
    return matrix;
  }
};

/// A geometry whose detector has more columns.
template <class Geometry>
class WidenedDetector {
 public:
  static constexpr int dimension = dimension_v<Geometry>;

  WidenedDetector(Geometry const& geometry, ExtraColumns extra)
      : geometry_(1, geometry), extra_{extra} {}

  [[nodiscard]] Geometry const& geometry() const { return geometry_.front(); }
  [[nodiscard]] int columns_before() const { return extra_.before; }

  [[nodiscard]] int num_views() const { return geometry().num_views(); }
  [[nodiscard]] Extents<2> detector_size() const {
    Extents<2> const size = geometry().detector_size();
    return {size[0] + extra_.before + extra_.after, size[1]};
  }
  [[nodiscard]] WidenedView<view_t<Geometry>> view(int n) const {
    return {geometry().view(n), extra_.before};
  }

 private:
  /// In a vector, of one: what is trivially copyable travels into kernels whole, where it would
  /// need functions for the device.
  std::vector<Geometry> geometry_;
  ExtraColumns extra_;
};

/// The detectors of samples whose scans these are: all as much wider as one of them needs it.
template <class Geometry, class Scans>
std::vector<WidenedDetector<Geometry>> widened_detectors(std::vector<Geometry> const& geometries,
                                                         Scans const& scans) {
  ExtraColumns extra;
  for (auto const& scan : scans) {
    auto const more = detail::extra_columns(scan, geometries.front().detector_size());
    extra = {std::max(extra.before, more.before), std::max(extra.after, more.after)};
  }
  std::vector<WidenedDetector<Geometry>> result;
  result.reserve(geometries.size());
  for (Geometry const& geometry : geometries) result.emplace_back(geometry, extra);
  return result;
}

}  // namespace pyronn::detail
