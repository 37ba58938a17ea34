# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
import sys

import jax

import pyronn_jax

own = pyronn_jax.Library(sys.argv[1], operators=["tilted"], geometries=["scan"])
volumes = jax.random.uniform(jax.random.key(0), (2, 16, 24, 24))  # samples, z, y, x
loss = lambda v: (own.tilted(v, own.scan, (20, 32, 32), (1.0, 1.0, 1.0)) ** 2).sum()
squared = (volumes * jax.grad(loss)(volumes)).sum() / 2  # <x, A'A x>
assert abs(squared - loss(volumes)) < 1e-4 * squared
