#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Everything that must hold before a change is accepted: tests/run.sh [stage...]
# A stage is `format`, `fuzz` (a million inputs for each reader of files), `interop` (arrays and
# operators in NumPy and LibTorch), `frameworks` (in every release of every framework, with
# wheels from PyPI), `formats` (files of scans that other packages write) or a preset of
# CMakePresets.json; A+B runs both at once. Without one: format+docs+tidy+tsan+interop+cuda sanitize,
# or host instead of cuda where nvcc is missing. `cuda` runs as C++ tests that are slow under
# sanitizers. By hand, as they take longer: `large` (whole reconstructions, measured scans, minima),
# `cuda20` (every header alone), `cuda-all` (everything in both languages), `sanitize-plain` (what
# `cuda` runs as C++), `frameworks`, `formats` and `fuzz`.
set -euo pipefail
cd "$(dirname "$0")/.."

CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}
export CMAKE_BUILD_PARALLEL_LEVEL CTEST_PARALLEL_LEVEL
# Without these ccache keeps nothing that was compiled with a precompiled header.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}

# A tool is missing when it is not on the PATH, whoever installed it; a library when dpkg says so.
install_missing() {
  command -v apt-get > /dev/null || { echo "no apt-get: nothing is installed"; return; }
  local missing=() tool package
  while read -r tool package; do
    command -v "$tool" > /dev/null || missing+=("$package")
  done <<< "cmake cmake
ninja ninja-build
g++ g++
clang++ clang
clang-tidy clang-tidy
clang-format clang-format
pkg-config pkg-config
doxygen doxygen
ccache ccache
ld.lld lld"
  for package in python3-venv libclang-rt-dev libeigen3-dev libboost-test-dev libcli11-dev nlohmann-json3-dev \
    libpugixml-dev libstb-dev libtiff-dev libhdf5-dev zlib1g-dev libdcmtk-dev libopenmpi-dev openmpi-bin "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
      missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    echo "nothing is missing"
    return
  fi
  echo "installing ${missing[*]}"
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get -qq update
  install_packages "${missing[@]}"
  # Not every distribution has it; what needs it is skipped then.
  install_packages libtorch-dev || echo "libtorch-dev cannot be installed"
}

install_packages() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends "$@"
}

check_format() {
  if ! command -v clang-format > /dev/null; then
    echo "clang-format was not found: skipped"
    return
  fi
  find include tests examples -regex '.*\.\(cpp\|hpp\|cu\|cuh\)' -print0 |
    xargs -0 clang-format --dry-run --Werror
}

make_docs() {
  if ! command -v doxygen > /dev/null; then
    echo "doxygen was not found: skipped"
    return
  fi
  run_preset docs
}

fuzz_readers() {
  cmake --preset sanitize
  cmake --build --preset sanitize --target readers_fuzz
  build/sanitize/tests/readers_fuzz 1000000
}

# Configures and builds a preset and runs its tests; docs has none, tidy and cuda20 only compile every
# header.
run_preset() {
  cmake --preset "$1"
  cmake --build --preset "$1"
  case $1 in docs | tidy | cuda20) ;; *) ctest --preset "$1" ;; esac
}

run_stage() {
  case $1 in
    *+*) run_side_by_side ${1//+/ } ;;
    format) check_format ;;
    docs) make_docs ;;
    fuzz) fuzz_readers ;;
    interop) tests/frameworks/run.sh numpy libtorch ;;
    frameworks) tests/frameworks/run.sh ;;
    formats) tests/formats/run.sh ;;
    *) run_preset "$1" ;;
  esac
}

# Stages of which some keep no more than a core busy, or wait; their outputs come one after the other.
run_side_by_side() {
  local name status=0 logs
  local -A jobs=()
  logs=$(mktemp -d)
  for name in "$@"; do
    run_stage "$name" > "$logs/$name" 2>&1 &
    jobs[$name]=$!
  done
  for name in "$@"; do
    wait "${jobs[$name]}" || { status=1; echo "$name failed:"; }
    cat "$logs/$name"
  done
  rm -rf "$logs"
  return "$status"
}

# Sets cpu_seconds to what commands of this script, and all that they started, have taken so far.
# `times` knows of them in this shell alone, not in one that a substitution starts.
measured=$(mktemp)
count_cpu_seconds() {
  times > "$measured"
  cpu_seconds=$(awk -F '[ms ]+' 'NR == 2 { print $1 * 60 + $2 + $3 * 60 + $4 }' "$measured")
}

summary=()
finish() {
  local status=$?
  rm -f "$measured"
  echo
  printf '%-30s %8s %12s\n' "stage" "wall [s]" "CPU [min]" "${summary[@]}"
  exit "$status"
}
trap finish EXIT

# A stage that fails ends the script, hence its line in advance.
stage() {
  local name=$1 start=$SECONDS minutes before
  shift
  echo
  echo "=== $name"
  summary+=("$name" "failed" "")
  count_cpu_seconds
  before=$cpu_seconds
  "$@"
  count_cpu_seconds
  minutes=$(awk -v after="$cpu_seconds" -v before="$before" \
    'BEGIN { printf "%.1f", (after - before) / 60 }')
  summary[-2]=$((SECONDS - start))
  summary[-1]=$minutes
  echo "=== $name: $((SECONDS - start)) s, $minutes minutes of CPU"
}

stages=("$@")
if [ ${#stages[@]} -eq 0 ]; then
  language=host
  if command -v nvcc > /dev/null; then language=cuda; fi
  stages=("format+docs+tidy+tsan+interop+$language" sanitize)
fi

# Where nothing runs on a device, nvcc may leave its code slow.
if ! command -v nvidia-smi > /dev/null &&
  [[ $(nvcc --help 2> /dev/null) == *--Ofast-compile* ]]; then
  export CUDAFLAGS="--Ofast-compile=max ${CUDAFLAGS:-}"
fi

# Plug-ins that inflate what h5py compresses, and readers and writers of Zeiss files.
more_packages=()
[[ " ${stages[*]} " != *" formats "* ]] || more_packages=(hdf5-filter-plugin
  hdf5-filter-plugin-blosc-serial hdf5-plugin-lzf libgsf-1-dev python3-dxchange python3-h5py
  python3-olefile python3-pandas python3-scipy python3-six python3-tifffile)

stage "install" install_missing ${more_packages[@]+"${more_packages[@]}"}
for name in "${stages[@]}"; do stage "$name" run_stage "$name"; done
