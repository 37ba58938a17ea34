# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What tables of checks of JAX share: devices, arrays, comparisons, lines."""
import os
import re
import sys

os.environ["XLA_FLAGS"] = (
    os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=4")

import jax
import jax.numpy as jnp
import numpy as np

import scans

sys.path.append(os.path.join(os.path.dirname(__file__), "../../examples/layers"))

ON_CPUS = jax.default_backend() == "cpu"  # elsewhere geometries are no operands
DEVICES = len(jax.devices())

random = np.random.default_rng(3)
GEOMETRY = scans.fan(6, 3.0, 40.0, 80.0)
CONE = scans.cone(4, 4.0, 40.0, 80.0)
IMAGE, VIEWS, SPACING = (5, 6), (6, 7), (1.0, 1.0)


def normal(*shape, dtype=np.float32):
    return jnp.asarray(random.normal(size=shape), dtype)


def relative(found, expected):
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.shape != expected.shape:
        raise AssertionError(f"shapes {found.shape} and {expected.shape}")
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def near(found, expected, bound=2e-6):
    error = relative(found, expected)
    if not error <= bound:
        raise AssertionError(f"relative error {error:.2e}, above {bound:.0e}")
    return f"{error:.1e}"


def same(found, expected):
    if not np.array_equal(np.asarray(found), np.asarray(expected)):
        raise AssertionError("the bits differ")
    return "the same bits"


def refused(function, kind, words):
    """The sentence with which a call is refused."""
    try:
        jax.block_until_ready(function())
    except Exception as problem:
        text = str(problem).splitlines()[0]
        if not isinstance(problem, kind) or not re.search(words, str(problem)):
            raise AssertionError(f"{type(problem).__name__}: {text}")
        return f"{type(problem).__name__}: {text}"
    raise AssertionError("accepted")


class Table:
    """Prints lines and counts those that failed."""

    def __init__(self):
        self.failures = 0

    def line(self, group, name, function):
        try:
            text = function()
        except Exception as problem:
            text = f"FAILED {type(problem).__name__}: " + " | ".join(
                line for line in str(problem).splitlines() if line.strip())[:400]
            self.failures += 1
        print(f"jax {jax.__version__:9} {group:13} {name:28} {text}", flush=True)

    def end(self):
        print(f"{self.failures} failures")
        return 1 if self.failures else 0
