// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The operators of operators.cpp on CUDA devices and on cores.
#include <pyronn/core/half.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interop/filter_kernels.cuh>
#include <pyronn/interop/operator_kernels.cuh>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/ray_march.hpp>

pyronn::OperatorPair const& fan();
pyronn::OperatorPair const& marched_fan();
pyronn::OperatorPair const& cone();
pyronn::FilterOperator const& rows();

pyronn::OperatorPair const& fan() {
  static pyronn::CudaOperatorPair<pyronn::FanBeam, pyronn::SoftwareInterp> const pair;
  return pair;
}

pyronn::OperatorPair const& marched_fan() {
  using Storage = pyronn::StorageTypes<float>;
  static pyronn::CudaOperatorPair<pyronn::FanBeam, pyronn::SoftwareInterp, pyronn::RayMarch,
                                  Storage> const pair;
  return pair;
}

pyronn::OperatorPair const& cone() {
  static pyronn::CudaOperatorPair<pyronn::ConeBeam, pyronn::SoftwareInterp> const pair;
  return pair;
}

pyronn::FilterOperator const& rows() {
  static pyronn::CudaFilterOperator const filter;
  return filter;
}
