// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Parts of a call: any views, any slab of slices, without setting up again.
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/parts.hpp"

using namespace test::parts;
using pyronn::Output;

namespace {

template <class Interp>
using Forward = pyronn::Projector<ConeBeam, Interp>;
template <class Interp>
using Back = pyronn::Backprojector<ConeBeam, Interp>;
using Interps = std::tuple<pyronn::SoftwareInterp, pyronn::TextureInterp>;

/// Of values with random signs: where a view or a slab lies elsewhere in a texture, some of the
/// 8-bit weights are rounded to the next.
constexpr double texture_bound = test::on_device ? 2e-3 : 3e-4;

}  // namespace

BOOST_AUTO_TEST_SUITE(parts)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(selected_views_are_those_of_the_whole_projection, Interp, Interps) {
  pyronn::Grid const grid = tall_grid();
  auto const in = test::random_values(1, grid.size.count());
  for (ConeBeam const& scan : scans()) {
    Forward<Interp> const op{scan, grid};
    auto const all = test::run(op, in);
    for (Selection const& selection : selections()) {
      auto const count = static_cast<int>(selection.indices.size());
      auto const expected = views_of(all, scan.detector_size(), selection.indices);
      auto const found = run_part(op, grid.size, in, {14, 12, count}, {selection.views});
      // A few z-aligned views among others are taken as any view, which rounds otherwise.
      double const bound = test::bound<Interp>(1e-5, texture_bound);
      BOOST_TEST(test::relative_l2(found, expected) < bound);
      if (are_alike(scan)) BOOST_TEST((found == expected));
    }
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(selected_views_add_up_in_backprojection, Interp, Interps) {
  pyronn::Grid const grid = tall_grid();
  for (ConeBeam const& scan : scans()) {
    Back<Interp> const op{scan, grid};
    auto const in = test::random_values(2, test::projection_extents(scan).count());
    for (Selection const& selection : selections()) {
      // The same as a whole scan in which the other views are zero.
      Values masked(in.size(), 0.0F);
      auto const pixels = scan.detector_size().count();
      for (int const view : selection.indices) {
        for (std::int64_t p = 0; p < pixels; ++p) {
          auto const at = static_cast<std::size_t>(view * pixels + p);
          masked[at] += in[at];
        }
      }
      auto const count = static_cast<int>(selection.indices.size());
      auto const views = views_of(in, scan.detector_size(), selection.indices);
      BOOST_TEST(
          test::relative_l2(run_part(op, {14, 12, count}, views, grid.size, {selection.views}),
                            test::run(op, masked)) < test::bound<Interp>(1e-6, texture_bound));
    }
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(slabs_have_the_bits_of_the_whole_backprojection, Case,
                              test::AllCases) {
  pyronn::Grid const grid = tall_grid();
  for (ConeBeam const& scan : scans()) {
    typename Case::template Backprojector<ConeBeam> const op{scan, grid};
    auto const in = test::random_values(3, test::projection_extents(scan).count());
    for (std::size_t const limit : limits_of(op, test::projection_extents(scan))) {
      auto const whole = run_part(op, test::projection_extents(scan), in, grid.size, {}, limit);
      for (Slab const slab : {Slab{0, 1}, Slab{0, 64}, Slab{5, 20}, Slab{37, 46}, Slab{82, 1}}) {
        auto const found = run_part(op, test::projection_extents(scan), in,
                                    slab_extents(grid, slab), {{}, slab}, limit);
        BOOST_TEST((found == slices_of(whole, grid, slab)));
      }
    }
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(slabs_add_up_to_the_whole_projection, Case, test::AllCases) {
  pyronn::Grid const grid = tall_grid();
  for (ConeBeam const& scan : scans()) {
    typename Case::template Projector<ConeBeam> const op{scan, grid};
    auto const in = test::random_values(4, grid.size.count());
    auto const extents = test::projection_extents(scan);
    for (std::size_t const limit : limits_of(op, grid.size)) {
      auto const whole = run_part(op, grid.size, in, extents, {}, limit);
      Values sum(whole.size(), 0.0F);
      for (Slab const slab : {Slab{60, 23}, Slab{0, 7}, Slab{8, 52}, Slab{7, 1}}) {
        auto const slices = slices_of(in, grid, slab);
        test::Array<float, 3> source{slab_extents(grid, slab), slices};
        test::Array<float, 3> target{extents, sum};
        Part const part{{}, slab, Output::add};
        pyronn::Workspace<test::Executor> workspace{
            test::executor(), op.workspace_bytes(test::executor(), source.view(), limit, part)};
        op(test::executor(), source.view(), target.view(), workspace, part);
        sum = target.values();
      }
      BOOST_TEST(test::relative_l2(sum, whole) <
                 test::bound<typename Case::Interp>(5e-6, texture_bound));
    }
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(results_are_added_where_asked, Interp, Interps) {
  pyronn::Grid const grid = tall_grid();
  ConeBeam const scan = half_tilted_scan();
  Part const add{{}, {}, Output::add};
  Forward<Interp> const forward{scan, grid};
  auto const volume = test::random_values(5, grid.size.count());
  auto const extents = test::projection_extents(scan);
  for (float const value :
       run_part(forward, grid.size, Values(volume.size(), 0.0F), extents, add, 0, 3.0F)) {
    BOOST_TEST(value == 3.0F);
  }
  for (std::size_t const limit : {std::size_t{0}, pyronn::default_workspace_limit}) {
    Values expected = run_part(forward, grid.size, volume, extents, {}, limit);
    for (float& value : expected) value += 3.0F;
    BOOST_TEST(test::relative_l2(run_part(forward, grid.size, volume, extents, add, limit, 3.0F),
                                 expected) < 1e-6);
  }
}

BOOST_AUTO_TEST_SUITE_END()
