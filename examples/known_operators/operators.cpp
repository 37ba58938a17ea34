// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include <pyronn/cpu.hpp>
#include <pyronn/interop/filter_kernels.hpp>
#include <pyronn/interop/operator_kernels.hpp>

namespace known_operators {

using namespace pyronn;

template <class Geometry, class Model>
OperatorPair const& pair() {
  static CpuOperatorPair<Geometry, SoftwareInterp, Model, StorageTypes<float>> const made;
  return made;
}

OperatorPair const& parallel() { return pair<ParallelBeam2D, Joseph>(); }
OperatorPair const& parallel_weighted() { return pair<ParallelBeam2D, DistanceWeighted>(); }
OperatorPair const& cone() { return pair<ConeBeam, Joseph>(); }
OperatorPair const& cone_weighted() { return pair<ConeBeam, DistanceWeighted>(); }

FilterOperator const& filter() {
  static CpuFilterOperator const made;
  return made;
}

}  // namespace known_operators
