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
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;

namespace user {

/// An executor as users write it: in order, on this thread, and it counts.
class CountingExecutor {
 public:
  struct Cache {};

  template <class Kernel>
  void for_each(pyronn::Extents<3> items, Kernel const& kernel) const {
    for (int z = 0; z < items[2]; ++z) {
      for (int y = 0; y < items[1]; ++y) {
        for (int x = 0; x < items[0]; ++x) kernel(pyronn::Vec<int, 3>{x, y, z});
      }
    }
    items_ += items.count();
  }
  void* allocate(std::size_t bytes) const { return ::operator new(bytes); }
  void deallocate(void* memory, std::size_t) const noexcept { ::operator delete(memory); }
  void check_reachable(void const*, char const*) const { ++checks_; }

  [[nodiscard]] std::int64_t items() const { return items_; }
  [[nodiscard]] int checks() const { return checks_; }

 private:
  mutable std::int64_t items_ = 0;
  mutable int checks_ = 0;
};

}  // namespace user

namespace {

/// A policy as users write it.
struct NearestNeighbour {
  // A little off the middle, where voxels of symmetric scans land and rounding would choose.
  static constexpr float middle = 0.47F;

  static PYRONN_HOST_DEVICE float blend(float a, float b, float s00, float s10, float s01,
                                        float s11) {
    float const low = a < middle ? s00 : s10;
    float const high = a < middle ? s01 : s11;
    return b < middle ? low : high;
  }
};

static_assert(pyronn::is_interp_v<NearestNeighbour>);
static_assert(pyronn::is_executor_v<user::CountingExecutor>);

struct JosephNearest : test::Case<NearestNeighbour, pyronn::Joseph> {};
struct VoxelDrivenNearest : test::Case<NearestNeighbour, pyronn::VoxelDriven> {};
using NearestCases = std::tuple<JosephNearest, VoxelDrivenNearest>;

}  // namespace

BOOST_AUTO_TEST_SUITE(custom_policies)

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE_TEMPLATE(nearest_neighbour_has_its_transpose, Case, NearestCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
      auto const x = test::random_values(31, scan.grid.size.count());
      auto const y = test::random_values(32, scan.pixels());
      auto const ax = test::run(op, x);
      double const difference = test::dot(ax, y) - test::dot(x, test::run(op.adjoint(), y));
      BOOST_TEST(std::abs(difference) <= 1e-6 * test::norm(ax) * test::norm(y));
    }
  }
}

/// On a ray through voxel centres a nearest neighbour is the sample itself.
BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_CASE(nearest_neighbour_takes_whole_samples) {
  ConeBeam const scan =
      ConeBeam::from_vectors({1, 1}, {{{-100, 0.3, 0.4}, {100, 0.3, 0.4}, {0, 1, 0}, {0, 0, 1}}});
  pyronn::Grid const grid = pyronn::Grid::centered({2, 3, 3}, {1, 1, 1});
  pyronn::Projector<ConeBeam, NearestNeighbour> const op{scan, grid};
  std::vector<float> volume(18, 100.0F);
  volume[4 * 2] = 3;
  volume[4 * 2 + 1] = 4;
  BOOST_TEST(test::run(op, volume).at(0) == 7.0F, boost::test_tools::tolerance(1e-6F));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(custom_executor_gives_the_same, Case, test::AllCases) {
  test::ConeScan const& scan = test::cone_scans().front();
  typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
  std::vector<float> volume = test::random_values(33, scan.grid.size.count());
  pyronn::Extents<3> const extents = test::projection_extents(scan.geometry);
  auto const project = [&](auto const& executor) {
    std::vector<float> projections(static_cast<std::size_t>(extents.count()), test::nan);
    op(executor, pyronn::ArrayView<float, 3>{volume.data(), scan.grid.size},
       pyronn::ArrayView<float, 3>{projections.data(), extents});
    return projections;
  };
  user::CountingExecutor const counting;
  BOOST_TEST((project(counting) == project(pyronn::CpuExecutor{2})));
  BOOST_TEST(counting.items() == extents.count());
  BOOST_TEST(counting.checks() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
