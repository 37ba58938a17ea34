#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What the operators take on this machine, as one Markdown table:
#
#   tests/benchmark/table.sh [--filter TEXT] [--threads LIST] [--build FOLDER] [OLDER_CHECKOUT]
#
# Builds the benchmarks, of another checkout too if one is named, and runs them on cores and on the
# CUDA device if there is one. Where a row is in both, "old/new" is how many times faster it is here.
# --filter is the benchmarks' own. --threads takes numbers with commas between them; without it all
# cores work. --build keeps what is built. CXXFLAGS and CUDAARCHS are heeded.
set -euo pipefail

fail() {
  echo "table.sh: $*" >&2
  exit 2
}

filter="" threads=$(nproc) build="" older=""
while [ $# -gt 0 ]; do
  case $1 in
    --filter | --threads | --build)
      [ $# -gt 1 ] || fail "$1 needs a value"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    -*) fail "there is no option $1: --filter TEXT, --threads LIST and --build FOLDER are known" ;;
    *)
      [ -z "$older" ] || fail "one other checkout, not both $older and $1"
      older=$1
      ;;
  esac
  shift
done
[[ $threads =~ ^[1-9][0-9]*(,[1-9][0-9]*)*$ ]] ||
  fail "--threads takes numbers with commas between them, as 1,2; not '$threads'"
for tool in cmake c++ awk; do
  command -v "$tool" > /dev/null || fail "$tool is missing (apt-get install cmake g++)"
done

new=$(cd "$(dirname "$0")/../.." && pwd)
checkouts=("$new")
if [ -n "$older" ]; then
  [ -f "$older/tests/benchmark/operators_benchmark.cpp" ] ||
    fail "$older is no checkout of pyronn: it has no tests/benchmark/operators_benchmark.cpp"
  checkouts+=("$(cd "$older" && pwd)")
fi
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
build=${build:-$results/build}

cuda=OFF
if nvidia-smi -L 2> /dev/null | grep -q '^GPU'; then
  command -v nvcc > /dev/null || [ -n "${CUDACXX:-}" ] ||
    fail "there is a CUDA device, but no nvcc on the PATH (nor in CUDACXX) to build for it"
  cuda=ON
fi

# Both are built before the first is run, so that no compiler disturbs a measurement.
targets=(operators_benchmark)
[ $cuda = OFF ] || targets+=(operators_benchmark_cuda)
for version in "${!checkouts[@]}"; do
  echo "building ${checkouts[version]}" >&2
  {
    cmake -S "${checkouts[version]}" -B "$build/$version" -D CMAKE_BUILD_TYPE=Release \
      -D CMAKE_CXX_FLAGS="${CXXFLAGS:--march=native}" -D PYRONN_ENABLE_CUDA=$cuda \
      -D PYRONN_BUILD_BENCHMARKS=ON -D PYRONN_BUILD_TESTS=OFF -D PYRONN_BUILD_EXAMPLES=OFF &&
      cmake --build "$build/$version" --parallel "$(nproc)" --target "${targets[@]}"
  } > "$results/log" 2>&1 || {
    tail -n 30 "$results/log" >&2
    fail "${checkouts[version]} could not be built"
  }
done

# Puts the version, 0 or 1, and where it ran before each line.
run() {
  local version=$1 where=$2
  shift 2
  echo "running ${checkouts[version]}, $where" >&2
  "$@" --csv --filter "$filter" | sed "1d; s/^/$version,$where,/" >> "$results/csv" ||
    fail "$1 failed"
}
: > "$results/csv"
for count in ${threads//,/ }; do
  for version in "${!checkouts[@]}"; do
    run "$version" "threads: $count" "$build/$version/tests/benchmark/operators_benchmark" "$count"
  done
done
if [ $cuda = ON ]; then
  for version in "${!checkouts[@]}"; do
    run "$version" "CUDA" "$build/$version/tests/benchmark/operators_benchmark_cuda"
  done
fi
[ -s "$results/csv" ] || fail "no line holds '$filter'"

describe() { git -C "$1" describe --always --dirty 2> /dev/null || basename "$1"; }
echo "pyronn $(describe "$new")${older:+ beside $(describe "$older")};" \
  "$(awk -F ': *' '/model name/ { print $2; exit }' /proc/cpuinfo)" \
  "$([ $cuda = OFF ] || nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -n 1)"
echo "P4 has 360 views with CUDA and 60 on cores unless its name says another number. Times" \
  "are of one call; extra memory is what it takes beyond input and output."
echo
awk -F , -v has_old=${older:+1} '
  {
    row = $3 " | " $4 " | " $6 " | " $2
    if (!(row in seen)) { seen[row] = 1; rows[++count] = row }
    ms[$1, row, $5] = $7; rate[$1, row, $5] = $8 " " $9; extra[$1, row, $5] = $10
  }
  function digits(value) { return value == "" ? "" : sprintf(value < 10 ? "%.3f" : "%.1f", value) }
  function cells(row, interp,    new, old, ratio) {
    new = ms[0, row, interp]; old = ms[1, row, interp]
    ratio = new != "" && old != "" ? sprintf("%.2f", old / new) : ""
    return " " digits(new) " |" (has_old ? " " digits(old) " | " ratio " |" : "") \
      " " rate[0, row, interp] " | " digits(extra[0, row, interp]) " |"
  }
  END {
    split("texture software", interps, " ")
    head = "| problem | operator | storage | where |"; line = "|---|---|---|---|"
    for (i = 1; i <= 2; ++i) {
      head = head " " interps[i] " [ms]" (has_old ? " | old [ms] | old/new" : "") " | rate | extra [MiB] |"
      line = line (has_old ? "---|---|" : "") "---|---|---|"
    }
    print head; print line
    for (n = 1; n <= count; ++n)
      print "| " rows[n] " |" cells(rows[n], "texture") cells(rows[n], "software")
  }' "$results/csv"
