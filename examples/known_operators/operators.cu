// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/cuda.cuh>
#include <pyronn/interop/filter_kernels.cuh>
#include <pyronn/interop/operator_kernels.cuh>

#include "operators.hpp"

namespace known_operators {

using namespace pyronn;

template <class Geometry, class Model>
OperatorPair const& pair() {
  static CudaOperatorPair<Geometry, SoftwareInterp, Model, StorageTypes<float>> const made;
  return made;
}

OperatorPair const& parallel() { return pair<ParallelBeam2D, Joseph>(); }
OperatorPair const& parallel_weighted() { return pair<ParallelBeam2D, DistanceWeighted>(); }
OperatorPair const& cone() { return pair<ConeBeam, Joseph>(); }
OperatorPair const& cone_weighted() { return pair<ConeBeam, DistanceWeighted>(); }

FilterOperator const& filter() {
  static CudaFilterOperator const made;
  return made;
}

}  // namespace known_operators
