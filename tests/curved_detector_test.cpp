// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/custom_geometries.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::Extents;
using pyronn::Grid;
using pyronn::Vec3f;

namespace {

/// A detector of rings about the axis of a beam: u is the azimuth, v the polar angle. All of the
/// first row is one ray, and where the azimuth begins again neighbours are 64 columns apart.
struct Rings {
  float distance = 100.0F;  // from the source to the origin [mm]
  int count = 2;

  struct View {
    Vec3f source, beam, right, up;

    static constexpr float column = static_cast<float>(2 * pyronn::pi / 64);  // [rad]
    static constexpr float row = 0.01F;                                       // [rad]

    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      float const azimuth = u * column;
      float const polar = v * row;
      Vec3f const direction =
          std::cos(polar) * beam +
          std::sin(polar) * (std::cos(azimuth) * right + std::sin(azimuth) * up);
      return {source, direction, 0.0F, 1e4F};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(Vec3f const& point) const {
      Vec3f const seen = point - source;
      float const x = dot(seen, right);
      float const y = dot(seen, up);
      float const azimuth = std::atan2(y, x);
      float const depth = dot(seen, beam);
      float const turn = azimuth < 0.0F ? static_cast<float>(2 * pyronn::pi) : 0.0F;
      return {(azimuth + turn) / column, std::atan2(std::sqrt(x * x + y * y), depth) / row, depth};
    }
  };

  PYRONN_HOST_DEVICE int num_views() const { return count; }
  PYRONN_HOST_DEVICE Extents<2> detector_size() const { return {64, 24}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    float const angle = 0.2F + static_cast<float>(n);
    Vec3f const beam{std::cos(angle), std::sin(angle), 0.1F};
    float const scale = 1.0F / length(beam);
    Vec3f const right{-std::sin(angle), std::cos(angle), 0.0F};
    return {-distance * (scale * beam), scale * beam, right, cross(scale * beam, right)};
  }
};

Grid const grid = Grid::centered({16, 15, 14}, {1, 1.1, 0.9}, {0.3, -0.2, 0.1});

/// (<A x, y> - <x, A' y>) / (|A x| |y|)
template <class Projector>
double adjoint_error(Projector const& op) {
  auto const x = test::random_values(21, op.grid().size.count());
  auto const y = test::random_values(22, test::projection_extents(op.geometry()).count());
  auto const ax = test::run(op, x);
  auto const aty = test::run(op.adjoint(), y);
  BOOST_TEST(test::norm(ax) > 1e-3);
  return std::abs(test::dot(ax, y) - test::dot(x, aty)) / (test::norm(ax) * test::norm(y));
}

using ModelsInBoxes = std::tuple<pyronn::Joseph, pyronn::Siddon>;

}  // namespace

BOOST_AUTO_TEST_SUITE(curved_detector, *boost::unit_test::precondition(test::device_present))

/// The source far from the volume, near it, and within.
BOOST_AUTO_TEST_CASE_TEMPLATE(both_directions_are_transposes, Case, test::SoftwareCases) {
  for (float const distance : {92.0F, 20.0F, 5.0F, 1.0F}) {
    BOOST_TEST_CONTEXT("source at " << distance << " mm") {
      auto const model = test::quick_model<typename Case::Model>();
      typename Case::template Projector<Rings> const op{Rings{distance}, grid, model};
      BOOST_TEST(adjoint_error(op) < 1e-6);
    }
  }
}

// Beside a source a box of voxels is seen farther out in the middle of an edge than at its ends.
BOOST_AUTO_TEST_CASE_TEMPLATE(beside_a_source_no_ray_is_lost, Model, ModelsInBoxes) {
  BOOST_TEST(adjoint_error(pyronn::Projector<test::Cylinder, pyronn::SoftwareInterp, Model>{
                 test::Cylinder{{-16, 0.1F, 0.3F}}, Grid::centered({16, 16, 16}, {1, 1, 1})}) <
             1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
