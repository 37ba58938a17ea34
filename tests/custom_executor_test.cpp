// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/random_scene.hpp>
#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/cpu_backend.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ArrayView;
using pyronn::ConeBeam;
using pyronn::Extents;
using Values = std::vector<float>;

namespace user {

/// What an executor was asked for.
struct Record {
  std::vector<Extents<3>> launches;
  std::vector<void const*> checks;
  std::size_t launches_before_checks = 0;
  void const* forbidden = nullptr;
  std::size_t allocated = 0;
  std::size_t freed = 0;
};

/// An executor as users write it: in order, on this thread.
class RecordingExecutor {
 public:
  struct Cache {};

  explicit RecordingExecutor(Record& record) : record_{&record} {}

  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const {
    record_->launches.push_back(items);
    for (int z = 0; z < items[2]; ++z) {
      for (int y = 0; y < items[1]; ++y) {
        for (int x = 0; x < items[0]; ++x) kernel(pyronn::Vec<int, 3>{x, y, z});
      }
    }
  }
  void* allocate(std::size_t bytes) const {
    record_->allocated += bytes;
    return ::operator new(bytes);
  }
  void deallocate(void* memory, std::size_t bytes) const noexcept {
    record_->freed += bytes;
    ::operator delete(memory);
  }
  void check_reachable(void const* memory, char const*) const {
    if (memory == record_->forbidden) throw std::domain_error("forbidden");
    record_->checks.push_back(memory);
    record_->launches_before_checks = record_->launches.size();
  }

 private:
  Record* record_;
};

static_assert(pyronn::is_executor_v<RecordingExecutor>);

}  // namespace user

namespace {

test::ConeScan const& scan = test::cone_scans().front();
Extents<3> const scan_extents = test::projection_extents(scan.geometry);

// Each model and each interpolation.
using Cases = std::tuple<test::JosephSoftware, test::RayMarchTexture, test::VoxelDrivenSoftware,
                         test::DistanceWeightedTexture>;

/// Arrays of an operator's input and output.
struct Arrays {
  Values in;
  Values out;
  Extents<3> from;
  Extents<3> to;

  Arrays(Extents<3> from_, Extents<3> to_)
      : in{test::random_values(33, from_.count())},
        out(static_cast<std::size_t>(to_.count()), test::nan),
        from{from_},
        to{to_} {}

  [[nodiscard]] ArrayView<float const, 3> input() const { return {in.data(), from}; }
  [[nodiscard]] ArrayView<float, 3> output() { return {out.data(), to}; }
};

/// Calls check(operator, arrays) for the projector and the backprojector of a case.
template <class Case, class Check>
void in_both_directions(Check const& check) {
  typename Case::template Projector<ConeBeam> const forward{scan.geometry, scan.grid};
  check(forward, Arrays{scan.grid.size, scan_extents});
  check(forward.adjoint(), Arrays{scan_extents, scan.grid.size});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(custom_executor)

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_the_same, Case, Cases) {
  in_both_directions<Case>([](auto const& op, Arrays arrays) {
    Values const expected = test::run(op, arrays.in);
    user::Record record;
    user::RecordingExecutor const executor{record};
    op(executor, arrays.input(), arrays.output());
    BOOST_TEST(test::relative_l2(arrays.out, expected) <= 1e-6);
    BOOST_TEST(!record.launches.empty());
    std::array<void const*, 2> const both{arrays.in.data(), arrays.out.data()};
    BOOST_TEST(
        std::is_permutation(record.checks.begin(), record.checks.end(), both.begin(), both.end()));
    BOOST_TEST(record.launches_before_checks == 0U);
    BOOST_TEST(record.allocated == 0U);
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_memory_to_workspaces_alone, Case, Cases) {
  in_both_directions<Case>([](auto const& op, Arrays arrays) {
    user::Record record;
    user::RecordingExecutor const executor{record};
    std::size_t const bytes = op.workspace_bytes(executor, arrays.input());
    {
      pyronn::Workspace<user::RecordingExecutor> workspace{executor, bytes};
      op(executor, arrays.input(), arrays.output(), workspace);
      BOOST_TEST(record.allocated == bytes);
      BOOST_TEST(record.freed == 0U);
    }
    BOOST_TEST(record.freed == bytes);
    BOOST_TEST(test::relative_l2(arrays.out, test::run(op, arrays.in)) <= 1e-6);
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_asked_before_anything_is_written, Case, Cases) {
  in_both_directions<Case>([](auto const& op, Arrays arrays) {
    std::fill(arrays.out.begin(), arrays.out.end(), 7.0F);
    user::Record record;
    user::RecordingExecutor const executor{record};
    for (void const* const forbidden : {static_cast<void const*>(arrays.in.data()),
                                        static_cast<void const*>(arrays.out.data())}) {
      record.forbidden = forbidden;
      BOOST_CHECK_THROW(op(executor, arrays.input(), arrays.output()), std::domain_error);
    }
    BOOST_TEST(record.launches.empty());
    BOOST_TEST(arrays.out == Values(arrays.out.size(), 7.0F), boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(draws_phantoms) {
  pyronn::Phantom const phantom = pyronn::random_scene(3, 12, 3);
  auto const drawn = [&](auto const& executor) {
    Values all(static_cast<std::size_t>(scan.grid.size.count() + scan_extents.count()), test::nan);
    pyronn::voxelise(executor, phantom, scan.grid,
                     pyronn::VolumeView<float>{all.data(), scan.grid.size}, 2);
    pyronn::project(executor, phantom, scan.geometry,
                    ArrayView<float, 3>{all.data() + scan.grid.size.count(), scan_extents});
    return all;
  };
  user::Record record;
  Values const found = drawn(user::RecordingExecutor{record});
  BOOST_TEST((found == drawn(pyronn::CpuExecutor{2})));
  BOOST_TEST(test::norm(found) > 0);
  BOOST_TEST(record.launches.size() == 2U);
  BOOST_TEST(record.checks.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
