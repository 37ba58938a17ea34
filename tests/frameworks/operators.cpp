// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
// The kernels of the operators under test, which know no framework.
#include "operators.hpp"

#include <pyronn/cpu.hpp>
#include <pyronn/interop/fbp_array_kernels.hpp>
#include <pyronn/interop/filter_kernels.hpp>
#include <pyronn/interop/operator_kernels.hpp>

namespace operators {

using namespace pyronn;

template <class Geometry, class Model = Joseph, class... MoreTypes>
OperatorPair const& pair() {
  static CpuOperatorPair<Geometry, SoftwareInterp, Model,
                         StorageTypes<float, Half, BFloat16, MoreTypes...>> const made;
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
  static CpuFilterOperator const made;
  return made;
}

}  // namespace operators
