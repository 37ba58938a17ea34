// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The bounds of the tests of the Reconstruction Toolkit (RTK) for SART, OSEM, conjugate gradients
// and ADMM with total variation: the head phantom, seen by 180 views of a full turn, at half of
// their resolution, 4 mm voxels and 64 x 64 pixels of 8 mm, where edges weigh twice as much.
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>

#include "support/numbers.hpp"

using pyronn::ReconstructionProblem;
using Map = pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp>;

namespace {

/// The head of 116 mm, whose lines are exact and whose voxels are mean values.
class Head {
 public:
  Head()
      : map_{pyronn::ConeBeam::circular({600, 1200, pyronn::equal_angles(180)}, {{64, 64}, {8, 8}}),
             pyronn::Grid::centered({64, 64, 64}, {4, 4, 4})},
        data_{map_.range(), test::nan},
        image_{map_.domain(), test::nan} {
    pyronn::Phantom const phantom = pyronn::shepp_logan_3d(116, 1);
    pyronn::project(test::executor(), phantom, map_.geometry(), data_.view());
    pyronn::voxelise(test::executor(), phantom, map_.grid(), image_.view(), 4);
    truth_ = image_.values();
  }

  /// After so many iterations from an image of one value.
  template <template <class...> class Solver, class Options>
  void solve(Options const& options, pyronn::PixelBounds const& bounds, float start,
             int iterations) {
    ReconstructionProblem<Map> problem{map_, data_.view()};
    problem.bounds = bounds;
    Solver<Map, test::Executor> solver{test::executor(), problem, options};
    pyronn::fill(test::executor(), image_.view(), start);
    solver.start(image_.view());
    for (int n = 0; n < iterations; ++n) solver.iterate();
  }

  /// Checks the mean error and the PSNR [dB] for a grey level of 2.
  void check(double mean_error, double psnr) const {
    std::vector<float> const found = image_.values();
    double absolute = 0;
    double squared = 0;
    for (std::size_t n = 0; n < found.size(); ++n) {
      double const difference = static_cast<double>(found[n]) - static_cast<double>(truth_[n]);
      absolute += std::abs(difference);
      squared += difference * difference;
    }
    auto const count = static_cast<double>(found.size());
    BOOST_TEST(absolute / count < mean_error);
    BOOST_TEST(20 * std::log10(2.0) - 10 * std::log10(squared / count) > psnr);
  }

 private:
  Map map_;
  test::Array<float, 3> data_;
  test::Array<float, 3> image_;
  std::vector<float> truth_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rtk_solvers, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(sart) {
  Head head;
  pyronn::OsSartOptions options;
  options.subsets = 180;
  options.relaxation = 0.3;
  head.solve<pyronn::OsSart>(options, {0}, 0, 1);
  head.check(0.032, 28.6);
}

BOOST_AUTO_TEST_CASE(osem) {
  Head head;
  pyronn::OsemOptions options;
  options.subsets = 20;
  head.solve<pyronn::Osem>(options, {}, 1, 1);
  head.check(0.032, 25.0);
}

BOOST_AUTO_TEST_CASE(conjugate_gradients) {
  Head head;
  head.solve<pyronn::Cgls>(pyronn::CglsOptions{}, {}, 0, 6);
  head.check(0.08, 23.0);
}

BOOST_AUTO_TEST_CASE(admm_with_total_variation) {
  Head head;
  pyronn::AdmmTvOptions options;
  options.strength = 1;
  head.solve<pyronn::AdmmTv>(options, {0}, 0, 5);
  head.check(0.05, 23.0);
}

BOOST_AUTO_TEST_SUITE_END()
