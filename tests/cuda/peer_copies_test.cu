// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Copies that are queued together, wherever the next one lies.
#include "support/backends.hpp"
//
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>
#include <pyronn/distributed/detail/peer_copies.cuh>

#include "cuda/streams.cuh"
#include "support/numbers.hpp"

namespace {

/// Numbers `from`, `from` + 1, ... to places `to`, `to` + 1, ..., of what a rank sends.
struct Copy {
  int rank;
  int from;
  int to;
  int count;
};

constexpr int size = 1000;

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_copies, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(all_arrive_where_they_should) {
  std::vector<std::vector<Copy>> const cases{
      {},
      {{1, 3, 5, 7}},
      // Rows of views, then others that are as far apart elsewhere, of another rank, and closer.
      {{1, 0, 0, 10},
       {1, 20, 30, 10},
       {1, 40, 60, 10},
       {1, 100, 90, 10},
       {2, 120, 120, 10},
       {2, 140, 150, 10},
       {2, 155, 180, 10}},
      // Without gaps, of two sizes.
      {{1, 0, 500, 8}, {1, 8, 508, 8}, {1, 16, 516, 8}, {1, 24, 524, 9}, {1, 33, 533, 9}},
      // From behind, to behind, and the same again.
      {{1, 50, 700, 5},
       {1, 40, 710, 5},
       {1, 30, 720, 5},
       {1, 60, 650, 5},
       {1, 70, 640, 5},
       {1, 80, 630, 5},
       {1, 80, 600, 5},
       {1, 80, 605, 5}},
      {{1, 0, 900, 0}, {1, 5, 905, 0}, {1, 10, 910, 3}, {1, 20, 920, 3}},
  };
  std::vector<float> const numbers = test::random_values(5, size);
  for (auto const& copies : cases) {
    test::Array<float, 1> from{{size}, numbers};
    test::Array<float, 1> to{{size}, -1.0F};
    std::vector<float> expected(size, -1.0F);
    pyronn::detail::PeerCopies queued{test::executor().stream()};
    for (Copy const& copy : copies) {
      queued.add(copy.rank, from.view().data + copy.from, to.view().data + copy.to,
                 sizeof(float) * static_cast<std::size_t>(copy.count));
      for (int n = 0; n < copy.count; ++n) {
        expected[static_cast<std::size_t>(copy.to + n)] =
            numbers[static_cast<std::size_t>(copy.from + n)];
      }
    }
    queued.queue();
    BOOST_TEST(to.values() == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
