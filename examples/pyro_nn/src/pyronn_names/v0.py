# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Version 0.1, where it differs from 1.1. Its six functions of layers are those of
.tensorflow_layers; phantoms and `ramp` are the same.

* Sources turn counter-clockwise. Trajectories, filters and weights take a geometry.
* The central ray of a cone beam meets the panel half a pixel beyond its middle, at shape / 2, and
  detector_origin has no effect.
* Detectors of the plane have a number as their shape, and ranges are numbers that begin at 0.
* Trajectories are set by the name of the beam: set_ray_vectors, set_central_ray_vectors,
  set_projection_matrices.
"""
import numpy as np

from . import filters, geometry, weights
from .library import array, positive, result, sizes
from .trajectories import range_of

_VERSION = 0


class _OneRange:
    """`angular_range` is a number [rad]."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        begin, self.angular_range = self.angular_range
        if begin != 0:
            raise ValueError(f"angular_range begins at {begin:g} but must begin at 0, as in "
                             "version 0.1 [rad]")


class GeometryParallel2D(_OneRange, geometry.GeometryParallel2D):
    """Parallel rays in the plane."""

    def set_ray_vectors(self, ray_vectors):
        self.set_trajectory(ray_vectors)

    ray_vectors = property(lambda self: self.trajectory, set_ray_vectors)


class GeometryParallel3D(GeometryParallel2D):
    """Parallel rays in space."""

    _axes = 3


class GeometryFan2D(_OneRange, geometry.GeometryFan2D):
    """A fan with a straight detector."""

    def set_central_ray_vectors(self, central_ray_vectors):
        self.set_trajectory(central_ray_vectors)

    central_ray_vectors = property(lambda self: self.trajectory, set_central_ray_vectors)


class GeometryCone3D(_OneRange, geometry.GeometryCone3D):
    """A cone beam with a flat panel, in steps of a voxel."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.step_size = 1.0
        # Where pixel 0 is, of a central ray that meets the panel at shape / 2.
        self.detector_origin = -self.detector_shape / 2.0 * self.detector_spacing

    def set_projection_matrices(self, projection_matrices):
        self.set_trajectory(projection_matrices)

    projection_matrices = property(lambda self: self.trajectory, set_projection_matrices)


def circular_trajectory_2d(geometry):
    """Central rays (views, 2): (cos t, sin t)."""
    views = geometry.number_of_projections
    return result("names_circular_rays", _VERSION, False, views,
                  range_of(geometry.angular_range), shape=(views, 2))


def circular_trajectory_3d(geometry):
    """Projection matrices (views, 3, 4); of parallel rays in space directions (views, 3)."""
    views = geometry.number_of_projections
    if geometry.source_detector_distance is None:
        return np.pad(circular_trajectory_2d(geometry), ((0, 0), (0, 1)))
    return result("names_circular_matrices", _VERSION, False, views,
                  range_of(geometry.angular_range),
                  sizes(geometry.detector_shape, "detector_shape", 2),
                  array(geometry.detector_spacing, "detector_spacing", (2,)), np.zeros(2),
                  positive(geometry.source_isocenter_distance, "source_isocenter_distance"),
                  positive(geometry.source_detector_distance, "source_detector_distance"),
                  shape=(views, 3, 4))


ramp, ram_lak = filters.ramp, filters.ram_lak


def ramp_2D(geometry):
    return filters.ramp_2D(geometry.detector_shape, geometry.number_of_projections)


def ramp_3D(geometry):
    return filters.ramp_3D(geometry.detector_shape, geometry.number_of_projections)


def ram_lak_2D(geometry):
    return filters.ram_lak_2D(geometry.detector_shape, geometry.detector_spacing,
                              geometry.number_of_projections)


def ram_lak_3D(geometry):
    return filters.ram_lak_3D(geometry.detector_shape, geometry.detector_spacing,
                              geometry.number_of_projections)


cosine_weights_3d = weights.cosine_weights_3d
parker_weights_2d = weights.parker_weights_2d
parker_weights_3d = weights.parker_weights_3d
riess_weights_2d = weights.riess_weights_2d
