// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Random scans of a disc, moved and turned in the world, in the plane and of cones: each is
// reconstructed to the value of the disc, or refused with one sentence, and not too many are.
// PYRONN_RANDOM_SCANS says how many, PYRONN_RANDOM_SCANS_FIRST the number of the first.
#include "support/cpu_backend.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/phantom.hpp>
#include <pyronn/pyronn.hpp>

#include "support/random_scans.hpp"

using pyronn::Body;
using pyronn::Grid;
using pyronn::Vec2d;
using pyronn::Vec3d;

namespace {

constexpr double level = 0.02;

/// On one thread: the scans are small.
pyronn::CpuExecutor const executor{1};

template <class Geometry>
std::vector<float> reconstruct(Geometry const& geometry, Grid const& grid,
                               pyronn::Phantom const& phantom) {
  constexpr int rank = pyronn::dimension_v<Geometry>;
  pyronn::Fbp<Geometry, pyronn::SoftwareInterp> const fbp{geometry, grid};
  auto const extents = [&](auto first, auto last) {
    if constexpr (rank == 2) {
      return pyronn::Extents<2>{first[0], last};
    } else {
      return pyronn::Extents<3>{first[0], first[1], last};
    }
  };
  test::Array<float, rank> lines{extents(geometry.detector_size(), geometry.num_views())};
  test::Array<float, rank> volume{extents(grid.size, rank == 2 ? grid.size[1] : grid.size[2])};
  pyronn::project(executor, phantom, geometry, lines.view());
  pyronn::Workspace<pyronn::CpuExecutor> workspace{executor,
                                                   fbp.workspace_bytes(executor, lines.view())};
  fbp(executor, lines.view(), volume.view(), workspace);
  return volume.values();
}

/// Relative ones.
struct Errors {
  double mean = 0;
  double on_axis = 0;   ///< the worst within six columns of the axis
  double off_axis = 0;  ///< and elsewhere
};

/// In the inner part of an elliptic cylinder along the axis that fills `far`.
Errors errors_of(test::Random& random, test::RandomScan const& scan, test::Pose const& pose) {
  Vec2d const semi_axes{0.85 * scan.far, 0.85 * scan.far * random.between(0.7, 1)};
  pyronn::Orientation const turned{{pose.x, pose.y, pose.z}};
  Body const body =
      scan.is_plane ? Body::ellipse(test::flat(pose.origin), semi_axes, level)
                    : Body::cylinder(pose.origin, {semi_axes[0], semi_axes[1], 1e4}, level, turned);
  double const width = 1.3 * semi_axes[0];
  double const voxel = width / 7;
  Grid const grid = scan.is_plane ? Grid::flat({7, 7}, {voxel, voxel}, test::flat(pose.origin))
                                  : Grid::centered({7, 7, 7}, {voxel, voxel, voxel}, pose.origin);
  double const magnification = scan.is_parallel ? 1.0 : scan.detector / scan.source;
  double const height = 0.3 * scan.rows * scan.pixel / magnification;
  Errors errors;
  test::with_geometry(scan, pose, [&](auto const& geometry) {
    auto const volume = reconstruct(geometry, grid, {body});
    int count = 0;
    for (std::size_t n = 0; n < volume.size(); ++n) {
      auto const i = static_cast<int>(n);
      Vec3d const at =
          grid.to_world(pyronn::vec_cast<double>(pyronn::Vec<int, 3>{i % 7, i / 7 % 7, i / 49})) -
          pose.origin;
      if (std::abs(dot(at, pose.z)) > height) continue;
      if (std::hypot(dot(at, pose.x) / semi_axes[0], dot(at, pose.y) / semi_axes[1]) > 0.7)
        continue;
      double const error = static_cast<double>(volume[n]) / level - 1;
      errors.mean += error;
      double const from_axis = std::hypot(dot(at, pose.x), dot(at, pose.y));
      double& worst = from_axis * magnification < 6 * scan.pixel ? errors.on_axis : errors.off_axis;
      worst = std::max(worst, std::abs(error));
      ++count;
    }
    errors.mean /= count;
  });
  return errors;
}

std::uint64_t number_from(char const* variable, std::uint64_t otherwise) {
  char const* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_scans)

BOOST_AUTO_TEST_CASE(each_is_right_or_refused) {
  std::uint64_t const count = number_from("PYRONN_RANDOM_SCANS", 1000);
  std::uint64_t const first = number_from("PYRONN_RANDOM_SCANS_FIRST", 1);
  std::uint64_t right = 0;
  std::uint64_t refused = 0;
  Errors worst;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    test::Random random{seed};
    test::RandomScan const scan = test::random_scan(random);
    test::Pose const pose = test::random_pose(random, scan.is_plane);
    try {
      Errors const errors = errors_of(random, scan, pose);
      // Steep weights of Wang's are interpolated less well.
      bool const is_right =
          std::abs(errors.mean) < 0.01 && errors.on_axis < 0.1 && errors.off_axis < 0.08;
      BOOST_TEST(is_right, "PYRONN_RANDOM_SCANS=1 PYRONN_RANDOM_SCANS_FIRST="
                               << seed << " random_scans_test: errors " << errors.mean << ", "
                               << errors.on_axis << " on the axis, " << errors.off_axis
                               << " off it; " << scan.says);
      worst = {std::max(worst.mean, std::abs(errors.mean)), std::max(worst.on_axis, errors.on_axis),
               std::max(worst.off_axis, errors.off_axis)};
      right += is_right ? 1 : 0;
    } catch (pyronn::InvalidArgument const& error) {
      std::string const sentence = error.what();
      BOOST_TEST(sentence.rfind("pyronn::Fbp: ", 0) == 0U);
      BOOST_TEST(sentence.find('\n') == std::string::npos);
      if (count == 1) BOOST_TEST_MESSAGE(scan.says << "\n" << sentence);
      ++refused;
    }
  }
  BOOST_TEST_MESSAGE("PYRONN_RANDOM_SCANS=" << count << " PYRONN_RANDOM_SCANS_FIRST=" << first
                                            << " random_scans_test: " << right << " right, "
                                            << refused << " refused; worst errors " << worst.mean
                                            << ", " << worst.on_axis << " on the axis, "
                                            << worst.off_axis << " off it");
  BOOST_TEST(3 * refused <= count);
}

BOOST_AUTO_TEST_SUITE_END()
