#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What iterative reconstruction takes on cores, and what comes out, beside RTK and ASTRA, as a Markdown
# table:
#
#   tests/benchmark/solver_peers.sh [--threads 1,2] [--filter sart|osem|cgls|admm-tv|sirt]
#
# Installs pinned wheels from PyPI in a temporary folder, and builds solver_job there.
set -euo pipefail

. "$(dirname "$0")/peer_environment.sh" python3 c++

read -ra packages <<< "$rtk $astra"
"${pip[@]}" "${packages[@]}"
c++ -std=c++17 -O3 ${CXXFLAGS:--march=native} -I "$here/../../include" "$here/solver_job.cpp" \
  -o "$folder/solver_job" -pthread
mkdir "$folder/arrays"
"$folder/venv/bin/python" "$here/solver_peers.py" --job "$folder/solver_job" --folder "$folder/arrays" "$@"
