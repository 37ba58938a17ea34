# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Scans as tensors of float64 in host memory, as pyronn/interop/geometry_tensor.hpp says."""
import math

import torch


def angles(views, span=2 * math.pi, first=0.0):
    return first + torch.arange(views, dtype=torch.float64) * span / views


def fan(views, pixel, sid, sdd, first=0.0, span=2 * math.pi):
    """Source, detector centre and u step of a circular fan: (views, 3, 2)."""
    a = angles(views, span, first)
    outward = torch.stack([a.cos(), a.sin()], -1)
    u = torch.stack([-a.sin(), a.cos()], -1)
    return torch.stack([sid * outward, (sid - sdd) * outward, pixel * u], 1)


def parallel(views, pixel, first=0.0):
    """Direction, detector centre and u step over half a turn: (views, 3, 2)."""
    a = angles(views, math.pi, first)
    outward = torch.stack([a.cos(), a.sin()], -1)
    u = torch.stack([-a.sin(), a.cos()], -1)
    return torch.stack([-outward, 0 * outward, pixel * u], 1)


def cone(views, pixel, sid, sdd, first=0.0):
    """Source, detector centre, u step and v step of a circular cone beam: (views, 4, 3)."""
    plane = torch.nn.functional.pad(fan(views, pixel, sid, sdd, first), (0, 1))
    v = torch.tensor([0.0, 0.0, pixel], dtype=torch.float64).expand(views, 1, 3)
    return torch.cat([plane, v], 1)
