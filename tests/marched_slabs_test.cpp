// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Rays that are marched through a volume slab by slab, as much of it as a workspace holds, have the
// samples of rays that are marched through the whole; in software they have their bits, too.
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Half;
using pyronn::ParallelBeam3D;
using pyronn::RayMarch;

namespace {

using Values = std::vector<float>;
using Cases = std::tuple<test::RayMarchSoftware, test::RayMarchTexture>;

/// Makes all numbers of some memory not a number.
struct Spoil {
  using Block = pyronn::BlockShape<256, 1, 1>;
  float* memory;
  float value;

  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const { memory[item[0]] = value; }
};

/// Elements of the volume and of the lines are stored as `T`.
template <class Case, class T, class Geometry>
class Marched {
 public:
  Marched(Geometry const& scan, Grid const& grid, double step)
      : op_{scan, grid, RayMarch{step}},
        volume_{grid.size, stored(test::random_values(3, grid.size.count()))} {}

  [[nodiscard]] std::size_t workspace_bytes(std::size_t limit) {
    return op_.workspace_bytes(test::executor(), volume_.view(), limit);
  }
  [[nodiscard]] std::string path(std::size_t limit) {
    return op_.plan(test::executor(), volume_.view(), limit).steps.front().path;
  }

  [[nodiscard]] std::vector<T> lines(std::size_t limit, pyronn::Part const& part = {},
                                     float before = test::nan) {
    Extents<3> const extents = test::projection_extents(op_.geometry());
    test::Array<T, 3> target{extents,
                             stored(Values(static_cast<std::size_t>(extents.count()), before))};
    pyronn::Workspace<test::Executor> workspace{test::executor(), workspace_bytes(limit)};
    auto const count = static_cast<int>(workspace.bytes() / sizeof(float));
    if (count > 0) {
      Spoil const spoil{reinterpret_cast<float*>(workspace.data()), test::nan};
      test::executor().for_each({count, 1, 1}, spoil);
    }
    op_(test::executor(), volume_.view(), target.view(), workspace, part);
    return target.values();
  }

 private:
  static std::vector<T> stored(Values const& values) {
    std::vector<T> result;
    for (float const value : values) result.push_back(pyronn::StorageTraits<T>::round(value));
    return result;
  }

  typename Case::template Projector<Geometry> op_;
  test::Array<T, 3> volume_;
};

/// Workspaces for all of a volume and for ever fewer of its slices, as long as the path is the
/// same.
template <class Lines>
std::set<std::size_t> limits_of(Lines& marched) {
  std::size_t const all = marched.workspace_bytes(pyronn::default_workspace_limit);
  std::set<std::size_t> limits;
  for (double const share : {1.0, 0.7, 0.5, 0.36, 0.2, 0.15}) {
    auto const limit = static_cast<std::size_t>(share * static_cast<double>(all));
    if (marched.path(limit) == marched.path(all)) limits.insert(limit);
  }
  return limits;
}

template <class Case, class Geometry>
void check_bits(Geometry const& scan, Grid const& grid, double step) {
  Marched<Case, float, Geometry> marched{scan, grid, step};
  std::size_t const all = marched.workspace_bytes(pyronn::default_workspace_limit);
  std::vector<float> const expected = marched.lines(all);
  BOOST_TEST(test::all_finite(expected));
  BOOST_TEST(test::norm(expected) > 0);
  for (std::size_t const limit : limits_of(marched)) {
    BOOST_TEST_INFO("limit " << limit << " of " << all << ", step " << step);
    std::vector<float> const found = marched.lines(limit);
    BOOST_TEST(test::relative_l2(found, expected) < 2e-6);
    // By textures small steps are added by fours.
    bool const is_by_fours = !std::is_same_v<typename Case::Interp, pyronn::SoftwareInterp>;
    if (step >= 1 || !is_by_fours) BOOST_TEST((found == expected));
  }
  // The general path has the same samples.
  double const bound = test::bound<typename Case::Interp>(3e-6, 1e-3);
  BOOST_TEST(test::relative_l2(marched.lines(0), expected) < bound);
}

template <class Case, class Geometry>
void check_definition(Geometry const& scan, Grid const& grid, double step) {
  Marched<Case, float, Geometry> marched{scan, grid, step};
  Values const volume = test::random_values(3, grid.size.count());
  std::vector<double> expected(static_cast<std::size_t>(test::projection_extents(scan).count()));
  test::for_each_entry(RayMarch{step}, scan, grid,
                       [&](std::size_t pixel, std::size_t voxel, double weight) {
                         expected[pixel] += weight * static_cast<double>(volume[voxel]);
                       });
  for (std::size_t const limit : limits_of(marched)) {
    double const bound = test::bound<typename Case::Interp>(2e-5, 1e-2);
    BOOST_TEST(test::relative_l2(marched.lines(limit), expected) < bound);
  }
}

Grid tall_grid() { return Grid::centered({13, 11, 70}, {1, 1.1, 0.4}); }

/// Rays that rise, fall and do neither, on detectors of odd sizes.
ConeBeam circle() {
  return ConeBeam::circular({80, 120, pyronn::equal_angles(5, 0.1)}, {{19, 37}, {1.4, 1.3}});
}
ConeBeam from_everywhere() {
  return ConeBeam::from_vectors({23, 21}, test::tilted_orbit(9, 60, 1.7));
}
/// Rows lie on slices: whole rays have samples on a border of slabs.
ParallelBeam3D level() {
  return ParallelBeam3D::circular({pyronn::equal_angles(3), {}}, {{17, 70}, {1, 0.4}});
}
/// One pixel, one view.
ConeBeam single_ray() { return ConeBeam::circular({80, 120, {0.3}}, {{1, 1}, {1, 1}}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(marched_slabs, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(do_not_show_in_bits, Case, Cases) {
  for (double const step : {0.2, 1.0}) {
    check_bits<Case>(circle(), tall_grid(), step);
    check_bits<Case>(from_everywhere(), tall_grid(), step);
    check_bits<Case>(level(), tall_grid(), step);
    check_bits<Case>(single_ray(), tall_grid(), step);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(have_the_samples_of_the_definition, Case, Cases) {
  for (double const step : {0.37, 2.5}) {
    check_definition<Case>(circle(), tall_grid(), step);
    check_definition<Case>(from_everywhere(), tall_grid(), step);
    check_definition<Case>(level(), tall_grid(), step);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(have_transposes, Case, Cases) {
  ConeBeam const scan = from_everywhere();
  typename Case::template Projector<ConeBeam> const forward{scan, tall_grid(), RayMarch{0.5}};
  auto const x = test::random_values(1, tall_grid().size.count());
  auto const y = test::random_values(2, test::projection_extents(scan).count());
  auto const aty = test::run(forward.adjoint(), y);
  Marched<Case, float, ConeBeam> marched{scan, tall_grid(), 0.5};
  for (std::size_t const limit : limits_of(marched)) {
    auto const ax = test::run(forward, x, limit);
    double const difference = std::abs(test::dot(ax, y) - test::dot(x, aty));
    BOOST_TEST(difference <= test::bound<typename Case::Interp>(1e-6, test::texture_adjoint_bound) *
                                 test::norm(ax) * test::norm(y));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_added_to_what_is_there, Case, Cases) {
  Marched<Case, float, ConeBeam> marched{circle(), tall_grid(), 0.5};
  std::size_t const all = marched.workspace_bytes(pyronn::default_workspace_limit);
  auto const once = marched.lines(all);
  auto const twice = marched.lines(all / 2, {{}, {}, pyronn::Output::add, {}}, 3.0F);
  double difference = 0;
  for (std::size_t n = 0; n < once.size(); ++n) {
    difference = std::max(difference, static_cast<double>(std::abs(twice[n] - once[n] - 3.0F)));
  }
  BOOST_TEST(difference < 1e-4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_rounded_to_halves, Case, Cases) {
  Marched<Case, float, ConeBeam> single{circle(), tall_grid(), 0.5};
  Marched<Case, Half, ConeBeam> half{circle(), tall_grid(), 0.5};
  auto const expected = single.lines(pyronn::default_workspace_limit);
  for (std::size_t const limit : limits_of(half)) {
    std::vector<float> found;
    for (Half const value : half.lines(limit)) found.push_back(value);
    BOOST_TEST(test::relative_l2(found, expected) < 2e-3);
  }
}

BOOST_AUTO_TEST_SUITE_END()
