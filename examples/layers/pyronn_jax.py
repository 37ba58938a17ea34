# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of a library that was made with pyronn/interop/jax.hpp, as functions of JAX.

    ct = pyronn_jax.Library("./libct.so", operators=["fan"], filters=["rows"])
    sinogram = ct.fan(image, geometry, output_shape=(views, u), spacing=(1, 1))
    image = ct.fan_adjoint(sinogram, geometry, output_shape=(y, x), spacing=(1, 1))
    filtered = ct.rows(sinogram, response)

Each of a pair is the other's transpose and its own derivative, in every mode and order; under vmap
samples become one batch, with one geometry or one for each; shard_map splits samples.

A geometry is a NumPy array or an array of JAX. One of NumPy is part of the compiled call, in its own
precision. One of JAX is an operand: it may be vmapped and sharded, but works on CPUs alone, and is
float32 unless JAX is told otherwise. Neither has a gradient.
"""
import ctypes
import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jax.sharding import NamedSharding, PartitionSpec as P


class Numbers:
    """An array that is part of a compiled call: compared by what it holds."""

    def __init__(self, array):
        if array.dtype.kind not in "iuf":
            raise TypeError(f"the geometry is of {array.dtype}; it must be of float64, or of int64 "
                            "of registered geometries")
        self.array = np.array(array, np.int64 if array.dtype.kind in "iu" else np.float64)
        self.key = (self.array.shape, self.array.dtype.char, self.array.tobytes())

    def __eq__(self, other):
        return isinstance(other, Numbers) and self.key == other.key

    def __hash__(self):
        return hash(self.key)


def _varying(x):
    """The mesh axes of a shard_map along which x differs."""
    aval = jax.typeof(x)
    return aval.mat.varying if hasattr(aval, "mat") else aval.vma


def _alike(*operands):
    """Operands that differ along the same axes of a shard_map, as gradients are summed over others."""
    axes = frozenset().union(*(_varying(x) for x in operands))
    missing = [tuple(sorted(axes - _varying(x))) for x in operands]
    return [jax.lax.pcast(x, m, to="varying") if m else x for x, m in zip(operands, missing)]


def _primitive(name, result, attributes):
    """A primitive whose result is like `result(x, ..., **parameters)`, x the type of its first
    operand. Its target is a parameter; `attributes(**parameters)` go with the call."""

    def call(x, *operands, target, **of):
        found = jax.ffi.ffi_call(target, result(jax.typeof(x), **of))
        return found(x, *operands, **attributes(**of))

    primitive = Primitive(name)
    primitive.def_impl(call)
    primitive.def_abstract_eval(result)
    mlir.register_lowering(primitive, mlir.lower_fun(call, multiple_results=False))
    return primitive


# Operators: operands are the input and, unless it is a parameter, the geometry.


def _operator_attributes(geometry, spacing, origin, model, workspace_limit, **_):
    lists = {"spacing": spacing, "origin": origin, "model": model}
    found = {key: np.array(value, np.float64) for key, value in lists.items() if value}
    if geometry is not None:
        found["geometry"] = geometry.array.ravel()
        found["geometry_shape"] = np.array(geometry.array.shape, np.int64)
    if workspace_limit is not None:
        found["workspace_limit"] = np.array([workspace_limit], np.int64)
    return found


def _operator_result(x, *_, output_shape, **of):
    """Axes of a batch are split over devices as those of the input, those of a sample are not."""
    leading = x.ndim - len(output_shape)
    axes = P(*x.sharding.spec[:leading], *[None for _ in output_shape])
    return x.update(shape=x.shape[:leading] + output_shape, weak_type=False,
                    sharding=NamedSharding(x.sharding.mesh, axes))


operator_p = _primitive("pyronn_operator", _operator_result, _operator_attributes)


def _has_tangent(tangent):
    return type(tangent) is not ad.Zero and tangent.dtype != jax.dtypes.float0


def _operator_jvp(primals, tangents, **of):
    if any(map(_has_tangent, tangents[1:])):
        raise NotImplementedError(f"{of['target']}: the geometry has no derivative; "
                                  "apply jax.lax.stop_gradient to it")
    result = operator_p.bind(*primals, **of)
    if not _has_tangent(tangents[0]):
        return result, ad.Zero(jax.typeof(result).to_tangent_aval())
    return result, operator_p.bind(tangents[0], *primals[1:], **of)


def _operator_transpose(cotangent, x, *geometry, target, partner, output_shape, **of):
    if any(map(ad.is_undefined_primal, geometry)):
        raise NotImplementedError(f"{target}: it is linear in its input, not in the geometry")
    if type(cotangent) is ad.Zero:
        return [ad.Zero(x.aval), *[None for _ in geometry]]
    sample = x.aval.shape[-len(output_shape):]
    back = operator_p.bind(cotangent, *geometry, target=partner, partner=target,
                           output_shape=sample, **of)
    return [back, *[None for _ in geometry]]


def _operator_batch(operands, axes, output_shape, **of):
    x, *geometry = operands
    x_axis, *geometry_axis = axes
    leading = x.ndim - len(output_shape) - (x_axis is not None)
    if x_axis is not None:
        x = jnp.moveaxis(x, x_axis, 0)
    if geometry and geometry_axis[0] is not None:
        scans = jnp.moveaxis(geometry[0], geometry_axis[0], 0)
        if x_axis is None:
            x = jnp.broadcast_to(x, (scans.shape[0], *x.shape))
        # Axes of a batch are matched from the last on: scans come to lie beside the new first one.
        between = [1] * (leading - (scans.ndim - 1 - _rank(scans)))
        geometry = [scans.reshape(scans.shape[0], *between, *scans.shape[1:])]
    return operator_p.bind(x, *geometry, output_shape=output_shape, **of), 0


ad.primitive_jvps[operator_p] = _operator_jvp
ad.primitive_transposes[operator_p] = _operator_transpose
batching.primitive_batchers[operator_p] = _operator_batch


def _rank(geometry):
    """Axes of one geometry: numbers of a registered one have none."""
    return 0 if jnp.issubdtype(geometry.dtype, jnp.integer) else 3


def _check_scans(target, x, geometry, output_shape):
    """Here, as under vmap the operator sees more axes of a batch than the caller of this function,
    and would take scans for those of its samples."""
    scans = geometry.shape[:max(0, geometry.ndim - _rank(geometry))]
    batch = x.shape[:x.ndim - len(output_shape)]
    fits = all(n in (1, size) for n, size in zip(reversed(scans), reversed(batch)))
    if len(scans) > len(batch) or not fits:
        if _rank(geometry) == 0:
            raise TypeError(f"{target}: the geometry is of {geometry.dtype} and has shape {scans}; "
                            "vectors and matrices must be of float64, and numbers of registered "
                            f"geometries must fit the batch {batch}")
        raise ValueError(f"{target}: the geometry has scans {scans}, which do not fit the batch "
                         f"{batch}: sizes must be equal or 1, from the last on")


def _shape(target, values):
    try:
        shape = tuple(map(operator.index, values))
    except TypeError as error:
        raise TypeError(f"{target}: output_shape is {values}; it must have a whole number for each "
                        "axis of a sample") from error
    if min(shape, default=0) < 0:
        raise ValueError(f"{target}: output_shape is {shape}; no size may be negative")
    return shape


def _numbers(target, what, values):
    try:
        return tuple(map(float, values))
    except (TypeError, ValueError) as error:
        raise TypeError(f"{target}: {what} is {values}; it must be a sequence of numbers") from error


def _apply(target, partner, x, geometry, output_shape, spacing, origin=(), model=(),
           workspace_limit=None):
    """`output_shape`: of one sample. `spacing`, `origin`: of voxels, in the order of the volume's
    axes [mm]; without an origin the volume is centred about 0. `model`: the model's numbers.
    `workspace_limit`: what a call may take besides [bytes]. Shapes and values that do not fit are
    an error of the call: a JaxRuntimeError."""
    output_shape = _shape(target, output_shape)
    x = jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{target}: the input is of {x.dtype}; it must be of a floating-point type")
    if x.ndim < len(output_shape):
        raise ValueError(f"{target}: the input has {x.ndim} axes; it must have at least "
                         f"{len(output_shape)}, as output_shape has")
    if isinstance(geometry, np.ndarray):
        operands, numbers = [x], Numbers(geometry)
    else:
        geometry = jnp.asarray(geometry)
        operands, numbers = _alike(x, geometry), None
    _check_scans(target, x, geometry, output_shape)
    return operator_p.bind(
        *operands, target=target, partner=partner, output_shape=output_shape, geometry=numbers,
        spacing=_numbers(target, "spacing", spacing), origin=_numbers(target, "origin", origin),
        model=_numbers(target, "model", model), workspace_limit=workspace_limit)


# Filters: operands are rows and a response; linear in each.

filter_p = _primitive("pyronn_filter", lambda rows, *_, **of: rows.update(weak_type=False),
                      lambda **of: {})


def _response_gradient(cotangent, rows, response, **_):
    """Of a response: rows are padded to 2 (K - 1) samples, of which K frequencies are not alike."""
    frequencies = response.aval.shape[0]
    padded = 2 * (frequencies - 1)
    spectra = jnp.fft.rfft(rows, padded) * jnp.conj(jnp.fft.rfft(cotangent, padded))
    twice = jnp.full(frequencies, 2.0).at[jnp.array([0, -1])].set(1.0)
    found = spectra.real.sum(range(rows.ndim - 1)) * twice / padded
    return found.astype(response.aval.dtype)


def _filter_batch(operands, axes, **of):
    (rows, response), (rows_axis, response_axis) = operands, axes
    if rows_axis is not None:
        rows = jnp.moveaxis(rows, rows_axis, 0)
    if response_axis is None:
        return filter_p.bind(rows, response, **of), 0
    response = jnp.moveaxis(response, response_axis, 0)
    if rows_axis is None:
        return jax.lax.map(lambda h: filter_p.bind(rows, h, **of), response), 0
    return jax.lax.map(lambda both: filter_p.bind(*both, **of), (rows, response)), 0


ad.defbilinear(filter_p,
               lambda cotangent, rows, response, **of: filter_p.bind(cotangent, response, **of),
               _response_gradient)
batching.primitive_batchers[filter_p] = _filter_batch


def _filter(target, rows, response):
    """Rows (..., u) with a response as filter_response has it, both of float32."""
    rows, response = jnp.asarray(rows), jnp.asarray(response)
    for what, array in (("rows", rows), ("response", response)):
        if array.dtype != jnp.float32:
            raise TypeError(f"{target}: {what} are of {array.dtype}; they must be of float32")
    return filter_p.bind(*_alike(rows, response), target=target)


class Library:
    """A shared library's operators NAME and NAME_adjoint, filters NAME, and registered geometries
    NAME as attributes. Targets of JAX are known by name to the whole process: no two libraries may
    have the same."""

    def __init__(self, path, operators=(), filters=(), geometries=()):
        self._library = ctypes.CDLL(path)
        for name in operators:
            forward, back = f"{name}_project", f"{name}_backproject"
            self._register(forward)
            self._register(back)
            setattr(self, name, functools.partial(_apply, forward, back))
            setattr(self, name + "_adjoint", functools.partial(_apply, back, forward))
        for name in filters:
            self._register(f"{name}_filter")
            setattr(self, name, functools.partial(_filter, f"{name}_filter"))
        for name in geometries:
            number = self._function(f"{name}_geometry")
            number.restype = ctypes.c_int64
            setattr(self, name, np.array(number()))

    def _function(self, name):
        try:
            return getattr(self._library, name)
        except AttributeError as error:
            raise AttributeError(f"{self._library._name} does not export {name}: was it made with "
                                 "this name, as PYRONN_JAX_OPERATOR and others have it?") from error

    def _register(self, target):
        for platform in ("cpu", "cuda"):
            function = self._function(f"{target}_{platform}")
            jax.ffi.register_ffi_target(target, jax.ffi.pycapsule(function),
                                        platform=platform.replace("cuda", "CUDA"))
