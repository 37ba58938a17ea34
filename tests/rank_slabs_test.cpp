// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Slabs of ranks that take about as long as one another, and calls with them.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/distributed/on_ranks.hpp>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/distributed/rank_slabs.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>

#include "support/backends.hpp"
#include "support/near_communicator.hpp"
#include "support/numbers.hpp"
#include "support/own_executor.hpp"
#include "support/thread_communicator.hpp"
#include "support/whole_call.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::RankShare;
using pyronn::SoftwareInterp;
using test::NearCommunicator;
using test::whole_call;
using Slabs = std::vector<RankShare>;
using Values = std::vector<float>;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::ptrdiff_t>::max();

Grid grid(int slices) { return Grid::centered({11, 13, slices}, {1, 1, 40.0 / slices}); }
/// The detector sees half of the slices.
ConeBeam low_scan(int views) {
  return ConeBeam::circular({200, 300, pyronn::equal_angles(views)}, {{25, 20}, {1.2, 1.5}});
}
/// It sees all of them.
ConeBeam high_scan() {
  return ConeBeam::circular({200, 300, pyronn::equal_angles(11)}, {{25, 60}, {1.2, 1.5}});
}

int slices_of(Slabs const& slabs) {
  int end = 0;
  for (RankShare const& slab : slabs) {
    BOOST_TEST_REQUIRE(slab.first == end);
    end += slab.count;
  }
  return end;
}

/// What ranks with these slabs make of their parts of `in`.
template <class Op>
Values made_on(Slabs const& slabs, Op const& op, Values const& in, Extents<3> from) {
  int const ranks = static_cast<int>(slabs.size());
  std::vector<Values> parts(slabs.size());
  test::on_threads<NearCommunicator>(ranks, [&](NearCommunicator const& communicator) {
    test::OwnExecutor const own;
    pyronn::OnRanks call{communicator, own.get(), op, no_limit, slabs};
    auto const extents = call.input_extents();
    bool const takes_views = from[2] == op.geometry().num_views();
    auto const first = in.begin() + (takes_views ? call.views() : call.slab()).first *
                                        std::ptrdiff_t{from[0]} * from[1];
    test::Array<float, 3> input{extents, Values(first, first + extents.count())};
    test::Array<float, 3> output{call.output_extents(), test::nan};
    static_cast<void>(output.values());  // they are there
    call(input.view(), output.view());
    own.wait();
    parts[static_cast<std::size_t>(communicator.rank())] = output.values();
  });
  Values result;
  for (Values const& part : parts) result.insert(result.end(), part.begin(), part.end());
  return result;
}

/// The image of a map's rows after some iterations from zeros, which look at neighbouring slices.
template <class Map, class SolverExecutor>
Values solved(Map const& map, SolverExecutor const& executor, Values const& rows) {
  test::Array<float, 3> lines{map.range(), rows};
  test::Array<float, 3> image{map.domain(), 0.0F};
  pyronn::FistaTvOptions options{0.05};
  options.norm = 60;
  pyronn::FistaTv<Map, SolverExecutor> solver{
      executor, pyronn::ReconstructionProblem<Map>{map, lines.view()}, options};
  solver.start(image.view());
  for (int n = 0; n < 8; ++n) solver.iterate();
#if defined(__CUDACC__)
  pyronn::check_cuda(cudaStreamSynchronize(executor.stream()), "cudaStreamSynchronize");
#endif
  return image.values();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rank_slabs)

BOOST_AUTO_TEST_CASE(slabs_that_are_seen_less_have_more_slices) {
  for (int const slices : {40, 512}) {
    for (int const ranks : {3, 4, 5}) {
      auto const slabs = pyronn::slabs_of_ranks(low_scan(11), grid(slices), ranks);
      BOOST_TEST(slabs.size() == static_cast<std::size_t>(ranks));
      BOOST_TEST(slices_of(slabs) == slices);
      BOOST_TEST(slabs[1].count * 4 <= slabs.front().count * 3);
      for (RankShare const& slab : slabs) BOOST_TEST((slices == 40 || slab.first % 16 == 0));
    }
  }
}

BOOST_AUTO_TEST_CASE(slabs_that_are_seen_alike_are_nearly_equal) {
  for (int const slices : {1, 3, 37, 128, 500, 5000}) {
    for (int const ranks : {1, 2, 3, 4, 5, 8, 60}) {
      auto const slabs = pyronn::slabs_of_ranks(high_scan(), grid(slices), ranks);
      BOOST_TEST(slabs.size() == static_cast<std::size_t>(ranks));
      BOOST_TEST(slices_of(slabs) == slices);
      int least = slices;
      int most = 0;
      for (RankShare const& slab : slabs) {
        least = std::min(least, slab.count);
        most = std::max(most, slab.count);
      }
      BOOST_TEST((least > 0 || slices < ranks));
      int const tile = slices < 32 * ranks ? 1 : 16;
      BOOST_TEST(most <= (slices / ranks / tile + 1) * tile);
    }
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(calls_with_any_slabs_have_the_same_numbers) {
  auto const scan = low_scan(41);
  Extents<3> const views = scan.extents();
  Extents<3> const volume = grid(37).size;
  Values const lines = test::random_values(1, views.count());
  Values const image = test::random_values(2, volume.count());
  pyronn::Fbp<ConeBeam, SoftwareInterp> const fbp{scan, grid(37)};
  pyronn::Projector<ConeBeam, SoftwareInterp> const projector{scan, grid(37)};
  for (Slabs const& slabs :
       {pyronn::slabs_of_ranks(scan, grid(37), 4), Slabs{{0, 1}, {1, 35}, {36, 1}}}) {
    BOOST_TEST((made_on(slabs, fbp, lines, views) == whole_call(fbp, lines, views, volume)));
    BOOST_TEST(test::relative_l2(made_on(slabs, projector, image, volume),
                                 whole_call(projector, image, volume, views)) < 1e-6);
    auto const transpose = projector.adjoint();
    BOOST_TEST(test::relative_l2(made_on(slabs, transpose, lines, views),
                                 whole_call(transpose, lines, views, volume)) < 1e-6);
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(solvers_look_across_slabs_of_any_size) {
  pyronn::Projector<ConeBeam, SoftwareInterp> const projector{low_scan(23), grid(37)};
  Extents<3> const views = projector.geometry().extents();
  Values const lines = test::random_values(3, views.count());
  Values const whole = solved(pyronn::SystemMatrix{projector}, test::executor(), lines);
  Slabs const slabs{{0, 1}, {1, 2}, {3, 33}, {36, 1}};
  std::vector<Values> parts(slabs.size());
  test::on_threads<NearCommunicator>(4, [&](NearCommunicator const& ranks) {
    test::OwnExecutor const own;
    pyronn::share_errors(ranks, [&] {
      pyronn::RankMap const map{ranks, own.get(), projector, no_limit, slabs};
      BOOST_REQUIRE(map.most_pixels() == 33 * 11 * 13);
      auto const first =
          lines.begin() + map.own_views().first * std::ptrdiff_t{views[0]} * views[1];
      parts[static_cast<std::size_t>(ranks.rank())] = solved(
          map, pyronn::RankExecutor{ranks, own.get()}, Values(first, first + map.range().count()));
    });
  });
  Values found;
  for (Values const& part : parts) found.insert(found.end(), part.begin(), part.end());
  BOOST_TEST(test::relative_l2(found, whole) < 1e-5);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(slabs_that_cannot_be_are_refused) {
  pyronn::Projector<ConeBeam, SoftwareInterp> const projector{low_scan(5), grid(9)};
  for (Slabs const& slabs : {Slabs{{0, 9}}, Slabs{{0, 4}, {4, 4}}, Slabs{{0, 4}, {5, 4}},
                             Slabs{{0, 10}, {10, -1}}, Slabs{{0, 4}, {4, 4}, {8, 1}}}) {
    auto const make = [&](NearCommunicator const& ranks) {
      test::OwnExecutor const own;
      pyronn::OnRanks const call{ranks, own.get(), projector, no_limit, slabs};
    };
    BOOST_CHECK_THROW(test::on_threads<NearCommunicator>(2, make), pyronn::InvalidArgument);
  }
  // Not the same in all ranks; one of a solver's without a slice.
  BOOST_CHECK_THROW(test::on_threads<NearCommunicator>(2,
                                                       [&](NearCommunicator const& ranks) {
                                                         test::OwnExecutor const own;
                                                         int const first = 4 + ranks.rank();
                                                         pyronn::OnRanks const call{
                                                             ranks, own.get(), projector, no_limit,
                                                             Slabs{{0, first}, {first, 9 - first}}};
                                                       }),
                    pyronn::InvalidArgument);
  BOOST_CHECK_THROW(
      test::on_threads<NearCommunicator>(
          2,
          [&](NearCommunicator const& ranks) {
            test::OwnExecutor const own;
            pyronn::RankMap const map{ranks, own.get(), projector, no_limit, {{0, 9}, {9, 0}}};
          }),
      pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
