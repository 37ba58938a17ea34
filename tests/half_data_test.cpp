// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Solvers whose data are stored as Half.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <Eigen/Dense>
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <pyronn/core/half.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/asd_pocs.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/strength_choice.hpp>
#include <pyronn/recon/solver/with_data_of.hpp>

#include "support/dense_map.hpp"
#include "support/numbers.hpp"

using pyronn::Half;
using Executor = test::Executor;
using Values = std::vector<float>;
using Dense = test::DenseMap<float>;
using HalfDense = pyronn::WithDataOf<Half, Dense>;

namespace {

/// One solver for either way of storing data.
template <template <class...> class Solver>
struct Kind {
  template <class Map>
  using On = Solver<Map, Executor>;
};
using Kinds = boost::mpl::list<Kind<pyronn::Sirt>, Kind<pyronn::OsSart>, Kind<pyronn::Sart>,
                               Kind<pyronn::Cgls>, Kind<pyronn::Lsqr>, Kind<pyronn::Mlem>,
                               Kind<pyronn::Osem>, Kind<pyronn::Pwls>, Kind<pyronn::FistaTv>,
                               Kind<pyronn::Pdhg>, Kind<pyronn::AdmmTv>, Kind<pyronn::AsdPocs>>;

/// Rays that cross some of 6 x 5 pixels, in 12 views of 8 columns.
Dense random_map() {
  std::vector<double> entries = test::random_doubles(5, 8 * 12 * 30);
  for (double& entry : entries) entry = std::max(0.0, entry);
  return {{6, 5}, {8, 12}, entries};
}

/// Line integrals of a positive image, with errors.
Values lines() {
  std::vector<double> image = test::random_doubles(6, 30);
  for (double& pixel : image) pixel = 0.3 + pixel / 5;
  Values result;
  std::vector<double> const errors = test::random_doubles(7, 8 * 12);
  for (double const line : test::product(random_map(), image)) {
    result.push_back(static_cast<float>(line * (1 + errors[result.size()] / 20)));
  }
  return result;
}

std::vector<Half> halves(Values const& values) {
  std::vector<Half> result;
  for (float const value : values) result.push_back(Half{value});
  return result;
}

Values rounded(Values const& values) {
  Values result;
  for (Half const value : halves(values)) result.push_back(value);
  return result;
}

struct Solved {
  Values image;
  double residual;
};

template <class Solver, class Map, class Data>
Solved solved(Map const& map, std::vector<Data> const& data, Values const& weights = {},
              int iterations = 8) {
  test::Array<Data, 2> array{map.range(), data};
  test::Array<float, 2> image{map.domain(), 0.5F};
  using Ray = typename Map::RangeElement;
  test::Array<Ray, 2> weight_array{map.range(), std::vector<Ray>(data.size(), Ray{1.0F})};
  pyronn::ReconstructionProblem<Map> problem{map, array.view()};
  if (!weights.empty()) {
    test::Array<float, 2> of_float{map.range(), weights};
    pyronn::copy(test::executor(), of_float.view(), weight_array.view());
    problem.weights = weight_array.view();
  }
  Solver solver{test::executor(), problem};
  solver.start(image.view());
  pyronn::iterate(solver, iterations);
  double const residual = solver.measure().residual;
  return {image.values(), residual};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(half_data, *boost::unit_test::precondition(test::device_present))

// All that half data cost is their rounding: with them every solver has the bits of the rounded
// numbers in float.
BOOST_AUTO_TEST_CASE_TEMPLATE(results_are_those_of_the_rounded_data, Of, Kinds) {
  Dense const map = random_map();
  HalfDense const half_map = pyronn::with_data_of<Half>(map);
  Values weights = test::random_values(9, 8 * 12);
  for (float& weight : weights) weight = weight < -0.8F ? 0.0F : 1.5F + weight;
  for (Values const& of_rays : {Values{}, weights}) {
    using OfFloat = typename Of::template On<Dense>;
    using OfHalf = typename Of::template On<HalfDense>;
    Solved const expected = solved<OfFloat>(map, rounded(lines()), of_rays);
    Solved const found = solved<OfHalf>(half_map, halves(lines()), of_rays);
    BOOST_TEST(found.image == expected.image, boost::test_tools::per_element());
    BOOST_TEST(found.residual == expected.residual);
    BOOST_TEST((OfHalf::memory_bytes(test::executor(), half_map) ==
                OfFloat::memory_bytes(test::executor(), map)));
  }
}

// Least squares carry errors of data into the image by at most one over the least singular value.
BOOST_AUTO_TEST_CASE(rounding_of_data_is_all_that_is_lost) {
  Dense const map = random_map();
  Values const data = lines();
  double rounding = 0;
  for (float const value : data) {
    double const error = static_cast<double>(Half{value}) - static_cast<double>(value);
    BOOST_TEST(std::abs(error) <= std::abs(static_cast<double>(value)) * 0x1p-11);
    rounding += error * error;
  }
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  RowMajor const matrix = Eigen::Map<RowMajor const>(map.entries().data(), 8 * 12, 30);
  double const least = Eigen::JacobiSVD<RowMajor>{matrix}.singularValues()[29];
  Values const in_float = solved<pyronn::Cgls<Dense, Executor>>(map, data, {}, 60).image;
  Values const in_half = solved<pyronn::Cgls<HalfDense, Executor>>(pyronn::with_data_of<Half>(map),
                                                                   halves(data), {}, 60)
                             .image;
  double const difference = test::relative_l2(in_half, in_float) * test::norm(in_float);
  double const bound = std::sqrt(rounding) / least;
  BOOST_TEST(difference < bound);
  BOOST_TEST(difference > bound / 30);  // which a solver that lost nothing else comes near
}

// Subsets, strengths by views that are held out, and refusals, on a scan.
BOOST_AUTO_TEST_CASE(scans_take_half_data) {
  using Fan = pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp>;
  Fan const fan{pyronn::FanBeam::circular({100, 150, pyronn::equal_angles(20)}, {24, 2}),
                pyronn::Grid::flat({16, 16}, {1.5, 1.5})};
  auto const half_fan = pyronn::with_data_of<Half>(fan);
  BOOST_TEST(half_fan.subset(pyronn::ViewSelection::every(2, 1)).num_views() == 10);
  Values data = test::random_values(3, fan.range().count());
  for (float& line : data) line = 1.0F + line / 4;
  using pyronn::OsSart;
  Solved const expected = solved<OsSart<Fan, Executor>>(fan, rounded(data));
  Solved const found =
      solved<OsSart<pyronn::WithDataOf<Half, Fan>, Executor>>(half_fan, halves(data));
  BOOST_TEST(found.image == expected.image, boost::test_tools::per_element());

  auto const strength = [&](auto const& map, auto const& values) {
    using Data = typename std::decay_t<decltype(values)>::value_type;
    test::Array<Data, 2> array{fan.range(), values};
    test::Array<float, 2> image{fan.domain()};
    pyronn::ReconstructionProblem const problem{map, array.view()};
    pyronn::StrengthSearch search;
    search.iterations = 20;
    return pyronn::choose_tv_strength(test::executor(), problem, image.view(), search).strength;
  };
  BOOST_TEST(strength(half_fan, halves(data)) == strength(fan, rounded(data)));

  data[5] = 1e6F;  // more than Half holds
  BOOST_CHECK_THROW(
      (solved<OsSart<pyronn::WithDataOf<Half, Fan>, Executor>>(half_fan, halves(data))),
      pyronn::InvalidArgument);
}

namespace {

using ProjectingKinds =
    boost::mpl::list<Kind<pyronn::Sirt>, Kind<pyronn::OsSart>, Kind<pyronn::Osem>,
                     Kind<pyronn::Pwls>, Kind<pyronn::FistaTv>, Kind<pyronn::Pdhg>>;

}  // namespace

// Where the map's range is Half the solver's own rays are, too: those that project their image anew
// in each iteration lose hardly more by it.
BOOST_AUTO_TEST_CASE_TEMPLATE(rays_of_half_do_hardly_more_harm, Of, ProjectingKinds) {
  using Fan = pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp>;
  using HalfRays =
      pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp, pyronn::Joseph, float, Half>;
  auto const scan = pyronn::FanBeam::circular({100, 150, pyronn::equal_angles(30)}, {36, 1.5});
  pyronn::Grid const grid = pyronn::Grid::flat({24, 24}, {1, 1});
  Fan const fan{scan, grid};
  HalfRays const half_rays{scan, grid};
  auto const half_data = pyronn::with_data_of<Half>(fan);
  Values data = test::random_values(3, fan.range().count());
  for (float& line : data) line = 5.0F + line / 4;
  Values const expected = solved<typename Of::template On<Fan>>(fan, data).image;
  using OfData = typename Of::template On<pyronn::WithDataOf<Half, Fan>>;
  using OfRays = typename Of::template On<HalfRays>;
  double const of_data = test::relative_l2(solved<OfData>(half_data, halves(data)).image, expected);
  double const of_rays = test::relative_l2(solved<OfRays>(half_rays, halves(data)).image, expected);
  BOOST_TEST_MESSAGE("half data " << of_data << ", half rays " << of_rays);
  BOOST_TEST(of_rays < 1.5 * of_data);
  BOOST_TEST((OfRays::memory_bytes(test::executor(), half_rays) <=
              OfData::memory_bytes(test::executor(), half_data)));
}

BOOST_AUTO_TEST_SUITE_END()
