// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Geometries of the ASTRA Toolbox. Vectors are flat lists, view after view, in the order of
/// numpy's `Vectors.ravel()`. ASTRA's unit is taken as mm; its voxels have the size 1 unless the
/// volume geometry says otherwise, so that vectors may have to be scaled. `d` is the middle of the
/// detector in ASTRA and here.
///
/// In 3D the axes agree: ASTRA's volumes are [z][y][x] with all indices growing along the axes, so
/// an ASTRA volume without a window is Grid::centered. Its projections are [v][view][u], ours
/// [view][v][u]. In 2D the first row of an ASTRA image is the one with the LARGEST y. World
/// coordinates are kept: either reverse the order of the image's rows or use `mirrored_y`, which
/// mirrors the scan instead.
///
/// ASTRA's rays have no ends, those of ConeBeam and FanBeam end at the detector. Where the detector
/// lies in the origin or elsewhere within the object, use `farther(2)` of each view's vectors.
///
/// All functions throw InvalidArgument for lists of a wrong length and for numbers that are not
/// finite; the message names the view.
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/fan_vectors.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>
#include <pyronn/interop/detail/view_vectors.hpp>

namespace pyronn::astra {
namespace detail {

using pyronn::detail::expects;
using pyronn::detail::ViewVectors;

/// The views whose vectors the numbers are, one after another.
template <class View>
std::vector<View> from_flat(char const* name, std::vector<double> const& numbers) {
  using Vectors = ViewVectors<View>;
  constexpr std::size_t width = Vectors::dimension * std::size(Vectors::all);
  expects(!numbers.empty() && numbers.size() % width == 0, name, ": ", numbers.size(),
          " numbers must be ", width, " for each of one or more views");
  std::vector<View> views(numbers.size() / width);
  for (std::size_t n = 0; n < views.size(); ++n) {
    std::size_t i = 0;
    for (auto const& named : Vectors::all) {
      for (double& target : (views[n].*named.member).data) {
        double const number = numbers[n * width + i];
        expects(std::isfinite(number), name, ": number ", i, " of view ", n, " is ", number,
                " and must be finite");
        target = number;
        ++i;
      }
    }
  }
  return views;
}

/// The flat list of the numbers of the vectors of every view.
template <class View>
std::vector<double> to_flat(char const* name, std::vector<View> const& views) {
  expects(!views.empty(), name, ": there must be at least one view");
  std::vector<double> numbers;
  for (std::size_t n = 0; n < views.size(); ++n) {
    for (auto const& named : ViewVectors<View>::all) {
      auto const& vector = views[n].*named.member;
      for (double const number : vector.data) {
        expects(std::isfinite(number), name, ": ", vector, " of view ", n, " must be finite");
        numbers.push_back(number);
      }
    }
  }
  return numbers;
}

/// The view with the second number of every vector negated.
template <class View>
View mirrored_y(View view) {
  for (auto const& named : ViewVectors<View>::all) {
    double& y = (view.*named.member)[1];
    y = -y;
  }
  return view;
}

/// Throws InvalidArgument unless a spacing is positive and finite.
inline void expect_spacing(char const* name, double spacing) {
  expects(std::isfinite(spacing) && spacing > 0, name, ": detector spacing ", spacing,
          " must be positive and finite [mm]");
}

/// Throws InvalidArgument unless the distances are finite and their sum is positive.
inline void expect_distances(char const* name, double origin_source, double origin_detector) {
  expects(std::isfinite(origin_source) && std::isfinite(origin_detector) &&
              origin_source + origin_detector > 0,
          name, ": the distances from the origin to source and detector, ", origin_source, " and ",
          origin_detector, ", must be finite with a positive sum [mm]");
}

/// Calls make(sine, cosine) for every angle, and returns the results.
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

/// Reads `cone_vec`, 12 numbers for each view: source, d, u, v.
inline std::vector<ConeVectors> from_cone_vec(std::vector<double> const& numbers) {
  return detail::from_flat<ConeVectors>("astra::from_cone_vec", numbers);
}

/// Writes `cone_vec`, 12 numbers for each view.
inline std::vector<double> to_cone_vec(std::vector<ConeVectors> const& views) {
  return detail::to_flat("astra::to_cone_vec", views);
}

/// Reads `parallel3d_vec`, 12 numbers for each view: ray, d, u, v. The sense of a ray is kept.
inline std::vector<ParallelVectors> from_parallel3d_vec(std::vector<double> const& numbers) {
  return detail::from_flat<ParallelVectors>("astra::from_parallel3d_vec", numbers);
}

/// Writes `parallel3d_vec`, 12 numbers for each view.
inline std::vector<double> to_parallel3d_vec(std::vector<ParallelVectors> const& views) {
  return detail::to_flat("astra::to_parallel3d_vec", views);
}

/// Reads `fanflat_vec`, 6 numbers for each view: source, d, u.
inline std::vector<FanVectors> from_fanflat_vec(std::vector<double> const& numbers) {
  return detail::from_flat<FanVectors>("astra::from_fanflat_vec", numbers);
}

/// Writes `fanflat_vec`, 6 numbers for each view.
inline std::vector<double> to_fanflat_vec(std::vector<FanVectors> const& views) {
  return detail::to_flat("astra::to_fanflat_vec", views);
}

/// Reads `parallel_vec`, 6 numbers for each view: ray, d, u. The sense of a ray is kept.
inline std::vector<ParallelVectors2D> from_parallel_vec(std::vector<double> const& numbers) {
  return detail::from_flat<ParallelVectors2D>("astra::from_parallel_vec", numbers);
}

/// Writes `parallel_vec`, 6 numbers for each view.
inline std::vector<double> to_parallel_vec(std::vector<ParallelVectors2D> const& views) {
  return detail::to_flat("astra::to_parallel_vec", views);
}

/// The views of `cone`: at angle t the source is at origin_source (sin t, -cos t, 0), u = (cos t,
/// sin t, 0) and v = +z; `spacing` of the detector is (u, v) = (DetectorSpacingX, DetectorSpacingY)
/// [mm].
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

/// The views of `parallel3d`: it has the directions of `cone`, and the detector lies in the origin.
inline std::vector<ParallelVectors> parallel3d(std::vector<double> const& angles,
                                               Vec2d const& spacing) {
  for (double const pitch : spacing.data) detail::expect_spacing("astra::parallel3d", pitch);
  return detail::at_angles("astra::parallel3d", angles, [=](double sine, double cosine) {
    return ParallelVectors{
        {sine, -cosine, 0}, {0, 0, 0}, spacing[0] * Vec3d{cosine, sine, 0}, {0, 0, spacing[1]}};
  });
}

/// The views of `fanflat`: at angle t the source is at origin_source (sin t, -cos t) and u = (cos
/// t, sin t).
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

/// The views of `parallel`: it has the directions of `fanflat`, and the detector lies in the
/// origin.
inline std::vector<ParallelVectors2D> parallel(std::vector<double> const& angles, double spacing) {
  detail::expect_spacing("astra::parallel", spacing);
  return detail::at_angles("astra::parallel", angles, [=](double sine, double cosine) {
    return ParallelVectors2D{{sine, -cosine}, {0, 0}, spacing * Vec2d{cosine, sine}};
  });
}

/// The view with y mirrored. With it the rows of an ASTRA image can be used in the order in which
/// they are stored.
inline FanVectors mirrored_y(FanVectors view) { return detail::mirrored_y(view); }

/// The same for a view of parallel rays.
inline ParallelVectors2D mirrored_y(ParallelVectors2D view) { return detail::mirrored_y(view); }

}  // namespace pyronn::astra
