# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What filtered backprojection begins with, for .modules and .keras_layers alike."""
import dataclasses

import numpy as np

from . import filters, scans, weights
from .library import numbers
from .geometry import value_of


@dataclasses.dataclass
class Pipeline:
    """image = backprojection of (rows times weights, filtered with unit * response)."""

    scan: scans.Scan
    weights: np.ndarray  # of the shape of a sinogram, or one that is broadcast to it
    response: np.ndarray  # half a spectrum, for pixels 1 apart
    unit: float  # what the response is multiplied with for the spacing of pixels


def _width(geometry):
    return float(np.ravel(numbers(value_of(geometry, "detector_spacing")))[-1])


def parallel_2d(geometry, window):
    scan = scans.parallel_2d(geometry)
    ones = np.ones((1, 1), np.float32)
    return Pipeline(scan, ones, filters.response(window, scan.sinogram[-1]), 1 / _width(geometry))


def fan_2d(geometry, window):
    scan = scans.fan_2d(geometry)
    weight = weights.redundancy_weights_2d(geometry) * weights.cosine_weights_2d(geometry)
    return Pipeline(scan, weight, filters.response(window, scan.sinogram[-1]), 1 / _width(geometry))


def cone_3d(geometry, window):
    scan = scans.cone_3d(geometry)
    weight = weights.redundancy_weights_3d(geometry) * weights.cosine_weights_3d(geometry)
    return Pipeline(scan, weight, filters.response(window, scan.sinogram[-1]),
                    1 / _width(geometry)**2)
