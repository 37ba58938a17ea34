// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <limits>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/phantom/shepp_logan.hpp>

#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/phantoms.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Ellipsoid;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::PreparedEllipsoid;
using pyronn::shepp_logan_3d;
using test::data_path;
using test::DataPresent;
using test::project;
using test::relative_l2;
using test::says;
using test::voxelise;

namespace {

constexpr char const* oracle = "oracles/cone_shepp3d_mirt";

}  // namespace

BOOST_AUTO_TEST_SUITE(shepp_logan, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(the_table_scales) {
  auto const phantom = shepp_logan_3d(50, 0.1);
  BOOST_TEST_REQUIRE(phantom.size() == 10U);
  double brain = 0.0;
  for (Ellipsoid const& ellipsoid : phantom) {
    PreparedEllipsoid const body{ellipsoid};
    if (body.contains({0, -20, 20})) brain += body.attenuation();
  }
  BOOST_TEST(brain == 0.102, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(phantom[0].volume() == 4.0 / 3.0 * pyronn::pi * 34.5 * 46.0 * 45.0,
             boost::test_tools::tolerance(1e-14));
  BOOST_CHECK_EXCEPTION(shepp_logan_3d(0), InvalidArgument,
                        says("shepp_logan_3d: radius_mm 0 must be positive"));
  BOOST_CHECK_EXCEPTION(shepp_logan_3d(1, std::numeric_limits<double>::quiet_NaN()),
                        InvalidArgument, says("shepp_logan_3d: scale nan must be finite"));
}

BOOST_AUTO_TEST_CASE(cone_beam_projections_are_those_of_mirt,
                     *boost::unit_test::precondition(DataPresent{oracle})) {
  double const error =
      relative_l2(project(shepp_logan_3d(100), test::mirt_scan()),
                  pyronn::read_npy<float>(data_path(oracle) / "expected_proj_f32.npy").data);
  BOOST_TEST_MESSAGE("relative L2 error " << error);
  BOOST_TEST(error < 1e-7);
}

BOOST_AUTO_TEST_CASE(voxels_are_those_of_mirt,
                     *boost::unit_test::precondition(DataPresent{oracle})) {
  auto const grid = Grid::centered({64, 64, 64}, {3.4, 3.4, 3.4});
  double const error =
      relative_l2(voxelise(shepp_logan_3d(100), grid, 3),
                  pyronn::read_npy<float>(data_path(oracle) / "phantom_64_f32.npy").data);
  BOOST_TEST_MESSAGE("relative L2 error " << error);
  BOOST_TEST(error < 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
