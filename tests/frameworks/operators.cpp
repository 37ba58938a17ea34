// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
// The kernels of the operators under test, which know no framework: for cores by a C++ compiler,
// for GPUs, too, by nvcc (operators.cu).
#include "operators.hpp"

#ifdef __CUDACC__
#include <pyronn/cuda.cuh>
#include <pyronn/interop/filter_kernels.cuh>
#include <pyronn/interop/operator_kernels.cuh>
#else
#include <pyronn/cpu.hpp>
#include <pyronn/interop/filter_kernels.hpp>
#include <pyronn/interop/operator_kernels.hpp>
#endif
#include <cstdint>

#include <pyronn/interop/fbp_array_kernels.hpp>
#include <pyronn/interop/geometry_tensor.hpp>

#include "own_geometry.hpp"

namespace operators {

using namespace pyronn;

#ifdef __CUDACC__
template <class Geometry, class Model, class Storage>
using Pair = CudaOperatorPair<Geometry, SoftwareInterp, Model, Storage>;
using Filter = CudaFilterOperator;
#else
template <class Geometry, class Model, class Storage>
using Pair = CpuOperatorPair<Geometry, SoftwareInterp, Model, Storage>;
using Filter = CpuFilterOperator;
#endif

template <class Geometry, class Model = Joseph, class... MoreTypes>
OperatorPair const& pair() {
  static Pair<Geometry, Model, StorageTypes<float, Half, BFloat16, MoreTypes...>> const made;
  return made;
}

OperatorPair const& parallel() { return pair<ParallelBeam2D, Joseph, double>(); }
OperatorPair const& fan() { return pair<FanBeam, Joseph, double>(); }
OperatorPair const& arc() { return pair<ArcFanBeam, Joseph, double>(); }
OperatorPair const& parallel_3d() { return pair<ParallelBeam3D, Joseph, double>(); }
OperatorPair const& cone() { return pair<ConeBeam, Joseph, double>(); }
OperatorPair const& fan_march() { return pair<FanBeam, RayMarch>(); }
OperatorPair const& fan_siddon() { return pair<FanBeam, Siddon>(); }
OperatorPair const& fan_weighted() { return pair<FanBeam, DistanceWeighted>(); }
OperatorPair const& cone_weighted() { return pair<ConeBeam, DistanceWeighted>(); }
OperatorPair const& parallel_weighted() { return pair<ParallelBeam2D, DistanceWeighted>(); }
OperatorPair const& arc_weighted() { return pair<ArcFanBeam, DistanceWeighted>(); }

OperatorPair const& own() { return pair<OwnGeometry>(); }

OperatorPair const& fan_unmatched() {
  static UnmatchedOperatorPair const made{fan(), fan_weighted()};
  return made;
}

template <class Geometry>
FbpArrays const& fbp_arrays() {
  static CpuFbpArrays<Geometry> const made;
  return made;
}

FbpArrays const& parallel_fbp() { return fbp_arrays<ParallelBeam2D>(); }
FbpArrays const& fan_fbp() { return fbp_arrays<FanBeam>(); }
FbpArrays const& arc_fbp() { return fbp_arrays<ArcFanBeam>(); }
FbpArrays const& cone_fbp() { return fbp_arrays<ConeBeam>(); }

FilterOperator const& filter() {
  static Filter const made;
  return made;
}

}  // namespace operators

/// What Python calls for the number of a geometry.
extern "C" __attribute__((visibility("default"))) std::int64_t register_own(float first,
                                                                            int views) {
  return pyronn::register_geometry(OwnGeometry{first, views});
}
