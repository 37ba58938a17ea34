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

. "$(dirname "$0")/peer_environment.sh" python3 c++

read -ra packages <<< "$algotom $rtk"
"${pip[@]}" "${packages[@]}"
c++ -std=c++17 -O3 ${CXXFLAGS:--march=native} -I "$here/../../include" "$here/fbp_job.cpp" \
  -o "$folder/fbp_job" -pthread
mkdir "$folder/arrays"
"$folder/venv/bin/python" "$here/fbp_peers.py" --job "$folder/fbp_job" \
  --folder "$folder/arrays" "$@"
