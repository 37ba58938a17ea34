// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TorchRegistry: what a library has registered with the dispatcher of PyTorch, as long as it
/// lives.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/library.h>

#include <pyronn/interop/detail/torch/release.hpp>

namespace pyronn::detail {

class TorchRegistry {
 public:
  explicit TorchRegistry(std::string name_space) : namespace_{std::move(name_space)} {}

  [[nodiscard]] std::string const& name_space() const { return namespace_; }

  void define(std::string const& schema) {
    libraries_.emplace_back(
        new ::torch::Library{::torch::Library::FRAGMENT, namespace_, {}, __FILE__, __LINE__});
    libraries_.back()->def(schema.c_str(),
                           {torch_tags()});  // in braces, as tags would pass for a function
  }

  template <class Function>
  void implement(std::string const& name, c10::DispatchKey key, Function const& function) {
    libraries_.emplace_back(
        new ::torch::Library{::torch::Library::IMPL, namespace_, key, __FILE__, __LINE__});
    libraries_.back()->impl(name.c_str(), ::torch::CppFunction(function));
  }

  template <class Function>
  void implement(std::string const& name, std::initializer_list<c10::DispatchKey> keys,
                 Function const& function) {
    for (c10::DispatchKey const key : keys) implement(name, key, function);
  }

 private:
  std::string namespace_;
  std::vector<std::unique_ptr<::torch::Library>> libraries_;
};

}  // namespace pyronn::detail
