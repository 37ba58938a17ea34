// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TensorFlowLibrary: operators of TensorFlow. It needs the headers and libraries of one release of
/// TensorFlow, 2.21, and the flags of tf.sysconfig. Kernels are compiled elsewhere, see
/// operator_pair.hpp. Compile both files with -fvisibility=hidden, so that two releases in one
/// process do not share functions.
///
/// For GPUs compile this with -DGOOGLE_CUDA=1 and CUDA's headers, by a C++ compiler, and kernels of
/// operator_kernels.cuh by nvcc. Such libraries have been built and loaded; on a GPU of TensorFlow
/// they have not run.
#include <cstdint>
#include <string>
#include <utility>

#include <pyronn/interop/detail/tensorflow/filter.hpp>
#include <pyronn/interop/detail/tensorflow/geometry.hpp>
#include <pyronn/interop/detail/tensorflow/pair.hpp>
#include <pyronn/interop/detail/tensorflow/registry.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn {

/// Registers operators with TensorFlow. An object of static lifetime in a shared library does so
/// when Python loads it by tf.load_op_library:
///
/// @code
///   pyronn::OperatorPair const& fan();  // in the file of the kernels
///   static auto const library = pyronn::TensorFlowLibrary{"ct"}.add("fan", fan());
/// @endcode
///
/// A pair NAME gives two operators, each the other's transpose: NAME, from volumes to projections,
/// and NAME_adjoint. Their names are Ct>Fan and Ct>Fan_adjoint, and in Python they are functions
/// ct_fan and ct_fan_adjoint of the library:
///
/// @code
///   ct_fan(input, geometry, output_shape, spacing, origin=[], model=[], workspace_limit=268435456)
/// @endcode
///
/// * `input`: (..., z, y, x) or (..., view, v, u), in the plane (..., y, x) or (..., view, u), with
///   any leading axes, whose sizes may be unknown until a call; of float32, float16, bfloat16, and
///   float64 where kernels have it. The output has the same type and leading axes.
/// * `geometry`: float64, float32 or int64, as GeometryTensor says, for all samples or one for
///   each: leading axes are matched with those of the input from the last on. Kernels on GPUs read
///   it in host memory: make it under tf.device("CPU:0"), else each call waits for a copy.
/// * `output_shape`: int32, of one sample: (z, y, x) or (view, v, u).
/// * `spacing`, `origin`: of voxels, in the order of the volume's axes [mm]; without an origin the
///   volume is centred about 0. TensorFlow keeps attributes as float32. They are read as the
///   shortest decimals that give these: numbers of up to six digits arrive as they were written.
/// * `model`: the model's numbers, as ModelNumbers says; float32 in the same way.
/// * `workspace_limit`: what a call may take besides [bytes], from the framework's allocator;
///   alignment adds at most 511 bytes.
///
/// A filter NAME gives one operator, ct_name(input, response, workspace_limit=268435456), of rows
/// (..., u) of float32 and a response as filter_response.
///
/// Python registers gradients, by tf.RegisterGradient: that of an operator of a pair is its partner
/// with the input's shape as output_shape. Calls on cores take as many threads as TensorFlow's
/// pool has; calls on a GPU are queued on its stream and do not synchronise. Errors are
/// InvalidArgumentError, and of memory ResourceExhaustedError; XLA (jit_compile=True) is refused by
/// TensorFlow.
class TensorFlowLibrary {
 public:
  /// Operators whose names begin with a namespace, of lower-case letters, digits and underscores.
  explicit TensorFlowLibrary(std::string name_space) : name_space_{std::move(name_space)} {}

  /// Registers NAME and NAME_adjoint. The pair must live as long as the process.
  TensorFlowLibrary add(std::string const& name, OperatorPair const& pair) && {
    auto const full = detail::tensorflow_name(name_space_, name);
    detail::register_tensorflow_pair(full, pair, &OperatorPair::project);
    detail::register_tensorflow_pair(full + "_adjoint", pair, &OperatorPair::backproject);
    return std::move(*this);
  }

  /// Registers NAME() -> int64, which gives what stands for a geometry that has no numbers: the
  /// number that register_geometry gave.
  TensorFlowLibrary add_geometry(std::string const& name, std::int64_t handle) && {
    detail::register_tensorflow_geometry(detail::tensorflow_name(name_space_, name), handle);
    return std::move(*this);
  }

  /// Registers a filter, which must live as long as the process.
  TensorFlowLibrary add(std::string const& name, FilterOperator const& filter) && {
    detail::register_tensorflow_filter(detail::tensorflow_name(name_space_, name), filter);
    return std::move(*this);
  }

 private:
  std::string name_space_;
};

}  // namespace pyronn
