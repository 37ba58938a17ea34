// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <pyronn/interop/tensorflow.hpp>

#include "operators.hpp"

namespace {

using namespace pyronn;

/// Does nothing but fail, in the way that the model's number says, or tell what it was given.
class Probe : public OperatorPair {
 public:
  [[nodiscard]] int dimension() const override { return 2; }
  [[nodiscard]] int geometry_rank() const override { return 3; }

  void project(TensorCall const& call, CallContext const& context) const override {
    switch (static_cast<int>(call.model.at(0))) {
      case 1:
        context.memory->allocate(std::size_t{1} << 60);
        break;
      case 2:
        context.memory->allocate(SIZE_MAX);
        break;
      case 3:
        throw std::runtime_error("a wire is loose");
      case 4:
        throw 4;
      default:
        tell(call, context);
    }
  }
  void backproject(TensorCall const& call, CallContext const& context) const override {
    project(call, context);
  }

 private:
  /// Output (views, u) of at least 8: threads, limit, whether blocks are aligned, spacing, origin.
  static void tell(TensorCall const& call, CallContext const& context) {
    auto* const numbers = static_cast<float*>(call.output.data);
    bool is_aligned = true;
    for (int const bytes : {1, 100, 5000}) {
      auto* const block =
          static_cast<unsigned char*>(context.memory->allocate(static_cast<std::size_t>(bytes)));
      is_aligned = is_aligned && reinterpret_cast<std::uintptr_t>(block) % 512 == 0;
      for (int n = 0; n < bytes; ++n) block[n] = 1;
    }
    numbers[0] = static_cast<float>(context.threads);
    numbers[1] = static_cast<float>(context.workspace_limit);
    numbers[2] = is_aligned ? 1.0F : 0.0F;
    numbers[3] = call.spacing.at(0) == 0.3 && call.spacing.at(1) == 0.23655 ? 1.0F : 0.0F;
    numbers[4] = call.origin.at(0) == -127.35 && call.origin.at(1) == 1e-3 ? 1.0F : 0.0F;
    numbers[5] = context.stream == nullptr ? 1.0F : 0.0F;
  }
};

Probe const probe;

auto const library = TensorFlowLibrary{"ct"}
                         .add("fan", operators::fan())
                         .add("cone", operators::cone())
                         .add("march", operators::fan_march())
                         .add("own", operators::own())
                         .add("probe", probe)
                         .add("filter", operators::filter());

}  // namespace
