#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: the sparse matrix that ASTRA gives for a projector is what that projector applies, and
#   algorithms that go ray by ray (ART) see the same weights as those that go through whole scans (SIRT).
# Happens: so it is for line, strip and linear, and for distance_driven while a bin is as wide as a
#   pixel or wider. With narrower bins no row of distance_driven's matrix has more than one entry,
#   and no error is raised. ART diverges; projections, backprojections and SIRT stay right.
# Matters: such matrices serve as references and in solvers of one's own, often with bins finer than
#   pixels. Take strip, or bins no finer than pixels, and compare matrix and call once.
# Versions: astra-toolbox 2.5.0 on CPU, numpy 2.4.6, scipy 1.17.1, Python 3.11.
# Output seen (the image's values are 0 and 1):
#   strip           bins of 0.5 pixels: matrix / call 1.0000, entries in a row <= 236, rms error of ART 0.24, SIRT 0.04
#   distance_driven bins of 1.0 pixels: matrix / call 1.0000, entries in a row <= 154, rms error of ART 0.19, SIRT 0.05
#   distance_driven bins of 0.5 pixels: matrix / call 0.0146, entries in a row <=   1, rms error of ART 3.90, SIRT 0.03
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  astra-toolbox==2.5.0 numpy==2.4.6 scipy==1.17.1 || {
  echo "the packages could not be installed: nothing was shown"
  exit 2
}
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import astra
import numpy as np

pixels = 64
grid = astra.create_vol_geom(pixels, pixels)
x = np.arange(pixels) - (pixels - 1) / 2
ellipse = ((x / 20) ** 2 + (x[:, None] / 15) ** 2 < 1).astype(np.float32)
angles = np.linspace(0, np.pi, 60, endpoint=False) + 0.01


def error_of(algorithm, iterations, projector, projections):
    scan = astra.projector.projection_geometry(projector)
    projection_id = astra.data2d.create("-sino", scan, projections)
    image_id = astra.data2d.create("-vol", grid, 0.0)
    settings = astra.astra_dict(algorithm)
    settings.update(ProjectorId=projector, ProjectionDataId=projection_id)
    settings.update(ReconstructionDataId=image_id)
    astra.algorithm.run(astra.algorithm.create(settings), iterations)
    return np.sqrt(np.mean((astra.data2d.get(image_id) - ellipse) ** 2))


def look_at(kind, pitch):
    scan = astra.create_proj_geom("parallel", pitch, int(96 / pitch), angles)
    projector = astra.create_projector(kind, scan, grid)
    matrix = astra.matrix.get(astra.projector.matrix(projector))
    ones = np.ones(pixels * pixels, np.float32)
    called = astra.OpTomo(projector) * ones
    share = (matrix @ ones).sum() / called.sum()
    entries = np.diff(matrix.indptr).max()
    projections = (astra.OpTomo(projector) * ellipse.ravel()).reshape(len(angles), -1)
    art = error_of("ART", 5 * projections.size, projector, projections)  # an iteration is a ray
    sirt = error_of("SIRT", 100, projector, projections)
    print(f"{kind:15s} bins of {pitch:.1f} pixels: matrix / call {share:.4f}, "
          f"entries in a row <= {entries:3d}, rms error of ART {art:.2f}, SIRT {sirt:.2f}")
    return share, entries, art, sirt


print("astra-toolbox", astra.__version__)
good = [look_at(kind, pitch) for kind, pitch in
        (("line", 0.5), ("linear", 0.5), ("strip", 0.5), ("strip", 1.0), ("distance_driven", 1.0))]
bad = look_at("distance_driven", 0.5)
if any(abs(share - 1) > 1e-4 or max(art, sirt) > 0.5 for share, _, art, sirt in good):
    sys.exit("changed: a matrix that was the projector's is not any more")
if bad[0] > 0.1 or bad[1] != 1 or bad[2] < 1 or bad[3] > 0.1:
    sys.exit("changed: distance_driven's matrix is no longer empty with bins narrower than pixels")
print("as stated")
PYTHON
