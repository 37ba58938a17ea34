#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Operators in frameworks of neural networks, each release in a virtual environment of its own under
# build/frameworks: tests/frameworks/run.sh [numpy libtorch torch-2.11.0 torch-2.15.0 jax-0.10.2
# jax-0.11.2 jax-0.12.0.1 tensorflow-2.21.0]. Without a name: all of them.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests=$PWD/tests/frameworks
out=$PWD/build/frameworks
mkdir -p "$out"

releases=("$@")
[ ${#releases[@]} -gt 0 ] ||
  releases=(numpy libtorch torch-2.11.0 torch-2.15.0 jax-0.10.2 jax-0.11.2 jax-0.12.0.1
    tensorflow-2.21.0)
interpreter=python3

# Makes the environment NAME with pip's arguments; `--` begins another call of pip.
environment() {
  local name=$1
  shift
  python=$out/$name/venv/bin/python
  [ -e "$out/$name/installed" ] && return
  rm -rf "${out:?}/$name/venv"
  "$interpreter" -m venv "$out/$name/venv"
  local call=()
  for word in "$@" --; do
    if [ "$word" = -- ]; then
      "$python" -m pip install --quiet --disable-pip-version-check "${call[@]}"
      call=()
    else
      call+=("$word")
    fi
  done
  touch "$out/$name/installed"
}

# Whether NAME is installed or pip can install it.
reachable() {
  [ -e "$out/$1/installed" ] && return
  [ -x "$out/probe/bin/python" ] || python3 -m venv "$out/probe"
  "$out/probe/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
    --dest "$out/probe" six==1.16.0 && return
  echo "pip reaches no index of packages: $1 is skipped"
  return 1
}

# The package as users find it.
install_package() {
  cmake -S . -B "$out/package" -G Ninja -D CMAKE_INSTALL_PREFIX="$out/prefix" \
    -D PYRONN_BUILD_TESTS=OFF -D PYRONN_BUILD_EXAMPLES=OFF -D PYRONN_ENABLE_CUDA=OFF > /dev/null
  cmake --install "$out/package" > /dev/null
}

# Builds the library of operators of a framework against what CMake finds under a path, or by options.
# It runs on small arrays, for less long than optimising it would take.
build() {
  local name=$1 framework=$2 path=$3
  shift 3
  cmake -S "$tests" -B "$out/$name/build" -G Ninja -D CMAKE_BUILD_TYPE=Release \
    -D CMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
    -D CMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" \
    -D CMAKE_PREFIX_PATH="$out/prefix;$path" -D FRAMEWORK="$framework" "$@" > "$out/$name/cmake.log" 2>&1 ||
    { cat "$out/$name/cmake.log"; return 1; }
  cmake --build "$out/$name/build"
  library=$out/$name/build/ct.so
}

numpy() {
  environment "$1" numpy==2.4.6
  library=$out/$1/dlpack.so
  c++ -std=c++17 -O1 -shared -fPIC -I include "$tests/dlpack_library.cpp" -o "$library"
  run "$1" dlpack_numpy.py "$library"
}

# LibTorch of the distribution, on cores.
libtorch() {
  if ! find /usr/lib /usr/share -name TorchConfig.cmake 2> /dev/null | grep -q .; then
    echo "LibTorch was not found: skipped (Debian: libtorch-dev)"
    return
  fi
  build "$1" torch ""
  "$out/$1/build/torch_program" "$library"
}

# The wheels of PyTorch are linked to CUDA's libraries; those of the toolkit serve, and what it
# lacks is installed.
torch() {
  local name=$1 version=${1#torch-} cuda site
  if ! command -v nvcc > /dev/null; then
    echo "the CUDA toolkit was not found, without which PyTorch's wheels do not link: $name is skipped"
    return
  fi
  environment "$name" --no-deps "torch==$version" -- \
    numpy==2.4.6 typing_extensions sympy networkx jinja2 fsspec filelock setuptools -- \
    --no-deps nvidia-cufile nvidia-cusparselt-cu13 nvidia-nvshmem-cu13 nvidia-nccl-cu13
  site=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  cuda=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
  LD_LIBRARY_PATH=$(printf '%s:' "$site"/nvidia/*/lib)$cuda/lib64
  export LD_LIBRARY_PATH
  build "$name" torch "$site/torch/share/cmake"
  run "$name" torch_modes.py "$library" cpu float32 float64
  run "$name" torch_checks.py "$library" cpu float32 float64
  run "$name" torch_filter.py "$library" cpu
  run "$name" torch_inputs.py "$library" cpu
  run "$name" torch_fbp.py "$library" "$(dirname "$library")/fbp_images.so" cpu
  run "$name" torch_physics.py "$library" cpu
  run "$name" torch_devices.py "$library"
  run "$name" torch_data_parallel.py "$library" cpu
  PYTHONPATH=examples/known_operators run "$name" torch_iterations.py "$library"
  own_geometry "$name" torch
  "$out/$name/build/torch_program" "$library"
  wheel "$name" "$site/torch/share/cmake"
  names "$name" torch -D CMAKE_PREFIX_PATH="$out/prefix;$site/torch/share/cmake"
  [ "$version" != 2.11.0 ] || inverse_problems "$name"
  [ "$name" != torch-2.11.0 ] ||
    experiments "$name" torch "$site/torch/share/cmake" {ramp_filter,total_variation,short_scan_fdk}{.py,} \
      learned_primal_dual.py
}

# Operators in libraries of inverse problems.
inverse_problems() {
  local packages=$out/$1/inverse_problems program
  if [ ! -e "$packages/installed" ]; then
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --upgrade \
      --target "$packages" -r "$tests/inverse_problems.txt"
    touch "$packages/installed"
  fi
  for program in deepinv_physics odl_operator; do
    echo "$1 $program.py:"
    PYTHONPATH=$packages "$python" "examples/layers/$program.py" "$library"
  done
}

# Handlers are built with the headers of the oldest release, and the same libraries run in all.
jax() {
  local name=$1 oldest=jax-0.10.2
  environment "$oldest" jax==0.10.2
  build "$oldest" jax "$("$python" -c 'import jaxlib; print(jaxlib.__path__[0])')"
  if [ "$name" = "$oldest" ]; then
    "$out/$oldest/build/jax_handlers"
  else
    interpreter=$(newer_python)
    if [ -z "$interpreter" ]; then
      echo "no Python 3.12 or newer was found, which $name needs: skipped"
      return
    fi
    environment "$name" "jax==${name#jax-}"
  fi
  run "$name" jax_refusals.py "$library" "$out/$oldest/build/registered.so"
  run "$name" jax_checks.py "$library" "$out/$oldest/build/registered.so"
  run "$name" jax_modes.py "$library" float32
  own_geometry "$name" jax
  [ "$name" != "$oldest" ] ||
    experiments "$name" jax "$("$python" -c 'import jaxlib; print(jaxlib.__path__[0])')" \
      short_scan_fdk_jax.py
}

# The library for GPUs, which is built where nvcc is, is loaded into the same wheel for cores.
tensorflow() {
  local name=$1
  environment "$name" "tensorflow-cpu==${name#tensorflow-}" keras==3.15.1 numpy==2.4.6
  build "$name" tensorflow "" -D Python_EXECUTABLE="$python"
  export TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=$PWD/examples/layers
  run "$name" tensorflow_modes.py "$library"
  run "$name" tensorflow_checks.py "$library" cpu
  own_geometry "$name" tensorflow
  if [ -e "${library%.so}_gpu.so" ]; then
    run "$name" tensorflow_checks.py "${library%.so}_gpu.so" gpu
  else
    echo "nvcc was not found: no library for GPUs"
  fi
  unset PYTHONPATH
  names "$name" tensorflow -D CMAKE_PREFIX_PATH="$out/prefix" -D Python_EXECUTABLE="$python"
  experiments "$name" tensorflow "" short_scan_fdk_tensorflow.py
}

# A Python of 3.12 or later, on the PATH or of pyenv.
newer_python() {
  local candidate
  for candidate in python3 python3.{12,13,14} \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1{2,3,4}*/bin/python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2> /dev/null; then
      echo "$candidate"
      return
    fi
  done
}

# A geometry of a program's own as a layer, in forty lines.
own_geometry() {
  local name=$1 framework=$2 examples=$PWD/examples/layers lines
  local program="$examples/own_geometry_$framework.py"
  "$python" "$program" "$(dirname "$library")/own.so"
  lines=$(cat "$examples/own_geometry.cpp" "$examples/own_geometry_$framework.cpp" "$program" |
    sed -e '/^\/\//d' -e '/^# /d' -e '/^$/d' | wc -l)
  echo "$name own_geometry: $lines lines"
  [ "$lines" -le 40 ]
}

# PYRO-NN's names over operators of a framework, and the examples of it in small; more arguments are
# CMake's.
names() {
  local name=$1 framework=$2 where=$out/$1/names example
  shift 2
  cmake -S examples/pyro_nn -B "$where" -G Ninja -D FRAMEWORKS="$framework" \
    -D CMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" -D PYRONN_NAMES_CUDA=OFF "$@" \
    > "$where.log" 2>&1 || { cat "$where.log"; return 1; }
  cmake --build "$where"
  local -x PYTHONPATH=$where/python TF_CPP_MIN_LOG_LEVEL=3
  run "$name" pyro_nn_names.py "$framework"
  [ "$framework" = torch ] || return 0
  for example in examples/pyro_nn/{example,iterative,trainable}_*.py; do
    "$python" "$example" --size 48
  done
}

# Experiments of examples/known_operators at a small size, which write pictures and check numbers.
experiments() {
  local name=$1 framework=$2 path=$3 where=$out/$1/experiments program command status=0
  cmake -S examples/known_operators -B "$where" -G Ninja -D CMAKE_BUILD_TYPE=Release \
    -D CMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" -D CMAKE_CXX_FLAGS=-march=native \
    -D CMAKE_PREFIX_PATH="$out/prefix;$path" -D FRAMEWORK="$framework" -D WITH_CUDA=OFF \
    -D Python_EXECUTABLE="$python" > "$out/$name/cmake_experiments.log" 2>&1 ||
    { cat "$out/$name/cmake_experiments.log"; return 1; }
  cmake --build "$where"
  for program in "${@:4}"; do
    command=("$where/$program")
    [ "${program%.py}" = "$program" ] ||
      command=("$python" "examples/known_operators/$program" "$where/known.so")
    mkdir -p "$where/${program/./_}_pictures"
    echo "$name $program"
    PYTHONPATH=examples/layers "${command[@]}" --output "$where/${program/./_}_pictures" || status=1
  done
  return $status
}

# A wheel of operators, as a program's author would build and install it.
wheel() {
  local name=$1 path=$2 where=$out/$1/wheel
  rm -rf "$where"
  "$python" -m pip install --quiet --disable-pip-version-check scikit-build-core==0.11.6
  "$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --wheel-dir "$where" -C cmake.define.CMAKE_PREFIX_PATH="$out/prefix;$path" examples/layers/wheel
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --target "$where/installed" "$where"/*.whl
  PYTHONPATH=$where/installed "$python" -c '
import torch, tilted_ct
print("from a wheel:", tuple(tilted_ct.project(torch.ones(2, 16, 24, 24)).shape))'
}

# Runs a table, keeps it and prints what failed and how many lines there are.
run() {
  local name=$1 table=$2 status=0
  shift 2
  "$python" "$tests/$table" "$@" > "$out/$name/${table%.py}.txt" 2>&1 || status=$?
  grep FAILED "$out/$name/${table%.py}.txt" || true
  echo "$name $table: $(tail -1 "$out/$name/${table%.py}.txt") in $(wc -l < "$out/$name/${table%.py}.txt") lines"
  return $status
}

install_package
for name in "${releases[@]}"; do
  mkdir -p "$out/$name"
  [ "$name" = libtorch ] || reachable "$name" || continue
  case $name in
    torch-*) torch "$name" ;;
    jax-*) jax "$name" ;;
    tensorflow-*) tensorflow "$name" ;;
    numpy | libtorch) "$name" "$name" ;;
    *) echo "there is no test of $name" && exit 1 ;;
  esac
done
