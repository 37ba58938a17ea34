# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What filtered backprojection begins with, for .modules and .keras_layers alike."""
import dataclasses

import numpy as np

from . import filters, scans, weights
from .geometry import array_of, value_of
from .scans import line_of
from .trajectories import range_of


@dataclasses.dataclass
class Pipeline:
    """image = backprojection of (rows times weights, filtered with unit * response)."""

    scan: scans.Scan
    weights: np.ndarray  # of the shape of a sinogram, or one that is broadcast to it
    response: np.ndarray  # half a spectrum, for pixels 1 apart
    unit: float  # what the response is multiplied with for the spacing of pixels


def _of_one(values):
    if values.ndim:
        raise ValueError("reconstructions are of one detector; detector_spacing has an axis of "
                         "samples")
    return float(values)


def _check_half_turns(geometry):
    """Backprojections of parallel rays are right where all are measured equally often."""
    begin, end = range_of(value_of(geometry, "angular_range"))
    half_turns = abs(end - begin) / np.pi
    if half_turns < 0.5 or abs(half_turns - round(half_turns)) > 1e-5:
        raise ValueError(f"angular_range of {half_turns:.3f} half turns must be whole half turns: "
                         "parallel rays have no redundancy weights here; the range excludes its "
                         "end")


def parallel_2d(geometry, window):
    scan = scans.parallel_2d(geometry)
    _check_half_turns(geometry)
    ones = np.ones((1, 1), np.float32)
    return Pipeline(scan, ones, filters.response(window, scan.sinogram[-1]),
                    1 / _of_one(line_of(geometry, "detector_spacing")))


def fan_2d(geometry, window):
    scan = scans.fan_2d(geometry)
    weight = weights.redundancy_weights_2d(geometry) * weights.cosine_weights_2d(geometry)
    return Pipeline(scan, weight, filters.response(window, scan.sinogram[-1]),
                    1 / _of_one(line_of(geometry, "detector_spacing")))


def cone_3d(geometry, window):
    scan = scans.cone_3d(geometry)
    weight = weights.redundancy_weights_3d(geometry) * weights.cosine_weights_3d(geometry)
    return Pipeline(scan, weight, filters.response(window, scan.sinogram[-1]),
                    1 / array_of(geometry, "detector_spacing", 2)[-1]**2)
