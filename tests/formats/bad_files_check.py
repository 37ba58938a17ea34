# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are cut, contradict themselves or hold nonsense, one fault each: the program
`reconstruct` ends with status 2 and one line that names the file, and writes nothing:
bad_files_check.py SCAN_DUMP RECONSTRUCT"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import h5py
import numpy
import pydicom
import tifffile

import dumped_scan
import varian_check
import written
import zeiss_check
from written import WrittenScan

PROGRAM = sys.argv[2]
COUNT, ROWS, COLUMNS = 24, 5, 18
# What only a caller in C++ knows.
INTERNAL = re.compile(r"::|pyronn\w|\b(?:CircularOrbit|CircularScan|ConeBeam|ParallelBeam|Fbp|Grid|"
                      r"ImageStack|Scan): |read_[a-z]+|was not given either|[a-z]+_of_scan")
SIZE = ["--size", "8", "8", "2", "--voxel", "0.5"]


def small_scan():
    """A disc beside the axis, on a panel of counts."""
    angles = numpy.arange(COUNT) * 360 / COUNT
    u = (numpy.arange(COLUMNS) - (COLUMNS - 1) / 2) * 0.5
    aside = 1.5 * numpy.sin(numpy.deg2rad(angles))[:, None] + u
    lines = 0.3 * numpy.sqrt(numpy.maximum(4 - aside**2, 0))
    counts = 200 + numpy.rint(40000 * numpy.exp(-lines)).astype("u2")
    views = numpy.repeat(counts[:, None], ROWS, axis=1)
    field = numpy.full((2, ROWS, COLUMNS), 200, "u2")
    return WrittenScan("disc", views, angles, 0.5, (COLUMNS - 1) / 2, 100.0, 150.0, field,
                       field + numpy.uint16(40000))


def files_in(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def run(folder, arguments):
    """Status and what stands on standard error; a volume would be written beside all else."""
    result = subprocess.run(
        [PROGRAM, *map(str, arguments), "--output", str(folder / "volume.mha"), "--png",
         str(folder / "slices.png"), "--executor", "cpu", "--threads", "1", *SIZE],
        capture_output=True, text=True, check=False, timeout=60)
    return result.returncode, result.stderr


class Faults:
    """Faults of one format, which `write` writes into a folder."""

    def __init__(self, name, write):
        self.name = name
        self.write = write
        self.failures = []
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            status, said = run(folder, write(folder))
            if status != 0:
                raise AssertionError(f"{name}: the good file is refused: {said}")

    def check(self, fault, damage, part=""):
        """`damage` is called with the folder and the arguments of the program, which it may change
        by returning others; `part` is what the line must hold."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            arguments = self.write(folder)
            names = {path.name for path in (folder, *files_in(folder))}
            arguments = damage(folder, arguments) or arguments
            before = files_in(folder)
            try:
                status, said = run(folder, arguments)
            except subprocess.TimeoutExpired:
                status, said = "none in a minute", ""
            after = files_in(folder)
            named = any(name in said for name in names)
            is_right = (status == 2 and said.count("\n") == 1 and named and part in said and
                        after == before and not INTERNAL.search(said))
            new = sorted(str(path.relative_to(folder)) for path in after.keys() - before.keys())
            said = said.replace(f"{folder}/", "").strip()
            print(f"{self.name}, {fault}: {said}", flush=True)
            if not is_right:
                self.failures.append(f"{self.name}, {fault}: status {status}, {said!r}, new: {new}")
            dumped_scan.compared += 1


def cut(path, part=0.5):
    content = path.read_bytes()
    path.write_bytes(content[:int(len(content) * part)])


def only(folder, pattern, number=-1):
    return sorted(folder.glob(pattern))[number]


def view_of_number(folder, number):
    """The DICOM file of a view that has others before and behind it: names tell nothing."""
    for path in folder.glob("dicom/*.dcm"):
        if pydicom.dcmread(path, stop_before_pixels=True).InstanceNumber == number:
            return path
    raise AssertionError(f"no view has the number {number}")


def replaced(pattern, old, new):
    """A fault: another text in a file."""
    def damage(folder, _):
        path = only(folder, pattern)
        text = path.read_text()
        assert old in text, (old, text)
        path.write_text(text.replace(old, new))
    return damage


# JSON and its images

def set_field(*names, value):
    """A fault: another value of a field; None takes it away."""
    def damage(folder, _):
        path = folder / "scan.json"
        description = json.loads(path.read_text())
        inner = description
        for name in names[:-1]:
            inner = inner[name]
        inner[names[-1]] = value
        if value is None:
            del inner[names[-1]]
        path.write_text(json.dumps(description))
    return damage


def with_images(change, name="views.npy"):
    def damage(folder, _):
        numpy.save(folder / name, change(numpy.load(folder / name)))
    return damage


def json_faults():
    scan = small_scan()
    faults = Faults("JSON", lambda folder: written.write_json(folder, scan))
    angles = [float(angle) for angle in scan.angles]
    faults.check("cut", lambda folder, _: cut(folder / "scan.json"))
    faults.check("images cut", lambda folder, _: cut(folder / "views.npy"), "views.npy")
    faults.check("flat cut", lambda folder, _: cut(folder / "flat.npy"), "flat.npy")
    faults.check("a view is missing", with_images(lambda views: views[1:]))
    faults.check("a column is missing", with_images(lambda views: views[..., 1:]))
    faults.check("a flat of other rows", with_images(lambda flat: flat[:, 1:], "flat.npy"))
    for names in (("detector",), ("projections",), ("flat",), ("detector", "columns"),
                  ("circular", "source_isocenter_mm"), ("circular", "angles", "list_deg"),
                  ("circular",)):
        faults.check(f"{names} is missing", set_field(*names, value=None))
    faults.check("no such file", set_field("projections", value="gone.npy"), "gone.npy")
    faults.check("two angles", set_field("circular", "angles", "count", value=COUNT))
    faults.check("flat and full", set_field("intensity_full", value=1000))
    faults.check("lines with flats", set_field("projections_are", value="line_integrals"))
    faults.check("radians", set_field("circular", "angles", "list_deg",
                                      value=numpy.deg2rad(angles).tolist()))
    faults.check("distances swapped", set_field("circular", "source_isocenter_mm", value=200))
    for value in (1e300, -1, 0, "100", [100], True):
        faults.check(f"distance {value}", set_field("circular", "source_isocenter_mm", value=value))
    for value in (-18, 2**31, 1e18, 18.5, 0):
        faults.check(f"columns {value}", set_field("detector", "columns", value=value))
    faults.check("pixels of 1e300", set_field("detector", "pixel_mm", value=[1e300, 1e300]),
                 "detector.pixel_mm: [1e+300,1e+300] is longer than pixels are")
    faults.check("pixels of two units", set_field("detector", "pixel_mm", value=[0.0015, 1.5]),
                 "pixels of 0.0015 x 1.5 mm")
    faults.check("pixels in um", set_field("detector", "pixel_mm", value=[500, 500]), "too wide")
    faults.check("angle 1e300", set_field("circular", "angles", "list_deg",
                                          value=[*angles[:-1], 1e300]))
    faults.check("NaN", replaced("scan.json", "100.0", "NaN"))
    faults.check("misspelt", replaced("scan.json", "source_isocenter_mm", "source_isocentre_mm"))
    return faults


def image_faults():
    """What stands in the headers of images that a description names."""
    scan = small_scan()
    result = []
    for kind, pattern in (("TIFF pages", "views.tif"), ("TIFF folder", "views/*.tif"),
                          ("EDF frames", "views.edf"), ("EDF folder", "views/*.edf"),
                          (".mha", "views.mha"), (".mhd", "views.mhd"),
                          (".his folder", "views/*.his")):
        faults = Faults(kind, lambda folder, kind=kind: written.write_json(folder, scan, kind))
        for part in (0, 0.03, 0.5, 0.99):
            faults.check(f"cut to {part}", lambda folder, _, at=(pattern, part):
                         cut(only(folder, at[0]), at[1]))
        other = scan.but("other", views=scan.views[:, 1:])
        faults.check("other rows", lambda folder, _, other=other, kind=kind:
                     write_again(folder, other, kind))
        if "folder" in kind:
            faults.check("a view is gone", lambda folder, _, pattern=pattern:
                         only(folder, pattern, 7).unlink())
            faults.check("one view of other rows", lambda folder, _, kind=kind:
                         one_of_other_rows(folder, kind))
        else:
            other = scan.but("other", views=scan.views[1:])
            faults.check("a view is missing", lambda folder, _, other=other, kind=kind:
                         write_again(folder, other, kind))
        result.append(faults)
    faults = result[4]
    for pattern, old, new in (("views.mha", "DimSize = 18 5 24", "DimSize = 18 5 9999999"),
                              ("views.mha", "DimSize = 18 5 24", "DimSize = 18 -5 24"),
                              ("views.mha", "DimSize = 18 5 24", "DimSize = 18 5"),
                              ("views.mha", "MET_USHORT", "MET_NONE"),
                              ("views.mha", "ElementDataFile", "ElementFile"),
                              ("views.mha", "DimSize", "Dim")):
        faults.check(f"{new} for {old}", lambda folder, _, at=(pattern, old, new): (
            only(folder, at[0]).write_bytes(only(folder, at[0]).read_bytes().replace(
                at[1].encode(), at[2].encode()))) and None)
    faults = result[5]
    faults.check("no raw file", lambda folder, _: (folder / "views.raw").unlink(), "views.raw")
    faults.check("raw file cut", lambda folder, _: cut(folder / "views.raw"), "views.raw")
    faults = result[2]
    for old, new in (("Dim_1 = 18 ;", "Dim_1 = 19 ;"), ("Dim_1 = 18 ;", "Dim_1 = -8 ;"),
                     ("UnsignedShort ", "UnsignedSport "), ("Dim_2 = 5 ;", "Dim_X = 5 ;")):
        faults.check(f"{new} for {old}", lambda folder, _, at=(old, new): (
            only(folder, "views.edf").write_bytes(only(folder, "views.edf").read_bytes().replace(
                at[0].encode(), at[1].encode()))) and None)
    return result


def write_again(folder, scan, kind):
    path = folder / "views"
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    written.IMAGES[kind](path, scan.views)


def one_of_other_rows(folder, kind):
    image = small_scan().views[:1, 1:]
    other = written.IMAGES[kind](folder / "other", image)
    path = only(folder / "views", "*", 7)
    path.write_bytes(only(other, "*").read_bytes())
    only(other, "*").unlink()
    other.rmdir()


# HDF5

def in_file(change):
    def damage(folder, arguments):
        with h5py.File(arguments[0], "r+") as file:
            change(file)
    return damage


def put(name, value, unit=None):
    """A fault: another value of a data set."""
    def change(file):
        units = unit or file[name].attrs.get("units", file[name].attrs.get("unit"))
        del file[name]
        file[name] = value
        if units is not None:
            file[name].attrs["units"] = units
    return in_file(change)


def without(name):
    def change(file):
        del file[name]
    return in_file(change)


def hdf5_faults():
    scan = small_scan()
    nxtomo = Faults("NXtomo", lambda folder: written.write_nxtomo(folder, scan))
    detector = "entry0000/instrument/detector"
    rotation = "entry0000/sample/rotation_angle"
    angles = numpy.concatenate([numpy.zeros(4), scan.angles])
    for part in (0, 0.01, 0.5, 0.95):
        nxtomo.check(f"cut to {part}", lambda folder, arguments, part=part:
                     cut(arguments[0], part), "HDF5" if part else "is empty")
    for name in (f"{detector}/data", rotation, f"{detector}/x_pixel_size", f"{detector}/distance",
                 "entry0000/instrument/source/distance"):
        nxtomo.check(f"{name} is missing", without(name))
    nxtomo.check("angles are missing", put(rotation, angles[:-1]))
    nxtomo.check("keys are missing", put(f"{detector}/image_key", numpy.zeros(5, "i1")))
    nxtomo.check("key 9", put(f"{detector}/image_key", numpy.full(COUNT + 4, 9, "i1")))
    nxtomo.check("no flats", put(f"{detector}/image_key", numpy.array([2] * 4 + [0] * COUNT, "i1")))
    nxtomo.check("radians as degrees", put(rotation, numpy.deg2rad(angles)), "in radians")
    nxtomo.check("degrees as radians", put(rotation, angles, "rad"), "rotation_angle")
    nxtomo.check("angles in mm", put(rotation, angles, "mm"))
    nxtomo.check("pixels in degrees", put(f"{detector}/x_pixel_size", 0.5, "deg"))
    nxtomo.check("angle nan", put(rotation, numpy.where(angles == 90, numpy.nan, angles)))
    nxtomo.check("pixels of 1e300", put(f"{detector}/x_pixel_size", 1e300),
                 "x_pixel_size")
    nxtomo.check("pixels of -1", put(f"{detector}/x_pixel_size", -1.0),
                 "x_pixel_size: is -1 mm, and must be positive")
    nxtomo.check("distance 1e300", put("entry0000/instrument/source/distance", 1e300),
                 "source/distance")
    nxtomo.check("distance 0", put("entry0000/instrument/source/distance", 0.0))
    nxtomo.check("pixels of two units", put(f"{detector}/y_pixel_size", 500.0, "mm"),
                 "pixels of 0.5 x 500 mm")
    nxtomo.check("two scans", in_file(lambda file: file.copy("entry0000", "entry0001")),
                 "holds 2 scans, entry0000, entry0001: name one, as --entry entry0000")
    nxtomo.check("no such entry", lambda _, arguments: [*arguments, "--entry", "none"],
                 "none: is no entry with instrument/detector/data; scans are in entry0000")
    nxtomo.check("text for angles", put(rotation, "round"))
    nxtomo.check("flat image", put(f"{detector}/data", numpy.zeros((4, 5))))

    exchange = Faults("Data Exchange", lambda folder: written.write_data_exchange(folder, scan))
    for part in (0, 0.01, 0.5, 0.95):
        exchange.check(f"cut to {part}", lambda folder, arguments, part=part:
                       cut(arguments[0], part), "HDF5" if part else "is empty")
    for name in ("data", "data_white", "theta"):
        exchange.check(f"{name} is missing", without(f"exchange/{name}"), f"exchange/{name}")
    theta = "exchange/theta"
    exchange.check("angles are missing", put(theta, scan.angles[:-1]))
    exchange.check("a view is missing", put("exchange/data", scan.views[1:]))
    exchange.check("flat of other rows", put("exchange/data_white", scan.flats[:, 1:]))
    exchange.check("radians as degrees", put(theta, numpy.deg2rad(scan.angles)), "in radians")
    exchange.check("degrees as radians", put(theta, scan.angles, "rad"), theta)
    exchange.check("angles in seconds", put(theta, scan.angles, "s"))
    exchange.check("angle 1e300", put(theta, numpy.where(scan.angles == 90, 1e300, scan.angles)))
    exchange.check("angle nan", put(theta, numpy.where(scan.angles == 90, numpy.nan, scan.angles)))
    return [nxtomo, exchange]


# Text files with images beside them

def table_faults(name, write, pattern, changes, images):
    """Changes are keys with their texts; None takes a line away."""
    faults = Faults(name, write)

    def set_line(key, value):
        def damage(folder, _):
            path = only(folder, pattern)
            lines = path.read_text(encoding="latin-1").splitlines()
            found = [line for line in lines if line.split("=")[0].strip() == key]
            assert found, key
            kept = [line for line in lines if line not in found or value is not None]
            path.write_text("\n".join(f"{key}={value}" if line in found else line
                                      for line in kept) + "\n", encoding="latin-1")
        return damage

    for key, value in changes:
        faults.check(f"{key} {'is missing' if value is None else value}", set_line(key, value))
    faults.check("cut", lambda folder, _: cut(only(folder, pattern), 0.1))
    faults.check("empty", lambda folder, _: cut(only(folder, pattern), 0))
    faults.check("image cut", lambda folder, _: cut(only(folder, images, 3)))
    faults.check("image is gone", lambda folder, _: only(folder, images, 3).unlink())
    faults.check("no images", lambda folder, _: [path.unlink() for path in folder.glob(images)]
                 and None)
    faults.check("image of other rows", lambda folder, _: tifffile.imwrite(
        only(folder, images, 3), small_scan().views[0, 1:]))
    faults.check("image of colours", lambda folder, _: tifffile.imwrite(
        only(folder, images, 3), numpy.zeros((ROWS, COLUMNS, 3), "u1"), photometric="rgb"))
    return faults


def settings_faults():
    counts = written.counts_of(small_scan(), 60000, "u2")
    step = 360 / COUNT
    nikon = table_faults(
        "Nikon", lambda folder: written.write_nikon(folder, counts), "*.xtekct",
        [("SrcToObject", None), ("SrcToObject", "0"), ("SrcToObject", "1e300"),
         ("SrcToObject", "-100"), ("SrcToObject", "far"), ("SrcToObject", "100 deg"),
         ("SrcToObject", "200"), ("SrcToDetector", None), ("DetectorPixelSizeX", None),
         ("DetectorPixelSizeX", "nan"), ("DetectorPixelsX", "19"), ("DetectorPixelsY", "-5"),
         ("Projections", "25"), ("Projections", "1e18"), ("AngularStep", None),
         ("AngularStep", str(numpy.deg2rad(step))), ("AngularStep", "1e300"), ("AngularStep", "0"),
         ("WhiteLevel", None), ("WhiteLevel", "0"), ("WhiteLevel", "1e300"), ("Units", "deg"),
         ("ObjectOffsetX", "1e300")], "*.tif")
    counts = written.counts_of(small_scan(), 65535, "u2")
    skyscan = table_faults(
        "SkyScan", lambda folder: written.write_skyscan(folder, counts), "*.log",
        [("Object to Source (mm)", None), ("Object to Source (mm)", "0"),
         ("Object to Source (mm)", "-1"), ("Object to Source (mm)", "100 deg"),
         ("Object to Source (mm)", "200"), ("Image Pixel Size (um)", "1e300"),
         ("Image Pixel Size (um)", "0"), ("Image Pixel Size (um)", "nan"),
         ("Number Of Files", "27"), ("Number Of Rows", "6"), ("Number Of Columns", "-18"),
         ("Rotation Step (deg)", None), ("Rotation Step (deg)", str(numpy.deg2rad(step))),
         ("Rotation Step (deg)", "-15"), ("Rotation Step (deg)", "1e300"),
         ("Use 360 Rotation", "NO"), ("Depth (bits)", "32"), ("Depth (bits)", "-1"),
         ("Optical Axis (line)", "1e300"), ("Rotation Direction", "UP"),
         ("Flat Field Correction", "OFF"), ("Scanning Start Angle", "1e300")], "*.tif")
    return [nikon, skyscan]


def rtk_faults():
    lines = written.lines_of(small_scan())
    with tempfile.TemporaryDirectory() as name:
        written.write_rtk(pathlib.Path(name), lines)
        kept = {path.name: path.read_bytes() for path in pathlib.Path(name).iterdir()}

    def write(folder):
        for name, content in kept.items():
            (folder / name).write_bytes(content)
        return [folder / "geometry.xml", "--projections", folder / "projections.mha"]

    faults = Faults("RTK", write)
    distance = "<SourceToIsocenterDistance>100</SourceToIsocenterDistance>"
    for part in (0, 0.02, 0.5, 0.99):
        faults.check(f"cut to {part}", lambda folder, _, part=part:
                     cut(folder / "geometry.xml", part))
    faults.check("images cut", lambda folder, _: cut(folder / "projections.mha"),
                 "projections.mha")
    for old, new in ((distance, ""), (distance, distance.replace("100", "0")),
                     (distance, distance.replace("100", "-1")),
                     (distance, distance.replace("100", "1e300")),
                     (distance, distance.replace("100", "nan")),
                     (distance, distance.replace("100", "100 deg")),
                     (distance, distance.replace("100", "far")),
                     ("<GantryAngle>15</GantryAngle>", "<GantryAngle>1e300</GantryAngle>"),
                     ("<GantryAngle>15</GantryAngle>", "<GantryAngle>15 rad</GantryAngle>"),
                     ("<GantryAngle>15</GantryAngle>", "<GantryAngle></GantryAngle>"),
                     ('version="3"', 'version="9"'), ("RTKThreeDCircularGeometry", "Geometry")):
        faults.check(f"{new} for {old}", replaced("geometry.xml", old, new), "geometry.xml")
    faults.check("a projection is gone", lambda folder, _: written.write_mha(
        folder / "projections", lines.views[1:]) and None)
    faults.check("no images", lambda folder, _: (folder / "projections.mha").unlink())
    faults.check("not named", lambda folder, arguments: arguments[:1])
    faults.check("radians", radians_in_rtk)
    return faults


def radians_in_rtk(folder, _):
    """Angles in radians; the matrices are left."""
    path = folder / "geometry.xml"
    text = path.read_text()
    for angle in range(15, 360, 15):
        text = text.replace(f"<GantryAngle>{angle}</GantryAngle>",
                            f"<GantryAngle>{numpy.deg2rad(angle)}</GantryAngle>")
    path.write_text(text)


# Binary files

def zeiss_faults(writer):
    scan = written.zeiss_of(small_scan())
    streams = {}

    class Kept:
        """Keeps what is to be written."""

        def write(self, name, content):
            streams.update(content)
            return name

    written.write_zeiss(None, scan, Kept())

    def write_with(folder, changes):
        kept = {**streams, **changes}
        path = writer.write("bad.txrm", {name: content for name, content in kept.items()
                                         if content is not None})
        target = folder / "scan.txrm"
        target.write_bytes(path.read_bytes())
        return [target]

    faults = Faults("Zeiss", lambda folder: write_with(folder, {}))
    for part in (0, 0.01, 0.5, 0.95):
        faults.check(f"cut to {part}", lambda folder, arguments, part=part: cut(arguments[0], part),
                     "is empty" if part == 0 else "OLE2" if part < 0.1 else "is cut off")
    floats, integer = zeiss_check.floats, zeiss_check.integer
    radians = floats(numpy.deg2rad(scan.angles))
    for name, content in (
            ("ImageInfo/Angles", None), ("ImageInfo/Angles", floats(scan.angles[:-1])),
            ("ImageInfo/Angles", floats([numpy.nan] * COUNT)),
            ("ImageInfo/Angles", floats([3e38] * COUNT)), ("ImageInfo/Angles", radians),
            ("ImageInfo/PixelSize", None), ("ImageInfo/PixelSize", floats([3e38])),
            ("ImageInfo/PixelSize", floats([-1])), ("ImageInfo/PixelSize", floats([numpy.nan])),
            ("ImageInfo/StoRADistance", None), ("ImageInfo/StoRADistance", floats([3e38] * COUNT)),
            ("ImageInfo/DtoRADistance", None),
            ("ImageInfo/ImageWidth", None), ("ImageInfo/ImageWidth", integer(-18)),
            ("ImageInfo/ImageWidth", integer(2**31 - 1)), ("ImageInfo/ImageHeight", integer(4)),
            ("ImageInfo/NoOfImages", integer(0)), ("ImageInfo/DataType", integer(99)),
            ("ImageInfo/DataType", None), ("ReferenceData/Image", None),
            ("ImageData1/Image5", None), ("ImageData1/Image5", b"1234")):
        if name == "ReferenceData/Image":
            changes = {key: None for key in streams if "Reference" in key}
        else:
            changes = {name: content}
        shown = "is missing" if content is None else content[:12]
        faults.check(f"{name} {shown}", lambda folder, _, changes=changes:
                     write_with(folder, changes), name if name.endswith("Angles") else "")
    units = {"PositionInfo/AxisNames": b"Sample Theta\0", "PositionInfo/AxisUnits": b"mm\0"}
    faults.check("angles in mm", lambda folder, _: write_with(folder, units))
    return faults


def dicom_faults():
    scan = written.dicom_of(small_scan(), intercept=-0.5)
    faults = Faults("DICOM-CT-PD", lambda folder: written.write_dicom(folder, scan,
                                                                      intercept=-0.5))

    def in_view(tag, value):
        def damage(folder, _):
            path = only(folder, "dicom/*.dcm", 5)
            dataset = pydicom.dcmread(path)
            if value is None:
                del dataset[tag]
            else:
                dataset[tag].value = value
            dataset.save_as(path)
        return damage

    def in_all(tag, change):
        def damage(folder, _):
            for path in folder.glob("dicom/*.dcm"):
                dataset = pydicom.dcmread(path)
                dataset[tag].value = change(dataset[tag].value)
                dataset.save_as(path)
        return damage

    for part in (0, 0.1, 0.5, 0.95):
        faults.check(f"cut to {part}", lambda folder, _, part=part:
                     cut(only(folder, "dicom/*.dcm", 5), part))
    faults.check("a view is gone", lambda folder, _: view_of_number(folder, 3).unlink())
    for tag in ((0x7031, 0x1001), (0x7031, 0x1003), (0x7031, 0x1031), (0x7029, 0x1002),
                (0x7029, 0x1010), (0x7031, 0x1033), (0x7FE0, 0x0010), (0x0028, 0x0010)):
        faults.check(f"{tag[0]:04x},{tag[1]:04x} is missing", in_view(tag, None))
    for tag, value in (((0x7031, 0x1001), numpy.nan), ((0x7031, 0x1001), 3e38),
                       ((0x7031, 0x1003), 0.0), ((0x7031, 0x1003), 101.0),
                       ((0x7029, 0x1002), 3e38), ((0x0028, 0x0010), 65535), ((0x0028, 0x0010), 4),
                       ((0x0028, 0x1053), "1e300")):
        faults.check(f"{tag[0]:04x},{tag[1]:04x} {value}", in_view(tag, value))
    for tag, value in (((0x7029, 0x1002), 0.0), ((0x7031, 0x1003), 3e38),
                       ((0x7031, 0x1003), 200.0), ((0x7029, 0x100B), "CYLINDRICAL"),
                       ((0x0028, 0x1053), "0"), ((0x0028, 0x1053), "-0.001")):
        faults.check(f"{tag[0]:04x},{tag[1]:04x} {value} in all",
                     in_all(tag, lambda _, value=value: value))
    faults.check("degrees as radians", in_all((0x7031, 0x1001), numpy.rad2deg))
    return faults


def varian_faults():
    counts = written.counts_of(small_scan(), 1000000, "i4")
    result = []
    for kind in ("xim", "hnd", "hnc"):
        scan = written.counts_of(small_scan(), 60000, "u2") if kind == "hnc" else counts
        faults = Faults(f".{kind}", lambda folder, at=(scan, kind):
                        written.write_varian(folder, at[0], at[1]))
        pattern = f"{kind}/*.{kind}"
        for part in (0, 0.02, 0.5, 0.9):
            faults.check(f"cut to {part}", lambda folder, _, at=(pattern, part):
                         cut(only(folder, at[0], 5), at[1]))
        at_size = 12 if kind == "xim" else 120
        for value in (-18, 2**31 - 1, 4096):
            faults.check(f"{value} columns", lambda folder, _, at=(pattern, at_size, value):
                         put_bytes(only(folder, at[0], 5), at[1], struct.pack("<i", at[2])))
        result.append(faults)
        if kind == "xim":
            continue
        for value in (numpy.nan, 1e300):
            faults.check(f"angle {value}", lambda folder, _, at=(pattern, value):
                         put_bytes(only(folder, at[0], 5), 432, struct.pack("<d", at[1])))
        faults.check("radians", lambda folder, _, at=(pattern, scan): [put_bytes(
            only(folder, at[0], view), 432, struct.pack("<d", numpy.deg2rad(angle)))
            for view, angle in enumerate(at[1].angles)] and None)
        for value in (0.0, -1.0, 1e300, numpy.nan):
            faults.check(f"pixel {value}", lambda folder, _, at=(pattern, value): [put_bytes(
                path, 352, struct.pack("<d", at[1])) for path in folder.glob(at[0])] and None)
    faults = result[0]
    view = counts.views[5]
    for name, value in (("PixelWidth", 0.0), ("PixelWidth", 1e300), ("KVSourceRtn", numpy.nan),
                        ("KVSourceRtn", 1e300), ("KVSourceVrt", 1e300), ("KVSourceVrt", 0.0),
                        ("KVDetectorLat", 1e300), ("KVDetectorLat", 5.0)):
        faults.check(f"{name} {value}", lambda folder, _, at=(name, value): only(
            folder, "xim/*.xim", 5).write_bytes(varian_check.xim(view, 105, {
                "PixelWidth": 0.05, "PixelHeight": 0.05, "KVSourceVrt": 10.0,
                "KVDetectorVrt": -5.0, "KVDetectorLat": 0.0, "KVDetectorLng": 0.0,
                at[0]: at[1]})) and None)
    faults.check("radians", lambda folder, _: [path.write_bytes(varian_check.xim(
        counts.views[n], numpy.deg2rad(15 * n), {
            "PixelWidth": 0.05, "PixelHeight": 0.05, "KVSourceVrt": 10.0, "KVDetectorVrt": -5.0,
            "KVDetectorLat": 0.0, "KVDetectorLng": 0.0}))
        for n, path in enumerate(sorted(folder.glob("xim/*.xim")))] and None)
    faults.check("another name", lambda folder, _: put_bytes(
        only(folder, "xim/*.xim", 5), 0, b"XMS.XI"))
    return result


def put_bytes(path, at, content):
    """Overwrites a part of a file."""
    whole = bytearray(path.read_bytes())
    whole[at:at + len(content)] = content
    path.write_bytes(whole)


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        writer = zeiss_check.Writer(pathlib.Path(folder))
        for part in (json_faults, image_faults, hdf5_faults, settings_faults, rtk_faults,
                     lambda: zeiss_faults(writer), dicom_faults, varian_faults):
            faults = part()
            for each in faults if isinstance(faults, list) else [faults]:
                failures += each.failures
    for failure in failures:
        print("NOT REFUSED AS IT SHOULD:", failure)
    if failures:
        raise AssertionError(f"{len(failures)} of {dumped_scan.compared} faults")


if __name__ == "__main__":
    main()
