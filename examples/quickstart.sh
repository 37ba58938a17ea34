#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to a reconstructed scan: examples/quickstart.sh
# Installs what is missing, builds two examples, simulates a noisy cone-beam scan of the 3D
# Shepp-Logan phantom and reconstructs it on the best executor there is.
# The environment variables SIZE (voxels along each side) and VIEWS make it larger or smaller.
set -euo pipefail
cd "$(dirname "$0")/.."

size=${SIZE:-160}
views=${VIEWS:-320}
build=build/quickstart

# A tool is missing when it is not on the PATH, whoever installed it; a library when there is no
# header of it in the usual places.
install_missing() {
  local missing=() tool package header
  while read -r tool package; do
    command -v "$tool" > /dev/null || missing+=("$package")
  done <<< "cmake cmake
ninja ninja-build
g++ g++"
  while read -r header package; do
    [ -e "/usr/include/$header" ] || [ -e "/usr/local/include/$header" ] || missing+=("$package")
  done <<< "CLI/CLI.hpp libcli11-dev
nlohmann/json.hpp nlohmann-json3-dev
stb/stb_image_write.h libstb-dev"
  if [ ${#missing[@]} -eq 0 ]; then
    echo "nothing is missing"
    return
  fi
  if ! command -v apt-get > /dev/null; then
    echo "please install what Debian calls: ${missing[*]}" >&2
    exit 1
  fi
  echo "installing ${missing[*]}"
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get -qq update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends "${missing[@]}" > /dev/null
}

# CUDA is worth its longer build only where there is a GPU to run on.
choose_cuda() {
  if command -v nvcc > /dev/null && nvidia-smi --list-gpus 2> /dev/null | grep -q GPU; then
    echo ON
  else
    echo OFF
  fi
}

step() { printf '\n== %s (after %d s)\n' "$1" "$SECONDS"; }

step "what is missing"
install_missing

PATH=$PATH:/usr/local/cuda/bin
cuda=$(choose_cuda)
step "build, CUDA $cuda"
mkdir -p build
cmake -S . -B "$build" -G Ninja -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_FLAGS=-march=native \
  -D PYRONN_ENABLE_CUDA="$cuda" -D PYRONN_BUILD_TESTS=OFF \
  > "$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
cmake --build "$build" --target simulate reconstruct >> "$build.log" 2>&1 ||
  { cat "$build.log" >&2; exit 1; }

step "simulate a scan of $size^3 voxels and $views views"
"$build/examples/simulate" --size "$size" --views "$views" --photons 1000000 --output "$build/scan"

step "reconstruct"
"$build/examples/reconstruct" "$build/scan/scan.json" --window hann \
  --output "$build/volume.mha" --png "$build/slices.png" --grey 0.018 0.024 \
  --truth "$build/scan/truth.npy" --max-error 0.25

step "done"
echo "look at $build/slices.png, or open $build/volume.mha in ITK-SNAP or 3D Slicer"
