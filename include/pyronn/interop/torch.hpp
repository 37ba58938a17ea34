// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TorchLibrary: operators of PyTorch, from Python and from C++, whose derivatives of every order
/// and mode are exact. It needs the headers and libraries of one release of PyTorch or LibTorch:
/// 2.11 as C++17, 2.15 as C++20. No CUDA header is needed: kernels are compiled elsewhere, see
/// operator_pair.hpp.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/interop/detail/torch/fbp_arrays.hpp>
#include <pyronn/interop/detail/torch/filter.hpp>
#include <pyronn/interop/detail/torch/operator.hpp>
#include <pyronn/interop/detail/torch/register_operator.hpp>
#include <pyronn/interop/detail/torch/registry.hpp>
#include <pyronn/interop/fbp_arrays.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn {

/// Registers operators of a namespace `torch.ops.NAMESPACE`. An object of static lifetime in a
/// shared library does so when the library is loaded, by torch.ops.load_library in Python or by the
/// linker in C++:
///
/// @code
///   pyronn::OperatorPair const& fan();  // in the file of the kernels
///   static auto const library = pyronn::TorchLibrary{"ct"}.add("fan", fan());
/// @endcode
///
/// A pair NAME gives two operators, each the other's derivative: NAME, from volumes to projections,
/// and NAME_adjoint, from projections to volumes.
///
/// @code
///   NAME(Tensor input, Tensor geometry, SymInt[] output_shape, float[] spacing, float[] origin=[],
///        float[] model=[], int workspace_limit=268435456) -> Tensor
/// @endcode
///
/// * `input`: (..., z, y, x) or (..., view, v, u), in the plane (..., y, x) or (..., view, u), with
///   any leading axes; of float32, float16, bfloat16, and float64 where kernels have it; on the CPU
///   or a CUDA device, with any strides. The output has the same type, device and leading axes.
/// * `geometry`: in host memory, as GeometryTensor says, for all samples or one for each: leading
///   axes are matched with those of the input from the last on. It has no gradient.
/// * `output_shape`: of one sample, (z, y, x) or (view, v, u).
/// * `spacing`, `origin`: of voxels, in the order of the volume's axes [mm]; without an origin the
///   volume is centred about 0.
/// * `model`: the model's numbers, as ModelNumbers says.
/// * `workspace_limit`: what a call may take besides [bytes], from the framework's allocator.
///
/// Calls on a CUDA device are queued on the current stream and do not synchronise; they may be
/// captured in graphs. Under vmap samples are one batch, under autocast inputs become float32. What
/// was set up for a geometry is kept for the next calls with the same numbers. Errors are
/// PyTorch's: TypeError for element types, ValueError for shapes and values.
class TorchLibrary {
 public:
  /// Operators of `torch.ops.NAMESPACE`; several libraries of one process may share a namespace if
  /// the names of operators differ.
  explicit TorchLibrary(std::string name_space) : registry_{std::move(name_space)} {}

  /// Registers NAME and NAME_adjoint. The pair must live as long as the process.
  TorchLibrary add(std::string const& name, OperatorPair const& pair) && {
    auto const both = std::make_shared<detail::TorchPair>(registry_.name_space(), name, pair);
    detail::register_operator(registry_, both->forward);
    detail::register_operator(registry_, both->adjoint);
    kept_.push_back(both);
    return std::move(*this);
  }

  /// Registers what filtered backprojection begins with, as tensors of float32 in host memory:
  ///
  /// @code
  ///   NAME_weights(Tensor geometry, int[] projections_shape, str window="ram_lak",
  ///                str redundancy="automatic") -> Tensor
  ///   NAME_response(... the same ...) -> Tensor
  ///   NAME_padding(... the same ...) -> (int, int)
  /// @endcode
  ///
  /// The shape is that of one sample's projections, (view, v, u) or (view, u), and that of the
  /// weights; the response is for rows of it. Windows and redundancies have the names of
  /// FilterWindow and Redundancy. With both, `adjoint(filter(projections * weights, response))` of
  /// a pair of DistanceWeighted is the image [1/mm]. Rows of an offset detector get as many zeros
  /// before and after as NAME_padding says before they are filtered, with the response of a
  /// detector as wide. Backprojected are the rows of that wider detector: with zeros that make both
  /// sides equally wide it has the same centre, and the same vectors. The arrays must live as long
  /// as the process.
  TorchLibrary add(std::string const& name, FbpArrays const& arrays) && {
    auto const op = std::make_shared<detail::TorchFbpArrays>(detail::TorchFbpArrays{name, &arrays});
    detail::register_fbp_arrays(registry_, *op);
    kept_.push_back(op);
    return std::move(*this);
  }

  /// Registers NAME() -> Tensor, which gives what stands for a geometry that has no numbers: the
  /// number that register_geometry gave.
  TorchLibrary add_geometry(std::string const& name, std::int64_t handle) && {
    registry_.define(name + "() -> Tensor");
    registry_.implement(name, c10::DispatchKey::CompositeImplicitAutograd, [handle]() {
      return at::scalar_tensor(handle, at::TensorOptions{}.dtype(at::kLong).device(at::kCPU));
    });
    return std::move(*this);
  }

  /// Registers NAME, which filters rows, and NAME_response_gradient, which carries gradients to the
  /// response:
  ///
  /// @code
  ///   NAME(Tensor input, Tensor response, int workspace_limit=268435456) -> Tensor
  ///   NAME_response_gradient(Tensor input, Tensor gradient, SymInt[] response_shape,
  ///                          int workspace_limit=268435456) -> Tensor
  /// @endcode
  ///
  /// The input has rows of pixels (..., u), of float32; of float16 and bfloat16, filtered as
  /// float32; or of float64, filtered by PyTorch's transforms. The response (..., f) has
  /// filter_response_length(u) values; its leading axes are matched with those of the input from
  /// the last on. Both have gradients of every order. The operator must live as long as the
  /// process.
  TorchLibrary add(std::string const& name, FilterOperator const& filter) && {
    auto const op = std::make_shared<detail::TorchFilter>(registry_.name_space(), name, filter);
    detail::register_filter(registry_, *op);
    kept_.push_back(op);
    return std::move(*this);
  }

 private:
  std::vector<std::shared_ptr<void const>> kept_;  ///< what functions of the registry point to
  detail::TorchRegistry registry_;
};

}  // namespace pyronn
