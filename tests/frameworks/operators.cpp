// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
// The kernels of the operators under test, which know no framework.
#include "operators.hpp"

#include <pyronn/cpu.hpp>
#include <pyronn/interop/filter_kernels.hpp>
#include <pyronn/interop/operator_kernels.hpp>

namespace operators {

using namespace pyronn;

template <class Geometry, class Model = Joseph>
OperatorPair const& pair() {
  static CpuOperatorPair<Geometry, SoftwareInterp, Model> const made;
  return made;
}

OperatorPair const& parallel() { return pair<ParallelBeam2D>(); }
OperatorPair const& fan() { return pair<FanBeam>(); }
OperatorPair const& arc() { return pair<ArcFanBeam>(); }
OperatorPair const& parallel_3d() { return pair<ParallelBeam3D>(); }
OperatorPair const& cone() { return pair<ConeBeam>(); }
OperatorPair const& fan_march() { return pair<FanBeam, RayMarch>(); }
OperatorPair const& fan_siddon() { return pair<FanBeam, Siddon>(); }
OperatorPair const& fan_weighted() { return pair<FanBeam, DistanceWeighted>(); }
OperatorPair const& cone_weighted() { return pair<ConeBeam, DistanceWeighted>(); }

OperatorPair const& fan_unmatched() {
  static UnmatchedOperatorPair const made{fan(), fan_weighted()};
  return made;
}

FilterOperator const& filter() {
  static CpuFilterOperator const made;
  return made;
}

}  // namespace operators
