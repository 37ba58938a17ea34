// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/buffer.hpp>

namespace example {

/// The host's cores, which work on the host's arrays where they are.
template <class Executor>
struct PlaceOnCores {
  Executor executor;

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
    Input(PlaceOnCores&, std::size_t) {}

    template <class T, int Rank>
    pyronn::ArrayView<T const, Rank> load(pyronn::ArrayView<T const, Rank> host) {
      return host;
    }
  };

  struct Output {
    Output(PlaceOnCores&, std::size_t) {}
    [[nodiscard]] pyronn::VolumeView<float> view(pyronn::VolumeView<float> host) { return host; }
    void finish(pyronn::VolumeView<float>) {}
  };
};

using CpuPlace = PlaceOnCores<pyronn::CpuExecutor>;

}  // namespace example
