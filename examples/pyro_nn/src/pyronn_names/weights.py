# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Weights by the names of PYRO-NN 1.1, as NumPy arrays of float32, made by the C++ library.

Redundancy weights are made of the trajectory, so that they fit either sense of rotation, any
detector origin and any range from pi on; set the trajectory before. Opposite rays sum to 1. As in
PYRO-NN they are multiplied by range / pi, which its backprojections leave out: with them amplitudes
come out right for any range up to a turn, and for whole turns, of which every ray counts 1.
"""
import numpy as np

from .geometry import array_of, sizes_of, value_of
from .library import positive, result
from .scans import fan_vectors, line_of
from .trajectories import range_of


def _sdd(geometry):
    name = "source_detector_distance"
    return positive(value_of(geometry, name), name)


def _spacing_of_panel(geometry):
    spacing = array_of(geometry, "detector_spacing", 2)
    for value in spacing:
        positive(value, "detector_spacing")
    return spacing


def cosine_weights_3d(geometry):
    """(V, U): the cosine of the angle between each ray and the central one. Unlike 1.1's it knows
    detector_origin."""
    shape = sizes_of(geometry, "detector_shape", 2)
    return result("names_cosine_weights", shape, _spacing_of_panel(geometry),
                  array_of(geometry, "detector_origin", 2), _sdd(geometry), shape=shape,
                  dtype=np.float32)


def cosine_weights_2d(geometry):
    """(W,): the same of a fan; PYRO-NN has none, and its fans come out wrong without it."""
    columns = _columns(geometry)
    spacing, origin = (_of_one(line_of(geometry, name), 0, name)
                       for name in ("detector_spacing", "detector_origin"))
    return result("names_cosine_weights", np.array([1, columns], np.int32),
                  np.array([1.0, spacing]), np.array([0.0, origin]), _sdd(geometry),
                  shape=(1, columns), dtype=np.float32)[0]


def _columns(geometry):
    return int(sizes_of(geometry, "detector_shape", 1)[0])


def _scale(geometry):
    """range / pi, at most 2: of several turns each ray is measured as often as there are turns,
    which the number of views divides out."""
    begin, end = range_of(value_of(geometry, "angular_range"))
    turns = abs(end - begin) / (2 * np.pi)
    if turns < 0.5 - 1e-6:
        raise ValueError(f"weights: a range of {360 * turns:.1f} degrees must be of at least 180")
    if turns > 1 and abs(turns - round(turns)) > 1e-5:
        raise ValueError(f"weights: a range of {turns:.3f} turns must be at most one turn or whole "
                         "turns [rad]")
    return np.float32(min(2 * turns, 2.0))


def _of_one(values, axes, name):
    if values.ndim != axes:
        raise ValueError(f"weights are made for one scan; {name} has shape {values.shape}, with an "
                         "axis of samples")
    return values


def _of_fan(kind, geometry):
    scale = _scale(geometry)
    vectors = _of_one(fan_vectors(geometry), 3, "the geometry")
    columns = _columns(geometry)
    weights = result("names_fan_redundancy", kind, len(vectors), columns, vectors,
                     shape=(len(vectors), columns), dtype=np.float32)
    return weights * scale


def _of_cone(kind, geometry):
    scale = _scale(geometry)
    matrices = _of_one(array_of(geometry, "trajectory", ..., "views", 3, 4), 3, "trajectory")
    shape = sizes_of(geometry, "detector_shape", 2)
    weights = result("names_cone_redundancy", kind, len(matrices), shape, matrices,
                     shape=(len(matrices), int(shape[-1])), dtype=np.float32)
    return weights[:, None] * scale


def parker_weights_2d(geometry):
    """(views, W) of a fan: Parker's weights of a short scan of at least pi and the fan's angle."""
    return _of_fan("parker", geometry)


def parker_weights_3d(geometry):
    """(views, 1, U) of a cone beam."""
    return _of_cone("parker", geometry)


def riess_weights_2d(geometry):
    """(views, W) of a fan: weights of a super-short scan of at least pi. 1.1's do not run."""
    return _of_fan("riess", geometry)


def redundancy_weights_2d(geometry):
    """(views, W) of a fan: whichever weights its range asks for, ones for a full turn."""
    return _of_fan("automatic", geometry)


def redundancy_weights_3d(geometry):
    """(views, 1, U) of a cone beam."""
    return _of_cone("automatic", geometry)
