# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of pyronn/interop/tensorflow.hpp in Python: load() knows their derivatives.

Reverse mode is TensorFlow's public tf.RegisterGradient. Forward mode would follow from it, but with
a silent zero where a geometry has a tangent; it has rules of its own in a table that is not public.
"""
import functools
import inspect
import types

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import forwardprop


def load(path, namespace):
    """The operators of a shared library: of pyronn::TensorFlowLibrary{"ct"}.add("fan", pair) the
    functions `fan` and `fan_adjoint`, see _operator; of add_geometry("scan", ...) the function `scan`
    without arguments. Registers their derivatives."""
    library = tf.load_op_library(path)
    prefix = namespace + "_"
    functions = {name[len(prefix):]: getattr(library, name) for name in dir(library)
                 if name.startswith(prefix) and not name.endswith("_eager_fallback")}
    operators = {}
    for name, function in functions.items():
        if "input" not in inspect.signature(function).parameters:
            operators[name] = function
            continue
        adjoint = name.endswith("_adjoint")
        partner = functions.get(name.removesuffix("_adjoint") if adjoint else name + "_adjoint")
        if partner is None:
            operators[name] = function
            derivatives = _gradient_of_filter(function), None
        else:
            operators[name] = _operator(function)
            derivatives = _gradient_of_pair(partner), _tangent_of_pair(function)
        _register_once(f"{_capital(namespace)}>{_capital(name)}", *derivatives)
    return types.SimpleNamespace(**operators)


def on_host(geometry):
    """A geometry where kernels read it: elsewhere, each step waits for a copy from the GPU. Numbers
    of registered geometries are integers, all else becomes float64."""
    numbers = np.asarray(geometry)
    with tf.device("CPU:0"):
        return tf.constant(numbers, tf.int64 if numbers.dtype.kind in "iu" else tf.float64)


def _operator(function):
    """One of a pair, with the arguments that TensorFlowLibrary documents; geometries that are no
    tensors come to lie in host memory."""

    def operator(x, geometry, output_shape, spacing, origin=(), model=(), workspace_limit=1 << 28,
                 name=None):
        if not tf.is_tensor(geometry):
            geometry = on_host(geometry)
        return function(x, geometry, _sizes(output_shape), spacing, origin, model,
                        workspace_limit, name)

    return operator


def _sizes(shape):
    """A shape as an argument. Lists as they are make eager calls several times as slow."""
    if tf.is_tensor(shape) or not tf.executing_eagerly():
        return shape
    return _constant_sizes(tuple(int(size) for size in shape))


@functools.lru_cache(maxsize=256)
def _constant_sizes(shape):
    with tf.device("CPU:0"):
        return tf.constant(shape, tf.int32)


def _capital(word):
    return word[:1].upper() + word[1:]


_registered = set()


def _register_once(name, gradient, tangent):
    if name in _registered:
        return
    _registered.add(name)
    tf.RegisterGradient(name)(gradient)
    if tangent is not None:
        forwardprop._SPECIAL_CASES[name] = tangent


def _sample_shape(x, axes):
    """The last axes of a tensor: numbers where they are known, else a tensor."""
    shape = x.shape[-axes:]
    return _sizes(shape.as_list()) if shape.is_fully_defined() else tf.shape(x)[-axes:]


_NO_GEOMETRY = "the geometry has no derivative; use tf.stop_gradient"


def _gradient_of_pair(partner):
    """Each operator of a pair carries gradients back by the other one."""

    def gradient(op, upstream):
        x, geometry, _ = op.inputs
        # Tapes name the inputs of which nobody wants a gradient, graphs of tf.compat.v1 do not.
        if 1 not in (getattr(op, "skip_input_indices", None) or (1,)):
            raise NotImplementedError(f"{op.type}: {_NO_GEOMETRY}")
        settings = {name: op.get_attr(name)
                    for name in ("spacing", "origin", "model", "workspace_limit")}
        sample = _sample_shape(x, axes=len(settings["spacing"]))
        back = partner(upstream, geometry, sample, **settings)
        return back, None, None

    return gradient


def _tangent_of_pair(function):
    """An operator carries tangents as it carries values."""

    def tangent(attributes, inputs, outputs, tangents):
        _, geometry, output_shape = inputs
        settings = dict(zip(attributes[::2], attributes[1::2]))
        for of_type in ("T", "G"):
            settings.pop(of_type, None)
        checks = []
        if tangents[1] is not None:  # integers have none
            still = tf.reduce_all(tf.equal(tangents[1], 0))
            checks.append(tf.debugging.Assert(still, [_NO_GEOMETRY]))
        with tf.control_dependencies(checks):
            return [function(tangents[0], geometry, output_shape, **settings)]

    return tangent


def _gradient_of_filter(function):
    """Rows are filtered with the same response, whose own gradient is a spectrum."""

    def gradient(op, upstream):
        rows, response = op.inputs
        back = function(upstream, response, workspace_limit=op.get_attr("workspace_limit"))
        padded = 2 * (tf.shape(response)[0] - 1)
        spectra = [tf.signal.rfft(x, [padded]) for x in (rows, upstream)]
        products = tf.math.real(tf.math.conj(spectra[0]) * spectra[1])
        of_response = tf.reduce_sum(tf.reshape(products, [-1, padded // 2 + 1]), 0)
        # All frequencies but the first and the last are there twice.
        twice = tf.pad(tf.fill([padded // 2 - 1], 2.0), [[1, 1]], constant_values=1.0)
        return back, of_response * twice / tf.cast(padded, tf.float32)

    return gradient
