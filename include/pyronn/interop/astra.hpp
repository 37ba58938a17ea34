// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ASTRA Toolbox geometries. Vectors come and go as flat lists, view after view, the order of
/// numpy's `Vectors.ravel()`; ASTRA's units are taken as mm (its voxels have size 1 unless the
/// volume geometry says otherwise: scale accordingly). `d` is the middle of the detector in ASTRA
/// and here.
///
/// In 3D the axes agree: ASTRA's volumes are [z][y][x] with all indices growing along the axes, so
/// an ASTRA volume without window is Grid::centered. Its projections are [v][view][u], ours
/// [view][v][u]. In 2D the first row of an ASTRA image is the one with the LARGEST y. World
/// coordinates are kept, so either turn the rows of the image round or use `mirrored_y`, which
/// turns the scan round instead.
///
/// ASTRA's rays have no ends, those of ConeBeam and FanBeam end at the detector: where it stands in
/// the origin or elsewhere within the object, take `farther(2)` of each view's vectors.
///
/// Functions throw InvalidArgument, with the view, for lists of a wrong length and for numbers that
/// are not finite.
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/fan_vectors.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>

namespace pyronn::astra {
namespace detail {

using pyronn::detail::expects;

/// Views of Count vectors with Dimension numbers each, handed to make(vectors) one by one.
template <int Dimension, std::size_t Count, class Make>
auto from_flat(char const* name, std::vector<double> const& numbers, Make const& make) {
  using Vector = Vec<double, Dimension>;
  constexpr std::size_t width = Dimension * Count;
  expects(!numbers.empty() && numbers.size() % width == 0, name, ": ", numbers.size(),
          " numbers must be ", width, " for each of one or more views");
  std::vector<decltype(make(std::array<Vector, Count>{}))> views;
  views.reserve(numbers.size() / width);
  for (std::size_t first = 0; first < numbers.size(); first += width) {
    std::array<Vector, Count> vectors{};
    for (std::size_t i = 0; i < width; ++i) {
      double const number = numbers[first + i];
      expects(std::isfinite(number), name, ": number ", i, " of view ", first / width, " is ",
              number, " and must be finite");
      vectors[i / Dimension][static_cast<int>(i % Dimension)] = number;
    }
    views.push_back(make(vectors));
  }
  return views;
}

/// The list of what split(view) gives for every view.
template <class View, class Split>
std::vector<double> to_flat(char const* name, std::vector<View> const& views, Split const& split) {
  expects(!views.empty(), name, ": there must be at least one view");
  std::vector<double> numbers;
  for (std::size_t n = 0; n < views.size(); ++n) {
    for (auto const& vector : split(views[n])) {
      for (double const number : vector.data) {
        expects(std::isfinite(number), name, ": ", vector, " of view ", n, " must be finite");
        numbers.push_back(number);
      }
    }
  }
  return numbers;
}

inline void expect_spacing(char const* name, double spacing) {
  expects(std::isfinite(spacing) && spacing > 0, name, ": detector spacing ", spacing,
          " must be positive and finite [mm]");
}

/// The source may stand on the far side (0 and above), the detector on either.
inline void expect_distances(char const* name, double origin_source, double origin_detector) {
  expects(std::isfinite(origin_source) && std::isfinite(origin_detector) &&
              origin_source + origin_detector > 0,
          name, ": the distances from the origin to source and detector, ", origin_source, " and ",
          origin_detector, ", must be finite with a positive sum [mm]");
}

/// What make(sine, cosine) gives for every angle.
template <class Make>
auto at_angles(char const* name, std::vector<double> const& angles, Make const& make) {
  expects(!angles.empty(), name, ": angles must hold at least one angle [rad]");
  std::vector<decltype(make(0.0, 1.0))> views;
  views.reserve(angles.size());
  for (double const angle : angles) {
    expects(std::isfinite(angle), name, ": angle ", angle, " must be finite [rad]");
    views.push_back(make(std::sin(angle), std::cos(angle)));
  }
  return views;
}

}  // namespace detail

/// `cone_vec`: 12 numbers a view: source, d, u, v.
inline std::vector<ConeVectors> from_cone_vec(std::vector<double> const& numbers) {
  return detail::from_flat<3, 4>("astra::from_cone_vec", numbers, [](auto const& view) {
    return ConeVectors{view[0], view[1], view[2], view[3]};
  });
}

/// The other way, 12 numbers a view.
inline std::vector<double> to_cone_vec(std::vector<ConeVectors> const& views) {
  return detail::to_flat("astra::to_cone_vec", views, [](ConeVectors const& view) {
    return std::array<Vec3d, 4>{view.source, view.detector_center, view.u_step, view.v_step};
  });
}

/// `parallel3d_vec`: 12 numbers a view: ray, d, u, v. A ray is a line: its sense is kept as it is.
inline std::vector<ParallelVectors> from_parallel3d_vec(std::vector<double> const& numbers) {
  return detail::from_flat<3, 4>("astra::from_parallel3d_vec", numbers, [](auto const& view) {
    return ParallelVectors{view[0], view[1], view[2], view[3]};
  });
}

/// The other way, 12 numbers a view.
inline std::vector<double> to_parallel3d_vec(std::vector<ParallelVectors> const& views) {
  return detail::to_flat("astra::to_parallel3d_vec", views, [](ParallelVectors const& view) {
    return std::array<Vec3d, 4>{view.direction, view.detector_center, view.u_step, view.v_step};
  });
}

/// `fanflat_vec`: 6 numbers a view: source, d, u.
inline std::vector<FanVectors> from_fanflat_vec(std::vector<double> const& numbers) {
  return detail::from_flat<2, 3>("astra::from_fanflat_vec", numbers, [](auto const& view) {
    return FanVectors{view[0], view[1], view[2]};
  });
}

/// The other way, 6 numbers a view.
inline std::vector<double> to_fanflat_vec(std::vector<FanVectors> const& views) {
  return detail::to_flat("astra::to_fanflat_vec", views, [](FanVectors const& view) {
    return std::array<Vec2d, 3>{view.source, view.detector_center, view.u_step};
  });
}

/// `parallel_vec`: 6 numbers a view: ray, d, u. A ray is a line: its sense is kept as it is.
inline std::vector<ParallelVectors2D> from_parallel_vec(std::vector<double> const& numbers) {
  return detail::from_flat<2, 3>("astra::from_parallel_vec", numbers, [](auto const& view) {
    return ParallelVectors2D{view[0], view[1], view[2]};
  });
}

/// The other way, 6 numbers a view.
inline std::vector<double> to_parallel_vec(std::vector<ParallelVectors2D> const& views) {
  return detail::to_flat("astra::to_parallel_vec", views, [](ParallelVectors2D const& view) {
    return std::array<Vec2d, 3>{view.direction, view.detector_center, view.u_step};
  });
}

/// `cone`: at angle t the source is at origin_source (sin t, -cos t, 0), u = (cos t, sin t, 0) and
/// v = +z; `spacing` of the detector is (u, v) = (DetectorSpacingX, DetectorSpacingY) [mm].
inline std::vector<ConeVectors> cone(std::vector<double> const& angles, Vec2d const& spacing,
                                     double origin_source, double origin_detector) {
  for (double const pitch : spacing.data) detail::expect_spacing("astra::cone", pitch);
  detail::expect_distances("astra::cone", origin_source, origin_detector);
  return detail::at_angles("astra::cone", angles, [=](double sine, double cosine) {
    Vec3d const outward{sine, -cosine, 0};
    return ConeVectors{origin_source * outward,
                       -origin_detector * outward,
                       spacing[0] * Vec3d{cosine, sine, 0},
                       {0, 0, spacing[1]}};
  });
}

/// `parallel3d`: the directions of `cone`, the detector in the origin.
inline std::vector<ParallelVectors> parallel3d(std::vector<double> const& angles,
                                               Vec2d const& spacing) {
  for (double const pitch : spacing.data) detail::expect_spacing("astra::parallel3d", pitch);
  return detail::at_angles("astra::parallel3d", angles, [=](double sine, double cosine) {
    return ParallelVectors{
        {sine, -cosine, 0}, {0, 0, 0}, spacing[0] * Vec3d{cosine, sine, 0}, {0, 0, spacing[1]}};
  });
}

/// `fanflat`: at angle t the source is at origin_source (sin t, -cos t) and u = (cos t, sin t).
inline std::vector<FanVectors> fanflat(std::vector<double> const& angles, double spacing,
                                       double origin_source, double origin_detector) {
  detail::expect_spacing("astra::fanflat", spacing);
  detail::expect_distances("astra::fanflat", origin_source, origin_detector);
  return detail::at_angles("astra::fanflat", angles, [=](double sine, double cosine) {
    Vec2d const outward{sine, -cosine};
    return FanVectors{origin_source * outward, -origin_detector * outward,
                      spacing * Vec2d{cosine, sine}};
  });
}

/// `parallel`: the directions of `fanflat`, the detector in the origin.
inline std::vector<ParallelVectors2D> parallel(std::vector<double> const& angles, double spacing) {
  detail::expect_spacing("astra::parallel", spacing);
  return detail::at_angles("astra::parallel", angles, [=](double sine, double cosine) {
    return ParallelVectors2D{{sine, -cosine}, {0, 0}, spacing * Vec2d{cosine, sine}};
  });
}

/// The view whose y runs along the rows of an ASTRA image as they are stored.
inline FanVectors mirrored_y(FanVectors view) {
  for (Vec2d* const vector : {&view.source, &view.detector_center, &view.u_step}) {
    (*vector)[1] = -(*vector)[1];
  }
  return view;
}

/// The same of parallel rays.
inline ParallelVectors2D mirrored_y(ParallelVectors2D view) {
  for (Vec2d* const vector : {&view.direction, &view.detector_center, &view.u_step}) {
    (*vector)[1] = -(*vector)[1];
  }
  return view;
}

}  // namespace pyronn::astra
