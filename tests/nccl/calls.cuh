// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Calls on one device and on several. After support/backends.hpp.
#include <cstddef>
#include <limits>
#include <vector>

#include <pyronn/distributed/nccl_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>

#include "nccl/devices.cuh"
#include "support/numbers.hpp"
#include "support/own_executor.hpp"

namespace test {

inline constexpr std::size_t no_limit = std::numeric_limits<std::ptrdiff_t>::max();

/// Of the current device.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::vector<T> const& values) : count_{values.size()} {
    pyronn::check_cuda(cudaMalloc(reinterpret_cast<void**>(&data_), bytes() + 1), "cudaMalloc");
    pyronn::check_cuda(cudaMemcpy(data_, values.data(), bytes(), cudaMemcpyHostToDevice),
                       "cudaMemcpy");
  }
  DeviceArray(DeviceArray const&) = delete;
  ~DeviceArray() { static_cast<void>(cudaFree(data_)); }
  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::vector<T> values() const {
    std::vector<T> result(count_);
    pyronn::check_cuda(cudaMemcpy(result.data(), data_, bytes(), cudaMemcpyDeviceToHost),
                       "cudaMemcpy");
    return result;
  }

 private:
  [[nodiscard]] std::size_t bytes() const { return count_ * sizeof(T); }
  std::size_t count_;
  T* data_ = nullptr;
};

inline pyronn::Grid grid(int slices) {
  return pyronn::Grid::from_origin({11, 13, slices}, {1.1, 0.9, 0.7}, {-5.2, -5.1, -11});
}
inline pyronn::ConeBeam cone(int views) {
  return pyronn::ConeBeam::circular({80, 130, pyronn::equal_angles(views, 0.1)},
                                    {{19, 31}, {1.6, 1.5}, {1.3, -2.5}});
}

template <class Op>
pyronn::Extents<3> projections(Op const& op) {
  return {op.geometry().detector_size()[0], op.geometry().detector_size()[1],
          op.geometry().num_views()};
}

template <class Op>
std::vector<float> whole_call(Op const& op, std::vector<float> const& in, pyronn::Extents<3> from,
                              pyronn::Extents<3> to) {
  OwnExecutor const own;
  DeviceArray<float> const input{in};
  DeviceArray<float> const output{std::vector<float>(static_cast<std::size_t>(to.count()), nan)};
  pyronn::ArrayView<float const, 3> const source{input.data(), from};
  pyronn::Workspace<pyronn::CudaExecutor> workspace{own.get(),
                                                    op.workspace_bytes(own.get(), source)};
  op(own.get(), source, pyronn::ArrayView<float, 3>{output.data(), to}, workspace);
  own.wait();
  return output.values();
}

/// By all devices, twice each.
template <class Op>
std::vector<float> made_on(Devices const& devices, Op const& op, std::vector<float> const& in,
                           bool takes_views, std::size_t limit = no_limit) {
  std::vector<std::vector<float>> parts(static_cast<std::size_t>(devices.count()));
  devices.run([&](int rank) {
    pyronn::NcclCommunicator const ranks{devices.comm(rank)};
    OwnExecutor const own;
    pyronn::OnRanks call{ranks, own.get(), op, limit};
    pyronn::Extents<3> const from = call.input_extents();
    auto const first = in.begin() + (takes_views ? call.views() : call.slab()).first *
                                        std::ptrdiff_t{from[0]} * from[1];
    DeviceArray<float> const input{std::vector<float>(first, first + from.count())};
    pyronn::Extents<3> const to = call.output_extents();
    DeviceArray<float> const output{std::vector<float>(static_cast<std::size_t>(to.count()), nan)};
    for (int repeat = 0; repeat < 2; ++repeat) {
      call({input.data(), from}, {output.data(), to});
    }
    own.wait();
    parts[static_cast<std::size_t>(rank)] = output.values();
  });
  std::vector<float> result;
  for (std::vector<float> const& part : parts)
    result.insert(result.end(), part.begin(), part.end());
  return result;
}

}  // namespace test
