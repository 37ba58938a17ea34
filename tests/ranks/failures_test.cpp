// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Memory that runs out in one rank, at every allocation of a call.
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/on_ranks.hpp>

#include "ranks/world.hpp"
#include "support/numbers.hpp"

using pyronn::ConeBeam;
using pyronn::SoftwareInterp;
using Values = std::vector<float>;

namespace {

/// Refuses an allocation once so many were granted.
class FailingExecutor : public pyronn::CpuExecutor {
 public:
  explicit FailingExecutor(std::shared_ptr<int> granted)
      : CpuExecutor{1}, granted_{std::move(granted)} {}
  [[nodiscard]] void* allocate(std::size_t bytes) const {
    if (--*granted_ == 0) throw pyronn::OutOfMemory{"no memory left"};
    return CpuExecutor::allocate(bytes);
  }

 private:
  std::shared_ptr<int> granted_;
};

ConeBeam scan() {
  return ConeBeam::circular({80, 130, pyronn::equal_angles(41)}, {{19, 31}, {1.6, 1.5}});
}
pyronn::Grid grid() { return pyronn::Grid::centered({11, 13, 37}, {1, 1, 0.7}); }

template <class Op>
void check(Op const& op, std::size_t limit) {
  auto const ranks = test::world();
  int failures = 0;
  for (int const bad : {0, ranks.size() - 1}) {
    auto const granted = std::make_shared<int>(0);
    Values in;
    Values out;
    // Memory is kept for further calls: each has to be the first.
    auto const run = [&] {
      pyronn::OnRanks call{ranks, FailingExecutor{granted}, op, limit};
      in = test::random_values(1, call.input_extents().count());
      out.assign(static_cast<std::size_t>(call.output_extents().count()), test::nan);
      call(pyronn::view_of(in, call.input_extents()), pyronn::view_of(out, call.output_extents()));
    };
    run();
    Values const expected = out;
    for (int n = 1;; ++n) {
      *granted = ranks.rank() == bad ? n : 0;
      try {
        run();
        break;
      } catch (pyronn::OutOfMemory const& error) {
        ++failures;
        std::string const sentence = "rank " + std::to_string(bad) + " of " +
                                     std::to_string(ranks.size()) + ": no memory left";
        BOOST_TEST(error.what() == sentence);
      }
      *granted = 0;
      run();
      BOOST_TEST((out == expected));
    }
  }
  BOOST_TEST((failures >= 2 || ranks.size() == 1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(failures_on_ranks)

BOOST_AUTO_TEST_CASE(allocations_of_backprojection) {
  check(pyronn::Backprojector<ConeBeam, SoftwareInterp>{scan(), grid()}, std::size_t{1} << 20);
}

BOOST_AUTO_TEST_CASE(allocations_of_filtered_backprojection) {
  check(pyronn::Fbp<ConeBeam, SoftwareInterp>{scan(), grid()}, std::size_t{1} << 20);
}

BOOST_AUTO_TEST_CASE(allocations_of_projection) {
  pyronn::Projector<ConeBeam, SoftwareInterp> const op{scan(), grid()};
  check(op, std::size_t{1} << 20);
  check(op, 21000);
}

BOOST_AUTO_TEST_SUITE_END()
