# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which TensorFlow can differentiate, batch and run an operator: right, or an error."""
import concurrent.futures
import ctypes
import sys
import tempfile
import warnings

import numpy as np
import tensorflow as tf

import scans
import pyronn_tensorflow

warnings.simplefilter("ignore")
tf.get_logger().setLevel("ERROR")
SAMPLES = 3


class Case:
    """An operator with the matrices of its scans, found column by column in calls of their own."""

    def __init__(self, op, geometry, image, views):
        self.op, self.image, self.views = op, image, views
        self.axes = len(image)
        self.each = np.shape(geometry)[:1] == (SAMPLES,)
        self.geometry = pyronn_tensorflow.on_host(geometry)
        self.scans = [geometry[n] if self.each else geometry for n in range(SAMPLES)]
        self.matrices = np.stack([self.matrix(scan) for scan in self.scans])

    def __call__(self, x, geometry=None):
        return self.op(x, self.geometry if geometry is None else geometry, self.views,
                       [1.0] * self.axes)

    def matrix(self, geometry):
        """(outputs, inputs) of one geometry."""
        inputs = int(np.prod(self.image))
        basis = tf.reshape(tf.eye(inputs), [inputs, *self.image])
        return self(basis, geometry).numpy().reshape(inputs, -1).T.astype(np.float64)

    def input(self, *batch):
        return tf.random.stateless_normal([*batch, *self.image], [1, sum(batch)])

    def dense(self, x):
        """The matrices times columns."""
        return self.matrices @ np.reshape(x, (SAMPLES, -1, 1)).astype(np.float64)

    def dense_transpose(self, y):
        return np.swapaxes(self.matrices, 1, 2) @ y


def modes(case):
    """Pairs (name, function that returns what was found and what is right). The loss of all modes is
    a cubic one, so that its second derivatives are not constant."""
    x, t = case.input(SAMPLES), case.input(SAMPLES + 1)[1:]
    y, along = case.dense(x), case.dense(t)
    gradient = case.dense_transpose(3 * y**2)
    second = case.dense_transpose(6 * y * along)
    accumulator = tf.autodiff.ForwardAccumulator

    def cubic(v):
        return tf.reduce_sum(case(v) ** 3)

    def gradient_of(function, v):
        with tf.GradientTape() as tape:
            tape.watch(v)
            value = function(v)
        return tape.gradient(value, v)

    def tangent_of(function, v, tangent):
        with accumulator(v, tangent) as forward:
            value = function(v)
        return forward.jvp(value)

    def back(v):
        return gradient_of(cubic, v)

    def double_backward(v):
        return gradient_of(lambda w: tf.reduce_sum(back(w) * t), v)

    def forward_over_backward(v):
        return tangent_of(back, v, t)

    def backward_over_forward(v):
        return gradient_of(lambda w: tangent_of(cubic, w, t), v)

    def forward_over_forward():
        with accumulator(x, t) as outer:
            with accumulator(x, t) as inner:
                value = cubic(x)
        return outer.jvp(inner.jvp(value)), np.sum(6 * y * along**2)

    def batch_jacobian(pfor):
        with tf.GradientTape(persistent=not pfor) as tape:
            tape.watch(x)
            value = case(x)
        return tape.batch_jacobian(value, x, experimental_use_pfor=pfor), case.matrices

    def function(work, *shape):
        return tf.function(work, input_signature=[tf.TensorSpec(shape or x.shape)])(x)

    sample = (None,) * case.axes

    def of_unknown_rank(work):
        traced = tf.function(work, input_signature=[tf.TensorSpec(None)])
        return traced(x)

    def each_sample(work):
        """vectorized_map over samples, with the scan of each or that of all."""
        if case.each:
            return tf.vectorized_map(lambda pair: work(*pair), (x, case.geometry))
        return tf.vectorized_map(lambda v: work(v, case.geometry), x)

    def gradient_of_sample(v, geometry):
        return gradient_of(lambda w: tf.reduce_sum(case(w, geometry) ** 3), v)

    def relaxed():
        """More batches than make TensorFlow trace tangents with unknown sizes."""
        for n in range(40):
            v = case.input(n + 1, SAMPLES)
            found = tangent_of(case, v, v)
        return found, case(v)

    def while_loop():
        def step(n, v):
            return n + 1, v + back(v) * 1e-3

        def loop(v):
            return tf.while_loop(lambda n, _: n < 3, step, (0, v))[1]

        expected = x
        for _ in range(3):
            expected = expected + back(expected) * 1e-3
        return tf.function(loop)(x), expected

    def checkpointed(v):
        return gradient_of(tf.recompute_grad(cubic), v)

    def dataset():
        data = tf.data.Dataset.from_tensor_slices((x, case.geometry) if case.each else (x,))
        data = data.map(lambda v, g=case.geometry: case(v, g), num_parallel_calls=2).batch(SAMPLES)
        return next(iter(data.prefetch(1))), y

    def threads():
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: back(x), range(16)))
        if any((f.numpy() != found[0].numpy()).any() for f in found):
            raise AssertionError("threads differ in bits")
        return found[0], gradient

    def unaligned(v):
        """The same numbers 4 bytes behind what TensorFlow would have aligned."""
        memory = np.zeros(int(np.prod(v.shape)) + 33, np.float32)
        first = (-memory.ctypes.data // 4) % 16 + 1
        moved = memory[first:first + v.numpy().size].reshape(v.shape)
        moved[...] = v
        if moved.ctypes.data % 64 != 4:
            raise AssertionError("the memory is aligned")
        return tf.experimental.dlpack.from_dlpack(moved.__dlpack__())

    def compiled_unaligned():
        return tf.function(case)(unaligned(x)), y

    def empty():
        none = case.input(0)
        geometry = case.geometry[:0] if case.each else case.geometry
        found = gradient_of(lambda v: tf.reduce_sum(case(v, geometry) ** 3), none)
        return tf.concat([found, x], 0), x

    def saved():
        module = tf.Module()
        module.work = tf.function(case, input_signature=[tf.TensorSpec([None, *case.image])])
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(module, folder)
            return tf.saved_model.load(folder).work(x), y

    def graph_of_v1():
        with tf.Graph().as_default():
            v = tf.compat.v1.placeholder(tf.float32, [None, *case.image])
            loss = tf.reduce_sum(case(v, tf.constant(case.geometry.numpy())) ** 3)
            with tf.compat.v1.Session() as session:
                return session.run(tf.gradients(loss, v), {v: x.numpy()})[0], gradient

    def leading_axes():
        v = tf.stack([x, 2 * x], 0)
        return case(v), np.stack([y, 2 * y])

    def dot_product():
        u = tf.random.stateless_normal(case(x).shape, [3, 4])
        forth = np.vdot(case(x).numpy().astype(np.float64), u)
        other = gradient_of(lambda v: tf.reduce_sum(case(v) * u), x)
        return np.float64(forth), np.vdot(x.numpy().astype(np.float64), other)

    return [
        ("call", lambda: (case(x), y)),
        ("dot product", dot_product),
        ("leading axes", leading_axes),
        ("gradient", lambda: (back(x), gradient)),
        ("gradient of gradient", lambda: (double_backward(x), second)),
        ("jvp", lambda: (tangent_of(case, x, t), along)),
        ("jvp of gradient", lambda: (forward_over_backward(x), second)),
        ("gradient of jvp", lambda: (backward_over_forward(x), second)),
        ("jvp of jvp", forward_over_forward),
        ("batch_jacobian, pfor", lambda: batch_jacobian(True)),
        ("batch_jacobian, loop", lambda: batch_jacobian(False)),
        ("function", lambda: (function(case), y)),
        ("function, gradient", lambda: (function(back), gradient)),
        ("function, second order", lambda: (function(double_backward), second)),
        ("function, jvp", lambda: (function(lambda v: tangent_of(case, v, t)), along)),
        ("function, jvp of gradient", lambda: (function(forward_over_backward), second)),
        ("unknown batch", lambda: (function(case, None, *case.image), y)),
        ("unknown batch, gradient", lambda: (function(back, None, *case.image), gradient)),
        ("unknown batch, second order", lambda: (
            function(double_backward, None, *case.image), second)),
        ("unknown batch, jvp", lambda: (
            function(lambda v: tangent_of(case, v, t), None, *case.image), along)),
        ("unknown sizes, gradient", lambda: (function(back, None, *sample), gradient)),
        ("unknown sizes, second order", lambda: (
            function(double_backward, None, *sample), second)),
        ("unknown rank, gradient", lambda: (of_unknown_rank(back), gradient)),
        ("jvp of 40 shapes", relaxed),
        ("vectorized_map", lambda: (each_sample(case), y)),
        ("vectorized_map of gradient", lambda: (each_sample(gradient_of_sample), gradient)),
        ("while_loop", while_loop),
        ("recompute_grad", lambda: (checkpointed(x), gradient)),
        ("recompute_grad, function", lambda: (function(checkpointed), gradient)),
        ("tf.data, threads", dataset),
        ("threads of Python", threads),
        ("DLPack, unaligned", lambda: (case(unaligned(x)), y)),
        ("DLPack, function", compiled_unaligned),
        ("DLPack, gradient", lambda: (back(unaligned(x)), gradient)),
        ("empty batch", empty),
        ("saved model", saved),
        ("graph of tf.compat.v1", graph_of_v1),
    ]


def relative_error(found, expected):
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.size != expected.size:
        raise AssertionError(f"shapes {found.shape} and {expected.shape}")
    error = np.linalg.norm(found.ravel() - expected.ravel()) / np.linalg.norm(expected)
    if not error <= 2e-5:
        raise AssertionError(f"relative error {error:.2e}")
    return error


def main(library):
    ops = pyronn_tensorflow.load(library, "ct")
    kinds = {
        "fan": (lambda first: scans.fan(6, 3.0, 40.0, 80.0, first), [5, 6], [6, 7]),
        "cone": (lambda first: scans.cone(4, 4.0, 40.0, 80.0, first), [4, 3, 5], [4, 5, 4]),
    }
    register_own = ctypes.CDLL(library).register_own
    register_own.argtypes, register_own.restype = [ctypes.c_float, ctypes.c_int], ctypes.c_int64
    kinds["own"] = lambda first: np.int64(register_own(first, 5)), [5, 6], [5, 6]
    failures = 0
    for kind, (scan, image, views) in kinds.items():
        for of, geometry in (("shared", scan(0.0)),
                             ("each", np.stack([scan(0.1 * n) for n in range(SAMPLES)]))):
            for name, shapes in ((kind, (image, views)), (kind + "_adjoint", (views, image))):
                for mode, run in modes(Case(getattr(ops, name), geometry, *shapes)):
                    try:
                        result = f"{relative_error(*run()):.1e}"
                    except Exception as problem:  # a mode that fails is a line of the table
                        lines = [line for line in str(problem).splitlines() if line.strip()]
                        result = f"FAILED {type(problem).__name__}: {' | '.join(lines)[:400]}"
                        failures += 1
                    print(f"{tf.__version__:7} {name:12} {of:7} {mode:28} {result}", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
