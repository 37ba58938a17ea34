# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What the operators take, of a geometry as PYRO-NN has it: an object with attributes, or a mapping
of arrays or tensors. No framework is needed here.

A trajectory, the spacing and origin of the detector, and the distances may have one more axis in
front: one scan for each sample.
"""
import dataclasses

import numpy as np

from .geometry import value_of
from .library import numbers, result, sizes


@dataclasses.dataclass
class Scan:
    """The arguments of an operator."""

    beam: str  # the name of its operators
    views: np.ndarray  # (..., views, rows, columns), float64
    volume: list  # shape of one volume or image
    sinogram: list  # shape of one sinogram
    spacing: list  # of voxels [mm], slowest axis first
    origin: list  # of the first voxel's centre [mm]
    multiplier: np.ndarray  # what backprojections are multiplied with, (...)
    step: float = 0.2  # of rays [voxels]

    def factors(self):
        """The multiplier as it is multiplied with volumes: a number, or one for each sample."""
        if self.multiplier.ndim == 0:
            return float(self.multiplier)
        ones = (1,) * len(self.volume)
        return self.multiplier.reshape(*self.multiplier.shape, *ones).astype(np.float32)


def _last(values):
    """The number of the last axis u, of (..., axes) numbers or of one."""
    values = numbers(values)
    return values[..., -1] if values.ndim else values


def _distances(value):
    """One number, or one for each sample (samples,) or (samples, 1)."""
    values = numbers(value).reshape(-1)
    return values[0] if values.size == 1 else values


def _per_sample(make, rays, *values):
    """make(rays, *values) of (views, axes) rays and numbers, or a stack of it where any of them has
    an axis of samples."""
    rays = numbers(rays)
    samples = np.broadcast_shapes(rays.shape[:-2], *(np.shape(value) for value in values))
    if samples == ():
        return make(rays, *map(float, values))
    rays = np.ascontiguousarray(np.broadcast_to(rays, (*samples, *rays.shape[-2:])))
    values = [np.broadcast_to(value, samples) for value in values]
    return np.stack([make(rays[n], *(float(value[n]) for value in values))
                     for n in range(samples[0])])


def _columns(geometry):
    return int(sizes(value_of(geometry, "sinogram_shape"))[-1])


def parallel_vectors(geometry):
    """Direction, detector centre and u step (..., views, 3, 2) of parallel rays in the plane."""
    columns = _columns(geometry)

    def make(rays, spacing, origin):
        return result("names_parallel_vectors", len(rays), rays, columns, spacing, origin,
                      shape=(len(rays), 3, 2))

    return _per_sample(make, value_of(geometry, "trajectory"),
                       _last(value_of(geometry, "detector_spacing")),
                       _last(value_of(geometry, "detector_origin")))


def fan_vectors(geometry):
    """Source, detector centre and u step (..., views, 3, 2) of a fan [mm]."""
    columns = _columns(geometry)

    def make(rays, spacing, origin, sid, sdd):
        return result("names_fan_vectors", len(rays), rays, columns, spacing, origin, sid, sdd,
                      shape=(len(rays), 3, 2))

    return _per_sample(make, value_of(geometry, "trajectory"),
                       _last(value_of(geometry, "detector_spacing")),
                       _last(value_of(geometry, "detector_origin")),
                       _distances(value_of(geometry, "source_isocenter_distance")),
                       _distances(value_of(geometry, "source_detector_distance")))


def parallel_vectors_3d(geometry):
    """Direction, detector centre, u step and v step (..., views, 4, 3) of parallel rays in space:
    u along z times the direction, v along -z."""
    shape = sizes(value_of(geometry, "sinogram_shape"))[-2:]
    spacing = numbers(value_of(geometry, "detector_spacing"))
    origin = numbers(value_of(geometry, "detector_origin"))

    def make(rays):
        return result("names_parallel_vectors_3d", len(rays), rays, shape, spacing, origin,
                      shape=(len(rays), 4, 3))

    return _per_sample(make, value_of(geometry, "trajectory"))


def _of_all_samples(geometry, name):
    """Numbers of voxels, which must be the same for all samples."""
    values = numbers(value_of(geometry, name))
    if values.ndim > 1:
        if not (values == values[0]).all():
            raise ValueError(f"{name}: all samples of a call must have the same; it has {values}")
        values = values[0]
    return [float(value) for value in np.atleast_1d(values)]


def _scan(geometry, beam, views, multiplier, step=0.2):
    sinogram = sizes(value_of(geometry, "sinogram_shape")).tolist()
    volume = sizes(value_of(geometry, "volume_shape")).tolist()
    if sinogram[0] != views.shape[-3]:
        raise ValueError(f"sinogram_shape {sinogram} has {sinogram[0]} views, but the trajectory "
                         f"has {views.shape[-3]}")
    spacing, origin = (_of_all_samples(geometry, name) for name in
                       ("volume_spacing", "volume_origin"))
    return Scan(beam, views, volume, sinogram, spacing, origin,
                np.asarray(multiplier, np.float64), step)


def parallel_2d(geometry):
    """Backprojections are multiplied with pi / views, as PYRO-NN's."""
    views = parallel_vectors(geometry)
    return _scan(geometry, "parallel_2d", views, np.pi / views.shape[-3])


def fan_2d(geometry):
    """Backprojections are multiplied with sid sdd pi / views, as PYRO-NN's."""
    views = fan_vectors(geometry)
    distances = (_distances(value_of(geometry, "source_isocenter_distance"))
                 * _distances(value_of(geometry, "source_detector_distance")))
    return _scan(geometry, "fan_2d", views, distances * np.pi / views.shape[-3])


def cone_3d(geometry):
    """Backprojections are multiplied with the geometry's projection_multiplier, as PYRO-NN's."""
    multiplier = _distances(value_of(geometry, "projection_multiplier", 1.0))
    step = value_of(geometry, "step_size", 0.2)
    return _scan(geometry, "cone_3d", numbers(value_of(geometry, "trajectory")), multiplier,
                 float(_distances(step)))


def parallel_3d(geometry):
    """Backprojections are multiplied with the pixel's width pi / views: with filters `_3D` images
    come out right. PYRO-NN's, which was never released, had 2 pi / views."""
    views = parallel_vectors_3d(geometry)
    width = float(_last(value_of(geometry, "detector_spacing")))
    return _scan(geometry, "parallel_3d", views, width * np.pi / views.shape[-3])
