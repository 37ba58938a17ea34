// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Calls of ranks of NCCL in graphs, which a process of several devices can make in one mode alone.
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/nccl_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>

#include "support/backends.hpp"
//
#include "nccl/calls.cuh"
#include "nccl/devices.cuh"
#include "support/numbers.hpp"
#include "support/own_executor.hpp"

using pyronn::ConeBeam;
using pyronn::NcclCommunicator;
using pyronn::SoftwareInterp;
using test::DeviceArray;
using test::Devices;
using Values = std::vector<float>;

namespace {

/// A graph of what `run` queues.
template <class Run>
class Graph {
 public:
  Graph(cudaStream_t stream, cudaStreamCaptureMode mode, Run const& run) : stream_{stream} {
    cudaGraph_t graph = nullptr;
    pyronn::check_cuda(cudaStreamBeginCapture(stream, mode), "a capture");
    try {
      run();
    } catch (...) {
      static_cast<void>(cudaStreamEndCapture(stream, &graph));
      static_cast<void>(cudaGetLastError());
      throw;
    }
    pyronn::check_cuda(cudaStreamEndCapture(stream, &graph), "the end of a capture");
    pyronn::check_cuda(cudaGraphInstantiate(&executable_, graph, 0), "cudaGraphInstantiate");
    pyronn::check_cuda(cudaGraphDestroy(graph), "cudaGraphDestroy");
  }
  Graph(Graph const&) = delete;
  ~Graph() { static_cast<void>(cudaGraphExecDestroy(executable_)); }
  void launch() const {
    pyronn::check_cuda(cudaGraphLaunch(executable_, stream_), "cudaGraphLaunch");
  }

 private:
  cudaStream_t stream_;
  cudaGraphExec_t executable_ = nullptr;
};

/// FDK of all ranks together, called as `work(ranks, executor, output, call)` does.
template <class Work>
Values made(Devices const& devices, pyronn::Fbp<ConeBeam, SoftwareInterp> const& op,
            Values const& in, Work const& work) {
  std::vector<Values> parts(static_cast<std::size_t>(devices.count()));
  devices.run([&](int rank) {
    NcclCommunicator const ranks{devices.comm(rank)};
    test::OwnExecutor const own;
    pyronn::OnRanks call{ranks, own.get(), op};
    auto const first = in.begin() + call.views().first * std::ptrdiff_t{19} * 31;
    DeviceArray<float> const input{Values(first, first + call.input_extents().count())};
    auto const count = static_cast<std::size_t>(call.output_extents().count());
    DeviceArray<float> const output{Values(count, test::nan)};
    auto const run = [&] {
      call({input.data(), call.input_extents()}, {output.data(), call.output_extents()});
    };
    run();
    own.wait();
    ranks.barrier();
    pyronn::check_cuda(cudaMemset(output.data(), 0xFF, count * sizeof(float)), "cudaMemset");
    work(ranks, own, run);
    own.wait();
    parts[static_cast<std::size_t>(rank)] = output.values();
    ranks.barrier();
  });
  Values result;
  for (Values const& part : parts) result.insert(result.end(), part.begin(), part.end());
  return result;
}

struct Scan {
  pyronn::Fbp<ConeBeam, SoftwareInterp> op{test::cone(131), test::grid(37)};
  Values in = test::random_values(1, test::projections(op).count());
  Values whole = test::whole_call(op, in, test::projections(op), op.grid().size);

  /// Twice from a graph that is captured in this mode.
  [[nodiscard]] Values captured(Devices const& devices, cudaStreamCaptureMode mode) const {
    return made(devices, op, in, [&](auto const& ranks, auto const& own, auto const& run) {
      Graph const graph{own.get().stream(), mode, run};
      graph.launch();
      graph.launch();
      own.wait();
      ranks.barrier();
    });
  }
};

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(test::device_present))
BOOST_AUTO_TEST_SUITE(nccl_capture)

BOOST_AUTO_TEST_CASE(a_captured_call_has_the_same_bits) {
  Devices const devices;
  Scan const scan;
  BOOST_TEST((scan.captured(devices, cudaStreamCaptureModeRelaxed) == scan.whole));
}

BOOST_AUTO_TEST_CASE(a_process_of_one_device_captures_in_any_mode) {
  Devices const devices{1};
  Scan const scan;
  BOOST_TEST((scan.captured(devices, cudaStreamCaptureModeThreadLocal) == scan.whole));
  BOOST_TEST((scan.captured(devices, cudaStreamCaptureModeGlobal) == scan.whole));
}

BOOST_AUTO_TEST_CASE(a_process_of_several_devices_is_refused_other_modes) {
  Devices const devices;
  if (devices.count() == 1) {
    BOOST_TEST_MESSAGE("one device, where two are wanted: skipped");
    return;
  }
  Scan const scan;
  Values const after =
      made(devices, scan.op, scan.in, [](auto const& ranks, auto const& own, auto const& run) {
        std::string said;
        try {
          Graph const graph{own.get().stream(), cudaStreamCaptureModeThreadLocal, run};
          graph.launch();
        } catch (pyronn::InvalidArgument const& error) {
          said = error.what();
        }
        if (said.find("cudaStreamCaptureModeRelaxed") == std::string::npos) {
          throw std::logic_error{"another mode was taken: " + said};
        }
        ranks.barrier();
        run();
      });
  BOOST_TEST((after == scan.whole));
}

BOOST_AUTO_TEST_SUITE_END()
