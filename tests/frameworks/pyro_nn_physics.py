# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Operators by PYRO-NN's names beside closed forms: chords, senses of rotation, amplitudes,
factors, gradients, scans for each sample."""
import importlib

import numpy as np

import pyro_nn_frame as frame
from pyro_nn_frame import (
    BEAMS, FULL, arrays, ball, cone, cone_of_v0, fan, near, parallel, parallel_3d, project, random,
    reconstruct, tensor)
from pyronn_names import filters, geometry, trajectories, utils, v0, weights


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
    def mean(indices):
        inner = tuple(range(1, lines.ndim))
        return (lines * indices).sum(inner) / lines.sum(inner)

    columns = mean(np.arange(lines.shape[-1]))
    if lines.ndim == 2:
        return columns[:, None]
    return np.stack([columns, mean(np.arange(lines.shape[1])[:, None])], 1)


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


def wide_fan(span):
    """Rays up to 31 degrees from the central one."""
    made = geometry.GeometryFan2D([64, 64], [1, 1], [160], [1.5], 240, span, 200, 100)
    made.set_trajectory(trajectories.circular_trajectory_2d(240, span))
    return made


def wide_cone():
    """Rays up to 31 degrees from the central one."""
    made = geometry.GeometryCone3D([28, 40, 40], [1] * 3, [72, 100], [1.2, 1.2], 120, FULL, 100, 50)
    made.set_trajectory(trajectories.circular_trajectory_3d(**vars(made)))
    return made


def amplitudes():
    """Reconstructions of ones are 1, for spacings, ranges and versions: in the mean within 1e-3,
    where 5e-4 is found, and pixel by pixel, which redundancy weights of 1 or cosine weights of 1
    miss by 5e-3 and more where the fan is wide."""
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
        ("fan 2D", fan(span=np.pi + 0.3, views=100), "ram_lak", weights.riess_weights_2d),
        ("fan 2D", wide_fan(FULL), "shepp_logan", weights.redundancy_weights_2d),
        ("fan 2D", wide_fan(2 * FULL), "shepp_logan", weights.redundancy_weights_2d),
        ("fan 2D", wide_fan(4.27), "shepp_logan", weights.parker_weights_2d),
        ("fan 2D", wide_fan(4.04), "shepp_logan", weights.riess_weights_2d),
        ("cone 3D", wide_cone(), "hamming", weights.redundancy_weights_3d),
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
        inner = image[ball(made, 0.5 * radius) > 0.5]
        error = np.sqrt(np.mean((inner - 1)**2))
        # Rays of 0.1 are half a pixel aside, and TensorFlow's cone beams take steps of a voxel.
        coarse = name == "cone 3D of 0.1" or "cone" in name and frame.framework == "tensorflow"
        bound = 2e-3 if coarse else 1e-3
        # FDK is an approximation off the circle's plane: 0.5 % is found, 1.3 % without cosines.
        wide = name == "cone 3D" and made.source_detector_distance == 100
        mean_bound, bound = (8e-3, 9e-3) if wide else (1e-3, bound)
        yield (f"{name}: amplitude, {window}, {made.detector_spacing[-1]:g} mm pixels, range "
               f"{np.ravel(made.angular_range)[-1]:.3f}", abs(inner.mean() - 1) < mean_bound and
               error < bound, f"{inner.mean():.4f}, {error:.1e}")


def gradient_of(function, x, y):
    """The gradient of <function(x), y>."""
    if frame.framework == "torch":
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
        forward, back = (getattr(frame.layers, n) for n in (forward_name, back_name))
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
        for function, shape in ((getattr(frame.layers, forward_name), one.volume_shape),
                                (getattr(frame.layers, back_name), one.sinogram_shape)):
            x = random.standard_normal((2, *shape)).astype(np.float32)
            found = arrays(function(tensor(x), both))
            expected = np.concatenate([arrays(function(tensor(x[:1]), one)),
                                       arrays(function(tensor(x[1:]), two))])
            yield (f"{name}: a scan for each sample, {function.__name__}",
                   *near(found, expected, 1e-6))
    yield from detectors_of_samples()
    far = fan(views=12)
    far.source_isocenter_distance = np.array([250.0, 300.0])
    x = random.standard_normal((2, 64, 64)).astype(np.float32)
    back = random.standard_normal((2, 12, 128)).astype(np.float32)
    single = [fan(views=12), fan(views=12)]
    single[1].source_isocenter_distance = 300.0
    for function, data in ((frame.layers.fan_projection2d, x),
                           (frame.layers.fan_backprojection2d, back)):
        expected = np.concatenate([arrays(function(tensor(data[n:n + 1]), single[n]))
                                   for n in (0, 1)])
        yield (f"fan 2D: a distance for each sample, {function.__name__}",
               *near(arrays(function(tensor(data), far)), expected, 1e-6))


def detectors_of_samples():
    """A detector's spacing and origin for each sample."""
    x = random.standard_normal((2, 24, 40, 40)).astype(np.float32)
    for name, image, spacings, origins in (
        ("parallel 2D", np.tile(x[:, 0, :32], (1, 2, 2))[:, :64, :64], ([1.0], [1.3]),
         ([-47.5], [-40.0])),
        ("parallel 3D", x, ([1.1, 0.9], [1.2, 1.0]), ([-17.0, -26.0], [-16.0, -25.0])),
    ):
        make, forward, _ = BEAMS[name]
        both, single = make(views=12), [make(views=12), make(views=12)]
        both.detector_spacing, both.detector_origin = np.array(spacings), np.array(origins)
        for n, one in enumerate(single):
            one.detector_spacing, one.detector_origin = np.array(spacings[n]), np.array(origins[n])
        function = getattr(frame.layers, forward)
        expected = np.concatenate([arrays(function(tensor(image[n:n + 1]), single[n]))
                                   for n in (0, 1)])
        yield f"{name}: a detector for each sample", *near(
            arrays(function(tensor(image), both)), expected, 1e-6)


def types():
    """Arrays of any real type are computed in float32."""
    made = fan(views=12)
    x = random.integers(0, 9, (1, 64, 64))
    expected = arrays(frame.layers.fan_projection2d(tensor(x), made))
    for kind in ("float64", "float16", "int32", "uint8"):
        for gradient in ("exact", "pyro_nn"):
            typed = importlib.import_module("torch").tensor(x.astype(kind)) if \
                frame.framework == "torch" else x.astype(kind)
            found = arrays(frame.layers.fan_projection2d(typed, made, gradient=gradient))
            yield f"{kind}, {gradient}", found.dtype == np.float32 and np.array_equal(
                found, expected), ""
    yield "an array of NumPy", np.array_equal(
        arrays(frame.layers.fan_projection2d(x, made)), expected), ""


def table():
    for part in (chords, senses, amplitudes, factors, gradients, samples, types):
        yield from part()
