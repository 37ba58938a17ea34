#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: a ray along N voxels of value 1 and 1 mm gives N mm, as where voxels are cells, and a fan
#   beam can be computed with a volume of one slice.
# Happens: RTK's Joseph projectors end at the centres of the outermost voxels. N voxels give N - 1 mm.
#   A volume of one slice has no extent: its projections, and what is backprojected into it, are
#   exactly 0, without an error. The voxel-driven BackProjectionImageFilter fills the same slice.
# Matters: an iterative reconstruction of one slice stays where it began, and a body that reaches the
#   border of its volume loses a voxel of every line integral. Pad volumes by a voxel on each side.
# Versions: itk-rtk 2.7.0.post1, itk 5.4.7, numpy 2.4.6, Python 3.11.
# Output seen:
#   1 slice(s) of 64 x 64 voxels: central ray 0 mm, backprojected by Joseph <= 0, by voxels <= 1
#   2 slice(s) of 64 x 64 voxels: central ray 63 mm, backprojected by Joseph <= 0.854, by voxels <= 1
#   3 slice(s) of 64 x 64 voxels: central ray 63 mm, backprojected by Joseph <= 2.92, by voxels <= 1
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  itk-rtk==2.7.0.post1 itk==5.4.7 numpy==2.4.6 || {
  echo "the packages could not be installed: nothing was shown"
  exit 2
}
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import itk
import numpy as np
from itk import RTK as rtk

Image = itk.Image[itk.F, 3]


def centred(shape, value):
    image = itk.image_from_array(np.full(shape, value, np.float32))
    image.SetOrigin([-(n - 1) / 2 for n in reversed(shape)])
    return image


def run(operator, geometry, target, source):
    operator = operator.New()
    operator.SetGeometry(geometry)
    operator.SetInput(0, target)
    operator.SetInput(1, source)
    operator.Update()
    return itk.array_from_image(operator.GetOutput())


geometry = rtk.ThreeDCircularProjectionGeometry.New()
geometry.AddProjection(1000.0, 1500.0, 0.0)
forward = rtk.JosephForwardProjectionImageFilter[Image, Image]
joseph_back = rtk.JosephBackProjectionImageFilter[Image, Image]
voxel_back = rtk.BackProjectionImageFilter[Image, Image]

print("itk-rtk", version("itk-rtk"))
seen = []
for slices in (1, 2, 3):  # RTK turns about the second axis: slices are stacked along it
    line = run(forward, geometry, centred((1, 1, 1), 0), centred((64, slices, 64), 1))[0, 0, 0]
    joseph = run(joseph_back, geometry, centred((64, slices, 64), 0), centred((1, 65, 193), 1)).max()
    voxel = run(voxel_back, geometry, centred((64, slices, 64), 0), centred((1, 65, 193), 1)).max()
    print(f"{slices} slice(s) of 64 x 64 voxels: central ray {line:g} mm, "
          f"backprojected by Joseph <= {joseph:.3g}, by voxels <= {voxel:.3g}")
    seen.append((line, joseph, voxel))
if seen[0][0] != 0 or seen[0][1] != 0 or abs(seen[0][2] - 1) > 1e-3:
    sys.exit("changed: Joseph's projectors see a volume of one slice")
if any(abs(line - 63) > 1e-3 or joseph < 0.5 for line, joseph, _ in seen[1:]):
    sys.exit("changed: 64 voxels no longer give 63 mm")
print("as stated")
PYTHON
