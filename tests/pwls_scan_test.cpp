// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Penalised weighted least squares of a scan with few views.
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

BOOST_AUTO_TEST_SUITE(pwls_scan, *boost::unit_test::precondition(test::device_present))

// Weights of counts differ between the rays of a voxel; one subset may have most of its curvature.
BOOST_AUTO_TEST_CASE(few_views_a_subset_do_not_diverge) {
  auto const scan =
      pyronn::ConeBeam::circular({500, 1000, pyronn::equal_angles(20)}, {{24, 24}, {1, 1}});
  pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp> const map{
      scan, pyronn::Grid::centered({16, 16, 16}, {1, 1, 1})};
  std::vector<float> lines(static_cast<std::size_t>(map.range().count()));
  pyronn::project(pyronn::CpuExecutor{}, pyronn::shepp_logan_3d(8), scan,
                  pyronn::view_of(lines, map.range()));
  std::vector<float> weights;
  for (float const line : lines) weights.push_back(2e4F * std::exp(-1.2F * line));
  test::Array<float, 3> data{map.range(), lines};
  test::Array<float, 3> counts{map.range(), weights};
  pyronn::ReconstructionProblem problem{map, data.view()};
  problem.weights = counts.view();
  for (int const subsets : {5, 10, 20}) {
    pyronn::PwlsOptions<> options;
    options.strength = 1;
    options.potential.delta = 1e-3;
    options.subsets = subsets;
    test::Array<float, 3> image{map.domain(), 0.0F};
    pyronn::Pwls solver{test::executor(), problem, options};
    solver.start(image.view());
    pyronn::iterate(solver, 20);
    double const first = solver.measure().objective;
    pyronn::iterate(solver, 100);
    BOOST_TEST(solver.measure().objective < 1.01 * first);
  }
}

BOOST_AUTO_TEST_SUITE_END()
