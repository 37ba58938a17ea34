// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Work that a device repeats by itself: a WHILE node of a CUDA graph.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <memory>
#include <type_traits>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/backend/cuda/host_copy.cuh>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/detail/repeat_while.hpp>
#include <pyronn/exec/kernel.hpp>

#pragma GCC visibility push(hidden)  // as kernels are, detail/launch/run_kernel.cuh

namespace pyronn::detail {

/// The first CUDA version with conditional nodes, as cudaDriverGetVersion counts.
inline constexpr int conditional_nodes_version = 12040;

#if CUDART_VERSION >= 12040

/// Says whether a conditional node's body runs, or runs again.
struct SetCondition {
  using Block = BlockShape<32, 1, 1>;

  cudaGraphConditionalHandle handle;
  double const* goes_on;

  __device__ void operator()(Vec<int, 3>) const {
    cudaGraphSetConditional(handle, *goes_on != 0 ? 1U : 0U);
  }
};

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { static_cast<void>(cudaGraphDestroy(graph)); }
};
struct DestroyExecutable {
  void operator()(cudaGraphExec_t graph) const { static_cast<void>(cudaGraphExecDestroy(graph)); }
};
using OwnedGraph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;
using OwnedExecutable = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, DestroyExecutable>;

/// Adds what `queue()` queues to a graph that belongs to someone else.
template <class Queue>
void capture_into(cudaGraph_t graph, cudaStream_t stream, Queue const& queue) {
  // Other threads may allocate meanwhile.
  check_cuda(cudaStreamBeginCaptureToGraph(stream, graph, nullptr, nullptr, 0,
                                           cudaStreamCaptureModeThreadLocal),
             "cudaStreamBeginCaptureToGraph");
  cudaGraph_t ended = nullptr;
  try {
    queue();
  } catch (...) {
    static_cast<void>(cudaStreamEndCapture(stream, &ended));
    static_cast<void>(cudaGetLastError());
    throw;
  }
  check_cuda(cudaStreamEndCapture(stream, &ended), "cudaStreamEndCapture");
}

/// Adds a WHILE node after the only node of a graph. Returns its body.
inline cudaGraph_t add_while_node(cudaGraph_t graph, cudaGraphConditionalHandle handle) {
  cudaGraphNode_t first = nullptr;
  std::size_t count = 1;
  check_cuda(cudaGraphGetNodes(graph, &first, &count), "cudaGraphGetNodes");
  cudaGraphNodeParams parameters{};
  parameters.type = cudaGraphNodeTypeConditional;
  parameters.conditional.handle = handle;
  parameters.conditional.type = cudaGraphCondTypeWhile;
  parameters.conditional.size = 1;
  cudaGraphNode_t node = nullptr;
#if CUDART_VERSION >= 13000
  check_cuda(cudaGraphAddNode(&node, graph, &first, nullptr, 1, &parameters), "cudaGraphAddNode");
#else
  check_cuda(cudaGraphAddNode(&node, graph, &first, 1, &parameters), "cudaGraphAddNode");
#endif
  return parameters.conditional.phGraph_out[0];
}

/// The host waits for nothing where the driver knows conditional nodes, too. The first call records
/// the work.
template <>
class RepeatWhile<CudaBackend> {
 public:
  template <class Executor, class Work>
  void operator()(Executor const& executor, double const* goes_on, Work const& work) {
    if (!driver_knows_conditions()) {
      on_host_(executor, goes_on, work);
      return;
    }
    if (executable_ == nullptr) record(executor, goes_on, work);
    check_cuda(cudaGraphLaunch(executable_.get(), executor.stream()), "cudaGraphLaunch");
  }
  /// One that runs is destroyed by CUDA when it is done.
  void forget() { executable_.reset(); }

 private:
  static bool driver_knows_conditions() {
    int version = 0;
    check_cuda(cudaDriverGetVersion(&version), "cudaDriverGetVersion");
    return version >= conditional_nodes_version;
  }

  template <class Executor, class Work>
  void record(Executor const& executor, double const* goes_on, Work const& work) {
    cudaGraph_t made = nullptr;
    check_cuda(cudaGraphCreate(&made, 0), "cudaGraphCreate");
    OwnedGraph const graph{made};
    cudaGraphConditionalHandle handle{};
    check_cuda(cudaGraphConditionalHandleCreate(&handle, made, 0, 0),
               "cudaGraphConditionalHandleCreate");
    auto const set_condition = [&] { executor.for_each({1, 1, 1}, SetCondition{handle, goes_on}); };
    capture_into(made, executor.stream(), set_condition);
    capture_into(add_while_node(made, handle), executor.stream(), [&] {
      work();
      set_condition();
    });
    cudaGraphExec_t executable = nullptr;
    check_cuda(cudaGraphInstantiate(&executable, made, 0), "cudaGraphInstantiate");
    executable_.reset(executable);
  }

  OwnedExecutable executable_;
  RepeatWhile<GenericBackend> on_host_;
};

#endif

}  // namespace pyronn::detail

#pragma GCC visibility pop
