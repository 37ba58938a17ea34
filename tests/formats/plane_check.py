# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Scans of the plane, of ellipses whose lines are known exactly: what is read is what was written,
the axis is found where it was put, and the image is what the scan sees:
plane_check.py SCAN_DUMP [RECONSTRUCT]
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

import dumped_scan

# Of each the middle, the semi-axes [mm], the angle [rad] and what it adds [1/mm].
ELLIPSES = ((6, -9, 22, 15, 0.3, 0.02), (10, -6, 5, 4, 0.0, 0.015), (-6, -14, 3, 3, 0, -0.01))
COLUMNS = 128
VIEWS = 180
PARTS = 4  # of a pixel, whose width the mean of their lines has
PIXEL = 0.8
SOURCE, DETECTOR = 240.0, 400.0


def in_ellipse(ellipse, x, y):
    """In units of its semi-axes; of directions about no middle."""
    a, b, angle = ellipse
    cosine, sine = numpy.cos(angle), numpy.sin(angle)
    return (x * cosine + y * sine) / a, (-x * sine + y * cosine) / b


def line_integrals(x, y, along_x, along_y):
    """Of the line through a point in a direction of length 1."""
    lines = numpy.zeros(numpy.broadcast(x, y, along_x, along_y).shape)
    for middle_x, middle_y, *shape, value in ELLIPSES:
        px, py = in_ellipse(shape, x - middle_x, y - middle_y)
        dx, dy = in_ellipse(shape, along_x, along_y)
        square = dx * dx + dy * dy
        half = px * dx + py * dy
        root = half * half - square * (px * px + py * py - 1)
        lines += value * 2 * numpy.sqrt(numpy.maximum(root, 0)) / square
    return lines


def image(size, voxel):
    """The ellipses at the centres of voxels, [y, x]."""
    at = (numpy.arange(size) - (size - 1) / 2) * voxel
    x, y = numpy.meshgrid(at, at)
    result = numpy.zeros((size, size))
    for middle_x, middle_y, *shape, value in ELLIPSES:
        px, py = in_ellipse(shape, x - middle_x, y - middle_y)
        result += value * (px * px + py * py <= 1)
    return result


def rows_of(beam, axis, turn):
    """(views, columns) of a counter-clockwise turn: the source goes from the x axis to the y axis,
    and columns go the same way."""
    angle = numpy.radians(numpy.arange(VIEWS) * turn / VIEWS)[:, None]
    outward = numpy.cos(angle), numpy.sin(angle)
    along = -numpy.sin(angle), numpy.cos(angle)
    part = (numpy.arange(PARTS * COLUMNS) + 0.5) / PARTS - 0.5
    u = (part - axis)[None, :] * PIXEL
    if beam == "parallel":
        lines = line_integrals(u * along[0], u * along[1], -outward[0], -outward[1])
    else:
        fan = u / DETECTOR if beam == "arc_fan" else numpy.arctan(u / DETECTOR)
        direction = [numpy.sin(fan) * along[k] - numpy.cos(fan) * outward[k] for k in (0, 1)]
        lines = line_integrals(SOURCE * outward[0], SOURCE * outward[1], *direction)
    return lines.reshape(VIEWS, COLUMNS, PARTS).mean(axis=2)


def write_scan(folder, beam, axis, turn):
    rows = rows_of(beam, axis, turn).astype(numpy.float32)
    numpy.save(folder / "rows.npy", rows)
    circle = {"angles": {"count": VIEWS, "range_deg": turn}}
    if beam != "parallel":
        circle.update(source_isocenter_mm=SOURCE, source_detector_mm=DETECTOR)
    path = folder / "scan.json"
    path.write_text(json.dumps({"beam": beam, "circular": circle, "projections": "rows.npy",
                                "detector": {"columns": COLUMNS, "pixel_mm": PIXEL}}))
    return path, rows


def run(program, scan, *options):
    output = scan.parent / "image.npy"
    result = subprocess.run([program, scan, "--output", output, "--executor", "cpu", *options],
                            capture_output=True, text=True, check=False)
    return result, numpy.load(output) if result.returncode == 0 else None


def error_of(found, voxel):
    expected = image(found.shape[-1], voxel)
    return numpy.linalg.norm(found[0] - expected) / numpy.linalg.norm(expected)


def check_axis(program, beam, turn, middle=0.5 * (COLUMNS - 1)):
    """As differences, as what is found of the middle may be off by what interpolation does."""
    found = {}
    for shift in (0.0, 0.25, 0.5, 3.7):
        with tempfile.TemporaryDirectory() as name:
            scan, _ = write_scan(pathlib.Path(name), beam, middle + shift, turn)
            result, volume = run(program, scan, "--center", "auto", "--redundancy", "automatic"
                                 if turn == 360 or beam == "parallel" else "riess")
            assert result.returncode == 0, result.stderr
            found[shift] = float(result.stdout.split("axis column ")[1].split()[0])
            voxel = PIXEL if beam == "parallel" else PIXEL * SOURCE / DETECTOR
            print(f"{beam}, {turn} degrees: moved by {shift}, found {found[shift] - found[0.0]:.4f}"
                  f", image of {volume.shape}, error {error_of(volume, voxel):.3f}")
            # 0.14 are the edges of voxels that are in or out; half a column aside makes 0.3.
            assert error_of(volume, voxel) < 0.15
            assert abs(found[shift] - found[0.0] - shift) < 0.05
            assert abs(found[shift] - middle - shift) < 0.05
            dumped_scan.compared += 3
            if shift == 3.7:
                _, blurred = run(program, scan)
                assert error_of(blurred, voxel) > 0.25, error_of(blurred, voxel)
                dumped_scan.compared += 1


def check_refusals(program):
    with tempfile.TemporaryDirectory() as name:
        scan, _ = write_scan(pathlib.Path(name), "fan", 63.5, 360)
        for options, cause in (
                (("--roll", "auto"), "describes a scan of the plane, whose detector has none"),
                (("--size", "9", "9", "2"), "a scan of the plane has one slice, not 2"),
                (("--middle", "900", "0", "0"), "what is seen holds nothing of x from 869"),
                (("--pixel", "1", "2"), "describes a scan of the plane, whose pixels have one")):
            result, _ = run(program, scan, *options)
            assert result.returncode == 2 and cause in result.stderr, result
            dumped_scan.compared += 1


def main():
    for beam in ("parallel", "fan", "arc_fan"):
        with tempfile.TemporaryDirectory() as name:
            scan, rows = write_scan(pathlib.Path(name), beam, 60.0, 360)
            dumped = dumped_scan.DumpedScan(sys.argv[1], scan)
            dumped_scan.check_equal(beam, dumped.views, rows[:, None, :])
    if len(sys.argv) < 3:
        return
    for beam, turn in (("parallel", 360), ("parallel", 180), ("fan", 360), ("fan", 240),
                       ("arc_fan", 360), ("arc_fan", 240)):
        check_axis(sys.argv[2], beam, turn)
    check_refusals(sys.argv[2])


main()
