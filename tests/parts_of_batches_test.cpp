// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Parts of calls of batches, and parts that are not there.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/parts.hpp"

using namespace test::parts;
using pyronn::InvalidArgument;
using pyronn::Output;

namespace {

using Back = pyronn::Backprojector<ConeBeam, pyronn::SoftwareInterp>;

}  // namespace

BOOST_AUTO_TEST_SUITE(parts_of_batches)

/// A selection of a batch's views, of whose samples each has a geometry of its own.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(selected_views_of_a_batch) {
  pyronn::Grid const grid = tall_grid();
  std::vector<ConeBeam> const geometries = scans();
  auto const op = Back::per_sample(geometries, grid);
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
    Back const one{geometries[static_cast<std::size_t>(sample)], grid};
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
  auto const op = Back::per_sample(geometries, grid);
  Extents<3> const extents = test::projection_extents(geometries.front());
  Values const in = test::random_values(8, extents.count());
  for (int first = 0; first < 2; ++first) {
    Part part;
    part.first_sample = first;
    Back const one{geometries[static_cast<std::size_t>(first)], grid};
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
  Back const op{upright_scan(), grid};
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
