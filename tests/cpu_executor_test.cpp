// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ConeBeam;
using pyronn::CpuExecutor;
using pyronn::Extents;
using test::says;

BOOST_AUTO_TEST_SUITE(cpu_executor)

BOOST_AUTO_TEST_CASE(every_item_comes_once) {
  for (int const threads : {1, 2, 5}) {
    for (Extents<3> const items :
         {Extents<3>{7, 5, 3}, Extents<3>{1, 1, 1}, Extents<3>{1, 200, 1}, Extents<3>{4, 0, 4}}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(items.count()));
      std::atomic<int> strays{0};
      CpuExecutor{threads}.for_each(items, [&](pyronn::Vec<int, 3> item) {
        bool is_within = true;
        for (int axis = 0; axis < 3; ++axis) {
          is_within = is_within && item[axis] >= 0 && item[axis] < items[axis];
        }
        if (!is_within) {
          ++strays;
        } else {
          ++visits[static_cast<std::size_t>((item[2] * items[1] + item[1]) * items[0] + item[0])];
        }
      });
      BOOST_TEST(strays == 0);
      for (auto const& count : visits) BOOST_TEST(count == 1);
    }
  }
}

using Models = std::tuple<pyronn::Joseph, pyronn::VoxelDriven, pyronn::DistanceWeighted>;

BOOST_AUTO_TEST_CASE_TEMPLATE(results_do_not_depend_on_threads, Model, Models) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      pyronn::Projector<ConeBeam, pyronn::SoftwareInterp, Model> const op{scan.geometry, scan.grid};
      auto const detector = scan.geometry.detector_size();
      Extents<3> const extents{detector[0], detector[1], scan.geometry.num_views()};
      auto x = test::random_values(41, scan.grid.size.count());
      auto y = test::random_values(42, scan.pixels());
      auto const both = [&](CpuExecutor const& executor) {
        std::vector<float> ax(y.size(), test::nan);
        std::vector<float> aty(x.size(), test::nan);
        op(executor, pyronn::ArrayView<float, 3>{x.data(), scan.grid.size},
           pyronn::ArrayView<float, 3>{ax.data(), extents});
        op.adjoint()(executor, pyronn::ArrayView<float, 3>{y.data(), extents},
                     pyronn::ArrayView<float, 3>{aty.data(), scan.grid.size});
        ax.insert(ax.end(), aty.begin(), aty.end());
        return ax;
      };
      auto const alone = both(CpuExecutor{1});
      BOOST_TEST((both(CpuExecutor{2}) == alone));
      BOOST_TEST((both(CpuExecutor{5}) == alone));
    }
  }
}

BOOST_AUTO_TEST_CASE(memory_is_aligned) {
  CpuExecutor const executor{1};
  for (std::size_t const bytes : {1U, 63U, 64U, 100000U}) {
    void* const memory = executor.allocate(bytes);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(memory) % 64 == 0U);
    executor.deallocate(memory, bytes);
  }
}

BOOST_AUTO_TEST_CASE(there_must_be_a_thread) {
  BOOST_TEST(CpuExecutor{}.threads() >= 1);
  BOOST_TEST(CpuExecutor{3}.threads() == 3);
  for (int const threads : {0, -2}) {
    BOOST_CHECK_EXCEPTION(CpuExecutor{threads}, pyronn::InvalidArgument,
                          says("threads " + std::to_string(threads) + " must be at least 1"));
  }
}

BOOST_AUTO_TEST_CASE(null_pointers_are_refused) {
  int number = 0;
  CpuExecutor{1}.check_reachable(&number, "a number");
  BOOST_CHECK_EXCEPTION(CpuExecutor{1}.check_reachable(nullptr, "a number"),
                        pyronn::InvalidArgument, says("a number: the array is a null pointer"));
}

BOOST_AUTO_TEST_CASE(exceptions_of_a_kernel_reach_the_caller) {
  for (int const threads : {1, 2, 5}) {
    BOOST_CHECK_THROW(CpuExecutor{threads}.for_each(Extents<3>{100, 10, 1},
                                                    [](pyronn::Vec<int, 3> item) {
                                                      if (item[0] == 57) throw item[1];
                                                    }),
                      int);
  }
}

BOOST_AUTO_TEST_SUITE_END()
