# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Geometries, trajectories, filters, weights and phantoms by PYRO-NN's names beside their formulas;
what is refused; signatures and defaults."""
import inspect
import os
import tempfile

import numpy as np

import pyro_nn_frame as frame
from pyro_nn_frame import (FULL, arrays, ball, cone, fan, near, parallel, project, random, tensor)
import pyronn_names
from pyronn_names import filters, geometry, phantoms, trajectories, utils, v0, weights
from pyronn_names.geometry_of_all import Geometry
from pyronn_names.geometry_specific import CircularGeometrys3D, SpecificGeometry


def geometries():
    values = dict(volume_shape=[16, 32, 32], volume_spacing=[1, 1, 1], detector_shape=[32, 48],
                  detector_spacing=[1.5, 1.5], number_of_projections=12, angular_range=FULL,
                  source_detector_distance=400, source_isocenter_distance=250)
    made = Geometry()
    made.init_from_parameters(**values, trajectory=trajectories.circular_trajectory_3d,
                              swap_detector_axis=True)
    plain = geometry.GeometryCone3D(**values)
    plain.set_trajectory(
        trajectories.circular_trajectory_3d(**vars(plain), swap_detector_axis=True))
    yield "Geometry: trajectory", np.array_equal(made.trajectory, plain.trajectory), ""
    x = random.standard_normal((1, 16, 32, 32)).astype(np.float32)
    expected = arrays(frame.layers.cone_projection3d(tensor(x), plain))
    yield "Geometry: operators take it", \
        np.array_equal(arrays(frame.layers.cone_projection3d(tensor(x), made)), expected), ""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "geometry.json")
        made.to_json(path)
        read = Geometry.from_json(path)
    yield "Geometry: from a file", np.array_equal(
        arrays(frame.layers.cone_projection3d(tensor(x), read)), expected), ""
    made.set_detector_shift([2, -3])
    shifted = arrays(frame.layers.cone_projection3d(tensor(x), made))
    yield "Geometry: detector shift", *near(shifted[..., :-2, 3:], expected[..., 2:, :-3], 1e-5)
    made.set_detector_shift([-2, 3])
    parts = made.slice_the_geometry(3)
    found = np.concatenate([arrays(frame.layers.cone_projection3d(tensor(x), p)) for p in parts], 1)
    yield "Geometry: slices of its range", *near(found, expected, 1e-6)
    back = arrays(frame.layers.cone_backprojection3d(tensor(expected), made))
    one = arrays(frame.layers.cone_backprojection3d(tensor(expected), made.set_volume_slice(5)))
    yield "Geometry: one slice", *near(one[:, 0], back[:, 5], 5e-6)
    yield "Geometry: angles", abs(made.fan_angle() - plain.fan_angle) < 1e-9 and \
        abs(made.cone_angle() - plain.cone_angle) < 1e-9, ""
    made.detector_shape = [32, 64]
    made.number_of_projections = 24
    yield "Geometry: what follows from numbers", made.sinogram_shape.tolist() == [24, 32, 64] and \
        made.detector_origin[1] == -31.5 * 1.5 and \
        np.isclose(made.projection_multiplier, plain.projection_multiplier / 2), ""
    circle = CircularGeometrys3D({**values, "swap_detector_axis": True})
    sphere = SpecificGeometry(values, trajectories.fibonacci_sphere_projecton_matrix)
    for what, specific in (("circle", circle), ("Fibonacci sphere", sphere)):
        mask, sinogram, phantom, beam = specific.generate_specific_phantom(phantoms.shepp_logan_3d)
        expected = arrays(frame.layers.cone_projection3d(tensor(phantom), beam))
        yield f"SpecificGeometry: {what}", mask.sum() == np.count_nonzero(phantom) and \
            np.array_equal(arrays(sinogram), expected) and expected.max() > 5, ""
    plain.update({"step_size": 0.5})
    yield "geometry: update, get_dict, keys", plain.get_dict()["step_size"] == 0.5 and \
        "trajectory" in {**plain}, ""


def arrays_of_numpy():
    """Filters, weights, phantoms and trajectories beside their formulas."""
    f = np.fft.fftfreq(100)
    yield "filters: ramp", np.allclose(filters.ramp(100), np.abs(f)), ""
    lak = filters.ram_lak(100, 0.5)
    yield "filters: ram_lak is |f| / spacing^2, with a mean", \
        np.allclose(lak, np.abs(f) / 0.25, atol=0.01) and lak[0] > 1e-3, f"{lak[0]:.1e}"
    spatial = np.zeros(512)  # the samples of version 0.1
    odd = np.arange(1, 512, 2)
    spatial[odd] = -1 / (np.pi * np.minimum(odd, 512 - odd))**2
    spatial[0] = 0.25
    yield "filters: ram_lak as in 0.1", *near(v0.ram_lak(512, 1.0), np.fft.fft(spatial).real, 1e-6)
    for name, end in (("shepp_logan", 1 / np.pi), ("cosine", 0.0), ("hamming", 0.04), ("hann", 0)):
        found = getattr(filters, name)(256, 1.0)[128]
        yield f"filters: {name} at the last frequency", abs(found - end) < 4e-3, f"{found:.4f}"
    yield "filters: as released", abs(filters.as_released("hann", 100, 1.0)[50] - 0.25) < 1e-6, ""
    yield "filters: shapes", filters.hann_2D([100], [2.0], 7).shape == (7, 100) and \
        filters.hann_3D([9, 100], [2.0, 2.0], 7).shape == (7, 1, 100), ""

    short = fan(span=np.pi + 2 * fan().fan_angle, views=400)
    parker = weights.parker_weights_2d(short) * np.pi / short.angular_range[1]
    times = np.arange(400) * short.angular_range[1] / 400
    errors = []
    for column in range(0, 128, 7):  # a ray at t and fan angle g, and that at t + pi + 2 g and -g
        angle = np.arctan((short.detector_origin[0] + column * 1.5) / 400)
        other = times + np.pi + 2 * angle
        seen = (other >= 0) & (other <= times[-1])
        there = np.interp(other[seen], times, parker[:, 127 - column])
        errors.append(np.abs(parker[seen, column] + there - 1))
    error = np.concatenate(errors).mean()  # edges are steep where fan angles are the largest
    yield "weights: opposite rays of Parker's sum to 1", error < 1e-3, f"{error:.1e}"
    yield "weights: riess", np.isfinite(weights.riess_weights_2d(
        fan(span=np.pi + 0.2, views=100))).all(), ""
    panel = cone()
    cosine = weights.cosine_weights_3d(panel)
    v, u = np.meshgrid(*(o + np.arange(n) * 1.4 for o, n in zip(panel.detector_origin, (48, 72))),
                       indexing="ij")
    yield "weights: cosine", *near(cosine, 400 / np.sqrt(400**2 + u**2 + v**2), 1e-6)

    disc = phantoms.circle([40, 60], [10, 45], 6, 2.0)
    y, x = np.nonzero(disc)
    yield "phantoms: circle", (y.mean(), x.mean()) == (10, 45) and disc.max() == 2, ""
    tilted = phantoms.ellipse([80, 80], [40, 40], [5, 20], 1.0, np.pi / 4)
    yield "phantoms: ellipse turns from x to y", tilted[52, 52] == 1 and tilted[52, 28] == 0, ""
    grid = np.zeros((40, 50, 60), np.float32)
    phantoms.place_sphere(grid, (10, 30, 45), 5, 3.0)
    centre = np.argwhere(grid).mean(0)
    yield "phantoms: place_sphere", np.allclose(centre, (10, 30, 45)), f"{centre}"
    phantoms.place_pyramid(grid, (30, 10, 10), 12, 8, 4.0)
    z, y, x = np.nonzero(grid == 4)
    yield "phantoms: place_pyramid", z.min() == 30 and abs(x.mean() - 10) < 0.2 and z.max() < 38, \
        f"z from {z.min()} to {z.max()}"
    head = phantoms.shepp_logan_enhanced([128, 128])
    yield "phantoms: shepp_logan_enhanced", abs(head[64, 64] - 0.2) < 0.11 and head[7, 64] == 1, \
        f"{head[64, 64]:.2f}"
    yield "phantoms: shepp_logan, shepp_logan_3d", phantoms.shepp_logan([64, 64]).max() == 2 and \
        phantoms.shepp_logan_3d([32, 32, 32]).max() == 1, ""
    np.random.seed(3)
    scene = phantoms.generate_3D_primitives((20, 24, 28), 6)
    yield "phantoms: generate_3D_primitives", scene.shape == (20, 24, 28) and scene.max() <= 1, ""

    numbers = dict(number_of_projections=9, detector_spacing=[1.4, 1.4],
                   detector_origin=[-20.0, -30.0], source_isocenter_distance=250,
                   source_detector_distance=400)
    sphere = trajectories.fibonacci_sphere_projecton_matrix(**numbers)
    points = utils.fibonacci_sphere(9)
    sources = np.stack([-np.linalg.solve(p[:, :3], p[:, 3]) for p in sphere])
    yield "trajectories: Fibonacci sphere", *near(
        sources, 250 * np.stack([points[:, 2], -points[:, 1], -points[:, 0]], 1), 1e-6)
    middle = sphere[:, :2, 3] / sphere[:, 2:, 3]
    yield "trajectories: its panels", *near(middle, [[30 / 1.4, 20 / 1.4]] * 9, 1e-6)
    tilted = trajectories.multi_circular_trajectory_3d(
        longtitude=0.4, angular_range=FULL, **numbers)
    sources = np.stack([-np.linalg.solve(p[:, :3], p[:, 3]) for p in tilted])
    normal = np.cross(sources[0], sources[2])
    yield "trajectories: tilted circle", np.abs(sources @ normal).max() < 1e-6 * 250**3 and \
        np.allclose(np.linalg.norm(sources, axis=1), 250), ""
    made = cone(views=5)
    back = trajectories.projection_matrices_from_vectors(
        np.array([[[250.0, 0, 0], [-150.0, 0, 0], [0, 1.4, 0], [0, 0, -1.4]]]), [48, 72])
    yield "trajectories: from vectors", *near(back[0], made.trajectory[0], 1e-9)


def refusals():
    """What is wrong is said, by a ValueError or the framework's error."""
    made = parallel()
    bare = geometry.GeometryParallel2D([8, 8], [1, 1], [8], [1], 4, np.pi)
    wrong = parallel()
    wrong.sinogram_shape = np.array([7, 96])
    for what, part, call in (
        ("no trajectory", "set_trajectory", lambda: frame.layers.parallel_projection2d(
            tensor(np.ones((1, 8, 8))), bare)),
        ("views", "7 views", lambda: frame.layers.parallel_projection2d(
            tensor(np.ones((1, 64, 64))), wrong)),
        ("gradient", "exact or pyro_nn", lambda: frame.layers.parallel_projection2d(
            tensor(np.ones((1, 64, 64))), made, gradient="adjoint")),
        ("window", "there are ram_lak", lambda: filters.response("box", 8)),
        ("Parker's weights of too short a scan", "at least 180", lambda: weights.parker_weights_2d(
            fan(span=2.0))),
        ("box out of the grid", "leaves", lambda: phantoms.place_cube(
            np.zeros((4, 4, 4)), (2, 2, 2), (3, 3, 3))),
        ("range of 0.1", "begin at 0", lambda: pyronn_names.trajectories.result(
            "names_circular_rays", 0, False, 4, np.array([1.0, 2.0]), shape=(4, 2))),
        ("backend", "there are torch", lambda: pyronn_names.set_backend("numpy")),
    ):
        try:
            call()
            yield f"refused: {what}", False, "accepted"
        except ValueError as error:
            yield f"refused: {what}", part.lower() in str(error).lower(), str(error)


def signatures():
    """Names and arguments as PYRO-NN's."""
    cone_back = ["sinogram", "geometry", "hardware_interp"]
    for name, expected in {
        "parallel_projection2d": ["volume", "geometry"],
        "parallel_backprojection2d": ["sinogram", "geometry"],
        "fan_projection2d": ["volume", "geometry"],
        "fan_backprojection2d": ["sinogram", "geometry"],
        "cone_projection3d": ["volume", "geometry", "hardware_interp"],
        "cone_backprojection3d": cone_back,
        "parallel_projection3d": ["volume", "geometry"],
        "parallel_backprojection3d": ["sinogram", "geometry"],
    }.items():
        found = list(inspect.signature(getattr(frame.layers, name)).parameters)
        yield f"signature: {name}", found[:len(expected)] == expected, ", ".join(found)
    arguments = inspect.signature(frame.layers.cone_projection3d).parameters
    if frame.framework == "tensorflow":
        defaults = arguments["hardware_interp"].default is True and \
            arguments["step_size"].default == 1.0
    else:
        defaults = arguments["hardware_interp"].default is False
    yield "defaults of hardware_interp and step", defaults, ""
    made = cone(views=6)
    x = ball(made, 9.0)
    other = cone(views=6)
    other.step_size = 1.0
    one, two = project("cone 3D", made, x), project("cone 3D", other, x)
    differ = not np.array_equal(one, two)
    yield "steps are the geometry's in PyTorch alone", differ == (frame.framework == "torch"), ""
    yield "hardware_interp changes nothing on cores", np.array_equal(
        project("cone 3D", made, x, hardware_interp=True),
        project("cone 3D", made, x, hardware_interp=False)), ""


def table():
    for part in (geometries, arrays_of_numpy, refusals, signatures):
        yield from part()
