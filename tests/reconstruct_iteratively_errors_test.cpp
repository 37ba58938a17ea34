// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// What reconstruct_iteratively and choose_tv_strength refuse, by whose name, and that nothing is
// done before.
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/reconstruct_iteratively.hpp>
#include <pyronn/recon/solver/strength_choice.hpp>

#include "support/small_systems.hpp"

using Values = std::vector<float>;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Lines of ones through 40 x 40 pixels, so many that there are levels.
struct Lines {
  using Map = pyronn::SystemMatrix<pyronn::ParallelBeam2D, pyronn::SoftwareInterp>;

  [[nodiscard]] Map map() const { return {geometry, grid}; }
  void check_refused(std::string const& words, pyronn::EdgePrior const& prior = {}) {
    pyronn::LevelArrays<float, 2> arrays{data->view(), {}, image->view()};
    if (mask) arrays.mask = mask->view();
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::reconstruct_iteratively(
                              test::executor(), geometry, grid, arrays, prior)),
                          pyronn::InvalidArgument,
                          test::Says{"pyronn::reconstruct_iteratively: " + words});
    if (prior.strength) return;
    pyronn::ReconstructionProblem<Map> problem{map(), data->view()};
    problem.bounds = prior.bounds;
    if (mask) problem.mask = mask->view();
    BOOST_CHECK_EXCEPTION(
        static_cast<void>(pyronn::choose_tv_strength(test::executor(), problem, image->view())),
        pyronn::InvalidArgument, test::Says{"pyronn::choose_tv_strength: " + words});
    BOOST_TEST(image->values() == Values(1600, 0.5F), boost::test_tools::per_element());
  }

  pyronn::ParallelBeam2D geometry =
      pyronn::ParallelBeam2D::circular({pyronn::equal_angles(9)}, {60, 1});
  pyronn::Grid grid = pyronn::Grid::flat({40, 40}, {1, 1});
  using Array = test::Array<float, 2>;
  std::unique_ptr<Array> data = std::make_unique<Array>(map().range(), Values(540, 1.0F));
  std::unique_ptr<Array> image = std::make_unique<Array>(map().domain(), Values(1600, 0.5F));
  std::unique_ptr<Array> mask{};  ///< if there is one
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct_iteratively_errors,
                      *boost::unit_test::precondition(test::device_present))

BOOST_FIXTURE_TEST_CASE(strengths, Lines) {
  check_refused("strength -1 must be at least 0 and finite", {{}, -1});
  check_refused("strength nan must be", {{}, not_a_number});
  check_refused("strength inf must be", {{}, infinity});
}

BOOST_FIXTURE_TEST_CASE(bounds, Lines) {
  check_refused("the bounds from inf to inf leave no value", {{infinity, infinity}});
  check_refused("the bounds from -inf to -inf leave no value", {{-infinity, -infinity}});
  check_refused("the bounds from 1 to 0 leave no value", {{1, 0}});
  check_refused("the bounds from nan to 1 leave no value", {{not_a_number, 1}});
  check_refused("the bounds from 1e+39 to inf leave no value", {{1e39, infinity}});
}

BOOST_FIXTURE_TEST_CASE(masks, Lines) {
  mask = std::make_unique<Array>(map().domain(), Values(1600, 0.0F));
  check_refused("the mask is 0 everywhere; pixels that are sought have another value");
  Values holed(1600, 1.0F);
  holed[3 * 40 + 17] = static_cast<float>(not_a_number);
  mask = std::make_unique<Array>(map().domain(), holed);
  check_refused("the mask holds NaN or infinity, first at (17, 3); it must be 0 or, for pixels");
}

BOOST_FIXTURE_TEST_CASE(data_and_start, Lines) {
  image = std::make_unique<Array>(pyronn::Extents<2>{40, 39}, Values(1560, 0.5F));
  pyronn::LevelArrays<float, 2> const arrays{data->view(), {}, image->view()};
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(pyronn::reconstruct_iteratively(test::executor(), geometry, grid, arrays)),
      pyronn::InvalidArgument, test::Says{"the image's extents (40, 39) must be (40, 40)"});
  image = std::make_unique<Array>(map().domain(), Values(1600, 0.5F));
  Values holed(540, 1.0F);
  holed[200] = static_cast<float>(not_a_number);
  data = std::make_unique<Array>(map().range(), holed);
  check_refused("some data are not finite");
}

BOOST_AUTO_TEST_SUITE_END()
