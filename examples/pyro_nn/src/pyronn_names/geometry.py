# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Geometries by the names of PYRO-NN 1.1. Each is also a mapping: operators take it as `geometry`
or as `**geometry`. The class of all beams that its notebooks use is in .geometry_of_all.

Lists have the slowest axis first: (z, y, x), (v, u). Lengths are mm and angles rad. Numbers keep
the precision that they are given.
"""
from collections.abc import Mapping

import numpy as np

from .library import array, integer, number, numbers, positive, sizes
from .trajectories import range_of

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


def array_of(geometry, name, *shape):
    """Numbers of a geometry that have a shape, as library.array has it."""
    return array(value_of(geometry, name), name, shape)


def sizes_of(geometry, name, axes):
    """Sizes of a geometry along so many axes."""
    return sizes(value_of(geometry, name), name, axes)


def spacing_of(shape, spacing, name):
    """A spacing for each axis of a shape. One number holds for all; 1.1's fan example gives two for
    a line."""
    spacing = np.atleast_1d(numbers(spacing, name))
    if spacing.size == 1:
        spacing = np.full(len(shape), spacing.reshape(()))
    if len(shape) == 1 and spacing.shape == (2,):
        spacing = spacing[-1:]
    for value in array(spacing, name, (len(shape),)):
        positive(value, name)
    return spacing


def distances_of(sdd, sid):
    """Distances from the source to the detector and to the axis [mm]; (None, None) of parallel
    rays."""
    if sdd is None and sid is None:
        return sdd, sid
    sdd = positive(sdd, "source_detector_distance")
    sid = positive(sid, "source_isocenter_distance")
    if sdd < sid:
        raise ValueError(f"source_detector_distance {sdd:g} must be at least "
                         f"source_isocenter_distance {sid:g}; they may be swapped")
    return sdd, sid


def centred_origin(shape, spacing):
    """The position of the first of equally spaced points whose middle is 0."""
    return -(np.asarray(shape) - 1) / 2.0 * np.asarray(spacing)


class GeometryBase:
    """What all beams have."""

    _axes = 2  # of the volume; the detector has one less

    def __init__(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                 number_of_projections, angular_range, source_detector_distance=None,
                 source_isocenter_distance=None, *args, **kwargs):
        axes = self._axes
        self.volume_shape = sizes(volume_shape, "volume_shape", axes).astype(int)
        self.volume_spacing = spacing_of(self.volume_shape, volume_spacing, "volume_spacing")
        self.volume_origin = centred_origin(self.volume_shape, self.volume_spacing)
        self.detector_shape = sizes(detector_shape, "detector_shape", axes - 1).astype(int)
        self.detector_spacing = spacing_of(self.detector_shape, detector_spacing,
                                           "detector_spacing")
        self.detector_origin = centred_origin(self.detector_shape, self.detector_spacing)
        self.number_of_projections = integer(number_of_projections, "number_of_projections")
        self.angular_range = range_of(angular_range).tolist()
        self.sinogram_shape = np.array([self.number_of_projections, *self.detector_shape])
        self.source_detector_distance, self.source_isocenter_distance = distances_of(
            source_detector_distance, source_isocenter_distance)
        self.fan_angle = None
        self.cone_angle = None
        self.projection_multiplier = None
        self.step_size = None
        self.trajectory = None

    def set_trajectory(self, trajectory):
        """Central rays (views, 2 or 3) or projection matrices (views, 3, 4); with one more axis in
        front, of each sample."""
        self.trajectory = numbers(trajectory, "trajectory")

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

    _axes = 3


class GeometryFan2D(GeometryBase):
    """A fan with a straight detector."""

    def __init__(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                 number_of_projections, angular_range, source_detector_distance,
                 source_isocenter_distance, *args, **kwargs):
        super().__init__(volume_shape, volume_spacing, detector_shape, detector_spacing,
                         number_of_projections, angular_range,
                         number(source_detector_distance, "source_detector_distance"),
                         source_isocenter_distance)
        self.fan_angle = self._half_angle(-1)


class GeometryCone3D(GeometryFan2D):
    """A cone beam with a flat panel."""

    _axes = 3

    def __init__(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                 number_of_projections, angular_range, source_detector_distance,
                 source_isocenter_distance, *args, **kwargs):
        super().__init__(volume_shape, volume_spacing, detector_shape, detector_spacing,
                         number_of_projections, angular_range, source_detector_distance,
                         source_isocenter_distance)
        self.cone_angle = self._half_angle(-2)
        self.projection_multiplier = (self.source_isocenter_distance * self.source_detector_distance
                                      * self.detector_spacing[-1] * np.pi
                                      / self.number_of_projections)
        self.step_size = 0.2
