# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Geometries by the names of PYRO-NN 1.1. Each is also a mapping: operators take it as `geometry`
or as `**geometry`. The class of all beams that its notebooks use is in .geometry_of_all.

Lists have the slowest axis first: (z, y, x), (v, u). Lengths are mm and angles rad. Numbers keep
the precision that they are given.
"""
from collections.abc import Mapping

import numpy as np

from .library import numbers

_MISSING = object()


def value_of(geometry, name, default=_MISSING):
    """A value of a geometry, which is an object or a mapping. Without a default one that is
    missing, or None, is an error."""
    try:
        value = geometry[name] if isinstance(geometry, Mapping) else getattr(geometry, name)
    except (KeyError, AttributeError):
        value = None
    if value is None:
        if default is _MISSING:
            hint = "; set_trajectory sets it" if name == "trajectory" else ""
            raise ValueError(f"the geometry has no {name}{hint}")
        value = default
    return value


def centred_origin(shape, spacing):
    """The position of the first of equally spaced points whose middle is 0."""
    return -(np.asarray(shape) - 1) / 2.0 * np.asarray(spacing)


class GeometryBase:
    """What all beams have."""

    def __init__(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                 number_of_projections, angular_range, source_detector_distance=None,
                 source_isocenter_distance=None, *args, **kwargs):
        self.volume_shape = np.atleast_1d(np.array(volume_shape))
        self.volume_spacing = np.atleast_1d(np.array(volume_spacing, np.float64))
        self.volume_origin = centred_origin(self.volume_shape, self.volume_spacing)
        self.detector_shape = np.atleast_1d(np.array(detector_shape))
        # One number a detector axis; 1.1's fan example gives two for a line.
        spacing = np.atleast_1d(np.array(detector_spacing, np.float64))
        self.detector_spacing = spacing[-self.detector_shape.size:]
        self.detector_origin = centred_origin(self.detector_shape, self.detector_spacing)
        self.number_of_projections = int(number_of_projections)
        self.angular_range = (list(angular_range) if np.ndim(angular_range) else
                              [0, angular_range])
        self.sinogram_shape = np.array([self.number_of_projections, *self.detector_shape])
        self.source_detector_distance = source_detector_distance
        self.source_isocenter_distance = source_isocenter_distance
        self.fan_angle = None
        self.cone_angle = None
        self.projection_multiplier = None
        self.step_size = None
        self.trajectory = None

    def set_trajectory(self, trajectory):
        """Central rays (views, 2 or 3) or projection matrices (views, 3, 4); with one more axis in
        front, of each sample."""
        self.trajectory = numbers(trajectory)

    def update(self, dict):
        """Sets attributes by their names. Nothing is computed anew, as in 1.1."""
        for key, value in dict.items():
            if not hasattr(self, key):
                raise ValueError(f"update: '{key}' is no attribute of the geometry")
            setattr(self, key, value)

    def get_dict(self):
        """All attributes."""
        return {key: value for key, value in vars(self).items() if not key.startswith("_")}

    def keys(self):
        """The names of what is set, so that `**geometry` passes them on."""
        return [key for key, value in self.get_dict().items() if value is not None]

    def __getitem__(self, key):
        return getattr(self, key)

    def _half_angle(self, axis):
        """Half the angle of the detector's pixel centres, as PYRO-NN has it."""
        half = (self.detector_shape[axis] - 1) / 2.0 * self.detector_spacing[axis]
        return np.arctan(half / self.source_detector_distance)


class GeometryParallel2D(GeometryBase):
    """Parallel rays in the plane."""

    def __init__(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                 number_of_projections, angular_range, *args, **kwargs):
        super().__init__(volume_shape, volume_spacing, detector_shape, detector_spacing,
                         number_of_projections, angular_range)


class GeometryParallel3D(GeometryParallel2D):
    """Parallel rays in space, as of version 0.1's example; rays must not be along z."""


class GeometryFan2D(GeometryBase):
    """A fan with a straight detector."""

    def __init__(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                 number_of_projections, angular_range, source_detector_distance,
                 source_isocenter_distance, *args, **kwargs):
        super().__init__(volume_shape, volume_spacing, detector_shape, detector_spacing,
                         number_of_projections, angular_range, source_detector_distance,
                         source_isocenter_distance)
        self.fan_angle = self._half_angle(-1)


class GeometryCone3D(GeometryFan2D):
    """A cone beam with a flat panel."""

    def __init__(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                 number_of_projections, angular_range, source_detector_distance,
                 source_isocenter_distance, *args, **kwargs):
        super().__init__(volume_shape, volume_spacing, detector_shape, detector_spacing,
                         number_of_projections, angular_range, source_detector_distance,
                         source_isocenter_distance)
        self.cone_angle = self._half_angle(-2)
        self.projection_multiplier = (source_isocenter_distance * source_detector_distance
                                      * self.detector_spacing[-1] * np.pi
                                      / self.number_of_projections)
        self.step_size = 0.2
