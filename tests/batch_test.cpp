// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/custom_geometries.hpp"
#include "support/custom_operators.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Extents;
using pyronn::Grid;
using test::says;

namespace {

constexpr int samples = 3;

/// Scans that differ in their angles alone, a geometry for each sample of a batch.
template <class Make>
auto turned(Make const& make, int views) {
  using Geometry = decltype(make(std::vector<double>{}));
  std::vector<Geometry> scans;
  for (int s = 0; s < samples; ++s) scans.push_back(make(pyronn::equal_angles(views, 0.1 + s)));
  return scans;
}

std::vector<pyronn::ConeBeam> cones(int views) {
  return turned(
      [](std::vector<double> const& angles) {
        return pyronn::ConeBeam::circular({60, 90, angles}, {{12, 9}, {1.3, 1.6}});
      },
      views);
}

std::vector<pyronn::FanBeam> fans(int views) {
  return turned(
      [](std::vector<double> const& angles) {
        return pyronn::FanBeam::circular({60, 90, angles}, {14, 1.3});
      },
      views);
}

/// In a texture that samples share, positions are rounded a little differently, hence some of the
/// unit's weights by 1/256; else nothing may differ.
template <class Interp>
double rounding() {
  return test::on_device ? test::bound<Interp>(0, 3e-3) : 0.0;
}

/// What an operator makes of a batch, and the same of each sample alone.
template <class Interp, class Operator, class Alone>
void check_batch(Operator const& op, Alone const& alone_of, std::vector<float> const& in,
                 Extents<Operator::dimension + 1> from, Extents<Operator::dimension + 1> to) {
  std::vector<float> const all = test::run_between_guards(op, from, in, to);
  std::size_t const in_count = in.size() / samples;
  std::vector<float> expected;
  for (int s = 0; s < samples; ++s) {
    auto const first = in.begin() + static_cast<std::ptrdiff_t>(in_count) * s;
    auto const one = test::run(
        alone_of(s), std::vector<float>(first, first + static_cast<std::ptrdiff_t>(in_count)));
    expected.insert(expected.end(), one.begin(), one.end());
  }
  BOOST_TEST(test::norm(expected) > 0);
  BOOST_TEST(test::relative_l2(all, expected) <= rounding<Interp>());
}

template <class Case, class Geometry>
void check_both_directions(std::vector<Geometry> const& scans, Grid const& grid) {
  constexpr int rank = pyronn::dimension_v<Geometry> + 1;
  using Projector = typename Case::template Projector<Geometry>;
  using Backprojector = typename Case::template Backprojector<Geometry>;
  auto const volumes = test::volume_extents<Geometry, rank>(grid, samples);
  auto const projections = test::projection_extents<Geometry, rank>(scans.front(), samples);
  auto const x = test::random_values(1, volumes.count());
  auto const y = test::random_values(2, projections.count());
  auto const own = [&](int s) { return scans[static_cast<std::size_t>(s)]; };
  check_batch<typename Case::Interp>(
      Projector{scans.front(), grid},
      [&](int) {
        return Projector{scans.front(), grid};
      },
      x, volumes, projections);
  check_batch<typename Case::Interp>(
      Projector::per_sample(scans, grid),
      [&](int s) {
        return Projector{own(s), grid};
      },
      x, volumes, projections);
  check_batch<typename Case::Interp>(
      Backprojector{scans.front(), grid},
      [&](int) {
        return Backprojector{scans.front(), grid};
      },
      y, projections, volumes);
  check_batch<typename Case::Interp>(
      Backprojector::per_sample(scans, grid),
      [&](int s) {
        return Backprojector{own(s), grid};
      },
      y, projections, volumes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(is_every_sample_by_itself, Case, test::AllCases) {
  check_both_directions<Case>(cones(5), Grid::centered({9, 8, 7}, {1, 1, 1}));
  check_both_directions<Case>(fans(5), Grid::flat({9, 8}, {1, 1}));
}

// Geometries that travel whole, and views that are no matrices.
BOOST_AUTO_TEST_CASE_TEMPLATE(of_custom_geometries, Case, test::AllCases) {
  std::vector<test::Laminography<float>> scans(samples);
  for (std::size_t s = 0; s < scans.size(); ++s) {
    scans[s].tilt = 0.3F + 0.1F * static_cast<float>(s);
  }
  check_both_directions<Case>(scans, Grid::centered({9, 8, 7}, {1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(of_more_views_than_a_launch_holds) {
  check_both_directions<test::JosephSoftware>(cones(1100), Grid::centered({3, 2, 3}, {1, 1, 1}));
  check_both_directions<test::VoxelDrivenTexture>(fans(1100), Grid::flat({3, 4}, {1, 1}));
}

BOOST_AUTO_TEST_CASE(of_more_slices_than_a_launch_holds) {
  pyronn::Backprojector<pyronn::ConeBeam, pyronn::SoftwareInterp, pyronn::Joseph> const op{
      cones(2).front(), Grid::centered({2, 1, 700}, {1, 1, 0.01})};
  constexpr int many = 100;
  auto const from = test::projection_extents<pyronn::ConeBeam, 4>(op.geometry(), many);
  auto const to = test::volume_extents<pyronn::ConeBeam, 4>(op.grid(), many);
  auto const one = test::random_values(1, from.count() / many);
  std::vector<float> all;
  for (int n = 0; n < many; ++n) all.insert(all.end(), one.begin(), one.end());
  auto const found = test::run(op, from, all, to);
  std::vector<float> const last(found.end() - to.count() / many, found.end());
  BOOST_TEST(test::relative_l2(last, test::run(op, one)) <= 1e-6);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(works_in_the_least_workspace, Case, test::AllCases) {
  Grid const grid = Grid::centered({9, 8, 7}, {1, 1, 1});
  typename Case::template Projector<pyronn::ConeBeam> const op{cones(5).front(), grid};
  auto const from = test::volume_extents<pyronn::ConeBeam, 4>(grid, samples);
  auto const to = test::projection_extents<pyronn::ConeBeam, 4>(op.geometry(), samples);
  auto const values = test::random_values(1, from.count());
  test::Array<float, 4> source{from, values};
  test::Array<float, 4> target{to, test::nan};
  pyronn::Workspace<test::Executor> least{test::executor(),
                                          op.workspace_bytes(test::executor(), source.view(), 0)};
  op(test::executor(), source.view(), target.view(), least);
  BOOST_TEST(test::relative_l2(target.values(), test::run(op, from, values, to)) <=
             test::bound<typename Case::Interp>(1e-6, 1e-2));
}

BOOST_AUTO_TEST_CASE(of_wrong_size_is_refused) {
  Grid const grid = Grid::flat({9, 8}, {1, 1});
  auto const scans = fans(5);
  using Op = pyronn::Projector<pyronn::FanBeam, pyronn::SoftwareInterp>;
  Op const op{scans.front(), grid};
  auto const several = Op::per_sample(scans, grid);
  test::Array<float, 3> images{{9, 8, 2}};
  test::Array<float, 3> sinograms{{14, 5, 3}};
  BOOST_CHECK_EXCEPTION(op(test::executor(), images.view(), sinograms.view()),
                        pyronn::InvalidArgument,
                        says("extents (u, view, sample) are (14, 5, 3) but the geometry's are "
                             "(14, 5, 2)"));
  test::Array<float, 3> two{{14, 5, 2}};
  BOOST_CHECK_EXCEPTION(several(test::executor(), images.view(), two.view()),
                        pyronn::InvalidArgument, says("2 samples but 3 geometries"));
  test::Array<float, 3> no_images{{9, 8, 0}};
  test::Array<float, 3> no_sinograms{{14, 5, 0}};
  BOOST_CHECK_EXCEPTION(op(test::executor(), no_images.view(), no_sinograms.view()),
                        pyronn::InvalidArgument, says("a batch of 0 samples"));
  // Refused before the memory is looked at.
  constexpr int many = 65536;
  Op const of_many_views{pyronn::FanBeam::circular({60, 90, pyronn::equal_angles(many)}, {1, 1}),
                         Grid::flat({1, 1}, {1, 1})};
  float value = 0;
  pyronn::ArrayView<float, 3> const pixels{&value, {1, 1, many}};
  pyronn::ArrayView<float, 3> const lines{&value, {1, many, many}};
  BOOST_CHECK_EXCEPTION(of_many_views(test::executor(), pixels, lines), pyronn::InvalidArgument,
                        says("65536 samples of 1 slice and 65536 views are more than 2^31 - 1"));
  BOOST_CHECK_EXCEPTION(of_many_views.adjoint()(test::executor(), lines, pixels),
                        pyronn::InvalidArgument, says("65536 samples of 1 slice"));
  auto unlike = scans;
  unlike.push_back(fans(4).front());
  BOOST_CHECK_EXCEPTION((Op::per_sample(unlike, grid)), pyronn::InvalidArgument,
                        says("all geometries must have 5 views of (14, 1) pixels, as that of "
                             "sample 0, but that of sample 3 has 4 of (14, 1)"));
  BOOST_CHECK_EXCEPTION((Op::per_sample({}, grid)), pyronn::InvalidArgument,
                        says("at least one geometry"));
  BOOST_CHECK_EXCEPTION((Op{scans.front(), Grid::centered({9, 8, 2}, {1, 1, 1})}),
                        pyronn::InvalidArgument, says("needs one slice at z = 0"));
}

BOOST_AUTO_TEST_SUITE_END()
