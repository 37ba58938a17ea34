// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Plans say what calls do.
#include <cstddef>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::FanBeam;
using pyronn::Plan;

namespace {

/// An executor of one's own that derives from one of the library's, and counts launches.
class CountingExecutor : public test::Executor {
 public:
  explicit CountingExecutor(test::Executor const& executor) : test::Executor{executor} {}

  template <class Kernel>
  void for_each(pyronn::Extents<3> items, Kernel const& kernel) const {
    ++*launches_;
    test::Executor::for_each(items, kernel);
  }

  [[nodiscard]] int launches() const { return *launches_; }

 private:
  std::shared_ptr<int> launches_ = std::make_shared<int>(0);
};

/// An executor of one's own that wraps one of the library's.
class WrappingExecutor {
 public:
  using Backend = test::Executor::Backend;
  using Cache = test::Executor::Cache;

  template <class Kernel>
  void for_each(pyronn::Extents<3> items, Kernel const& kernel) const {
    test::executor().for_each(items, kernel);
  }
  [[nodiscard]] void* allocate(std::size_t bytes) const { return test::executor().allocate(bytes); }
  void deallocate(void* memory, std::size_t bytes) const noexcept {
    test::executor().deallocate(memory, bytes);
  }
  void check_reachable(void const* memory, char const* what) const {
    test::executor().check_reachable(memory, what);
  }
  // What CUDA's backend asks for besides.
  template <class E = test::Executor>
  auto stream() const -> decltype(std::declval<E const&>().stream()) {
    return static_cast<E const&>(test::executor()).stream();
  }
  template <class E = test::Executor>
  auto texture_limits() const -> decltype(std::declval<E const&>().texture_limits()) {
    return static_cast<E const&>(test::executor()).texture_limits();
  }
  template <class E = test::Executor>
  auto max_shared_bytes() const -> decltype(std::declval<E const&>().max_shared_bytes()) {
    return static_cast<E const&>(test::executor()).max_shared_bytes();
  }
  template <class E = test::Executor>
  auto is_capturing() const -> decltype(std::declval<E const&>().is_capturing()) {
    return static_cast<E const&>(test::executor()).is_capturing();
  }
};

ConeBeam scan_of_circle(int views) {
  return ConeBeam::circular({80, 120, pyronn::equal_angles(views, 0.1)}, {{14, 12}, {1.6, 1.5}});
}

/// Every third block of 20 views leans.
ConeBeam partly_tilted_scan() {
  ConeBeam const upright = scan_of_circle(60);
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < upright.num_views(); ++n) {
    matrices.push_back(upright.view(n).projection_matrix());
    for (int c = 0; c < 4 && n / 20 == 1; ++c) {
      matrices.back().row[0][c] += 0.01 * matrices.back().row[1][c];
    }
  }
  return ConeBeam::from_matrices({14, 12}, matrices);
}

pyronn::Grid grid_of_cube() { return pyronn::Grid::centered({12, 11, 40}, {1.2, 1.2, 0.5}); }

std::string text_of(Plan const& plan) {
  std::ostringstream text;
  text << plan;
  return text.str();
}

/// Runs a call as planned, and compares.
template <class Op, int Rank>
Plan checked_plan(Op const& op, pyronn::Extents<Rank> from, pyronn::Extents<Rank> to,
                  std::size_t limit) {
  test::Array<float, Rank> source{from, 1.0F};
  test::Array<float, Rank> target{to, test::nan};
  CountingExecutor const executor{test::executor()};
  std::size_t const bytes = op.workspace_bytes(executor, source.view(), limit);
  Plan const plan = op.plan(executor, source.view(), bytes);
  BOOST_TEST_INFO(text_of(plan));
  BOOST_TEST(plan.workspace_bytes() == bytes);
  pyronn::Workspace<CountingExecutor> workspace{executor, bytes};
  int const before = executor.launches();
  op(executor, source.view(), target.view(), workspace);
  BOOST_TEST_INFO(text_of(plan));
  BOOST_TEST(executor.launches() - before == plan.launches());
  return plan;
}

template <class Op>
Plan checked_plan(Op const& op, std::size_t limit = pyronn::default_workspace_limit) {
  Plan result;
  test::with_extents(op, [&](auto const& from, auto const& to) {
    result = checked_plan(op, from, to, limit);
    return std::vector<float>{};
  });
  return result;
}

template <class Case>
void check_directions(ConeBeam const& scan, pyronn::Grid const& grid,
                      std::vector<std::size_t> const& limits) {
  typename Case::template Projector<ConeBeam> const op{scan, grid};
  for (std::size_t const limit : limits) {
    checked_plan(op, limit);
    checked_plan(op.adjoint(), limit);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(tells_launches_and_workspace, Case, test::AllCases) {
  // More views than a launch holds, on few voxels; and few views on many.
  pyronn::Grid const small = pyronn::Grid::centered({6, 5, 10}, {0.6, 0.6, 0.5});
  check_directions<Case>(scan_of_circle(1100), small, {0, 600, std::size_t{1} << 28});
  for (ConeBeam const& scan : {scan_of_circle(7), partly_tilted_scan()}) {
    check_directions<Case>(scan, grid_of_cube(), {0, 40000, std::size_t{1} << 28});
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(z_aligned_views_take_columns_also_beside_others) {
  using Projector = pyronn::Projector<ConeBeam, pyronn::SoftwareInterp>;
  Plan const whole = checked_plan(Projector{scan_of_circle(60), grid_of_cube()});
  BOOST_TEST(whole.steps.size() == 1U);
  BOOST_TEST(whole.steps.at(0).path == "z-aligned columns");

  Plan const mixed = checked_plan(Projector{partly_tilted_scan(), grid_of_cube()});
  BOOST_TEST_REQUIRE(mixed.steps.size() == 3U);
  char const* const paths[] = {"z-aligned columns", "general", "z-aligned columns"};
  for (int n = 0; n < 3; ++n) {
    pyronn::PlanStep const& step = mixed.steps.at(static_cast<std::size_t>(n));
    BOOST_TEST(step.path == paths[n]);
    BOOST_TEST(step.first_view == 20 * n);
    BOOST_TEST(step.num_views == 20);
  }
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(voxel_driven_projections_take_columns_on_a_device) {
  using Projector = pyronn::Projector<ConeBeam, pyronn::SoftwareInterp, pyronn::VoxelDriven>;
  Projector const op{scan_of_circle(60), grid_of_cube()};
  char const* const expected = test::on_device ? "z-aligned voxel columns" : "general";
  BOOST_TEST(checked_plan(op).steps.at(0).path == expected);
  BOOST_TEST(checked_plan(op, 20000).steps.at(0).path == expected);  // not all slices at a time
  BOOST_TEST(checked_plan(op, 0).steps.at(0).path == "general");
  Plan const mixed = checked_plan(Projector{partly_tilted_scan(), grid_of_cube()});
  BOOST_TEST(mixed.steps.size() == (test::on_device ? 3U : 1U));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(reads_aloud) {
  pyronn::Projector<ConeBeam, pyronn::SoftwareInterp> const op{scan_of_circle(60), grid_of_cube()};
  auto const text = text_of(checked_plan(op));
  BOOST_TEST(text.find("views 0 to 59: z-aligned columns, ") == 0U);
  BOOST_TEST(text.find("launches, ") != std::string::npos);
  BOOST_TEST(text.find("KiB of workspace") != std::string::npos);
  BOOST_TEST(text.find('\n') == std::string::npos);
  auto const in_place = text_of(checked_plan(op, 0));
  BOOST_TEST(in_place.find(", in place") != std::string::npos);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(batches_of_the_plane) {
  FanBeam const scan = FanBeam::circular({200, 300, pyronn::equal_angles(150, 0.1)}, {40, 1.5});
  auto const grid = pyronn::Grid::flat({32, 28}, {1, 1});
  pyronn::Projector<FanBeam, pyronn::SoftwareInterp> const forward{scan, grid};
  pyronn::Backprojector<FanBeam, pyronn::SoftwareInterp> const back{scan, grid};
  pyronn::Extents<3> const images{32, 28, 40};
  pyronn::Extents<3> const sinograms{40, 150, 40};
  char const* const expected = test::on_device ? "tensor-core batch" : "general";
  std::size_t const limit = pyronn::default_workspace_limit;
  BOOST_TEST(checked_plan(forward, images, sinograms, limit).steps.at(0).path == expected);
  BOOST_TEST(checked_plan(back, sinograms, images, limit).steps.at(0).path == expected);
  checked_plan(forward, images, sinograms, 300000);
  checked_plan(back, sinograms, images, 100000);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(slices_of_parallel_rays_are_batches_of_the_plane) {
  using pyronn::ParallelBeam3D;
  auto const angles = pyronn::equal_angles(150, 0.1);
  for (int const rows : {48, 90}) {
    auto const scan = ParallelBeam3D::circular({angles}, {{40, rows}, {1.5, 0.5}, {0, 2}});
    auto const grid = pyronn::Grid::centered({32, 28, 70}, {1, 1, 0.5});
    pyronn::Projector<ParallelBeam3D, pyronn::SoftwareInterp> const forward{scan, grid};
    pyronn::Backprojector<ParallelBeam3D, pyronn::SoftwareInterp> const back{scan, grid};
    for (std::size_t const limit : {pyronn::default_workspace_limit, std::size_t{1400000}}) {
      for (Plan const& plan : {checked_plan(forward, limit), checked_plan(back, limit),
                               checked_plan(forward.adjoint(), limit)}) {
        BOOST_TEST_REQUIRE(plan.steps.size() == 1U);
        BOOST_TEST((plan.steps[0].path == "tensor-core batch") == test::on_device);
      }
    }
  }
}

/// An executor that wraps one of the library's has its fast paths.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(executors_that_wrap_have_the_fast_paths) {
  WrappingExecutor const executor;
  auto const grid = grid_of_cube();
  ConeBeam const scan = scan_of_circle(60);
  pyronn::Projector<ConeBeam, pyronn::SoftwareInterp> const op{scan, grid};
  auto const in = test::random_values(1, grid.size.count());
  test::Array<float, 3> volume{grid.size, in};
  test::Array<float, 3> projections{test::projection_extents(scan), test::nan};
  BOOST_TEST(text_of(op.plan(executor, volume.view())) ==
             text_of(op.plan(test::executor(), volume.view())));
  std::size_t const bytes = op.workspace_bytes(executor, volume.view());
  BOOST_TEST(bytes == op.workspace_bytes(test::executor(), volume.view()));
  {
    pyronn::Workspace<WrappingExecutor> workspace{executor, bytes};
    op(executor, volume.view(), projections.view(), workspace);
  }
  BOOST_TEST((projections.values() == test::run(op, in)));
}

/// Tables that never change are made once, and again where something else used the workspace.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(of_filtered_backprojection) {
  ConeBeam const scan = scan_of_circle(60);
  pyronn::Fdk<ConeBeam, pyronn::SoftwareInterp> const fdk{scan, grid_of_cube()};
  auto const extents = test::projection_extents(scan);
  auto const in = test::random_values(2, extents.count());
  test::Array<float, 3> projections{extents, in};
  test::Array<float, 3> volume{fdk.grid().size, test::nan};
  CountingExecutor const executor{test::executor()};
  std::size_t const bytes = fdk.workspace_bytes(executor, projections.view(), 30000);
  pyronn::Workspace<CountingExecutor> workspace{executor, bytes};
  Plan const plan = fdk.plan(executor, projections.view(), bytes);
  BOOST_TEST(plan.steps.size() > 2U);
  BOOST_TEST(plan.steps.at(0).path == "row filter");
  auto const launches = [&] {
    int const before = executor.launches();
    fdk(executor, projections.view(), volume.view(), workspace);
    return executor.launches() - before;
  };
  int const first = launches();
  auto const expected = volume.values();
  BOOST_TEST_INFO(text_of(plan));
  BOOST_TEST(launches() == plan.launches());
  BOOST_TEST((volume.values() == expected));

  pyronn::Fdk<ConeBeam, pyronn::SoftwareInterp> const other{scan, fdk.grid(),
                                                            pyronn::FilterWindow::hann};
  other(executor, projections.view(), volume.view(), workspace);
  BOOST_TEST((volume.values() != expected));
  BOOST_TEST(launches() == first);
  BOOST_TEST((volume.values() == expected));
  static_cast<void>(workspace.data());
  BOOST_TEST(launches() == first);
}

BOOST_AUTO_TEST_SUITE_END()
