#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Files that other packages write, read by pyronn and compared number by number:
# tests/formats/run.sh [CHECK...]. A check is a program *_check.py of this folder, named with or
# without `_check.py`; without a name all run. It is called with the path of the program scan_dump
# and, where it is built, of `reconstruct`. Packages are in a virtual environment under
# build/formats. PYRONN_FORMATS_BUILD names a folder of CMake's that is there already.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests=$PWD/tests/formats
out=$PWD/build/formats
build=${PYRONN_FORMATS_BUILD:-$out}
python=$out/venv/bin/python

# The environment is made anew when the list of packages has changed.
mkdir -p "$out"
if ! cmp -s "$tests/requirements.txt" "$out/installed.txt"; then
  rm -rf "$out/venv"
  python3 -m venv "$out/venv"
  if ! "$python" -m pip install --quiet --disable-pip-version-check -r "$tests/requirements.txt"; then
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$out" \
      six==1.16.0 && exit 1
    echo "pip reaches no index of packages: no format is checked"
    exit 0
  fi
  cp "$tests/requirements.txt" "$out/installed.txt"
fi

if [ "$build" = "$out" ]; then
  cmake -S . -B "$build" -G Ninja -D CMAKE_BUILD_TYPE=Release -D PYRONN_ENABLE_CUDA=OFF \
    -D CMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" > "$out/cmake.log" 2>&1 ||
    { cat "$out/cmake.log"; exit 1; }
  cmake --build "$build" --target reconstruct
fi
cmake --build "$build" --target scan_dump
programs=("$build/examples/scan_dump")
[ ! -x "$build/examples/reconstruct" ] || programs+=("$build/examples/reconstruct")

checks=()
for name in "$@"; do
  checks+=("$tests/$(basename "${name%_check.py}")_check.py")
done
[ $# -gt 0 ] || checks=("$tests"/*_check.py)

status=0
table=()
for check in "${checks[@]}"; do
  name=$(basename "${check%_check.py}")
  start=$SECONDS
  is_ok=yes
  log=$out/$name.log
  "$python" "$check" "${programs[@]}" > "$log" 2>&1 || is_ok=NO status=1
  values=$(sed -n 's/^\([0-9]\+\) values compared$/\1/p' "$log" | tail -1)
  skipped=$(grep '^skipped: ' "$log") && echo "$name is $skipped" && values=skipped
  # A check that compares nothing has not checked anything.
  [ "$is_ok" = NO ] || [[ "$values" =~ ^(skipped|[1-9][0-9]*)$ ]] || is_ok=NO status=1
  [ "$is_ok" = yes ] || tail -25 "$log"
  table+=("$name" "${values:--}" "$((SECONDS - start))" "$is_ok")
done
printf '%-16s %16s %8s %4s\n' format "values compared" seconds ok "${table[@]}"
exit $status
