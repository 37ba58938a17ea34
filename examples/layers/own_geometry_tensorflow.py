# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
import sys

import tensorflow as tf

import pyronn_tensorflow

own = pyronn_tensorflow.load(sys.argv[1], "own")
volumes = tf.Variable(tf.random.uniform((2, 16, 24, 24)))  # samples, z, y, x
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(own.tilted(volumes, own.scan(), (20, 32, 32), (1.0, 1.0, 1.0)) ** 2)
assert abs(tf.reduce_sum(volumes * tape.gradient(loss, volumes)) / loss - 2) < 1e-4  # <x, A'A x>
