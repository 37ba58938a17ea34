// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What tests of kernels on fibres stand on.
#include "support/cuda_on_fibres.hpp"

#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

using test::FibreOrder;

BOOST_AUTO_TEST_SUITE(cuda_on_fibres)

// Barriers hold fibres back, and one that not all reach is seen.
BOOST_AUTO_TEST_CASE(fibres_meet_at_barriers) {
  for (FibreOrder const order : {FibreOrder::ascending, FibreOrder::descending}) {
    test::FibreBlock block{128, order};
    std::vector<unsigned> written(128);
    std::vector<unsigned> seen(128);
    std::vector<unsigned> exchanged(128);
    block.run(3, [&] {
      unsigned const n = threadIdx.x;
      written[n] = n + 1000 * blockIdx.x;
      __syncthreads();
      seen[n] = written[(n + 77) % 128];
      exchanged[n] = __shfl_xor_sync(0xffffffffU, n, 5);
    });
    for (unsigned n = 0; n < 128; ++n) {
      BOOST_TEST(seen[n] == (n + 77) % 128 + 3000);
      BOOST_TEST(exchanged[n] == (n ^ 5U));
    }
    test::FibreBlock broken{64, order};
    auto const not_all = [] {
      if (threadIdx.x != 20) __syncthreads();
    };
    BOOST_CHECK_THROW(broken.run(0, not_all), std::logic_error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
