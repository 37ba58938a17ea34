// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/phantom/phantom.hpp>

#include "support/numbers.hpp"
#include "support/phantoms.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ArrayView;
using pyronn::Body;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Phantom;
using test::executor;
using test::says;
using Values = std::vector<float>;

namespace {

/// Without bodies, with two and with more than travel into a launch.
std::vector<Phantom> phantoms() {
  Phantom many;
  for (int n = 0; n < 300; ++n) many.push_back(Body::ball({n % 20 - 10.0, n % 7 - 3.0, 1}, 4, 1));
  return {test::two_bodies(), {}, many};
}

Phantom const& phantom_of(std::size_t sample) {
  static std::vector<Phantom> const all = phantoms();
  return all[sample];
}

FanBeam fan(double first) {
  return FanBeam::circular({150, 240, pyronn::equal_angles(300, first)}, {31, 1.9});
}

ConeBeam cone(double first) {
  return ConeBeam::circular({150, 240, pyronn::equal_angles(5, first)}, {{17, 12}, {2.5, 3}});
}

/// What `write(array)` makes of an array filled with rubbish.
template <int Rank, class Write>
Values written(Extents<Rank> extents, Write const& write) {
  test::Array<float, Rank> array{extents, -1e9F};
  write(array.view());
  return array.values();
}

/// The samples one after the other, each from `alone(sample)`.
template <class Alone>
Values joined(Alone const& alone) {
  Values all;
  for (std::size_t sample = 0; sample < phantoms().size(); ++sample) {
    Values const one = alone(sample);
    all.insert(all.end(), one.begin(), one.end());
  }
  BOOST_TEST(test::norm(all) > 0);
  return all;
}

void check_equal(Values const& found, Values const& expected) {
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

/// Both with one geometry for all samples and with one each.
template <class Geometry>
void check_projections(std::vector<Geometry> const& scans) {
  constexpr int dimension = pyronn::dimension_v<Geometry>;
  auto const extents = pyronn::detail::projection_extents<dimension, dimension + 1>(
      scans[0].detector_size(), scans[0].num_views(), 3);
  check_equal(
      written(extents,
              [&](auto const& array) { pyronn::project(executor(), phantoms(), scans[0], array); }),
      joined([&](std::size_t sample) { return test::project(phantom_of(sample), scans[0]); }));
  check_equal(
      written(extents,
              [&](auto const& array) { pyronn::project(executor(), phantoms(), scans, array); }),
      joined([&](std::size_t sample) { return test::project(phantom_of(sample), scans[sample]); }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(phantom_batch, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(images_of_a_batch_are_those_of_the_samples) {
  auto const grid = Grid::flat({20, 30}, {1.1, 0.9});
  check_equal(written(Extents<3>{20, 30, 3},
                      [&](ArrayView<float, 3> images) {
                        pyronn::voxelise(executor(), phantoms(), grid, images, 3);
                      }),
              joined([&](std::size_t sample) {
                return written(Extents<2>{20, 30}, [&](ArrayView<float, 2> image) {
                  pyronn::voxelise(executor(), phantom_of(sample), grid, image, 3);
                });
              }));
}

BOOST_AUTO_TEST_CASE(volumes_of_a_batch_are_those_of_the_samples) {
  auto const grid = Grid::centered({20, 15, 10}, {1.1, 1.9, 1.7});
  check_equal(
      written(Extents<4>{20, 15, 10, 3},
              [&](ArrayView<float, 4> volumes) {
                pyronn::voxelise(executor(), phantoms(), grid, volumes, 2);
              }),
      joined([&](std::size_t sample) { return test::voxelise(phantom_of(sample), grid, 2); }));
}

BOOST_AUTO_TEST_CASE(sinograms_of_a_batch_are_those_of_the_samples) {
  check_projections<FanBeam>({fan(0), fan(0.3), fan(2)});
}

BOOST_AUTO_TEST_CASE(projections_of_a_batch_are_those_of_the_samples) {
  check_projections<ConeBeam>({cone(0), cone(0.3), cone(2)});
}

BOOST_AUTO_TEST_CASE(a_batch_of_one_needs_no_more) {
  std::vector<Phantom> const one{test::two_bodies()};
  auto const extents = Extents<3>{31, 300, 1};
  Values const expected = test::project(one[0], fan(0.3));
  check_equal(written(extents,
                      [&](ArrayView<float, 3> sinograms) {
                        pyronn::project(executor(), one, fan(0.3), sinograms);
                      }),
              expected);
  check_equal(written(extents,
                      [&](ArrayView<float, 3> sinograms) {
                        pyronn::project(executor(), one, std::vector<FanBeam>{fan(0.3)}, sinograms);
                      }),
              expected);
}

BOOST_AUTO_TEST_CASE(arrays_of_other_sizes_are_refused) {
  auto const flat = Grid::flat({4, 3}, {1, 1});
  auto const solid = Grid::centered({4, 3, 2}, {1, 1, 1});
  Phantom const phantom = test::two_bodies();
  test::Array<float, 2> plane{{3, 4}, 7.0F};
  test::Array<float, 3> space{{3, 4, 3}, 7.0F};
  test::Array<float, 4> batch{{3, 4, 2, 3}, 7.0F};
  BOOST_CHECK_EXCEPTION(
      pyronn::voxelise(executor(), phantom, flat, plane.view()), InvalidArgument,
      says("voxelise: the volume's extents (x, y) are (3, 4) but the grid's are (4, 3)"));
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor(), phantoms(), flat, space.view()),
                        InvalidArgument,
                        says("voxelise: the volume's extents (x, y, sample) are (3, 4, 3) but the "
                             "grid's are (4, 3, 3)"));
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor(), phantoms(), solid, batch.view()),
                        InvalidArgument,
                        says("voxelise: the volume's extents (x, y, z, sample) are (3, 4, 2, 3) "
                             "but the grid's are (4, 3, 2, 3)"));
  BOOST_CHECK_EXCEPTION(pyronn::project(executor(), phantom, fan(0), plane.view()), InvalidArgument,
                        says("project: the projections' extents (u, view) are (3, 4) but the "
                             "geometry's are (31, 300)"));
  BOOST_CHECK_EXCEPTION(pyronn::project(executor(), phantoms(), fan(0), space.view()),
                        InvalidArgument,
                        says("project: the projections' extents (u, view, sample) are (3, 4, 3) "
                             "but the geometry's are (31, 300, 3)"));
  BOOST_CHECK_EXCEPTION(pyronn::project(executor(), phantoms(), cone(0), batch.view()),
                        InvalidArgument,
                        says("project: the projections' extents (u, v, view, sample) are (3, 4, 2, "
                             "3) but the geometry's are (17, 12, 5, 3)"));
  check_equal(plane.values(), Values(12, 7.0F));
  check_equal(space.values(), Values(36, 7.0F));
  check_equal(batch.values(), Values(72, 7.0F));
}

BOOST_AUTO_TEST_CASE(other_numbers_of_samples_are_refused) {
  auto const grid = Grid::flat({4, 3}, {1, 1});
  test::Array<float, 3> images{{4, 3, 2}, 7.0F};
  test::Array<float, 3> sinograms{{31, 300, 3}, 7.0F};
  BOOST_CHECK_EXCEPTION(
      pyronn::voxelise(executor(), phantoms(), grid, images.view()), InvalidArgument,
      says("voxelise: there are 2 samples but 3 phantoms; give one for each sample"));
  BOOST_CHECK_EXCEPTION(
      pyronn::project(executor(), std::vector<Phantom>(4), fan(0), sinograms.view()),
      InvalidArgument,
      says("project: there are 3 samples but 4 phantoms; give one for each sample"));
  BOOST_CHECK_EXCEPTION(
      pyronn::project(executor(), phantoms(), std::vector<FanBeam>{fan(0), fan(1)},
                      sinograms.view()),
      InvalidArgument,
      says("project: there are 3 samples but 2 geometries; give one, or one for each sample"));
  BOOST_CHECK_EXCEPTION(
      pyronn::project(executor(), phantoms(), std::vector<FanBeam>{}, sinograms.view()),
      InvalidArgument, says("project: there must be at least one geometry"));
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor(), std::vector<Phantom>{}, grid,
                                         ArrayView<float, 3>{nullptr, {4, 3, 0}}),
                        InvalidArgument,
                        says("voxelise: a batch of 0 samples has nothing to work on"));
  check_equal(images.values(), Values(24, 7.0F));
  check_equal(sinograms.values(), Values(27900, 7.0F));
}

BOOST_AUTO_TEST_CASE(one_bad_sample_refuses_the_batch) {
  auto const grid = Grid::flat({4, 3}, {1, 1});
  std::vector<Phantom> bad = phantoms();
  bad.back().back().semi_axes[1] = 0;
  test::Array<float, 3> images{{4, 3, 3}, 7.0F};
  test::Array<float, 3> sinograms{{31, 300, 3}, 7.0F};
  auto const sentence = says("Body: semi_axes (4, 0, 4) must be positive");
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor(), bad, grid, images.view()), InvalidArgument,
                        sentence);
  BOOST_CHECK_EXCEPTION(pyronn::project(executor(), bad, fan(0), sinograms.view()), InvalidArgument,
                        sentence);
  check_equal(images.values(), Values(36, 7.0F));
  check_equal(sinograms.values(), Values(27900, 7.0F));
}

BOOST_AUTO_TEST_CASE(images_need_a_grid_of_the_plane) {
  test::Array<float, 2> image{{4, 3}, 7.0F};
  BOOST_CHECK_EXCEPTION(
      pyronn::voxelise(executor(), test::two_bodies(), Grid::centered({4, 3, 2}, {1, 1, 1}),
                       image.view()),
      InvalidArgument,
      says("voxelise: the plane needs one slice at z = 0, as Grid::flat makes, not 2 "
           "from z = -0.5 mm on"));
  BOOST_CHECK_EXCEPTION(
      pyronn::voxelise(executor(), test::two_bodies(),
                       Grid::centered({4, 3, 1}, {1, 1, 1}, {0, 0, 2}), image.view()),
      InvalidArgument, says("as Grid::flat makes, not 1 from z = 2 mm on"));
  check_equal(image.values(), Values(12, 7.0F));
}

BOOST_AUTO_TEST_SUITE_END()
