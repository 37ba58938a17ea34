#pragma once
// Where the tests of this translation unit run: on the first CUDA device, if there is one.
#include <cstddef>
#include <vector>

#include <boost/test/tree/test_unit.hpp>
#include <cuda_runtime.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/cuda.cuh>

namespace test {

using Executor = pyronn::CudaExecutor;

/// On a stream of its own, which other streams do not wait for.
inline Executor const& executor() {
  static cudaStream_t const stream = [] {
    cudaStream_t result = nullptr;
    pyronn::check_cuda(cudaStreamCreateWithFlags(&result, cudaStreamNonBlocking),
                       "cudaStreamCreateWithFlags");
    return result;
  }();
  static Executor const instance{stream};
  return instance;
}

/// For BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present)).
inline boost::test_tools::assertion_result device_present(boost::unit_test::test_unit_id) {
  int count = 0;
  boost::test_tools::assertion_result result{cudaGetDeviceCount(&count) == cudaSuccess &&
                                             count > 0};
  if (!result) result.message() << "there is no CUDA device";
  return result;
}

/// Memory where the executor works, with the ways in and out. Every array is an allocation of its
/// own, so that checkers of memory see its ends.
template <class T, int Rank>
class Array {
 public:
  explicit Array(pyronn::Extents<Rank> extents, T value = T{})
      : Array{extents, std::vector<T>(static_cast<std::size_t>(extents.count()), value)} {}
  Array(pyronn::Extents<Rank> extents, std::vector<T> const& values) : extents_{extents} {
    std::size_t const bytes = values.size() * sizeof(T);
    pyronn::check_cuda(cudaMalloc(reinterpret_cast<void**>(&data_), bytes), "cudaMalloc");
    pyronn::check_cuda(
        cudaMemcpyAsync(data_, values.data(), bytes, cudaMemcpyHostToDevice, executor().stream()),
        "cudaMemcpyAsync");
    pyronn::check_cuda(cudaStreamSynchronize(executor().stream()), "cudaStreamSynchronize");
  }
  ~Array() {
    static_cast<void>(cudaStreamSynchronize(executor().stream()));
    static_cast<void>(cudaFree(data_));
  }
  Array(Array const&) = delete;
  Array& operator=(Array const&) = delete;

  [[nodiscard]] pyronn::ArrayView<T, Rank> view() { return {data_, extents_}; }
  [[nodiscard]] std::vector<T> values() const {
    std::vector<T> result(static_cast<std::size_t>(extents_.count()));
    pyronn::check_cuda(cudaMemcpyAsync(result.data(), data_, result.size() * sizeof(T),
                                       cudaMemcpyDeviceToHost, executor().stream()),
                       "cudaMemcpyAsync");
    pyronn::check_cuda(cudaStreamSynchronize(executor().stream()), "cudaStreamSynchronize");
    return result;
  }

 private:
  pyronn::Extents<Rank> extents_;
  T* data_ = nullptr;
};

}  // namespace test
