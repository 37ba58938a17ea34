// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What differs between the releases of PyTorch that are known: 1.13, which has no vmap and no
/// streams without CUDA's headers, 2.11 and 2.15. Each function asks for what there is, never for a
/// version.
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/TorchDispatchModeTLS.h>
#include <torch/csrc/autograd/function.h>

#include <pyronn/core/detail/detected.hpp>

namespace pyronn::detail {

template <class Tag>
using CompliantTag = std::integral_constant<Tag, Tag::pt2_compliant_tag>;
template <class Tensor>
using ConstData = decltype(std::declval<Tensor const&>().const_data_ptr());
template <class Stream>
using NativeHandle = decltype(std::declval<Stream const&>().native_handle());

/// Whether the release has vmap, which came with functions that are younger than 1.13.
template <class Tensor>
inline constexpr bool has_torch_vmap_v = is_detected_v<ConstData, Tensor>;

/// Tags of operators that compile and export may trust.
template <class Tag = at::Tag>
std::vector<Tag> torch_tags() {
  if constexpr (is_detected_v<CompliantTag, Tag>) {
    return {CompliantTag<Tag>::value};
  } else {
    return {};
  }
}

template <class R, class Key>
bool is_fake_mode_active(R (*get_mode)(Key)) {
  return get_mode(Key::FAKE).has_value();
}
template <class Modes>
using GetMode = decltype(is_fake_mode_active(&Modes::get_mode));

/// Whether a call is traced with fakes of tensors, which have shapes alone, or seen by a mode of a
/// program's own, which may make fakes of it.
template <class Modes = c10::impl::TorchDispatchModeTLS>
bool is_traced(at::Tensor const& tensor) {
  if (tensor.key_set().has(c10::DispatchKey::Python)) return true;
  if constexpr (is_detected_v<GetMode, Modes>) {
    constexpr bool but_those_of_pytorch = true;
    return is_fake_mode_active(&Modes::get_mode) || Modes::any_modes_set(but_those_of_pytorch);
  }
  return false;
}

/// Memory that is read; a tensor that is copied when it is written stays as it is.
template <class Tensor>
void* read_only_data(Tensor const& tensor) {
  if constexpr (is_detected_v<ConstData, Tensor>) {
    return const_cast<void*>(tensor.const_data_ptr());
  } else {
    return tensor.data_ptr();
  }
}

/// The cudaStream_t of a stream.
template <class Stream>
void* native_stream(Stream const& stream) {
  if constexpr (is_detected_v<NativeHandle, Stream>) {
    return stream.native_handle();
  } else {
    TORCH_CHECK_NOT_IMPLEMENTED(
        false,
        "pyronn: this release of PyTorch does not say what its streams are; operators work "
        "on the CPU alone");
  }
}

/// A node of a graph of gradients.
template <class Node>
auto make_torch_node() {
  if constexpr (std::is_base_of_v<c10::intrusive_ptr_target, Node>) {
    return c10::make_intrusive<Node>();
  } else {
    return std::shared_ptr<Node>(new Node, [](Node* node) { deleteNode(node); });
  }
}

}  // namespace pyronn::detail
