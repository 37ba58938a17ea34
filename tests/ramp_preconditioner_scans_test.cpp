// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// How many iterations the ramp filter saves as a preconditioner, on scans.
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/ramp_preconditioner.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "support/numbers.hpp"

using Executor = test::Executor;
using Values = std::vector<float>;

namespace {

/// A disc or ball of 0.02 with a smaller one of 0.03 in it, by indices.
template <int Rank>
Values ball(pyronn::Extents<Rank> const& extents) {
  Values values;
  int const slices = Rank == 3 ? extents[Rank - 1] : 1;
  for (int z = 0; z < slices; ++z) {
    for (int y = 0; y < extents[1]; ++y) {
      for (int x = 0; x < extents[0]; ++x) {
        auto const at = [](int n, int size) { return (2.0 * n + 1) / size - 1; };
        double const vertical = slices > 1 ? at(z, slices) : 0;
        double const u = at(x, extents[0]);
        double const v = at(y, extents[1]);
        double const radius = std::hypot(u, v, vertical);
        float value = radius < 0.8 ? 0.02F : 0.0F;
        if (std::hypot(u - 0.3, v - 0.1, vertical) < 0.2) value = 0.03F;
        values.push_back(value);
      }
    }
  }
  return values;
}

/// How many iterations plain and preconditioned runs take to a residual of `share` of the data.
template <class Scan>
void compare_iterations(char const* name, Scan const& map, double share, int most) {
  constexpr int rank = Scan::dimension;
  test::Array<float, rank> truth{map.domain(), ball(map.domain())};
  test::Array<float, rank> data{map.range()};
  pyronn::Workspace<Executor> workspace{
      test::executor(), map.workspace_bytes(test::executor(), pyronn::default_workspace_limit)};
  map.apply(test::executor(), truth.view(), data.view(), workspace);
  test::Array<float, rank> image{map.domain()};
  pyronn::ReconstructionProblem<Scan> const problem{map, data.view()};
  auto const iterations = [&](auto&& solver) {
    pyronn::fill(test::executor(), image.view(), 0);
    solver.start(image.view());
    pyronn::StoppingRules rules{100};
    rules.residual = share;
    auto const history = pyronn::run_solver(solver, rules);
    BOOST_TEST_MESSAGE(name << ": " << history.iterations << " iterations to " << share
                            << ", error " << test::relative_l2(image.values(), truth.values()));
    return history.iterations;
  };
  auto const ramp = pyronn::ramp_preconditioner(map);
  int const plain = iterations(pyronn::Cgls{test::executor(), problem});
  BOOST_TEST(iterations(pyronn::Cgls{test::executor(), problem, {}, ramp}) <= most * plain / 100);
  BOOST_TEST(iterations(pyronn::Lsqr{test::executor(), problem, {}, ramp}) <= most * plain / 100);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ramp_preconditioner_scans,
                      *boost::unit_test::precondition(test::device_present))

// In per cent of the plain ones.
BOOST_AUTO_TEST_CASE(scans_need_fewer_iterations) {
  using pyronn::SoftwareInterp;
  pyronn::Grid const plane = pyronn::Grid::flat({48, 48}, {1, 1});
  using Parallel = pyronn::SystemMatrix<pyronn::ParallelBeam2D, SoftwareInterp>;
  compare_iterations(
      "parallel",
      Parallel{pyronn::ParallelBeam2D::circular({pyronn::equal_angles(72, 0, pyronn::pi)}, {70, 1}),
               plane},
      2e-3, 75);
  using Fan = pyronn::SystemMatrix<pyronn::FanBeam, SoftwareInterp>;
  compare_iterations(
      "fan", Fan{pyronn::FanBeam::circular({150, 225, pyronn::equal_angles(72)}, {80, 1.4}), plane},
      2e-3, 75);
  using Cone = pyronn::SystemMatrix<pyronn::ConeBeam, SoftwareInterp>;
  compare_iterations(
      "cone",
      Cone{pyronn::ConeBeam::circular({100, 150, pyronn::equal_angles(40)}, {{40, 40}, {1.4, 1.4}}),
           pyronn::Grid::centered({24, 24, 24}, {1, 1, 1})},
      3e-3, 75);
}

BOOST_AUTO_TEST_SUITE_END()
