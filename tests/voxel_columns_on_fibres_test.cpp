// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernels that project columns of voxels on CUDA devices, on the host, against the matrix in
// double precision. Without a device this is where they run.
#include <cmath>
#include <cstddef>
#include <limits>
#include <new>
#include <string>
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
            pyronn::Vec<int, 3> const item{x + thread % Block::x, y + thread / Block::x % Block::y,
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

constexpr std::size_t no_limit = pyronn::default_workspace_limit;

/// Projects a volume, or as many samples as there are.
template <class In = float, int Rank = 3, class Op>
Values project(Op const& op, Values const& volumes, std::size_t limit = no_limit,
               FibreOrder order = FibreOrder::ascending) {
  FibreExecutor const executor{order};
  auto const samples =
      static_cast<int>(volumes.size() / static_cast<std::size_t>(op.grid().size.count()));
  std::vector<In> const in{volumes.begin(), volumes.end()};
  pyronn::ArrayView<In const, Rank> const from{
      in.data(), test::volume_extents<ConeBeam, Rank>(op.grid(), samples)};
  auto const extents = test::projection_extents<ConeBeam, Rank>(op.geometry(), samples);
  Values result(static_cast<std::size_t>(extents.count()), test::nan);
  pyronn::Workspace<FibreExecutor> workspace{executor, op.workspace_bytes(executor, from, limit)};
  op(executor, from, pyronn::ArrayView<float, Rank>{result.data(), extents}, workspace);
  return result;
}

template <class Op>
std::string path_of(Op const& op, std::size_t limit = no_limit) {
  pyronn::ArrayView<float const, 3> const volume{nullptr, op.grid().size};
  return op.plan(FibreExecutor{FibreOrder::ascending}, volume, limit).steps.at(0).path;
}

struct Problem {
  char const* name;
  ConeBeam scan;
  Grid grid;
};

/// Rows that see one voxel, up to many; columns that are much smaller, and much wider than voxels;
/// rows that count down; a source near the volume.
std::vector<Problem> problems() {
  auto const circle = [](double source, double detector, pyronn::Detector const& panel) {
    return ConeBeam::circular({source, detector, pyronn::equal_angles(5, 0.1)}, panel);
  };
  std::vector<pyronn::ConeVectors> down;
  for (double const angle : pyronn::equal_angles(5, 0.1)) {
    down.push_back(pyronn::CircularOrbit{60, 90, {angle}}.vectors(angle, {{14, 15}, {1.3, 1.2}}));
    down.back().v_step = -1.0 * down.back().v_step;
    down.back().u_step = -1.0 * down.back().u_step;
  }
  Grid const cube = Grid::centered({13, 12, 17}, {1, 1.1, 0.9});
  return {
      {"one voxel a row", circle(60, 90, {{17, 19}, {1.3, 0.6}}), cube},
      {"two", circle(60, 90, {{16, 19}, {1.3, 1.1}, {1.5, -2}}), cube},
      {"three", circle(60, 90, {{14, 11}, {1.3, 1.6}}), cube},
      {"four", circle(60, 90, {{14, 11}, {1.3, 2.4}}), cube},
      {"many", circle(60, 90, {{7, 5}, {9, 12}}), cube},
      {"small pixels", circle(60, 90, {{121, 91}, {0.2, 0.2}}),
       Grid::centered({4, 5, 6}, {2, 2, 2})},
      {"more rows than an item has", circle(60, 90, {{9, 307}, {1.7, 0.1}}), cube},
      {"near source", circle(13, 40, {{9, 12}, {7, 2.5}}), cube},
      {"rows downwards", ConeBeam::from_vectors({14, 15}, down), cube},
  };
}

/// Positions are rounded as coarsely as on the general path.
template <class Model>
void check_matrix(Problem const& problem) {
  Projector<Model> const op{problem.scan, problem.grid};
  BOOST_TEST(path_of(op) == "z-aligned voxel columns");
  BOOST_TEST(path_of(op, 0) == "general");
  auto const x = test::random_values(3, problem.grid.size.count());
  auto const found = project(op, x);
  auto const expected = test::reference_projection<Model>(problem.scan, problem.grid, x);
  BOOST_TEST(test::norm(expected) > 0.0);
  double const rounding = test::relative_l2(project(op, x, 0), expected);
  BOOST_TEST(rounding < 3e-5);
  BOOST_TEST(test::relative_l2(found, expected) < 2 * rounding + 1e-6);

  auto const y = test::random_values(4, static_cast<int>(found.size()));
  auto const back = test::run(op.adjoint(), y);
  BOOST_TEST(std::abs(test::dot(found, y) - test::dot(x, back)) <
             1e-6 * test::norm(found) * test::norm(y));
}

template <class Model>
void check_bits(Problem const& problem) {
  Projector<Model> const op{problem.scan, problem.grid};
  auto const x = test::random_values(5, problem.grid.size.count());
  auto const expected = project(op, x);
  BOOST_TEST((project(op, x, no_limit, FibreOrder::descending) == expected));
  pyronn::ArrayView<float const, 3> const volume{nullptr, problem.grid.size};
  std::size_t const all = op.workspace_bytes(FibreExecutor{FibreOrder::ascending}, volume);
  for (std::size_t const limit : {all - 1, all / 6 * 5, all / 4 * 3}) {
    if (path_of(op, limit) == "general") continue;
    BOOST_TEST((project(op, x, limit) == expected));
  }
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

BOOST_AUTO_TEST_CASE(have_the_same_bits_in_any_workspace_and_order) {
  for (Problem const& problem : problems()) {
    BOOST_TEST_CONTEXT(problem.name) { check_bits<pyronn::DistanceWeighted>(problem); }
  }
  Problem const problem = problems().front();
  Projector<pyronn::VoxelDriven> const op{problem.scan, problem.grid};
  BOOST_TEST(path_of(op, 12000) == "z-aligned voxel columns");  // of 8 of 13 slices
}

// Samples with a scan each, of halves.
BOOST_AUTO_TEST_CASE(take_batches) {
  Problem const problem = problems().front();
  auto const other = ConeBeam::circular({60, 90, pyronn::equal_angles(5, 0.4)}, {{17, 19}, {1, 1}});
  auto const both = Projector<pyronn::VoxelDriven>::per_sample({problem.scan, other}, problem.grid);
  auto const count = static_cast<std::size_t>(problem.grid.size.count());
  auto x = test::random_values(6, 2 * problem.grid.size.count());
  for (float& value : x) value = static_cast<float>(pyronn::Half{value});
  auto const found = project<pyronn::Half, 4>(both, x);
  auto const middle = x.begin() + static_cast<std::ptrdiff_t>(count);
  auto expected = project(Projector<pyronn::VoxelDriven>{problem.scan, problem.grid},
                          Values{x.begin(), middle});
  auto const second =
      project(Projector<pyronn::VoxelDriven>{other, problem.grid}, Values{middle, x.end()});
  expected.insert(expected.end(), second.begin(), second.end());
  BOOST_TEST((found == expected));
}

// Slabs of slices add up, in any views.
BOOST_AUTO_TEST_CASE(take_parts) {
  Problem const problem = problems().at(1);
  Projector<pyronn::DistanceWeighted> const op{problem.scan, problem.grid};
  auto const x = test::random_values(7, problem.grid.size.count());
  auto const whole = project(op, x);
  auto const pixels = static_cast<std::size_t>(problem.scan.detector_size().count());
  FibreExecutor const executor{FibreOrder::ascending};
  pyronn::ArrayView<float const, 3> const volume{x.data(), problem.grid.size};
  Values views(2 * pixels, test::nan);
  pyronn::ArrayView<float, 3> const projections{views.data(), {16, 19, 2}};
  auto const every_second = pyronn::ViewSelection::every(2, 1);  // of 5: views 1 and 3
  for (int const first : {0, 6}) {
    pyronn::Slab const slab{first, first == 0 ? 6 : problem.grid.size[2] - 6};
    pyronn::Part const part{every_second, slab,
                            first == 0 ? pyronn::Output::overwrite : pyronn::Output::add};
    auto const slices = volume.slices(slab.first_slice, slab.num_slices);
    pyronn::Workspace<FibreExecutor> workspace{
        executor, op.workspace_bytes(executor, slices, no_limit, part)};
    BOOST_TEST(workspace.bytes() > 0U);
    op(executor, slices, projections, workspace, part);
  }
  Values expected;
  for (std::size_t const view : {1U, 3U}) {
    auto const begin = whole.begin() + static_cast<std::ptrdiff_t>(view * pixels);
    expected.insert(expected.end(), begin, begin + static_cast<std::ptrdiff_t>(pixels));
  }
  BOOST_TEST(test::relative_l2(views, expected) < 3e-6);
}

// A number that is not finite spoils the pixels that have a weight, and changes no bit of others.
BOOST_AUTO_TEST_CASE(spoil_what_has_a_weight_alone) {
  for (Problem const& problem : problems()) {
    Projector<pyronn::VoxelDriven> const op{problem.scan, problem.grid};
    auto x = test::random_values(8, problem.grid.size.count());
    std::size_t const at = x.size() / 2 + 3;
    Values pulse(x.size());
    pulse[at] = 1;
    auto const reached = project(op, pulse);
    x[at] = 0;
    auto const expected = project(op, x);
    for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
      x[at] = number;
      auto const found = project(op, x);
      int wrong = 0;
      for (std::size_t n = 0; n < found.size(); ++n) {
        bool const is_right = reached[n] != 0 ? !std::isfinite(found[n]) : found[n] == expected[n];
        wrong += is_right ? 0 : 1;
      }
      BOOST_TEST_CONTEXT(problem.name) { BOOST_TEST(wrong == 0); }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
