// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How operators and their kernels come to be known to TensorFlow, under names that are known when
/// the library is loaded.
#include <cctype>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <tensorflow/core/framework/kernel_def_builder.h>
#include <tensorflow/core/framework/op.h>
#include <tensorflow/core/framework/op_def_builder.h>
#include <tensorflow/core/framework/op_kernel.h>

#include <pyronn/interop/detail/tensorflow/device.hpp>

namespace pyronn::detail {

/// "ct" and "fan" give "Ct>Fan": TensorFlow asks for capitals, and its functions in Python, here
/// ct_fan, have none.
inline std::string tensorflow_name(std::string name_space, std::string name) {
  auto const capital = [](std::string& word) {
    if (!word.empty()) {
      word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    }
  };
  capital(name_space);
  capital(name);
  return name_space + '>' + name;
}

/// Declares an operator: `declare(builder)` says what it takes and gives.
inline void register_tensorflow_operator(
    std::string const& name, std::function<void(::tensorflow::OpDefBuilder&)> const& declare) {
  ::tensorflow::OpRegistry::Global()->Register(
      [name, declare](::tensorflow::OpRegistrationData* data) {
        ::tensorflow::OpDefBuilder builder{name};
        declare(builder);
        return builder.Finalize(data);
      });
}

/// Makes kernels by a function.
class TensorFlowKernelFactory : public ::tensorflow::kernel_factory::OpKernelFactory {
 public:
  using Make = std::function<::tensorflow::OpKernel*(::tensorflow::OpKernelConstruction*)>;

  explicit TensorFlowKernelFactory(Make make) : make_{std::move(make)} {}
  ::tensorflow::OpKernel* Create(::tensorflow::OpKernelConstruction* construction) override {
    return make_(construction);
  }

 private:
  Make make_;
};

/// Registers a kernel of an operator, on all devices. On GPUs the inputs of the names `on_host`
/// stay in host memory.
inline void register_tensorflow_kernel(std::string const& name,
                                       std::vector<std::string> const& on_host,
                                       TensorFlowKernelFactory::Make const& make) {
  for (char const* const device : tensorflow_devices()) {
    ::tensorflow::KernelDefBuilder definition{name.c_str()};
    definition.Device(device);
    for (std::string const& input : on_host) definition.HostMemory(input.c_str());
    ::tensorflow::kernel_factory::OpKernelRegistrar const registrar{
        definition.Build(), "pyronn", std::make_unique<TensorFlowKernelFactory>(make)};
  }
}

}  // namespace pyronn::detail
