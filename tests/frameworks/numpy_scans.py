# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Scans as arrays of float64, as pyronn/interop/geometry_tensor.hpp says."""
import numpy as np


def _frame(views, span, first):
    angles = first + np.arange(views) * span / views
    outward = np.stack([np.cos(angles), np.sin(angles)], -1)
    u = np.stack([-np.sin(angles), np.cos(angles)], -1)
    return outward, u


def fan(views, pixel, sid, sdd, first=0.0):
    """Source, detector centre and u step of a circular fan: (views, 3, 2)."""
    outward, u = _frame(views, 2 * np.pi, first)
    return np.stack([sid * outward, (sid - sdd) * outward, pixel * u], 1)


def cone(views, pixel, sid, sdd, first=0.0):
    """Source, detector centre, u step and v step of a circular cone beam: (views, 4, 3)."""
    plane = np.pad(fan(views, pixel, sid, sdd, first), ((0, 0), (0, 0), (0, 1)))
    v = np.broadcast_to([0.0, 0.0, pixel], (views, 1, 3))
    return np.concatenate([plane, v], 1)
