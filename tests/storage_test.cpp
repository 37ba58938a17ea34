// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/custom_geometries.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::BFloat16;
using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::Half;

namespace {

/// Half of the distance between neighbours, relative to them.
template <class T>
inline constexpr double rounding = std::is_same_v<T, Half> ? 0x1p-11 : 0x1p-8;

template <class To, class From>
std::vector<To> converted(std::vector<From> const& values) {
  std::vector<To> result;
  result.reserve(values.size());
  for (From const value : values) result.push_back(static_cast<To>(static_cast<float>(value)));
  return result;
}

/// At least so many views are backprojected in one launch.
constexpr int views_of_launch = 500;

using Types = std::tuple<Half, BFloat16>;

/// The operator on arrays of these types; inputs are widened, and so are results.
template <class In, class Out, class Operator>
std::vector<float> run_as(Operator const& op, std::vector<float> const& in,
                          std::size_t limit = pyronn::default_workspace_limit) {
  return test::with_extents(op, [&](auto const& from, auto const& to) {
    constexpr int rank = std::decay_t<decltype(from)>::rank;
    test::Array<In, rank> source{from, converted<In>(in)};
    test::Array<Out, rank> target{to, static_cast<Out>(test::nan)};
    pyronn::Workspace<test::Executor> workspace{
        test::executor(), op.workspace_bytes(test::executor(), source.view(), limit)};
    op(test::executor(), source.view(), target.view(), workspace);
    return converted<float>(target.values());
  });
}

/// Of results that were rounded when they were written, the worst relative to `step` of themselves.
double worst_rounding(std::vector<float> const& found, std::vector<float> const& expected,
                      double step, double noise) {
  double worst = 0;
  for (std::size_t n = 0; n < found.size(); ++n) {
    double const exact = static_cast<double>(expected[n]);
    double const room = step * std::abs(exact) + noise;
    double const error = std::abs(static_cast<double>(found[n]) - exact) / room;
    worst = error > worst || std::isnan(error) ? error : worst;
  }
  return worst;
}

/// What interpolation may differ by, relative to that of single precision: the texture unit rounds
/// what it returns of halves; on the device cells of halves are interpolated in half precision, and
/// without workspace weights are computed, which at borders are not those of the unit. Two that are
/// rounded to 1/256 apart differ by a variance of 1/256^2 / 6 along each axis, the difference of
/// uncorrelated neighbours has 4/3 of their variance, their blend 4/9: 1/256 in all.
template <class T, class Interp>
double interpolation_bound(std::size_t limit) {
  constexpr bool is_software = std::is_same_v<Interp, pyronn::SoftwareInterp>;
  if (!test::on_device) return std::is_same_v<T, Half> && !is_software ? rounding<Half> : 1e-5;
  if (limit == 0) return is_software ? 1e-5 : 0x1p-8;
  if (std::is_same_v<T, Half>) return is_software ? 2 * rounding<Half> : rounding<Half>;
  return is_software ? 1e-5 : 2e-5;
}

std::size_t const limits[] = {pyronn::default_workspace_limit, 0};

/// What an operator makes of values that T holds, widened when they are read.
template <class T, class Interp, class Operator>
void check_reading(Operator const& op, std::vector<float> const& in,
                   std::vector<float> const& expected) {
  for (std::size_t const limit : limits) {
    BOOST_TEST_CONTEXT("limit " << limit) {
      BOOST_TEST(test::relative_l2(run_as<T, float>(op, in, limit), expected) <=
                 (interpolation_bound<T, Interp>(limit)));
    }
  }
}

/// The same, rounded when it is written; what several launches add up is rounded as often.
template <class T, class Interp, class Operator>
void check_writing(Operator const& op, std::vector<float> const& in,
                   std::vector<float> const& expected) {
  double const largest = test::norm(expected) / std::sqrt(static_cast<double>(expected.size()));
  for (std::size_t const limit : limits) {
    BOOST_TEST_CONTEXT("limit " << limit) {
      double const bound = interpolation_bound<T, Interp>(limit);
      BOOST_TEST(test::relative_l2(run_as<T, T>(op, in, limit), expected) <=
                 2 * rounding<T> + bound);
      if (op.geometry().num_views() > views_of_launch) continue;
      auto const same = test::run(op, in, limit);
      BOOST_TEST(worst_rounding(run_as<float, T>(op, in, limit), same, rounding<T>,
                                1e-6 * largest) <= 1.0);
    }
  }
}

template <class T>
std::vector<float> values_of(std::int64_t count) {
  return converted<float>(converted<T>(test::random_values(71, count)));
}

/// Calls check(operator, input) for both directions of a case on every scan.
template <class T, class Case, class Check>
void on_every_scan(Check const& check) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      check(typename Case::template Projector<ConeBeam>{scan.geometry, scan.grid},
            values_of<T>(scan.grid.size.count()));
      check(typename Case::template Backprojector<ConeBeam>{scan.geometry, scan.grid},
            values_of<T>(scan.pixels()));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(storage, *boost::unit_test::precondition(test::device_present))

// Who reads T: the interpolations, each with a model that takes slices and one that takes planes.
template <class T>
using Readers =
    std::tuple<std::tuple<T, test::JosephSoftware>, std::tuple<T, test::JosephTexture>,
               std::tuple<T, test::VoxelDrivenSoftware>, std::tuple<T, test::VoxelDrivenTexture>>;
using HalfReaders = decltype(std::tuple_cat(
    Readers<Half>{}, std::tuple<std::tuple<Half, test::RayMarchSoftware>>{}));

template <class Row>
void check_row_reads() {
  using T = std::tuple_element_t<0, Row>;
  using Case = std::tuple_element_t<1, Row>;
  on_every_scan<T, Case>([](auto const& op, std::vector<float> const& in) {
    check_reading<T, typename Case::Interp>(op, in, test::run(op, in));
  });
}

/// Of a single view each voxel holds one sample, and the texture unit's are halves again: all lie
/// within the detector, as what is beyond its last row is blended by the kernel.
BOOST_AUTO_TEST_CASE(samples_of_halves_are_halves) {
  Grid const grid = Grid::centered({9, 8, 7}, {1.1, 0.7, 1.9});
  test::VoxelDrivenTexture::Backprojector<ConeBeam> const op{
      ConeBeam::circular({60, 90, pyronn::equal_angles(1, 0.3)}, {{24, 36}, {1.3, 0.9}}), grid};
  auto const in = test::random_values(91, 24 * 36);
  for (std::size_t const limit : limits) {
    int rounded = 0;
    int changed = 0;
    auto const of_half = run_as<Half, float>(op, in, limit);
    auto const of_float = run_as<float, float>(op, converted<float>(converted<Half>(in)), limit);
    for (std::size_t n = 0; n < of_half.size(); ++n) {
      rounded += of_half[n] == static_cast<float>(Half{of_half[n]}) ? 1 : 0;
      changed += of_half[n] == of_float[n] ? 0 : 1;
    }
    BOOST_TEST(static_cast<std::size_t>(rounded) == of_half.size());
    BOOST_TEST(changed > 400);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(halves_are_widened, Row, HalfReaders) { check_row_reads<Row>(); }
BOOST_AUTO_TEST_CASE_TEMPLATE(bfloat16_is_widened, Row, Readers<BFloat16>) {
  check_row_reads<Row>();
}

// All kernels write alike: one model for both directions, and both interpolations for halves, which
// they take in half precision.
using Writers =
    std::tuple<std::tuple<Half, test::JosephSoftware>, std::tuple<Half, test::VoxelDrivenTexture>,
               std::tuple<BFloat16, test::VoxelDrivenSoftware>>;
BOOST_AUTO_TEST_CASE_TEMPLATE(writing_costs_one_rounding, Row, Writers) {
  using T = std::tuple_element_t<0, Row>;
  using Case = std::tuple_element_t<1, Row>;
  on_every_scan<T, Case>([](auto const& op, std::vector<float> const& in) {
    check_writing<T, typename Case::Interp>(op, in, test::run(op, in));
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(costs_one_rounding_in_the_plane, T, Types) {
  FanBeam const scan = FanBeam::circular({200, 300, pyronn::equal_angles(23, 0.3)}, {45, 1.4, 0.3});
  Grid const grid = Grid::flat({37, 29}, {1.1, 0.9}, {2.5, -3});
  using test::JosephSoftware;
  JosephSoftware::Projector<FanBeam> const forward{scan, grid};
  auto const x = values_of<T>(grid.size.count());
  check_reading<T, pyronn::SoftwareInterp>(forward, x, test::run(forward, x));
  pyronn::Backprojector<FanBeam, pyronn::SoftwareInterp> const back{scan, grid};
  auto const y = values_of<T>(test::projection_extents(scan).count());
  check_writing<T, pyronn::SoftwareInterp>(back, y, test::run(back, y));
}

BOOST_AUTO_TEST_SUITE_END()
