// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Parts of a call: any views, any slab of slices, without setting up again.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::InvalidArgument;
using pyronn::Output;
using pyronn::Part;
using pyronn::Slab;
using pyronn::ViewSelection;

namespace {

using Values = std::vector<float>;
template <class Interp>
using Forward = pyronn::Projector<ConeBeam, Interp>;
template <class Interp>
using Back = pyronn::Backprojector<ConeBeam, Interp>;
using Interps = std::tuple<pyronn::SoftwareInterp, pyronn::TextureInterp>;

/// Of values with random signs: where a view or a slab lies elsewhere in a texture, some of the
/// 8-bit weights are rounded to the next.
constexpr double texture_bound = test::on_device ? 2e-3 : 3e-4;

/// Views 20 to 39 of 48 stand upright, z-aligned; the others lean.
ConeBeam half_tilted_scan() {
  ConeBeam const upright =
      ConeBeam::circular({80, 120, pyronn::equal_angles(48, 0.1)}, {{14, 12}, {1.6, 1.5}});
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < upright.num_views(); ++n) {
    pyronn::ProjectionMatrix matrix = upright.view(n).projection_matrix();
    if (n < 20 || n >= 40) {
      for (int c = 0; c < 4; ++c) matrix.row[0][c] += 0.01 * matrix.row[1][c];
    }
    matrices.push_back(matrix);
  }
  return ConeBeam::from_matrices({14, 12}, matrices);
}

/// Whether all views take one path.
bool are_alike(ConeBeam const& scan) {
  return std::abs(scan.view(0).projection_matrix().row[0][2]) < 1e-9;
}

ConeBeam upright_scan() {
  return ConeBeam::circular({80, 120, pyronn::equal_angles(48, 0.1)}, {{14, 12}, {1.6, 1.5}});
}

pyronn::Grid tall_grid() { return pyronn::Grid::centered({9, 8, 83}, {1.1, 0.9, 0.3}); }

std::vector<ConeBeam> scans() { return {upright_scan(), half_tilted_scan()}; }

/// Some views of projections, in memory of their own.
Values views_of(Values const& all, Extents<2> detector, std::vector<int> const& views) {
  Values result;
  for (int const view : views) {
    auto const first = all.begin() + std::ptrdiff_t{view} * detector.count();
    result.insert(result.end(), first, first + detector.count());
  }
  return result;
}

Values slices_of(Values const& all, pyronn::Grid const& grid, Slab slab) {
  auto const slice = std::ptrdiff_t{grid.size[0]} * grid.size[1];
  auto const first = all.begin() + slab.first_slice * slice;
  return {first, first + slab.num_slices * slice};
}

struct Selection {
  ViewSelection views;
  std::vector<int> indices;
};

std::vector<Selection> selections() {
  std::vector<int> const scattered{47, 3, 3, 20, 21, 22, 0, 30, 28, 26, 24, 22};
  std::vector<int> every;
  for (int n = 2; n < 48; n += 5) every.push_back(n);
  std::vector<int> range;
  for (int n = 11; n < 43; ++n) range.push_back(n);
  return {{ViewSelection::range(11, 32), range},
          {ViewSelection::every(5, 2), every},
          {ViewSelection::list(scattered), scattered}};
}

/// Without a workspace, and with all that is of use, where that is another case.
template <class Op>
std::set<std::size_t> limits_of(Op const& op, Extents<3> from) {
  test::Array<float, 3> source{from, 0.0F};
  return {0, op.workspace_bytes(test::executor(), source.view())};
}

template <class Op>
Values run_part(Op const& op, Extents<3> from, Values const& in, Extents<3> to, Part const& part,
                std::size_t limit = pyronn::default_workspace_limit, float before = test::nan) {
  test::Array<float, 3> source{from, in};
  test::Array<float, 3> target{to, before};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), op.workspace_bytes(test::executor(), source.view(), limit, part)};
  op(test::executor(), source.view(), target.view(), workspace, part);
  return target.values();
}

Extents<3> slab_extents(pyronn::Grid const& grid, Slab slab) {
  return {grid.size[0], grid.size[1], slab.num_slices};
}

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

/// A selection of a batch's views, of whose samples each has a geometry of its own.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(selected_views_of_a_batch) {
  pyronn::Grid const grid = tall_grid();
  std::vector<ConeBeam> const geometries = scans();
  auto const op = Back<pyronn::SoftwareInterp>::per_sample(geometries, grid);
  Selection const selection = selections().front();
  auto const count = static_cast<int>(selection.indices.size());
  auto const in = test::random_values(6, std::int64_t{14} * 12 * count * 2);
  test::Array<float, 4> source{{14, 12, count, 2}, in};
  test::Array<float, 4> target{{grid.size[0], grid.size[1], grid.size[2], 2}, test::nan};
  pyronn::Workspace<test::Executor> workspace{test::executor(),
                                              op.workspace_bytes(test::executor(), source.view())};
  op(test::executor(), source.view(), target.view(), workspace, {selection.views});
  auto const found = target.values();
  auto const half = static_cast<std::ptrdiff_t>(grid.size.count());
  for (int sample = 0; sample < 2; ++sample) {
    Back<pyronn::SoftwareInterp> const one{geometries[static_cast<std::size_t>(sample)], grid};
    auto const begin = in.begin() + std::ptrdiff_t{sample} * 14 * 12 * count;
    auto const expected = run_part(one, {14, 12, count}, Values{begin, begin + 14 * 12 * count},
                                   grid.size, {selection.views});
    BOOST_TEST(test::relative_l2(
                   Values{found.begin() + sample * half, found.begin() + (sample + 1) * half},
                   expected) < 1e-6);
  }
}

/// Each sample of a call has the geometry that `first_sample` says, the first ones' too.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(some_samples_of_a_batch) {
  pyronn::Grid const grid = tall_grid();
  std::vector<ConeBeam> const geometries = scans();
  auto const op = Back<pyronn::SoftwareInterp>::per_sample(geometries, grid);
  Extents<3> const extents = test::projection_extents(geometries.front());
  Values const in = test::random_values(8, extents.count());
  for (int first = 0; first < 2; ++first) {
    Part part;
    part.first_sample = first;
    Back<pyronn::SoftwareInterp> const one{geometries[static_cast<std::size_t>(first)], grid};
    BOOST_TEST(test::relative_l2(run_part(op, extents, in, grid.size, part),
                                 run_part(one, extents, in, grid.size, {})) < 1e-6);
  }
  test::Array<float, 3> projections{extents};
  test::Array<float, 3> volume{grid.size};
  BOOST_CHECK_THROW(op(test::executor(), projections.view(), volume.view()), InvalidArgument);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(parts_that_are_not_there_are_refused) {
  pyronn::Grid const grid = tall_grid();
  Back<pyronn::SoftwareInterp> const op{upright_scan(), grid};
  test::Array<float, 3> projections{{14, 12, 3}};
  test::Array<float, 3> volume{grid.size};
  auto const refuses = [&](Part const& part, char const* sentence) {
    BOOST_CHECK_EXCEPTION(op(test::executor(), projections.view(), volume.view(), part),
                          InvalidArgument, [&](InvalidArgument const& error) {
                            BOOST_TEST_INFO(error.what());
                            return std::string{error.what()}.find(sentence) != std::string::npos;
                          });
  };
  refuses({ViewSelection::range(46, 3)}, "3 views from view 46 on were selected");
  refuses({ViewSelection::range(-1, 3)}, "3 views from view -1 on were selected");
  refuses({ViewSelection::range(0, 0)}, "0 views from view 0 on were selected");
  refuses({ViewSelection::every(0)}, "every 0-th view was selected");
  refuses({ViewSelection::list({})}, "a list of no views was selected");
  refuses({ViewSelection::list({1, 48, 2})}, "view 48 is not among the geometry's 48");
  refuses({ViewSelection::range(0, 3), Slab{80, 4}}, "4 slices from slice 80 on are not among");
  refuses({ViewSelection::range(0, 3), Slab{0, 0}}, "0 slices from slice 0 on are not among");
  refuses({ViewSelection::range(0, 3), Slab{2147483647, 2}}, "are not among the grid's 83");
  refuses({ViewSelection::range(0, 4)}, "(14, 12, 4)");
  refuses({ViewSelection::range(0, 3), Slab{3, 5}}, "(9, 8, 5)");
  refuses({ViewSelection::range(0, 3), {}, Output::overwrite, -1}, "samples -1 to -1");
}

BOOST_AUTO_TEST_SUITE_END()
