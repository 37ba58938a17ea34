// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Filtered backprojection on cores without a workspace, and of host arrays in one call.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::equal_angles;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::SoftwareInterp;
using pyronn::view_of;
using test::says;
using Values = std::vector<float>;

namespace {

CpuExecutor const executor{2};
auto const fan = FanBeam::circular({300, 500, equal_angles(150)}, {91, 1.5});
auto const cone = ConeBeam::circular({300, 500, equal_angles(120)}, {{61, 21}, {1.5, 1.6}});
Grid const image_grid = Grid::flat({33, 30}, {1, 1.1});
Grid const volume_grid = Grid::centered({24, 20, 9}, {1, 1.2, 1});

template <class Geometry, int Rank>
Values with_workspace(pyronn::Fbp<Geometry, SoftwareInterp> const& fbp, Values const& lines,
                      pyronn::Extents<Rank> projections, pyronn::Extents<Rank> extents,
                      pyronn::Part const& part = {}) {
  Values result(static_cast<std::size_t>(extents.count()), 0.25F);
  auto const in = view_of(lines, projections);
  pyronn::Workspace workspace{executor, fbp.workspace_bytes(executor, in)};
  fbp(executor, in, view_of(result, extents), workspace, part);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct)

BOOST_AUTO_TEST_CASE(of_host_arrays_is_right_in_the_plane) {
  pyronn::Phantom const disc{pyronn::Body::ellipse({2, -1}, {11, 9}, 0.04)};
  Values lines(91 * 150);
  pyronn::project(executor, disc, fan, view_of(lines, fan.extents()));
  Values const image = pyronn::reconstruct(executor, fan, image_grid, lines);
  BOOST_REQUIRE(image.size() == 33U * 30U);
  double sum = 0;
  int count = 0;
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 33; ++x) {
      auto const at = image_grid.to_world({static_cast<double>(x), static_cast<double>(y), 0});
      double const reach = std::hypot((at[0] - 2) / 11, (at[1] + 1) / 9);
      double const found = static_cast<double>(image[static_cast<std::size_t>(33 * y + x)]);
      if (reach > 1.25) BOOST_TEST(std::abs(found) < 0.004);
      if (reach > 0.7) continue;
      BOOST_TEST(std::abs(found - 0.04) < 0.004);
      sum += found;
      ++count;
    }
  }
  BOOST_TEST(sum / count == 0.04, boost::test_tools::tolerance(0.002));
  pyronn::Fbp<FanBeam, SoftwareInterp> const fbp{fan, image_grid};
  BOOST_TEST((image == with_workspace(fbp, lines, fan.extents(), image_grid.extents<2>())));
}

BOOST_AUTO_TEST_CASE(of_host_arrays_takes_options_and_interpolation) {
  Values const lines = test::random_values(4, 61 * 21 * 120);
  pyronn::Fdk<ConeBeam, SoftwareInterp> const hann{cone, volume_grid, pyronn::FilterWindow::hann};
  Values const plain = pyronn::reconstruct(executor, cone, volume_grid, lines);
  Values const smooth =
      pyronn::reconstruct(executor, cone, volume_grid, lines, {pyronn::FilterWindow::hann});
  Values const texture =
      pyronn::reconstruct<pyronn::TextureInterp>(executor, cone, volume_grid, lines);
  BOOST_TEST((smooth == with_workspace(hann, lines, cone.extents(), volume_grid.extents())));
  BOOST_TEST(test::relative_l2(smooth, plain) > 0.1);
  BOOST_TEST(test::relative_l2(texture, plain) > 0);
  BOOST_TEST(test::relative_l2(texture, plain) < 0.01);
}

BOOST_AUTO_TEST_CASE(of_host_arrays_refuses) {
  Values const lines(61 * 21 * 119);
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::reconstruct(executor, cone, volume_grid, lines)),
                        InvalidArgument,
                        says("reconstruct: the scan has 153720 line integrals, (61, 21, 120), but "
                             "the vector has 152439"));
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(pyronn::reconstruct(executor, fan, volume_grid, Values(91 * 150))),
      InvalidArgument, says("the plane needs one slice"));
  Grid const endless = Grid::centered({2147483647, 1, 2147483647}, {1, 1, 1});
  BOOST_CHECK_THROW(
      static_cast<void>(pyronn::reconstruct(executor, cone, endless, Values(61 * 21 * 120))),
      pyronn::OutOfMemory);
}

// Of a batch, of views that are added and of a slab, with the bits of a call with a workspace.
BOOST_AUTO_TEST_CASE(without_a_workspace) {
  pyronn::Fbp<FanBeam, SoftwareInterp> const fbp{fan, image_grid};
  pyronn::Extents<3> const sinograms{91, 150, 3};
  pyronn::Extents<3> const images{33, 30, 3};
  Values const lines = test::random_values(5, 91 * 150 * 3);
  Values batch(33 * 30 * 3, test::nan);
  fbp(executor, view_of(lines, sinograms), view_of(batch, images));
  BOOST_TEST((batch == with_workspace(fbp, lines, sinograms, images)));

  pyronn::Fdk<ConeBeam, SoftwareInterp> const fdk{cone, volume_grid};
  Values const views = test::random_values(6, 61 * 21 * 40);
  pyronn::Part const part{pyronn::ViewSelection::every(3, 1), pyronn::Slab{2, 5},
                          pyronn::Output::add};
  Values slab(24 * 20 * 5, 0.25F);
  fdk(executor, {views.data(), {61, 21, 40}}, {slab.data(), {24, 20, 5}}, part);
  BOOST_TEST((slab == with_workspace(fdk, views, pyronn::Extents<3>{61, 21, 40},
                                     pyronn::Extents<3>{24, 20, 5}, part)));
}

BOOST_AUTO_TEST_CASE(without_a_workspace_refuses_before_memory_is_taken) {
  pyronn::Fdk<ConeBeam, SoftwareInterp> const fdk{cone, volume_grid};
  Values const lines(61 * 21 * 120);
  Values volume(24 * 20 * 9, 7);
  auto const refuses = [&](pyronn::Extents<3> projections, float const* data, char const* reason) {
    BOOST_CHECK_EXCEPTION(fdk(executor, {data, projections}, {volume.data(), {24, 20, 9}}),
                          InvalidArgument, says(reason));
  };
  for (int const views : {0, 119, -1, 2147483647}) {
    refuses({61, 21, views}, lines.data(), "the projections' extents (u, v, view)");
  }
  refuses({61, 21, 120}, nullptr, "Fbp: projections: the array is a null pointer");
  BOOST_TEST(std::all_of(volume.begin(), volume.end(), [](float value) { return value == 7.0F; }));
}

BOOST_AUTO_TEST_SUITE_END()
