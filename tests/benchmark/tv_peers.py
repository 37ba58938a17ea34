# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Total variation beside TomoJAX, where Python has it, on the arrays that tv_job writes.

    python3 tv_peers.py --job tv_job [--problem head] [--size 128] [--strengths 0.2,0.3,0.4]
                        [--iterations 50,100,200] [--batch 20] [--programs pyronn,tomojax]

Prints how far TomoJAX's lines of the true volume are from those of the bodies, and for every strength
the error within 60 mm of the middle after so many iterations. Seconds of TomoJAX are those of an
iteration times their number, from the slope of runs with more and fewer iterations, so that what it
compiles at every call does not count. On a CUDA device where JAX sees one, else on cores.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

EXTENT = 128  # of the grid [mm]


def scan(problem, size):
    """TomoJAX's geometry: its rays run along y, whose turn is ours less 90 degrees, the other way."""
    from tomojax.geometry import Detector, Grid, ParallelGeometry

    voxel = EXTENT / size
    grid = Grid(size, size, size, voxel, voxel, voxel)
    views, degrees = (180, 180) if problem == "ellipsoids" else (60, 360 if problem == "head" else 180)
    turns = -90 - np.arange(views) * degrees / views
    if problem == "head":
        detector = Detector(size * 3 // 2, size * 3 // 2, 1.5 * voxel, 1.5 * voxel)
        return grid, detector, cone(grid, detector, turns, 500, 750)
    pixels = size if problem == "ellipsoids" else size * 3 // 2
    detector = Detector(pixels, pixels, voxel, voxel)
    return grid, detector, ParallelGeometry(grid, detector, turns)


def cone(grid, detector, turns, source_axis, source_detector):
    import tomojax.geometry as geometry

    if hasattr(geometry, "ConeGeometry"):
        beam = geometry.ConeBeam(source_axis, source_detector)
        return geometry.ConeGeometry(grid, detector, turns, beam)
    use_rays_of_cone(source_axis, source_detector)
    return geometry.ParallelGeometry(grid, detector, turns)


def use_rays_of_cone(source_axis, source_detector):
    """TomoJAX 0.2 has parallel rays alone: replaces its function that says where rays begin and step.

    Its steps are as long as a voxel, like those of parallel rays.
    """
    import jax.numpy as jnp
    import tomojax.core.projector as projector
    from tomojax.core.geometry.base import grid_volume_origin

    def rays(pose, grid, detector, *, step_size=None, n_steps=None, det_grid=None):
        u, v, count = projector._resolve_detector_grid(detector, det_grid)
        step = grid.vy if step_size is None else step_size
        steps = projector._resolve_n_steps(grid, step, n_steps)
        spacing = jnp.asarray([[grid.vx], [grid.vy], [grid.vz]], jnp.float32)
        back = pose[:3, :3].T
        source = back @ (jnp.asarray([0, -source_axis, 0], jnp.float32) - pose[:3, 3])
        along = back @ jnp.stack([u, jnp.full_like(u, source_detector), v])
        along = along / jnp.linalg.norm(along, axis=0)
        # In voxels, with the first one's centre at 0. Samples that count lie within one of the grid.
        origin = jnp.asarray(grid_volume_origin(grid), jnp.float32)[:, None]
        start, along = (source[:, None] - origin) / spacing, along / spacing
        last = jnp.asarray([[grid.nx], [grid.ny], [grid.nz]], jnp.float32)
        along = jnp.where(jnp.abs(along) < 1e-8, 1e-8, along)
        ends = (-1 - start) / along, (last - start) / along
        near = jnp.minimum(*ends).max(axis=0)
        length = jnp.maximum(jnp.maximum(*ends).min(axis=0) - near, 0)
        first = start + jnp.where(length > 0, near, 0) * along
        return (*first, *(step * along), jnp.ceil(length / step).astype(jnp.int32),
                jnp.float32(step), steps, count)

    projector._projector_traversal_state = rays


def from_tomojax(volume):
    """Its volumes are (x, y, z)."""
    return np.asarray(volume).transpose(2, 1, 0)


def run_tomojax(arguments, arrays, report):
    # Or it computes all rays while it compiles.
    os.environ.setdefault("XLA_FLAGS", "--xla_disable_hlo_passes=constant_folding")
    import jax
    import jax.numpy as jnp
    from tomojax.core.projector import forward_project_view
    from tomojax.recon import FistaConfig, fista_tv

    grid, detector, geometry = scan(arguments.problem, arguments.size)
    print(f"TomoJAX on {jax.devices()[0]}")
    truth = jnp.asarray(arrays["truth"].transpose(2, 1, 0))
    chosen = range(0, len(arrays["exact"]), 20)
    found = np.stack([forward_project_view(geometry, grid, detector, truth, n) for n in chosen])
    expected = arrays["exact"][::20]
    difference = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    print(f"its lines of the true volume: {100 * difference:.2f} % from those of the bodies", flush=True)
    lines = jnp.asarray(arrays["lines"])
    settings = {"positivity": True, "views_per_batch": arguments.batch, "tv_prox_iters": arguments.inner}
    norm = fista_tv(geometry, grid, detector, lines,
                    config=FistaConfig(iters=1, power_iters=20, **settings))[1]["L"]
    settings["L"] = 1.01 * norm

    def run(strength, iterations):
        begin = time.perf_counter()
        volume, _ = fista_tv(geometry, grid, detector, lines,
                             config=FistaConfig(iters=iterations, lambda_tv=strength, **settings))
        volume.block_until_ready()
        return time.perf_counter() - begin, from_tomojax(volume)

    strength, few = arguments.strengths[0], min(arguments.iterations)
    spacing = EXTENT / arguments.size
    times = [run(strength / spacing, n)[0] for n in (few, few, 3 * few)]
    seconds = max(times[2] - times[1], 0) / (2 * few)
    for strength in arguments.strengths:
        for iterations in arguments.iterations:
            report("TomoJAX", strength, iterations, seconds * iterations,
                   run(strength / spacing, iterations)[1])


def run_pyronn(arguments, folder, report):
    for strength in arguments.strengths:
        for iterations in arguments.iterations:
            printed = subprocess.run(
                [arguments.job, arguments.problem, str(arguments.size), folder, str(strength),
                 str(iterations)], check=True, capture_output=True, text=True).stdout
            report("pyronn", strength, iterations, float(printed), np.load(folder / "fista-tv.npy"))


def numbers(kind):
    return lambda text: [kind(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", required=True, help="the program tv_job")
    parser.add_argument("--problem", default="head")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--strengths", type=numbers(float), default=[0.2, 0.3, 0.4])
    parser.add_argument("--iterations", type=numbers(int), default=[50, 100, 200])
    parser.add_argument("--batch", type=int, default=20, help="views that TomoJAX does at a time")
    parser.add_argument("--inner", type=int, default=10, help="of TomoJAX's proximal step")
    parser.add_argument("--programs", type=numbers(str), default=["pyronn", "tomojax"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([arguments.job, arguments.problem, str(arguments.size), folder], check=True)
        arrays = {name: np.load(folder / f"{name}.npy") for name in ("exact", "lines", "truth")}
        truth = arrays["truth"].astype(np.float64)
        x = (np.arange(arguments.size) - (arguments.size - 1) / 2) * EXTENT / arguments.size
        inside = x[:, None, None] ** 2 + x[:, None] ** 2 + x**2 <= 60**2

        def report(program, strength, iterations, seconds, image):
            error = np.linalg.norm((image - truth)[inside]) / np.linalg.norm(truth[inside])
            print(f"| {program} | {strength:g} | {iterations} | {seconds:.2f} | {error:.4f} |", flush=True)

        print(f"{arguments.problem}, {arguments.size}^3 voxels\n")
        print("| program | strength | iterations | s | error |\n|---|---|---|---|---|")
        if "pyronn" in arguments.programs:
            run_pyronn(arguments, folder, report)
        if "tomojax" in arguments.programs:
            run_tomojax(arguments, arrays, report)


if __name__ == "__main__":
    sys.exit(main())
