# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Scans as arrays of float64, as pyronn/interop/geometry_tensor.hpp says."""
import numpy as np


def _frame(views, span, first):
    """Unit vectors outward and along u."""
    angles = first + np.arange(views) * span / views
    outward = np.stack([np.cos(angles), np.sin(angles)], -1)
    u = np.stack([-np.sin(angles), np.cos(angles)], -1)
    return outward, u


def _in_space(plane, pixel):
    """A scan of the plane z = 0 with detector rows along z, too."""
    v = np.broadcast_to([0.0, 0.0, pixel], (len(plane), 1, 3))
    return np.concatenate([np.pad(plane, ((0, 0), (0, 0), (0, 1))), v], 1)


def fan(views, pixel, sid, sdd, first=0.0, span=2 * np.pi, offset=0.0):
    """Source, detector centre and u step of a circular fan: (views, 3, 2). The centre lies `offset`
    pixels along u."""
    outward, u = _frame(views, span, first)
    return np.stack([sid * outward, (sid - sdd) * outward + offset * pixel * u, pixel * u], 1)


def arc(views, pixel, sid, sdd, offset=0.0):
    """The same with pixels along an arc: the centre lies `offset` pixels along it."""
    outward, u = _frame(views, 2 * np.pi, 0.0)
    c, s = np.cos(offset * pixel / sdd), np.sin(offset * pixel / sdd)
    return np.stack([sid * outward, sid * outward - sdd * (c * outward - s * u),
                     pixel * (c * u + s * outward)], 1)


def parallel(views, pixel, first=0.0, span=np.pi, offset=0.0):
    """Direction, detector centre and u step: (views, 3, 2)."""
    outward, u = _frame(views, span, first)
    return np.stack([-outward, offset * pixel * u, pixel * u], 1)


def parallel_3d(views, pixel):
    """Direction, detector centre, u step and v step: (views, 4, 3)."""
    return _in_space(parallel(views, pixel), pixel)


def cone(views, pixel, sid, sdd, first=0.0, offset=0.0):
    """Source, detector centre, u step and v step of a circular cone beam: (views, 4, 3)."""
    return _in_space(fan(views, pixel, sid, sdd, first, offset=offset), pixel)
