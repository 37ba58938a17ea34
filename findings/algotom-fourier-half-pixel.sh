#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: both reconstructions of algotom, filtered backprojection and the direct Fourier method, put
#   a body where it is, for sinograms of any width and for the angles that they are given.
# Happens: the Fourier method (dfi_reconstruction) shifts images of sinograms of even width by half a
#   pixel along x and y, and takes any angles as spread evenly from 0 to 180 degrees, both included: of
#   views that leave out 180 degrees it distorts the image, the more the fewer they are. Filtered
#   backprojection multiplies by pi / (views - 1) whatever the angles are, so that such scans come out
#   too high by 1 part in as many as there are views. Neither says so.
# Matters: a volume from one method does not lie on a volume from the other, and a scanner that divides
#   180 degrees by the number of views, as most do, has an image that is distorted or too bright. Give it
#   sinograms of odd width and a last view at 180 degrees, or compare with a body whose place is known.
# Versions: algotom 1.7.0, numpy 2.4.6, scipy 1.17.1, numba 0.68.1, Python 3.11.
# Output seen:
#   257 columns, 181 views with 180 degrees, fbp: height 1.004, off by (+0.01, +0.02)
#   257 columns, 181 views with 180 degrees, dfi: height 0.999, off by (+0.01, +0.01)
#   256 columns, 181 views with 180 degrees, fbp: height 1.004, off by (+0.00, -0.01)
#   256 columns, 181 views with 180 degrees, dfi: height 0.999, off by (+0.52, -0.49)
#   257 columns, 60 views without 180 degrees, fbp: height 1.015, off by (+0.01, +0.01)
#   257 columns, 60 views without 180 degrees, dfi: height 0.998, off by (+0.14, +1.17)
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  algotom==1.7.0 numpy==2.4.6 scipy==1.17.1 numba==0.68.1 || {
  echo "the packages could not be installed: nothing was shown"
  exit 2
}
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from algotom.rec.reconstruction import dfi_reconstruction, fbp_reconstruction


def sinogram_of(columns, angles):
    """A Gaussian of height 1, its centre, and the sinogram that it has in closed form."""
    place = np.array([0.2 * columns, -0.1 * columns])
    width = 0.05 * columns
    across = np.arange(columns) - (columns - 1) / 2
    distance = across - (place[0] * np.cos(angles) + place[1] * np.sin(angles))[:, None]
    lines = width * np.sqrt(2 * np.pi) * np.exp(-0.5 * (distance / width) ** 2)
    return place, lines.astype(np.float32)


def reconstructed(method, columns, views, has_last):
    """How high the Gaussian comes out, and how far from its place [pixels]."""
    angles = np.linspace(0, np.pi, views, endpoint=has_last)
    place, lines = sinogram_of(columns, angles)
    options = {"gpu": False} if method is fbp_reconstruction else {}
    image = method(lines, (columns - 1) / 2, angles=angles, ratio=None, filter_name=None,
                   apply_log=False, ncore=1, **options)
    body = np.where(image > 0.2 * image.max(), image, 0)
    across = np.arange(columns) - (columns - 1) / 2
    found = np.array([body.sum(0) @ across, -(body.sum(1) @ across)]) / body.sum()
    return float(image.max()), found - place


print("algotom", version("algotom"))
height, off = {}, {}
for case in ((257, 181, True), (256, 181, True), (257, 60, False)):
    for method in (fbp_reconstruction, dfi_reconstruction):
        name = method.__name__.split("_")[0]
        height[name, case], off[name, case] = reconstructed(method, *case)
        last = "with" if case[2] else "without"
        print(f"{case[0]} columns, {case[1]} views {last} 180 degrees, {name}: height "
              f"{height[name, case]:.3f}, off by ({off[name, case][0]:+.2f}, {off[name, case][1]:+.2f})")

odd, even, half_open = (257, 181, True), (256, 181, True), (257, 60, False)
as_seen = (
    all(np.abs(off[name, odd]).max() < 0.05 for name in ("fbp", "dfi"))
    and np.abs(off["fbp", even]).max() < 0.05
    and np.abs(np.abs(off["dfi", even]) - 0.5).max() < 0.1
    and np.abs(off["fbp", half_open]).max() < 0.05
    and np.linalg.norm(off["dfi", half_open]) > 0.5
    and 1.008 < height["fbp", half_open] / height["fbp", odd] < 1.02
)
if not as_seen:
    print("this is not what was seen: algotom changed")
    sys.exit(1)
PYTHON
