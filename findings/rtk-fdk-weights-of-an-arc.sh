#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: RTK's FDK filter weighs the views of an evenly sampled arc alike.
# Happens: it weighs each view by the gaps on its two sides, round the full circle, so that the first and the
#   last share the arc that was not measured: 150.5 degrees each, beside 1 degree for the other 59 views
#   of a 60 degree arc. Those two make five sixths of the image and nearly all of its noise. The
#   weights still add up to 360 degrees: a cylinder has its right value, which hides it.
# Matters: tomosynthesis, gated scans, short scans with redundancy weights of one's own. One bad view at an
#   end spoils the volume. Look at GetAngularGaps; let weights of one's own vanish at both ends, as
#   those of ParkerShortScanImageFilter do for arcs above 180 degrees, or undo the gaps.
# Versions: itk-rtk 2.7.0.post1, itk 5.4.7, numpy 2.4.6, Python 3.11.
# Output seen:
# arc 60 degrees, 61 views: weights 150.5 1.0 ... 1.0 150.5; centre 1.000, 84% of it by two views; noise x 28.8 by them
# arc 200 degrees, 101 views: weights 81.0 2.0 ... 2.0 81.0; centre 1.000, 45% of it by two views; noise x 5.5 by them
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
rows, columns = 8, 128


def image_of(values):
    image = itk.image_from_array(np.ascontiguousarray(values, np.float32))
    image.SetOrigin([-(n - 1) / 2 for n in reversed(values.shape)])
    return image


def fdk(geometry, views):
    stack = image_of(views)
    stack.SetOrigin([-(columns - 1) / 2, -(rows - 1) / 2, 0])
    operator = rtk.FDKConeBeamReconstructionFilter[Image].New()
    operator.SetGeometry(geometry)
    operator.SetInput(0, image_of(np.zeros((64, 4, 64))))
    operator.SetInput(1, stack)
    operator.Update()
    return itk.array_from_image(operator.GetOutput())[16:48, 1:3, 16:48].copy()


def look_at(arc, count):
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for angle in np.linspace(-arc / 2, arc / 2, count):
        geometry.AddProjection(1000.0, 1500.0, angle)
    gaps = np.degrees(np.array(geometry.GetAngularGaps(geometry.GetSourceAngles())))

    u = np.arange(columns) - (columns - 1) / 2  # a cylinder of 20 mm radius and value 1
    distance = 1000 * u / np.hypot(1500, u)
    chord = 2 * np.sqrt(np.maximum(400 - distance**2, 0))
    views = np.broadcast_to(chord, (count, rows, columns)).copy()
    ends = np.zeros_like(views)
    ends[[0, -1]] = views[[0, -1]]
    whole = fdk(geometry, views)
    centre = whole[14:18, :, 14:18].mean()
    share = fdk(geometry, ends)[14:18, :, 14:18].mean() / centre

    noise = np.random.default_rng(1).standard_normal(views.shape)
    noise_of_all = fdk(geometry, noise).std()
    noise[[0, -1]] = 0
    ratio = noise_of_all / fdk(geometry, noise).std()
    print(f"arc {arc} degrees, {count} views: weights {gaps[0]:.1f} {gaps[1]:.1f} ... {gaps[-2]:.1f} "
          f"{gaps[-1]:.1f}; centre {centre:.3f}, {share:.0%} of it by two views; noise x {ratio:.1f} by them")
    return gaps[0] / gaps[1], centre, share, ratio


print("itk-rtk", version("itk-rtk"))
tomosynthesis = look_at(60, 61)
short_scan = look_at(200, 101)
if tomosynthesis[0] < 100 or tomosynthesis[2] < 0.75 or tomosynthesis[3] < 10:
    sys.exit("changed: the first and the last of 61 views no longer make most of the image")
if short_scan[0] < 30 or short_scan[2] < 0.3:
    sys.exit("changed: the first and the last view of a short scan no longer stand out")
if abs(tomosynthesis[1] - 1) > 0.01 or abs(short_scan[1] - 1) > 0.01:
    sys.exit("changed: the centre of the cylinder is not 1 any more")
print("as stated")
PYTHON
