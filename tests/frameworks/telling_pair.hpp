// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operators that write down what they are told.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace jax_test {

/// What a pair was told last, and what it does then.
struct Told {
  std::string direction;
  pyronn::TensorCall call;
  pyronn::CallContext context;
  std::vector<double> geometry;
  std::vector<std::int64_t> handles;
  std::function<void(pyronn::CallContext const&)> does;
};
inline Told told;

template <class T>
std::vector<T> values_of(pyronn::dlpack::Tensor const& tensor) {
  if (tensor.dtype != pyronn::dlpack::data_type_of<T>()) return {};
  auto const* const first = static_cast<T const*>(tensor.data);
  return {first, first + pyronn::dlpack::element_count(tensor)};
}

class TellingPair : public pyronn::OperatorPair {
 public:
  [[nodiscard]] int dimension() const override { return 2; }
  [[nodiscard]] int geometry_rank() const override { return 3; }
  void project(pyronn::TensorCall const& call, pyronn::CallContext const& context) const override {
    tell("project", call, context);
  }
  void backproject(pyronn::TensorCall const& call,
                   pyronn::CallContext const& context) const override {
    tell("backproject", call, context);
  }

 private:
  static void tell(char const* direction, pyronn::TensorCall const& call,
                   pyronn::CallContext const& context) {
    told.direction = direction;
    told.call = call;
    told.context = context;
    told.geometry = values_of<double>(call.geometry);
    told.handles = values_of<std::int64_t>(call.geometry);
    if (told.does) told.does(context);
  }
};

class TellingFilter : public pyronn::FilterOperator {
 public:
  [[nodiscard]] int response_length(int) const override { return 9; }
  void filter(pyronn::FilterCall const& call, pyronn::CallContext const& context) const override {
    told.direction = "filter";
    told.call.input = call.input;
    told.call.geometry = call.response;
    told.call.output = call.output;
    told.context = context;
  }
};

inline TellingPair const pair;
inline TellingFilter const filter;

}  // namespace jax_test
