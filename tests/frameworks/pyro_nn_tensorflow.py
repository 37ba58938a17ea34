# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What pyro_nn_names.py asks of TensorFlow alone: tf.function, Keras, files."""
import os
import tempfile

import keras
import numpy as np
import tensorflow as tf

import pyro_nn_frame as common
from pyronn_names import keras_layers, layers, tensorflow_layers


def reconstructions():
    """Layers of filtered backprojection: amplitude, training, files."""
    for name, made, kind in (
        ("parallel 2D", common.parallel(pixel=0.7, spacing=0.9),
         keras_layers.ParallelBeamReconstruction2D),
        ("fan 2D", common.fan(span=np.pi + 0.5, views=90), keras_layers.FanBeamReconstruction),
        ("cone 3D", common.cone(views=90), keras_layers.FDKConeBeamReconstruction),
    ):
        radius = 0.3 * made.volume_shape[-1] * made.volume_spacing[-1]
        truth = common.ball(made, radius)
        lines = common.project(name, made, truth)[None]
        model = keras.Sequential([keras.Input(lines.shape[1:]), kind(made, "hann")])
        image = model.predict(lines, verbose=0)
        found = image[0][common.ball(made, radius / 2) > 0.5].mean()
        yield f"{kind.__name__}: amplitude", abs(found - 1) < 1e-3, f"{found:.4f}"
        yield f"{kind.__name__}: weights", [w.name for w in model.trainable_weights] == \
            ["response"] and model.output_shape == (None, *made.volume_shape), ""
        model.layers[0].response.assign(0.7 * model.layers[0].response)
        model.compile(keras.optimizers.Adam(1e-3), "mse")
        losses = model.fit(lines, truth[None], epochs=6, verbose=0).history["loss"]
        yield (f"{kind.__name__}: learns", losses[-1] < losses[0],
               f"{losses[0]:.2e}, {losses[-1]:.2e}")
        image = model.predict(lines, verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.keras")
            model.save(path)
            loaded = keras.models.load_model(path)
            yield f"{kind.__name__}: save, load_model", np.array_equal(
                loaded.predict(lines, verbose=0), image), ""
            path = os.path.join(folder, "model.weights.h5")
            model.save_weights(path)
            fresh = keras.Sequential([keras.Input(lines.shape[1:]), kind(made)])
            fresh.load_weights(path)
            yield f"{kind.__name__}: save_weights, load_weights", np.array_equal(
                fresh.predict(lines, verbose=0), image), ""


def policies():
    """Layers compute with float32, and give what their policy says."""
    made = common.fan(views=12)
    lines = common.random.standard_normal((2, 12, 128)).astype(np.float32)
    expected = keras_layers.FanBeamReconstruction(made)(lines).numpy()
    for policy, kind, bound in (("mixed_float16", "float16", 1e-3), ("float64", "float64", 1e-6)):
        found = keras_layers.FanBeamReconstruction(made, dtype=policy)(lines).numpy()
        close, text = common.near(found, expected, bound)
        yield f"FanBeamReconstruction: {policy}", close and found.dtype == kind, text


def functions():
    """tf.function with a batch that is not known, and the wrappers."""
    made = common.fan(views=12)

    @tf.function(input_signature=[tf.TensorSpec([None, 64, 64], tf.float32)])
    def project(x):
        return tensorflow_layers.fan_projection2d(x, made)

    x = common.random.standard_normal((3, 64, 64)).astype(np.float32)
    expected = tensorflow_layers.fan_projection2d(x, made).numpy()
    yield "tf.function", np.array_equal(project(x).numpy(), expected) and \
        project(x[:1]).shape == (1, 12, 128), ""
    wrapped = layers.FanProjectionFor2D().forward(x, made)
    yield "FanProjectionFor2D", np.array_equal(wrapped.numpy(), expected), ""


def table():
    yield from reconstructions()
    yield from policies()
    yield from functions()
