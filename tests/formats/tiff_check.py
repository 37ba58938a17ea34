# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""TIFF files that tifffile writes, read by the program scan_dump: tiff_check.py SCAN_DUMP"""
import pathlib
import sys
import tempfile

import numpy
import tifffile
from PIL import Image, ImageOps

from dumped_scan import DumpedScan, check_equal, describe_images, refusal

SHAPE = (4, 19, 45)
TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")
COMPRESSED = ("zlib", "lzw", "packbits", "zstd", "lzma")
GENERATOR = numpy.random.default_rng(3)


def numbers_of(dtype, shape=SHAPE):
    """Smooth enough for predictors to matter, with the least and the greatest number."""
    dtype = numpy.dtype(dtype)
    if dtype.kind == "f":
        return GENERATOR.normal(0, 100, shape).astype(dtype)
    limits = numpy.iinfo(dtype)
    low, high = max(limits.min, -2**53), min(limits.max, 2**53)
    numbers = numpy.cumsum(GENERATOR.integers(0, 4, shape), axis=2).astype(dtype)
    numbers[:, 0, :2] = low, high
    return numbers


def check(program, folder, images, expected, what, *options):
    scan = describe_images(folder, images, expected.shape)
    dumped = DumpedScan(program, scan, *options)
    check_equal(what, dumped.views, expected.astype(float))
    assert dumped.geometry["type"] == expected.dtype.name, (what, dumped.geometry["type"])


def check_types(program, folder):
    path = folder / "scan.tif"
    for dtype in TYPES:
        numbers = numbers_of(dtype)
        for how in ({}, {"bigtiff": True}, {"byteorder": ">"}, {"byteorder": ">", "bigtiff": True},
                    {"rowsperstrip": 5}, {"tile": (16, 32)}, {"tile": (16, 32), "byteorder": ">"},
                    {"metadata": None}, {"contiguous": False, "metadata": None}):
            tifffile.imwrite(path, numbers, photometric="minisblack", **how)
            check(program, folder, path, numbers, f"{dtype} {how}")


def check_compression(program, folder):
    path = folder / "scan.tif"
    for dtype in TYPES:
        numbers = numbers_of(dtype)
        for method in COMPRESSED:
            for predictor in (False, True):
                if predictor and (method in ("packbits", "lzma") or numbers.itemsize == 8
                                  and numbers.dtype.kind != "f"):
                    continue
                for parts in ({"rowsperstrip": 6}, {"tile": (16, 16)}, {"rowsperstrip": 6,
                                                                        "byteorder": ">"}):
                    tifffile.imwrite(path, numbers, photometric="minisblack", compression=method,
                                     predictor=predictor, **parts)
                    what = f"{dtype} {method} predictor {predictor} {parts}"
                    check(program, folder, path, numbers, what)


def check_orientation(program, folder):
    """As Pillow turns them."""
    path = folder / "scan.tif"
    for orientation in range(1, 9):
        for how in ({}, {"tile": (16, 16)}, {"rowsperstrip": 4, "compression": "zlib"}):
            numbers = numbers_of("u1")
            with tifffile.TiffWriter(path) as file:
                for image in numbers:
                    file.write(image, photometric="minisblack", metadata=None,
                               extratags=[(274, "H", 1, orientation, True)], **how)
            with Image.open(path) as image:
                seen = []
                for page in range(len(numbers)):
                    image.seek(page)
                    turned = Image.fromarray(numbers[page])
                    turned.getexif()[274] = orientation
                    seen.append(numpy.array(ImageOps.exif_transpose(turned)))
            check(program, folder, path, numpy.array(seen), f"orientation {orientation} {how}")


def check_white_is_0(program, folder):
    path = folder / "scan.tif"
    for dtype in ("u1", "u2", "u4"):
        numbers = numbers_of(dtype)
        tifffile.imwrite(path, numbers, photometric="miniswhite")
        check(program, folder, path, numpy.iinfo(dtype).max - numbers, f"white is 0, {dtype}")


def check_other_pages(program, folder):
    """Smaller copies are no views: as pages of their own and in directories below the images."""
    path = folder / "scan.tif"
    numbers = numbers_of("u2")
    with tifffile.TiffWriter(path) as file:
        for image in numbers:
            file.write(image, photometric="minisblack", metadata=None)
            file.write(image[::2, ::2], photometric="minisblack", subfiletype=1, metadata=None)
    check(program, folder, path, numbers, "reduced images between")
    with tifffile.TiffWriter(path) as file:
        for image in numbers:
            file.write(image, photometric="minisblack", subifds=2, metadata=None)
            for step in (2, 4):
                file.write(image[::step, ::step], photometric="minisblack", subfiletype=1,
                           metadata=None)
    check(program, folder, path, numbers, "reduced images below")
    tifffile.imwrite(path, numpy.zeros((4, 19, 45, 3), "u1"), photometric="rgb")
    assert "has 3 numbers a pixel" in refusal(program, describe_images(folder, path, SHAPE))


def check_folders(program, folder):
    numbers = numbers_of("u2", (12, 7, 9))
    views = folder / "views"
    views.mkdir()
    for i, image in enumerate(numbers):
        tifffile.imwrite(views / f"view_{i + 1}.tif", image, compression="lzw" if i % 2 else None)
    check(program, folder, views, numbers, "a folder")
    dumped = DumpedScan(program, describe_images(folder, views, numbers.shape))
    found = {pathlib.Path(name).resolve() for name in dumped.geometry["files"]}
    missing = {path.resolve() for path in views.iterdir()} - found
    assert not missing, missing
    (views / "view_5.tif").unlink()
    said = refusal(program, describe_images(folder, views, numbers.shape))
    assert "holds no image between" in said, said


def check_imagej(program, folder):
    path = folder / "scan.tif"
    for dtype in ("u1", "u2", "f4"):
        numbers = numbers_of(dtype)
        tifffile.imwrite(path, numbers, imagej=True, metadata={"axes": "ZYX"})
        check(program, folder, path, numbers, f"ImageJ {dtype}")
        tifffile.imwrite(path, numbers.reshape(2, 2, *SHAPE[1:]), imagej=True,
                         metadata={"axes": "TZYX"})
        check(program, folder, path, numbers, f"ImageJ hyperstack {dtype}")
    for byteorder in "<>":
        numbers = numbers_of("u2")
        tifffile.imwrite(path, numbers, photometric="minisblack", metadata={"axes": "ZYX"},
                         truncate=True, byteorder=byteorder)
        check(program, folder, path, numbers, f"one directory {byteorder}")


def check_large(program, folder):
    """An ImageJ stack behind 4 GiB: one directory for all images. Holes of the file stay holes."""
    path = folder / "large.tif"
    shape = (1080, 1000, 2000)
    with open(path, "wb") as file:  # where no holes are kept it would take minutes
        file.truncate(1 << 32)
    if path.stat().st_blocks > 1000:
        print("this file system keeps no holes: no large file")
        return
    tifffile.imwrite(path, shape=shape, dtype=">u2", imagej=True, byteorder=">",
                     metadata={"axes": "ZYX"})
    assert path.stat().st_size > 1 << 32
    numbers = GENERATOR.integers(0, 65536, (2, *shape[1:])).astype("u2")
    images = tifffile.memmap(path, mode="r+")
    assert images.shape == shape, images.shape
    images[-2:] = numbers
    images.flush()
    with tifffile.TiffFile(path) as file:
        assert len(file.pages) == 1, len(file.pages)
    scan = describe_images(folder, path, shape)
    check_equal("behind 4 GiB", DumpedScan(program, scan, "--from", "1078").views,
                numbers.astype(float))


def main():
    program = sys.argv[1]
    for part in (check_types, check_compression, check_orientation, check_white_is_0,
                 check_other_pages, check_folders, check_imagej, check_large):
        with tempfile.TemporaryDirectory() as folder:
            part(program, pathlib.Path(folder))


if __name__ == "__main__":
    main()
