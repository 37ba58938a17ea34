# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""MetaImage files that SimpleITK and ITK write, read by the program scan_dump as projections of a
scan: metaimage_check.py SCAN_DUMP"""
import pathlib
import sys
import tempfile
import zlib

import itk
import numpy
import SimpleITK

from dumped_scan import DumpedScan, check_close, check_equal, refusal

SHAPE = VIEWS, ROWS, COLUMNS = 5, 4, 7
GENERATOR = numpy.random.default_rng(8)
TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")
MET = {"u1": "UCHAR", "i1": "CHAR", "u2": "USHORT", "i2": "SHORT", "u4": "UINT", "i4": "INT",
       "u8": "ULONG_LONG", "i8": "LONG_LONG", "f4": "FLOAT", "f8": "DOUBLE"}


def write_geometry(path):
    """Parallel rays along RTK's z in all views, so that pixels are seen where the images have them."""
    view = "<Projection><GantryAngle>0</GantryAngle><Matrix>1 0 0 0 0 1 0 0 0 0 0 1</Matrix></Projection>"
    path.write_text(f'<RTKThreeDCircularGeometry version="3">{view * VIEWS}</RTKThreeDCircularGeometry>')


def numbers(dtype):
    """All bytes take part; whole numbers up to 2^53, which double holds."""
    if dtype[0] == "f":
        return GENERATOR.normal(size=SHAPE).astype(dtype)
    limits = numpy.iinfo(dtype)
    return GENERATOR.integers(max(limits.min, -2**53), min(limits.max, 2**53), SHAPE, dtype)


class Check:
    """Files in one folder, and the program that reads them."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.geometry = folder / "geometry.xml"
        write_geometry(self.geometry)

    def dumped(self, path):
        return DumpedScan(self.program, self.geometry, "--projections", path)

    def holds(self, what, path, array):
        dumped = self.dumped(path)
        check_equal(what, dumped.views, array.astype(float))
        assert dumped.geometry["type"] == numpy.dtype(array.dtype).name, (what, dumped.geometry["type"])
        return dumped

    def pixels(self, what, dumped, image):
        """Where RTK's coordinates of pixels are: x and y of RTK's world, which are y and z here."""
        for view in (0, VIEWS - 1):
            for index, ray in zip(((0, 0), (1, 0), (0, 1)), dumped.geometry["rays"][view]):
                point = image.TransformIndexToPhysicalPoint((*index, view))
                check_close(what, ray["origin"][1:], point[:2], 1e-12)
                check_close(what, ray["direction"], (-1, 0, 0), 1e-15)


def itself_written(check):
    """By the two packages, whole files and pairs of header and data."""
    for dtype in TYPES:
        array = numbers(dtype)
        image = SimpleITK.GetImageFromArray(array)
        image.SetSpacing((0.3, 1 / 3, 1))
        image.SetOrigin((-17.1, 2e-3, 9))
        image.SetDirection((0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1))
        for extension in ("mha", "mhd"):
            for compressed in (False, True):
                path = check.folder / f"{dtype}{compressed:d}.{extension}"
                SimpleITK.WriteImage(image, str(path), compressed)
                dumped = check.holds(path.name, path, array)
                check.pixels(path.name, dumped, image)
                if dtype not in ("u4", "i4", "u8", "i8", "i1"):  # itk wraps these as others, or not at all
                    itk.imwrite(itk.image_from_array(array), str(path), compression=compressed)
                    check.holds(f"itk, {path.name}", path, array)


def header(dtype, more, data):
    columns_first = " ".join(str(size) for size in reversed(SHAPE))
    return (f"ObjectType = Image\nNDims = 3\nDimSize = {columns_first}\n"
            f"ElementType = MET_{MET[dtype]}\n{more}ElementDataFile = {data}\n").encode()


def edited(check):
    """Headers as people write them; what SimpleITK reads is what must be found."""
    for dtype in TYPES:
        array = numbers(dtype)
        for order in "<>":
            raw = array.astype(order + dtype).tobytes()
            msb = f"BinaryDataByteOrderMSB = {order == '>'}\n"
            slices = [raw[i * len(raw) // VIEWS:][:len(raw) // VIEWS] for i in range(VIEWS)]
            for i, data in enumerate(slices):
                (check.folder / f"slice {4 + 2 * i:03d}.raw").write_bytes(data)
                (check.folder / f"slice{i}.zraw").write_bytes(zlib.compress(data))
            (check.folder / "all.raw").write_bytes(b"?" * 100 + raw)
            names = "".join(f"slice {4 + 2 * i:03d}.raw\n" for i in range(VIEWS))
            packed = "".join(f"slice{i}.zraw\n" for i in range(VIEWS))
            size = len(zlib.compress(raw))
            cases = {
                "local": (msb, "LOCAL", raw),
                "header size": (msb + "HeaderSize = 100\n", "all.raw", b""),
                "from the end": (msb + "HeaderSize = -1\n", "all.raw", b""),
                "pattern": (msb, f"slice %03d.raw 4 {2 + 2 * VIEWS} 2", b""),
                "list": (msb, "LIST", names.encode()),
                "list of images": (msb, "LIST 2", names.encode()),
                "compressed": (msb + f"CompressedData = True\nCompressedDataSize = {size}\n", "LOCAL",
                               zlib.compress(raw)),
                "compressed list": (msb + "CompressedData = True\n", "LIST", packed.encode())}
            for what, (more, data, behind) in cases.items():
                path = check.folder / "edited.mhd"
                path.write_bytes(header(dtype, more, data) + behind)
                if what != "pattern":  # blanks in patterns are not for SimpleITK
                    oracle = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
                    check_equal(f"SimpleITK, {what}", oracle, array)
                check.holds(f"{order}{dtype}, {what}", path, array)


def places(check):
    """Synonyms, defaults and signs: SimpleITK says where pixels are."""
    array = numbers("f4")
    for more in ("", "ElementSize = 2 3 4\n", "ElementSize = 2 3 4\nElementSpacing = 5 6 7\n",
                 "ElementSpacing = 0.5 -2 1\n", "Origin = 1 2 3\n", "Position = 1 2 3\n",
                 "TransformMatrix = 0 1 0 -1 0 0 0 0 1\nElementSpacing = 2 3 1\nOffset = 1 -2 3\n",
                 "Rotation = 0.6 -0.8 0 0.8 0.6 0 0 0 1\n", "Orientation = -1 0 0 0 -1 0 0 0 1\n"):
        path = check.folder / "place.mha"
        path.write_bytes(header("f4", more, "LOCAL") + array.tobytes())
        dumped = check.holds(more, path, array)
        check.pixels(more, dumped, SimpleITK.ReadImage(str(path)))


def bad(check):
    path = check.folder / "bad.mha"
    raw = numbers("f4").tobytes()
    for content, reason in (
            (header("f4", "", "LOCAL") + raw[1:], "where 5 slices of 4 rows and 7 columns"),
            (header("f4", "", "nowhere.raw"), "nowhere.raw: cannot be read"),
            (header("f4", "NDims = 3\n", "LOCAL") + raw, "'NDims' ('3') stands there twice"),
            (header("f4", "CompressedData = True\n", "LOCAL") + raw, "is damaged, or not of zlib"),
            (header("f4", "BinaryData = False\n", "LOCAL") + raw, "write it again as binary data"),
            (header("f4", "", "s%d.raw 1 4 1"), "names 4 files of 5 slices"),
            (header("f4", "TransformMatrix = 0 0 1 0 1 0 1 0 0\n", "LOCAL") + raw, "out of their plane"),
            (b"\x89PNG\r\n", "not key = value")):
        path.write_bytes(content)
        sentence = refusal(check.program, check.geometry, "--projections", path)
        assert reason in sentence and sentence.count("\n") == 1, (reason, sentence)


def main():
    with tempfile.TemporaryDirectory() as name:
        check = Check(sys.argv[1], pathlib.Path(name))
        for test in (itself_written, edited, places, bad):
            test(check)


main()
