#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: a virtual data set, as scans of beamlines are (one source file for each block of views), is read
#   right, or reading it fails.
# Happens: HDF5 keeps every source file open as long as the set is. Where the system allows a process fewer
#   open files than there are sources, the sources beyond the limit read as the fill value, 0, and the
#   call reports success.
# Matters: views of a scan are black without a word: 0 counts become the greatest line integral, and
#   averages and correlations are of zeros. Many systems allow 1024 files, and a program that trains from
#   several scans at once shares them. Look whether each source can be opened, and count views that are
#   all 0.
# Versions: h5py 3.16.0 (HDF5 2.0.0), numpy 2.4.6, Python 3.11, Linux. HDF5 1.10.8 does the same.
# Output seen (how many are right depends on the files that Python itself has open):
#   300 sources, 1024 open files allowed: 300 views right, 0 read as zeros
#   300 sources, 128 open files allowed: 123 views right, 177 read as zeros
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  h5py==3.16.0 numpy==2.4.6 || {
  echo "the packages could not be installed: nothing was shown"
  exit 2
}
cd "$folder"
venv/bin/python - <<'PYTHON'
import resource
import subprocess
import sys

import h5py
import numpy as np

views = 300
layout = h5py.VirtualLayout((views, 2, 3), "u2")
for view in range(views):
    with h5py.File(f"source_{view:03d}.h5", "w") as source:
        source["data"] = np.full((2, 3), view + 1, "u2")
    layout[view] = h5py.VirtualSource(f"source_{view:03d}.h5", "data", (2, 3))
with h5py.File("scan.h5", "w") as scan:
    scan.create_virtual_dataset("data", layout, fillvalue=0)

READ = """
import h5py, numpy as np
with h5py.File("scan.h5") as scan:
    found = scan["data"][:]
right = (found == np.arange(1, 301, dtype="u2")[:, None, None]).all(axis=(1, 2))
print(int(right.sum()), int((found == 0).all(axis=(1, 2)).sum()))
"""


def read_with(limit):
    """How many views are right, and how many are zeros, in a process that may open so many files."""
    def limit_files():
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    done = subprocess.run([sys.executable, "-c", READ], preexec_fn=limit_files,
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{limit} open files allowed: reading failed, which is right")
        return None
    right, zeros = map(int, done.stdout.split())
    print(f"{views} sources, {limit} open files allowed: {right} views right, {zeros} read as zeros")
    return right, zeros


print("h5py", h5py.__version__, "with HDF5", h5py.version.hdf5_version)
many, few = read_with(1024), read_with(128)
if many != (views, 0) or few is None or few[1] < 100:
    sys.exit("this has changed: sources beyond the limit of open files are no longer read as zeros")
PYTHON
