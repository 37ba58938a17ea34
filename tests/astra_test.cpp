// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interop/astra.hpp>

#include "support/temporary_folder.hpp"

namespace astra = pyronn::astra;
using pyronn::InvalidArgument;
using test::says;

namespace {

double const not_a_number = std::numeric_limits<double>::quiet_NaN();
std::vector<double> const angles{0.4, -2.0};

void check_near(std::vector<double> const& values, std::vector<double> const& expected) {
  BOOST_TEST_REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    BOOST_TEST(std::abs(values[i] - expected[i]) < 1e-12 * (1 + std::abs(expected[i])),
               values[i] << " instead of " << expected[i] << " at " << i);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(astra_toolbox)

/// The numbers are those of astra.functions.geom_2vec, ASTRA Toolbox 2.5.0, for
/// create_proj_geom('cone', 1.5, 0.75, 5, 7, [0.4, -2.0], 300, 200) and so on.
BOOST_AUTO_TEST_CASE(circles) {
  check_near(astra::to_cone_vec(astra::cone(angles, {1.5, 0.75}, 300, 200)), {116.82550269259515,
                                                                              -276.3182982008655,
                                                                              0,
                                                                              -77.88366846173011,
                                                                              184.21219880057703,
                                                                              0,
                                                                              1.381591491004328,
                                                                              0.584127513462976,
                                                                              0,
                                                                              0,
                                                                              0,
                                                                              0.75,
                                                                              -272.7892280477045,
                                                                              124.84405096414272,
                                                                              0,
                                                                              181.85948536513635,
                                                                              -83.22936730942848,
                                                                              0,
                                                                              -0.624220254820714,
                                                                              -1.363946140238522,
                                                                              0,
                                                                              0,
                                                                              0,
                                                                              0.75});
  check_near(astra::to_parallel3d_vec(astra::parallel3d(angles, {1.5, 0.75})),
             {0.389418342308651,  -0.921060994002885, 0, 0, 0, 0,
              1.381591491004328,  0.584127513462976,  0, 0, 0, 0.75,
              -0.909297426825682, 0.416146836547142,  0, 0, 0, 0,
              -0.624220254820714, -1.363946140238522, 0, 0, 0, 0.75});
  check_near(astra::to_fanflat_vec(astra::fanflat(angles, 1.5, 300, 200)),
             {116.82550269259515, -276.3182982008655, -77.88366846173011, 184.21219880057703,
              1.381591491004328, 0.584127513462976, -272.7892280477045, 124.84405096414272,
              181.85948536513635, -83.22936730942848, -0.624220254820714, -1.363946140238522});
  check_near(astra::to_parallel_vec(astra::parallel(angles, 1.5)),
             {0.389418342308651, -0.921060994002885, 0, 0, 1.381591491004328, 0.584127513462976,
              -0.909297426825682, 0.416146836547142, 0, 0, -0.624220254820714, -1.363946140238522});
}

/// The same circle is ours, started a quarter turn earlier.
BOOST_AUTO_TEST_CASE(cone_is_a_circular_orbit) {
  pyronn::CircularOrbit const orbit{300, 500, {0.4 - pyronn::pi / 2}};
  auto const expected = orbit.vectors(orbit.angles[0], {{7, 5}, {1.5, 0.75}});
  auto const view = astra::cone({0.4}, {1.5, 0.75}, 300, 200).at(0);
  BOOST_TEST(length(view.source - expected.source) < 1e-12 * 300);
  BOOST_TEST(length(view.detector_center - expected.detector_center) < 1e-12 * 300);
  BOOST_TEST(length(view.u_step - expected.u_step) < 1e-12);
  BOOST_TEST(length(view.v_step - expected.v_step) < 1e-12);
}

/// As ASTRA's CPU projector 'line' has it: on 8 x 8 pixels, the one in row 1 and column 6 of the
/// image, at x = 2.5 and y = +2.5, meets detector pixel 6 with u = +x and with u = +y.
BOOST_AUTO_TEST_CASE(images_begin_at_the_top) {
  auto const views = astra::from_parallel_vec({0, -1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1});
  pyronn::Vec2d const in_astra{6 - 3.5, 3.5 - 1};
  pyronn::Vec2d const as_stored{6 - 3.5, 1 - 3.5};
  for (auto const& view : views) {
    BOOST_TEST(dot(in_astra - view.detector_center, view.u_step) + 3.5 == 6);
    auto const mirrored = astra::mirrored_y(view);
    BOOST_TEST(dot(as_stored - mirrored.detector_center, mirrored.u_step) + 3.5 == 6);
    BOOST_TEST(mirrored.direction[1] == -view.direction[1]);
  }
  auto const fan = astra::mirrored_y(astra::from_fanflat_vec({1, 2, 3, 4, 5, 6}).at(0));
  BOOST_TEST((fan.source == pyronn::Vec2d{1, -2}));
  BOOST_TEST((fan.detector_center == pyronn::Vec2d{3, -4}));
  BOOST_TEST((fan.u_step == pyronn::Vec2d{5, -6}));
}

BOOST_AUTO_TEST_CASE(vectors_there_and_back) {
  std::vector<double> numbers;
  for (int i = 0; i < 24; ++i) numbers.push_back(std::sin(i + 0.1) * 1e3);
  BOOST_TEST(astra::to_cone_vec(astra::from_cone_vec(numbers)) == numbers);
  BOOST_TEST(astra::to_parallel3d_vec(astra::from_parallel3d_vec(numbers)) == numbers);
  BOOST_TEST(astra::to_fanflat_vec(astra::from_fanflat_vec(numbers)) == numbers);
  BOOST_TEST(astra::to_parallel_vec(astra::from_parallel_vec(numbers)) == numbers);
  auto const cone = astra::from_cone_vec(numbers).at(1);
  BOOST_TEST((cone.detector_center == pyronn::Vec3d{numbers[15], numbers[16], numbers[17]}));
  BOOST_TEST((cone.v_step == pyronn::Vec3d{numbers[21], numbers[22], numbers[23]}));
  auto const parallel = astra::from_parallel3d_vec(numbers).at(0);
  BOOST_TEST((parallel.direction == pyronn::Vec3d{numbers[0], numbers[1], numbers[2]}));
  BOOST_TEST((parallel.u_step == pyronn::Vec3d{numbers[6], numbers[7], numbers[8]}));
}

BOOST_AUTO_TEST_CASE(bad_vectors) {
  auto const refuses = [](auto const& make, char const* what) {
    BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(what));
  };
  std::vector<double> const short_list(11, 1.0);
  std::vector<double> bad(24, 1.0);
  bad[15] = not_a_number;
  refuses([&] { return astra::from_cone_vec(short_list); }, "from_cone_vec: 11 numbers must be 12");
  refuses([] { return astra::from_parallel3d_vec({}); }, "from_parallel3d_vec: 0 numbers");
  refuses([&] { return astra::from_fanflat_vec(short_list); }, "11 numbers must be 6");
  refuses([&] { return astra::from_cone_vec(bad); }, "number 3 of view 1 is nan");
  refuses([&] { return astra::from_parallel_vec(bad); }, "number 3 of view 2 is nan");
  refuses([] { return astra::to_cone_vec({}); }, "at least one view");
  refuses(
      [] {
        return astra::to_fanflat_vec({{{0, not_a_number}, {0, 1}, {1, 0}}});
      },
      "(0, nan) of view 0 must be finite");
}

BOOST_AUTO_TEST_CASE(bad_circles) {
  auto const refuses = [](auto const& make, char const* what) {
    BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(what));
  };
  refuses([] { return astra::cone({}, {1, 1}, 3, 2); }, "at least one angle");
  refuses([] { return astra::cone({not_a_number}, {1, 1}, 3, 2); }, "angle nan");
  refuses([] { return astra::cone({0}, {1, 0}, 3, 2); }, "detector spacing 0");
  refuses([] { return astra::cone({0}, {1, 1}, 3, -3); }, "3 and -3");
  refuses([] { return astra::parallel3d({0}, {-1, 1}); }, "detector spacing -1");
  refuses([] { return astra::fanflat({0}, 1, not_a_number, 2); }, "nan and 2");
  refuses([] { return astra::fanflat({0}, not_a_number, 1, 2); }, "detector spacing nan");
  refuses([] { return astra::parallel({0}, 0); }, "detector spacing 0");
  refuses([] { return astra::parallel({}, 1); }, "at least one angle");
}

// The same pixels see the same lines, to twice the distance.
BOOST_AUTO_TEST_CASE(virtual_detectors_move_behind_the_object) {
  auto const views = pyronn::astra::cone({0.3}, {1.5, 2}, 300, 0);
  auto const near = pyronn::ConeBeam::from_vectors({5, 4}, views).view(0);
  auto const far = pyronn::ConeBeam::from_vectors({5, 4}, {views[0].farther(2)}).view(0);
  auto const fan = pyronn::astra::fanflat({0.3}, 1.5, 300, 0)[0];
  auto const line = pyronn::FanBeam::from_vectors(5, {fan.farther(2)}).view(0);
  for (int u = 0; u < 5; ++u) {
    auto const to = near.ray(u, 1);
    auto const beyond = far.ray(u, 1);
    BOOST_TEST(length(beyond.origin + beyond.end * beyond.direction - to.origin -
                      2 * to.end * to.direction) < 1e-9);
    auto const in_plane = line.ray(u, 0);
    auto const before = pyronn::FanBeam::from_vectors(5, {fan}).view(0).ray(u, 0);
    BOOST_TEST(length(in_plane.end * in_plane.direction - 2 * before.end * before.direction) <
               1e-9);
  }
}

BOOST_AUTO_TEST_SUITE_END()
