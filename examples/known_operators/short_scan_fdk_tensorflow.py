# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""FDK of a short cone-beam scan as a network of known operators of TensorFlow, as short_scan_fdk.py
is of PyTorch. pyronn_tensorflow.py is in examples/layers."""
import sys

import tensorflow as tf

import figures
import pyronn_tensorflow
from known_operators import Data, ShortScan, arguments


class Fdk(tf.keras.layers.Layer):
    """Factors of the weights and of the filter are variables."""

    def __init__(self, known, scan, weights, response):
        super().__init__()
        self.known, self.volume, self.spacing = known, scan.volume, [scan.voxel] * 3
        self.scan = pyronn_tensorflow.on_host(scan.vectors)
        self.known_weights, self.known_response = tf.constant(weights), tf.constant(response)
        self.weights_factor = self.add_weight(shape=weights.shape, initializer="ones")
        self.response_factor = self.add_weight(shape=response.shape, initializer="ones")

    def call(self, projections):
        weighted = projections * (self.known_weights * self.weights_factor)
        filtered = self.known.rows(weighted, self.known_response * self.response_factor)
        return self.known.cone_weighted_adjoint(filtered, self.scan, self.volume, self.spacing)


def wide_cone(known, data, size):
    """A smooth body and what the network makes of it."""
    scan = ShortScan.wide(size)
    body = scan.smooth_body()
    network = Fdk(known, scan, *data.fdk_arrays(scan.vectors, *scan.projections[1:]))
    lines = known.cone(tf.constant(body), network.scan, scan.projections, network.spacing)
    return body, network(lines).numpy()


def main():
    options = arguments(__doc__, size=48, steps=5)
    known = pyronn_tensorflow.load(options.library, "known")
    scan, data = ShortScan(options.size), Data(options.library)
    network = Fdk(known, scan, *data.fdk_arrays(scan.vectors, *scan.projections[1:]))
    truth = tf.constant(data.head_3d(options.size))
    lines = known.cone(truth, network.scan, scan.projections, network.spacing)

    optimizer = tf.keras.optimizers.Adam(2e-3)
    losses, untrained = [], None
    for step in range(options.steps + 1):
        # Keras adds it to a root without Adam's correction for the first steps, others to one with it.
        optimizer.epsilon = 1e-8 * (1 - 0.999**(step + 1))**0.5
        with tf.GradientTape() as tape:
            volume = network(lines)
            loss = tf.reduce_mean((volume - truth)**2)
        gradients = tape.gradient(loss, network.trainable_variables)
        untrained = volume if untrained is None else untrained
        losses.append(float(loss))
        optimizer.apply_gradients(zip(gradients, network.trainable_variables))
    images = [x[options.size // 2].numpy() for x in (truth, untrained, volume)]
    figures.write_images(options.output / "short_scan_fdk_tensorflow.png", images, 0, 0.5)
    figures.write_curve(options.output / "short_scan_fdk_tensorflow_loss.png", losses)
    return scan.check(truth.numpy(), untrained.numpy(), losses,
                      *wide_cone(known, data, options.size))


if __name__ == "__main__":
    sys.exit(main())
