// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FoundOperator: an operator of PyTorch's dispatcher, found when it is first called.
#include <mutex>
#include <optional>
#include <string>

#include <ATen/core/dispatch/Dispatcher.h>

namespace pyronn::detail {

template <class Signature>
class FoundOperator {
 public:
  FoundOperator(std::string const& name_space, std::string const& name)
      : name_{name_space + "::" + name} {}

  [[nodiscard]] c10::TypedOperatorHandle<Signature> const& handle() const {
    std::call_once(found_, [this] {
      handle_.emplace(c10::Dispatcher::singleton()
                          .findSchemaOrThrow(name_.c_str(), "")
                          .template typed<Signature>());
    });
    return *handle_;
  }

 private:
  std::string name_;
  mutable std::once_flag found_;
  mutable std::optional<c10::TypedOperatorHandle<Signature>> handle_;
};

}  // namespace pyronn::detail
