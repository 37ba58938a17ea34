// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// A user's namespace may hold functions with the names of pyronn's own: none is taken for them.
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cpu_backend.hpp"
#include "support/custom_geometries.hpp"
#include "support/custom_operators.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

namespace user {

struct Geometry : test::Laminography<float> {};
struct Fan : pyronn::FanBeam {
  explicit Fan(pyronn::FanBeam const& fan) : pyronn::FanBeam{fan} {}
};

// A better match for the user's types than any of pyronn's: a call there that is not qualified
// finds these, and does not compile.
#define PYRONN_TEST_HIDE(name, Type)                        \
  template <class... Rest>                                  \
  void name(Type const&, Rest&&...) = delete;               \
  template <class First, class... Rest>                     \
  void name(First const&, Type const&, Rest&&...) = delete; \
  template <class First, class Second, class... Rest>       \
  void name(First const&, Second const&, Type const&, Rest&&...) = delete;
#define PYRONN_TEST_HIDE_FROM_ALL(name)         \
  PYRONN_TEST_HIDE(name, Geometry)              \
  PYRONN_TEST_HIDE(name, Fan)                   \
  PYRONN_TEST_HIDE(name, std::vector<Geometry>) \
  PYRONN_TEST_HIDE(name, std::vector<Fan>)
PYRONN_TEST_HIDE_FROM_ALL(all_views_fit)
PYRONN_TEST_HIDE_FROM_ALL(check_geometries)
PYRONN_TEST_HIDE_FROM_ALL(checked_geometries)
PYRONN_TEST_HIDE_FROM_ALL(checked_weights)
PYRONN_TEST_HIDE_FROM_ALL(fan_scan)
PYRONN_TEST_HIDE_FROM_ALL(fbp_scan)
PYRONN_TEST_HIDE_FROM_ALL(fbp_weights)
PYRONN_TEST_HIDE_FROM_ALL(parallel_scan)
PYRONN_TEST_HIDE_FROM_ALL(project)
PYRONN_TEST_HIDE_FROM_ALL(project_samples)
PYRONN_TEST_HIDE_FROM_ALL(project_tables)
PYRONN_TEST_HIDE_FROM_ALL(projection_extents)
PYRONN_TEST_HIDE_FROM_ALL(ray_directions)
PYRONN_TEST_HIDE_FROM_ALL(scan_extents)
PYRONN_TEST_HIDE_FROM_ALL(tabulate)
PYRONN_TEST_HIDE_FROM_ALL(tabulate_redundancy)
PYRONN_TEST_HIDE_FROM_ALL(travels_whole)
PYRONN_TEST_HIDE_FROM_ALL(world_views)

}  // namespace user

namespace {

pyronn::CpuExecutor const executor{1};
pyronn::Grid const grid = pyronn::Grid::centered({4, 4, 4}, {1, 1, 1});
pyronn::Extents<3> const scan_size{14, 13, 9};

/// As test::run, which is compiled for the plain geometry already.
template <class Operator>
std::vector<float> called(Operator const& op, pyronn::Extents<3> from, std::vector<float> const& in,
                          pyronn::Extents<3> to) {
  std::vector<float> out(static_cast<std::size_t>(to.count()), test::nan);
  op(executor, pyronn::ArrayView<float const, 3>{in.data(), from},
     pyronn::ArrayView<float, 3>{out.data(), to});
  return out;
}

template <class Geometry>
std::vector<float> line_integrals_of_a_ball(Geometry const& geometry) {
  std::vector<float> projections(static_cast<std::size_t>(scan_size.count()), test::nan);
  pyronn::project(executor, {pyronn::Body::ball({0, 0, 0}, 3, 1)}, geometry,
                  pyronn::ArrayView<float, 3>{projections.data(), scan_size});
  return projections;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(argument_dependent_lookup)

BOOST_AUTO_TEST_CASE(operators_and_phantoms_call_their_own) {
  using test::JosephSoftware;
  using test::VoxelDrivenSoftware;
  test::Laminography<float> const plain;
  user::Geometry const geometry;
  auto const volume = test::random_values(3, grid.size.count());
  auto const projections = called(JosephSoftware::Projector<user::Geometry>{geometry, grid},
                                  grid.size, volume, scan_size);
  BOOST_TEST(test::norm(projections) > 0);
  BOOST_TEST(
      (projections ==
       test::run(JosephSoftware::Projector<test::Laminography<float>>{plain, grid}, volume)));
  auto const back = called(VoxelDrivenSoftware::Backprojector<user::Geometry>{geometry, grid},
                           scan_size, projections, grid.size);
  BOOST_TEST(test::norm(back) > 0);
  BOOST_TEST(
      (back == test::run(VoxelDrivenSoftware::Backprojector<test::Laminography<float>>{plain, grid},
                         projections)));
  BOOST_TEST((line_integrals_of_a_ball(geometry) == line_integrals_of_a_ball(plain)));
  BOOST_TEST(test::norm(line_integrals_of_a_ball(geometry)) > 0);
}

BOOST_AUTO_TEST_CASE(filtered_backprojection_calls_its_own) {
  auto const plain = pyronn::FanBeam::circular({60, 90, pyronn::equal_angles(30)}, {21, 1});
  user::Fan const fan{plain};
  auto const weights_of = [](auto const& scan) {
    std::vector<float> all;
    auto const append = [&](auto const& write) {
      std::vector<float> weights(21 * 30, test::nan);
      write(pyronn::ArrayView<float, 2>{weights.data(), {21, 30}});
      all.insert(all.end(), weights.begin(), weights.end());
    };
    append([&](auto view) { pyronn::cosine_weights(executor, scan, view); });
    append([&](auto view) { pyronn::redundancy_weights(executor, scan, view); });
    append([&](auto view) { pyronn::fbp_weights(executor, scan, view); });
    return all;
  };
  BOOST_TEST((weights_of(fan) == weights_of(plain)));
  BOOST_TEST(test::all_finite(weights_of(fan)));

  pyronn::Grid const image_grid = pyronn::Grid::flat({8, 8}, {1, 1});
  pyronn::Fbp<user::Fan, pyronn::SoftwareInterp> const fbp{fan, image_grid};
  std::vector<float> const sinogram = test::random_values(5, 21 * 30);
  std::vector<float> image(64, test::nan);
  pyronn::ArrayView<float const, 2> const from{sinogram.data(), {21, 30}};
  pyronn::Workspace<pyronn::CpuExecutor> workspace{executor, fbp.workspace_bytes(executor, from)};
  fbp(executor, from, pyronn::ArrayView<float, 2>{image.data(), {8, 8}}, workspace);
  BOOST_TEST(test::norm(image) > 0);
  BOOST_TEST((image == test::reconstruct<pyronn::SoftwareInterp>(plain, image_grid, sinogram)));
}

BOOST_AUTO_TEST_SUITE_END()
