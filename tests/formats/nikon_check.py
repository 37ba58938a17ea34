# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Nikon .xtekct files with images of tifffile's, read by the program scan_dump, beside what CIL's
reader makes of their keys, computed here: nikon_check.py SCAN_DUMP"""
import pathlib
import sys
import tempfile

import numpy
import tifffile

from dumped_scan import DumpedScan, check_close, check_equal, refusal

VIEWS, ROWS, COLUMNS = 10, 33, 41
SETTINGS = {
    "Name": "Lego test_1", "OperatorID": "", "InputSeparator": "_", "InputFolderName": "",
    "VoxelsX": "41", "VoxelSizeX": "0.02", "SrcToObject": "33.97571", "SrcToDetector": "679.5143",
    "MaskRadius": "9.5", "DetectorPixelsX": str(COLUMNS), "DetectorPixelSizeX": "0.4",
    "DetectorOffsetX": "0.0", "DetectorPixelsY": str(ROWS), "DetectorPixelSizeY": "0.45",
    "DetectorOffsetY": "0.0", "Units": "mm", "Scaling": "1000.0", "OutputUnits": "/m",
    "Projections": str(VIEWS), "InitialAngle": "40.20631", "AngularStep": "36.0",
    "WhiteLevel": "58500", "CoefX4": "0.0", "CoefX3": "0.0", "CoefX2": "0.25", "CoefX1": "0.75",
    "CoefX0": "0.125", "InputDigits": "4", "AutomaticCentreOfRotation": "0",
    "ObjectOffsetX": "-0.0277442", "ObjectTilt": "0.0", "ObjectRoll": "0.0"}


def text_of(changes, end="\n"):
    """A file as Inspect-X writes it; keys whose value is None are left out."""
    settings = {**SETTINGS, **changes}
    lines = ["[XTekCT]"]
    lines += [f"{key}={value}" for key, value in settings.items()
              if value is not None and not key.startswith("CTPro.")]
    lines += ["[Xrays]", "XraykV=90", "[CTPro]", "Version=V5.4=x", "Shuttling=False"]
    lines += [f"{key[6:]}={value}" for key, value in settings.items() if key.startswith("CTPro.")]
    return end.join(lines) + end


def rotation(axis, angle):
    c, s = numpy.cos(angle), numpy.sin(angle)
    return {"x": numpy.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
            "y": numpy.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
            "z": numpy.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])}[axis]


def cil_rays(angles_deg, offset, roll, tilt, pixel=(0.4, 0.45), source_object=33.97571,
             source_detector=679.5143):
    """Rays as the arrays origin and direction [view][pixel (0, 0), (1, 0), (0, 1)], in CIL's frame
    of the object: the source at 0, the panel at y = source_detector with its first pixel at the
    top right, z up. The axis is beside y = source_object at x = -offset, rolled and tilted, and the
    object turns about it by the angles (counter-clockwise)."""
    direction = rotation("x", -tilt) @ rotation("y", roll) @ [0, 0, 1]
    # The shortest rotation that puts the axis upright.
    cross = numpy.cross(direction, [0, 0, 1])
    skew = numpy.array([[0, -cross[2], cross[1]], [cross[2], 0, -cross[0]],
                        [-cross[1], cross[0], 0]])
    upright = numpy.eye(3) + skew + skew @ skew / (1 + direction[2])
    axis = numpy.array([-offset, source_object, 0])
    source = upright @ (-axis)
    panel = upright @ ([0, source_detector, 0] - axis)
    row, column = upright @ [-pixel[0], 0, 0], upright @ [0, 0, -pixel[1]]
    first = panel - (COLUMNS - 1) / 2 * row - (ROWS - 1) / 2 * column
    origins, directions = [], []
    for angle in numpy.deg2rad(angles_deg):
        turn = rotation("z", -angle)  # of source and panel about an object that stands still
        points = [first, first + row, first + column]
        origins.append([turn @ source] * 3)
        directions.append([turn @ (point - source) for point in points])
    return numpy.array(origins), numpy.array(directions)


def cil_angles(first=40.20631, step=36.0):
    return 180 - first - step * numpy.arange(VIEWS)


def check_rays(what, dumped, expected):
    """The same rays but for one rotation and one movement along the axis, common to all views; a
    mirrored scan does not pass."""
    found = [numpy.array([[ray[key] for ray in view] for view in dumped.geometry["rays"]])
             for key in ("origin", "direction")]
    centred = [vectors[0].reshape(-1, 3) - vectors[0].reshape(-1, 3).mean(axis=0)
               for vectors in (found, expected)]
    is_of = numpy.concatenate([centred[0], found[1].reshape(-1, 3)])
    was = numpy.concatenate([centred[1], expected[1].reshape(-1, 3)])
    left, _, right = numpy.linalg.svd(is_of.T @ was)
    turn = left @ numpy.diag([1, 1, numpy.linalg.det(left @ right)]) @ right
    check_close(f"{what}: rays", is_of, was @ turn.T, 1e-9)
    # The axis is z of both.
    check_close(f"{what}: axis", turn @ [0, 0, 1], [0, 0, -1], 1e-12)
    check_close(f"{what}: plane of the source", found[0][..., 2], 0 * found[0][..., 2], 1e-12)
    return turn


def write_images(folder, images, prefix="Lego test_1_"):
    for view, image in enumerate(images):
        tifffile.imwrite(folder / f"{prefix}{view + 1:04d}.tif", image)


def random_images():
    return numpy.random.default_rng(3).integers(
        0, 65535, size=(VIEWS, ROWS, COLUMNS), dtype=numpy.uint16, endpoint=True)


def scan_of(folder, changes=None, encoding="utf-8", end="\n"):
    path = folder / "scan.xtekct"
    path.write_bytes(text_of(changes or {}, end).encode(encoding))
    return path


def facts(dumped, what):
    return [line for line in dumped.facts.splitlines() if line.startswith(what + " ")]


def check_values(program, folder):
    images = random_images()
    write_images(folder, images)
    dumped = DumpedScan(program, scan_of(folder, end="\r\n"))
    check_equal("views", dumped.views, images.astype(float))
    geometry = dumped.geometry
    assert geometry["kind"] == "cone" and geometry["measured"] == "intensities", geometry["kind"]
    check_equal("white level", geometry["full_intensity"], 58500.0)
    check_equal("hardening", geometry["hardening"], [0.125, 0.75, 0.25, 0, 0])
    check_close("angles", numpy.rad2deg(geometry["circle"]["angles"]),
                40.20631 + 36 * numpy.arange(VIEWS), 1e-11)
    assert geometry["circle"]["clockwise"]
    for fact in ("axis column", "hardening polynomial"):
        assert "from the file" in facts(dumped, fact)[0], facts(dumped, fact)
    for fact in ("rotation", "side of the axis"):
        assert "assumed" in facts(dumped, fact)[0], facts(dumped, fact)


def check_geometries(program, folder):
    write_images(folder, random_images())
    for offset in ("-0.0277442", "0.15", "0"):
        for roll in ("0", "-0.07657059", "1.25"):
            for tilt in ("0", "0.3", "-4"):
                dumped = DumpedScan(program, scan_of(folder, {
                    "ObjectOffsetX": offset, "ObjectRoll": roll, "ObjectTilt": tilt}))
                expected = cil_rays(cil_angles(), float(offset), numpy.deg2rad(float(roll)),
                                    numpy.deg2rad(float(tilt)))
                check_rays(f"offset {offset}, roll {roll}, tilt {tilt}", dumped, expected)
                assert ("circle" in dumped.geometry) == (tilt == "0")
    # Older files: where the axis is seen at the upper and the lower border of the panel [mm].
    for top, bottom in ((0.8, 0.8), (-0.6, 0.2), (1.5, 0)):
        dumped = DumpedScan(program, scan_of(folder, {
            "ObjectOffsetX": None, "ObjectRoll": None, "ObjectTilt": None,
            "CentreOfRotationTop": top, "CentreOfRotationBottom": bottom}))
        offset = (top + bottom) / 2 * 33.97571 / 679.5143
        roll = -numpy.arctan2(top - bottom, ROWS * 0.45)
        check_rays(f"ends {top}, {bottom}", dumped, cil_rays(cil_angles(), offset, roll, 0))


def check_markers(program, folder):
    """Two dark markers, in the pixels that they are seen in as CIL projects them."""
    markers = numpy.array([[0.21, -0.13, 0.17], [-0.09, 0.16, -0.25]])
    images = numpy.full((VIEWS, ROWS, COLUMNS), 58500, numpy.uint16)
    seen = numpy.empty((VIEWS, 2, 2), int)
    for view, angle in enumerate(numpy.deg2rad(cil_angles())):
        for number, marker in enumerate(markers):
            x, y, z = rotation("z", angle) @ marker
            larger = 679.5143 / (33.97571 + y)
            seen[view, number] = (round((COLUMNS - 1) / 2 - larger * x / 0.4),
                                  round((ROWS - 1) / 2 - larger * z / 0.45))
            images[view, seen[view, number, 1], seen[view, number, 0]] = 100 * (number + 1)
    write_images(folder, images)
    dumped = DumpedScan(program, scan_of(folder, {"ObjectOffsetX": "0"}))
    turn = check_rays("markers", dumped, cil_rays(cil_angles(), 0, 0, 0))
    for view, rays in enumerate(dumped.geometry["rays"]):
        origin, first, right, down = (numpy.array(vector) for vector in (
            rays[0]["origin"], rays[0]["direction"], rays[1]["direction"], rays[2]["direction"]))
        for number, marker in enumerate(markers):
            row, column = numpy.argwhere(dumped.views[view] == 100 * (number + 1))[0]
            check_equal("pixel", [column, row], seen[view, number])
            # Where the marker's own ray meets the panel: within half a pixel.
            steps = numpy.linalg.solve(
                numpy.array([right - first, down - first, origin - turn @ marker]).T,
                -first)
            check_close("marker in its pixel", steps[:2], [column, row], 0.5 + 1e-9)


def check_angles(program, folder):
    write_images(folder, random_images())
    stage = 0.0342 + 36 * numpy.arange(VIEWS + 1) + 0.01 * numpy.random.default_rng(2).random(
        VIEWS + 1)
    table = "Projections\tFrames\tExposure(ms)\r\n10\t1\t708.00\r\n"
    table += "Projection\tAngle(deg)\tTime(s)\r\n"
    table += "".join(f"{n + 1}\t{angle:08.4f}\t{n:08.4f}\r\n" for n, angle in enumerate(stage))
    (folder / "_ctdata.txt").write_text(table, newline="")
    dumped = DumpedScan(program, scan_of(folder))
    check_close("steps", numpy.rad2deg(dumped.geometry["circle"]["angles"]),
                40.20631 + 36 * numpy.arange(VIEWS), 1e-11)
    assert "not used" in facts(dumped, "_ctdata.txt")[0]
    dumped = DumpedScan(program, scan_of(folder, {"AngularStep": None}))
    check_close("_ctdata.txt", numpy.rad2deg(dumped.geometry["circle"]["angles"]),
                numpy.round(stage[:VIEWS], 4), 1e-11)
    golden = numpy.round((numpy.arange(VIEWS) * 137.50776) % 360, 5)
    for line in ("{}\t{}\n", "{}: {}\n", "{} {}\n", "{};{}\n"):
        (folder / "scan.ang").write_text("Proj\tAngle(deg)\n" + "".join(
            line.format(n + 1, angle) for n, angle in enumerate(golden)))
        dumped = DumpedScan(program, scan_of(folder, {"CTPro.AngleFile_Use": "True",
                                                      "AngularStep": None}))
        check_close("scan.ang", numpy.rad2deg(dumped.geometry["circle"]["angles"]), golden, 1e-11)
    for path in ("scan.ang", "_ctdata.txt"):
        (folder / path).unlink()


def check_spellings(program, folder):
    """Commas, units, capitals, blanks, encodings and folders."""
    write_images(folder, random_images())
    plain = DumpedScan(program, scan_of(folder)).geometry["rays"]
    spelled = {"SrcToObject": " 33,97571 ", "SrcToDetector": "67.95143 cm", "AngularStep": "36,0",
               "DetectorPixelSizeX": "400 um", "ObjectOffsetX": "-2.77442e-2 mm",
               "Operator": "Müller"}
    for encoding, end in (("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("latin-1", "\r\n")):
        dumped = DumpedScan(program, scan_of(folder, spelled, encoding, end))
        for key in ("origin", "direction"):
            check_close(f"{encoding} {key}",
                        [[ray[key] for ray in view] for view in dumped.geometry["rays"]],
                        [[ray[key] for ray in view] for view in plain], 1e-9)
    images = random_images()
    for name in ("projections", "D:\\scans\\projections"):
        inside = folder / "projections"
        inside.mkdir(exist_ok=True)
        write_images(inside, images)
        dumped = DumpedScan(program, scan_of(folder, {"InputFolderName": name}))
        check_equal("images of a folder", dumped.views, images.astype(float))


def check_refusals(program, folder):
    write_images(folder, random_images())
    for changes, sentence in (
            ({"SrcToObject": None}, "source-isocenter distance: is missing (SrcToObject)"),
            ({"Projections": "11"}, "Projections: is 11, but there are 10 images"),
            ({"DetectorPixelsY": "32"}, "DetectorPixelsY: is 32, but the images have 33 rows"),
            ({"AngularStep": "0.6283185"}, "in radians; write degrees"),
            ({"AngularStep": None}, "AngularStep: is missing"),
            ({"WhiteLevel": "1e300"}, "WhiteLevel"),
            ({"ObjectTilt": "30"}, "laminography is not read"),
            ({"SrcToDetector": "12"}, "are the two swapped?")):
        said = refusal(program, scan_of(folder, changes))
        assert sentence in said and said.count("\n") == 1, said
    whole = text_of({})
    for length in range(0, len(whole), 7):  # cut anywhere: a sentence, or all that counts is there
        path = folder / "cut.xtekct"
        path.write_text(whole[:length])
        if length < whole.index("WhiteLevel"):
            assert refusal(program, path).count("\n") == 1


def main():
    program = sys.argv[1]
    for check in (check_values, check_geometries, check_markers, check_angles, check_spellings,
                  check_refusals):
        with tempfile.TemporaryDirectory() as name:
            check(program, pathlib.Path(name))


if __name__ == "__main__":
    main()
