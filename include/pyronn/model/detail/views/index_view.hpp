// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Views as kernels use them: in voxel indices of a grid instead of mm, and in the number type in
/// which they compute. What can be computed beforehand is computed in double precision and then
/// rounded.
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// Any view that is not projective: its own functions, with the conversion between mm and voxel
/// indices around them, in the number types that the view uses; in double where kernels compute in
/// double.
template <class View, class Number>
struct BasicIndexView {
  using RayNumber = std::common_type_t<ray_scalar_t<View>, Number>;
  using ViewNumber = projection_number_t<View, Number>;
  using PointNumber = std::common_type_t<ViewNumber, Number>;

  View view;
  Vec<RayNumber, 3> ray_origin;
  Vec<RayNumber, 3> per_voxel;
  Vec<PointNumber, 3> point_origin;
  Vec<PointNumber, 3> spacing;

  static constexpr bool is_projective = false;

  static PYRONN_HOST_DEVICE BasicIndexView make(View const& view, Grid const& grid) {
    Vec3d const per_voxel{1 / grid.spacing[0], 1 / grid.spacing[1], 1 / grid.spacing[2]};
    return {view, vec_cast<RayNumber>(grid.origin), vec_cast<RayNumber>(per_voxel),
            vec_cast<PointNumber>(grid.origin), vec_cast<PointNumber>(grid.spacing)};
  }

  PYRONN_HOST_DEVICE Ray<Number> ray(Number u, Number v) const {
    using Pixel = pixel_scalar_t<View>;
    auto const world =
        ray_cast<RayNumber>(user::ray(view, static_cast<Pixel>(u), static_cast<Pixel>(v)));
    // The parameter is counted from the point nearest to the grid's first voxel, so that the
    // numbers are as small as the grid.
    RayNumber const moved =
        dot(ray_origin - world.origin, world.direction) / dot(world.direction, world.direction);
    return {vec_cast<Number>(scale(world.origin + moved * world.direction - ray_origin, per_voxel)),
            vec_cast<Number>(scale(world.direction, per_voxel)),
            static_cast<Number>(world.begin - moved), static_cast<Number>(world.end - moved)};
  }

  PYRONN_HOST_DEVICE DetectorPoint<Number> project(Vec<Number, 3> const& index) const {
    Vec<PointNumber, 3> const world = point_origin + scale(spacing, vec_cast<PointNumber>(index));
    auto const point = user::project(view, vec_cast<ViewNumber>(world));
    return {static_cast<Number>(point.u), static_cast<Number>(point.v),
            static_cast<Number>(point.depth)};
  }
};
template <class View>
using IndexView = BasicIndexView<View, float>;

/// The form of a view for kernels that project points.
template <class View>
using project_view_t = std::conditional_t<is_projective_view_v<View>, IndexMap, IndexView<View>>;

/// The special form of a view for kernels that project points, for views that fit it; void: none.
template <class View, int Dimension>
using special_project_view_t =
    std::conditional_t<is_projective_view_v<View>,
                       std::conditional_t<Dimension == 2, PlaneMap, ZAlignedMap>, void>;

/// The form of a view for kernels that follow rays.
template <class View>
using ray_view_t = std::conditional_t<has_projective_rays_v<View>, IndexRays, IndexView<View>>;

/// The special form of a view for kernels that follow rays, for views that fit it; void: none.
template <class View, int Dimension>
using special_ray_view_t =
    std::conditional_t<has_projective_rays_v<View> && Dimension == 3, ZAlignedRays, void>;

/// The form of a view for kernels that project points and follow rays.
template <class View>
using full_view_t = std::conditional_t<is_projective_view_v<View> && has_projective_rays_v<View>,
                                       IndexMapAndRays, IndexView<View>>;

/// The special form of a view for kernels that do both, for views that fit it; void: none.
template <class View, int Dimension>
using special_full_view_t =
    std::conditional_t<is_projective_view_v<View> && has_projective_rays_v<View> && Dimension == 3,
                       ZAlignedMapAndRays, void>;

/// A form of a view, which models name as it is in single precision, in the number type in which
/// kernels compute. Forms of users' models stay what they are.
template <class Form, class Number>
struct FormIn {
  using type = Form;
};
template <class View, class Number>
struct FormIn<IndexView<View>, Number> {
  using type = BasicIndexView<View, Number>;
};
template <class Number>
struct FormIn<IndexMap, Number> {
  using type = BasicIndexMap<Number>;
};
template <class Number>
struct FormIn<IndexRays, Number> {
  using type = BasicIndexRays<Number>;
};
template <class Number>
struct FormIn<IndexMapAndRays, Number> {
  using type = BasicIndexMapAndRays<Number>;
};

/// The special form of a view for kernels that find rays from the projection; void: none.
template <class View, int Dimension>
using special_map_view_t =
    std::conditional_t<std::is_void_v<special_full_view_t<View, Dimension>>, void, UprightMap>;

}  // namespace pyronn::detail
