# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Scans and arrays that the tables of pyro_nn_names.py share; select() chooses the framework."""
import importlib

import numpy as np

import pyronn_names
from pyronn_names import geometry, trajectories, v0

FULL = 2 * np.pi
random = np.random.default_rng(1)
layers = None  # the module of the framework's operators
framework = ""


def select(name):
    global framework, layers
    framework = name
    pyronn_names.set_backend(name)
    layers = importlib.import_module(f"pyronn_names.{name}_layers")


def arrays(x):
    return np.asarray(x.detach()) if hasattr(x, "detach") else np.asarray(x)


def tensor(x):
    x = np.asarray(x, np.float32)
    return importlib.import_module("torch").tensor(x) if framework == "torch" else x


def near(found, expected, tolerance):
    """Whether the largest difference is small beside the largest value, and the difference."""
    error = np.abs(np.asarray(found, float) - expected).max() / np.abs(expected).max()
    return error <= tolerance, f"{error:.1e}"


def parallel(size=64, spacing=1.0, width=96, pixel=1.0, views=90, span=np.pi, swap=False):
    made = geometry.GeometryParallel2D([size, size], [spacing] * 2, [width], [pixel], views, span)
    made.set_trajectory(trajectories.circular_trajectory_2d(views, made.angular_range, swap))
    return made


def fan(size=64, spacing=1.0, width=128, pixel=1.5, views=120, span=FULL, swap=False):
    made = geometry.GeometryFan2D([size, size], [spacing] * 2, [width], [pixel], views, span,
                                  400, 250)
    made.set_trajectory(trajectories.circular_trajectory_2d(views, made.angular_range, swap))
    return made


def cone(size=(24, 40, 40), spacing=1.0, shape=(48, 72), pixel=(1.4, 1.4), views=60, span=FULL,
         swap=True):
    made = geometry.GeometryCone3D(size, [spacing] * 3, shape, pixel, views, span, 400, 250)
    made.set_trajectory(trajectories.circular_trajectory_3d(**vars(made), swap_detector_axis=swap))
    return made


def parallel_3d(size=(24, 40, 40), shape=(32, 60), pixel=(1.1, 0.9), views=60):
    made = geometry.GeometryParallel3D(size, [1.0] * 3, shape, pixel, views, np.pi)
    rays = trajectories.circular_trajectory_2d(views, np.pi)
    made.set_trajectory(np.pad(rays, ((0, 0), (0, 1))))
    return made


def cone_of_v0(size=(24, 40, 40), views=60):
    made = v0.GeometryCone3D(size, [1.0] * 3, [48, 72], [1.4, 1.4], views, FULL, 400, 250)
    made.set_projection_matrices(v0.circular_trajectory_3d(made))
    return made


BEAMS = {
    "parallel 2D": (parallel, "parallel_projection2d", "parallel_backprojection2d"),
    "fan 2D": (fan, "fan_projection2d", "fan_backprojection2d"),
    "cone 3D": (cone, "cone_projection3d", "cone_backprojection3d"),
    "cone 3D of 0.1": (cone_of_v0, "cone_projection3d", "cone_backprojection3d"),
    "parallel 3D": (parallel_3d, "parallel_projection3d", "parallel_backprojection3d"),
}


def ball(made, radius, centre=(0.0, 0.0, 0.0)):
    """Ones within a radius [mm] of a centre (x, y, z) [mm], of a voxel's share at the edge."""
    axes = [np.arange(n) * s + o for n, s, o in
            zip(made.volume_shape, made.volume_spacing, made.volume_origin)]
    grids = np.meshgrid(*axes, indexing="ij")[::-1]  # x first
    distance = np.sqrt(sum((g - c)**2 for g, c in zip(grids, centre)))
    return np.clip((radius - distance) / made.volume_spacing[0] + 0.5, 0, 1).astype(np.float32)


def project(name, made, volume, **options):
    """The sinogram of one volume."""
    return arrays(getattr(layers, BEAMS[name][1])(tensor(volume[None]), made, **options))[0]


def reconstruct(name, made, sinogram):
    """The backprojection of one sinogram."""
    return arrays(getattr(layers, BEAMS[name][2])(tensor(sinogram[None]), made))[0]
