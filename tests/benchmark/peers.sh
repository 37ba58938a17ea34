#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What other libraries take beside pyronn, on the same arrays, as a Markdown table:
#
#   tests/benchmark/peers.sh [--threads N] [--filter TEXT]
#
# Installs pinned wheels from PyPI in a temporary folder, builds pyronn's benchmarks there, and runs
# peers.py. What does not install is named and left out. On a CUDA device it needs 16 GB for arrays and
# packages, in $TMPDIR. The packages have their own licences (astra-toolbox: GPL): they are run here and
# are part of nothing that pyronn ships.
set -euo pipefail

. "$(dirname "$0")/peer_environment.sh" python3 cmake c++

packages=("$astra" "$algotom" "$rtk")
targets=(operators_benchmark)
cuda=OFF cuda_options=()
if nvidia-smi -L 2> /dev/null | grep -q '^GPU' && command -v nvcc > /dev/null; then
  cuda=ON
  packages+=("diffct[cu13]==2.5.0 torch==2.15.0") # ASTRA's 3D calls are given torch's arrays, too
  targets+=(operators_benchmark_cuda)
  cuda_options=(--cuda-benchmark "$folder/build/tests/benchmark/operators_benchmark_cuda")
else
  echo "$script: no CUDA device with nvcc: cores only, without diffct" >&2
fi

for package in "${packages[@]}"; do
  read -ra names <<< "$package"
  "${pip[@]}" "${names[@]}" 2> "$folder/log" || {
    echo "$script: without ${names[0]}, which pip could not install: $(grep -m 1 ERROR "$folder/log")" >&2
  }
done

{
  cmake -S "$here/../.." -B "$folder/build" -D CMAKE_BUILD_TYPE=Release \
    -D CMAKE_CXX_FLAGS="${CXXFLAGS:--march=native}" -D PYRONN_ENABLE_CUDA=$cuda \
    -D PYRONN_BUILD_BENCHMARKS=ON -D PYRONN_BUILD_TESTS=OFF -D PYRONN_BUILD_EXAMPLES=OFF &&
    cmake --build "$folder/build" --parallel "$(nproc)" --target "${targets[@]}"
} > "$folder/log" 2>&1 || {
  tail -n 30 "$folder/log" >&2
  echo "$script: pyronn's benchmarks could not be built" >&2
  exit 2
}
mkdir "$folder/arrays"
"$folder/venv/bin/python" "$here/peers.py" --arrays "$folder/arrays" \
  --benchmark "$folder/build/tests/benchmark/operators_benchmark" "${cuda_options[@]}" "$@"
