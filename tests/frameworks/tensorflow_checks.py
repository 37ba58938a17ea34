# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What surrounds the operators in TensorFlow: storage types, a trained filter, layers of Keras,
errors, kernels on GPUs."""
import re
import sys
import tempfile
import warnings

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework import kernels

import scans
import pyronn_tensorflow

warnings.simplefilter("ignore")
tf.get_logger().setLevel("ERROR")
SCAN = scans.fan(6, 3.0, 40.0, 80.0)
IMAGE, VIEWS, SPACING = [5, 6], [6, 7], [1.0, 1.0]
RESPONSE = 9  # frequencies for rows of 7 pixels
THREADS = 3


def normal(*shape):
    return tf.random.stateless_normal(shape, [1, sum(shape)])


def closeness(found, expected, tolerance=2e-5):
    """Passes where arrays are close to one another."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    return bool(error <= tolerance) or f"relative error {error:.1e}"


def of_storage(ops, dtype, tolerance):
    """Values and gradients of other types are those of float32 but for their rounding."""
    x = tf.cast(normal(3, *IMAGE), dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = ops.fan(x, SCAN, VIEWS, SPACING)
        loss = tf.reduce_sum(y)
    gradient = tape.gradient(loss, x)
    if y.dtype != dtype or gradient.dtype != dtype:
        return "another type comes out"
    wide = tf.cast(x, tf.float32)
    of_ones = ops.fan_adjoint(tf.ones([3, *VIEWS]), SCAN, IMAGE, SPACING)
    result = closeness(tf.cast(y, tf.float32), ops.fan(wide, SCAN, VIEWS, SPACING), tolerance)
    return closeness(tf.cast(gradient, tf.float32), of_ones, tolerance) if result is True else result


class Layer(keras.layers.Layer):
    """Filters rows with a trained response, and projects what comes of them back."""

    def __init__(self, ops, **settings):
        super().__init__(**settings)
        self.ops = ops

    def build(self, shape):
        self.response = self.add_weight(shape=(RESPONSE,), initializer="ones", name="response")

    def call(self, rows):
        filtered = self.ops.filter(tf.cast(rows, tf.float32), tf.cast(self.response, tf.float32))
        return self.ops.fan_adjoint(tf.cast(filtered, self.compute_dtype), SCAN, IMAGE, SPACING)


def mixed_precision(ops):
    """Under mixed_float16 the layer stores 16 bits, and weights keep 32."""
    rows = normal(3, *VIEWS)
    narrow, wide = Layer(ops, dtype="mixed_float16"), Layer(ops)
    with tf.GradientTape() as tape:
        found = narrow(rows)
        loss = tf.reduce_sum(tf.cast(found, tf.float32))
    gradient = tape.gradient(loss, narrow.response.value)
    if found.dtype != tf.float16 or gradient.dtype != tf.float32:
        return f"{found.dtype} comes out, the gradient is of {gradient.dtype}"
    return closeness(tf.cast(found, tf.float32), wide(rows), 2e-3)


def training(ops):
    """fit() in a compiled graph learns the response that made the data; the file keeps it."""
    rows = normal(64, *VIEWS)
    response = tf.constant(np.linspace(0, 1, RESPONSE), tf.float32)
    images = ops.fan_adjoint(ops.filter(rows, response), SCAN, IMAGE, SPACING)
    model = keras.Sequential([keras.Input(VIEWS), Layer(ops)])
    model.compile(keras.optimizers.Adam(0.05), "mse", jit_compile=False)
    losses = model.fit(rows, images, batch_size=16, epochs=60, verbose=0).history["loss"]
    with tempfile.NamedTemporaryFile(suffix=".weights.h5") as file:
        model.save_weights(file.name)
        again = keras.Sequential([keras.Input(VIEWS), Layer(ops)])
        again.load_weights(file.name)
    same = closeness(again(rows), model(rows), 0.0)
    return losses[-1] < 1e-4 * losses[0] or f"losses {losses[::10]}" if same is True else same


def filter_gradients(ops):
    """The rows' gradient and the response's against differences, which a quadratic loss has none
    of; and second order, through both."""
    rows, response = normal(4, 6, 7), normal(RESPONSE)
    steps = normal(5, 6, 7)[:4], normal(RESPONSE + 1)[1:]

    def loss(r, s):
        return tf.reduce_sum(ops.filter(r, s) ** 2)

    def gradients(r, s):
        with tf.GradientTape() as tape:
            tape.watch((r, s))
            value = loss(r, s)
        return tape.gradient(value, (r, s))

    with tf.autodiff.ForwardAccumulator((rows, response), steps) as forward:
        value = loss(rows, response)
    along = sum(np.vdot(g, d) for g, d in zip(gradients(rows, response), steps))
    h = 1e-2
    moved = [loss(rows + k * h * steps[0], response + k * h * steps[1]) for k in (-2, -1, 1, 2)]
    expected = (moved[0] - 8 * moved[1] + 8 * moved[2] - moved[3]) / (12 * h)
    with tf.autodiff.ForwardAccumulator((rows, response), steps) as forward_of_gradient:
        both = gradients(rows, response)
    second = [forward_of_gradient.jvp(g) for g in both]
    plus = gradients(rows + h * steps[0], response + h * steps[1])
    minus = gradients(rows - h * steps[0], response - h * steps[1])
    results = [closeness(along, forward.jvp(value)), closeness(along, expected, 1e-3)]
    results += [closeness(s, (p - m) / (2 * h), 1e-3) for s, p, m in zip(second, plus, minus)]
    return all(r is True for r in results) or str(results)


def step_of_march(ops):
    """The model's number arrives: a finer step is another matrix."""
    x = normal(*IMAGE)
    coarse, fine = (ops.march(x, SCAN, VIEWS, SPACING, model=[s]) for s in (1.0, 0.1))
    default = ops.march(x, SCAN, VIEWS, SPACING)
    apart = closeness(coarse, fine, 1e-3)
    near = closeness(coarse, fine, 0.5)
    return apart is not True and near is True and bool(tf.reduce_all(tf.math.is_finite(default)))


def grid_arrives(ops):
    """Attributes are float32, and arrive as they were written; blocks of memory are aligned; calls
    have the threads of TensorFlow's pool."""
    numbers = ops.probe(normal(*IMAGE), SCAN, [1, 6], [0.3, 0.23655], origin=[-127.35, 1e-3],
                        model=[0.0], workspace_limit=12345).numpy().ravel()
    return list(numbers) == [THREADS, 12345, 1, 1, 1, 1] or str(numbers)


def no_workspace(ops):
    """Calls do without memory of their own."""
    x, y = normal(20, *IMAGE), normal(20, *VIEWS)
    pairs = [(ops.fan, x, VIEWS), (ops.fan_adjoint, y, IMAGE)]
    results = [closeness(op(v, SCAN, to, SPACING, workspace_limit=0), op(v, SCAN, to, SPACING))
               for op, v, to in pairs]
    return results == [True, True] or str(results)


def refusal(error, sentence, work):
    """Passes where `work` ends in an error of this type with these words."""
    def check():
        try:
            work()
        except error as problem:
            return re.search(sentence, str(problem)) is not None or str(problem)
        return "accepted"
    return check


def errors(ops):
    x, y = normal(3, *IMAGE), normal(3, *VIEWS)
    invalid, geometry = tf.errors.InvalidArgumentError, tf.constant(SCAN)

    def call(v=x, g=SCAN, views=VIEWS, spacing=SPACING, **more):
        return ops.fan(v, g, views, spacing, **more)

    def fails(number):
        return lambda: ops.probe(x, SCAN, VIEWS, SPACING, model=[number])

    def gradient_of_geometry():
        with tf.GradientTape() as tape:
            tape.watch(geometry)
            loss = tf.reduce_sum(call(g=geometry))
        return tape.gradient(loss, geometry)

    def tangent_of_geometry():
        with tf.autodiff.ForwardAccumulator(geometry, tf.ones_like(geometry)) as forward:
            found = call(g=geometry)
        return forward.jvp(found)

    def then_works(work):
        def check():
            result = refusal(tf.errors.ResourceExhaustedError, "OOM when allocating", work)()
            return closeness(call(), call(), 0.0) if result is True else result
        return check

    return [
        ("integers", refusal(invalid, "'T' of int32 is not in the list",
                             lambda: call(tf.cast(x, tf.int32)))),
        ("integers, function", refusal(TypeError, "not in list of allowed values",
                                       lambda: tf.function(call)(tf.cast(x, tf.int32)))),
        ("type not compiled", refusal(invalid, "float64 were not compiled; it has float32",
                                      lambda: ops.march(tf.cast(x, tf.float64), SCAN, VIEWS, SPACING))),
        ("too few axes", refusal(invalid, "input has 1 axes; it must have at least 2",
                                 lambda: call(x[0, 0]))),
        ("too few axes, function", refusal(ValueError, "must be at least rank 2",
                                           lambda: tf.function(call)(x[0, 0]))),
        ("output_shape", refusal(invalid, "output_shape has 3 numbers; it must have 2",
                                 lambda: call(views=[3, 6, 7]))),
        ("output_shape, function", refusal(ValueError, "must be rank 2 but is rank 3",
                                           lambda: tf.function(lambda: call(views=[3, 6, 7]))())),
        ("negative size", refusal(invalid, "has the size -6; sizes must be",
                                  lambda: call(views=[-6, 7]))),
        ("spacing", refusal(invalid, "spacing has 3 numbers", lambda: call(spacing=[1.0] * 3))),
        ("origin", refusal(invalid, "origin has 1 numbers", lambda: call(origin=[1.0]))),
        ("model", refusal(invalid, "has no parameters, but 1", lambda: call(model=[1.0]))),
        ("workspace_limit", refusal(invalid, "-1 must be at least minimum 0",
                                    lambda: call(workspace_limit=-1))),
        ("views", refusal(invalid, "the geometry has 4 views", lambda: call(g=SCAN[:4]))),
        ("vectors", refusal(invalid, r"has \(3, 1\) numbers a view", lambda: call(g=SCAN[..., :1]))),
        ("scans", refusal(invalid, "has 2 scans along axis 0, but the batch has 3",
                          lambda: call(g=np.stack([SCAN] * 2)))),
        ("handle", refusal(invalid, "int64", lambda: call(g=tf.zeros(SCAN.shape, tf.int64)))),
        ("unknown handle", refusal(invalid, "no geometry has the number 99", lambda: ops.own(
            x, 99, VIEWS, SPACING))),
        ("not finite", refusal(invalid, "pyronn::", lambda: call(g=SCAN * np.nan))),
        ("errors in a function", refusal(invalid, "has 4 views",
                                         lambda: tf.function(call)(x, tf.constant(SCAN[:4])))),
        ("gradient of geometry", refusal(NotImplementedError, "the geometry has no derivative",
                                         gradient_of_geometry)),
        ("tangent of geometry", refusal(invalid, "the geometry has no derivative",
                                        tangent_of_geometry)),
        ("out of memory", then_works(fails(1))),
        ("more than all memory", refusal(tf.errors.ResourceExhaustedError, "cannot allocate",
                                         fails(2))),
        ("exception", refusal(tf.errors.InternalError, "a wire is loose", fails(3))),
        ("thrown number", refusal(tf.errors.UnknownError, "unknown type", fails(4))),
        ("jit_compile", refusal(invalid, "No registered 'Ct>Fan' OpKernel for XLA_CPU_JIT",
                                lambda: tf.function(call, jit_compile=True)(x))),
        ("filter's response", refusal(invalid, "response has 8 values", lambda: ops.filter(y, normal(RESPONSE - 1)))),
        ("filter of half", refusal(invalid, "float", lambda: ops.filter(tf.cast(y, tf.float16),
                                                                       normal(RESPONSE)))),
    ]


def kernels_on_gpus():
    """Kernels of a library that was compiled for GPUs, and what they read in host memory."""
    of_gpu = [k for k in kernels.get_registered_kernels_for_op("Ct>Fan").kernel
              if k.device_type == "GPU"]
    on_host = [list(k.host_memory_arg) for k in of_gpu]
    return on_host == [["geometry", "output_shape"]] or str(on_host)


def main(library, devices):
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    ops = pyronn_tensorflow.load(library, "ct")
    pyronn_tensorflow.load(library, "ct")  # the second time, nothing is registered again
    checks = [
        ("float16", lambda: of_storage(ops, tf.float16, 2e-3)),
        ("bfloat16", lambda: of_storage(ops, tf.bfloat16, 1.6e-2)),
        ("float64", lambda: of_storage(ops, tf.float64, 1e-6)),
        ("Keras, mixed_float16", lambda: mixed_precision(ops)),
        ("Keras, training", lambda: training(ops)),
        ("filter, derivatives", lambda: filter_gradients(ops)),
        ("model's number", lambda: step_of_march(ops)),
        ("attributes and memory", lambda: grid_arrives(ops)),
        ("workspace_limit=0", lambda: no_workspace(ops)),
        *errors(ops),
    ]
    if devices == "gpu":
        checks.append(("kernels on GPUs", kernels_on_gpus))
    failures = 0
    for name, check in checks:
        try:
            result = check()
        except Exception as problem:  # a check that fails is a line of the table
            result = f"{type(problem).__name__}: {str(problem)[:400]}"
        failures += result is not True
        print(f"{tf.__version__:7} {name:24} {'passed' if result is True else f'FAILED {result}'}",
              flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
