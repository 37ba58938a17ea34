# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong is said by a ValueError, before C or a framework sees it."""
import json
import os
import tempfile

import numpy as np

import pyro_nn_frame as frame
import pyronn_names
from pyro_nn_frame import FULL, cone, fan, parallel, parallel_3d, tensor
from pyronn_names import (
    filters, geometry, phantoms, reconstruction, trajectories, utils, v0, weights)
from pyronn_names.geometry_of_all import Geometry


def changed(made, **values):
    for name, value in values.items():
        setattr(made, name, value)
    return made


def projected(made, shape=(1, 64, 64), beam="parallel", **options):
    return getattr(frame.layers, f"{beam}_projection2d")(tensor(np.ones(shape)), made, **options)


def projected_3d(made, beam="cone", shape=(1, 24, 40, 40)):
    return getattr(frame.layers, f"{beam}_projection3d")(tensor(np.ones(shape)), made)


def geometry_of_all(**changes):
    made = Geometry()
    made.init_from_parameters(**{**dict(
        volume_shape=[4, 8, 8], volume_spacing=[1, 1, 1], detector_shape=[6, 9],
        detector_spacing=[1, 1], number_of_projections=6, angular_range=FULL,
        trajectory=trajectories.circular_trajectory_3d, source_detector_distance=400,
        source_isocenter_distance=250), **changes})
    return made


def from_json(values):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "geometry.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(values, file)
        return Geometry.from_json(path)


def shapes():
    """Arrays of other shapes than C reads or writes."""
    panel = dict(detector_shape=[24], detector_spacing=[1.5, 1.5], detector_origin=[-17.25, 0.0],
                 source_detector_distance=400)
    matrices = np.ones((6, 4, 3))
    yield "cosine weights of a line", "(2,)", lambda: weights.cosine_weights_3d(panel)
    yield "cosine weights of a fan", "(2,)", lambda: weights.cosine_weights_3d(fan())
    yield "parallel rays in space of two numbers", "views, 3", lambda: projected_3d(
        changed(parallel_3d(), trajectory=parallel(views=60).trajectory), "parallel")
    for shape in ((90,), (90, 3), (90, 3, 4), (0, 2), (2, 2, 90, 2)):
        for beam, make in (("parallel", parallel), ("fan", fan)):
            yield f"{beam} rays of shape {shape}", "views, 2", lambda b=beam, m=make, s=shape: \
                projected(changed(m(), trajectory=np.ones(s)), beam=b)
    for shape in ((60, 2), (60, 4, 4), (3, 4)):
        yield f"matrices of shape {shape}", "views, 3, 4", lambda s=shape: projected_3d(
            changed(cone(), trajectory=np.ones(s)))
    yield "a range of no number", "(2,)", lambda: trajectories.circular_trajectory_2d(6, [])
    yield "a range of three", "(2,)", lambda: trajectories.circular_trajectory_2d(6, [0, 1, 2])
    yield "a panel of one number", "(2,)", lambda: trajectories.circular_trajectory_3d(
        6, FULL, [1.0], [0.0, 0.0], 250, 400)
    yield "vectors of shape (6, 4, 3), panel [4]", "(2,)", lambda: \
        trajectories.projection_matrices_from_vectors(matrices, [4])
    yield "vectors of shape (6, 3, 4)", "views, 4, 3", lambda: \
        trajectories.projection_matrices_from_vectors(np.ones((6, 3, 4)), [4, 4])
    yield "a head of four axes", "shape", lambda: phantoms.shepp_logan_3d([2, 8, 8, 8])
    yield "a head of one number", "shape", lambda: phantoms.shepp_logan(8)
    yield "bodies of four axes", "shape", lambda: phantoms.random_bodies([2, 16, 16, 16], 3, 1)
    for pos in ([8], [1, 2, 3]):
        yield f"circle at {pos}", "(2,)", lambda p=pos: phantoms.circle([16, 16], p, 3)
    yield "ellipse of one half axis", "(2,)", lambda: phantoms.ellipse([16, 16], [8, 8], [3])
    yield "a body of the plane in space", "(3,)", lambda: phantoms.place_sphere(
        np.zeros((8, 8, 8)), (4, 4), 2)
    yield "box out of the grid", "leaves", lambda: phantoms.place_cube(
        np.zeros((4, 4, 4)), (2, 2, 2), (3, 3, 3))
    for name, make, beam, shape in (("parallel", parallel, "parallel", (1, 64, 65)),
                                    ("fan", fan, "fan", (1, 65, 64)), ("fan", fan, "fan", (64,))):
        yield f"{name}: a volume {shape}", "(64, 64)", lambda m=make, b=beam, s=shape: projected(
            m(), s, b)
    yield "fan: a sinogram of other views", "(120, 128)", lambda: \
        frame.layers.fan_backprojection2d(tensor(np.ones((1, 119, 128))), fan())
    yield "cone: v and u swapped", "48, 72", lambda: frame.layers.cone_backprojection3d(
        tensor(np.ones((1, 60, 72, 48))), cone())
    yield "two multipliers, one sinogram", "2 samples", lambda: \
        frame.layers.cone_backprojection3d(tensor(np.ones((1, 60, 48, 72))), changed(
            cone(), projection_multiplier=[1.0, 2.0]))
    yield "no array", "volume", lambda: frame.layers.fan_projection2d(None, fan())
    yield "complex numbers", "real", lambda: frame.layers.fan_projection2d(
        _complex(np.ones((1, 64, 64), np.complex64)), fan())


def _complex(x):
    return __import__("torch").tensor(x) if frame.framework == "torch" else x


def ranges():
    """Ranges in degrees, and those whose amplitudes would be wrong."""
    for what, span in (("degrees", 360), ("half of them", 180), ("nothing", 0.0)):
        yield f"rays over {what}", "radians", lambda s=span: trajectories.circular_trajectory_2d(
            8, s)
        yield f"a geometry over {what}", "radians", lambda s=span: parallel(span=s)
    yield "weights of one and a half turns", "whole turns", lambda: weights.redundancy_weights_2d(
        fan(span=3 * np.pi))
    for span in (1.5 * np.pi, 1.0, 4.0):
        yield f"reconstruction of parallel rays over {span:.2f}", "half turns", lambda s=span: \
            reconstruction.parallel_2d(parallel(span=s), "hann")
    yield "Parker's weights of too short a scan", "at least 180", lambda: \
        weights.parker_weights_2d(fan(span=2.0))
    yield "range of 0.1", "begin at 0", lambda: trajectories.result(
        "names_circular_rays", 0, False, 4, np.array([1.0, 2.0]), shape=(4, 2))


def samples():
    """One axis in front where only one scan can be."""
    yield "weights: two distances", "one scan", lambda: weights.redundancy_weights_2d(
        changed(fan(), source_isocenter_distance=[250.0, 300.0]))
    yield "cosine weights: two distances", "one number", lambda: weights.cosine_weights_2d(
        changed(fan(), source_detector_distance=[400.0, 410.0]))
    yield "reconstruction: two spacings", "samples", lambda: reconstruction.parallel_2d(
        changed(parallel(), detector_spacing=[[1.0], [2.0]]), "hann")
    yield "a line with two spacings", "one number", lambda: projected(
        changed(parallel(), detector_spacing=[1.0, 2.0]))
    yield "filter: two spacings", "one number", lambda: filters.ram_lak(8, [1.0, 2.0])
    yield "steps for each sample", "one number", lambda: frame.layers.cone_projection3d(
        tensor(np.ones((2, 24, 40, 40))), changed(cone(), step_size=[0.2, 1.0]), **(
            {"step_size": [0.2, 1.0]} if frame.framework == "tensorflow" else {}))
    yield "voxels for each sample", "the same", lambda: projected(
        changed(parallel(), volume_spacing=[[1.0, 1.0], [2.0, 2.0]]))
    yield "two and three samples", "[2, 3]", lambda: projected(changed(
        fan(), source_isocenter_distance=[250.0, 300.0],
        source_detector_distance=[400.0, 410.0, 420.0]), beam="fan")


def numbers():
    """Numbers that are none, not positive or not whole."""
    for spacing in (0.0, -1.0, np.nan):
        yield f"filter: spacing {spacing}", "detector_spacing", lambda s=spacing: \
            filters.hann_2D([16], [s], 4)
        yield f"as_released: spacing {spacing}", "detector_spacing", lambda s=spacing: \
            filters.as_released("hann", 16, s)
        yield f"projection: spacing {spacing}", "detector_spacing", lambda s=spacing: projected(
            changed(parallel(), detector_spacing=[s]))
    for width in (0, -3, 16.7):
        for name in ("ram_lak", "ramp", "response"):
            yield f"{name}: width {width}", "whole number", lambda w=width, n=name: {
                "ram_lak": lambda: filters.ram_lak(w, 1.0), "ramp": lambda: filters.ramp(w),
                "response": lambda: filters.response("hann", w)}[n]()
    for views in (0, -1, 2.5):
        yield f"filter for {views} views", "number_of_projections", lambda v=views: \
            filters.ram_lak_3D([4, 8], [1, 1], v)
        yield f"{views} rays", "number_of_projections", lambda v=views: \
            trajectories.circular_trajectory_2d(v, FULL)
        yield f"{views} views of a geometry", "number_of_projections", lambda v=views: fan(views=v)
    yield "window", "there are ram_lak", lambda: filters.response("box", 8)
    yield "no window", "name", lambda: filters.response(None, 8)
    yield "a seed below 0", "seed", lambda: phantoms.random_bodies([8, 8], 3, seed=-1)
    yield "points below 0", "points", lambda: utils.fibonacci_sphere(-1)
    yield "a ray without direction", "direction", lambda: projected(
        changed(parallel(), trajectory=np.zeros((90, 2))))
    yield "a step of 0", "step_size", lambda: frame.layers.cone_projection3d(
        tensor(np.ones((1, 24, 40, 40))), changed(cone(), step_size=0), **(
            {"step_size": 0} if frame.framework == "tensorflow" else {}))
    yield "a negative distance", "source_isocenter_distance", lambda: projected(
        changed(fan(), source_isocenter_distance=-250), beam="fan")


def geometries():
    """Geometries that do not fit, and their setters."""
    for what, part, change in (
        ("shape -8", "volume_shape", {"volume_shape": [-8, 8]}),
        ("a shape of space", "volume_shape", {"volume_shape": [8, 8, 8]}),
        ("swapped distances", "swapped", {"source_detector_distance": 100}),
        ("lists as distances", "one number", {"source_detector_distance": [1, 2]}),
        ("spacings of three axes", "volume_spacing", {"volume_spacing": [1, 1, 1]})):
        values = dict(volume_shape=[8, 8], volume_spacing=[1, 1], detector_shape=[8],
                      detector_spacing=[1], number_of_projections=4, angular_range=FULL,
                      source_detector_distance=400, source_isocenter_distance=250)
        yield f"geometry of {what}", part, lambda c=change, v=values: geometry.GeometryFan2D(
            **{**v, **c})
    yield "a cone beam with a line", "detector_shape", lambda: geometry.GeometryCone3D(
        [8, 8, 8], [1, 1, 1], [8], [1], 4, FULL, 400, 250)
    yield "no trajectory", "set_trajectory", lambda: projected(
        geometry.GeometryParallel2D([8, 8], [1, 1], [8], [1], 4, np.pi), (1, 8, 8))
    yield "views", "7 views", lambda: projected(changed(parallel(), sinogram_shape=[7, 96]))
    yield "a fan for a cone beam", "views, 3, 4", lambda: projected_3d(fan())
    for slice in (4, 100, -1):
        yield f"slice {slice} of 4", "slice", lambda s=slice: geometry_of_all().set_volume_slice(s)
    for parts in (0, -1, 5):
        yield f"{parts} parts of 6 views", "part", lambda p=parts: \
            geometry_of_all().slice_the_geometry(p)
    yield "a shift of one number", "(2,)", lambda: geometry_of_all().set_detector_shift([1])
    yield "Geometry over degrees", "radians", lambda: geometry_of_all().set_angle_range(360)
    yield "Geometry of swapped distances", "swapped", lambda: geometry_of_all(
        source_detector_distance=100)
    values = {"detector_shape": [6, 9], "detector_spacing": [1, 1], "number_of_projections": 6}
    yield "views of a geometry from a file", "trajectory_function", lambda: changed(
        from_json(values), number_of_projections=7)
    yield "0.1: a range that begins at 1", "begin at 0", lambda: v0.GeometryParallel2D(
        [8, 8], [1, 1], 8, 1, 4, [1.0, 2.0])
    yield "a file that holds a list", "names and values", lambda: from_json([1, 2])
    yield "gradient", "exact or pyro_nn", lambda: projected(parallel(), gradient="adjoint")
    yield "backend", "there are torch", lambda: pyronn_names.set_backend("numpy")


def table():
    for part in (shapes, ranges, samples, numbers, geometries):
        for what, words, call in part():
            try:
                call()
                yield f"refused: {what}", False, "accepted"
            except ValueError as error:
                said = str(error)
                yield f"refused: {what}", words.lower() in said.lower() and "::" not in said, said
    made = v0.GeometryCone3D([4, 8, 8], [1] * 3, [6, 9], [1, 1], 6, FULL, 400, 250)
    made.projection_matrices = v0.circular_trajectory_3d(made)
    yield "0.1: geometry.projection_matrices = matrices", made.trajectory.shape == (6, 3, 4), ""
