// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Solvers on ranks that are threads: the images of one, which come the same on every run.
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/solver_state.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"
#include "support/own_executor.hpp"
#include "support/temporary_folder.hpp"
#include "support/thread_communicator.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::SoftwareInterp;
using test::Executor;
using Ranks = pyronn::ThreadCommunicator;
using Values = std::vector<float>;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::ptrdiff_t>::max();
constexpr int slices = 37;
Extents<3> const image_size{13, 11, slices};
Extents<3> const views_size{19, 31, 23};

pyronn::Projector<ConeBeam, SoftwareInterp> projector() {
  return {ConeBeam::circular({80, 130, pyronn::equal_angles(23)}, {{19, 31}, {1.6, 1.5}}),
          pyronn::Grid::centered({13, 11, slices}, {1, 1, 0.7})};
}

/// Flat in places, so that total variation has something to do.
Values lines_of_blocks() {
  Values blocks;
  for (int z = 0; z < slices; ++z) {
    for (int n = 0; n < 13 * 11; ++n) blocks.push_back((n / 40 + z / 3) % 2 == 0 ? 0.015F : 0.0F);
  }
  test::Array<float, 3> image{image_size, blocks};
  test::Array<float, 3> lines{views_size, 0.0F};
  auto const op = projector();
  pyronn::Workspace<Executor> workspace{test::executor(),
                                        op.workspace_bytes(test::executor(), image.view())};
  op(test::executor(), image.view(), lines.view(), workspace);
  Values result = lines.values();
  Values const noise = test::random_values(3, views_size.count());
  for (std::size_t n = 0; n < result.size(); ++n) result[n] += 0.01F * noise[n];
  return result;
}

Values part_of(Values const& whole, Extents<3> extents, pyronn::RankShare share) {
  auto const plane = std::ptrdiff_t{extents[0]} * extents[1];
  return {whole.begin() + share.first * plane, whole.begin() + (share.first + share.count) * plane};
}

struct CglsOf {
  template <class Map, class SolverExecutor>
  auto operator()(SolverExecutor const& executor,
                  pyronn::ReconstructionProblem<Map> const& problem) const {
    return pyronn::Cgls<Map, SolverExecutor>{executor, problem};
  }
};
struct SirtOf {
  template <class Map, class SolverExecutor>
  auto operator()(SolverExecutor const& executor,
                  pyronn::ReconstructionProblem<Map> const& problem) const {
    return pyronn::Sirt<Map, SolverExecutor>{executor, problem};
  }
};
struct FistaTvOf {
  template <class Map, class SolverExecutor>
  auto operator()(SolverExecutor const& executor,
                  pyronn::ReconstructionProblem<Map> const& problem) const {
    pyronn::FistaTvOptions options{0.05};
    options.norm = 60;  // the same steps on all numbers of ranks
    return pyronn::FistaTv<Map, SolverExecutor>{executor, problem, options};
  }
};
/// So strong that the image is one number.
struct StrongFistaTvOf {
  template <class Map, class SolverExecutor>
  auto operator()(SolverExecutor const& executor,
                  pyronn::ReconstructionProblem<Map> const& problem) const {
    return pyronn::FistaTv<Map, SolverExecutor>{executor, problem, pyronn::FistaTvOptions{5}};
  }
};

/// From zeros.
template <class MakeSolver, class Map, class SolverExecutor>
Values solved(MakeSolver const& make, Map const& map, SolverExecutor const& executor,
              Values const& data) {
  test::Array<float, 3> lines{map.range(), data};
  test::Array<float, 3> image{map.domain(), 0.0F};
  pyronn::ReconstructionProblem<Map> const problem{map, lines.view()};
  auto solver = make(executor, problem);
  solver.start(image.view());
  for (int n = 0; n < 8; ++n) solver.iterate();
#if defined(__CUDACC__)
  pyronn::check_cuda(cudaStreamSynchronize(executor.stream()), "cudaStreamSynchronize");
#endif
  return image.values();
}

template <class MakeSolver>
Values solved_on(int ranks, MakeSolver const& make, Values const& data, std::size_t limit) {
  std::vector<Values> parts(static_cast<std::size_t>(ranks));
  test::on_threads<Ranks>(ranks, [&](Ranks const& communicator) {
    test::OwnExecutor const own;
    pyronn::share_errors(communicator, [&] {
      pyronn::RankMap const map{communicator, own.get(), projector(), limit};
      auto const views = pyronn::share_of_rank(23, communicator.rank(), ranks);
      parts[static_cast<std::size_t>(communicator.rank())] =
          solved(make, map, pyronn::RankExecutor{communicator, own.get()},
                 part_of(data, views_size, views));
    });
  });
  Values result;
  for (Values const& part : parts) result.insert(result.end(), part.begin(), part.end());
  return result;
}

template <class MakeSolver>
void check(MakeSolver const& make, double tolerance) {
  Values const data = lines_of_blocks();
  Values const whole = solved(make, pyronn::SystemMatrix{projector()}, test::executor(), data);
  // Within less than the image takes, what slabs add to views is summed up.
  std::size_t const less = static_cast<std::size_t>(image_size.count()) * sizeof(float) - 1;
  for (auto const& [ranks, limit] : {std::pair{1, no_limit}, std::pair{2, no_limit},
                                     std::pair{3, no_limit}, std::pair{2, less}}) {
    Values const found = solved_on(ranks, make, data, limit);
    BOOST_TEST(test::relative_l2(found, whole) < tolerance);
    BOOST_TEST((solved_on(ranks, make, data, limit) == found));
  }
}

/// Four iterations and a state of each rank, then four more from it, of data that are multiplied.
template <class MakeSolver>
Values stopped_on(int ranks, MakeSolver const& make, Values const& data, float factor) {
  test::TemporaryFolder const folder;
  Values other_data = data;
  for (float& line : other_data) line *= factor;
  std::vector<Values> parts(static_cast<std::size_t>(ranks));
  test::on_threads<Ranks>(ranks, [&](Ranks const& communicator) {
    test::OwnExecutor const own;
    pyronn::share_errors(communicator, [&] {
      pyronn::RankMap const map{communicator, own.get(), projector(), no_limit};
      using Map = std::decay_t<decltype(map)>;
      auto const views = pyronn::share_of_rank(23, communicator.rank(), ranks);
      pyronn::RankExecutor const executor{communicator, own.get()};
      auto const path = folder / ("state" + std::to_string(communicator.rank()) + ".npy");
      test::Array<float, 3> image{map.domain(), 0.0F};
      auto const go_on = [&](Values const& of, auto const& begin, auto const& end) {
        test::Array<float, 3> lines{map.range(), part_of(of, views_size, views)};
        auto solver = make(executor, pyronn::ReconstructionProblem<Map>{map, lines.view()});
        begin(solver);
        for (int n = 0; n < 4; ++n) solver.iterate();
        end(solver);
      };
      go_on(
          data, [&](auto& solver) { solver.start(image.view()); },
          [&](auto& solver) { pyronn::save_state(path, executor, solver); });
      go_on(
          other_data,
          [&](auto& solver) { pyronn::load_state(path, executor, solver, image.view()); },
          [](auto&) {});
      parts[static_cast<std::size_t>(communicator.rank())] = image.values();
    });
  });
  Values result;
  for (Values const& part : parts) result.insert(result.end(), part.begin(), part.end());
  return result;
}

template <class MakeSolver>
void check_states(MakeSolver const& make) {
  Values const data = lines_of_blocks();
  for (int const ranks : {1, 3}) {
    BOOST_TEST((stopped_on(ranks, make, data, 1) == solved_on(ranks, make, data, no_limit)));
  }
  BOOST_CHECK_EXCEPTION(static_cast<void>(stopped_on(3, make, data, 2)), pyronn::InvalidArgument,
                        test::says("'s data are not those of the state in"));
}

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_SUITE(rank_solvers_on_threads)

BOOST_AUTO_TEST_CASE(cgls) { check(CglsOf{}, 2e-5); }

BOOST_AUTO_TEST_CASE(sirt) { check(SirtOf{}, 1e-5); }

BOOST_AUTO_TEST_CASE(states_of_sirt) { check_states(SirtOf{}); }

BOOST_AUTO_TEST_CASE(states_of_total_variation) { check_states(FistaTvOf{}); }

BOOST_AUTO_TEST_CASE(total_variation_looks_across_slabs) { check(FistaTvOf{}, 1e-5); }

BOOST_AUTO_TEST_CASE(strong_total_variation_measures_the_whole_image) {
  check(StrongFistaTvOf{}, 1e-5);
}

BOOST_AUTO_TEST_CASE(each_rank_must_have_a_slice_and_a_view) {
  Values const data(static_cast<std::size_t>(views_size.count()));
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(solved_on(24, CglsOf{}, data, no_limit)), pyronn::InvalidArgument,
      test::says("RankMap: 24 ranks need as many slices and views; there are 37 slices and 23 "
                 "views"));
}

BOOST_AUTO_TEST_SUITE_END()
