// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/phantom.hpp>
#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/phantoms.hpp"

// Where the origin of the world lies is nobody's affair: what scan and object share by way of a
// shift leaves every operator as it is.

using pyronn::ArcFanBeam;
using pyronn::ConeBeam;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::ParallelBeam3D;
using pyronn::Vec2d;
using pyronn::Vec3d;

namespace {

/// Arcs, which turn about the origin, moved from there.
class MovedArcs {
 public:
  static constexpr int dimension = 2;

  struct View {
    pyronn::ArcFanView arc;
    Vec3d shift;

    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(double u, double v) const {
      pyronn::Ray<double> result = arc.ray(u, v);
      result.origin += shift;
      return result;
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f const& point) const {
      return arc.project(point - pyronn::vec_cast<float>(shift));
    }
  };

  MovedArcs(ArcFanBeam scan, Vec3d const& shift) : scan_{std::move(scan)}, shift_{shift} {}

  [[nodiscard]] int num_views() const { return scan_.num_views(); }
  [[nodiscard]] pyronn::Extents<2> detector_size() const { return scan_.detector_size(); }
  [[nodiscard]] View view(int n) const { return {scan_.view(n), shift_}; }

 private:
  ArcFanBeam scan_;
  Vec3d shift_;
};

Vec2d in_plane(Vec3d const& vec) { return {vec[0], vec[1]}; }

std::vector<double> angles() { return pyronn::equal_angles(5, 0.1); }

/// The scans, each moved as a whole.
template <class Geometry>
Geometry moved(Vec3d const& shift);

template <>
ConeBeam moved(Vec3d const& shift) {
  auto views = test::tilted_orbit(5, 50, 1.1);
  for (pyronn::ConeVectors& view : views) {
    view.source += shift;
    view.detector_center += shift;
  }
  return ConeBeam::from_vectors({12, 11}, views);
}

template <>
ParallelBeam3D moved(Vec3d const& shift) {
  std::vector<pyronn::ParallelVectors> views;
  for (pyronn::ConeVectors const& view : test::tilted_orbit(5, 50, 1.1)) {
    views.push_back({-view.source, 0.02 * view.detector_center + shift, view.u_step, view.v_step});
  }
  return ParallelBeam3D::from_vectors({12, 11}, views);
}

template <>
ParallelBeam2D moved(Vec3d const& shift) {
  std::vector<pyronn::ParallelVectors2D> views;
  for (double const angle : angles()) {
    auto const frame = pyronn::orbit_frame(angle, pyronn::Rotation::counter_clockwise);
    views.push_back(
        {in_plane(-frame.outward), in_plane(0.4 * frame.u + shift), in_plane(0.9 * frame.u)});
  }
  return ParallelBeam2D::from_vectors(15, views);
}

template <>
FanBeam moved(Vec3d const& shift) {
  std::vector<pyronn::FanVectors> views;
  for (double const angle : angles()) {
    pyronn::CircularOrbit const orbit{60, 90, {angle}};
    auto const view = orbit.vectors(angle, {{15, 1}, {1.3, 1}, {0.4, 0}});
    views.push_back({in_plane(view.source + shift), in_plane(view.detector_center + shift),
                     in_plane(view.u_step)});
  }
  return FanBeam::from_vectors(15, views);
}

ArcFanBeam arcs() { return ArcFanBeam::circular({60, 90, angles()}, {15, 1.3, 0.4}); }

template <>
MovedArcs moved(Vec3d const& shift) {
  return {arcs(), shift};
}

using Geometries = std::tuple<ConeBeam, ParallelBeam3D, ParallelBeam2D, FanBeam, MovedArcs>;

template <class Geometry>
constexpr bool is_flat = pyronn::dimension_v<Geometry> == 2;

/// In the plane there is nowhere to go along z.
template <class Geometry>
std::vector<Vec3d> shifts() {
  std::vector<Vec3d> list{{13.7, -8.1, 5.3}, {-61.3, 0.2, -17.9}, {0.31, 44.4, 0}};
  if (is_flat<Geometry>) {
    for (Vec3d& shift : list) shift[2] = 0;
  }
  return list;
}

template <class Geometry>
Grid moved_grid(Vec3d const& shift) {
  return is_flat<Geometry> ? Grid::flat({8, 7}, {0.9, 1.2}, in_plane(shift))
                           : Grid::centered({8, 7, 9}, {0.9, 1.2, 1}, shift);
}

template <class Case, class Geometry>
void check_shifts() {
  // Rounding may carry a weight of 8 bits to the next step.
  double const bound = test::bound<typename Case::Interp>(2e-5, 1e-3);
  typename Case::template Projector<Geometry> const op{moved<Geometry>({0, 0, 0}),
                                                       moved_grid<Geometry>({0, 0, 0})};
  auto const volume = test::random_values(14, op.grid().size.count());
  auto const projections = test::random_values(15, test::projection_extents(op.geometry()).count());
  auto const forward = test::run(op, volume);
  auto const back = test::run(op.adjoint(), projections);
  BOOST_TEST(test::norm(forward) > 0);
  BOOST_TEST(test::norm(back) > 0);
  for (Vec3d const& shift : shifts<Geometry>()) {
    BOOST_TEST_CONTEXT("shift " << shift) {
      typename Case::template Projector<Geometry> const there{moved<Geometry>(shift),
                                                              moved_grid<Geometry>(shift)};
      BOOST_TEST(test::relative_l2(test::run(there, volume), forward) < bound);
      BOOST_TEST(test::relative_l2(test::run(there.adjoint(), projections), back) < bound);
    }
  }
}

/// The pixels (x, y) of a 12 x 11 image that begin at `first`, 8 x 7 of them.
template <class Use>
void for_each_common_pixel(pyronn::Vec<int, 2> const& first, Use const& use) {
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 8; ++x) {
      use(static_cast<std::size_t>(y * 8 + x),
          static_cast<std::size_t>((y + first[1]) * 12 + x + first[0]));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shift_invariance, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(operators_of_cone_beams, Case, test::AllCases) {
  check_shifts<Case, ConeBeam>();
}
BOOST_AUTO_TEST_CASE_TEMPLATE(operators_of_parallel_beams, Case, test::AllCases) {
  check_shifts<Case, ParallelBeam3D>();
}
BOOST_AUTO_TEST_CASE_TEMPLATE(operators_of_parallel_beams_in_the_plane, Case, test::AllCases) {
  check_shifts<Case, ParallelBeam2D>();
}
BOOST_AUTO_TEST_CASE_TEMPLATE(operators_of_fans, Case, test::AllCases) {
  check_shifts<Case, FanBeam>();
}
BOOST_AUTO_TEST_CASE_TEMPLATE(operators_of_arcs, Case, test::SoftwareCases) {
  check_shifts<Case, MovedArcs>();
}

/// Two images that overlap, whole pixels apart, agree on what they have in common.
BOOST_AUTO_TEST_CASE_TEMPLATE(images_that_overlap, Case, test::AllCases) {
  // RayMarch cuts a ray into equal steps from border to border, so its matrix depends on both.
  bool const is_cut = std::is_same_v<typename Case::Model, pyronn::RayMarch>;
  double const bound = is_cut ? 0.02 : test::bound<typename Case::Interp>(1e-5, 1e-3);
  pyronn::Vec<int, 2> const first{3, 2};
  Grid const large = Grid::from_origin({12, 11, 1}, {0.9, 1.2, 1}, {-6, -5, 0});
  Grid const small = Grid::from_origin({8, 7, 1}, large.spacing, large.to_world({3, 2, 0}));
  typename Case::template Projector<ArcFanBeam> const in_large{arcs(), large};
  typename Case::template Projector<ArcFanBeam> const in_small{arcs(), small};

  auto const image = test::random_values(18, small.size.count());
  std::vector<float> embedded(static_cast<std::size_t>(large.size.count()));
  for_each_common_pixel(first, [&](std::size_t n, std::size_t m) { embedded[m] = image[n]; });
  BOOST_TEST(test::relative_l2(test::run(in_large, embedded), test::run(in_small, image)) < bound);

  auto const sinogram = test::random_values(19, 15 * 5);
  auto const whole = test::run(in_large.adjoint(), sinogram);
  std::vector<float> part(image.size());
  for_each_common_pixel(first, [&](std::size_t n, std::size_t m) { part[n] = whole[m]; });
  BOOST_TEST(test::relative_l2(test::run(in_small.adjoint(), sinogram), part) < bound);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(phantoms, Geometry, Geometries) {
  auto const at = [](Vec3d const& shift) {
    pyronn::Phantom phantom{pyronn::Body::ellipsoid({1, -0.5, 0.2}, {3, 2, 4}, 0.05),
                            pyronn::Body::ball({0, 1, 0}, 1.3, -0.02)};
    for (pyronn::Body& body : phantom) body.center += shift;
    return phantom;
  };
  auto const lines = test::project(at({0, 0, 0}), moved<Geometry>({0, 0, 0}));
  auto const voxels = test::voxelise(at({0, 0, 0}), moved_grid<Geometry>({0, 0, 0}), 3);
  BOOST_TEST(test::norm(lines) > 0);
  BOOST_TEST(test::norm(voxels) > 0);
  for (Vec3d const& shift : shifts<Geometry>()) {
    BOOST_TEST_CONTEXT("shift " << shift) {
      BOOST_TEST(test::relative_l2(test::project(at(shift), moved<Geometry>(shift)), lines) < 1e-6);
      BOOST_TEST(test::relative_l2(test::voxelise(at(shift), moved_grid<Geometry>(shift), 3),
                                   voxels) < 1e-6);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
