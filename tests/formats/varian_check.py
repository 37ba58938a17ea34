# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Files of Varian's and Elekta's flat panels, written here byte by byte, as RTK's readers of the
package itk-rtk and the program scan_dump read them: varian_check.py SCAN_DUMP"""
import pathlib
import struct
import subprocess
import sys
import tempfile
import textwrap

import numpy

from dumped_scan import DumpedScan, check_close, check_equal, describe_images

VIEWS, ROWS, COLUMNS = 4, 12, 16
PIXEL_CM = 0.0392, 0.0412
PIXEL_MM = 10 * PIXEL_CM[0], 10 * PIXEL_CM[1]
SOURCE_CM, PANEL_CM = 100.05, -50.0
LATERAL_CM, LONGITUDINAL_CM = -0.031, 0.0125


def angles():
    """Of the views, in degrees."""
    return 10.0 + 25.5 * numpy.arange(VIEWS)


def counts(view, largest):
    """A smooth image with noise and some edges, so that differences of all widths come."""
    generator = numpy.random.default_rng(view)
    v, u = numpy.mgrid[0:ROWS, 0:COLUMNS]
    image = 20000 + 300 * u - 100 * v + generator.integers(-40, 40, size=(ROWS, COLUMNS))
    image[v > 6] += 9000
    image[5, 3] = largest
    return image.astype(numpy.int64)


def compressed(image):
    """Table and data of an image, by the second difference of its pixels in one line."""
    line = image.ravel().astype(numpy.int64)
    width = image.shape[1]
    differences = (line[width + 1:] - line[width:-1] - line[1:-width] + line[:-width - 1])
    codes = numpy.select([(-bound <= differences) & (differences < bound)
                          for bound in (1 << 7, 1 << 15)], [0, 1], 2)
    data = b"".join(struct.pack("<" + "bhi"[code], difference)
                    for code, difference in zip(codes.tolist(), differences.tolist()))
    codes = numpy.pad(codes, (0, -len(codes) % 4)).reshape(-1, 4)
    table = (codes << numpy.array([0, 2, 4, 6])).sum(axis=1).astype("u1").tobytes()
    return table, line[:width + 1].astype("<i4").tobytes() + data


def xim_properties(angle, changes):
    numbers = {"PixelWidth": PIXEL_CM[0], "PixelHeight": PIXEL_CM[1], "KVSourceRtn": angle,
               "KVSourceVrt": SOURCE_CM, "KVDetectorVrt": PANEL_CM, "KVDetectorLat": LATERAL_CM,
               "KVDetectorLng": LONGITUDINAL_CM, "KVNormChamber": 12345.0, **changes}
    properties = [(name, struct.pack("<id", 1, value)) for name, value in numbers.items()]
    properties.append(("Mode", struct.pack("<ii", 2, 6) + b"Dual A"))
    properties.append(("Frame", struct.pack("<ii", 0, 7)))
    properties.append(("Gating", struct.pack("<iidd", 4, 16, 1.0, 2.0)))
    properties.append(("Times", struct.pack("<iiii", 5, 8, 3, 4)))
    result = struct.pack("<i", len(properties))
    for name, value in properties:
        result += struct.pack("<i", len(name)) + name.encode() + value
    return result


def xim(image, angle, changes=None):
    table, data = compressed(image)
    rows, columns = image.shape
    return (b"VMS.XI\0\0" + struct.pack("<6i", 1, columns, rows, 32, 4, 1) +
            struct.pack("<i", len(table)) + table + struct.pack("<i", len(data)) + data +
            struct.pack("<i", 4 * image.size) + struct.pack("<4i", 3, 1, 2, 3) +
            xim_properties(angle, changes or {}))


def hn_header(image, angle, size, pixel):
    header = bytearray(size)
    struct.pack_into("<32s", header, 0, b"VARIAN_VA_INTERNAL_1.0")
    struct.pack_into("<ii", header, 120, image.shape[1], image.shape[0])
    struct.pack_into("<dd", header, 352, *pixel)
    struct.pack_into("<d", header, 432, angle)
    return bytes(header)


def hnd(image, angle, pixel=PIXEL_MM):
    table, data = compressed(image)
    return hn_header(image, angle, 1024, pixel) + table + data


def hnc(image, angle, pixel=PIXEL_MM):
    return hn_header(image, angle, 512, pixel) + image.astype("<u2").tobytes()


def his(image, angle):
    del angle  # such files do not have it
    header = bytearray(100)
    header[:4] = 0, 112, 68, 0
    rows, columns = image.shape
    struct.pack_into("<6H", header, 10, 32, 0, 0, rows - 1, columns - 1, 1)
    struct.pack_into("<H", header, 32, 4)
    return bytes(header) + image.astype("<u2").tobytes()


WITH_RTK = textwrap.dedent("""
    import pathlib
    import sys
    import itk
    import numpy
    from itk import RTK as rtk
    readers = {"xim": (rtk.XimImageIO, itk.UI), "hnd": (rtk.HndImageIO, itk.UI),
               "hnc": (rtk.HncImageIO, itk.US), "his": (rtk.HisImageIO, itk.US)}
    folder = pathlib.Path(sys.argv[1])
    for kind, (image_io, number) in readers.items():
        images, facts = [], []
        for view in range(int(sys.argv[2])):
            reader = itk.ImageFileReader[itk.Image[number, 2]].New()
            reader.SetFileName(str(folder / kind / f"view_{9 + view}.{kind}"))
            reader.SetImageIO(image_io.New())
            reader.Update()
            images.append(itk.array_from_image(reader.GetOutput()))
            values = reader.GetImageIO().GetMetaDataDictionary()
            facts.append(list(itk.spacing(reader.GetOutput())) +
                         [values[name] if values.HasKey(name) else numpy.nan for name in
                          ("dCTProjectionAngle", "dDetectorOffsetX", "dDetectorOffsetY")])
        numpy.savez(folder / f"{kind}.npz", images=numpy.stack(images),
                    facts=numpy.array(facts, dtype=float))
""")


def main():
    program = sys.argv[1]
    writers = {"xim": xim, "hnd": hnd, "hnc": hnc, "his": his}
    written = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for kind, write in writers.items():
            written[kind] = numpy.stack([
                counts(view, 65000 if kind in ("hnc", "his") else 2000000)
                for view in range(VIEWS)])
            (folder / kind).mkdir()
            for view, image in enumerate(written[kind]):
                file = folder / kind / f"view_{9 + view}.{kind}"
                file.write_bytes(write(image, angles()[view]))
        # A process of its own, as ITK takes much memory.
        subprocess.run([sys.executable, "-c", WITH_RTK, name, str(VIEWS)], check=True)
        for kind, images in written.items():
            by_rtk = numpy.load(folder / f"{kind}.npz")
            # facts: pixel along u and v, angle, offset along u and v
            check_equal(f"RTK's .{kind}", by_rtk["images"], images)
            if kind == "xim":
                check_xim(program, folder / kind, images, by_rtk["facts"])
                continue
            if kind in ("hnd", "hnc"):
                check_equal("angles in RTK", by_rtk["facts"][:, 2], angles())
            dumped = DumpedScan(program, describe_images(folder, folder / kind, images.shape))
            check_equal(f".{kind}", dumped.views, images)
            assert dumped.geometry["type"] == ("int32" if kind == "hnd" else "uint16")
    print("Varian, Elekta: .xim, .hnd, .hnc and .his files are read as RTK reads them")


def check_xim(program, folder, images, facts):
    """Images and geometry, the latter made of what RTK's reader says."""
    dumped = DumpedScan(program, folder)
    check_equal(".xim", dumped.views, images)
    circle = dumped.geometry["circle"]
    pixel = facts[0, :2]
    check_close("pixel", circle["pixel"], pixel, 1e-12)
    check_close("source and panel", [circle["source_isocenter"], circle["source_detector"]],
                [10 * SOURCE_CM, 10 * (SOURCE_CM - PANEL_CM)], 1e-9)
    middle = (COLUMNS - 1) / 2, (ROWS - 1) / 2
    check_close("axis", [circle["axis_column"], circle["central_row"]],
                middle - facts[0, 3:] / pixel, 1e-9)
    gantry = numpy.deg2rad(180 - facts[:, 2])
    sources = 10 * SOURCE_CM * numpy.stack([numpy.cos(gantry), numpy.sin(gantry), 0 * gantry], 1)
    origins = numpy.array([view[0]["origin"] for view in dumped.geometry["rays"]])
    check_close("sources", origins, sources, 1e-3)
    for fact in ("rotation clockwise: assumed", "full intensity 2000000: assumed"):
        assert fact in dumped.facts, dumped.facts


if __name__ == "__main__":
    main()
