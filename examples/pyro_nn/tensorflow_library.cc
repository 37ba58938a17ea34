// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What tf.load_op_library loads. This file knows no kernels.
#include <string>
#include <utility>

#include <pyronn/interop/tensorflow.hpp>

#include "operators.hpp"

namespace {

pyronn::TensorFlowLibrary with(pyronn::TensorFlowLibrary library, std::string const& name,
                               names::Beam const& beam) {
  return std::move(library)
      .add(name + "_march", beam.march)
      .add(name + "_back", beam.back)
      .add(name + "_unmatched", beam.unmatched);
}

pyronn::TensorFlowLibrary all() {
  auto library = pyronn::TensorFlowLibrary{"pyronn_names"}.add("filter", names::filter());
  library = with(std::move(library), "parallel_2d", names::parallel_2d());
  library = with(std::move(library), "fan_2d", names::fan_2d());
  library = with(std::move(library), "cone_3d", names::cone_3d());
  library = with(std::move(library), "cone_3d_texture", names::cone_3d_texture());
  return with(std::move(library), "parallel_3d", names::parallel_3d());
}

auto const library = all();

}  // namespace
