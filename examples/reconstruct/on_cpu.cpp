// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/cpu.hpp>
#include <pyronn/exec/buffer.hpp>

#include "backend.hpp"
#include "pipeline.hpp"

namespace example {
namespace {

/// The host's cores, which work on the host's arrays where they are.
struct CpuPlace {
  pyronn::CpuExecutor executor;

  void synchronise() {}

  class HostMemory {
   public:
    explicit HostMemory(std::size_t bytes)
        : memory_{pyronn::CpuExecutor{}, bytes / sizeof(float) + 1} {}
    [[nodiscard]] void* data() { return memory_.data(); }

   private:
    pyronn::Buffer<float, pyronn::CpuExecutor> memory_;
  };

  struct Input {
    Input(CpuPlace&, std::size_t) {}

    template <class T, int Rank>
    pyronn::ArrayView<T const, Rank> load(pyronn::ArrayView<T const, Rank> host) {
      return host;
    }
  };

  struct Output {
    Output(CpuPlace&, std::size_t) {}
    [[nodiscard]] pyronn::VolumeView<float> view(pyronn::VolumeView<float> host) { return host; }
    void finish(pyronn::VolumeView<float>) {}
  };
};

}  // namespace

void check_orbit(pyronn::Scan const& scan, pyronn::Grid const& grid,
                 pyronn::FbpOptions const& options) {
  std::visit(
      [&](auto const& geometry) {
        using Geometry = std::decay_t<decltype(geometry)>;
        static_cast<void>(pyronn::Fbp<Geometry, pyronn::SoftwareInterp>{geometry, grid, options});
      },
      scan.geometry);
}

Cost reconstruct_on_cpu(Job const& job, int threads) {
  CpuPlace place{pyronn::CpuExecutor{threads}};
  return reconstruct_at(place, job);
}

}  // namespace example
