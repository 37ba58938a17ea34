#!/bin/sh
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# `reconstruct` on several ranks: the volume of one, one file, one voice, also of an error:
# ranks_program_test.sh RECONSTRUCT SCAN MPIRUN [FLAG...], of which the last says how many ranks.
reconstruct=$1
scan=$2
shift 2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failures=0

fail() {
  echo "$1"
  cat "$folder/output"
  failures=$((failures + 1))
}
# on RANKS OPTION...
on() {
  ranks=$1
  shift
  timeout 120 $mpirun "$ranks" "$reconstruct" "$scan" "$@" > "$folder/output" 2>&1
  status=$?
}

mpirun="$*"
"$reconstruct" "$scan" --executor cpu --output "$folder/one.npy" > /dev/null || exit 1
# The last has more ranks than slices.
for ranks in 1 2 3; do
  for options in "--threads 1" "--window hann" "--size 20 20 2"; do
    "$reconstruct" "$scan" --executor cpu --output "$folder/one.npy" $options > /dev/null || exit 1
    mkdir "$folder/new"
    on $ranks $options --output "$folder/new/volume.npy" --truth "$folder/one.npy" --max-error 1e-5 \
      --png "$folder/new/slices.png"
    [ "$status" -eq 0 ] || fail "$ranks ranks, $options: status $status"
    [ "$(ls -A "$folder/new" | tr '\n' ' ')" = "slices.png volume.npy " ] ||
      fail "$ranks ranks, $options: wrote $(ls -A "$folder/new")"
    [ "$(grep -c "views of .* voxels of .*, on " "$folder/output")" -eq 1 ] ||
      fail "$ranks ranks, $options: not one of them speaks"
    [ $ranks -eq 1 ] || grep -q ", on $ranks ranks of " "$folder/output" ||
      fail "$ranks ranks, $options: the number is missing"
    rm -r "$folder/new"
  done
done
# refuses TEXT OPTION...: once, and nothing is written.
refuses() {
  text=$1
  shift
  mkdir "$folder/new"
  on 2 --output "$folder/new/volume.npy" "$@"
  [ "$status" -eq 2 ] || fail "$*: status $status instead of 2"
  [ "$(grep -c -e "^reconstruct: .*$text" "$folder/output")" -eq 1 ] ||
    fail "$*: not once '$text', but:"
  [ -z "$(ls -A "$folder/new")" ] || fail "$*: wrote $(ls -A "$folder/new")"
  rmdir "$folder/new"
}
refuses "--voxel: 'x' must be a number above 0" --voxel x
refuses "--size: 0 must be at least 1\|--size: '0' must be a whole number above 0" --size 0 8 8
refuses "--method: iterations work on one rank alone" --method sirt --iterations 2
refuses "--plan: plans are made on one rank alone" --plan
# The first alone cannot write.
on 2 --output "$folder/missing/volume.npy"
[ "$status" -ne 0 ] || fail "a missing folder: status 0"
[ "$(grep -c "^reconstruct: .*missing" "$folder/output")" -eq 1 ] || fail "a missing folder:"
[ "$failures" -eq 0 ]
