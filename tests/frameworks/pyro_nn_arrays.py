# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Geometries, trajectories, filters and weights by PYRO-NN's names beside their formulas;
signatures and defaults."""
import inspect
import os
import tempfile

import numpy as np

import pyro_nn_frame as frame
from pyro_nn_frame import (FULL, arrays, ball, cone, fan, near, project, random, tensor)
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
    yield "Geometry: range is a pair", made.angular_range == plain.angular_range == [0, FULL], ""
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
        np.isclose(made.projection_multiplier, plain.projection_multiplier / 2) and \
        made.trajectory.shape == (24, 3, 4), ""
    made.detector_spacing, made.source_detector_distance = [1.5, 3.0], 500
    made.volume_spacing = [1, 2, 2]
    made.angular_range = np.pi
    yield "Geometry: nothing stale", made.detector_origin.tolist() == [-23.25, -94.5] and \
        made.volume_origin.tolist() == [-7.5, -31.0, -31.0] and np.isclose(
            made.projection_multiplier, 250 * 500 * 3 * np.pi / 24) and np.array_equal(
                made.trajectory, trajectories.circular_trajectory_3d(**vars(made)[
                    "parameter_dict"])) and made.angular_range == [0.0, np.pi], ""
    circle = CircularGeometrys3D({**values, "swap_detector_axis": True})
    sphere = SpecificGeometry(values, trajectories.fibonacci_sphere_projecton_matrix)
    for what, specific in (("circle", circle), ("Fibonacci sphere", sphere)):
        mask, sinogram, phantom, beam = specific.generate_specific_phantom(phantoms.shepp_logan_3d)
        expected = arrays(frame.layers.cone_projection3d(tensor(phantom), beam))
        yield f"SpecificGeometry: {what}", np.array_equal(
            mask[0], phantoms.shepp_logan_3d([16, 32, 32]) > 1e-6) and np.array_equal(
                arrays(sinogram), expected) and 5 < expected.max() < 32, f"{expected.max():.1f}"
    plain.update({"step_size": 0.5})
    yield "geometry: update, get_dict, keys", plain.get_dict()["step_size"] == 0.5 and \
        "trajectory" in {**plain}, ""


def filters_of_numpy():
    """Filters beside their formulas."""
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


def riess(overscan, times, angles):
    """The weights of C. Riess et al. (2013) in PYRO-NN's form: of times (views, 1) from the scan's
    begin and fan angles (1, columns)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        late = np.sin(np.pi / 2 * (np.pi + overscan - times) / (overscan - 2 * angles))**2
        early = np.sin(np.pi / 2 * times / (overscan + 2 * angles))**2
    found = np.where(np.pi + 2 * angles <= times, late, 1.0)
    found = np.where(np.pi + 2 * (overscan - angles) <= times, 2 - late, found)
    found = np.where(times <= 2 * angles + overscan, early, found)
    return np.where(times <= -overscan - 2 * angles, 2 - early, found)


def weights_of_numpy():
    """Weights beside their formulas."""
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
    for span in (np.pi + 0.2, np.pi + 0.4):
        times = (np.arange(100)[:, None] + 0.5) * span / 100  # a view stands for the step it is in
        angles = -np.arctan((np.arange(128) - 63.5) * 1.5 / 400)[None]
        yield f"weights: riess, {span:.2f}", *near(
            weights.riess_weights_2d(fan(span=span, views=100)) * np.pi / span,
            riess(span - np.pi, times, angles), 1e-4)
    for turns in (1, 2):
        found = weights.redundancy_weights_2d(fan(span=turns * FULL, views=100))
        yield f"weights: {turns} turns", np.abs(found - 1).max() < 1e-6, f"{found.max():.4f}"
    panel = cone()
    cosine = weights.cosine_weights_3d(panel)
    v, u = np.meshgrid(*(o + np.arange(n) * 1.4 for o, n in zip(panel.detector_origin, (48, 72))),
                       indexing="ij")
    yield "weights: cosine", *near(cosine, 400 / np.sqrt(400**2 + u**2 + v**2), 1e-6)
    for origin in (-95.25, -10.0):
        line = fan()
        line.detector_origin = np.array([origin])
        u = origin + np.arange(128) * 1.5
        yield f"weights: cosine of a line from {origin} mm", *near(
            weights.cosine_weights_2d(line), 400 / np.sqrt(400**2 + u**2), 1e-6)


def trajectories_of_numpy():
    """Trajectories in space beside their formulas."""
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
    circle = trajectories.circular_trajectory_3d(angular_range=FULL, **numbers)
    flat, tilted = (trajectories.multi_circular_trajectory_3d(
        longtitude=angle, angular_range=FULL, **numbers) for angle in (0.0, 0.4))
    yield "trajectories: circle of longtitude 0", np.array_equal(flat, circle), ""
    sources = np.stack([-np.linalg.solve(p[:, :3], p[:, 3]) for p in tilted])
    t, c, s = np.arange(9) * FULL / 9, np.cos(0.4), np.sin(0.4)
    yield "trajectories: sources of a tilted circle", *near(sources, 250 * np.stack(
        [np.cos(t), -c * np.sin(t), -s * np.sin(t)], 1), 1e-9)
    point = np.array([11.0, -7.0, 5.0])
    yield "trajectories: shadows of a tilted circle", *near(
        tilted @ np.append([11.0, c * -7 - s * 5, s * -7 + c * 5], 1), circle @ np.append(point, 1),
        1e-9)
    made = cone(views=5)
    back = trajectories.projection_matrices_from_vectors(
        np.array([[[250.0, 0, 0], [-150.0, 0, 0], [0, 1.4, 0], [0, 0, -1.4]]]), [48, 72])
    yield "trajectories: from vectors", *near(back[0], made.trajectory[0], 1e-9)


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
    for part in (geometries, filters_of_numpy, weights_of_numpy, trajectories_of_numpy, signatures):
        yield from part()
