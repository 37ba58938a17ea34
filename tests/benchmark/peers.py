# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Times other libraries beside pyronn's benchmark on the same arrays: see peers.sh, which calls it."""

import argparse
import csv
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from peer_problems import P1, P3_FAN, P3_PARALLEL, P4, P4_FEW, SLICE


def milliseconds(call):
    """The median of up to three calls within 20 s, after one that is not counted."""
    call()
    times = []
    while len(times) < 3 and sum(times) < 20:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


class Pyronn:
    """The benchmark programs: they read their input from a folder, and write what they compute."""

    def __init__(self, arguments):
        self.folder = Path(arguments.arrays)
        self.programs = {"cores": arguments.benchmark, "CUDA": arguments.cuda_benchmark}

    def input(self, problem, operator):
        """What goes in, and the file of it."""
        file = self.folder / f"{problem.name} {'volume' if operator == 'forward' else 'projections'}.npy"
        if not file.exists():
            make = {"forward": problem.volume, "FBP": problem.line_integrals}
            np.save(file, make.get(operator, problem.projections)())
        return np.load(file)

    def run(self, problem, operator, threads):
        """Milliseconds, and the output where it is written."""
        command = [self.programs["cores"], str(threads)] if threads else [self.programs["CUDA"]]
        row = f"{problem.name} {operator} software"
        command += ["--csv", "--arrays", str(self.folder), "--filter", row + " float"]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found = list(csv.DictReader(lines.splitlines()))
        return float(found[0]["ms"]), np.load(self.folder / (row + ".npy"))


# Each peer returns a call, and a function that gives its output in pyronn's layout.


def astra_plane(problem, operator, array, cuda):
    """Rows of ASTRA's images begin at the largest y."""
    import astra

    source, centre, u, _ = problem.vectors()
    half = problem.voxels * problem.spacing / 2
    grid = astra.create_vol_geom(problem.voxels, problem.voxels, -half, half, -half, half)
    scan = astra.create_proj_geom("fanflat_vec" if problem.source_isocenter else "parallel_vec",
                                  problem.detector[0], np.hstack([source, centre, u]))
    kind = "cuda" if cuda else "line_fanflat" if problem.source_isocenter else "line"
    projector = astra.create_projector(kind, scan, grid)
    forward = operator == "forward"
    source_id = astra.data2d.create(*(("-vol", grid, array[::-1]) if forward else ("-sino", scan, array)))
    target_id = astra.data2d.create(*(("-sino", scan) if forward else ("-vol", grid)))
    settings = astra.astra_dict(("FP" if forward else "BP") + ("_CUDA" if cuda else ""))
    settings["ProjectorId"] = projector
    settings["ProjectionDataId"] = target_id if forward else source_id
    settings["VolumeDataId" if forward else "ReconstructionDataId"] = source_id if forward else target_id
    algorithm = astra.algorithm.create(settings)
    return lambda: astra.algorithm.run(algorithm), \
        lambda: astra.data2d.get(target_id)[:: 1 if forward else -1]


def astra_cone(problem, operator, array, cuda):
    """ASTRA's projections are [v][view][u]."""
    import astra
    import astra.experimental
    import torch

    half = problem.voxels * problem.spacing / 2
    grid = astra.create_vol_geom(*[problem.voxels] * 3, *[-half, half] * 3)
    scan = astra.create_proj_geom("cone_vec", *problem.detector, np.hstack(problem.vectors()))
    projector = astra.create_projector("cuda3d", scan, grid)
    forward = operator == "forward"
    sizes = (problem.detector[0], problem.views, problem.detector[1])
    ours = torch.from_numpy(array if forward else array.transpose(1, 0, 2).copy()).cuda()
    target = torch.zeros(sizes if forward else [problem.voxels] * 3, device="cuda")
    volume, projections = (ours, target) if forward else (target, ours)
    apply = astra.experimental.direct_FP3D if forward else astra.experimental.direct_BP3D

    def call():
        apply(projector, volume, projections)
        torch.cuda.synchronize()

    return call, lambda: (target.permute(1, 0, 2) if forward else target).cpu().numpy()


def diffct(problem, operator, array, cuda):
    """Steps become unit vectors; projections of cones are [view][u][v]."""
    import torch
    from diffct import Projector

    device = "cuda" if cuda else "cpu"
    axes = [a if n < 2 else a / problem.pitch for n, a in enumerate(problem.vectors())]
    is_cone = problem.dimension == 3
    beam = "cone" if is_cone else "fan" if problem.source_isocenter else "parallel"
    frames = [torch.tensor(a, dtype=torch.float32, device=device) for a in axes[: 4 if is_cone else 3]]
    projector = Projector(tuple(frames), [problem.voxels] * problem.dimension,
                          problem.detector[::-1], beam=beam, voxel_spacing=problem.spacing,
                          detector_spacing=(problem.pitch,) * 2 if is_cone else problem.pitch)
    forward = operator == "forward"
    if is_cone and not forward:
        array = array.transpose(0, 2, 1).copy()
    given, result = torch.from_numpy(array).to(device), []

    def call():
        result[:] = [(projector.project if forward else projector.backproject)(given)]
        if cuda:
            torch.cuda.synchronize()

    return call, lambda: (result[0].mT if is_cone and forward else result[0]).cpu().numpy()


def rtk_joseph(problem, operator, array, threads):
    """RTK turns about its second axis: our (y, z, x) are its axes."""
    import itk
    from itk import RTK as rtk

    image_type = itk.Image[itk.F, 3]
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for angle in np.degrees(problem.angles()):
        geometry.AddProjection(problem.source_isocenter, problem.source_detector, float(angle))

    def image(values, spacing):
        result = itk.image_from_array(np.ascontiguousarray(values))
        sizes = values.shape[::-1]
        result.SetSpacing(spacing)
        result.SetOrigin([-(n - 1) / 2 * s for n, s in zip(sizes, spacing)])
        return result

    def stack(values):
        result = image(values, (problem.pitch, problem.pitch, 1))
        result.SetOrigin([*list(result.GetOrigin())[:2], 0])
        return result

    forward = operator == "forward"
    if forward:
        filter_ = rtk.JosephForwardProjectionImageFilter[image_type, image_type].New()
        target = stack(np.zeros((problem.views, *problem.detector), np.float32))
        given = image(array.transpose(2, 0, 1), [problem.spacing] * 3)
    else:
        filter_ = rtk.JosephBackProjectionImageFilter[image_type, image_type].New()
        target = image(np.zeros([problem.voxels] * 3, np.float32), [problem.spacing] * 3)
        given = stack(array)
    filter_.InPlaceOff()
    filter_.SetGeometry(geometry)
    filter_.SetNumberOfWorkUnits(threads)
    filter_.SetInput(0, target)
    filter_.SetInput(1, given)

    def call():
        filter_.Modified()
        filter_.Update()

    def output():
        values = itk.array_from_image(filter_.GetOutput())
        return values if forward else values.transpose(1, 2, 0)

    return call, output


def algotom(method, problem, array):
    """Its x axis is our y axis."""
    from algotom.rec import reconstruction
    import numba

    numba.set_num_threads(1)
    centre, result = (problem.detector[0] - 1) / 2, []
    more = {"gpu": False} if method == "fbp" else {}

    def call():
        result[:] = [getattr(reconstruction, method + "_reconstruction")(
            array, centre, angles=problem.angles(), ratio=None, filter_name=None, apply_log=False,
            ncore=1, **more)]

    return call, lambda: result[0].T


def comparisons(threads, cuda):
    """Problem, operator, number of threads or 0 for the device, peers by name."""
    for problem in (P3_PARALLEL, P3_FAN):
        for operator in ("forward", "transpose"):
            yield problem, operator, 1, {
                "astra-toolbox line": lambda p, o, a: astra_plane(p, o, a, False)}
    for operator in ("forward", "transpose"):
        yield P4_FEW, operator, threads, {
            "itk-rtk Joseph": lambda p, o, a: rtk_joseph(p, o, a, threads)}
    yield SLICE, "FBP", 1, {"algotom FBP": lambda p, o, a: algotom("fbp", p, a),
                            "algotom DFI": lambda p, o, a: algotom("dfi", p, a)}
    if cuda:
        for problem in (P3_PARALLEL, P3_FAN, P4, P1):
            astra = astra_plane if problem.dimension == 2 else astra_cone
            name = "astra-toolbox" + (" with copies" if problem.dimension == 2 else "")
            for operator in ("forward", "transpose"):
                yield problem, operator, 0, {name: lambda p, o, a, run=astra: run(p, o, a, True),
                                             "diffct Siddon": lambda p, o, a: diffct(p, o, a, True)}


def difference(found, reference, within_circle):
    """The relative norm, without the outermost two samples of each axis, or of pixels all views see."""
    if within_circle:
        x = np.linspace(-1, 1, len(reference))
        inside = np.add.outer(x**2, x**2) < 0.98
    else:
        inside = (slice(2, -2),) * reference.ndim
    found, reference = found[inside].astype(np.float64), reference[inside].astype(np.float64)
    return np.linalg.norm(found - reference) / np.linalg.norm(reference)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--arrays", required=True)
    parser.add_argument("--benchmark", required=True)
    parser.add_argument("--cuda-benchmark")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--filter", default="", help="part of 'PROBLEM OPERATOR'")
    arguments = parser.parse_args()
    pyronn = Pyronn(arguments)
    print("| problem | operator | program | where | ms | to pyronn | to the closed form |")
    print("|---|---|---|---|---|---|---|")
    for problem, operator, threads, peers in comparisons(arguments.threads, arguments.cuda_benchmark):
        if arguments.filter not in f"{problem.name} {operator}":
            continue
        array = pyronn.input(problem, operator)
        known = {"forward": problem.line_integrals, "FBP": problem.volume}.get(operator)
        truth = known() if known and problem.name != "P1" else None  # of P1: minutes
        start = f"| {problem.name} | {operator} | "
        where = f" | threads: {threads} | " if threads else " | CUDA | "

        def report(program, ms, found, reference):
            columns = [f"{ms:.2f}"]
            for other in (reference, truth):
                columns.append("" if other is None else f"{difference(found, other, operator == 'FBP'):.1e}")
            print(start + program + where + " | ".join(columns) + " |", flush=True)

        ms, ours = pyronn.run(problem, operator, threads)
        report("pyronn", ms, ours, None)
        for name, make in peers.items():
            package = name.split()[0]
            if importlib.util.find_spec({"astra-toolbox": "astra", "itk-rtk": "itk"}.get(package, package)) is None:
                continue
            name = name.replace(package, f"{package} {version(package)}", 1)
            try:
                call, output = make(problem, operator, array)
                report(name, milliseconds(call), output(), ours)
            except Exception as error:  # a peer that fails is a row of the table
                print(f"{start}{name}{where}{type(error).__name__}: {str(error).splitlines()[:1]} | | |",
                      flush=True)


if __name__ == "__main__":
    sys.exit(main())
