#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What filtered backprojection takes as a whole job on cores, from file to file, beside algotom and RTK,
# as a Markdown table:
#
#   tests/benchmark/fbp_peers.sh [--threads 1,2] [--rounds N] [--rows N] [--views N] [--cone-views N]
#                                [--filter parallel|cone]
#
# Installs pinned wheels from PyPI in a temporary folder, builds fbp_job there, and runs fbp_peers.py,
# which needs 3 GB for arrays in $TMPDIR. Programs take turns, round by round; files lie in the page
# cache. A round of all takes algotom half an hour.
set -euo pipefail

for tool in python3 c++; do
  command -v "$tool" > /dev/null || {
    echo "fbp_peers.sh: $tool is missing (apt-get install python3-venv g++ libeigen3-dev)" >&2
    exit 2
  }
done
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "numpy==2.4.6" \
  "scipy==1.17.1" "numba==0.68.1" "algotom==1.7.0" "itk-rtk==2.7.0.post1" "itk==5.4.7"
c++ -std=c++17 -O3 ${CXXFLAGS:--march=native} -I "$here/../../include" \
  -isystem "${EIGEN_INCLUDE:-/usr/include/eigen3}" "$here/fbp_job.cpp" -o "$folder/fbp_job" -pthread
mkdir "$folder/arrays"
PYTHONDONTWRITEBYTECODE=1 "$folder/venv/bin/python" "$here/fbp_peers.py" --job "$folder/fbp_job" \
  --folder "$folder/arrays" "$@"
