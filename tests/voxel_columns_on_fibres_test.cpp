// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernels that project columns of voxels on CUDA devices, on the host, against the matrix in
// double precision. Without a device this is where they run.
#include <cmath>
#include <cstddef>
#include <limits>
#include <new>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/cpu_backend.hpp"
#include "support/cuda_on_fibres.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"
//
#include <pyronn/backend/cuda/detail/voxels/project_path.cuh>

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using test::FibreOrder;
using Values = std::vector<float>;

namespace {

/// The executor of this test: kernels of CUDA's run block by block, their threads as fibres.
struct FibreBackend {};
class FibreExecutor {
 public:
  using Backend = FibreBackend;
  struct Cache {};

  explicit FibreExecutor(FibreOrder order) : order_{order} {}

  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const {
    using Block = typename Kernel::Block;
    static_assert(Block::x % 32 == 0 && Block::split == 1, "Items must lie in order.");
    test::FibreBlock block{Block::x * Block::y * Block::z, order_};
    auto const for_each_of = [](int count, int step, auto const& work) {
      for (int first = 0; first < count; first += step) work(first);
    };
    for_each_of(items[2], Block::z, [&](int z) {
      for_each_of(items[1], Block::y, [&](int y) {
        for_each_of(items[0], Block::x, [&](int x) {
          block.run(0, [&] {
            auto const thread = static_cast<int>(threadIdx.x);
            pyronn::Vec<int, 3> const item{x + thread % Block::x,
                                           y + thread / Block::x % Block::y,
                                           z + thread / (Block::x * Block::y)};
            if (item[0] < items[0] && item[1] < items[1] && item[2] < items[2]) kernel(item);
          });
        });
      });
    });
  }
  [[nodiscard]] void* allocate(std::size_t bytes) const { return ::operator new(bytes); }
  void deallocate(void* memory, std::size_t) const noexcept { ::operator delete(memory); }
  void check_reachable(void const*, char const*) const {}

 private:
  FibreOrder order_;
};

}  // namespace

template <class DepthWeight>
struct pyronn::detail::ForwardPaths<pyronn::WeightedVoxelDriven<DepthWeight>,
                                    pyronn::SoftwareInterp, FibreBackend> {
  using Type = PathList<CudaVoxelColumnsForward<DepthWeight>, GeneralForward>;
};

namespace {

template <class Model>
using Projector = pyronn::Projector<ConeBeam, pyronn::SoftwareInterp, Model>;

template <class In = float, class Op>
Values project(Op const& op, Values const& volume, std::size_t limit, pyronn::Part const& part = {},
               FibreOrder order = FibreOrder::ascending, float background = test::nan) {
  FibreExecutor const executor{order};
  std::vector<In> const in(volume.begin(), volume.end());
  pyronn::ArrayView<In const, 3> const from{in.data(), op.grid().size};
  auto const extents = test::projection_extents(op.geometry());
  Values result(static_cast<std::size_t>(extents.count()), background);
  pyronn::Workspace<FibreExecutor> workspace{executor,
                                             op.workspace_bytes(executor, from, limit, part)};
  op(executor, from, pyronn::ArrayView<float, 3>{result.data(), extents}, workspace, part);
  return result;
}

template <class Op>
std::string path_of(Op const& op, std::size_t limit = pyronn::default_workspace_limit) {
  pyronn::ArrayView<float const, 3> const volume{nullptr, op.grid().size};
  return op.plan(FibreExecutor{FibreOrder::ascending}, volume, limit).steps.at(0).path;
}

struct Problem {
  char const* name;
  ConeBeam scan;
  Grid grid;
};

/// Voxels of fewer rows than one, of several, and of less than a quarter; rows that count down;
/// columns that are much smaller, and much wider than voxels; a source near the volume, and one
/// that is far above it.
std::vector<Problem> problems() {
  auto const circle = [](double source, double detector, pyronn::Detector const& panel) {
    return ConeBeam::circular({source, detector, pyronn::equal_angles(5, 0.1)}, panel);
  };
  Grid const cube = Grid::centered({13, 12, 17}, {1, 1.1, 0.9});
  std::vector<Problem> result{
      {"one voxel a row", circle(60, 90, {{17, 19}, {1.3, 0.6}}), cube},
      {"two", circle(60, 90, {{17, 19}, {1.3, 1.1}, {1.5, -2}}), cube},
      {"three", circle(60, 90, {{14, 11}, {1.3, 1.6}}), cube},
      {"four", circle(60, 90, {{14, 11}, {1.3, 2.4}}), cube},
      {"many", circle(60, 90, {{7, 5}, {9, 12}}), cube},
      {"small pixels", circle(60, 90, {{121, 91}, {0.2, 0.2}}), Grid::centered({4, 5, 6}, {2, 2, 2})},
      {"more rows than an item has", circle(60, 90, {{9, 307}, {1.7, 0.1}}), cube},
      {"near source", circle(13, 40, {{9, 12}, {7, 6}}), cube},
  };
  auto const scan = circle(60, 90, {{14, 15}, {1.3, 1.2}});
  std::vector<pyronn::ConeVectors> down;
  std::vector<pyronn::ConeVectors> high;
  for (double const angle : pyronn::equal_angles(5, 0.1)) {
    pyronn::CircularOrbit const orbit{60, 90, {angle}};
    pyronn::ConeVectors view = orbit.vectors(angle, {{14, 15}, {1.3, 1.2}});
    high.push_back(view);
    high.back().source[2] += 70;
    high.back().detector_center[2] -= 35;
    view.v_step = -1.0 * view.v_step;
    view.u_step = -1.0 * view.u_step;
    down.push_back(view);
  }
  result.push_back({"rows downwards", ConeBeam::from_vectors({14, 15}, down), cube});
  result.push_back({"steep", ConeBeam::from_vectors({14, 15}, high), cube});
  return result;
}

template <class Model>
void check_matrix(Problem const& problem) {
  Projector<Model> const op{problem.scan, problem.grid};
  BOOST_TEST(path_of(op) == "z-aligned voxel columns");
  auto const x = test::random_values(3, problem.grid.size.count());
  auto const found = project(op, x, pyronn::default_workspace_limit);
  auto const expected = test::reference_projection<Model>(problem.scan, problem.grid, x);
  BOOST_TEST(test::norm(expected) > 0.0);
  BOOST_TEST(test::relative_l2(found, expected) < 3e-6);

  auto const y = test::random_values(4, static_cast<int>(found.size()));
  auto const back = test::run(op.adjoint(), y);
  BOOST_TEST(std::abs(test::dot(found, y) - test::dot(x, back)) <
             1e-6 * test::norm(found) * test::norm(y));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(voxel_columns_on_fibres)

BOOST_AUTO_TEST_CASE(are_the_matrix) {
  for (Problem const& problem : problems()) {
    BOOST_TEST_CONTEXT(problem.name) {
      check_matrix<pyronn::VoxelDriven>(problem);
      check_matrix<pyronn::DistanceWeighted>(problem);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
