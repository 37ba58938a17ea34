// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Handlers of XLA's foreign function interface, by which JAX calls operators on CPUs and CUDA
/// devices. It needs `xla/ffi/api/ffi.h`, which lies in the folder that jax.ffi.include_dir()
/// names; include it as a system header, and leave g++'s -Wpedantic off, which takes it for an
/// error. A library that was built with the headers of one release runs in later ones, not in
/// earlier: those of jax 0.10.2 serve 0.11 and 0.12, too. No CUDA header is needed: kernels are
/// compiled elsewhere, see operator_pair.hpp.
///
/// @code
///   pyronn::OperatorPair const& fan();    // in the file of the kernels
///   pyronn::FilterOperator const& rows();
///   PYRONN_JAX_OPERATOR(fan, fan())       // at namespace scope of one file of a shared library
///   PYRONN_JAX_FILTER(rows, rows())
/// @endcode
///
/// It exports functions in C that Python registers, here for a pair on CPUs:
///
/// @code
///   library = ctypes.CDLL("./libct.so")
///   jax.ffi.register_ffi_target("fan_project", jax.ffi.pycapsule(library.fan_project_cpu),
///                               platform="cpu")
///   sinogram = jax.ffi.ffi_call("fan_project", jax.ShapeDtypeStruct((views, u), image.dtype))(
///       image, geometry=vectors.ravel(), geometry_shape=np.array(vectors.shape),
///       spacing=np.array([1.0, 1.0]))
/// @endcode
///
/// Derivatives, batches and shards are of Python: a primitive of one's own has them all, where
/// wrappers of JAX lack some. examples/layers/pyronn_jax.py is one.
///
/// Each name ends in _cpu or _cuda:
///
/// | exported for NAME | operands | result |
/// |---|---|---|
/// | NAME_project_ | volumes (..., z, y, x), geometry | projections (..., view, v, u) |
/// | NAME_backproject_ | projections, geometry | volumes |
/// | NAME_filter_ | rows (..., u), response | filtered rows (..., u) |
///
/// * In the plane volumes are (..., y, x) and projections (..., view, u). Leading axes, as many as
///   there are, are those of a batch. The result has the input's element type, float32, float16,
///   bfloat16, or float64 where kernels have it; its shape says the sizes. Filters take float32.
/// * The geometry is as GeometryTensor says, for all samples or one for each: leading axes are
///   matched with those of the input from the last on. It is an operand of float64, float32 or, of
///   registered geometries, int64 or int32, on CPUs alone; or, on both, the array attributes
///   `geometry` (float64 or int64) and `geometry_shape` (int64): on a device operands lie there,
///   but views travel from the host. JAX makes float32 of float64 operands unless told otherwise;
///   attributes stay what they are.
/// * `spacing`, `origin` (array attributes, float64): of voxels, in the order of the volume's axes
///   [mm]; without an origin the volume is centred about 0.
/// * `model` (array attribute, float64): the model's numbers, as ModelNumbers says.
/// * `workspace_limit` (array attribute of one int64): what a call may take besides [bytes];
///   256 MiB without it. A second result, of uint8 with one axis, is the workspace, and 511 bytes
///   of it may be lost to alignment. Without it the memory is XLA's scratch memory on CUDA devices;
///   on CPUs XLA has none, and the handler allocates what it needs.
///
/// Scalar attributes are refused: JAX takes 7 and 7.0 for the same when it looks for a compiled
/// call. On CUDA devices calls are queued on XLA's stream and do not synchronise; they take no part
/// in XLA's command buffers. What was set up for a geometry is kept for the next calls with the
/// same numbers. Errors are one sentence after XLA's code: INVALID_ARGUMENT for element types,
/// shapes and values, RESOURCE_EXHAUSTED for memory, INTERNAL for the device's. JAX raises them as
/// a JaxRuntimeError, and INVALID_ARGUMENT as a ValueError where a compiled function is called
/// again; where the call waits for others, when its result is used.
#include <cstdint>

#include <xla/ffi/api/ffi.h>

#include <pyronn/interop/detail/jax/handler.hpp>
#include <pyronn/interop/detail/jax/tasks.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

/// Exports a function from a shared library, also with -fvisibility=hidden.
#if defined(_WIN32)
#define PYRONN_JAX_EXPORT __declspec(dllexport)
#else
#define PYRONN_JAX_EXPORT __attribute__((visibility("default")))
#endif

/// Exports a handler, which `make_handler` makes in the first call.
#define PYRONN_JAX_HANDLER(symbol, make_handler)                                 \
  extern "C" PYRONN_JAX_EXPORT XLA_FFI_Error* symbol(XLA_FFI_CallFrame* frame);  \
  extern "C" PYRONN_JAX_EXPORT XLA_FFI_Error* symbol(XLA_FFI_CallFrame* frame) { \
    return ::pyronn::detail::jax_guarded(frame, [](XLA_FFI_CallFrame* call) {    \
      static auto const* const handler = make_handler;                           \
      return handler->Call(call);                                                \
    });                                                                          \
  }

/// Exports NAME_project and NAME_backproject, each with _cpu and _cuda. `pair` is an expression for
/// an OperatorPair that lives as long as the process.
#define PYRONN_JAX_OPERATOR(name, pair)                                  \
  PYRONN_JAX_OPERATOR_ON(name, pair, project, cpu, jax_host_handler)     \
  PYRONN_JAX_OPERATOR_ON(name, pair, project, cuda, jax_cuda_handler)    \
  PYRONN_JAX_OPERATOR_ON(name, pair, backproject, cpu, jax_host_handler) \
  PYRONN_JAX_OPERATOR_ON(name, pair, backproject, cuda, jax_cuda_handler)

/// One direction of PYRONN_JAX_OPERATOR on one platform.
#define PYRONN_JAX_OPERATOR_ON(name, pair, direction, platform, handler_of)       \
  PYRONN_JAX_HANDLER(name##_##direction##_##platform,                             \
                     (::pyronn::detail::handler_of(                               \
                         #name "_" #direction, ::pyronn::detail::JaxOperatorTask{ \
                                                   &(pair), &::pyronn::OperatorPair::direction})))

/// Exports NAME_geometry, a function that gives the number of a registered geometry. `number` is
/// what register_geometry returned, asked for once; 0 stands for one that could not be registered.
#define PYRONN_JAX_GEOMETRY(name, number)                       \
  extern "C" PYRONN_JAX_EXPORT std::int64_t name##_geometry();  \
  extern "C" PYRONN_JAX_EXPORT std::int64_t name##_geometry() { \
    try {                                                       \
      static std::int64_t const registered = number;            \
      return registered;                                        \
    } catch (...) {                                             \
      return 0;                                                 \
    }                                                           \
  }

/// Exports NAME_filter with _cpu and _cuda. `filter` is an expression for a FilterOperator that
/// lives as long as the process.
#define PYRONN_JAX_FILTER(name, filter)                                                 \
  PYRONN_JAX_HANDLER(name##_filter_cpu,                                                 \
                     (::pyronn::detail::jax_host_handler(                               \
                         #name "_filter", ::pyronn::detail::JaxFilterTask{&(filter)}))) \
  PYRONN_JAX_HANDLER(name##_filter_cuda,                                                \
                     (::pyronn::detail::jax_cuda_handler(                               \
                         #name "_filter", ::pyronn::detail::JaxFilterTask{&(filter)})))
