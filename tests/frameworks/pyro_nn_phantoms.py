# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Phantoms by PYRO-NN's names beside formulas that are written out here."""
import numpy as np

from pyro_nn_frame import near
from pyronn_names import phantoms

# L. A. Shepp and B. F. Logan (1974): value, Toft's value, semi-axes (x, y), centre (x, y), angle
# [degrees] of ellipses in the square from -1 to 1.
HEAD_2D = (
    (2.0, 1.0, 0.69, 0.92, 0.0, 0.0, 0), (-0.98, -0.8, 0.6624, 0.874, 0.0, -0.0184, 0),
    (-0.02, -0.2, 0.11, 0.31, 0.22, 0.0, -18), (-0.02, -0.2, 0.16, 0.41, -0.22, 0.0, 18),
    (0.01, 0.1, 0.21, 0.25, 0.0, 0.35, 0), (0.01, 0.1, 0.046, 0.046, 0.0, 0.1, 0),
    (0.01, 0.1, 0.046, 0.046, 0.0, -0.1, 0), (0.01, 0.1, 0.046, 0.023, -0.08, -0.605, 0),
    (0.01, 0.1, 0.023, 0.023, 0.0, -0.605, 0), (0.01, 0.1, 0.023, 0.046, 0.06, -0.605, 0))
# CONRAD's and PYRO-NN's head in space: value, semi-axes (x, y, z), centre (x, y, z), angle.
HEAD_3D = (
    (1.0, 0.69, 0.92, 0.81, 0.0, 0.0, 0.0, 0), (-0.8, 0.6624, 0.874, 0.78, 0.0, -0.0184, 0.0, 0),
    (-0.2, 0.11, 0.31, 0.22, 0.22, 0.0, 0.0, -18), (-0.2, 0.16, 0.41, 0.28, -0.22, 0.0, 0.0, 18),
    (0.1, 0.21, 0.25, 0.41, 0.0, 0.35, -0.15, 0), (0.1, 0.046, 0.046, 0.05, 0.0, 0.1, 0.25, 0),
    (0.1, 0.046, 0.046, 0.05, 0.0, -0.1, 0.25, 0), (0.1, 0.046, 0.023, 0.05, -0.08, -0.605, 0.0, 0),
    (0.1, 0.023, 0.023, 0.02, 0.0, -0.605, 0.0, 0), (0.1, 0.023, 0.046, 0.02, 0.06, -0.605, 0.0, 0))


def ellipsoid_sum(rows, coordinates):
    """Values, semi-axes, centres and angles about z of ellipsoids, at coordinates (x, y[, z])."""
    image = 0.0
    rank = len(coordinates)
    for value, *lengths, angle in rows:
        moved = [x - c for x, c in zip(coordinates, lengths[rank:])]
        cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turned = [cosine * moved[0] + sine * moved[1], -sine * moved[0] + cosine * moved[1],
                  *moved[2:]]
        image = image + value * (sum((x / a)**2 for x, a in zip(turned, lengths)) <= 1)
    return image


def heads():
    for size in (128, 96):
        y, x = np.mgrid[1:-1:size * 1j, -1:1:size * 1j]  # the first row is the uppermost one
        for name, column in (("shepp_logan", 0), ("shepp_logan_enhanced", 1)):
            expected = ellipsoid_sum([(row[column], *row[2:]) for row in HEAD_2D], (x, y))
            differ = np.abs(getattr(phantoms, name)([size, size]) - expected) > 1e-5
            yield f"phantoms: {name}, {size} pixels", differ.mean() < 2e-4, \
                f"{differ.sum()} pixels differ, on edges"
    z, y, x = np.mgrid[-1:1:48j, -1:1:64j, -1:1:56j]
    expected = ellipsoid_sum(HEAD_3D, (x, y, z))
    differ = np.abs(phantoms.shepp_logan_3d([48, 64, 56]) - expected) > 1e-5
    yield "phantoms: shepp_logan_3d", differ.mean() < 2e-4, f"{differ.sum()} voxels differ"


def flat_bodies():
    disc = phantoms.circle([40, 60], [10, 45], 6, 2.0)
    y, x = np.mgrid[:40, :60]
    yield "phantoms: circle", np.array_equal(
        disc, 2.0 * ((y - 10)**2 + (x - 45)**2 <= 36)), ""
    y, x = np.mgrid[:80, :80]
    tilted = phantoms.ellipse([80, 80], [42, 37], [5, 20], 1.0, 0.6)
    expected = ellipsoid_sum([(1.0, 20, 5, 37, 42, np.degrees(0.6))], (x, y))
    yield "phantoms: ellipse turns from x to y", np.array_equal(tilted, expected), ""
    found = phantoms.rect([8, 9], [2, 3], [4, 5], 1.5)
    yield "phantoms: rect", found.sum() == 30 and (found[2:6, 3:8] == 1.5).all(), ""


def placed_bodies():
    """Bodies on a grid of voxels that add nothing and blur nothing, beside inequalities."""
    shape = (40, 50, 60)
    z, y, x = np.mgrid[:40, :50, :60].astype(float)
    c, s = np.cos(0.4), np.sin(0.4)

    def turned(x0, y0):
        return c * (x - x0) + s * (y - y0), -s * (x - x0) + c * (y - y0)

    a, b = turned(20.3, 24.1)
    u, v = turned(15.25, 12.45)
    height = z - 9.3
    for name, arguments, expected in (
        ("place_sphere", ((10, 30, 45), 5.2), (z - 10)**2 + (y - 30)**2 + (x - 45)**2 < 5.2**2),
        ("place_cube", ((3, 4, 5), (6, 7, 8)),
         (z >= 3) & (z < 9) & (y >= 4) & (y < 11) & (x >= 5) & (x < 13)),
        ("place_cube_with_rotation", ((5, 10.1, 12.2), (9.2, 5.7, 7.1), 1.0, 0.4),
         (np.abs(z - 9.1) < 4.6) & (np.abs(v) < 2.85) & (np.abs(u) < 3.55)),
        ("place_ellipsoid_with_rotation", ((19.2, 24.1, 20.3), (6.1, 4.2, 11.3), 1.0, 0.4),
         ((z - 19.2) / 6.1)**2 + (b / 4.2)**2 + (a / 11.3)**2 < 1),
        ("place_cylinder_with_rotation", ((9.3, 24.2, 30.1), 12.5, 6.3, 1.0, 0.4),
         (height > 0) & (height < 12.5) & ((y - 24.2)**2 + (x - 30.1)**2 < 6.3**2)),
        ("place_pyramid", ((9.3, 24.2, 30.1), 14.3, 12.5), (height > 0) & (
            np.maximum(np.abs(y - 24.2), np.abs(x - 30.1)) < 7.15 * (1 - height / 12.5))),
    ):
        grid = np.full(shape, 0.25, np.float32)
        getattr(phantoms, name)(grid, *arguments)
        differ = (grid == 1) != expected
        yield f"phantoms: {name}", not differ.any() and (grid[~expected] == 0.25).all(), \
            f"{differ.sum()} of {expected.sum()} voxels differ"


def random_scenes():
    """Scenes by chance: values, how much there is, and that a seed gives them again."""
    values, filled = [], []
    for seed in range(40):
        np.random.seed(seed)
        scene = phantoms.generate_3D_primitives((20, 24, 28), 1)
        values.extend(np.unique(scene[scene > 0]))
        filled.append(np.count_nonzero(scene))
    yield "phantoms: one of generate_3D_primitives has one value", \
        len(values) > 30 and 0.4 <= min(values) < 0.5 and 0.9 < max(values) <= 1, \
        f"{len(values)} from {min(values):.2f} to {max(values):.2f}"
    # Sizes are uniform from 1 to 4 voxels: up to an ellipsoid of 4 pi / 3 4^3 voxels.
    yield "phantoms: sizes of generate_3D_primitives", 15 < np.mean(filled) < 90 and \
        max(filled) <= 280, f"mean {np.mean(filled):.0f}, at most {max(filled)} voxels"
    scenes = []
    for _ in range(2):
        np.random.seed(3)
        scenes.append(phantoms.generate_3D_primitives((20, 24, 28), 6))
    count = len(np.unique(scenes[0])) - 1
    yield "phantoms: generate_3D_primitives", np.array_equal(*scenes) and 3 <= count <= 6, \
        f"{count} bodies seen"
    bodies = phantoms.random_bodies([40, 40], 5, 2, 0.5)
    yield "phantoms: random_bodies", *near(
        2 * bodies, phantoms.random_bodies([40, 40], 5, 2), 1e-6)
    yield "phantoms: random_bodies, no two seeds alike", \
        np.abs(bodies - phantoms.random_bodies([40, 40], 5, 3, 0.5)).max() > 0.05, ""


def table():
    for part in (heads, flat_bodies, placed_bodies, random_scenes):
        yield from part()
