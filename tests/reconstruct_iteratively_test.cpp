// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Ready-made reconstructions in space, and with pixels that are known.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/reconstruct_iteratively.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::ParallelBeam3D;
using Values = std::vector<float>;

namespace {

/// A head, its lines in some scan, with noise, and an image.
template <class Geometry>
struct Head {
  static constexpr int rank = pyronn::dimension_v<Geometry>;
  using Map = pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>;

  Head(Geometry const& geometry_, Grid const& grid_, pyronn::Phantom const& phantom, double noise)
      : geometry{geometry_},
        grid{grid_},
        map{geometry_, grid_},
        truth{map.domain()},
        data{map.range()},
        image{map.domain(), 0.0F} {
    pyronn::voxelise(test::executor(), phantom, grid, truth.view(), 4);
    test::Array<float, rank> exact{map.range()};
    pyronn::Workspace<test::Executor> workspace{
        test::executor(), map.workspace_bytes(test::executor(), pyronn::default_workspace_limit)};
    map.apply(test::executor(), truth.view(), exact.view(), workspace);
    Values lines = exact.values();
    Values const random = test::random_values(5, static_cast<std::int64_t>(lines.size()));
    for (std::size_t n = 0; n < lines.size(); ++n)
      lines[n] += static_cast<float>(noise) * random[n];
    test::Array<float, rank> noisy{map.range(), lines};
    pyronn::copy(test::executor(), noisy.view(), data.view());
    static_cast<void>(data.values());  // waits
  }

  [[nodiscard]] double error() const { return test::relative_l2(image.values(), truth.values()); }
  [[nodiscard]] pyronn::IterativeChoices reconstruct(pyronn::EdgePrior const& prior,
                                                     pyronn::IterativeOptions const& options) {
    pyronn::LevelArrays<float, rank> arrays{data.view(), {}, image.view()};
    if (!mask.empty()) {
      test::Array<float, rank> sought{map.domain(), mask};
      arrays.mask = sought.view();
      return pyronn::reconstruct_iteratively(test::executor(), geometry, grid, arrays, prior,
                                             options);
    }
    return pyronn::reconstruct_iteratively(test::executor(), geometry, grid, arrays, prior,
                                           options);
  }
  template <class Solver, class Options>
  double error_by_hand(Options const& options, int iterations) {
    pyronn::ReconstructionProblem<Map> problem{map, data.view()};
    problem.bounds.lower = 0;
    pyronn::fill(test::executor(), image.view(), 0.0F);
    Solver solver{test::executor(), problem, options};
    solver.start(image.view());
    pyronn::iterate(solver, iterations);
    return error();
  }

  Geometry geometry;
  Grid grid;
  Map map;
  test::Array<float, rank> truth;
  test::Array<float, rank> data;
  test::Array<float, rank> image;
  Values mask;
};

/// What a cone, or parallel rays, see of 24 x 24 x 16 voxels in few views.
Grid volume() { return Grid::centered({24, 24, 16}, {1, 1, 1}); }
pyronn::Phantom head() { return pyronn::shepp_logan_3d_high_contrast(11.5); }
ConeBeam few_cones() {
  return ConeBeam::circular({100, 150, pyronn::equal_angles(15)}, {{44, 32}, {1.5, 1.5}});
}
ParallelBeam3D few_stacks() {
  std::vector<double> angles;
  for (int n = 0; n < 13; ++n) angles.push_back(pyronn::pi * n / 13);
  return ParallelBeam3D::circular({angles}, {{32, 18}, {1, 1}});
}

/// Levels of 12 and 24 voxels; the strength is chosen by two of four folds.
pyronn::IterativeOptions few_iterations() {
  pyronn::IterativeOptions options;
  options.most_voxels_of_search = 24;
  options.most_voxels_of_coarsest = 12;
  options.search.folds = 2;
  options.search.iterations = 60;
  options.iterations = 200;
  return options;
}

/// What is chosen is about as good as the best of what hands would try, and better than SIRT.
template <class Geometry>
void check_chosen(Head<Geometry>& of) {
  using Map = typename Head<Geometry>::Map;
  auto const choices = of.reconstruct({}, few_iterations());
  double const chosen = of.error();
  BOOST_TEST(choices.search_factor == 1);
  BOOST_TEST(choices.levels.size() == 2U);
  BOOST_TEST(choices.levels.front().size == (Extents<3>{12, 12, 8}));
  BOOST_TEST(choices.levels.back().size == (Extents<3>{24, 24, 16}));
  // Eight voxels, four pixels.
  BOOST_TEST(choices.levels.front().strength == 2 * choices.strength,
             boost::test_tools::tolerance(1e-12));
  double best = std::numeric_limits<double>::infinity();
  for (int n = -4; n <= 4; ++n) {
    pyronn::FistaTvOptions options;
    options.strength = choices.strength * std::pow(1.6, n);
    best = std::min(best,
                    of.template error_by_hand<pyronn::FistaTv<Map, test::Executor>>(options, 200));
  }
  double const sirt =
      of.template error_by_hand<pyronn::Sirt<Map, test::Executor>>(pyronn::SirtOptions{}, 200);
  BOOST_TEST_MESSAGE(pyronn::text_of(choices)
                     << "error " << chosen << ", best by hand " << best << ", SIRT " << sirt);
  BOOST_TEST(chosen < 1.05 * best);
  BOOST_TEST(chosen < 0.8 * sirt);
}

/// So many views over a range, of 48 x 48 pixels.
ParallelBeam2D plane(int views, double range) {
  std::vector<double> angles;
  for (int n = 0; n < views; ++n) angles.push_back(0.2 + range * n / views);
  return ParallelBeam2D::circular({angles}, {56, 1});
}
Head<ParallelBeam2D> head_in_plane(int views, double range, double noise) {
  return {plane(views, range), Grid::flat({48, 48}, {1, 1}),
          pyronn::shepp_logan_2d(23, 0.02, pyronn::SheppLoganContrast::high), noise};
}

/// 1 within a disc about a point beside the middle, else 0.
Values disc() {
  Values result;
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 48; ++x) result.push_back(std::hypot(x - 20, y - 26) < 13 ? 1.0F : 0.0F);
  }
  return result;
}

/// Values where the mask is 1 or 0, as asked, else 0.
Values where(Values values, Values const& mask, float wanted) {
  for (std::size_t n = 0; n < values.size(); ++n) values[n] = mask[n] == wanted ? values[n] : 0.0F;
  return values;
}

/// The error within the disc of an image that is known outside.
double error_within(Values const& known) {
  auto of = head_in_plane(20, pyronn::pi, 0.005);
  of.mask = disc();
  Values const truth = of.truth.values();
  test::Array<float, 2> start{of.map.domain(), known};
  pyronn::copy(test::executor(), start.view(), of.image.view());
  pyronn::IterativeOptions options;
  options.most_voxels_of_search = 24;
  options.most_voxels_of_coarsest = 12;
  options.search.folds = 2;
  options.search.iterations = 60;
  options.iterations = 300;
  auto const choices = of.reconstruct({}, options);
  BOOST_TEST(choices.levels.size() == 3U);
  Values const found = of.image.values();
  BOOST_TEST(where(found, of.mask, 0) == where(known, of.mask, 0),
             boost::test_tools::per_element());
  double const error = test::relative_l2(where(found, of.mask, 1), where(truth, of.mask, 1));
  BOOST_TEST_MESSAGE(pyronn::text_of(choices) << "error within the disc " << error);
  return error;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct_iteratively,
                      *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(few_cones_suffice) {
  Head<ConeBeam> of{few_cones(), volume(), head(), 0.01};
  check_chosen(of);
}

BOOST_AUTO_TEST_CASE(few_views_of_a_stack_suffice) {
  Head<ParallelBeam3D> of{few_stacks(), volume(), head(), 0.01};
  check_chosen(of);
}

// Pixels outside a mask are what they were, and are projected: where they are right, so are those
// within, and where they are 0, which they are not, those within are far off.
BOOST_AUTO_TEST_CASE(known_pixels_stay_and_are_projected) {
  Values const truth = head_in_plane(20, pyronn::pi, 0).truth.values();
  double const right = error_within(where(truth, disc(), 0));
  double const wrong = error_within(Values(truth.size(), 0.0F));
  BOOST_TEST(right < 0.2);
  BOOST_TEST(wrong > 4 * right);
}

BOOST_AUTO_TEST_CASE(ranges_of_views_are_found) {
  using pyronn::detail::misses_much;
  using pyronn::detail::swept_range;
  BOOST_TEST(swept_range(plane(10, 1)) == 0.9, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(!misses_much(plane(30, pyronn::pi)));
  BOOST_TEST(!misses_much(plane(30, 2.6)));
  BOOST_TEST(misses_much(plane(30, 2.5)));
  BOOST_TEST(!misses_much(few_cones()));
  BOOST_TEST(!misses_much(few_stacks()));
  // Backwards.
  BOOST_TEST(swept_range(plane(10, -1)) == 0.9, boost::test_tools::tolerance(1e-5));
}

// Much of the half turn is missing: views at the ends are held out, and what is chosen is about as
// good as the best by hand.
BOOST_AUTO_TEST_CASE(limited_angles_are_seen) {
  auto of = head_in_plane(60, 1.5, 0.02);
  auto const choices = of.reconstruct({}, {});
  double const chosen = of.error();
  BOOST_TEST(choices.misses_much);
  BOOST_TEST(choices.search.held_out == 30);
  BOOST_TEST(pyronn::text_of(choices).find("at the ends") != std::string::npos);
  double best = std::numeric_limits<double>::infinity();
  for (int n = -6; n <= 6; ++n) {
    pyronn::FistaTvOptions options;
    options.strength = choices.strength * std::pow(1.6, n);
    using Map = Head<ParallelBeam2D>::Map;
    best = std::min(best, of.error_by_hand<pyronn::FistaTv<Map, test::Executor>>(options, 600));
  }
  BOOST_TEST_MESSAGE(pyronn::text_of(choices) << "error " << chosen << ", best by hand " << best);
  BOOST_TEST(chosen < 1.05 * best);
}

BOOST_AUTO_TEST_SUITE_END()
