# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Data Exchange files that h5py writes, read by the program scan_dump: data_exchange_check.py SCAN_DUMP"""
import pathlib
import sys
import tempfile

import h5py
import numpy

from dumped_scan import DumpedScan, check_close, check_equal, refusal

VIEWS, ROWS, COLUMNS = 9, 6, 13
GENERATOR = numpy.random.default_rng(5)


def write(path, dtype, theta=None, units=None, **how):
    """Returns views, flats and darks."""
    arrays = [GENERATOR.integers(0, 100, (count, ROWS, COLUMNS)).astype(dtype)
              for count in (VIEWS, 3, 2)]
    with h5py.File(path, "w") as file:
        for name, array in zip(("data", "data_white", "data_dark"), arrays):
            file.create_dataset(f"exchange/{name}", data=array, **how)
        file["exchange/data"].attrs["axes"] = "theta:y:x"
        if theta is not None:
            file["exchange/theta"] = theta
            if units is not None:
                file["exchange/theta"].attrs["units"] = units
        file["implements"] = "exchange"
    return arrays


def check_images(what, dumped, arrays):
    for kind, array in zip(("views", "flats", "darks"), arrays):
        check_equal(f"{what}: {kind}", getattr(dumped, kind), array.astype(float))


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "scan.h5"
        degrees = numpy.linspace(-90, 90, VIEWS)
        for dtype in ("u1", "<u2", ">u2", "<i2", "<u4", ">i4", "<f2", "<f4", ">f4", "<f8", ">f8"):
            for how in ({}, {"chunks": True, "compression": "gzip"}, {"chunks": (2, ROWS, COLUMNS)},
                        {"chunks": (2, 4, 5), "shuffle": True, "compression": "gzip"}):
                arrays = write(path, dtype, degrees, **how)
                dumped = DumpedScan(program, path)
                check_images(f"{dtype} {how}", dumped, arrays)
                circle = dumped.geometry["circle"]
                check_close("degrees", circle["angles"], numpy.deg2rad(degrees), 1e-14)
                check_close("axis", circle["axis_column"], (COLUMNS - 1) / 2, 0)
                assert dumped.geometry["measured"] == "intensities"
                assert "unit of angles degrees: assumed" in dumped.facts, dumped.facts
        for units, factor in (("radian", 1), ("rad", 1), ("mrad", 1e-3), ("deg", numpy.pi / 180),
                              (numpy.bytes_("degrees"), numpy.pi / 180)):
            write(path, "u2", numpy.deg2rad(degrees) / factor, units)
            angles = DumpedScan(program, path).geometry["circle"]["angles"]
            check_close(f"{units}", angles, numpy.deg2rad(degrees), 1e-12)

        # The rays that --center and --clockwise mean: towards the panel, in the sense of the angles.
        write(path, "u2", degrees)
        dumped = DumpedScan(program, path, "--center", "4.25", "--clockwise")
        for rays, angle in zip(dumped.geometry["rays"], -numpy.deg2rad(degrees)):
            u = numpy.array([-numpy.sin(angle), numpy.cos(angle), 0])
            first, second = (numpy.array(ray["origin"]) for ray in rays[:2])
            check_close("columns", [first @ u, second @ u], [-4.25, -3.25], 1e-12)

        write(path, "u2")
        assert "exchange/theta: is missing; angles are not guessed" in refusal(program, path)
        write(path, "u2", degrees[:-1])
        assert "holds 8 angles of 9 views" in refusal(program, path)
        write(path, "u2", degrees, "mm")
        assert "has the unit 'mm', which is no angle" in refusal(program, path)
        write(path, "u2", degrees, "rad")
        assert "are they degrees?" in refusal(program, path)
        write(path, "u2", numpy.linspace(0, numpy.pi, VIEWS, endpoint=False))
        assert "without a unit" in refusal(program, path)
        write(path, "u2", numpy.where(degrees == 0, numpy.nan, degrees))
        assert "is nan of view 4" in refusal(program, path)


if __name__ == "__main__":
    main()
