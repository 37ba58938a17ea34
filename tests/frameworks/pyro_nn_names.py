# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""examples/pyro_nn beside closed forms, for one framework: `pyro_nn_names.py torch|tensorflow`, with
its folder `python` on PYTHONPATH."""
import importlib
import inspect
import os
import sys
import tempfile

import numpy as np

import pyronn_names
from pyronn_names import filters, geometry, phantoms, trajectories, utils, v0, weights
from pyronn_names.geometry_of_all import Geometry

FULL = 2 * np.pi
random = np.random.default_rng(1)
layers = None  # the module of the framework's operators
framework = ""


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
    return arrays(getattr(layers, BEAMS[name][1])(tensor(volume[None]), made, **options))[0]


def reconstruct(name, made, sinogram):
    return arrays(getattr(layers, BEAMS[name][2])(tensor(sinogram[None]), made))[0]


def chords():
    """Rays through the middle see a disc's diameter, for every spacing."""
    for name, make in (("parallel 2D", parallel), ("fan 2D", fan)):
        for spacing in (2.0, 1.0, 0.5, 0.3):
            made = make(size=int(60 / spacing), spacing=spacing)
            lines = project(name, made, ball(made, 20.0))
            middle = lines[:, lines.shape[1] // 2 - 1:][:, :2].mean()
            yield f"{name}: chord, spacing {spacing}", abs(middle / 40 - 1) < 0.01, f"{middle:.3f}"
    for name in ("cone 3D", "cone 3D of 0.1", "parallel 3D"):
        made = BEAMS[name][0]()
        lines = project(name, made, ball(made, 10.0))
        found = lines.max(axis=(1, 2)).mean()
        yield f"{name}: chord of a ball", abs(found / 20 - 1) < 0.01, f"{found:.3f}"
    made = parallel()
    offsets = made.detector_origin[0] + np.arange(96)
    expected = 2 * np.sqrt(np.clip(20.0**2 - offsets**2, 0, None))
    found = project("parallel 2D", made, ball(made, 20.0)).mean(0)
    inner = np.abs(offsets) < 17
    yield "parallel 2D: all chords", *near(found[inner], expected[inner], 0.01)


def centroids(lines):
    """Where the shadow's middle lies in each view, (u) or (u, v)."""
    total = lines.reshape(len(lines), -1).sum(1)
    axes = range(lines.ndim - 1, 0, -1)
    return np.stack([(lines * np.expand_dims(np.arange(lines.shape[a]), tuple(
        range(1, lines.ndim - a)))).reshape(len(lines), -1).sum(1) / total for a in axes], 1)


def senses():
    """Sources of both versions, and the shadow of a ball where the geometry says."""
    for name, make, swap, expected in (
        ("1.1", cone, True, (0, -250, 0)), ("1.1, kept axis", cone, False, (0, -250, 0)),
        ("0.1", cone_of_v0, None, (0, 250, 0))):
        made = make(views=8) if swap is None else make(views=8, swap=swap)
        for view, where in ((0, (250, 0, 0)), (2, expected)):
            p = made.trajectory[view]
            source = -np.linalg.solve(p[:, :3], p[:, 3])
            yield f"{name}: source of view {view}", np.abs(source - where).max() < 1e-6, \
                f"{source.round(3) + 0}"
        centre = np.array([6.0, -9.0, 3.0])
        lines = project("cone 3D", made, ball(made, 3.0, centre))
        shadow = made.trajectory @ np.append(centre, 1)
        error = np.abs(centroids(lines) - shadow[:, :2] / shadow[:, 2:]).max()
        yield f"{name}: shadow of a ball", error < 0.05, f"{error:.3f} pixels"
    for name, make, swap, side in (("1.1", parallel, False, 1), ("1.1 swapped", parallel, True, -1),
                                   ("1.1 fan", fan, False, 1), ("1.1 fan swapped", fan, True, -1)):
        made = make(views=8, span=FULL, swap=swap)
        rays = made.trajectory
        right = np.allclose(rays[2], (0, side), atol=1e-9)
        u = np.stack([-rays[:, 1], rays[:, 0]], 1)
        centre = np.array([7.0, 11.0])
        where, depth = u @ centre, rays @ centre
        if "fan" in name:
            where = where * 400 / (250 + depth)
        beam = "fan 2D" if "fan" in name else "parallel 2D"
        lines = project(beam, made, ball(made, 3.0, centre))
        expected = (where - made.detector_origin[0]) / made.detector_spacing[0]
        error = np.abs(centroids(lines)[:, 0] - expected).max()
        yield f"{name}: rays and shadow", right and error < 0.05, f"{error:.3f} pixels"
    old = v0.GeometryFan2D([32, 32], [1, 1], 64, 1.0, 8, FULL, 400, 250)
    old.set_central_ray_vectors(v0.circular_trajectory_2d(old))
    yield "0.1: rays", np.allclose(old.central_ray_vectors[2], (0, 1), atol=1e-9), ""
    made = parallel_3d(views=8)
    centre = np.array([5.0, -7.0, 4.0])
    rays = made.trajectory
    u = np.stack([-rays[:, 1], rays[:, 0], 0 * rays[:, 0]], 1)
    where = np.stack([u @ centre, np.full(8, -centre[2])], 1)
    expected = (where - made.detector_origin[::-1]) / made.detector_spacing[::-1]
    error = np.abs(centroids(project("parallel 3D", made, ball(made, 3.0, centre)))
                   - expected).max()
    yield "parallel 3D: shadow of a ball", error < 0.05, f"{error:.3f} pixels"


def amplitudes():
    """Reconstructions of ones are 1, for spacings, ranges and versions."""
    short = np.pi + 2 * fan().fan_angle
    short_cone = np.pi + 2 * cone().fan_angle
    for name, made, window, weight in (
        ("parallel 2D", parallel(), "ram_lak", None),
        ("parallel 2D", parallel(spacing=0.7, pixel=0.6, views=160, span=FULL), "hann", None),
        ("fan 2D", fan(), "shepp_logan", weights.redundancy_weights_2d),
        ("fan 2D", fan(spacing=0.8, pixel=1.3), "ram_lak", weights.redundancy_weights_2d),
        ("fan 2D", fan(span=short, views=100), "cosine", weights.parker_weights_2d),
        ("fan 2D", fan(span=-short, views=100), "ram_lak", weights.parker_weights_2d),
        ("fan 2D", fan(span=short, views=100, swap=True), "ram_lak", weights.parker_weights_2d),
        ("cone 3D", cone(views=120), "hamming", weights.redundancy_weights_3d),
        ("cone 3D", cone(views=90, spacing=0.8, pixel=(1.2, 1.1), swap=False), "ram_lak",
         weights.redundancy_weights_3d),
        ("cone 3D", cone(span=short_cone, views=90), "ram_lak", weights.parker_weights_3d),
        ("cone 3D of 0.1", cone_of_v0(views=120), "ram_lak", weights.redundancy_weights_3d),
        ("parallel 3D", parallel_3d(views=90), "ram_lak", None),
    ):
        flat = "2D" in name
        radius = 0.3 * made.volume_shape[-1] * made.volume_spacing[-1]
        lines = project(name, made, ball(made, radius))
        if weight is not None:
            cosine = weights.cosine_weights_2d if flat else weights.cosine_weights_3d
            lines = lines * cosine(made) * weight(made)
        rows = getattr(filters, f"{window}_{'2' if flat else '3'}D")(
            made.detector_shape, made.detector_spacing, made.number_of_projections)
        image = reconstruct(name, made, arrays(utils.fft_and_ifft(tensor(lines), rows)))
        found = image[ball(made, 0.5 * radius) > 0.5].mean()
        yield (f"{name}: amplitude, {window}, {made.detector_spacing[-1]:g} mm pixels, range "
               f"{np.ravel(made.angular_range)[-1]:.3f}", abs(found - 1) < 0.015, f"{found:.4f}")


def gradient_of(function, x, y):
    """The gradient of <function(x), y>."""
    if framework == "torch":
        x = tensor(x).requires_grad_()
        (function(x) * tensor(y)).sum().backward()
        return arrays(x.grad)
    tf = importlib.import_module("tensorflow")
    x = tf.constant(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(function(x) * y)
    return arrays(tape.gradient(total, x))


def gradients():
    """Signed random arrays: <A x, y> = <x, gradient>, for both directions of each beam; PYRO-NN's
    gradients are its other operator."""
    for name, (make, forward_name, back_name) in BEAMS.items():
        made = make(views=12)
        x = random.standard_normal((2, *made.volume_shape)).astype(np.float32)
        y = random.standard_normal((2, *made.sinogram_shape)).astype(np.float32)
        forward, back = (getattr(layers, n) for n in (forward_name, back_name))
        for what, function, other, a, b in (("projection", forward, back, x, y),
                                            ("backprojection", back, forward, y, x)):
            value = arrays(function(tensor(a), made)).astype(np.float64)
            found = gradient_of(lambda t: function(t, made), a, b).astype(np.float64)
            error = abs((value * b).sum() - (found * a).sum()) / (
                np.linalg.norm(value) * np.linalg.norm(b))
            yield f"{name}: exact gradient of {what}", error < 1e-6, f"{error:.1e}"
            theirs = gradient_of(lambda t: function(t, made, gradient="pyro_nn"), a, b)
            yield (f"{name}: PYRO-NN's gradient of {what}",
                   *near(theirs, arrays(other(tensor(b), made)), 1e-5))
            same = arrays(function(tensor(a), made, gradient="pyro_nn"))
            yield f"{name}: its values of {what}", *near(same, value, 1e-6)


def factors():
    """Backprojections of ones have PYRO-NN's factors: views times 1 (parallel) or 1 / depth^2."""
    for name, made, expected in (
        ("parallel 2D", parallel(), np.pi),
        ("fan 2D", fan(), 400 * np.pi / 250),
        ("cone 3D", cone(), 400 * 1.4 * np.pi / 250),
        ("parallel 3D", parallel_3d(), 0.9 * np.pi),
    ):
        image = reconstruct(name, made, np.ones(made.sinogram_shape, np.float32))
        middle = image[tuple(slice(n // 2 - 1, n // 2 + 1) for n in image.shape)].mean()
        yield f"{name}: factor of the backprojection", abs(middle / expected - 1) < 2e-3, \
            f"{middle:.4f}"


def samples():
    """A trajectory for each sample, shared distances; and distances for each sample."""
    for name in ("parallel 2D", "fan 2D", "cone 3D"):
        make, forward_name, back_name = BEAMS[name]
        one, two = make(views=12, swap=False), make(views=12, swap=True)
        both = make(views=12)
        both.set_trajectory(np.stack([one.trajectory, two.trajectory]))
        for function, shape in ((getattr(layers, forward_name), one.volume_shape),
                                (getattr(layers, back_name), one.sinogram_shape)):
            x = random.standard_normal((2, *shape)).astype(np.float32)
            found = arrays(function(tensor(x), both))
            expected = np.concatenate([arrays(function(tensor(x[:1]), one)),
                                       arrays(function(tensor(x[1:]), two))])
            yield f"{name}: a scan for each sample, {function.__name__}", *near(found, expected, 1e-6)
    far = fan(views=12)
    far.source_isocenter_distance = np.array([250.0, 300.0])
    x = random.standard_normal((2, 64, 64)).astype(np.float32)
    back = random.standard_normal((2, 12, 128)).astype(np.float32)
    single = [fan(views=12), fan(views=12)]
    single[1].source_isocenter_distance = 300.0
    for function, data in ((layers.fan_projection2d, x), (layers.fan_backprojection2d, back)):
        expected = np.concatenate([arrays(function(tensor(data[n:n + 1]), single[n]))
                                   for n in (0, 1)])
        yield (f"fan 2D: a distance for each sample, {function.__name__}",
               *near(arrays(function(tensor(data), far)), expected, 1e-6))


def geometries():
    values = dict(volume_shape=[16, 32, 32], volume_spacing=[1, 1, 1], detector_shape=[32, 48],
                  detector_spacing=[1.5, 1.5], number_of_projections=12, angular_range=FULL,
                  source_detector_distance=400, source_isocenter_distance=250)
    made = Geometry()
    made.init_from_parameters(**values, trajectory=trajectories.circular_trajectory_3d,
                              swap_detector_axis=True)
    plain = geometry.GeometryCone3D(**values)
    plain.set_trajectory(trajectories.circular_trajectory_3d(**vars(plain), swap_detector_axis=True))
    yield "Geometry: trajectory", np.array_equal(made.trajectory, plain.trajectory), ""
    x = random.standard_normal((1, 16, 32, 32)).astype(np.float32)
    expected = arrays(layers.cone_projection3d(tensor(x), plain))
    yield "Geometry: operators take it", \
        np.array_equal(arrays(layers.cone_projection3d(tensor(x), made)), expected), ""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "geometry.json")
        made.to_json(path)
        read = Geometry.from_json(path)
    yield "Geometry: from a file", np.array_equal(
        arrays(layers.cone_projection3d(tensor(x), read)), expected), ""
    made.set_detector_shift([2, -3])
    shifted = arrays(layers.cone_projection3d(tensor(x), made))
    yield "Geometry: detector shift", *near(shifted[..., :-2, 3:], expected[..., 2:, :-3], 1e-5)
    made.set_detector_shift([-2, 3])
    parts = made.slice_the_geometry(3)
    found = np.concatenate([arrays(layers.cone_projection3d(tensor(x), p)) for p in parts], 1)
    yield "Geometry: slices of its range", *near(found, expected, 1e-6)
    back = arrays(layers.cone_backprojection3d(tensor(expected), made))
    one = arrays(layers.cone_backprojection3d(tensor(expected), made.set_volume_slice(5)))
    yield "Geometry: one slice", *near(one[:, 0], back[:, 5], 1e-6)
    yield "Geometry: angles", abs(made.fan_angle() - plain.fan_angle) < 1e-9 and \
        abs(made.cone_angle() - plain.cone_angle) < 1e-9, ""
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
    angle = np.arctan((short.detector_origin[0] + np.arange(128) * 1.5) / 400)
    step = short.angular_range[1] / 400
    pairs = []
    for column in range(0, 128, 7):  # a ray and the one from its other end
        for sign in (1, -1):
            other = np.arange(400) * step + sign * (np.pi + sign * 0) + 2 * angle[column]
            within = (other > 0) & (other < 399 * step)
            there = np.interp(other[within], np.arange(400) * step, parker[:, 127 - column])
            pairs.append(np.abs(parker[within, column] + there - 1))
    error = min(np.mean(np.concatenate(pairs[0::2])), np.mean(np.concatenate(pairs)))
    yield "weights: opposite rays of Parker's sum to 1", error < 5e-3, f"{error:.1e}"
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
    tilted = trajectories.multi_circular_trajectory_3d(longtitude=0.4, angular_range=FULL, **numbers)
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
        ("no trajectory", "set_trajectory", lambda: layers.parallel_projection2d(
            tensor(np.ones((1, 8, 8))), bare)),
        ("views", "7 views", lambda: layers.parallel_projection2d(
            tensor(np.ones((1, 64, 64))), wrong)),
        ("gradient", "exact or pyro_nn", lambda: layers.parallel_projection2d(
            tensor(np.ones((1, 64, 64))), made, gradient="adjoint")),
        ("window", "there are ram_lak", lambda: filters.response("box", 8)),
        ("Parker's weights of too short a scan", "Parker", lambda: weights.parker_weights_2d(
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
        found = list(inspect.signature(getattr(layers, name)).parameters)
        yield f"signature: {name}", found[:len(expected)] == expected, ", ".join(found)
    arguments = inspect.signature(layers.cone_projection3d).parameters
    if framework == "tensorflow":
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
    uses_geometry = not np.array_equal(one, two)
    yield "steps are the geometry's in PyTorch alone", uses_geometry == (framework == "torch"), ""
    yield "hardware_interp changes nothing on cores", np.array_equal(
        project("cone 3D", made, x, hardware_interp=True),
        project("cone 3D", made, x, hardware_interp=False)), ""


TABLES = (chords, senses, amplitudes, factors, gradients, samples, geometries, arrays_of_numpy,
          refusals, signatures)


def main(name):
    global framework, layers
    framework = name
    pyronn_names.set_backend(name)
    layers = importlib.import_module(f"pyronn_names.{name}_layers")
    own = importlib.import_module(f"pyro_nn_names_{name}")
    failures = 0
    for table in (*TABLES, own.table):
        for what, passed, text in table():
            failures += not passed
            print(f"{name:10} {what:66} {'passed' if passed else 'FAILED'} {text}", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
