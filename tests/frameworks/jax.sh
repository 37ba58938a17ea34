#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Operators in JAX: tests/frameworks/jax.sh [release...]
# Builds handlers with the headers of jax 0.10.2, the oldest that they are for, and runs the same
# libraries in each release: 0.10.2 unless others are named. A release is installed into a virtual
# environment of its own, $PYRONN_VENVS/jax-RELEASE (build/frameworks without the variable), with
# the oldest Python that takes it: 0.10.2 wants 3.11, later ones 3.12. `cuda` as a release compiles
# and links handlers for CUDA devices instead, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

oldest=0.10.2
venvs=${PYRONN_VENVS:-build/frameworks}
build=build/frameworks/jax
mkdir -p "$venvs" "$build"
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}
launcher=()
if command -v ccache > /dev/null; then launcher=(ccache); fi

# The first Python of these versions, on the PATH or of pyenv.
python_of() {
  local version candidate
  local ask='import sys; print("%d.%d" % sys.version_info[:2])'
  for version in "$@"; do
    for candidate in "python$version" python3 \
      "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version"*/bin/python3; do
      if [ "$("$candidate" -c "$ask" 2> /dev/null)" = "$version" ]; then
        echo "$candidate"
        return
      fi
    done
  done
}

# The Python of a release, installed unless it is there.
install_release() {
  local release=$1 venv=$venvs/jax-$1 versions=(3.12 3.13 3.14) python
  if [ "$release" = "$oldest" ]; then versions=(3.11 "${versions[@]}"); fi
  if ! "$venv/bin/python" -c "import jax; assert jax.__version__ == '$release'" 2> /dev/null; then
    python=$(python_of "${versions[@]}")
    if [ -z "$python" ]; then
      echo "jax $release: there is no Python ${versions[*]}" >&2
      return 1
    fi
    "$python" -m venv --clear "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check "jax==$release" >&2
  fi
  echo "$venv/bin/python"
}

compile() {
  # No -Wpedantic: XLA's header is refused with it.
  "${launcher[@]}" g++ -std=c++17 -O2 -fPIC -fvisibility=hidden -Wall -Wextra -Wshadow -Wconversion \
    -Wdouble-promotion -Wundef -Wold-style-cast -Werror -I include -I tests \
    -isystem /usr/include/eigen3 -isystem "$xla" "$@"
}

# Calls of handlers without JAX, for both platforms.
build_and_test_handlers() {
  compile -DBOOST_TEST_DYN_LINK -c tests/frameworks/jax_handlers_test.cpp -o "$build/handlers.o"
  compile -DBOOST_TEST_DYN_LINK -c tests/main.cpp -o "$build/main.o"
  g++ "$build/handlers.o" "$build/main.o" -o "$build/handlers" -lboost_unit_test_framework -pthread
  "$build/handlers"
}

build_libraries() {
  compile -c tests/frameworks/jax_library.cpp -o "$build/library.o"
  compile -c tests/frameworks/operators.cpp -o "$build/operators.o"
  g++ -shared "$build/library.o" "$build/operators.o" -o "$build/ct.so" -pthread
  compile -c tests/frameworks/jax_own_geometry.cpp -o "$build/own.o"
  g++ -shared "$build/own.o" -o "$build/own.so" -pthread
}

link_for_cuda() {
  local architecture=${CUDAARCHS:-90} flags
  read -ra flags <<< "${CUDAFLAGS:-}"
  "${launcher[@]}" nvcc -std=c++17 -O3 -gencode "arch=compute_$architecture,code=sm_$architecture" \
    "${flags[@]}" -Xcompiler=-fPIC,-fvisibility=hidden -I include -isystem /usr/include/eigen3 \
    -DEIGEN_NO_CUDA -c tests/frameworks/operators.cu -o "$build/operators_cuda.o"
  nvcc -shared -gencode "arch=compute_$architecture,code=sm_$architecture" "$build/library.o" \
    "$build/operators_cuda.o" -Xlinker=--no-undefined -o "$build/ct_cuda.so"
}

releases=("$@")
if [ ${#releases[@]} -eq 0 ]; then releases=("$oldest"); fi
oldest_python=$(install_release "$oldest")
xla=$("$oldest_python" -c 'import jax; print(jax.ffi.include_dir())')
build_and_test_handlers
build_libraries
for release in "${releases[@]}"; do
  if [ "$release" = cuda ]; then
    link_for_cuda
    continue
  fi
  python=$(install_release "$release")
  "$python" tests/frameworks/jax_refusals.py "$build/ct.so" "$build/own.so"
  "$python" tests/frameworks/jax_checks.py "$build/ct.so" "$build/own.so"
  "$python" tests/frameworks/jax_modes.py "$build/ct.so" float32
done
