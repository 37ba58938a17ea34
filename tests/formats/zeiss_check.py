# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Zeiss files that libgsf writes, read by the program scan_dump, by olefile, and by dxchange where
that knows their type: zeiss_check.py SCAN_DUMP

Needs Debian's libgsf-1-dev, python3-dxchange, python3-h5py, python3-olefile, python3-pandas,
python3-scipy, python3-six and python3-tifffile.
"""
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import olefile

from dumped_scan import DumpedScan, check_close, check_equal, refusal

GENERATOR = numpy.random.default_rng(5)
TYPES = {2: "i1", 3: "u1", 4: "<i2", 5: "<u2", 6: "<i4", 7: "<u4", 8: "<i8", 9: "<u8", 10: "<f4",
         11: "<f8"}
SOURCE, DETECTOR = -43.25, 137.5  # mm
PIXEL = 3.25  # um, at the object


def floats(values):
    return numpy.asarray(values, "<f4").tobytes()


def integer(value):
    return numpy.asarray([value], "<i4").tobytes()


def name_of_view(view):
    return f"ImageData{view // 100 + 1}/Image{view + 1}"


def images(count, rows, columns, dtype):
    if numpy.dtype(dtype).kind == "f":
        return GENERATOR.normal(1000, 300, (count, rows, columns)).astype(dtype)
    limits = numpy.iinfo(dtype)
    shape = (count, rows, columns)
    return GENERATOR.integers(max(limits.min, -2**53), min(limits.max, 2**53), shape).astype(dtype)


def scan(views, code, references=None, reference_code=5):
    """The streams of a scan, by their names; views, and one reference or several."""
    count, rows, columns = views.shape
    angles = GENERATOR.uniform(-180, 180, count).astype("<f4")
    streams = {
        "ImageInfo/ImageWidth": integer(columns),
        "ImageInfo/ImageHeight": integer(rows),
        "ImageInfo/DataType": integer(code),
        "ImageInfo/NoOfImages": integer(count),
        "ImageInfo/ImagesTaken": integer(count),
        "ImageInfo/XrayGeometry": integer(1),
        "ImageInfo/AcquisitionMode": integer(0),
        "ImageInfo/PixelSize": floats([PIXEL]),
        "ImageInfo/Angles": angles.tobytes(),
        "ImageInfo/StoRADistance": floats([SOURCE] * count),
        "ImageInfo/DtoRADistance": floats([DETECTOR] * count),
    }
    if references is None:
        references = images(1, rows, columns, TYPES[reference_code])
        streams["ReferenceData/Image"] = references.tobytes()
        streams["ReferenceData/DataType"] = integer(reference_code)
    else:
        for number, reference in enumerate(references):
            streams[f"MultiReferenceData/Image{number + 1}"] = reference.tobytes()
        streams["MultiReferenceData/DataType"] = integer(reference_code)
    for view in range(count):
        streams[name_of_view(view)] = views[view].tobytes()
    return streams, angles, references


class Writer:
    """libgsf's, compiled once."""

    def __init__(self, folder):
        self.folder = folder
        self.program = folder / "ole2_writer"
        source = pathlib.Path(__file__).with_name("ole2_writer.c")
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libgsf-1"],
                               capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["cc", "-O2", source, *flags, "-o", self.program], check=True)

    def write(self, name, streams, sector_bits=9):
        """A stream is its bytes, or a number of zeros."""
        path = self.folder / name
        lines = []
        for number, (stream, content) in enumerate(streams.items()):
            if isinstance(content, int):
                lines.append(f"{stream}\t-\t{content}\n")
                continue
            part = self.folder / f"part{number}"
            part.write_bytes(content)
            lines.append(f"{stream}\t{part}\n")
        result = subprocess.run([self.program, path, str(sector_bits)], input="".join(lines),
                                capture_output=True, text=True, check=True)
        assert result.stderr == "", result.stderr
        return path


def read_with_dxchange(path, folder):
    """Views, reference and values; Debian's dxchange is one of the system's Python."""
    result = folder / "dxchange.npz"
    subprocess.run(["/usr/bin/python3", "-W", "ignore", "-c", """
import sys, numpy, dxchange.reader
views, values = dxchange.reader.read_txrm(sys.argv[1])
numpy.savez(sys.argv[2], views=views, **{
    key: value for key, value in values.items() if value is not None})
""", path, result], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return numpy.load(result)


def check_rays(what, dumped, angles, columns, rows, shift=0.0, moved=None):
    """The ray of each pixel from where a source moves to -u as angles grow; panels are moved by
    pixels along u and v."""
    magnification = (abs(SOURCE) + DETECTOR) / abs(SOURCE)
    pitch = 1e-3 * numpy.float32(PIXEL).astype(float) * magnification
    moved = numpy.zeros((len(angles), 2)) if moved is None else moved
    origins, directions = [], []
    for angle, (x, y) in zip(numpy.deg2rad(angles.astype(float)), moved):
        outward = numpy.array([numpy.cos(angle), -numpy.sin(angle), 0])
        u = numpy.array([numpy.sin(angle), numpy.cos(angle), 0])
        v = numpy.array([0, 0, 1])
        source = abs(SOURCE) * outward
        for column, row in ((0, 0), (1, 0), (0, 1)):
            pixel = (-DETECTOR * outward + (column - (columns - 1) / 2 + shift + x) * pitch * u
                     + (row - (rows - 1) / 2 + y) * pitch * v)
            origins.append(source)
            directions.append(pixel - source)
    rays = [ray for view in dumped.geometry["rays"] for ray in view]
    check_close(f"{what}: sources", [ray["origin"] for ray in rays], origins, 1e-9)
    check_close(f"{what}: rays", [ray["direction"] for ray in rays], directions, 1e-9)


def check_types(program, writer):
    """Every code, in small streams and in sectors of both sizes, beside olefile and dxchange."""
    for code, dtype in TYPES.items():
        for rows, columns, bits in ((5, 7, 9), (70, 64, 9), (33, 130, 12), (5, 7, 12)):
            what = f"code {code}, {rows} x {columns}, sectors of 2^{bits}"
            data = images(6, rows, columns, dtype)
            streams, angles, references = scan(data, code, reference_code=10 if code % 2 else 5)
            path = writer.write("types.txrm", streams, bits)
            dumped = DumpedScan(program, path)
            check_equal(f"{what}: views", dumped.views, data.astype(float))
            check_equal(f"{what}: flats", dumped.flats, references.astype(float))
            assert dumped.geometry["measured"] == "intensities"
            assert numpy.dtype(dumped.geometry["type"]) == numpy.dtype(dtype), what
            check_rays(what, dumped, angles, columns, rows)
            with olefile.OleFileIO(path) as file:
                for view in range(6):
                    stored = numpy.frombuffer(file.openstream(name_of_view(view)).read(), dtype)
                    check_equal(f"{what}: olefile", dumped.views[view].ravel(),
                                stored.astype(float))
            if code not in (5, 10):
                continue
            other = read_with_dxchange(path, writer.folder)
            check_equal(f"{what}: dxchange, views", dumped.views, other["views"].astype(float))
            check_equal(f"{what}: dxchange, flats", dumped.flats[0],
                        other["reference"].astype(float))
            check_close(f"{what}: dxchange, angles", dumped.geometry["circle"]["angles"],
                        other["thetas"], 1e-12)
            magnification = dumped.geometry["circle"]["source_detector"] / abs(SOURCE)
            check_close(f"{what}: dxchange, pixels", dumped.geometry["circle"]["pixel"],
                        [1e-3 * float(other["pixel_size"]) * magnification] * 2, 1e-12)


def check_values(program, writer):
    """Shifts of views and of the centre, several references, exposures, a scan that was stopped."""
    rows, columns = 12, 20
    data = numpy.maximum(images(150, rows, columns, "<u2"), 1)  # ratios are compared
    references = images(3, rows, columns, "<f4")
    streams, angles, _ = scan(data, 5, references, 10)
    x, y = GENERATOR.uniform(-7, 7, (2, 150)).astype("<f4")
    streams["Alignment/X-Shifts"] = x.tobytes()
    streams["Alignment/Y-Shifts"] = y.tobytes()
    streams["ReconSettings/CenterShift"] = floats([1.75])
    path = writer.write("values.txrm", streams)
    dumped = DumpedScan(program, path)
    check_equal("150 views", dumped.views, data.astype(float))
    check_equal("three references", dumped.flats, references.astype(float))
    moved = numpy.stack([x, y], axis=1).astype(float)
    check_rays("moved", dumped, angles, columns, rows, 1.75, moved)
    other = read_with_dxchange(path, writer.folder)
    check_equal("moved: dxchange", numpy.stack([other["x-shifts"], other["y-shifts"]]),
                numpy.stack([x, y]).astype(float))
    assert "Alignment/X-Shifts" in dumped.facts, dumped.facts

    exposures = GENERATOR.uniform(1, 3, 150).astype("<f4")
    streams["ImageInfo/ExpTimes"] = exposures.tobytes()
    streams["MultiReferenceData/ImageInfo/ExpTimes"] = floats([0.5, 1, 2])
    dumped = DumpedScan(program, writer.write("values.txrm", streams))
    rates = data / exposures.astype(float)[:, None, None]
    flat_rates = references.astype(float) / numpy.array([0.5, 1, 2])[:, None, None]
    ratio = dumped.views[:, None] / dumped.flats[None]
    expected = rates[:, None] / flat_rates[None]
    check_close("exposures", ratio / expected, numpy.ones_like(ratio), 3e-7)

    taken = 101
    streams["ImageInfo/ImagesTaken"] = integer(taken)
    for view in range(taken, 150):
        del streams[name_of_view(view)]
    for name in ("ImageInfo/ExpTimes", "Alignment/X-Shifts", "Alignment/Y-Shifts"):
        del streams[name]
    dumped = DumpedScan(program, writer.write("values.txrm", streams))
    check_equal("stopped", dumped.views, data[:taken].astype(float))
    check_rays("stopped", dumped, angles[:taken], columns, rows, 1.75)


def check_large(program, writer):
    """Views beyond 4 GiB, and files whose table the header does not list whole."""
    rows, columns = 64, 64
    data = images(5, rows, columns, "<u2")
    streams, angles, references = scan(data, 5)
    for what, holes in (("20 MB", [20_000_000]), ("5 GB", [1_000_000_000] * 5)):
        for bits in (9, 12):
            first = {name: streams[name] for name in list(streams)[:-3]}
            last = {name: streams[name] for name in list(streams)[-3:]}
            between = {f"Holes/{number}": size for number, size in enumerate(holes)}
            path = writer.write("large.txrm", {**first, **between, **last}, bits)
            assert path.stat().st_size > sum(holes), path.stat()
            begin = time.monotonic()
            dumped = DumpedScan(program, path)
            print(f"{what}, sectors of 2^{bits}: read in {time.monotonic() - begin:.2f} s")
            check_equal(f"{what}: views", dumped.views, data.astype(float))
            check_equal(f"{what}: flats", dumped.flats, references.astype(float))
            check_rays(what, dumped, angles, columns, rows)
            path.unlink()


def check_refusals(program, writer):
    data = images(4, 60, 70, "<u2")
    streams, _, _ = scan(data, 5)
    path = writer.write("refused.txrm", streams)
    bytes_of_file = path.read_bytes()

    def says(part):
        said = refusal(program, path)
        assert said.startswith(f"{path}: ") and part in said and said.count("\n") == 1, said

    for size in (600, 5000, len(bytes_of_file) // 2, len(bytes_of_file) - 1024):
        path.write_bytes(bytes_of_file[:size])
        says("")
    for name, content, part in (
            ("ImageInfo/Angles", None, "ImageInfo/Angles: is missing"),
            ("ImageInfo/PixelSize", None, "ImageInfo/PixelSize"),
            ("ReferenceData/Image", None, "counts want a reference"),
            ("ImageData1/Image2", None, "ImageData1/Image2: is missing"),
            ("ImageData1/Image2", b"12345678", "ImageData1/Image2: holds 8 bytes"),
            ("ImageInfo/DataType", integer(12), "ImageInfo/DataType: is 12"),
            ("ImageInfo/Angles", floats([0, 1, numpy.nan, 2]), "number 2 is nan")):
        changed = {**streams, name: content}
        if content is None:
            del changed[name]
        path = writer.write("refused.txrm", changed)
        says(part)


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(pathlib.Path(folder))
        for check in (check_types, check_values, check_large, check_refusals):
            check(program, writer)


if __name__ == "__main__":
    main()
