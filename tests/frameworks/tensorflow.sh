#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds a library of operators against the wheel of TensorFlow and runs its tables. Where nvcc is,
# the library for GPUs is built too and loaded into the same wheel, which has cores alone.
# PYRONN_FRAMEWORKS_DIR (build/frameworks) keeps the virtual environment `tf` and what is built;
# PYTHON (python3.11) makes the environment.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=${PYRONN_FRAMEWORKS_DIR:-build/frameworks}
build=$folder/tensorflow
python=$folder/tf/bin/python
wheels=(tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6)
mkdir -p "$build"

installed() {
  [ -x "$python" ] && "$python" -m pip freeze | grep -Fxq -- "$1"
}
for wheel in "${wheels[@]}"; do
  installed "$wheel" && continue
  [ -x "$python" ] || "${PYTHON:-python3.11}" -m venv "$folder/tf"
  "$python" -m pip install --quiet --disable-pip-version-check "${wheels[@]}"
  break
done

launcher=()
if command -v ccache > /dev/null; then launcher=(ccache); fi
compile=("${launcher[@]}" "${CXX:-g++}" -O2 -fPIC -fvisibility=hidden -Wall -Wextra -Werror -I include)
read -ra eigen <<< "$(pkg-config --cflags-only-I eigen3 2> /dev/null || echo -I/usr/include/eigen3)"

# What TensorFlow asks for. Its folder brings an Eigen of its own, hence two files: kernels know
# nothing of TensorFlow.
export TF_CPP_MIN_LOG_LEVEL=3
export PYTHONPATH=$PWD/examples/layers${PYTHONPATH:+:$PYTHONPATH}
mapfile -t flags < <("$python" -c '
import tensorflow as tf
print(*tf.sysconfig.get_compile_flags(), sep="\n")' 2> /dev/null)
mapfile -t link < <("$python" -c '
import tensorflow as tf
print(*tf.sysconfig.get_link_flags(), sep="\n")' 2> /dev/null)
flags=("${flags[@]/#-I/-isystem}")

"${compile[@]}" -std=c++17 "${eigen[@]/#-I/-isystem}" \
  -c tests/frameworks/tensorflow_kernels.cpp -o "$build/kernels.o"
"${compile[@]}" "${flags[@]}" -c tests/frameworks/tensorflow_library.cc -o "$build/library.o"
"${CXX:-g++}" -shared "$build/kernels.o" "$build/library.o" -o "$build/ct.so" "${link[@]}" -pthread

status=0
run() {
  "$python" "tests/frameworks/$1.py" "${@:2}" 2> "$build/$1.log" || {
    tail -n 20 "$build/$1.log"
    status=1
  }
}
run tensorflow_modes "$build/ct.so"
run tensorflow_checks "$build/ct.so" cpu

if command -v nvcc > /dev/null; then
  nvcc=$(readlink -f "$(command -v nvcc)")
  toolkit=$(dirname "$(dirname "$nvcc")")
  quick=()
  if [[ $(nvcc --help) == *--Ofast-compile* ]]; then quick=(--Ofast-compile=max); fi
  echo "library for GPUs: loaded, its kernels on GPUs not run"
  "${launcher[@]}" "$nvcc" -x cu -std=c++17 -O2 "${quick[@]}" -arch=sm_90 \
    -Xcompiler -fPIC,-fvisibility=hidden -Werror all-warnings -DEIGEN_NO_CUDA \
    -I include "${eigen[@]/#-I/-isystem=}" \
    -c tests/frameworks/tensorflow_kernels.cpp -o "$build/kernels_gpu.o"
  "${compile[@]}" "${flags[@]}" -DGOOGLE_CUDA=1 -isystem "$toolkit/include" \
    -c tests/frameworks/tensorflow_library.cc -o "$build/library_gpu.o"
  "${CXX:-g++}" -shared "$build/kernels_gpu.o" "$build/library_gpu.o" -o "$build/ct_gpu.so" "${link[@]}" \
    -L"$toolkit/lib64" -lcudart_static -ldl -lrt -pthread
  run tensorflow_checks "$build/ct_gpu.so" gpu
else
  echo "nvcc was not found: no library for GPUs"
fi
exit "$status"
