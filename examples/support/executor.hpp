// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A program that includes this header is compiled twice: as C++, where it runs on the host's
/// cores, and as CUDA, where it runs on a device. Both see example::Executor, example::executor(),
/// example::copy and what follows here.
#if defined(__CUDACC__)
#include "on_cuda.cuh"
#else
#include "on_cpu.hpp"
#endif

#include <cstddef>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/exec/buffer.hpp>

namespace example {

/// Memory where the executor works.
using Buffer = pyronn::Buffer<float, Executor>;

template <int Rank>
Buffer buffer(pyronn::Extents<Rank> extents) {
  return {executor(), static_cast<std::size_t>(extents.count())};
}

inline std::vector<float> to_host(Buffer const& buffer) {
  std::vector<float> values(buffer.size());
  copy(buffer.data(), values.data(), values.size());
  return values;
}

}  // namespace example
