# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What the examples have in common: the size, the numbers, the exit status."""
import argparse
import sys

import numpy as np


LEAST_SIZE = 48  # coarser pixels miss what the bounds of the examples ask for


def size_of(description, default):
    """The size that the command line gives; the examples scale with it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--size", type=int, default=default,
                        help=f"pixels of a side, from {LEAST_SIZE} on ({default})")
    size = parser.parse_args().size
    if size < LEAST_SIZE:
        parser.error(f"--size {size} must be at least {LEAST_SIZE}")
    return size


def relative_error(image, truth, mask=None):
    """|image - truth| / |truth|, both over a mask of voxels if there is one."""
    image, truth = np.asarray(image, np.float64), np.asarray(truth, np.float64)
    if mask is not None:
        image, truth = image[mask], truth[mask]
    return np.linalg.norm(image - truth) / np.linalg.norm(truth)


class Report:
    """Prints numbers and checks them."""

    def __init__(self, name):
        self.name, self.failed = name, False

    def below(self, what, value, limit):
        self._line(what, value, value < limit, f"< {limit:g}")

    def near(self, what, value, expected, tolerance):
        condition = f"{expected:g} +- {tolerance:g}"
        self._line(what, value, abs(value - expected) <= tolerance, condition)

    def _line(self, what, value, passed, condition):
        self.failed |= not passed
        print(f"{self.name}: {what} {value:.5g} ({condition}) {'passed' if passed else 'FAILED'}",
              flush=True)

    def exit(self):
        sys.exit(1 if self.failed else 0)
