# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Measured scans, rewritten by other packages in every format that can hold them: the program
`reconstruct` makes the same volume of each as of a description in JSON:
scans_check.py SCAN_DUMP RECONSTRUCT

A format holds a scan in the numbers that it has: whole counts, floats, steps of a slope. The
description that it is compared with is of just these numbers, so that volumes are the same bit for
bit where the geometry is, too; where a file has it in other units or in a text, they are as close as
two executors are that round differently. How far these numbers are from those that were
measured follows from how they are rounded, see `bound_of`.

Scans are in the folder that PYRONN_TEST_DATA names, else in ../shared/data beside the project.
Pictures of each are left in build/formats/pictures: its slices, the search for its axis, and the
sinogram with the axis in it.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

import dumped_scan
import written
import zeiss_check
from written import WrittenScan

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("PYRONN_TEST_DATA", ROOT / "../shared/data")) / "scans"
PICTURES = ROOT / "build/formats/pictures"
ROUNDING = 1e-5  # relative L2, as of two executors in tests/ct_of_a_pepper_test.cpp
PROGRAM = sys.argv[2]
REPORT = []


def load(name):
    return numpy.load(DATA / f"{name}.npy")


def run(folder, arguments, volume, *options):
    """The volume, and what the program says."""
    output = folder / "volume.npy"
    result = subprocess.run(
        [PROGRAM, *map(str, arguments), "--output", str(output), "--executor", "cpu", "--threads",
         "2", *volume, *options], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise AssertionError(f"{arguments}: {result.stderr}")
    return numpy.load(output), result.stdout


def volume_of(scan, volume, write=written.write_json, **how):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        return run(folder, write(folder, scan, **how), volume)[0]


def relative_l2(found, expected):
    difference = found.astype(float) - expected
    return float(numpy.linalg.norm(difference) / numpy.linalg.norm(expected.astype(float)))


def check_same(scan, what, found, expected, bound=0.0):
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    difference = float(numpy.max(numpy.abs(found.astype(float) - expected)))
    error = relative_l2(found, expected)
    REPORT.append((scan.name, what, difference, error, bound))
    print(f"{scan.name:55} {what:24} {difference:9.2e} 1/mm  relative {error:9.2e}"
          f"  bound {bound:9.2e}", flush=True)
    if not (error <= bound and (bound > 0 or difference == 0)):
        raise AssertionError(f"{scan.name}, {what}: differs by {error} in L2, {difference} at most")
    dumped_scan.compared += found.size


def bound_of(scan, lines, volume):
    """By how much the volume of a scan may differ, in relative L2, when its line integrals are
    replaced by those of `lines`, which are rounded. No line is off by more than d, and the ramp
    filter's numbers have a sum of 1/(2 t) at pixels t as seen at the axis, so a filtered line
    is off by d/(2 t); views are summed over half a turn, or over a turn with half the
    weight, with (R/(R - r))^2 at a voxel at r of the axis."""
    most = numpy.max(numpy.abs(scan.lines() - lines.lines()))
    pixel, weight = scan.pixel, 1.0
    if scan.is_cone:
        pixel *= scan.source / scan.detector
        corner = scan.columns / numpy.sqrt(2) * pixel
        weight = (scan.source / (scan.source - corner))**2
    step = numpy.max(numpy.abs(numpy.diff(scan.angles))) * len(scan.angles) / 180
    turns = max(1.0, step / 2)
    absolute = numpy.pi * turns * weight * most / (2 * pixel)
    return absolute * numpy.sqrt(volume.size) / numpy.linalg.norm(volume) + ROUNDING


def pictures(scan):
    """Options that leave pictures of a scan."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = scan.name.replace(" ", "_").replace("/", "_")
    for option in ("png", "axis-png", "sinogram-png"):
        path = PICTURES / f"{name}_{option.removesuffix('png').strip('-') or 'slices'}.png"
        path.unlink(missing_ok=True)
        yield from (f"--{option}", str(path))


class Formats:
    """A measured scan and the volumes of descriptions of it."""

    def __init__(self, scan, volume):
        self.scan = scan
        self.options = volume
        self.volumes = {}
        self.measured = self.described(scan)

    def described(self, scan):
        """Kept by the scan's name."""
        if scan.name not in self.volumes:
            self.volumes[scan.name] = volume_of(scan, self.options)
        return self.volumes[scan.name]

    def check_rounded(self, scan, of=None):
        """Against the scan that it was rounded from: the measured one."""
        expected = self.measured if of is None else self.described(of)
        check_same(scan, "as measured", self.described(scan), expected,
                   bound_of(of or self.scan, scan, expected))

    def check(self, what, write, scan=None, bound=0.0, expected=None, **how):
        scan = scan or self.scan
        expected = self.described(scan) if expected is None else expected
        check_same(scan, what, volume_of(scan, self.options, write, **how), expected, bound)

    def check_axis(self, low, high):
        """Which nobody has told."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            _, said = run(folder, written.write_json(folder, self.scan), self.options, "--center",
                          "auto", *pictures(self.scan))
        lines = [line for line in said.splitlines() if "axis" in line and "column" in line]
        column = float(said.split("column ")[1].split()[0].rstrip(",:;"))
        print(f"{self.scan.name}: axis {column}: {lines}")
        assert low < column < high, (column, lines)
        dumped_scan.compared += 1


def positive(lines):
    """Counts of the full scale cut what is brighter than without an object."""
    return lines.but("positive", views=numpy.maximum(lines.views, 0))


def sharpness(volume):
    return float(numpy.sum(numpy.diff(volume.astype(float), axis=2)**2))


def check_pepper(writer):
    """Of 190 rows those that few slices need."""
    rows = slice(85, 105)
    images = {name: load(f"cone_cwi_pepper/{name}_u16") for name in ("projections", "dark", "flat")}
    scan = WrittenScan(
        "pepper", images["projections"][:, rows], -90 + 1.6 * numpy.arange(225), 0.5984, 119.1,
        1001.305645, 1098.0, images["dark"][None, rows], images["flat"][None, rows])
    formats = Formats(scan, ["--size", "239", "239", "3", "--voxel", "0.5457"])
    for kind in list(written.IMAGES)[1:]:
        formats.check(f"JSON, {kind}", written.write_json, kind=kind)
    formats.check("NXtomo", written.write_nxtomo)
    lines = written.lines_of(scan)
    formats.check_rounded(lines)
    check_files_of_cones(formats, lines, writer)

    # A wrong side, sense or place of the axis is no matter of rounding.
    wrong = (scan.but("mirrored", views=scan.views[..., ::-1], darks=scan.darks[..., ::-1],
                      flats=scan.flats[..., ::-1], axis=238 - 119.1),
             scan.but("upside down", views=scan.views[:, ::-1], darks=scan.darks[:, ::-1],
                      flats=scan.flats[:, ::-1]),
             scan.but("clockwise", angles=-scan.angles), scan.but("half a pixel", axis=119.6),
             scan.but("one view", angles=scan.angles + 1.6))
    for other in wrong:
        error = relative_l2(formats.described(other), formats.measured)
        print(f"{other.name}: {error:.3f}")
        assert error > 0.02, (other.name, error)
    sharp = sharpness(formats.measured)
    for axis in (116.1, 122.1):  # as ct_of_a_pepper_test.cpp has it
        assert sharp > sharpness(volume_of(scan.but("moved", axis=axis), formats.options))
    formats.check_axis(118.6, 119.6)


def check_files_of_cones(formats, lines, writer):
    scan = formats.scan
    formats.check("RTK", written.write_rtk, lines, ROUNDING)
    formats.check("RTK, first pixel", written.write_rtk, lines, ROUNDING, is_offset=False)
    counts = written.counts_of(scan, 60000, "u2")
    formats.check_rounded(counts)
    nikon = volume_of(counts, formats.options, vectors=written.nikon_vectors(counts))
    formats.check("Nikon", written.write_nikon, counts, ROUNDING, nikon)
    formats.check(".hnc", written.write_varian, counts, ROUNDING, kind="hnc")
    counts = written.counts_of(scan, 65535, "u2")
    formats.check_rounded(counts, positive(lines))
    formats.check("SkyScan", written.write_skyscan, counts, ROUNDING)
    formats.check("RTK, counts", written.write_rtk, counts, ROUNDING)
    counts = written.counts_of(scan, 1000000, "i4")
    formats.check_rounded(counts)
    for kind in ("xim", "hnd"):
        formats.check(f".{kind}", written.write_varian, counts, ROUNDING, kind=kind)
    steps = written.dicom_of(scan)
    formats.check("DICOM-CT-PD", written.write_dicom, steps, ROUNDING)
    # Floats move the geometry, too: the same geometry with the lines as they are.
    formats.check_rounded(scan.but("steps alone", views=steps.views, darks=None, flats=None))
    if scan.flats is not None:
        formats.check("Zeiss", lambda folder, of: written.write_zeiss(folder, of, writer),
                      written.zeiss_of(scan), ROUNDING)


def check_parallel(scan, writer, volume, low, high):
    """Half a turn, with the axis aside of the panel's middle and the object on the smaller side."""
    formats = Formats(scan, [*volume, "--redundancy", "uniform"])
    for kind in list(written.IMAGES)[1:]:
        if not kind.startswith(".his") or scan.views.dtype == numpy.uint16:
            formats.check(f"JSON, {kind}", written.write_json, kind=kind)
    formats.check("NXtomo", written.write_nxtomo)
    formats.check("Data Exchange", written.write_data_exchange)
    lines = written.lines_of(scan)
    formats.check_rounded(lines)
    formats.check("RTK", written.write_rtk, lines, ROUNDING)
    formats.check("RTK, first pixel", written.write_rtk, lines, ROUNDING, is_offset=False)
    floats = written.zeiss_of(scan)
    formats.check("Zeiss", lambda folder, of: written.write_zeiss(folder, of, writer), floats,
                  ROUNDING)
    # Such files have equal steps.
    counts = written.counts_of(scan, 65535, "u2")
    formats.check_rounded(counts, positive(lines))
    step = (scan.angles[-1] - scan.angles[0]) / (len(scan.angles) - 1)
    steps = counts.but("equal steps", angles=scan.angles[0] + step * numpy.arange(len(scan.angles)))
    formats.check("SkyScan", written.write_skyscan, steps, ROUNDING)
    formats.check_axis(low, high)


def check_rod(writer):
    """Some of the rows that rotation_axis_test.cpp takes."""
    rows = slice(61, 81)
    name = "parallel_i12_savu91"
    scan = WrittenScan(
        "rod", load(f"{name}/projections_u16")[:, rows], load(f"{name}/angles_deg_f64"), 1.0, 85.9,
        darks=load(f"{name}/dark_f32")[None, rows], flats=load(f"{name}/flat_f32")[None, rows])
    check_parallel(scan, writer, ["--size", "160", "160", "4", "--voxel", "1"], 85.4, 87)


def check_tooth(writer):
    name = "parallel_tomopy_tooth"
    scan = WrittenScan(
        "tooth", load(f"{name}/projections_f32"), load(f"{name}/angles_deg_f64"), 1.0, 295.5,
        darks=load(f"{name}/dark_f32"), flats=load(f"{name}/flat_f32"))
    check_parallel(scan, writer, ["--size", "320", "320", "2", "--voxel", "2", "2", "1"], 295, 296)


def check_disc(writer):
    """A fan, which formats of cones have as one row."""
    views = load("fan_htc2022/ta_sino")[:, None]
    pixel = 0.2 * 410.66 / 553.74
    scan = WrittenScan("disc", views, -90 + 0.5 * numpy.arange(721), 0.2, 279.5, 410.66, 553.74)
    options = ["--size", "512", "512", "1", "--voxel", repr(pixel)]
    # The last view is the first one again. Here each has half of the weight, with the organisers all
    # have that of a turn in 721; what is missing is what the two views make alone. Their rows begin
    # at the largest y.
    ends = numpy.zeros_like(views)
    ends[[0, -1]] = views[[0, -1]]
    whole, of_ends = (
        volume_of(of, [*options, "--redundancy", "uniform"], is_plane=True)[0, ::-1]
        for of in (scan, scan.but("ends", views=ends)))
    found = 720 / 721 * (whole.astype(float) + of_ends)
    expected = load("fan_htc2022/ta_fbp_astra") / pixel
    y, x = (numpy.indices((512, 512)) - 255.5) * pixel
    inside = numpy.hypot(x, y) < 256 * pixel
    check_same(scan, "the organisers'", found[inside], expected[inside], 1e-3)
    scan = scan.but("one turn", views=views[:720], angles=scan.angles[:720])
    formats = Formats(scan, ["--size", "256", "256", "1", "--voxel", repr(2 * pixel)])
    for kind in ("npy", "TIFF pages", "EDF frames", ".mha"):
        formats.check(f"fan in JSON, {kind}", written.write_json, bound=ROUNDING, is_plane=True,
                      kind=kind)
    formats.check("NXtomo", written.write_nxtomo)
    check_files_of_cones(formats, scan, writer)


def main():
    if not DATA.is_dir():
        dumped_scan.skip(f"there are no scans in {DATA}")
        return
    with tempfile.TemporaryDirectory() as folder:
        writer = zeiss_check.Writer(pathlib.Path(folder))
        for check in (check_pepper, check_rod, check_tooth, check_disc):
            check(writer)


if __name__ == "__main__":
    main()
