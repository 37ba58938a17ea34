// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;

namespace {

/// A policy as users write it.
struct NearestNeighbour {
  // A little off the middle, where voxels of symmetric scans land and rounding would choose.
  static constexpr float middle = 0.47F;

  static PYRONN_HOST_DEVICE float blend(float a, float b, float s00, float s10, float s01,
                                        float s11) {
    float const low = a < middle ? s00 : s10;
    float const high = a < middle ? s01 : s11;
    return b < middle ? low : high;
  }
};

static_assert(pyronn::is_interp_v<NearestNeighbour>);

struct JosephNearest : test::Case<NearestNeighbour, pyronn::Joseph> {};
struct VoxelDrivenNearest : test::Case<NearestNeighbour, pyronn::VoxelDriven> {};
using NearestCases = std::tuple<JosephNearest, VoxelDrivenNearest>;

}  // namespace

BOOST_AUTO_TEST_SUITE(custom_policies, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(nearest_neighbour_has_its_transpose, Case, NearestCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
      auto const x = test::random_values(31, scan.grid.size.count());
      auto const y = test::random_values(32, scan.pixels());
      auto const ax = test::run(op, x);
      double const difference = test::dot(ax, y) - test::dot(x, test::run(op.adjoint(), y));
      BOOST_TEST(std::abs(difference) <= 1e-6 * test::norm(ax) * test::norm(y));
    }
  }
}

/// On a ray through voxel centres a nearest neighbour is the sample itself.
BOOST_AUTO_TEST_CASE(nearest_neighbour_takes_whole_samples) {
  ConeBeam const scan =
      ConeBeam::from_vectors({1, 1}, {{{-100, 0.3, 0.4}, {100, 0.3, 0.4}, {0, 1, 0}, {0, 0, 1}}});
  pyronn::Grid const grid = pyronn::Grid::centered({2, 3, 3}, {1, 1, 1});
  pyronn::Projector<ConeBeam, NearestNeighbour> const op{scan, grid};
  std::vector<float> volume(18, 100.0F);
  volume[4 * 2] = 3;
  volume[4 * 2 + 1] = 4;
  BOOST_TEST(test::run(op, volume).at(0) == 7.0F, boost::test_tools::tolerance(1e-6F));
}

/// The bound that texture_interp.hpp proves, which is nearly reached.
BOOST_AUTO_TEST_CASE(texture_weights_keep_their_bound) {
  double in_plane = 0;
  double on_line = 0;
  constexpr int steps = 4 * 256 + 1;
  for (int i = 0; i < steps; ++i) {
    for (int j = 0; j < steps; ++j) {
      // Close to where fractions are rounded to either side.
      float const a = (static_cast<float>(i) + 0.9999F) / static_cast<float>(steps);
      float const b = (static_cast<float>(j) + 0.9999F) / static_cast<float>(steps);
      auto const error = [&](float s00, float s10, float s01, float s11) {
        using pyronn::SoftwareInterp;
        using pyronn::TextureInterp;
        return std::abs(static_cast<double>(TextureInterp::blend(a, b, s00, s10, s01, s11) -
                                            SoftwareInterp::blend(a, b, s00, s10, s01, s11)));
      };
      in_plane = std::max({in_plane, error(0, 1, 1, 0), error(1, 0, 0, 1), error(0, 0, 0, 1),
                           error(0, 1, 0, 1), error(0, 0, 1, 1)});
      on_line = std::max(on_line, error(0, 1, 0, 1));
    }
  }
  BOOST_TEST(in_plane < 1.0 / 134);
  BOOST_TEST(in_plane > 1.0 / 138);
  BOOST_TEST(on_line <= 1.0 / 512 + 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
