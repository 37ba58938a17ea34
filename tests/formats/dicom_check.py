# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""DICOM-CT-PD files that pydicom writes in every transfer syntax, read by the program scan_dump:
dicom_check.py SCAN_DUMP"""
import pathlib
import sys
import tempfile

import numpy
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (CTImageStorage, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian,
                         ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid)

from dumped_scan import DumpedScan, check_close, check_equal, refusal

VIEWS, ROWS, COLUMNS = 7, 5, 9
SOURCE_ISOCENTER, SOURCE_DETECTOR = 595.25, 1085.5
PIXEL = 1.25, 1.5
CENTRAL = 5.375, 2.75
SLOPE, INTERCEPT = 0.00025, -0.5


def angles():
    """As floats, as files hold them."""
    return numpy.linspace(0.5, 5.5, VIEWS).astype(numpy.float32)


def stored():
    return numpy.random.default_rng(3).integers(
        0, 65535, size=(VIEWS, ROWS, COLUMNS), dtype=numpy.uint16, endpoint=True)


def view_dataset(view, numbers, series, shape="FLAT", table_feed=0.0):
    """One view; a row of the image holds a column of the detector."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.SeriesInstanceUID = series
    dataset.Modality = "CT"
    dataset.PatientName = "Phantom^Água"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.InstanceNumber = view + 1
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = COLUMNS, ROWS
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope = str(SLOPE)
    dataset.RescaleIntercept = str(INTERCEPT)
    for group in (0x7029, 0x7031, 0x7033, 0x7041):
        dataset.add_new((group, 0x10), "LO", "DICOM-CT-PD")
    dataset.add_new((0x7029, 0x1002), "FL", PIXEL[0])
    dataset.add_new((0x7029, 0x1006), "FL", PIXEL[1])
    dataset.add_new((0x7029, 0x100B), "CS", shape)
    dataset.add_new((0x7029, 0x1010), "US", ROWS)
    dataset.add_new((0x7029, 0x1011), "US", COLUMNS)
    dataset.add_new((0x7031, 0x1001), "FL", float(angles()[view]))
    dataset.add_new((0x7031, 0x1002), "FL", -12.5 + view * table_feed)
    dataset.add_new((0x7031, 0x1003), "FL", SOURCE_ISOCENTER)
    dataset.add_new((0x7031, 0x1031), "FL", SOURCE_DETECTOR)
    dataset.add_new((0x7031, 0x1033), "FL", list(CENTRAL))
    dataset.add_new((0x7033, 0x100B), "FL", 0.0)
    dataset.add_new((0x7033, 0x100C), "FL", 0.0)
    dataset.add_new((0x7033, 0x100D), "FL", 0.0)
    dataset.add_new((0x7033, 0x100E), "CS", "FFSNONE")
    dataset.add_new((0x7033, 0x1013), "US", 1152)
    dataset.add_new((0x7041, 0x1001), "DS", "0.0192")
    dataset.add_new((0x7FE0, 0x0010), "OW", numbers.T.tobytes())
    return dataset


def save(dataset, path, syntax):
    """In a transfer syntax; pydicom swaps the numbers but not those of the image."""
    is_big = syntax == ExplicitVRBigEndian
    if is_big:
        words = numpy.frombuffer(dataset.PixelData, numpy.uint16)
        dataset.PixelData = words.byteswap().tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True, little_endian=not is_big,
                    implicit_vr=syntax == ImplicitVRLittleEndian)


def write_scan(folder, numbers, syntax, **how):
    series = generate_uid()
    for view in range(VIEWS):
        save(view_dataset(view, numbers[view], series, **how),
             folder / f"{generate_uid()}.dcm", syntax)


def convert(folder, syntax):
    """Reads every file without a dictionary of private elements, and writes it with types: those
    of private elements are UN, whose bytes stay little-endian in every file."""
    for path in folder.glob("*.dcm"):
        dataset = Dataset()
        for element in pydicom.dcmread(path):
            dataset.add(element)
        assert dataset[0x7031, 0x1001].VR == "UN"
        save(dataset, path, syntax)


def check_scan(program, folder, numbers):
    dumped = DumpedScan(program, folder)
    written = (SLOPE * numbers.astype(float) + INTERCEPT).astype(numpy.float32)
    check_equal("views", dumped.views, written.astype(float))
    assert dumped.geometry["kind"] == "cone", dumped.geometry["kind"]
    assert dumped.geometry["measured"] == "line_integrals"
    circle = dumped.geometry["circle"]
    found = [circle[key] for key in ("source_isocenter", "source_detector", "axis_column",
                                     "central_row", "roll", "clockwise")]
    check_equal("circle", found, [SOURCE_ISOCENTER, SOURCE_DETECTOR, CENTRAL[0] - 1,
                                  CENTRAL[1] - 1, 0, 0])
    check_equal("pixel", circle["pixel"], PIXEL)
    check_close("angles", circle["angles"], angles().astype(float) + numpy.pi / 2, 1e-14)
    a = angles().astype(float)
    sources = SOURCE_ISOCENTER * numpy.stack([-numpy.sin(a), numpy.cos(a), 0 * a], axis=1)
    origins = numpy.array([view[0]["origin"] for view in dumped.geometry["rays"]])
    check_close("sources", origins, sources, 1e-4)
    for fact in ("rotation counter-clockwise: assumed", "rows along +z from the first: assumed",
                 "columns in the order of the file: assumed"):
        assert fact in dumped.facts, dumped.facts
    assert "attenuation of water 0.0192" in dumped.facts, dumped.facts


def main():
    program = sys.argv[1]
    numbers = stored()
    syntaxes = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian,
                DeflatedExplicitVRLittleEndian)
    for syntax in syntaxes:
        with tempfile.TemporaryDirectory() as name:
            write_scan(pathlib.Path(name), numbers, syntax)
            check_scan(program, name, numbers)
    for syntax in syntaxes[1:]:
        with tempfile.TemporaryDirectory() as name:
            write_scan(pathlib.Path(name), numbers, ImplicitVRLittleEndian)
            convert(pathlib.Path(name), syntax)
            check_scan(program, name, numbers)
    for how, sentence in (({"shape": "CYLINDRICAL"}, "is CYLINDRICAL, not FLAT"),
                          ({"table_feed": 2.0}, "the scan is no circle")):
        with tempfile.TemporaryDirectory() as name:
            write_scan(pathlib.Path(name), numbers, ExplicitVRLittleEndian, **how)
            said = refusal(program, name)
            assert sentence in said, said
    print(f"DICOM-CT-PD: {len(syntaxes)} transfer syntaxes and what was converted are as written")


if __name__ == "__main__":
    main()
