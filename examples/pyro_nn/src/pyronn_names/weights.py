# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Weights by the names of PYRO-NN 1.1, as NumPy arrays of float32, made by the C++ library.

Redundancy weights are made of the trajectory, so that they fit either sense of rotation, any
detector origin and any range from pi on; set the trajectory before. Opposite rays sum to 1. As in
PYRO-NN they are multiplied by range / pi, which its backprojections leave out: with them amplitudes
come out right for any range. Of a full turn every ray then counts 1.
"""
import numpy as np

from .geometry import value_of
from .library import number, numbers, result, sizes
from .scans import fan_vectors
from .trajectories import range_of


def cosine_weights_3d(geometry):
    """(V, U): the cosine of the angle between each ray and the central one. Unlike 1.1's it knows
    detector_origin."""
    return result("names_cosine_weights", sizes(value_of(geometry, "detector_shape")),
                  numbers(value_of(geometry, "detector_spacing")),
                  numbers(value_of(geometry, "detector_origin")),
                  number(value_of(geometry, "source_detector_distance")),
                  shape=sizes(value_of(geometry, "detector_shape")), dtype=np.float32)


def cosine_weights_2d(geometry):
    """(W,): the same of a fan; PYRO-NN has none, and its fans come out wrong without it."""
    columns = int(sizes(value_of(geometry, "detector_shape"))[-1])
    spacing = np.ravel(numbers(value_of(geometry, "detector_spacing")))[-1]
    origin = np.ravel(numbers(value_of(geometry, "detector_origin")))[-1]
    return result("names_cosine_weights", np.array([1, columns], np.int32),
                  np.array([1.0, spacing]), np.array([0.0, origin]),
                  number(value_of(geometry, "source_detector_distance")),
                  shape=(1, columns), dtype=np.float32)[0]


def _scale(geometry):
    begin, end = range_of(value_of(geometry, "angular_range"))
    return np.float32(abs(end - begin) / np.pi)


def _of_one(views):
    if views.ndim != 3:
        raise ValueError(f"weights are made for one trajectory; this one has shape {views.shape}")
    return views


def _of_fan(kind, geometry):
    vectors = _of_one(fan_vectors(geometry))
    columns = int(sizes(value_of(geometry, "detector_shape"))[-1])
    weights = result("names_fan_redundancy", kind, len(vectors), columns, vectors,
                     shape=(len(vectors), columns), dtype=np.float32)
    return weights * _scale(geometry)


def _of_cone(kind, geometry):
    matrices = _of_one(numbers(value_of(geometry, "trajectory")))
    shape = sizes(value_of(geometry, "detector_shape"))
    weights = result("names_cone_redundancy", kind, len(matrices), shape, matrices,
                     shape=(len(matrices), int(shape[-1])), dtype=np.float32)
    return weights[:, None] * _scale(geometry)


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
