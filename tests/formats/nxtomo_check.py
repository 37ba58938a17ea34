# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""NXtomo files that nxtomo and h5py write, read by the program scan_dump: nxtomo_check.py SCAN_DUMP"""
import os
import pathlib
import sys
import tempfile
import warnings

import h5py
import hdf5plugin
import numpy
import pint

from dumped_scan import DumpedScan, check_close, check_equal, refusal

warnings.simplefilter("ignore")
import logging  # noqa: E402

logging.disable(logging.WARNING)
from nxtomo.application.nxtomo import NXtomo  # noqa: E402

UNITS = pint.get_application_registry()
ROWS, COLUMNS = 7, 24
KEYS = numpy.array([2, 2, 1, 0, 0, 0, 1, 0, 0, -1, 3])  # darks, flats, views, an alignment, invalid
VIEWS, FLATS, DARKS = (numpy.flatnonzero(KEYS == key) for key in (0, 1, 2))
ANGLES = numpy.linspace(3, 181, len(KEYS))  # degrees
GENERATOR = numpy.random.default_rng(11)


def frames(dtype="u2"):
    shape = (len(KEYS), ROWS, COLUMNS)
    if numpy.issubdtype(numpy.dtype(dtype), numpy.floating):
        return GENERATOR.normal(100, 10, shape).astype(dtype)
    limits = numpy.iinfo(dtype)
    return GENERATOR.integers(max(limits.min, -2**53), min(limits.max, 2**53), shape).astype(dtype)


def check_images(what, dumped, data, views=VIEWS):
    check_equal(f"{what}: views", dumped.views, data[views].astype(float))
    check_equal(f"{what}: flats", dumped.flats, data[FLATS].astype(float))
    check_equal(f"{what}: darks", dumped.darks, data[DARKS].astype(float))
    before = lambda chosen: [int(numpy.sum(views < frame)) for frame in chosen]  # noqa: E731
    check_equal(f"{what}: times of flats", dumped.geometry["flat_times"], before(FLATS))
    check_equal(f"{what}: times of darks", dumped.geometry["dark_times"], before(DARKS))
    check_close(f"{what}: angles", dumped.geometry["circle"]["angles"],
                numpy.deg2rad(ANGLES[views]), 1e-12)


def entry_of(data, unit=UNITS.degree):
    scan = NXtomo()
    detector = scan.instrument.detector
    detector.data = data
    detector.image_key_control = KEYS
    detector.x_pixel_size = 6.5 * UNITS.um
    detector.y_pixel_size = 0.013 * UNITS.mm
    detector.distance = 120 * UNITS.mm
    scan.sample.rotation_angle = (ANGLES * UNITS.degree).to(unit)
    scan.title = "a scan"
    return scan


def check_layouts(program, folder):
    """Every layout that the package writes, with the axis in the middle and at the border."""
    for version in (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 2.0, 2.1):
        for is_half in (False, True):
            what = f"layout {version}, half acquisition {is_half}"
            data = frames()
            scan = entry_of(data, UNITS.radian if is_half else UNITS.degree)
            column = 0.75 if is_half else 10.25
            detector = scan.instrument.detector
            detector.x_rotation_axis_pixel_position = column
            if version >= 2.1:
                detector.half_acquisition = is_half
            else:
                detector.field_of_view = "Half" if is_half else "Full"
            path = folder / "layout.nx"
            scan.save(str(path), "entry0000", nexus_path_version=version, overwrite=True)
            dumped = DumpedScan(program, path)
            check_images(what, dumped, data)
            circle = dumped.geometry["circle"]
            assert dumped.geometry["kind"] == "parallel3d", dumped.geometry["kind"]
            check_close(f"{what}: pixels", circle["pixel"], [6.5e-3, 13e-3], 1e-15)
            is_named = version >= 1.4  # before that a guess from motors, which is listed
            middle = (COLUMNS - 1) / 2
            check_close(f"{what}: axis", circle["axis_column"], column if is_named else middle, 0)
            listed = "estimated_cor_from_motor" in dumped.facts
            assert listed == (not is_named), dumped.facts


def check_point_source(program, folder):
    data = frames()
    scan = entry_of(data)
    scan.instrument.source.type = "Fixed Tube X-ray"
    scan.instrument.source.distance = -0.05 * UNITS.m
    path = folder / "tube.nx"
    scan.save(str(path), "entry0000", overwrite=True)
    dumped = DumpedScan(program, path)
    assert dumped.geometry["kind"] == "cone"
    circle = dumped.geometry["circle"]
    check_close("source to axis", circle["source_isocenter"], 50, 1e-12)
    check_close("source to detector", circle["source_detector"], 170, 1e-12)
    check_images("tube", dumped, data)
    # The middle of the panel is the column of the axis: a ray through it meets the axis.
    for view, angle in zip(dumped.geometry["rays"], numpy.deg2rad(ANGLES[VIEWS])):
        origin = numpy.array(view[0]["origin"])
        check_close("sources", origin, [50 * numpy.cos(angle), 50 * numpy.sin(angle), 0], 1e-9)


def write(path, data, **how):
    """An entry of h5py's, with as little as there must be."""
    with h5py.File(path, "w", **how.pop("file", {})) as file:
        detector = file.create_group("entry/instrument/detector")
        if isinstance(data, numpy.ndarray):
            detector.create_dataset("data", data=data, **how)
        else:
            data(file, detector)
        detector["image_key_control"] = KEYS.astype("i1")
        detector["image_key"] = numpy.where(KEYS == -1, 0, KEYS).astype("i1")
        file["entry/sample/rotation_angle"] = ANGLES
        file["entry/sample/rotation_angle"].attrs["units"] = "deg"


def check_storage(program, folder):
    """Types, orders of bytes, chunks, filters."""
    path = folder / "stored.nx"
    for dtype in ("u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", ">i4", "<i8", ">u8", "<f2",
                  ">f2", "<f4", ">f4", "<f8", ">f8"):
        data = frames(dtype)
        for how in ({}, {"chunks": (1, ROWS, COLUMNS)}, {"chunks": (4, 3, 5), "compression": "gzip"}):
            write(path, data, **how)
            check_images(f"{dtype} {how}", DumpedScan(program, path), data)
    data = frames()
    for chunks in ((1, ROWS, COLUMNS), True, (3, ROWS, COLUMNS), (4, 2, 9)):
        for name, how in filters().items():
            write(path, data, chunks=chunks, **how)
            check_images(f"{name} {chunks}", DumpedScan(program, path), data)


def filters():
    return {
        "gzip": {"compression": "gzip", "shuffle": True, "fletcher32": True},
        "lz4": hdf5plugin.LZ4(),
        "bitshuffle": hdf5plugin.Bitshuffle(cname="none"),
        "bitshuffle lz4": hdf5plugin.Bitshuffle(cname="lz4"),
        "bitshuffle zstd": hdf5plugin.Bitshuffle(cname="zstd"),
        "blosc": hdf5plugin.Blosc(cname="lz4"),
        "blosc zstd": hdf5plugin.Blosc(cname="zstd"),
        "blosc2": hdf5plugin.Blosc2(cname="zstd"),
        "zstd": hdf5plugin.Zstd(),
        "bzip2": hdf5plugin.BZip2(),
    }


def check_filters_of_the_system(program, folder):
    """What the plug-ins of the distribution do not inflate is named."""
    path = folder / "system.nx"
    data = frames()
    plugins = os.environ.pop("HDF5_PLUGIN_PATH")
    read = []
    for name, how in {**filters(), "lzf": {"compression": "lzf"}}.items():
        write(path, data // 256, chunks=(1, ROWS, COLUMNS), **how)
        try:
            check_images(name, DumpedScan(program, path), data // 256)
            read.append(name)
        except AssertionError as error:
            assert "HDF5_PLUGIN_PATH" in str(error) and "filter 32" in str(error), error
    print("without HDF5_PLUGIN_PATH:", ", ".join(read))
    os.environ["HDF5_PLUGIN_PATH"] = plugins


def check_missing_filters(program, folder):
    """Where the plug-in is not found, a sentence names it; chunks that did not shrink want none."""
    path = folder / "filtered.nx"
    plugins = os.environ.pop("HDF5_PLUGIN_PATH", None)
    os.environ["HDF5_PLUGIN_PATH"] = str(folder / "none")
    try:
        for how, number in ((hdf5plugin.LZ4(), 32004), (hdf5plugin.Bitshuffle(), 32008),
                            (hdf5plugin.Blosc(), 32001), (hdf5plugin.Zstd(), 32015),
                            (hdf5plugin.Blosc2(), 32026)):
            write(path, numpy.zeros_like(frames()), chunks=(1, ROWS, COLUMNS), **how)
            said = refusal(program, path)
            assert f"filter {number} (" in said and "HDF5_PLUGIN_PATH" in said, said
            assert said.count("\n") == 1, said
        noise = frames()
        write(path, noise, chunks=(1, ROWS, COLUMNS), **hdf5plugin.Zstd())  # does not shrink
        with h5py.File(path, "r+") as file:
            stored = file["entry/instrument/detector/data"]
            for frame in range(len(KEYS)):
                stored.id.write_direct_chunk((frame, 0, 0), noise[frame].tobytes(), 1)
        check_images("plain chunks", DumpedScan(program, path), noise)
    finally:
        os.environ.pop("HDF5_PLUGIN_PATH")
        if plugins is not None:
            os.environ["HDF5_PLUGIN_PATH"] = plugins


def check_sources(program, folder):
    """Virtual sets, external files and links: all files are listed, and gaps refused."""
    data = frames()
    deeper = folder / "deeper"
    deeper.mkdir()
    for frame, image in enumerate(data):
        with h5py.File(deeper / f"frame_{frame}.h5", "w") as file:
            how = {"chunks": (1, ROWS, COLUMNS), "compression": "gzip"} if frame % 2 else {}
            file.create_dataset("image", data=image[None], **how)

    def virtual(file, detector, last=len(KEYS)):
        layout = h5py.VirtualLayout(data.shape, data.dtype)
        for frame in range(last):
            layout[frame] = h5py.VirtualSource(
                f"deeper/frame_{frame}.h5", "image", (1, ROWS, COLUMNS))[0]
        detector.create_virtual_dataset("data", layout)

    path = folder / "virtual.nx"
    write(path, virtual)
    dumped = DumpedScan(program, path)
    check_images("virtual", dumped, data)
    check_files(dumped, [path, *deeper.glob("*.h5")])
    write(path, lambda file, detector: virtual(file, detector, len(KEYS) - 1))
    said = refusal(program, path)
    assert "has no source for some of its numbers" in said, said
    (deeper / "frame_3.h5").rename(deeper / "gone.h5")
    write(path, virtual)
    said = refusal(program, path)
    assert "frame_3.h5: cannot be opened" in said, said

    raw = folder / "frames.raw"
    raw.write_bytes(b"header" + data.tobytes())
    path = folder / "external.nx"
    write(path, lambda file, detector: detector.create_dataset(
        "data", data.shape, data.dtype, external=[("frames.raw", 6, data.nbytes)]))
    dumped = DumpedScan(program, path)
    check_images("external", dumped, data)
    check_files(dumped, [path, raw])

    with h5py.File(deeper / "detector.h5", "w") as file:
        file["group/frames"] = data
    path = folder / "linked.nx"

    def link(_, detector):
        detector["data"] = h5py.ExternalLink("deeper/detector.h5", "/group/frames")

    write(path, link)
    dumped = DumpedScan(program, path)
    check_images("linked", dumped, data)
    check_files(dumped, [path, deeper / "detector.h5"])


def check_files(dumped, files):
    found = {pathlib.Path(name).resolve() for name in dumped.geometry["files"]}
    assert found == {path.resolve() for path in files}, (found, files)


def check_newer_layout(program, folder):
    """What only newer libraries open is refused in one sentence, or read right."""
    path = folder / "latest.nx"
    data = frames()
    write(path, data, chunks=(1, ROWS, COLUMNS), compression="gzip", file={"libver": "latest"})
    try:
        check_images("latest", DumpedScan(program, path), data)
    except AssertionError as error:
        said = str(error)
        assert "entry/instrument/detector/data: cannot be opened" in said, said
        assert "libver='earliest'" in said, said
    write(path, data, chunks=(1, ROWS, COLUMNS), compression="gzip",
          file={"libver": ("earliest", "v110")})
    check_images("earliest", DumpedScan(program, path), data)


def main():
    program = sys.argv[1]
    os.environ["HDF5_PLUGIN_PATH"] = hdf5plugin.PLUGINS_PATH
    for check in (check_layouts, check_point_source, check_storage,
                  check_filters_of_the_system, check_missing_filters, check_sources,
                  check_newer_layout):
        with tempfile.TemporaryDirectory() as folder:
            check(program, pathlib.Path(folder))


if __name__ == "__main__":
    main()
