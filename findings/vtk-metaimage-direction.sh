#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: a turned MetaImage volume (.mha) lies at the same place in ITK and in VTK; both carry MetaIO, and
#   VTK's reader fills its image's direction matrix.
# Happens: ITK takes the nine numbers of TransformMatrix as one axis after the other, VTK as the rows of its
#   matrix: VTK turns the volume by the inverse rotation. Its writer mirrors this, so that a round
#   trip through VTK alone shows nothing, and its files are turned the wrong way in ITK.
# Matters: a volume reconstructed in the frame of a tilted part or patient is drawn and measured in the
#   wrong place. Transpose the direction matrix after vtkMetaImageReader and before the writer.
# Versions: vtk 9.7.2, SimpleITK 2.5.7, numpy 2.4.6, Python 3.11.
# Output seen (voxel (100, 0, 0), 1 mm, 30 degrees):
#   written by ITK, read by ITK [86.603 50.     0.   ] mm
#   written by ITK, read by VTK [ 86.603 -50.      0.   ] mm, off by 100.0 mm
#   written by VTK, read by VTK [ 86.603 -50.      0.   ] mm
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  vtk==9.7.2 SimpleITK==2.5.7 numpy==2.4.6 || {
  echo "the packages could not be installed: nothing was shown"
  exit 2
}
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import SimpleITK as sitk
from vtkmodules.vtkIOImage import vtkMetaImageReader, vtkMetaImageWriter


def read_by_vtk(name):
    reader = vtkMetaImageReader()
    reader.SetFileName(name)
    reader.Update()
    return reader.GetOutput()


def corner_in_vtk(image):
    point = [0.0, 0.0, 0.0]
    image.TransformIndexToPhysicalPoint(100, 0, 0, point)
    return np.array(point)


def corner_in_itk(image):
    return np.array(image.TransformIndexToPhysicalPoint((100, 0, 0)))


cosine, sine = np.cos(np.radians(30)), np.sin(np.radians(30))
volume = sitk.Image(101, 5, 5, sitk.sitkFloat32)
volume.SetDirection((cosine, -sine, 0, sine, cosine, 0, 0, 0, 1))
sitk.WriteImage(volume, "itk.mha")

by_itk = corner_in_itk(sitk.ReadImage("itk.mha"))
vtk_image = read_by_vtk("itk.mha")
by_vtk = corner_in_vtk(vtk_image)

writer = vtkMetaImageWriter()
writer.SetFileName("vtk.mha")
writer.SetCompression(False)
writer.SetInputData(vtk_image)
writer.Write()
vtk_by_vtk = corner_in_vtk(read_by_vtk("vtk.mha"))

straight = sitk.Image(101, 5, 5, sitk.sitkFloat32)
sitk.WriteImage(straight, "straight.mha")
same = np.allclose(corner_in_vtk(read_by_vtk("straight.mha")), corner_in_itk(straight))

print("vtk", version("vtk"), "SimpleITK", version("SimpleITK"))
print("written by ITK, read by ITK", by_itk.round(3), "mm")
print("written by ITK, read by VTK", by_vtk.round(3), "mm, off by", np.linalg.norm(by_itk - by_vtk).round(3), "mm")
print("written by VTK, read by VTK", vtk_by_vtk.round(3), "mm")
print("without a rotation both agree:", same)
if not same:
    sys.exit("changed: volumes without a rotation differ, too")
if np.allclose(by_itk, by_vtk) or not np.allclose(by_vtk, [100 * cosine, -100 * sine, 0]):
    sys.exit("changed: VTK no longer reads the inverse rotation")
if not np.allclose(by_vtk, vtk_by_vtk):
    sys.exit("changed: VTK's writer and reader no longer mirror one another")
print("as stated")
PYTHON
