// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Calls of operators that compute in double: parts, batches, what users bring.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/custom_geometries.hpp"
#include "support/double_operators.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/other_scans.hpp"

using pyronn::ConeBeam;
using pyronn::DoubleInterp;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Vec;

namespace user {

/// A policy in double.
struct Nearest {
  using Arithmetic = double;

  static PYRONN_HOST_DEVICE double blend(double a, double b, double s00, double s10, double s01,
                                         double s11) {
    double const low = a < 0.47 ? s00 : s10;
    double const high = a < 0.47 ? s01 : s11;
    return b < 0.47 ? low : high;
  }
};
static_assert(pyronn::is_interp_v<Nearest>);

/// Says double, but blends floats.
struct Mixed {
  using Arithmetic = double;

  static float blend(float a, float b, float s00, float s10, float s01, float s11);
};
static_assert(!pyronn::is_interp_v<Mixed>);

/// Numbers that are stored as they come and computed with in double.
struct Stored {
  float value;
};

/// A model that computes in what the policy does: a voxel counts by 1 - d^2, where d < 1 is how far
/// from its centre the ray passes.
template <class Number>
struct RayThroughBlobs {
  Vec<Number, 3> origin;
  Vec<Number, 3> unit;  ///< direction of length 1 [voxels]
  Extents<3> size;

  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE Number weight(Vec<int, 3> const& voxel) const {
    Vec<Number, 3> const away = pyronn::vec_cast<Number>(voxel) - origin;
    Vec<Number, 3> const across = away - dot(away, unit) * unit;
    return pyronn::max(1 - dot(across, across), Number{0});
  }

  template <class Slab>
  [[nodiscard]] PYRONN_HOST_DEVICE Number integral(Slab const& slab) const {
    Number sum = 0;
    for (int z = 0; z < slab.count; ++z) {
      for (int y = 0; y < size[1]; ++y) {
        for (int x = 0; x < size[0]; ++x) {
          Number const share = weight<void>({x, y, slab.first + z});
          if (share > 0) sum += share * slab.slice(z).texel(x, y);
        }
      }
    }
    return sum;
  }
};

struct TraceBlobs {
  static constexpr float reach = 1.0F;

  template <class Number>
  PYRONN_HOST_DEVICE RayThroughBlobs<Number> operator()(pyronn::Ray<Number> const& ray,
                                                        Extents<3> const& size,
                                                        Vec<Number, 3> const&) const {
    return {ray.origin, 1 / length(ray.direction) * ray.direction, size};
  }
};

struct Blobs : pyronn::ModelDefaults {
  template <class Interp, class Backend, class Task>
  pyronn::RayDrivenForward<TraceBlobs, Task> forward(Task const& task) const {
    return {task, {}};
  }
  template <class Interp, class Backend, class Task>
  pyronn::RayDrivenBackOf<Backend, TraceBlobs, Interp, Task> back(Task const& task) const {
    return {task, {}};
  }
};
static_assert(pyronn::is_model_v<Blobs>);

}  // namespace user

template <>
struct pyronn::StorageTraits<user::Stored> {
  using Arithmetic = double;
  static PYRONN_HOST_DEVICE double widen(user::Stored number) {
    return static_cast<double>(number.value);
  }
  static PYRONN_HOST_DEVICE user::Stored round(double value) { return {static_cast<float>(value)}; }
};

namespace {

static_assert(pyronn::is_storage_v<user::Stored>);

using Cases = std::tuple<test::JosephDouble, test::RayMarchDouble, test::SiddonDouble,
                         test::VoxelDrivenDouble>;

/// The largest difference of two results.
double worst_difference(std::vector<double> const& a, std::vector<double> const& b) {
  BOOST_TEST_REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t n = 0; n < a.size(); ++n) {
    double const difference = std::abs(a[n] - b[n]);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

/// One number that is not finite among zeros spoils what one that is would reach.
template <class Operator>
void check_not_finite(Operator const& op, std::size_t where) {
  std::vector<double> in(test::random_input(op, 1).size(), 0.0);
  in[where] = 1;
  auto const reached = test::run(op, in);
  for (double const number : {test::not_a_number, test::infinity}) {
    in[where] = number;
    auto const found = test::run(op, in);
    int wrong = 0;
    for (std::size_t n = 0; n < found.size(); ++n) {
      wrong += std::isfinite(found[n]) || reached[n] != 0 ? 0 : 1;
    }
    BOOST_TEST(wrong == 0);
    BOOST_TEST(!std::all_of(found.begin(), found.end(), [](double x) { return std::isfinite(x); }));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(double_calls, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(neighbours_in_memory_are_left_alone, Case, Cases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      auto const model = test::quick_model<typename Case::Model>();
      typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid, model};
      auto const x = test::random_input(op, 10);
      auto const y = test::random_input(op.adjoint(), 11);
      BOOST_TEST((test::run_between_guards(op, x) == test::run(op, x)));
      BOOST_TEST((test::run_between_guards(op.adjoint(), y) == test::run(op.adjoint(), y)));
    }
  }
}

/// Slabs add up to the whole, and a slab of a backprojection has the bits of the whole.
BOOST_AUTO_TEST_CASE_TEMPLATE(parts_are_those_of_the_whole, Case, Cases) {
  auto const& executor = test::executor();
  test::ConeScan const& scan = test::cone_scans().front();
  typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
  auto const back = op.adjoint();
  Extents<3> const size = scan.grid.size;
  Extents<3> const pixels = scan.geometry.extents();
  test::Array<double, 3> volume{size, test::random_input(op, 12)};
  test::Array<double, 3> lines{pixels, test::random_input(back, 13)};
  test::Array<double, 3> sum{pixels, test::not_a_number};
  test::Array<double, 3> slab{{size[0], size[1], 3}, test::not_a_number};
  auto const whole = test::run(op, volume.values());
  for (int z = 0; z < size[2]; z += 3) {
    int const count = std::min(3, size[2] - z);
    auto const output = z == 0 ? pyronn::Output::overwrite : pyronn::Output::add;
    op(executor, volume.view().slices(z, count), sum.view(), {{}, pyronn::Slab{z, count}, output});
  }
  BOOST_TEST(worst_difference(sum.values(), whole) <= test::double_precision);

  test::Array<double, 3> some{{pixels[0], pixels[1], 2}, test::not_a_number};
  op(executor, volume.view(), some.view(), {pyronn::ViewSelection::every(4, 1)});
  auto const found = some.values();
  auto const of_view = static_cast<std::ptrdiff_t>(pixels[0]) * pixels[1];
  BOOST_TEST(std::equal(found.begin(), found.begin() + of_view, whole.begin() + of_view));
  BOOST_TEST(std::equal(found.begin() + of_view, found.end(), whole.begin() + 5 * of_view));

  auto const image = test::run(back, lines.values());
  back(executor, lines.view(), slab.view(), {{}, pyronn::Slab{2, 3}});
  auto const slices = slab.values();
  BOOST_TEST(std::equal(slices.begin(), slices.end(), image.begin() + 2 * size[0] * size[1]));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(samples_of_a_batch_are_those_of_calls_by_themselves, Case, Cases) {
  auto const scans = test::scans<pyronn::FanBeam>();
  Grid const& grid = scans[0].grid;
  using Projector = typename Case::template Projector<pyronn::FanBeam>;
  std::vector<pyronn::FanBeam> const geometries{
      scans[0].geometry,
      pyronn::FanBeam::circular({50, 95, pyronn::equal_angles(7, 0.3)}, {15, 1.1})};
  auto const op = Projector::per_sample(geometries, grid);
  auto const check = [&](auto const& batch, auto const& in_extents, auto const& out_extents,
                         auto const& one_of) {
    auto const in = test::random_doubles(14, in_extents.count());
    auto const found = test::run(batch, in_extents, in, out_extents);
    std::vector<double> expected;
    for (std::size_t sample = 0; sample < 2; ++sample) {
      auto const first = in.begin() + static_cast<std::ptrdiff_t>(sample * in.size() / 2);
      auto const one =
          test::run(one_of(sample), {first, first + static_cast<std::ptrdiff_t>(in.size() / 2)});
      expected.insert(expected.end(), one.begin(), one.end());
    }
    BOOST_TEST((found == expected));
  };
  auto const volumes = test::volume_extents<pyronn::FanBeam, 3>(grid, 2);
  auto const lines = test::projection_extents<pyronn::FanBeam, 3>(geometries[0], 2);
  check(op, volumes, lines, [&](std::size_t n) { return Projector{geometries[n], grid}; });
  check(op.adjoint(), lines, volumes, [&](std::size_t n) {
    return Projector{geometries[n], grid}.adjoint();
  });
}

/// Whatever memory there is: nothing is copied.
BOOST_AUTO_TEST_CASE_TEMPLATE(take_the_general_path_in_place, Case, Cases) {
  test::ConeScan const& scan = test::cone_scans().front();
  typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
  auto const check = [](auto const& direction) {
    test::with_extents(direction, [&](auto const& from, auto const&) {
      test::Array<double, 3> input{from};
      auto const plan = direction.plan(test::executor(), input.view());
      BOOST_TEST_REQUIRE(plan.steps.size() == 1U);
      BOOST_TEST(plan.steps[0].path == "general");
      BOOST_TEST(direction.workspace_bytes(test::executor(), input.view()) == 0U);
    });
  };
  check(op);
  check(op.adjoint());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(numbers_that_are_not_finite_spoil_what_they_reach, Case, Cases) {
  test::ConeScan const& scan = test::cone_scans().front();
  typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
  check_not_finite(op, 3 * 72 + 4 * 9 + 4);
  check_not_finite(op.adjoint(), 5 * 14 + 7);
}

BOOST_AUTO_TEST_CASE(users_bring_policies_models_and_tables_of_views) {
  test::ConeScan const& scan = test::cone_scans().front();
  test::check_transpose_in_double(
      pyronn::Projector<ConeBeam, user::Nearest>{scan.geometry, scan.grid});
  test::check_transpose_in_double(
      pyronn::Projector<ConeBeam, DoubleInterp, user::Blobs>{scan.geometry, scan.grid});
  Grid const grid = Grid::centered({9, 8, 7}, {1, 1.2, 0.9}, {1, -2, 0.5});
  // Its views are of float: a compiler may contract products and sums in one direction alone.
  test::check_transpose_in_double(
      pyronn::Projector<test::Calibrated, DoubleInterp>{test::Calibrated{}, grid},
      static_cast<double>(std::numeric_limits<float>::epsilon()));
}

BOOST_AUTO_TEST_CASE(arrays_may_store_less_than_kernels_compute_with) {
  test::ConeScan const& scan = test::cone_scans().front();
  pyronn::Projector<ConeBeam, DoubleInterp> const op{scan.geometry, scan.grid};
  auto const x = test::random_values(3, scan.grid.size.count());
  std::vector<user::Stored> stored;
  for (float const value : x) stored.push_back({value});
  test::Array<user::Stored, 3> volume{scan.grid.size, stored};
  test::Array<user::Stored, 3> lines{scan.geometry.extents()};
  op(test::executor(), volume.view(), lines.view());
  auto const expected = test::run(op, std::vector<double>{x.begin(), x.end()});
  auto const found = lines.values();
  for (std::size_t n = 0; n < found.size(); ++n) {
    if (found[n].value != static_cast<float>(expected[n])) BOOST_ERROR("pixel " << n);
  }
}

BOOST_AUTO_TEST_SUITE_END()
