# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Bruker (SkyScan) .log files with images of tifffile's, read by the program scan_dump, beside what
TIGRE makes of their keys and the cone that NRecon says it takes: skyscan_check.py SCAN_DUMP"""
import pathlib
import sys
import tempfile

import numpy
import tifffile

from dumped_scan import DumpedScan, check_close, check_equal, refusal

ROWS, COLUMNS = 26, 35
SYSTEM = {
    "Scanner": "SkyScan1275", "Instrument S/N": "001", "Source Type": "Hamamatsu L11871",
    "Camera Pixel Size (um)": "75.0", "Camera X/Y Ratio": "1.0000"}
ACQUISITION = {
    "Data Directory": "D:\\Results\\a b\\", "Filename Prefix": "tooth_~00",
    "Number Of Files": " 13", "Number Of Rows": f" {ROWS}", "Number Of Columns": f" {COLUMNS}",
    "Filename Index Length": "8", "Partial Width": "OFF", "Image crop origin X": "0",
    "Image crop origin Y": "0", "Camera binning": "1x1", "Image Rotation": "0",
    "Optical Axis (line)": "  15", "Object to Source (mm)": "24.755",
    "Camera to Source (mm)": "286.0", "Source Voltage (kV)": "  80",
    "Image Pixel Size (um)": "7.000817", "Scaled Image Pixel Size (um)": "7.000817",
    "Image Format": "TIFF", "Depth (bits)": "16", "Reference Intensity": "58000",
    "Exposure (ms)": "57", "Rotation Step (deg)": "30.000", "Use 360 Rotation": "YES",
    "Scanning position": "13.965 mm", "Frame Averaging": "ON (4)",
    "Random Movement": "OFF (30)", "Flat Field Correction": "ON", "Gantry direction": "CC",
    "Rotation Direction": "CC", "Scanning Start Angle": "0.000",
    "Type of Detector Motion": "STEP AND SHOOT", "Scanning Trajectory": "ROUND",
    "Number of connected scans": "1"}


def text_of(changes, end="\r\n"):
    """A file as the scanner writes it, and NRecon after it; keys whose value is None are left out."""
    lines = []
    for section, settings in (("System", SYSTEM), ("Acquisition", {**ACQUISITION, **changes}),
                              ("Reconstruction", {"Dataset Prefix": "tooth_~01"}),
                              ("File name convention", {"Filename Prefix": "tooth__rec"})):
        lines.append(f"[{section}]")
        lines += [f"{key}={value}" for key, value in settings.items() if value is not None]
    return end.join(lines) + end


def scan_of(folder, changes=None, encoding="latin-1", end="\r\n"):
    path = folder / "tooth_.log"
    path.write_bytes(text_of(changes or {}, end).encode(encoding))
    return path


def write_images(folder, images, prefix="tooth_~00"):
    for view, image in enumerate(images):
        tifffile.imwrite(folder / f"{prefix}{view:08d}.tif", image)


def random_images(count=13, dtype=numpy.uint16):
    return numpy.random.default_rng(3).integers(
        0, numpy.iinfo(dtype).max, size=(count, ROWS, COLUMNS), dtype=dtype, endpoint=True)


def tigre_rays(angles, line, pixel, source_object=24.755, source_camera=286.0):
    """Origins and directions [view][pixel (0, 0), (1, 0), (0, 1)] as TIGRE projects: at angle 0 the
    source is at x = DSO and the panel at x = DSO - DSD, columns along y and, of the array that the
    images are read into, rows along z; source and panel turn counter-clockwise about z. The panel is
    moved along z by offV = -(rows / 2 - line) * pixel."""
    moved = -(ROWS / 2 - line) * pixel
    origins, directions = [], []
    for angle in angles:
        c, s = numpy.cos(angle), numpy.sin(angle)
        turn = numpy.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        source = numpy.array([source_object, 0, 0])
        points = [numpy.array([source_object - source_camera, pixel * (u - COLUMNS / 2 + 0.5),
                               pixel * (v - ROWS / 2 + 0.5) + moved])
                  for u, v in ((0, 0), (1, 0), (0, 1))]
        origins.append([turn @ source] * 3)
        directions.append([turn @ (point - source) for point in points])
    return numpy.array(origins), numpy.array(directions)


def check_rays(what, dumped, expected):
    for key, vectors in zip(("origin", "direction"), expected):
        check_close(f"{what}: {key}",
                    [[ray[key] for ray in view] for view in dumped.geometry["rays"]], vectors, 1e-10)


def facts(dumped, what):
    return [line for line in dumped.facts.splitlines() if line.startswith(what + " ")]


def check_values(program, folder):
    images = random_images()
    write_images(folder, images)
    dumped = DumpedScan(program, scan_of(folder))
    check_equal("views but the last", dumped.views, images[:12].astype(float))
    check_equal("white level", dumped.geometry["full_intensity"], 65535.0)
    check_close("angles", dumped.geometry["circle"]["angles"], numpy.deg2rad(30 * numpy.arange(12)),
                1e-13)
    for fact in ("axis column", "rotation", "central row", "full intensity", "last image"):
        assert "assumed" in facts(dumped, fact)[0], facts(dumped, fact)
    write_images(folder, random_images(dtype=numpy.uint8))
    dumped = DumpedScan(program, scan_of(folder, {"Depth (bits)": "8"}))
    check_equal("white level", dumped.geometry["full_intensity"], 255.0)


def check_geometries(program, folder):
    write_images(folder, random_images())
    pixel = 7.000817e-3 * 286.0 / 24.755
    for line in ("15", "3", "26"):
        for direction, sense in (("CC", 1), ("CW", -1)):
            for start in ("0.000", "12,5"):
                dumped = DumpedScan(program, scan_of(folder, {
                    "Optical Axis (line)": line, "Rotation Direction": direction,
                    "Scanning Start Angle": start}))
                angles = numpy.deg2rad(float(start.replace(",", ".")) + 30 * numpy.arange(12))
                check_rays(f"line {line}, {direction}", dumped,
                           tigre_rays(sense * angles, float(line), pixel))


def check_markers(program, folder):
    """A dark marker off the axis, in the pixels that it is seen in as TIGRE projects it."""
    marker = numpy.array([0.05, -0.03, 0.06])
    pixel = 7.000817e-3 * 286.0 / 24.755
    images = numpy.full((13, ROWS, COLUMNS), 60000, numpy.uint16)
    seen = []
    for view in range(13):
        angle = numpy.deg2rad(30 * view)
        out = numpy.cos(angle) * marker[0] + numpy.sin(angle) * marker[1]
        along = -numpy.sin(angle) * marker[0] + numpy.cos(angle) * marker[1]
        larger = 286.0 / (24.755 - out)
        column = round((COLUMNS - 1) / 2 + larger * along / pixel)
        row = round((ROWS - 1) / 2 + (larger * marker[2] + (ROWS / 2 - 15) * pixel) / pixel)
        images[view, row, column] = 100
        seen.append((column, row))
    assert len(set(seen)) > 6, seen
    write_images(folder, images)
    dumped = DumpedScan(program, scan_of(folder))
    for view, rays in enumerate(dumped.geometry["rays"]):
        row, column = numpy.argwhere(dumped.views[view] == 100)[0]
        check_equal("pixel", (column, row), seen[view])
        origin, first, right, down = (numpy.array(vector) for vector in (
            rays[0]["origin"], rays[0]["direction"], rays[1]["direction"], rays[2]["direction"]))
        steps = numpy.linalg.solve(numpy.array([right - first, down - first, origin - marker]).T,
                                   -first)
        check_close("marker in its pixel", steps[:2], [column, row], 0.5 + 1e-9)


def check_cones_of_nrecon(program, folder):
    """Files of three scanners: NRecon's angles of the cone, between the borders of the panel."""
    write_images(folder, random_images())
    for source, camera, size, columns, rows, across, along in (
            ("24.755", "286.0", "7.000817", 1944, 1536, 30.740322, 24.507914),
            ("197.738", "364.000", "26.844857", 2240, 2240, 17.291304, 17.291304),
            ("200.0", "286.0", "51.423000", 860, 1944, 12.617935, 28.063406),
            ("200.70900", "270.98833", "19.797722", 1075, 896, 6.069781, 5.060536)):
        dumped = DumpedScan(program, scan_of(folder, {
            "Object to Source (mm)": source, "Camera to Source (mm)": camera,
            "Image Pixel Size (um)": size}))
        circle = dumped.geometry["circle"]
        cone = [2 * numpy.rad2deg(numpy.arctan(count * pixel / 2 / circle["source_detector"]))
                for count, pixel in zip((columns, rows), circle["pixel"])]
        check_close("cone", cone, (across, along), 5e-6)


def check_files(program, folder):
    """Which image is one too many, and other series beside the views."""
    images = random_images()
    write_images(folder, images)
    write_images(folder, images[:3], "tooth_~01")
    for step, full, views in (("30.000", "YES", 12), ("30.000", None, 12), ("27.6923", "YES", 13),
                              ("20.000", "NO", 13), ("15.000", "NO", 13), ("15.000", None, 13)):
        dumped = DumpedScan(program, scan_of(
            folder, {"Rotation Step (deg)": step, "Use 360 Rotation": full}))
        check_equal(f"step {step}", dumped.views, images[:views].astype(float))
        check_close(f"step {step}", numpy.rad2deg(dumped.geometry["circle"]["angles"]),
                    float(step) * numpy.arange(views), 1e-11)


def check_parallel_and_roll(program, folder):
    write_images(folder, random_images())
    dumped = DumpedScan(program, scan_of(folder, {
        "Object to Source (mm)": "1000000", "Camera to Source (mm)": None,
        "Image Pixel Size (um)": "11,50", "Optical Axis (line)": "13"}))
    assert dumped.geometry["kind"] == "parallel3d"
    check_close("pixel", dumped.geometry["circle"]["pixel"], (0.0115, 0.0115), 1e-15)
    assert "assumed" in facts(dumped, "rays")[0]
    dumped = DumpedScan(program, scan_of(folder, {"Image Rotation": "-0.3500"}))
    check_close("roll", dumped.geometry["circle"]["roll"], numpy.deg2rad(-0.35), 1e-15)
    for fact, changes in (("Random Movement", {"Random Movement": "ON (30)"}),
                          ("Number of connected scans", {"Number of connected scans": "2"})):
        dumped = DumpedScan(program, scan_of(folder, changes))
        assert "assumed" in facts(dumped, fact)[0], facts(dumped, fact)


def check_spellings(program, folder):
    write_images(folder, random_images())
    plain = DumpedScan(program, scan_of(folder)).geometry["rays"]
    spelled = {key: None for key in ("Object to Source (mm)", "Image Pixel Size (um)",
                                     "Rotation Step (deg)", "Number Of Files")}
    spelled |= {"Object To Source": "24,755 mm", "Image pixel size (mm)": " 7,000817e-3",
                "ROTATION STEP(deg)": "30,000 deg", "Number of Files": "13", "User": "Núria"}
    for encoding, end in (("latin-1", "\r\n"), ("utf-8-sig", "\n")):
        dumped = DumpedScan(program, scan_of(folder, spelled, encoding, end))
        for key in ("origin", "direction"):
            check_close(f"{encoding} {key}",
                        [[ray[key] for ray in view] for view in dumped.geometry["rays"]],
                        [[ray[key] for ray in view] for view in plain], 1e-10)


def check_refusals(program, folder):
    write_images(folder, random_images())
    for changes, sentence in (
            ({"Rotation Step (deg)": None}, "Rotation Step: is missing"),
            ({"Rotation Step (deg)": "0.5236"}, "in radians; write degrees"),
            ({"Rotation Step (deg)": "20"}, "Use 360 Rotation: is YES, but 13 images"),
            ({"Number Of Files": "20"}, "Number of Files: is 20, but there are 13 images"),
            ({"Number Of Rows": "25"}, "Number of Rows: is 25, but the images have 26 rows"),
            ({"Scanning Trajectory": "HELICAL"}, "of which ROUND alone is read"),
            ({"Flat Field Correction": "OFF"}, "divide the images by their flat field first"),
            ({"Depth (bits)": "32"}, "but the images are of uint16"),
            ({"Object to Source (mm)": "290"}, "are the two swapped?"),
            ({"Image Pixel Size (um)": "1e300"}, "longer than any scanner")):
        said = refusal(program, scan_of(folder, changes))
        assert sentence in said and said.count("\n") == 1, said


def main():
    program = sys.argv[1]
    for check in (check_values, check_geometries, check_markers, check_cones_of_nrecon, check_files,
                  check_parallel_and_roll, check_spellings, check_refusals):
        with tempfile.TemporaryDirectory() as name:
            check(program, pathlib.Path(name))


if __name__ == "__main__":
    main()
