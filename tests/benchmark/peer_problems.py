# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""The problems that peers.py times, as problems.hpp has them, with arrays whose projections are known.

Volumes are sums of Gaussians, whose line integrals are known. Arrays are laid out as pyronn's:
volumes [z][y][x], projections [view][v][u]; in the plane [y][x] and [view][u].
"""

import math
from dataclasses import dataclass

import numpy as np


@dataclass
class Problem:
    """As of problems.hpp. Lengths are in mm."""

    name: str
    voxels: int  # along each axis
    spacing: float
    views: int
    degrees: float
    detector: tuple  # (u) or (v, u)
    pitch: float
    source_isocenter: float = 0  # 0: parallel rays
    source_detector: float = 0

    @property
    def dimension(self):
        return len(self.detector) + 1

    def angles(self):
        return np.arange(self.views) * math.radians(self.degrees) / self.views

    def vectors(self):
        """Sources, or directions of parallel rays, detector centres, steps along u and along v."""
        cos, sin, zero = np.cos(self.angles()), np.sin(self.angles()), np.zeros(self.views)
        toward_source = np.stack([cos, sin, zero], 1)
        source = toward_source * (self.source_isocenter or -1)
        centre = toward_source * (self.source_isocenter - self.source_detector)
        u = np.stack([-sin, cos, zero], 1) * self.pitch
        v = np.stack([zero, zero, zero + self.pitch], 1)
        return [a[:, : self.dimension] for a in (source, centre, u, v)]

    def blobs(self):
        """Centres, widths and amplitudes of Gaussians that fade before the volume ends."""
        half = self.voxels * self.spacing / 2
        centres = np.array([[0.1, 0.05, 0], [-0.3, 0.2, 0.1], [0.2, -0.35, -0.2], [0, 0.4, 0.3]])
        return half * centres[:, : self.dimension], half * np.array([0.1, 0.06, 0.08, 0.05]), \
            (1.0, -0.5, 0.7, 0.4)

    def volume(self):
        x = (np.arange(self.voxels) - (self.voxels - 1) / 2) * self.spacing
        result = np.zeros((self.voxels,) * self.dimension, np.float32)
        for centre, width, amplitude in zip(*self.blobs()):
            term = np.float32(amplitude)
            for axis in reversed(range(self.dimension)):  # the slowest axis comes first
                bell = np.exp(-(((x - centre[axis]) / width) ** 2) / 2).astype(np.float32)
                term = np.multiply.outer(term, bell)
            result += term
        return result

    def line_integrals(self):
        """Of the Gaussians, along the rays: from the distances between their centres and the rays."""
        steps = [np.arange(n) - (n - 1) / 2 for n in self.detector]
        result = np.zeros((self.views, *self.detector), np.float32)
        for n, (source, centre, u, v) in enumerate(zip(*self.vectors())):
            pixel = centre + np.multiply.outer(steps[-1], u)
            if self.dimension == 3:
                pixel = np.multiply.outer(steps[0], v)[:, None] + pixel
            ray = pixel - source if self.source_isocenter else np.broadcast_to(source, pixel.shape)
            for middle, width, amplitude in zip(*self.blobs()):
                arm = pixel - middle
                along = (arm * ray).sum(-1) ** 2 / (ray * ray).sum(-1)
                distance2 = (arm * arm).sum(-1) - along
                result[n] += amplitude * width * math.sqrt(2 * math.pi) * \
                    np.exp(-distance2 / (2 * width**2))
        return result

    def projections(self):
        """What is backprojected: smooth, of both signs, zero at the detector's edges."""
        result = (0.2 + np.cos(3 * self.angles())).astype(np.float32)
        for n in self.detector:
            window = np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 2
            result = np.multiply.outer(result, window.astype(np.float32))
        return result


P3_PARALLEL = Problem("P3 parallel", 512, 0.5, 720, 180, (1024,), 0.5)
P3_FAN = Problem("P3 fan", 512, 0.5, 720, 360, (1024,), 0.5, 785, 1200)
P4 = Problem("P4", 256, 0.5, 360, 360, (400, 600), 1.0, 750, 1200)
P4_FEW = Problem("P4 20 views", 256, 0.5, 20, 360, (400, 600), 1.0, 750, 1200)
P1 = Problem("P1", 512, 0.5, 496, 198, (960, 1248), 0.32, 785, 1200)
SLICE = Problem("2560^2", 2560, 1.0, 1801, 180, (2560,), 1.0)
