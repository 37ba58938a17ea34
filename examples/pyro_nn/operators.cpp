// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernels, which know no framework: for cores by a C++ compiler, for GPUs too by nvcc.
#ifdef __CUDACC__
#include <pyronn/cuda.cuh>
#include <pyronn/interop/filter_kernels.cuh>
#include <pyronn/interop/operator_kernels.cuh>
#else
#include <pyronn/cpu.hpp>
#include <pyronn/interop/filter_kernels.hpp>
#include <pyronn/interop/operator_kernels.hpp>
#endif

#include "operators.hpp"

namespace names {
namespace {

using namespace pyronn;

// As in PYRO-NN, arrays are of float.
#ifdef __CUDACC__
template <class Geometry, class Interp, class Model>
using Pair = CudaOperatorPair<Geometry, Interp, Model, StorageTypes<float>>;
using Filter = CudaFilterOperator;
using Texture = TextureInterp;
#else
template <class Geometry, class Interp, class Model>
using Pair = CpuOperatorPair<Geometry, Interp, Model, StorageTypes<float>>;
using Filter = CpuFilterOperator;
using Texture = SoftwareInterp;  // cores have no texture unit
#endif

/// A pair whose model has no numbers, where the one that projects has: the step is not for it.
class WithoutNumbers : public OperatorPair {
 public:
  explicit WithoutNumbers(OperatorPair const& of) : of_{&of} {}

  [[nodiscard]] int dimension() const override { return of_->dimension(); }
  [[nodiscard]] int geometry_rank() const override { return of_->geometry_rank(); }
  void project(TensorCall const& call, CallContext const& context) const override {
    of_->project(stripped(call), context);
  }
  void backproject(TensorCall const& call, CallContext const& context) const override {
    of_->backproject(stripped(call), context);
  }

 private:
  static TensorCall stripped(TensorCall call) {
    call.model.clear();
    return call;
  }

  OperatorPair const* of_;
};

template <class Geometry, class Interp, class BackModel>
Beam beam() {
  static Pair<Geometry, Interp, RayMarch> const march;
  static Pair<Geometry, Interp, BackModel> const back;
  static WithoutNumbers const back_of_step{back};
  static UnmatchedOperatorPair const unmatched{march, back_of_step};
  return {march, back, unmatched};
}

}  // namespace

Beam parallel_2d() { return beam<ParallelBeam2D, SoftwareInterp, VoxelDriven>(); }
Beam fan_2d() { return beam<FanBeam, SoftwareInterp, DistanceWeighted>(); }
Beam cone_3d() { return beam<ConeBeam, SoftwareInterp, DistanceWeighted>(); }
Beam parallel_3d() { return beam<ParallelBeam3D, SoftwareInterp, VoxelDriven>(); }
Beam cone_3d_texture() { return beam<ConeBeam, Texture, DistanceWeighted>(); }

FilterOperator const& filter() {
  static Filter const rows;
  return rows;
}

}  // namespace names
