# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""EDF files that fabio writes, read by the program scan_dump: edf_check.py SCAN_DUMP"""
import pathlib
import sys
import tempfile

import fabio.edfimage
import numpy

from dumped_scan import DumpedScan, check_equal, describe_images, refusal

SHAPE = (5, 7, 11)


def some_numbers(dtype):
    """Numbers of a type, the least and the greatest of those that double has among them."""
    generator = numpy.random.default_rng(7)
    if numpy.issubdtype(dtype, numpy.floating):
        return generator.normal(size=SHAPE).astype(dtype)
    limits = numpy.iinfo(dtype)
    low, high = max(limits.min, -2**53), min(limits.max, 2**53)
    numbers = generator.integers(low, high, size=SHAPE, dtype=dtype, endpoint=True)
    numbers.flat[:2] = low, high
    return numbers


def write_frames(path, numbers):
    """All images in one file."""
    image = fabio.edfimage.EdfImage(data=numbers[0], header={})
    for frame in numbers[1:]:
        image.append_frame(data=frame, header={"motor": "1 2 3"})
    image.write(str(path))


def write_files(folder, numbers):
    """An image a file; the tenth comes behind the second."""
    folder.mkdir()
    for i, image in enumerate(numbers):
        fabio.edfimage.EdfImage(data=image, header={}).write(str(folder / f"view_{8 + i}.edf"))


def check_scan(program, folder, images, numbers):
    dumped = DumpedScan(program, describe_images(folder, images, numbers.shape))
    assert dumped.geometry["type"] == numbers.dtype.name, dumped.geometry["type"]
    check_equal(f"{images} of {numbers.dtype}", dumped.views, numbers.astype(float))


def main():
    program = sys.argv[1]
    types = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float32",
             "float64")
    for name in types:
        numbers = some_numbers(numpy.dtype(name))
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            write_frames(folder / "scan.edf", numbers)
            check_scan(program, folder, folder / "scan.edf", numbers)
            write_files(folder / "views", numbers)
            check_scan(program, folder, folder / "views", numbers)

            # What fabio reads of a file in the other order of bytes, so do we.
            one = numbers[:1]
            fabio.edfimage.EdfImage(data=one[0], header={}).write(str(folder / "one.edf"))
            little = (folder / "one.edf").read_bytes()
            size = one.nbytes
            header = little[:-size].replace(b"LowByteFirst ;", b"HighByteFirst;")
            (folder / "big.edf").write_bytes(header + one.byteswap().tobytes())
            check_equal("fabio", fabio.open(str(folder / "big.edf")).data, one[0])
            check_scan(program, folder, folder / "big.edf", one)

            # fabio fills the missing end with zeros.
            (folder / "short.edf").write_bytes(little[:-1])
            said = refusal(program, describe_images(folder, folder / "short.edf", one.shape))
            assert f"the file ends after {size - 1} bytes" in said, said
    print(f"EDF: {len(types)} types, frames, folders and both orders of bytes are as written")


if __name__ == "__main__":
    main()
