// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernels of tensorflow_library.cc, which know nothing of TensorFlow: for cores by a C++
// compiler, for GPUs too by `nvcc -x cu`.
#ifdef __CUDACC__
#include <pyronn/interop/filter_kernels.cuh>
#include <pyronn/interop/operator_kernels.cuh>
#else
#include <pyronn/interop/filter_kernels.hpp>
#include <pyronn/interop/operator_kernels.hpp>
#endif
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <pyronn/interop/geometry_tensor.hpp>
#include <pyronn/interp/software_interp.hpp>

#include "own_geometry.hpp"
#include "tensorflow_kernels.hpp"

namespace {

using namespace pyronn;

#ifdef __CUDACC__
template <class Geometry, class Model>
using Pair = CudaOperatorPair<Geometry, SoftwareInterp, Model>;
using Filter = CudaFilterOperator;
#else
template <class Geometry, class Model>
using Pair = CpuOperatorPair<Geometry, SoftwareInterp, Model>;
using Filter = CpuFilterOperator;
#endif

/// Does nothing but fail, in the way that the model's number says, or tell what it was given.
class Probe : public OperatorPair {
 public:
  [[nodiscard]] int dimension() const override { return 2; }
  [[nodiscard]] int geometry_rank() const override { return 3; }

  void project(TensorCall const& call, CallContext const& context) const override {
    switch (static_cast<int>(call.model.at(0))) {
      case 1:
        context.memory->allocate(std::size_t{1} << 60);
        break;
      case 2:
        context.memory->allocate(SIZE_MAX);
        break;
      case 3:
        throw std::runtime_error("a wire is loose");
      case 4:
        throw 4;
      default:
        tell(call, context);
    }
  }
  void backproject(TensorCall const& call, CallContext const& context) const override {
    project(call, context);
  }

 private:
  /// Output (views, u) of at least 8: threads, limit, whether blocks are aligned, spacing, origin.
  static void tell(TensorCall const& call, CallContext const& context) {
    auto* const numbers = static_cast<float*>(call.output.data);
    bool is_aligned = true;
    for (int const bytes : {1, 100, 5000}) {
      auto* const block =
          static_cast<unsigned char*>(context.memory->allocate(static_cast<std::size_t>(bytes)));
      is_aligned = is_aligned && reinterpret_cast<std::uintptr_t>(block) % 512 == 0;
      for (int n = 0; n < bytes; ++n) block[n] = 1;
    }
    numbers[0] = static_cast<float>(context.threads);
    numbers[1] = static_cast<float>(context.workspace_limit);
    numbers[2] = is_aligned ? 1.0F : 0.0F;
    numbers[3] = call.spacing.at(0) == 0.3 && call.spacing.at(1) == 0.23655 ? 1.0F : 0.0F;
    numbers[4] = call.origin.at(0) == -127.35 && call.origin.at(1) == 1e-3 ? 1.0F : 0.0F;
    numbers[5] = context.stream == nullptr ? 1.0F : 0.0F;
  }
};

}  // namespace

OperatorPair const& fan() {
  static Pair<FanBeam, Joseph> const pair;
  return pair;
}

OperatorPair const& cone() {
  static Pair<ConeBeam, Joseph> const pair;
  return pair;
}

OperatorPair const& march() {
  static Pair<FanBeam, RayMarch> const pair;
  return pair;
}

OperatorPair const& own() {
  static Pair<OwnGeometry, Joseph> const pair;
  return pair;
}

OperatorPair const& probe() {
  static Probe const pair;
  return pair;
}

FilterOperator const& filter() {
  static Filter const rows;
  return rows;
}

/// What Python calls for the number of a geometry.
extern "C" __attribute__((visibility("default"))) std::int64_t register_own(float first,
                                                                            int views) {
  return register_geometry(OwnGeometry{first, views});
}
