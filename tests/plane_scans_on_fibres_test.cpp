// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The paths on CUDA devices of batches in the plane whose samples have a scan each, on the host:
// against the paths of every call, whose bits they have, and against the matrix in double
// precision. Without a device this is where they run.
#include <cmath>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cpu_backend.hpp"
#include "support/cuda_on_fibres.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"
//
#include <pyronn/backend/cuda/detail/plane/backproject.cuh>
#include <pyronn/backend/cuda/detail/plane/scans_path.cuh>

using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using Values = std::vector<float>;

namespace {

/// With the paths of this test, and with those of every call.
struct ScansBackend {};
struct PlainBackend {};

/// Runs kernels item by item: those of this test have no barriers.
template <class Backend_>
class ItemExecutor {
 public:
  using Backend = Backend_;
  struct Cache {};

  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const {
    ++*launches_;
    for (int z = 0; z < items[2]; ++z) {
      for (int y = 0; y < items[1]; ++y) {
        for (int x = 0; x < items[0]; ++x) run(kernel, {x, y, z});
      }
    }
  }
  [[nodiscard]] void* allocate(std::size_t bytes) const { return ::operator new(bytes); }
  void deallocate(void* memory, std::size_t) const noexcept { ::operator delete(memory); }
  void check_reachable(void const*, char const*) const {}
  [[nodiscard]] int launches() const { return *launches_; }

 private:
  template <class Kernel>
  static void run(Kernel const& kernel, pyronn::Vec<int, 3> const& item) {
    if constexpr (Kernel::Block::split == 1) {
      kernel(item);
    } else {
      typename Kernel::Sums sums = {};
      kernel.begin(item, sums);
      kernel.add_part(item, 0, sums);
      for (int part = 1; part < Kernel::Block::split; ++part) {
        typename Kernel::Sums others = {};
        kernel.add_part(item, part, others);
        for (std::size_t m = 0; m < std::extent_v<typename Kernel::Sums>; ++m) {
          for (std::size_t n = 0; n < std::extent_v<typename Kernel::Sums, 1>; ++n) {
            sums[m][n] += others[m][n];
          }
        }
      }
      kernel.write(item, sums);
    }
  }

  std::shared_ptr<int> launches_ = std::make_shared<int>(0);
};

}  // namespace

namespace pyronn::detail {
template <class DepthWeight>
struct BackPaths<WeightedVoxelDriven<DepthWeight>, SoftwareInterp, ScansBackend> {
  using Type = PathList<ScansBack, GeneralBack>;
};
template <>
struct ForwardPaths<Joseph, SoftwareInterp, ScansBackend> {
  using Type = PathList<ScansForward, GeneralForward>;
};
template <>
struct VoxelTiling<SoftwareInterp, ScansBackend, 2> : VoxelTiling<SoftwareInterp, CudaBackend, 2> {
};
template <>
struct VoxelTiling<SoftwareInterp, PlainBackend, 2> : CudaPlaneTiling {};
}  // namespace pyronn::detail

namespace {

constexpr std::size_t no_limit = pyronn::default_workspace_limit;

template <class Geometry>
struct Problem {
  char const* name;
  std::vector<Geometry> scans;
  Grid grid;

  [[nodiscard]] int samples() const { return static_cast<int>(scans.size()); }
  [[nodiscard]] Extents<3> images() const { return {grid.size[0], grid.size[1], samples()}; }
  [[nodiscard]] Extents<3> sinograms() const {
    return {scans[0].detector_size()[0], scans[0].num_views(), samples()};
  }
};

Problem<FanBeam> fans(char const* name, int samples, int views, pyronn::LineDetector const& line,
                      double source, Grid const& grid) {
  Problem<FanBeam> problem{name, {}, grid};
  for (int n = 0; n < samples; ++n) {
    problem.scans.push_back(FanBeam::circular(
        {source, 1.5 * source, pyronn::equal_angles(views, 0.1 * n, 2 * pyronn::pi + 0.1 * n)},
        line));
  }
  return problem;
}

/// Images inside and outside the fan, sizes that are no multiples of runs, a source in the image.
std::vector<Problem<FanBeam>> problems() {
  return {fans("wide", 3, 19, {61, 1.5}, 80, Grid::flat({37, 29}, {1, 1.1})),
          fans("narrow", 3, 19, {17, 1.5}, 80, Grid::flat({37, 29}, {1, 1.1})),
          fans("source inside", 2, 7, {33, 1.0}, 12, Grid::flat({34, 35}, {1, 1})),
          fans("one pixel", 2, 7, {1, 9.0}, 60, Grid::flat({17, 9}, {1, 1}))};
}

template <class Backend, class In, class Op, class... Part>
Values apply(Op const& op, Values const& input, Extents<3> from, Extents<3> to, Values output,
             std::size_t limit = no_limit, Part const&... part) {
  ItemExecutor<Backend> const executor;
  std::vector<In> const in(input.begin(), input.end());
  pyronn::ArrayView<In const, 3> const view{in.data(), from};
  pyronn::Workspace<ItemExecutor<Backend>> workspace{
      executor, op.workspace_bytes(executor, view, limit, part...)};
  op(executor, view, pyronn::ArrayView<float, 3>{output.data(), to}, workspace, part...);
  BOOST_TEST(executor.launches() == op.plan(executor, view, limit, part...).launches());
  return output;
}

template <class Backend, class In, class Op>
Values apply(Op const& op, Values const& input, Extents<3> from, Extents<3> to,
             std::size_t limit = no_limit) {
  Values const nothing(static_cast<std::size_t>(to.count()), test::nan);
  return apply<Backend, In>(op, input, from, to, nothing, limit);
}

template <class Op>
std::string path_of(Op const& op, Extents<3> from, std::size_t limit = no_limit) {
  pyronn::ArrayView<float const, 3> const input{nullptr, from};
  return op.plan(ItemExecutor<ScansBackend>{}, input, limit).steps.at(0).path;
}

template <class Geometry>
using Forward = pyronn::Projector<Geometry, pyronn::SoftwareInterp>;
template <class Geometry, class Model>
using Back = pyronn::Backprojector<Geometry, pyronn::SoftwareInterp, Model>;

/// In a workspace and without one, against the path of every call.
template <class In, class Op>
void check_bits(Op const& op, Extents<3> from, Extents<3> to) {
  BOOST_TEST(path_of(op, from) == "scans of the plane");
  BOOST_TEST(path_of(op, from, 0) == "general");
  auto const x = test::random_values(3, static_cast<int>(from.count()));
  auto const expected = apply<PlainBackend, In>(op, x, from, to);
  BOOST_TEST(test::norm(expected) > 0.0);
  BOOST_TEST((apply<ScansBackend, In>(op, x, from, to) == expected));
  BOOST_TEST((apply<ScansBackend, In>(op, x, from, to, 0) == expected));
}

template <class Geometry>
void check_both(Problem<Geometry> const& problem) {
  BOOST_TEST_CONTEXT(problem.name) {
    auto const& [name, scans, grid] = problem;
    check_bits<float>(Back<Geometry, pyronn::VoxelDriven>::per_sample(scans, grid),
                      problem.sinograms(), problem.images());
    check_bits<pyronn::Half>(Back<Geometry, pyronn::DistanceWeighted>::per_sample(scans, grid),
                             problem.sinograms(), problem.images());
    check_bits<float>(Forward<Geometry>::per_sample(scans, grid), problem.images(),
                      problem.sinograms());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plane_scans_on_fibres)

BOOST_AUTO_TEST_CASE(have_the_bits_of_every_call) {
  for (Problem<FanBeam> const& problem : problems()) check_both(problem);
  Problem<ParallelBeam2D> parallel{"parallel", {}, Grid::flat({21, 33}, {1, 1})};
  for (double const first : {0.0, 0.1, 0.7}) {
    parallel.scans.push_back(
        ParallelBeam2D::circular({pyronn::equal_angles(11, first, pyronn::pi + first)}, {40, 1.1}));
  }
  check_both(parallel);
}

// More than a launch adds up, and more than a launch's argument holds.
BOOST_AUTO_TEST_CASE(take_many_views_and_samples) {
  check_both(fans("many views", 2, 1030, {9, 1.5}, 30, Grid::flat({6, 9}, {1, 1})));
  check_both(fans("many samples", 170, 11, {9, 1.5}, 30, Grid::flat({6, 9}, {1, 1})));
}

BOOST_AUTO_TEST_CASE(are_the_matrix) {
  for (Problem<FanBeam> const& problem : problems()) {
    BOOST_TEST_CONTEXT(problem.name) {
      auto const forward = Forward<FanBeam>::per_sample(problem.scans, problem.grid);
      auto const x = test::random_values(4, static_cast<int>(problem.images().count()));
      auto const found =
          apply<ScansBackend, float>(forward, x, problem.images(), problem.sinograms());
      auto const pixels = static_cast<std::ptrdiff_t>(problem.grid.size.count());
      Values expected;
      for (int n = 0; n < problem.samples(); ++n) {
        auto const of_sample = test::reference_projection<pyronn::Joseph>(
            problem.scans[static_cast<std::size_t>(n)], problem.grid,
            Values(x.begin() + n * pixels, x.begin() + (n + 1) * pixels));
        expected.insert(expected.end(), of_sample.begin(), of_sample.end());
      }
      BOOST_TEST(test::relative_l2(found, expected) < 3e-6);

      auto const y = test::random_values(5, static_cast<int>(problem.sinograms().count()));
      auto const back = Back<FanBeam, pyronn::VoxelDriven>::per_sample(problem.scans, problem.grid);
      auto const image = apply<ScansBackend, float>(back, y, problem.sinograms(), problem.images());
      auto const adjoint = test::run(back.adjoint(), problem.images(), x, problem.sinograms());
      BOOST_TEST(std::abs(test::dot(adjoint, y) - test::dot(x, image)) <
                 1e-6 * test::norm(adjoint) * test::norm(y));
    }
  }
}

// Some views of some samples, added to what is there, in any workspace that the path can take.
BOOST_AUTO_TEST_CASE(take_parts) {
  Problem<FanBeam> const problem = problems().front();
  auto const op = Back<FanBeam, pyronn::DistanceWeighted>::per_sample(problem.scans, problem.grid);
  pyronn::Part part;
  part.views = pyronn::ViewSelection::list({7, 2, 3, 11, 5});
  part.output = pyronn::Output::add;
  part.first_sample = 1;
  Extents<3> const from{61, 5, 2};
  Extents<3> const to{37, 29, 2};
  auto const y = test::random_values(6, static_cast<int>(from.count()));
  auto const before = test::random_values(7, static_cast<int>(to.count()));
  auto const expected = apply<PlainBackend, float>(op, y, from, to, before, no_limit, part);
  auto const found = apply<ScansBackend, float>(op, y, from, to, before, no_limit, part);
  BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(are_for_scans_that_differ) {
  Problem<FanBeam> const problem = problems().front();
  Forward<FanBeam> const shared{problem.scans[0], problem.grid};
  BOOST_TEST(path_of(shared, problem.images()) == "general");
  auto const own = Forward<FanBeam>::per_sample(problem.scans, problem.grid);
  pyronn::ArrayView<float const, 3> const input{nullptr, problem.images()};
  std::size_t const bytes = own.workspace_bytes(ItemExecutor<ScansBackend>{}, input);
  BOOST_TEST(path_of(own, problem.images(), bytes) == "scans of the plane");
  BOOST_TEST(path_of(own, problem.images(), bytes - 1) == "general");
}

BOOST_AUTO_TEST_SUITE_END()
