# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""FDK of a short cone-beam scan as a network of known operators of JAX, as short_scan_fdk.py is of
PyTorch. At full size: --size 256 --steps 20. pyronn_jax.py is in examples/layers."""
import sys

import jax
import jax.numpy as jnp

import figures
import pyronn_jax
from known_operators import Data, ShortScan, arguments


def adam(parameters, gradients, moments, step, rate=2e-3):
    """One step of Adam (D. Kingma, J. Ba, ICLR 2015)."""
    first, second = moments
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    ahead = lambda p, m, v: p - rate * (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return jax.tree.map(ahead, parameters, first, second), (first, second)


def wide_cone(known, data, size):
    """A smooth body and what FDK makes of it."""
    scan = ShortScan.wide(size)
    body, spacing = scan.smooth_body(), (scan.voxel,) * 3
    weights, response = data.fdk_arrays(scan.vectors, *scan.projections[1:])
    lines = known.cone(body, scan.vectors, tuple(scan.projections), spacing)
    filtered = known.rows(lines * weights, response)
    found = known.cone_weighted_adjoint(filtered, scan.vectors, tuple(scan.volume), spacing)
    return body, jax.device_get(found)


def main():
    options = arguments(__doc__, size=48, steps=5)
    known = pyronn_jax.Library(options.library, operators=["cone", "cone_weighted"],
                               filters=["rows"])
    scan, data = ShortScan(options.size), Data(options.library)
    spacing = (scan.voxel,) * 3
    weights, response = data.fdk_arrays(scan.vectors, *scan.projections[1:])
    factors = {"weights": jnp.ones_like(weights), "response": jnp.ones_like(response)}
    truth = jnp.asarray(data.head_3d(options.size))
    lines = known.cone(truth, scan.vectors, tuple(scan.projections), spacing)
    weighted = lines * weights

    def network(factors):
        filtered = known.rows(weighted * factors["weights"], response * factors["response"])
        return known.cone_weighted_adjoint(filtered, scan.vectors, tuple(scan.volume), spacing)

    def loss_and_volume(factors):
        volume = network(factors)
        return jnp.mean((volume - truth)**2), volume

    descend = jax.jit(jax.value_and_grad(loss_and_volume, has_aux=True))
    zeros = jax.tree.map(jnp.zeros_like, factors)
    moments, losses, untrained = (zeros, zeros), [], None
    for step in range(options.steps + 1):
        (loss, volume), gradients = descend(factors)
        untrained = volume if untrained is None else untrained
        losses.append(float(loss))
        factors, moments = adam(factors, gradients, moments, step + 1)
    images = [x[options.size // 2] for x in (truth, untrained, volume)]
    figures.write_images(options.output / "short_scan_fdk_jax.png", images, 0, 0.5)
    figures.write_curve(options.output / "short_scan_fdk_jax_loss.png", losses)
    return scan.check(jax.device_get(truth), jax.device_get(untrained), losses,
                      *wide_cone(known, data, options.size))


if __name__ == "__main__":
    sys.exit(main())
