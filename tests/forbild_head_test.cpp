// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/phantom/forbild_head.hpp>

#include "support/numbers.hpp"
#include "support/phantom_reference.hpp"
#include "support/phantoms.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::forbild_head_2d;
using pyronn::forbild_head_3d;
using pyronn::ForbildEars;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Phantom;
using pyronn::Vec3d;
using test::attenuation_at;
using test::project;
using test::says;
using test::voxelise;

namespace {

constexpr ForbildEars all_ears[] = {ForbildEars::none, ForbildEars::left, ForbildEars::right,
                                    ForbildEars::both};

struct Tissue {
  Vec3d point;  // [cm]
  double density;
};

void check_tissue(Phantom const& head, Tissue const& tissue) {
  double const found = attenuation_at(head, 10.0 * tissue.point);
  BOOST_TEST(std::abs(found - tissue.density) < 1e-12,
             "at " << tissue.point << " cm " << found << " instead of " << tissue.density);
}

/// In both phantoms.
std::vector<Tissue> tissues_of_the_plane() {
  return {
      {{0, -11.7, 0}, 1.8},
      {{9.3, 0, 0}, 1.8},
      {{-9.3, 1, 0}, 1.8},
      {{9.7, 0, 0}, 0},
      {{0, -12.1, 0}, 0},
      {{5, -1.7, 0}, 1.05},
      {{-5, -4, 0}, 1.05},
      {{0, -3.6, 0}, 1.045},
      {{1.7, -3.6, 0}, 1.045},
      {{0, 7, 0}, 0},
      {{1.5, 8.4, 0}, 0},
      {{-4.7, 4.3, 0}, 1.06},
      {{4.7, 2.6, 0}, 1.06},
      {{-1.08, -9, 0}, 1.0525},
      {{1.08, -9, 0}, 1.0475},
      {{0, 3.6, 0}, 1.8},
      {{1.1, 3.8, 0}, 1.8},
      {{1.3, 3.6, 0}, 1.05},
      {{0, 3.9, 0}, 1.05},
      {{0.19, 9.6, 0}, 1.8},
      {{0.21, 9.6, 0}, 0},
      {{0, 10.1, 0}, 1.8},
      {{0, 8.9, 0}, 0},
      {{-1.9, 5.4, 0}, 1.8},
      {{1.9, 5.4, 0}, 1.8},
      {{2.4, 6.3, 0}, 1.8},
      {{-2.4, 6.3, 0}, 1.8},
      {{5.6, 7.55, 0}, 1.8},
      {{-5.6, 7.55, 0}, 1.8},
      {{-3, 7.55, 0}, 1.05},
      {{6.394, -6.394, 0}, 1.055},
      {{6.9, -5.6, 0}, 1.055},
      {{6.9, -6.8, 0}, 1.05},
      {{0, -10.9, 0}, 1.8},
      {{0, -10.45, 0}, 1.8},
      {{0, -10.35, 0}, 1.05},
      {{0.14, -10.9, 0}, 1.8},
      {{0.3, -10.9, 0}, 1.05},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forbild_head, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(tissues_at_named_points) {
  for (ForbildEars const ears : all_ears) {
    for (Tissue const& tissue : tissues_of_the_plane()) {
      check_tissue(forbild_head_2d(ears, 1), tissue);
      check_tissue(forbild_head_3d(ears, 1), tissue);
    }
  }
}

BOOST_AUTO_TEST_CASE(tissues_above_and_below_the_plane) {
  for (Tissue const& tissue :
       {Tissue{{0, 0, 12.2}, 1.8}, Tissue{{0, 0, 12.6}, 0}, Tissue{{0, 0, -11.8}, 1.05},
        Tissue{{-4.7, 4.3, 2.8}, 1.06}, Tissue{{-4.7, 4.3, -1.2}, 1.05},
        Tissue{{-5.6, 7.55, -2.9}, 1.8}, Tissue{{-5.6, 7.55, -3.1}, 1.05},
        Tissue{{5.6, 7.55, 0.9}, 1.8}, Tissue{{5.6, 7.55, 1.1}, 1.05},
        Tissue{{0, 3.6 + 1.5, 2.598}, 1.8}, Tissue{{0, 3.6 - 1.5, 2.598}, 1.05},
        Tissue{{0, 8.8, 1.386}, 1.8}, Tissue{{0, 10.4, 1.386}, 0}, Tissue{{-1.4, 5.4, 1.9}, 1.8},
        Tissue{{-2.4, 5.4, 1.9}, 1.05}, Tissue{{1.4, 5.4, 1.9}, 1.8},
        Tissue{{0, -10.45, 0.39}, 1.8}, Tissue{{0, -10.45, -0.42}, 1.05}}) {
    check_tissue(forbild_head_3d(ForbildEars::both, 1), tissue);
  }
}

BOOST_AUTO_TEST_CASE(pins_and_bubbles_in_the_ears) {
  for (ForbildEars const ears : all_ears) {
    bool const left = ears == ForbildEars::left || ears == ForbildEars::both;
    bool const right = ears == ForbildEars::right || ears == ForbildEars::both;
    BOOST_TEST(forbild_head_2d(ears).size() ==
               std::size_t{17} + (left ? 80U : 0U) + (right ? 1U + 53U : 0U));
    BOOST_TEST(forbild_head_3d(ears).size() ==
               std::size_t{17} + (left ? 144U : 0U) + (right ? 1U + 317U : 0U));
    double const bone = right ? 1.8 : 1.05;
    double const air = right ? 0 : 1.05;
    double const pin = left ? 1.8 : 1.05;
    for (Phantom const& head : {forbild_head_2d(ears, 1), forbild_head_3d(ears, 1)}) {
      for (Tissue const& tissue :
           {Tissue{{8.8, 0, 0}, air}, Tissue{{5.6, 0, 0}, air}, Tissue{{6.6, 1.0392, 0}, air},
            Tissue{{6.2, -0.3464, 0}, air}, Tissue{{8.6, 0, 0}, bone}, Tissue{{5, 0.1, 0}, bone},
            Tissue{{7.3, 1.5, 0}, bone}, Tissue{{-7, -1, 0}, pin},
            Tissue{{-7 + 0.0178, -1 + 0.0714, 0}, pin}, Tissue{{-7, -1 + 0.0357, 0}, 1.05},
            Tissue{{-6.76, 0.44 + 0.2, 0}, pin}, Tissue{{-6.8, 0.44, 0}, 1.05}}) {
        check_tissue(head, tissue);
      }
    }
    Phantom const head = forbild_head_3d(ears, 1);
    check_tissue(head, {{8.8, 1.0392, 1.0392}, air});
    check_tissue(head, {{7.6, -1.0392, -1.0392}, air});
    check_tissue(head, {{7.2, 1.0392, 1.0392}, bone});
    check_tissue(head, {{-7, -1, 3.2}, pin});
    check_tissue(head, {{-7, -1, 2.8}, 1.05});
  }
}

/// Two sources, two tables: bodies that overwrite one another and ellipses that add up.
BOOST_AUTO_TEST_CASE(the_solid_head_in_the_plane_is_the_plane_head) {
  auto const grid = Grid::centered({261, 321, 1}, {0.747, 0.753, 1});
  auto const plane = voxelise(forbild_head_2d(ForbildEars::both, 1), grid);
  auto const solid = voxelise(forbild_head_3d(ForbildEars::both, 1), grid);
  int differing = 0;
  for (std::size_t n = 0; n < plane.size(); ++n) {
    differing += static_cast<int>(std::abs(plane[n] - solid[n]) > 1e-6F);
  }
  BOOST_TEST_MESSAGE(differing << " of " << plane.size() << " points differ");
  BOOST_TEST(differing < 10);
}

/// Bubbles and pins are put down as differences: they must lie in bone and brain whole.
BOOST_AUTO_TEST_CASE(no_density_is_negative_or_above_bone) {
  Phantom const head = forbild_head_3d(ForbildEars::both, 1);
  int wrong = 0;
  for (Body const& body : head) {
    if (body.overwrites) continue;
    double const expected = body.attenuation < 0 ? 0 : 1.8;
    for (int n = 0; n < 100; ++n) {  // on the surface, evenly
      double const height = (2 * n + 1) / 100.0 - 1;
      double const around = 2.399963 * n;
      double const radius = std::sqrt(1 - height * height);
      Vec3d const on_ball{radius * std::cos(around), radius * std::sin(around), height};
      Vec3d const point = body.center + 0.999 * scale(body.semi_axes, on_ball);
      wrong += static_cast<int>(!(std::abs(attenuation_at(head, point) - expected) < 1e-12));
    }
  }
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(projections_match_numerical_integration) {
  auto const scan =
      pyronn::ConeBeam::circular({600, 1100, pyronn::equal_angles(3, 0.3)}, {{13, 9}, {33, 51}});
  Phantom const head = forbild_head_3d(ForbildEars::right);
  auto const found = project(head, scan);
  std::size_t pixel = 0;
  double worst = 0;
  for (int n = 0; n < 3; ++n) {
    for (int v = 0; v < 9; ++v) {
      for (int u = 0; u < 13; ++u, ++pixel) {
        double const expected = test::line_integral(head, scan.view(n).ray(u, v), 1000);
        worst = std::max(worst, std::abs(static_cast<double>(found[pixel]) - expected));
      }
    }
  }
  BOOST_TEST_MESSAGE("largest difference " << worst);
  BOOST_TEST(worst < 2e-6);
}

BOOST_AUTO_TEST_CASE(scale_is_the_attenuation_of_water) {
  double const water = 0.0192;
  BOOST_TEST(attenuation_at(forbild_head_2d(ForbildEars::both, water), {0, -117, 3}) == 1.8 * water,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(
      attenuation_at(forbild_head_3d(ForbildEars::both, water), {50, -17, 0}) == 1.05 * water,
      boost::test_tools::tolerance(1e-12));
  BOOST_CHECK_EXCEPTION(forbild_head_2d(ForbildEars::none, std::numeric_limits<double>::infinity()),
                        InvalidArgument, says("forbild_head_2d: scale inf must be finite [1/mm]"));
  BOOST_CHECK_EXCEPTION(
      forbild_head_3d(ForbildEars::none, std::numeric_limits<double>::quiet_NaN()), InvalidArgument,
      says("forbild_head_3d: scale nan must be finite [1/mm]"));
}

BOOST_AUTO_TEST_SUITE_END()
