// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <dlfcn.h>

#include <pyronn/cuda.cuh>

#include "cuda/streams.cuh"

namespace {

using namespace pyronn;

/// Takes the calling thread's context away, as it is in threads that have called CUDA through
/// another copy of its runtime alone.
void forget_context() {
  using SetContext = int (*)(void*);
  void* const driver = dlopen("libcuda.so.1", RTLD_LAZY);
  BOOST_REQUIRE(driver != nullptr);
  BOOST_REQUIRE(reinterpret_cast<SetContext>(dlsym(driver, "cuCtxSetCurrent"))(nullptr) == 0);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(memory_is_known_where_no_context_is_current) {
  test::Stream const stream;
  CudaExecutor const executor{stream.get()};
  test::Array<float, 1> array{{4}, std::vector<float>{1, 2, 3, 4}};
  std::string refusal = "none";
  std::thread{[&] {
    forget_context();
    try {
      executor.check_reachable(array.view().data, "test");
    } catch (std::exception const& error) {
      refusal = error.what();
    }
  }}.join();
  BOOST_TEST(refusal == "none");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
