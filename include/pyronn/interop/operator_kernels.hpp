// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CpuOperatorPair: an OperatorPair whose kernels run on cores.
#include <pyronn/core/half.hpp>
#include <pyronn/interop/detail/lent_executors.hpp>
#include <pyronn/interop/detail/operator_pair_of.hpp>
#include <pyronn/model/joseph.hpp>

namespace pyronn {

/// A projector of this model and its transpose on cores, for tensors in host memory of the types in
/// `Storage`; those of double are computed with in double, as by DoubleInterp. Its caches are its
/// own: make one, of static lifetime.
template <class Geometry, class Interp, class Model = Joseph,
          class Storage = StorageTypes<float, Half, BFloat16>>
class CpuOperatorPair
    : public detail::OperatorPairOf<Geometry, Interp, Model, Storage, detail::CpuExecutors> {};

}  // namespace pyronn
