#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Everything that must hold before a change is accepted: tests/run.sh [stage...]
# A stage is `format` or a preset of CMakePresets.json. Without one: format docs tidy sanitize cuda,
# or host instead of cuda where nvcc is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}
export CMAKE_BUILD_PARALLEL_LEVEL CTEST_PARALLEL_LEVEL

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
ccache ccache"
  for package in libclang-rt-dev libeigen3-dev libboost-test-dev libcli11-dev nlohmann-json3-dev \
    libpugixml-dev libstb-dev; do
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
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends "${missing[@]}"
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

# Configures and builds a preset and runs its tests; docs has none, tidy and cuda20 only compile every
# header.
run_preset() {
  cmake --preset "$1"
  cmake --build --preset "$1"
  case $1 in docs | tidy | cuda20) ;; *) ctest --preset "$1" ;; esac
}

stage() {
  local name=$1 start=$SECONDS
  shift
  echo
  echo "=== $name"
  "$@"
  echo "=== $name: $((SECONDS - start)) s"
}

stages=("$@")
if [ ${#stages[@]} -eq 0 ]; then
  stages=(format docs tidy sanitize)
  if command -v nvcc > /dev/null; then stages+=(cuda); else stages+=(host); fi
fi

# Where nothing runs on a device, nvcc may leave its code slow.
if ! command -v nvidia-smi > /dev/null &&
  [[ $(nvcc --help 2> /dev/null) == *--Ofast-compile* ]]; then
  export CUDAFLAGS="--Ofast-compile=max ${CUDAFLAGS:-}"
fi

stage "install" install_missing
for name in "${stages[@]}"; do
  case $name in
    format) stage format check_format ;;
    docs) stage docs make_docs ;;
    *) stage "$name" run_preset "$name" ;;
  esac
done
