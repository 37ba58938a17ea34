// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Registers operators for every key of the dispatcher.
#include <string>

#include <ATen/ATen.h>
#include <c10/core/DispatchKey.h>

#include <pyronn/interop/detail/torch/autocast.hpp>
#include <pyronn/interop/detail/torch/autograd.hpp>
#include <pyronn/interop/detail/torch/fbp_arrays.hpp>
#include <pyronn/interop/detail/torch/filter.hpp>
#include <pyronn/interop/detail/torch/filter_autograd.hpp>
#include <pyronn/interop/detail/torch/filter_kernels.hpp>
#include <pyronn/interop/detail/torch/filter_vmap.hpp>
#include <pyronn/interop/detail/torch/kernels.hpp>
#include <pyronn/interop/detail/torch/operator.hpp>
#include <pyronn/interop/detail/torch/registry.hpp>
#include <pyronn/interop/detail/torch/release.hpp>
#include <pyronn/interop/detail/torch/vmap.hpp>

namespace pyronn::detail {

/// Registers what `Vmap` does, where the release of PyTorch has vmap: its headers alone do not
/// tell.
template <class Vmap, class Op, class Tensor = at::Tensor>
void register_vmap(TorchRegistry& registry, std::string const& name, Op const& op) {
  if constexpr (has_torch_vmap_v<Tensor>) {
    registry.implement(name, c10::DispatchKey::FuncTorchBatched, Vmap{&op});
  }
}

inline void register_operator(TorchRegistry& registry, TorchOperator const& op) {
  using Key = c10::DispatchKey;
  registry.define(op.whole_schema());
  registry.implement(op.name, Key::CompositeImplicitAutograd, TorchComposite{&op});
  register_vmap<TorchVmap>(registry, op.name, op);
  registry.implement(op.name, {Key::AutocastCPU, Key::AutocastCUDA}, TorchAutocast{&op});

  registry.define(op.kernel_schema());
  registry.implement(op.kernel_name(), {Key::CPU, Key::CUDA}, TorchKernel{&op});
  registry.implement(op.kernel_name(), Key::Meta, TorchMetaKernel{&op});
  registry.implement(op.kernel_name(), Key::Autograd, TorchAutograd{&op});
}

inline void register_fbp_arrays(TorchRegistry& registry, TorchFbpArrays const& op) {
  using Key = c10::DispatchKey;
  registry.define(op.schema("weights", "Tensor"));
  registry.implement(op.name + "_weights", Key::CPU, TorchFbpArrayKernel<TorchFbpWeights>{&op});
  registry.implement(op.name + "_weights", Key::Meta,
                     TorchFbpArrayMetaKernel<TorchFbpWeights>{&op});
  registry.define(op.schema("padding", "(int, int)"));
  registry.implement(op.name + "_padding", Key::CPU, TorchFbpPaddingKernel{&op});
  registry.define(op.schema("response", "Tensor"));
  registry.implement(op.name + "_response", Key::CPU, TorchFbpArrayKernel<TorchFbpResponse>{&op});
  registry.implement(op.name + "_response", Key::Meta,
                     TorchFbpArrayMetaKernel<TorchFbpResponse>{&op});
}

inline void register_filter(TorchRegistry& registry, TorchFilter const& op) {
  using Key = c10::DispatchKey;
  registry.define(op.filter_schema());
  registry.implement(op.name, {Key::CPU, Key::CUDA}, TorchFilterKernel{&op});
  registry.implement(op.name, Key::Meta, TorchFilterMetaKernel{&op});
  registry.implement(op.name, Key::Autograd, TorchFilterAutograd{&op});
  register_vmap<TorchFilterVmap>(registry, op.name, op);
  registry.implement(op.name, {Key::AutocastCPU, Key::AutocastCUDA}, TorchFilterAutocast{&op});

  registry.define(op.gradient_schema());
  registry.implement(op.gradient_name(), {Key::CPU, Key::CUDA}, TorchFilterGradientKernel{&op});
  registry.implement(op.gradient_name(), Key::Meta, TorchFilterGradientMetaKernel{});
  registry.implement(op.gradient_name(), Key::Autograd, TorchFilterGradientAutograd{&op});
  register_vmap<TorchFilterGradientVmap>(registry, op.gradient_name(), op);
}

}  // namespace pyronn::detail
