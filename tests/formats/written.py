# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""A scan in memory and how other packages write it: each writer returns what `reconstruct` is
called with."""
import dataclasses
import functools
import json
import logging
import subprocess
import sys
import warnings

import fabio.edfimage
import h5py
import numpy
import pint
import pydicom.uid
import SimpleITK
import tifffile

import dicom_check
import nikon_check
import skyscan_check
import varian_check
import zeiss_check

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
from nxtomo.application.nxtomo import NXtomo  # noqa: E402


@dataclasses.dataclass(frozen=True)
class WrittenScan:
    """Sources are at distance `source` mm before the axis, at `angles` degrees that grow counter-
    clockwise, columns grow along (-sin, cos, 0) of the angle and rows along z. Without a source rays
    are parallel. Without `flats` and `full` views are line integrals."""
    name: str
    views: numpy.ndarray
    angles: numpy.ndarray
    pixel: float
    axis: float
    source: float = None
    detector: float = None  # from the source
    darks: numpy.ndarray = None
    flats: numpy.ndarray = None
    full: float = None

    def but(self, name, **changes):
        return dataclasses.replace(self, name=f"{self.name}, {name}", **changes)

    @property
    def rows(self):
        return self.views.shape[1]

    @property
    def columns(self):
        return self.views.shape[2]

    @property
    def offset(self):
        """Of the panel's middle from the central ray, in mm."""
        return ((self.columns - 1) / 2 - self.axis) * self.pixel

    @property
    def is_cone(self):
        return self.source is not None

    def lines(self):
        """The line integrals, in double."""
        if self.flats is None and self.full is None:
            return self.views.astype(float)
        dark = 0.0 if self.darks is None else field_of(self.darks)
        flat = self.full if self.flats is None else field_of(self.flats)
        return -numpy.log((self.views - dark) / (flat - dark))


def field_of(images):
    """The mean in each pixel, of four and more images without their greatest and smallest."""
    if len(images) < 4:
        return images.mean(axis=0, dtype=float)
    return numpy.sort(images.astype(float), axis=0)[1:-1].mean(axis=0)


def counts_of(scan, full, dtype):
    """Of flat-corrected images: without an object `full`; what does not fit is cut."""
    most = numpy.iinfo(dtype).max
    counts = numpy.clip(numpy.rint(full * numpy.exp(-scan.lines())), 0, most).astype(dtype)
    return scan.but(f"{numpy.dtype(dtype)} counts of {full}", views=counts, darks=None, flats=None,
                    full=full)


def lines_of(scan):
    return scan.but("line integrals", views=scan.lines().astype("f4"), darks=None, flats=None,
                    full=None)


# Descriptions in JSON with images of many kinds

def write_npy(path, images):
    numpy.save(path.with_suffix(".npy"), images)
    return path.with_suffix(".npy")


def write_tiff_pages(path, images):
    path = path.with_suffix(".tif")
    tifffile.imwrite(path, images, photometric="minisblack", metadata=None)
    return path


def write_tiff_folder(path, images):
    path.mkdir()
    for view, image in enumerate(images):
        tifffile.imwrite(path / f"image_{view:04d}.tif", image, compression="zlib")
    return path


def write_edf_frames(path, images):
    path = path.with_suffix(".edf")
    file = fabio.edfimage.EdfImage(data=images[0], header={})
    for image in images[1:]:
        file.append_frame(data=image, header={})
    file.write(str(path))
    return path


def write_edf_folder(path, images):
    path.mkdir()
    for view, image in enumerate(images):
        fabio.edfimage.EdfImage(data=image, header={}).write(str(path / f"image_{view + 8}.edf"))
    return path


def write_mha(path, images):
    path = path.with_suffix(".mha")
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(images), str(path), useCompression=True)
    return path


def write_mhd(path, images):
    path = path.with_suffix(".mhd")
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(images), str(path))
    return path


def write_his_folder(path, images):
    path.mkdir()
    for view, image in enumerate(images):
        (path / f"image_{view:04d}.his").write_bytes(varian_check.his(image, 0))
    return path


IMAGES = {"npy": write_npy, "TIFF pages": write_tiff_pages, "TIFF folder": write_tiff_folder,
          "EDF frames": write_edf_frames, "EDF folder": write_edf_folder, ".mha": write_mha,
          ".mhd": write_mhd, ".his folder": write_his_folder}


def write_json(folder, scan, kind="npy", is_plane=False, vectors=None):
    """With images of a kind; his files hold whole numbers of 16 bits only, others what there is."""
    write = IMAGES[kind]
    views = scan.views[:, 0] if is_plane and kind == "npy" else scan.views
    detector = {"columns": scan.columns, "rows": scan.rows, "pixel_mm": [scan.pixel] * 2}
    circular = {"angles": {"list_deg": [float(angle) for angle in scan.angles]},
                "detector_offset_mm": [scan.offset, 0]}
    description = {"beam": "cone" if scan.is_cone else "parallel", "detector": detector,
                   "projections": write(folder / "views", views).name,
                   "projections_are": "line_integrals"}
    if scan.is_cone:
        circular |= {"source_isocenter_mm": scan.source, "source_detector_mm": scan.detector}
    if is_plane:
        description["beam"] = "fan"
        detector |= {"pixel_mm": scan.pixel}
        del detector["rows"]
        circular["detector_offset_mm"] = scan.offset
    if vectors is None:
        description["circular"] = circular
    else:
        del detector["pixel_mm"]
        description["vectors"] = vectors
    if scan.flats is not None or scan.full is not None:
        description["projections_are"] = "intensities"
    for name, images in (("dark", scan.darks), ("flat", scan.flats)):
        if images is not None:
            is_whole = images.dtype == numpy.uint16
            how = write_npy if kind.startswith(".his") and not is_whole else write
            description[name] = how(folder / name, images).name
    if scan.full is not None:
        description["intensity_full"] = scan.full
    path = folder / "scan.json"
    path.write_text(json.dumps(description))
    return [path]


# Files of their own

def write_nxtomo(folder, scan):
    units = pint.get_application_registry()
    parts = [(2, scan.darks), (1, scan.flats), (0, scan.views)]
    parts = [(key, images) for key, images in parts if images is not None]
    dtype = numpy.result_type(*(images.dtype for _, images in parts))
    entry = NXtomo()
    detector = entry.instrument.detector
    detector.data = numpy.concatenate([images.astype(dtype) for _, images in parts])
    detector.image_key_control = numpy.concatenate(
        [numpy.full(len(images), key) for key, images in parts])
    detector.x_pixel_size = detector.y_pixel_size = scan.pixel * units.mm
    detector.x_rotation_axis_pixel_position = scan.axis
    before = len(detector.data) - len(scan.views)
    entry.sample.rotation_angle = numpy.concatenate(
        [numpy.zeros(before), scan.angles]) * units.degree
    if scan.is_cone:
        entry.instrument.source.type = "Fixed Tube X-ray"
        entry.instrument.source.distance = -scan.source * units.mm
        detector.distance = (scan.detector - scan.source) * units.mm
    path = folder / "scan.nx"
    entry.save(str(path), "entry0000", overwrite=True)
    return [path]


def write_data_exchange(folder, scan):
    path = folder / "scan.h5"
    with h5py.File(path, "w") as file:
        for name, images in (("data", scan.views), ("data_white", scan.flats),
                             ("data_dark", scan.darks)):
            file.create_dataset(f"exchange/{name}", data=images, chunks=(1, *images.shape[1:]),
                                compression="gzip")
        file["exchange/theta"] = scan.angles
        file["exchange/theta"].attrs["units"] = "degrees"
        file["implements"] = "exchange"
    return [path, "--center", repr(scan.axis), "--pixel", repr(scan.pixel)]


WITH_RTK = """
import json
import sys
from itk import RTK as rtk
for line in sys.stdin:
    path, distances, angles, offset = json.loads(line)
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for angle in angles:
        geometry.AddProjection(*distances, angle, offset, 0.0)
    writer = rtk.ThreeDCircularProjectionGeometryXMLFileWriter.New()
    writer.SetObject(geometry)
    writer.SetFilename(path)
    writer.WriteFile()
    print("written", flush=True)
"""


@functools.cache
def rtk_process():
    """ITK takes long to start and much memory: one process writes all geometries."""
    return subprocess.Popen([sys.executable, "-c", WITH_RTK], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)


def write_rtk(folder, scan, is_offset=True):
    """The axis by an offset of the projections, or by the place of the first pixel. RTK's angles
    are as ours, of axes that have other names."""
    path = folder / "geometry.xml"
    distances = [scan.source, scan.detector] if scan.is_cone else [1000.0, 0.0]
    process = rtk_process()
    print(json.dumps([str(path), distances, scan.angles.tolist(),
                      scan.offset if is_offset else 0.0]), file=process.stdin, flush=True)
    assert process.stdout.readline() == "written\n"
    image = SimpleITK.GetImageFromArray(scan.views)
    image.SetSpacing([scan.pixel, scan.pixel, 1])
    first = -(scan.columns - 1) / 2 * scan.pixel + (0 if is_offset else scan.offset)
    image.SetOrigin([first, -(scan.rows - 1) / 2 * scan.pixel, 0])
    SimpleITK.WriteImage(image, str(folder / "projections.mha"))
    return [path, "--projections", folder / "projections.mha"]


def write_nikon(folder, scan):
    """Angles grow clockwise there. The axis stands aside of the line from the source to the panel's
    middle: `nikon_vectors` has the rays."""
    step = scan.angles[1] - scan.angles[0]
    offset = (scan.axis - (scan.columns - 1) / 2) * scan.pixel * scan.source / scan.detector
    nikon_check.write_images(folder, scan.views)
    path = folder / "scan.xtekct"
    path.write_text(nikon_check.text_of({
        "SrcToObject": repr(scan.source), "SrcToDetector": repr(scan.detector),
        "DetectorPixelsX": scan.columns, "DetectorPixelsY": scan.rows,
        "DetectorPixelSizeX": repr(scan.pixel), "DetectorPixelSizeY": repr(scan.pixel),
        "Projections": len(scan.views), "InitialAngle": repr(float(-scan.angles[0])),
        "AngularStep": repr(float(-step)), "WhiteLevel": scan.full,
        "ObjectOffsetX": repr(offset)}))
    return [path] if offset else [path, "--center", repr(float(scan.axis))]  # 0: nobody has set it


def nikon_vectors(scan):
    """Source and panel of each view, where the central ray meets the panel's middle under a right
    angle and passes the axis at the offset."""
    offset = (scan.axis - (scan.columns - 1) / 2) * scan.pixel * scan.source / scan.detector
    # Of the panel's normal against the plane of source and axis.
    aside = numpy.arctan2(offset, scan.source)
    distance = numpy.hypot(offset, scan.source)
    vectors = []
    for angle in numpy.deg2rad(scan.angles):
        source = distance * numpy.array([numpy.cos(angle), numpy.sin(angle), 0])
        # The axis is seen at later columns, so the panel's middle is on the side of earlier ones.
        turned = angle + aside
        normal = numpy.array([numpy.cos(turned), numpy.sin(turned), 0])
        u = numpy.array([-numpy.sin(turned), numpy.cos(turned), 0])
        vectors.append({"source_mm": source.tolist(),
                        "detector_center_mm": (source - scan.detector * normal).tolist(),
                        "u_step_mm": (scan.pixel * u).tolist(),
                        "v_step_mm": [0, 0, scan.pixel]})
    return vectors


def write_skyscan(folder, scan):
    """With the first view again at the end of a full turn, as the scanner has it."""
    step = scan.angles[1] - scan.angles[0]
    is_full = abs(len(scan.views) * step - 360) < 0.5 * step
    views = numpy.concatenate([scan.views, scan.views[:1]]) if is_full else scan.views
    skyscan_check.write_images(folder, views)
    at_axis = scan.pixel * (scan.source / scan.detector if scan.is_cone else 1)
    path = folder / "tooth_.log"
    path.write_text(skyscan_check.text_of({
        "Number Of Files": len(views), "Number Of Rows": scan.rows,
        "Number Of Columns": scan.columns, "Optical Axis (line)": scan.rows / 2,
        "Object to Source (mm)": repr(scan.source or 1e6),
        "Camera to Source (mm)": repr(scan.detector) if scan.is_cone else None,
        "Image Pixel Size (um)": repr(1e3 * at_axis), "Rotation Step (deg)": repr(float(step)),
        "Use 360 Rotation": "YES" if is_full else "NO",
        "Scanning Start Angle": repr(float(scan.angles[0]))}))
    return [path, "--center", repr(scan.axis)]


def zeiss_of(scan):
    """The scan in the numbers of 32 bits that such files have, with darks taken off all images."""
    dark = 0 if scan.darks is None else field_of(scan.darks)
    source = scan.source and float(numpy.float32(scan.source))
    beyond = scan.source and float(numpy.float32(scan.detector - scan.source))
    larger = (source + beyond) / source if scan.is_cone else 1
    return scan.but(
        "float32", views=(scan.views - dark).astype("f4"), darks=None,
        flats=(scan.flats - dark).astype("f4"), source=source,
        detector=source + beyond if scan.is_cone else None,
        angles=scan.angles.astype("f4").astype(float),
        pixel=1e-3 * float(numpy.float32(1e3 * scan.pixel / larger)) * larger)


def write_zeiss(folder, scan, writer):
    """Angles grow clockwise there; the axis is left of the middle for a positive CenterShift."""
    streams, _, _ = zeiss_check.scan(scan.views, 10, scan.flats, 10)
    count = len(scan.views)
    larger = scan.detector / scan.source if scan.is_cone else 1
    streams |= {
        "ImageInfo/Angles": zeiss_check.floats(-scan.angles),
        "ImageInfo/XrayGeometry": zeiss_check.integer(1 if scan.is_cone else 0),
        "ImageInfo/PixelSize": zeiss_check.floats([1e3 * scan.pixel / larger]),
        "ImageInfo/StoRADistance": zeiss_check.floats([-(scan.source or 0)] * count),
        "ImageInfo/DtoRADistance": zeiss_check.floats(
            [scan.detector - scan.source if scan.is_cone else 0] * count),
        "ReconSettings/CenterShift": zeiss_check.floats([(scan.columns - 1) / 2 - scan.axis])}
    path = writer.write("scan.txrm", streams)
    return [path, "--center", repr(scan.axis)]


def dicom_of(scan, slope=2.0**-14, intercept=-0.25):
    """Line integrals in steps of the slope, and the geometry in floats."""
    stored = numpy.rint((scan.lines() - intercept) / slope)
    assert 0 <= stored.min() and stored.max() <= 65535, (stored.min(), stored.max())
    as_float = lambda number: float(numpy.float32(number))  # noqa: E731
    turned = numpy.deg2rad(scan.angles - 90).astype("f4").astype(float)
    return scan.but(
        f"steps of {slope:g}", views=(slope * stored + intercept).astype("f4"), darks=None,
        flats=None, full=None, angles=numpy.rad2deg(turned) + 90, source=as_float(scan.source),
        detector=as_float(scan.detector), pixel=as_float(scan.pixel),
        axis=as_float(scan.axis + 1) - 1)


def write_dicom(folder, scan, slope=2.0**-14, intercept=-0.25):
    """Of a scan that dicom_of has made. The focal centre is at (-sin, cos) of its angle."""
    stored = numpy.rint((scan.views.astype(float) - intercept) / slope).astype("u2")
    series = pydicom.uid.generate_uid()
    inside = folder / "dicom"
    inside.mkdir()
    for view, numbers in enumerate(stored):
        dataset = dicom_check.view_dataset(0, numbers, series)
        dataset.InstanceNumber = view + 1
        dataset.Rows, dataset.Columns = scan.columns, scan.rows
        dataset.RescaleSlope, dataset.RescaleIntercept = repr(slope), repr(intercept)
        for tag, value in (((0x7029, 0x1002), scan.pixel), ((0x7029, 0x1006), scan.pixel),
                           ((0x7029, 0x1010), scan.rows), ((0x7029, 0x1011), scan.columns),
                           ((0x7031, 0x1001), float(numpy.deg2rad(scan.angles[view] - 90))),
                           ((0x7031, 0x1003), scan.source), ((0x7031, 0x1031), scan.detector),
                           ((0x7031, 0x1033), [scan.axis + 1, (scan.rows + 1) / 2])):
            dataset[tag].value = value
        dicom_check.save(dataset, inside / f"{pydicom.uid.generate_uid()}.dcm",
                         pydicom.uid.ExplicitVRLittleEndian)
    return [inside]


def write_varian(folder, scan, kind):
    """A folder of .xim files, whose angles grow clockwise from the other side, or of .hnd or .hnc
    files, which do not say where source and axis are."""
    inside = folder / kind
    inside.mkdir()
    numbers = {"PixelWidth": scan.pixel / 10, "PixelHeight": scan.pixel / 10,
               "KVSourceVrt": scan.source / 10, "KVDetectorVrt": (scan.source - scan.detector) / 10,
               "KVDetectorLat": scan.offset / 10, "KVDetectorLng": 0.0}
    for view, image in enumerate(scan.views):
        if kind == "xim":
            content = varian_check.xim(image, 180 - scan.angles[view], numbers)
        else:
            write = {"hnd": varian_check.hnd, "hnc": varian_check.hnc}[kind]
            content = write(image, scan.angles[view], [scan.pixel] * 2)
        (inside / f"view_{view:04d}.{kind}").write_bytes(content)
    options = ["--full-intensity", scan.full]
    if kind != "xim":
        options += ["--source-isocenter", scan.source, "--source-detector", scan.detector,
                    "--center", scan.axis]
    return [inside, *options]
