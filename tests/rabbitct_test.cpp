// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/npy.hpp>
#include <pyronn/pyronn.hpp>

#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::Grid;
using pyronn::ProjectionMatrix;

namespace {

std::string const folder = "oracles/custom_backproj_rabbitct";

template <class T>
pyronn::NpyArray<T> read(std::string const& name) {
  return pyronn::read_npy<T>(test::data_path(folder + "/" + name));
}

/// The elements that the mask names.
std::vector<float> masked(std::vector<float> const& values, std::vector<std::uint8_t> const& mask) {
  std::vector<float> result;
  for (std::size_t n = 0; n < values.size(); ++n) {
    if (mask.at(n) != 0) result.push_back(values[n]);
  }
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rabbitct, *boost::unit_test::precondition(test::device_present) *
                                    boost::unit_test::precondition(test::DataPresent{folder}))

/// Against the reference of RabbitCT: sum of p(u, v) / w^2 with w = 1 on the detector, where
/// DistanceWeighted has the depth in mm.
BOOST_AUTO_TEST_CASE_TEMPLATE(agrees_with_its_reference, Interp, test::Interps) {
  auto const numbers = read<double>("projection_matrices_f64.npy");
  auto input = read<float>("input_proj_f32.npy");
  BOOST_TEST_REQUIRE(input.shape.size() == 3U);
  BOOST_TEST_REQUIRE(numbers.data.size() == 12U * static_cast<std::size_t>(input.shape[0]));

  std::vector<ProjectionMatrix> matrices;
  std::size_t const pixels = input.data.size() / static_cast<std::size_t>(input.shape[0]);
  for (std::size_t n = 0; n < numbers.data.size() / 12; ++n) {
    matrices.push_back(ProjectionMatrix::from_rows(numbers.data.data() + 12 * n));
    // One mm of depth adds this to w.
    double const w_per_mm = length(matrices.back().direction(2));
    auto const factor = static_cast<float>(1 / (w_per_mm * w_per_mm));
    for (std::size_t i = n * pixels; i < (n + 1) * pixels; ++i) input.data[i] *= factor;
  }
  ConeBeam const scan = ConeBeam::from_matrices(
      {static_cast<int>(input.shape[2]), static_cast<int>(input.shape[1])}, matrices);
  Grid const grid = Grid::from_origin({64, 64, 64}, {3.5, 3.5, 3.5}, {-110.25, -110.25, -110.25});
  pyronn::Backprojector<ConeBeam, Interp, pyronn::DistanceWeighted> const op{scan, grid};

  auto const mask = read<std::uint8_t>("always_inside_mask_u8.npy").data;
  auto const expected = masked(read<float>("expected_volume_f32.npy").data, mask);
  double const error = test::relative_l2(masked(test::run(op, input.data), mask), expected);
  BOOST_TEST_MESSAGE("relative error " << error);
  BOOST_TEST(error < test::bound<Interp>(1e-5, 2e-3));
}

BOOST_AUTO_TEST_SUITE_END()
