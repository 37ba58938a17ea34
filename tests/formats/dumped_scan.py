# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What the program scan_dump finds in a scan, beside what was written into it."""
import atexit
import json
import pathlib
import subprocess
import tempfile

import numpy


compared = 0
skipped = None
atexit.register(lambda: print(skipped or f"{compared} values compared"))


class DumpedScan:
    """The arrays and the geometry of a scan, as the program has read them."""

    def __init__(self, program, scan, *options):
        with tempfile.TemporaryDirectory() as name:
            result = subprocess.run(
                [program, *options, scan, name], capture_output=True, text=True, check=False)
            if result.returncode != 0:
                raise AssertionError(f"{scan} is refused: {result.stderr}")
            folder = pathlib.Path(name)
            self.geometry = json.loads((folder / "geometry.json").read_text())
            self.facts = (folder / "facts.txt").read_text()
            self.views, self.darks, self.flats = (
                numpy.load(folder / f"{kind}.npy") if (folder / f"{kind}.npy").exists() else None
                for kind in ("views", "darks", "flats"))


def skip(reason):
    """Nothing is compared, which the table of all checks says."""
    global skipped
    skipped = f"skipped: {reason}"


def refusal(program, scan, *options):
    """The sentence with which the program refuses a scan."""
    with tempfile.TemporaryDirectory() as name:
        result = subprocess.run(
            [program, *options, scan, name], capture_output=True, text=True, check=False)
    if result.returncode != 2:
        raise AssertionError(f"{scan}: status {result.returncode}: {result.stderr}")
    return result.stderr


def describe_images(folder, images, shape):
    """Writes a scan of parallel rays whose images, (views, rows, columns), lie in a file or a
    folder; returns the description's name."""
    count, rows, columns = shape
    path = pathlib.Path(folder) / "scan.json"
    path.write_text(json.dumps({
        "beam": "parallel",
        "circular": {"angles": {"count": count, "range_deg": 180}},
        "detector": {"columns": columns, "rows": rows, "pixel_mm": [1, 1]},
        "projections": str(images),
        "projections_are": "intensities",
        "intensity_full": 1000}))
    return path


def check_equal(what, found, written):
    """Every number, without any tolerance."""
    global compared
    found = numpy.asarray(found)
    written = numpy.asarray(written)
    if found.shape != written.shape:
        raise AssertionError(f"{what}: has the shape {found.shape}, written was {written.shape}")
    unequal = numpy.argwhere(found != written)
    if len(unequal) > 0:
        at = tuple(unequal[0])
        raise AssertionError(f"{what}: {len(unequal)} numbers differ, the first at {at}: "
                             f"{found[at]}, written was {written[at]}")
    compared += found.size


def check_close(what, found, written, tolerance):
    """Every number within an absolute tolerance."""
    global compared
    found = numpy.asarray(found, dtype=float)
    written = numpy.asarray(written, dtype=float)
    if found.shape != written.shape:
        raise AssertionError(f"{what}: has the shape {found.shape}, expected was {written.shape}")
    most = numpy.max(numpy.abs(found - written))
    if not most <= tolerance:
        raise AssertionError(f"{what}: differs by {most}, more than {tolerance}")
    compared += found.size
