// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// A measured scan: a bell pepper in a plastic cup.
#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/io/npy.hpp>

#include "support/backends.hpp"
#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using Values = std::vector<float>;
using test::Interps;

namespace {

constexpr char const* folder = "scans/cone_cwi_pepper";
// The middle rows of 190, as much as the few slices below need.
constexpr Extents<3> extents{239, 20, 225};

ConeBeam scan(double axis_column) {
  constexpr double pitch = 0.5984;
  return ConeBeam::circular({1001.305645, 1098.0, pyronn::equal_angles(225, -0.5 * pyronn::pi)},
                            {{239, 20}, {pitch, pitch}, {(119.0 - axis_column) * pitch, 0}});
}

Grid grid() { return Grid::centered({239, 239, 3}, {0.5457, 0.5457, 0.5457}); }

Values line_integrals() {
  auto const read = [](char const* name) {
    pyronn::NpyArray<std::uint16_t> const whole =
        pyronn::read_npy<std::uint16_t>(test::data_path(std::string{folder} + name));
    std::size_t const image = 239 * 190;
    std::vector<std::uint16_t> rows;
    for (std::size_t first = 0; first < whole.data.size(); first += image) {
      auto const begin = whole.data.begin() + static_cast<std::ptrdiff_t>(first + 239 * 85);
      rows.insert(rows.end(), begin, begin + 239 * 20);
    }
    return rows;
  };
  Extents<2> const detector{extents[0], extents[1]};
  test::Array<std::uint16_t, 3> raw{extents, read("/projections_u16.npy")};
  test::Array<std::uint16_t, 2> dark{detector, read("/dark_u16.npy")};
  test::Array<std::uint16_t, 2> flat{detector, read("/flat_u16.npy")};
  test::Array<float, 3> result{extents};
  pyronn::line_integrals(test::executor(), raw.view(), dark.view(), flat.view(), result.view());
  return result.values();
}

template <class Interp>
Values reconstruct(Values const& input, double axis_column) {
  return test::reconstruct<Interp>(scan(axis_column), grid(), input);
}

Values reconstruct_on_cores(Values& input, double axis_column) {
  pyronn::Fdk<ConeBeam, pyronn::SoftwareInterp> const fdk{scan(axis_column), grid()};
  Values volume(static_cast<std::size_t>(grid().size.count()));
  pyronn::CpuExecutor const executor;
  pyronn::ProjectionView<float const> const projections{input.data(), extents};
  pyronn::Workspace<pyronn::CpuExecutor> workspace{executor,
                                                   fdk.workspace_bytes(executor, projections)};
  fdk(executor, projections, {volume.data(), grid().size}, workspace);
  return volume;
}

/// Sum of squared differences between neighbours along x.
double sharpness(Values const& values) {
  double sum = 0;
  for (std::size_t n = 1; n < values.size(); ++n) {
    sum += std::pow(static_cast<double>(values[n]) - static_cast<double>(values[n - 1]), 2);
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ct_of_a_pepper, *boost::unit_test::precondition(test::device_present) *
                                          boost::unit_test::precondition(test::DataPresent{folder}))

// On the host this compares the policies with each other, on a device also the executors.
BOOST_AUTO_TEST_CASE_TEMPLATE(executors_and_policies_agree, Interp, Interps) {
  Values input = line_integrals();
  double const error =
      test::relative_l2(reconstruct<Interp>(input, 119.1), reconstruct_on_cores(input, 119.1));
  BOOST_TEST(error < (test::bound<Interp>(1e-5, 3e-3)));
  BOOST_TEST_MESSAGE("relative difference " << error);
}

// A wrong sense of rotation or a shifted axis doubles and blurs edges.
BOOST_AUTO_TEST_CASE(is_sharpest_at_its_axis) {
  Values const input = line_integrals();
  double const right = sharpness(reconstruct<pyronn::SoftwareInterp>(input, 119.1));
  BOOST_TEST(right > sharpness(reconstruct<pyronn::SoftwareInterp>(input, 116.1)));
  BOOST_TEST(right > sharpness(reconstruct<pyronn::SoftwareInterp>(input, 122.1)));
}

BOOST_AUTO_TEST_SUITE_END()
