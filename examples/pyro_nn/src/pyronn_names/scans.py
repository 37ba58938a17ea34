# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What the operators take, of a geometry as PYRO-NN has it: an object with attributes, or a mapping
of arrays or tensors. No framework is needed here.

A trajectory, the spacing and origin of the detector, and the distances may have one more axis in
front: one scan for each sample.
"""
import dataclasses

import numpy as np

from .geometry import array_of, sizes_of, value_of
from .library import array, numbers, positive, result


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

    def check(self, what, shape, expected):
        """That an input of a shape, whose unknown sizes are None, fits what the geometry has."""
        rank = len(expected)
        fits = len(shape) >= rank and all(
            found in (None, size) for found, size in zip(shape[len(shape) - rank:], expected))
        if not fits:
            raise ValueError(f"{what}: the last axes of shape {tuple(shape)} must be "
                             f"{tuple(expected)}, as the geometry has it")
        samples = self.multiplier.shape
        if samples and (len(shape) != rank + 1 or shape[0] not in (None, *samples)):
            raise ValueError(f"{what}: shape {tuple(shape)} must be {(*samples, *expected)}, as "
                             f"the geometry has {samples[0]} samples")


def line_of(geometry, name):
    """The number of a detector's line, (), or one for each sample, (samples,). 1.1's example gives
    two equal ones for a line."""
    values = np.atleast_1d(numbers(value_of(geometry, name), name))
    of_line = values.ndim <= 2 and 1 <= values.shape[-1] <= 2 and (values == values[..., -1:]).all()
    if not of_line:
        raise ValueError(f"{name}: {values.tolist()} must be one number, of the detector's line, "
                         "or of shape (samples, 1)")
    values = array(values, name, (..., values.shape[-1]))[..., -1]
    return _positive(values, name) if name == "detector_spacing" else values


def _positive(values, name):
    if not (values > 0).all():
        raise ValueError(f"{name} {np.asarray(values).tolist()} must be positive")
    return values


def _distances(geometry, name, *default):
    """One number (), or one for each sample (samples,), given so or as (samples, 1)."""
    values = numbers(value_of(geometry, name, *default), name)
    if values.size == 1:
        return np.array(positive(values, name))
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    return _positive(array(values, name, ("samples",)), name)


def _per_sample(make, *arguments):
    """make(*values) of pairs (values, axes of one sample's), or a stack of it where any of them has
    an axis of samples."""
    found = [values.shape[:values.ndim - axes] for values, axes in arguments]
    try:
        samples = np.broadcast_shapes(*found)
    except ValueError:
        counts = sorted({size for shape in found for size in shape})
        raise ValueError(f"the geometry has values for {counts} samples") from None
    if samples == ():
        return make(*(values for values, _ in arguments))
    spread = [np.broadcast_to(values, (*samples, *values.shape[values.ndim - axes:]))
              for values, axes in arguments]
    return np.stack([make(*(np.array(values[n], order="C") for values in spread))
                     for n in range(samples[0])])


def _rays(geometry, axes):
    rays = array_of(geometry, "trajectory", ..., "views", axes)
    if not rays.any(-1).all():
        raise ValueError("trajectory: a ray has no direction")
    return rays


def parallel_vectors(geometry):
    """Direction, detector centre and u step (..., views, 3, 2) of parallel rays in the plane."""
    columns = int(sizes_of(geometry, "sinogram_shape", 2)[-1])

    def make(rays, spacing, origin):
        return result("names_parallel_vectors", len(rays), rays, columns, float(spacing),
                      float(origin), shape=(len(rays), 3, 2))

    return _per_sample(make, (_rays(geometry, 2), 2), (line_of(geometry, "detector_spacing"), 0),
                       (line_of(geometry, "detector_origin"), 0))


def fan_vectors(geometry):
    """Source, detector centre and u step (..., views, 3, 2) of a fan [mm]."""
    columns = int(sizes_of(geometry, "sinogram_shape", 2)[-1])
    sid = _distances(geometry, "source_isocenter_distance")
    sdd = _distances(geometry, "source_detector_distance")

    def make(rays, spacing, origin, sid, sdd):
        return result("names_fan_vectors", len(rays), rays, columns, float(spacing), float(origin),
                      float(sid), float(sdd), shape=(len(rays), 3, 2))

    return _per_sample(make, (_rays(geometry, 2), 2), (line_of(geometry, "detector_spacing"), 0),
                       (line_of(geometry, "detector_origin"), 0), (sid, 0), (sdd, 0))


def parallel_vectors_3d(geometry):
    """Direction, detector centre, u step and v step (..., views, 4, 3) of parallel rays in space:
    u along z times the direction, v along -z."""
    shape = sizes_of(geometry, "sinogram_shape", 3)[-2:]
    spacing = _positive(array_of(geometry, "detector_spacing", ..., 2), "detector_spacing")

    def make(rays, spacing, origin):
        return result("names_parallel_vectors_3d", len(rays), rays, shape, spacing, origin,
                      shape=(len(rays), 4, 3))

    return _per_sample(make, (_rays(geometry, 3), 2), (spacing, 1),
                       (array_of(geometry, "detector_origin", ..., 2), 1))


def _of_all_samples(geometry, name, axes):
    """Numbers of voxels, which must be the same for all samples."""
    values = array_of(geometry, name, ..., axes)
    if values.ndim > 1:
        if not (values == values[0]).all():
            raise ValueError(f"{name}: all samples of a call must have the same; it has "
                             f"{values.tolist()}")
        values = values[0]
    return values.tolist()


def _scan(geometry, beam, views, multiplier, step=0.2):
    axes = int(beam[-2])
    sinogram = sizes_of(geometry, "sinogram_shape", axes).tolist()
    volume = sizes_of(geometry, "volume_shape", axes).tolist()
    if sinogram[0] != views.shape[-3]:
        raise ValueError(f"sinogram_shape {sinogram} has {sinogram[0]} views, but the trajectory "
                         f"has {views.shape[-3]}")
    spacing, origin = (_of_all_samples(geometry, name, axes) for name in
                       ("volume_spacing", "volume_origin"))
    _positive(np.array(spacing), "volume_spacing")
    return Scan(beam, views, volume, sinogram, spacing, origin,
                np.asarray(multiplier, np.float64), step)


def parallel_2d(geometry):
    """Backprojections are multiplied with pi / views, as PYRO-NN's."""
    views = parallel_vectors(geometry)
    return _scan(geometry, "parallel_2d", views, np.pi / views.shape[-3])


def fan_2d(geometry):
    """Backprojections are multiplied with sid sdd pi / views, as PYRO-NN's."""
    views = fan_vectors(geometry)
    distances = (_distances(geometry, "source_isocenter_distance")
                 * _distances(geometry, "source_detector_distance"))
    return _scan(geometry, "fan_2d", views, distances * np.pi / views.shape[-3])


def cone_3d(geometry):
    """Backprojections are multiplied with the geometry's projection_multiplier, as PYRO-NN's."""
    return _scan(geometry, "cone_3d", array_of(geometry, "trajectory", ..., "views", 3, 4),
                 _distances(geometry, "projection_multiplier", 1.0),
                 positive(value_of(geometry, "step_size", 0.2), "step_size"))


def parallel_3d(geometry):
    """Backprojections are multiplied with the pixel's width pi / views: with filters `_3D` images
    come out right. PYRO-NN's, which was never released, had 2 pi / views."""
    views = parallel_vectors_3d(geometry)
    widths = array_of(geometry, "detector_spacing", ..., 2)[..., -1]
    return _scan(geometry, "parallel_3d", views, widths * np.pi / views.shape[-3])
