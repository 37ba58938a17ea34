# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Times filtered backprojection as whole jobs, file to file, beside algotom and RTK: see fbp_peers.sh."""

import argparse
import dataclasses
import os
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from peer_problems import P4, SLICE


def algotom_job(method, threads, source, target):
    """Slice by slice, as algotom's functions take them; compiled before the clock starts."""
    from algotom.rec import reconstruction
    import numba

    numba.set_num_threads(threads)
    more = {"gpu": False} if method == "fbp" else {}
    function = getattr(reconstruction, method + "_reconstruction")

    def reconstruct(sinogram):
        views, columns = sinogram.shape
        return function(sinogram, (columns - 1) / 2, angles=np.arange(views) * np.pi / views, ratio=None,
                        filter_name=None, apply_log=False, ncore=threads, **more)

    reconstruct(np.zeros((20, 64), np.float32))
    start = time.perf_counter()
    projections = np.load(source)
    views, rows, columns = projections.shape
    volume = np.empty((rows, columns, columns), np.float32)
    for row in range(rows):
        volume[row] = reconstruct(np.ascontiguousarray(projections[:, row]))
    np.save(target, volume)
    return time.perf_counter() - start


def rtk_job(threads, source, target):
    """As its program rtkfdk does it. RTK turns about its second axis."""
    import itk
    from itk import RTK as rtk

    image_type = itk.Image[itk.F, 3]
    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(threads)
    start = time.perf_counter()
    projections = itk.imread(source, itk.F)
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    views = itk.size(projections)[2]
    for angle in 360 * np.arange(views) / views:
        geometry.AddProjection(P4.source_isocenter, P4.source_detector, float(angle))
    volume = rtk.ConstantImageSource[image_type].New()
    volume.SetSize([P4.voxels] * 3)
    volume.SetSpacing([P4.spacing] * 3)
    volume.SetOrigin([-(P4.voxels - 1) / 2 * P4.spacing] * 3)
    fdk = rtk.FDKConeBeamReconstructionFilter[image_type].New()
    fdk.SetInput(0, volume.GetOutput())
    fdk.SetInput(1, projections)
    fdk.SetGeometry(geometry)
    fdk.SetProjectionSubsetSize(16)  # rtkfdk's default
    fdk.Update()
    itk.imwrite(fdk.GetOutput(), target)
    return time.perf_counter() - start


def make_parallel(folder, rows, views):
    sinogram = dataclasses.replace(SLICE, views=views).line_integrals()
    np.save(folder / "parallel.npy", np.repeat(sinogram[:, None], rows, 1))


def make_cone(folder, views):
    cone = dataclasses.replace(P4, views=views).line_integrals()
    np.save(folder / "cone.npy", cone)
    import itk

    image = itk.image_from_array(cone)
    image.SetSpacing((P4.pitch, P4.pitch, 1))
    image.SetOrigin([-(n - 1) / 2 * P4.pitch for n in P4.detector[::-1]] + [0])
    itk.imwrite(image, str(folder / "cone.mha"))


def programs(arguments, folder, threads):
    """Names and commands by job; each prints its seconds last."""
    def ours(kind, *more):
        return [arguments.job, kind, str(threads), str(folder / f"{kind}.npy"),
                str(folder / f"{kind} pyronn.npy"), *map(str, more)]

    def peer(name, kind, end):
        return [sys.executable, __file__, "--run", name, "--threads", str(threads),
                "--source", str(folder / f"{kind}.{end}"), "--target", str(folder / f"{kind} {name}.{end}")]

    if arguments.filter in "parallel":
        yield "parallel", {"pyronn": ours("parallel"),
                           f"algotom {version('algotom')} fbp": peer("fbp", "parallel", "npy"),
                           f"algotom {version('algotom')} dfi": peer("dfi", "parallel", "npy")}
    if arguments.filter in "cone":
        yield "cone", {"pyronn": ours("cone", P4.source_isocenter, P4.source_detector, P4.pitch, P4.voxels,
                                      P4.spacing),
                       f"itk-rtk {version('itk-rtk')} FDK": peer("rtk", "cone", "mha")}


def timed(command):
    """Seconds that the job names, and of processors in all."""
    before = os.times()
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    after = os.times()
    return float(printed[-1]), after.children_user - before.children_user + \
        after.children_system - before.children_system


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", help="the program fbp_job")
    parser.add_argument("--folder", type=Path, help="for arrays")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--views", type=int, default=SLICE.views)
    parser.add_argument("--cone-views", type=int, default=P4.views)
    parser.add_argument("--filter", default="", help="part of 'parallel' or 'cone'")
    parser.add_argument("--run", help="one job of a peer, as this program calls itself")
    parser.add_argument("--source")
    parser.add_argument("--target")
    arguments = parser.parse_args()
    if arguments.run:
        job = (int(arguments.threads), arguments.source, arguments.target)
        print(rtk_job(*job) if arguments.run == "rtk" else algotom_job(arguments.run, *job))
        return
    if arguments.filter in "parallel":
        make_parallel(arguments.folder, arguments.rows, arguments.views)
    if arguments.filter in "cone":
        make_cone(arguments.folder, arguments.cone_views)
    print("| job | threads | program | s, least | s, median | CPU s, least | of pyronn's, least |")
    print("|---|---|---|---|---|---|---|")
    for threads in map(int, arguments.threads.split(",")):
        for job, commands in programs(arguments, arguments.folder, threads):
            found = {name: [] for name in commands}
            for _ in range(arguments.rounds):
                for name, command in commands.items():
                    found[name].append(timed(command))
            for name, times in found.items():
                seconds, cpu = zip(*times)
                ratio = min(seconds) / min(t for t, _ in found["pyronn"])
                print(f"| {job} | {threads} | {name} | {min(seconds):.2f} | {statistics.median(seconds):.2f} | "
                      f"{min(cpu):.2f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
