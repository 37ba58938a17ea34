// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/cpu.hpp>

#include "backend.hpp"
#include "pipeline.hpp"

namespace example {
namespace {

/// The host's cores, which work on the host's arrays where they are.
struct CpuPlace {
  static constexpr int views_per_share = 32;

  pyronn::CpuExecutor executor;

  void synchronise() {}

  template <class T>
  struct Input {
    Input(CpuPlace&, std::int64_t) {}

    template <int Rank>
    pyronn::ArrayView<T const, Rank> load(pyronn::ArrayView<T const, Rank> host) {
      return host;
    }
  };

  class Output {
   public:
    Output(CpuPlace&, pyronn::VolumeView<float> host) : host_{host} {}
    [[nodiscard]] pyronn::VolumeView<float> view() const { return host_; }
    void finish() {}

   private:
    pyronn::VolumeView<float> host_;
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

Cost reconstruct_on_cpu(Job const& job, pyronn::VolumeView<float> volume, int threads) {
  CpuPlace place{pyronn::CpuExecutor{threads}};
  return reconstruct_at(place, job, volume);
}

}  // namespace example
