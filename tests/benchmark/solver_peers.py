# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Times iterative reconstruction beside RTK and ASTRA on cores: see solver_peers.sh, which calls it."""

import argparse
import math
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from peer_problems import P3_FAN


def rtk_image(values, spacing):
    """RTK turns about its second axis: our (y, z, x) are its axes."""
    import itk

    result = itk.image_from_array(np.ascontiguousarray(values))
    result.SetSpacing(spacing)
    result.SetOrigin([-(n - 1) / 2 * s for n, s in zip(values.shape[::-1], spacing)])
    return result


def rtk(method, threads, iterations, folder):
    """With Joseph's model in both operators, which are a pair then, and all rays of equal weight."""
    import itk
    from itk import RTK

    image = itk.Image[itk.F, 3]
    field = itk.Image[itk.CovariantVector[itk.F, 3], 3]
    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(threads)
    geometry = RTK.ThreeDCircularProjectionGeometry.New()
    data = np.load(folder / "head.npy")
    for angle in 360 * np.arange(len(data)) / len(data):
        geometry.AddProjection(600, 1200, float(angle))
    stack = rtk_image(data, (4, 4, 1))
    stack.SetOrigin([*list(stack.GetOrigin())[:2], 0])
    make = {"sart": lambda: RTK.SARTConeBeamReconstructionFilter[image, image].New(),
            "osem": lambda: RTK.OSEMConeBeamReconstructionFilter[image, image].New(),
            "cgls": lambda: RTK.ConjugateGradientConeBeamReconstructionFilter[image].New(),
            "admm-tv": lambda: RTK.ADMMTotalVariationConeBeamReconstructionFilter[image, field].New()}
    solver = make[method]()
    start = np.full([128] * 3, 1 if method == "osem" else 0, np.float32)
    solver.SetInput(0, rtk_image(start, [2] * 3))
    solver.SetInput(1, stack)
    if method == "cgls":
        solver.SetInput(2, rtk_image(np.ones_like(data), (4, 4, 1)))
        solver.GetInput(2).SetOrigin(stack.GetOrigin())
    solver.SetGeometry(geometry)
    solver.SetForwardProjectionFilter(solver.ForwardProjectionType_FP_JOSEPH)
    solver.SetBackProjectionFilter(solver.BackProjectionType_BP_JOSEPH)
    if method != "osem":  # which has none
        solver.SetDisableDisplacedDetectorFilter(True)
    if method == "sart":
        solver.SetNumberOfProjectionsPerSubset(1)
        solver.SetLambda(0.3)
        solver.SetEnforcePositivity(True)
    if method == "osem":
        solver.SetNumberOfProjectionsPerSubset(9)
    if method == "admm-tv":
        solver.SetAlpha(4)  # c = alpha / (2 voxel spacing) is pyronn's strength of 1
        solver.SetBeta(1000)
        solver.SetAL_iterations(iterations)
        solver.SetCG_iterations(2)
    else:
        solver.SetNumberOfIterations(iterations)
    begin = time.perf_counter()
    solver.Update()
    seconds = time.perf_counter() - begin
    return seconds, itk.array_from_image(solver.GetOutput()).transpose(1, 2, 0)


def astra(threads, iterations, folder):
    """One thread is what it has."""
    import astra as library

    source, centre, u, _ = P3_FAN.vectors()
    half = P3_FAN.voxels * P3_FAN.spacing / 2
    grid = library.create_vol_geom(P3_FAN.voxels, P3_FAN.voxels, -half, half, -half, half)
    scan = library.create_proj_geom("fanflat_vec", P3_FAN.detector[0], np.hstack([source, centre, u]))
    settings = library.astra_dict("SIRT")
    settings["ProjectorId"] = library.create_projector("line_fanflat", scan, grid)
    settings["ProjectionDataId"] = library.data2d.create("-sino", scan, np.load(folder / "fan.npy"))
    settings["ReconstructionDataId"] = image = library.data2d.create("-vol", grid)
    begin = time.perf_counter()
    algorithm = library.algorithm.create(settings)
    library.algorithm.run(algorithm, iterations)
    return time.perf_counter() - begin, library.data2d.get(image)[::-1]


def pyronn(job, method, threads, iterations, folder):
    printed = subprocess.run([job, method, str(threads), str(iterations), str(folder)], check=True,
                             capture_output=True, text=True).stdout
    return float(printed), np.load(folder / f"{method}.npy")


def figures(found, truth):
    """Mean error, and PSNR [dB] for a grey level of 2."""
    error = found.astype(np.float64) - truth
    return np.abs(error).mean(), 20 * math.log10(2) - 10 * math.log10((error**2).mean())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", required=True, help="the program solver_job")
    parser.add_argument("--folder", type=Path, required=True, help="for arrays")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--filter", default="", help="part of a method's name")
    arguments = parser.parse_args()
    folder = arguments.folder
    subprocess.run([arguments.job, "head", folder], check=True)
    np.save(folder / "fan.npy", P3_FAN.line_integrals())
    truth = np.load(folder / "truth.npy").astype(np.float64)
    threads = [int(n) for n in arguments.threads.split(",")]
    print("| method | passes | program | threads | s | mean error | PSNR, dB |")
    print("|---|---|---|---|---|---|---|")
    name = f"itk-rtk {version('itk-rtk')}"
    for method, iterations, more in (("sart", 1, 1), ("osem", 1, 1), ("cgls", 10, 1), ("admm-tv", 12, 2)):
        if arguments.filter not in method:
            continue
        for n in threads:
            for program, (seconds, image) in (
                    ("pyronn", pyronn(arguments.job, method, n, iterations, folder)),
                    (name, rtk(method, n, iterations, folder))):
                passes = iterations * (more if program == name else 1)
                error, ratio = figures(image, truth)
                print(f"| {method} | {passes} | {program} | {n} | {seconds:.2f} | {error:.4f} | {ratio:.2f} |",
                      flush=True)
    if arguments.filter in "sirt":
        iterations = 20
        reference = P3_FAN.volume().astype(np.float64)
        for n in threads:
            runs = [("pyronn", pyronn(arguments.job, "sirt", n, iterations, folder))]
            if n == 1:
                runs.append((f"astra-toolbox {version('astra-toolbox')}", astra(n, iterations, folder)))
            for program, (seconds, image) in runs:
                error, ratio = figures(image, reference)
                print(f"| sirt, fan | {iterations} | {program} | {n} | {seconds:.2f} | {error:.4f} | {ratio:.2f} |",
                      flush=True)


if __name__ == "__main__":
    sys.exit(main())
