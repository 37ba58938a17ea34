# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Geometry files and projections that RTK writes, read by the program scan_dump, and RTK's own
volumes beside those of `reconstruct`: rtk_check.py SCAN_DUMP [RECONSTRUCT]"""
import pathlib
import subprocess
import sys
import tempfile

import itk
import numpy
from itk import RTK as rtk

from dumped_scan import DumpedScan, check_close, check_equal, refusal

FLOATS = itk.Image[itk.F, 3]
GENERATOR = numpy.random.default_rng(11)
SEMIAXES, MIDDLE, DENSITY = (60, 45, 70), (5, -8, 3), 0.02


def ours(vector):
    """RTK's z, x, y are x, y, z."""
    return numpy.array([vector[2], vector[0], vector[1]])


def circle(parallel=False):
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for n in range(12):
        geometry.AddProjection(500, 0 if parallel else 900, 30 * n + 4, 3.5, -2, 0, 0, 0, 0)
    return geometry


def general(parallel=False):
    """All nine numbers differ from view to view."""
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for n in range(12):
        jitter = GENERATOR.uniform(-1, 1, 8)
        geometry.AddProjection(500 + 20 * jitter[0], 0 if parallel else 900 + 30 * jitter[1],
                               30 * n - 40, 5 * jitter[2], 4 * jitter[3], 6 * jitter[4],
                               5 * jitter[5], 7 * jitter[6], 3 * jitter[7])
    return geometry


def write(geometry, path):
    writer = rtk.ThreeDCircularProjectionGeometryXMLFileWriter.New()
    writer.SetObject(geometry)
    writer.SetFilename(str(path))
    writer.WriteFile()


def projections(geometry, columns=9, rows=7, spacing=(11, 13), direction=None):
    """Line integrals of an ellipsoid."""
    source = rtk.ConstantImageSource[FLOATS].New()
    source.SetSize((columns, rows, len(geometry.GetGantryAngles())))
    source.SetSpacing((*spacing, 1))
    source.SetOrigin((-0.5 * (columns - 1) * spacing[0] + 2, -0.5 * (rows - 1) * spacing[1] - 3, 0))
    if direction is not None:
        source.SetDirection(itk.matrix_from_array(numpy.array(direction, dtype=float)))
    filter_ = rtk.RayEllipsoidIntersectionImageFilter[FLOATS, FLOATS].New()
    filter_.SetInput(source.GetOutput())
    filter_.SetGeometry(geometry)
    filter_.SetDensity(DENSITY)
    filter_.SetAxis(SEMIAXES)
    filter_.SetCenter(MIDDLE)
    filter_.Update()
    return filter_.GetOutput()


def chord(ray):
    """What a ray of ours sees of the ellipsoid."""
    scale = 1 / ours(SEMIAXES)
    start = (numpy.array(ray["origin"]) - ours(MIDDLE)) * scale
    along = numpy.array(ray["direction"])
    length = numpy.linalg.norm(along)
    along = along / length * scale
    a, b, c = along @ along, along @ start, start @ start - 1
    return DENSITY * 2 * numpy.sqrt(max(b * b - a * c, 0)) / a


def check_rays(what, geometry, image, dumped):
    """RTK's own matrices say where source and pixels are, and its filter what rays see."""
    array = itk.array_from_image(image)
    parallel = dumped.geometry["kind"] == "parallel3d"
    for view, rays in enumerate(dumped.geometry["rays"]):
        to_world = itk.array_from_matrix(geometry.GetProjectionCoordinatesToFixedSystemMatrix(view))
        source = ours(numpy.array(geometry.GetSourcePosition(view))[:3])
        for (u, v), ray in zip(((0, 0), (1, 0), (0, 1)), rays):
            place = image.TransformIndexToPhysicalPoint((u, v, view))
            pixel = ours((to_world @ (place[0], place[1], 0, 1))[:3])
            origin, along = numpy.array(ray["origin"]), numpy.array(ray["direction"])
            if not parallel:
                check_close(f"{what}: source", origin, source, 1e-9)
            expected = pixel - origin
            distance = numpy.linalg.norm(numpy.cross(along, expected)) / numpy.linalg.norm(along)
            check_close(f"{what}: distance of a ray from its pixel", distance, 0, 1e-9)
            check_close(f"{what}: line integral", chord(ray), array[view, v, u], 2e-6)


def rays_and_values(program, folder):
    turned = ((0.6, -0.8, 0), (0.8, 0.6, 0), (0, 0, 1))
    mirrored = ((-1, 0, 0), (0, 1, 0), (0, 0, 1))
    for name, geometry, direction in (
            ("circle", circle(), None), ("general", general(), None), ("turned", general(), turned),
            ("mirrored", circle(), mirrored), ("parallel", circle(True), None),
            ("general, parallel", general(True), None)):
        write(geometry, folder / "geometry.xml")
        image = projections(geometry, direction=direction)
        for extension, compressed in (("mha", False), ("mha", True), ("mhd", False), ("mhd", True)):
            path = folder / f"projections.{extension}"
            itk.imwrite(image, str(path), compression=compressed)
            dumped = DumpedScan(program, folder / "geometry.xml", "--projections", path)
            check_equal(f"{name}: values", dumped.views, itk.array_from_image(image))
            check_rays(name, geometry, image, dumped)
            assert dumped.geometry["measured"] == "line_integrals"
            assert ("circle" in dumped.geometry) == (name in ("circle", "parallel")), name


def counts(program, folder):
    """Numbers of 16 bits become what RTK's reader of projections makes of them."""
    geometry = circle()
    write(geometry, folder / "geometry.xml")
    shape = itk.array_from_image(projections(geometry)).shape
    array = GENERATOR.integers(1, 65536, shape, "u2")
    itk.imwrite(itk.image_from_array(array), str(folder / "counts.mha"))
    reader = rtk.ProjectionsReader[FLOATS].New()
    reader.SetFileNames([str(folder / "counts.mha")])
    reader.Update()
    dumped = DumpedScan(program, folder / "geometry.xml", "--projections", folder / "counts.mha")
    check_equal("counts", dumped.views, array.astype(float))
    lines = -numpy.log(dumped.views / dumped.geometry["full_intensity"])
    check_close("line integrals of counts", lines, itk.array_from_image(reader.GetOutput()), 2e-6)
    assert "images counts of 65535 in air: assumed" in dumped.facts, dumped.facts


def jaws(program, folder):
    """What jaws hide is what RTK's filter for it makes 0; tilted views have none."""
    geometry = circle()
    image = projections(geometry, 40, 30, (3, 3))
    places = [GENERATOR.uniform(5, 40, 4) for _ in range(12)]
    collimated = rtk.ThreeDCircularProjectionGeometry.New()
    for n, place in enumerate(places):
        collimated.AddProjection(500, 900, 30 * n + 4, 3.5, -2, 0, 0, 0, 0)
        collimated.SetCollimationOfLastProjection(*place)
    write(collimated, folder / "geometry.xml")
    ones = itk.image_from_array(numpy.ones_like(itk.array_from_image(image)))
    ones.CopyInformation(image)
    itk.imwrite(ones, str(folder / "ones.mha"))
    filter_ = rtk.MaskCollimationImageFilter[FLOATS, FLOATS].New()
    filter_.SetInput(ones)
    filter_.SetGeometry(collimated)
    filter_.InPlaceOff()
    filter_.Update()
    masked = itk.array_from_image(filter_.GetOutput())
    assert 0.1 < masked.mean() < 0.9, masked.mean()
    arguments = (program, folder / "geometry.xml", "--projections", folder / "ones.mha")
    dumped = DumpedScan(*arguments)
    check_equal("jaws", dumped.views, masked)
    assert "pixels behind jaws air: assumed" in dumped.facts, dumped.facts
    for numbers in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 1)):
        collimated.Clear()
        for n, place in enumerate(places):
            collimated.AddProjection(500, 900, 30 * n + 4, 3.5, -2, *numbers)
            collimated.SetCollimationOfLastProjection(*place)
        write(collimated, folder / "geometry.xml")
        assert "measure jaws in different ways" in refusal(*arguments)


def spheres(geometry, columns=96, rows=80, spacing=3):
    """Line integrals of spheres that no turn or reflection of the axes leaves in place."""
    total = 0
    for middle, radius, density in (((20, -10, 25), 18, 1), ((-30, 12, -5), 14, 0.5),
                                    ((5, 25, -32), 10, 0.8), ((-12, -28, 10), 9, -0.4)):
        source = rtk.ConstantImageSource[FLOATS].New()
        source.SetSize((columns, rows, len(geometry.GetGantryAngles())))
        source.SetSpacing((spacing, spacing, 1))
        source.SetOrigin((-0.5 * (columns - 1) * spacing + 2, -0.5 * (rows - 1) * spacing - 3, 0))
        filter_ = rtk.RayEllipsoidIntersectionImageFilter[FLOATS, FLOATS].New()
        filter_.SetInput(source.GetOutput())
        filter_.SetGeometry(geometry)
        filter_.SetDensity(density)
        filter_.SetAxis((radius, radius, radius))
        filter_.SetCenter(middle)
        filter_.Update()
        total = total + itk.array_from_image(filter_.GetOutput())
    image = itk.image_from_array(total)
    image.CopyInformation(filter_.GetOutput())
    return image


def volumes(reconstruct, folder):
    """RTK's FDK is ours in every voxel, at the place that both files name: the same interpolation
    and filter in single precision, while a voxel that is shifted differs by all of the density."""
    voxels, spacing, middle = (32, 28, 24), (2.5, 3, 3.5), (3, -2, 4)  # of RTK's x, y, z
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for n in range(90):
        geometry.AddProjection(500, 900, 4 * n + 7, 1.5, -2, 0, 0, 0, 0)
    write(geometry, folder / "geometry.xml")
    image = spheres(geometry)
    itk.imwrite(image, str(folder / "projections.mha"))
    source = rtk.ConstantImageSource[FLOATS].New()
    source.SetSize(voxels)
    source.SetSpacing(spacing)
    source.SetOrigin([m - 0.5 * (n - 1) * s for m, n, s in zip(middle, voxels, spacing)])
    fdk = rtk.FDKConeBeamReconstructionFilter[FLOATS].New()
    fdk.SetInput(0, source.GetOutput())
    fdk.SetInput(1, image)
    fdk.SetGeometry(geometry)
    fdk.Update()
    theirs = fdk.GetOutput()
    values = itk.array_from_image(theirs).transpose(1, 2, 0)
    assert values.max() > 0.9 and values.min() < -0.3
    for extension in ("mha", "nii"):
        path = folder / f"volume.{extension}"
        subprocess.run([reconstruct, folder / "geometry.xml",
                        "--projections", folder / "projections.mha",
                        "--size", *map(str, ours(voxels)), "--voxel", *map(str, ours(spacing)),
                        "--middle", *map(str, ours(middle)),
                        # RTK weighs panels that are offset by less than 5 % as if they were not.
                        "--redundancy", "uniform",
                        "--executor", "cpu", "--output", path, "--quiet"], check=True)
        found = itk.imread(str(path), itk.F)
        check_close(f"{extension}: volume", itk.array_from_image(found), values, 2e-5)
        for index in ((0, 0, 0), (3, 0, 0), (0, 4, 0), (0, 0, 5)):
            place = theirs.TransformIndexToPhysicalPoint(index)
            check_close(f"{extension}: place of a voxel",
                        found.TransformIndexToPhysicalPoint([int(i) for i in ours(index)]),
                        place, 1e-4)


def bad(program, folder):
    geometry = circle()
    image = projections(geometry)
    itk.imwrite(image, str(folder / "projections.mha"))
    geometry.SetRadiusCylindricalDetector(300)
    write(geometry, folder / "geometry.xml")
    arguments = (program, folder / "geometry.xml", "--projections", folder / "projections.mha")
    assert "RadiusCylindricalDetector is 300, but only flat" in refusal(*arguments)
    geometry.SetRadiusCylindricalDetector(0)
    geometry.AddProjection(500, 900, 7)
    write(geometry, folder / "geometry.xml")
    assert "holds 12 images, but " in refusal(*arguments)
    write(circle(), folder / "geometry.xml")
    text = (folder / "geometry.xml").read_text()
    (folder / "geometry.xml").write_text(text[:2000])
    assert "is not XML" in refusal(*arguments)
    (folder / "geometry.xml").write_text(text.replace(">4<", ">14<", 1))
    assert "of Matrix is" in refusal(*arguments)
    (folder / "geometry.xml").write_text(text)
    (folder / "projections.mha").write_bytes((folder / "projections.mha").read_bytes()[:-1])
    assert "where 12 slices of 7 rows and 9 columns" in refusal(*arguments)


def main():
    with tempfile.TemporaryDirectory() as name:
        for test in (rays_and_values, counts, jaws, bad):
            test(sys.argv[1], pathlib.Path(name))
        if len(sys.argv) > 2:
            volumes(sys.argv[2], pathlib.Path(name))


main()
