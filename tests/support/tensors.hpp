// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Memory and tensors as frameworks give them to operators.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/interop/operator_kernels.hpp>

namespace test {

/// Memory that is counted.
class CountedMemory : public pyronn::CallMemory {
 public:
  void* allocate(std::size_t bytes) override {
    total += bytes;
    blocks_.push_back(std::make_unique<double[]>(bytes / sizeof(double) + 1));
    return blocks_.back().get();
  }
  std::size_t total = 0;

 private:
  std::vector<std::unique_ptr<double[]>> blocks_;
};

template <class T>
struct TensorArray {
  std::vector<T> values;
  std::vector<std::int64_t> shape;

  explicit TensorArray(std::vector<std::int64_t> shape_of) : shape{std::move(shape_of)} {
    std::int64_t count = 1;
    for (auto const size : shape) count *= size;
    values.resize(static_cast<std::size_t>(count));
  }
  pyronn::dlpack::Tensor tensor() {
    return {values.data(),
            {pyronn::dlpack::Device::cpu, 0},
            static_cast<std::int32_t>(shape.size()),
            pyronn::dlpack::data_type_of<T>(),
            shape.data(),
            nullptr,
            0};
  }
};

}  // namespace test
