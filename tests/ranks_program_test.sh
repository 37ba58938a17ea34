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
# The third has more ranks than slices; the last has so many that they are brought in blocks.
for ranks in 1 2 3; do
  for options in "--threads 1" "--window hann" "--size 20 20 2" "--size 256 256 51 --voxel 0.8"; do
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
# iterates RANKS OPTION...: to the image of one rank, with its residuals.
iterates() {
  ranks=$1
  shift
  small="--size 20 20 11 --voxel 9 --threads 1"
  "$reconstruct" "$scan" --executor cpu --output "$folder/one.npy" $small "$@" > "$folder/one" || exit 1
  mkdir "$folder/new"
  on "$ranks" $small "$@" --output "$folder/new/volume.npy" --truth "$folder/one.npy" \
    --max-error 1e-5 --convergence-png "$folder/new/convergence.png" --verbose
  [ "$status" -eq 0 ] || fail "$ranks ranks, $*: status $status"
  [ "$(ls -A "$folder/new" | tr '\n' ' ')" = "convergence.png volume.npy " ] ||
    fail "$ranks ranks, $*: wrote $(ls -A "$folder/new")"
  grep -qFx "$(grep "^residual " "$folder/one")" "$folder/output" ||
    fail "$ranks ranks, $*: another residual than $(grep "^residual " "$folder/one")"
  [ "$(grep -c "^iteration 1 of " "$folder/output")" -eq 1 ] || fail "$ranks ranks, $*: not one voice"
  rm -r "$folder/new"
}
iterates 3 --method cgls --iterations 2
iterates 3 --method osem --iterations 1 --subsets 40 --initial fbp --rings 0.8
iterates 2 --method os-sart --iterations 1 --workspace 50K
# A mask that this one's zeros make.
"$reconstruct" "$scan" --executor cpu --output "$folder/mask.npy" $small --quiet \
  --method tv --strength 10 --iterations 10 --nonnegative || exit 1
iterates 2 --method tv --strength 0.1 --iterations 2 --nonnegative --mask "$folder/mask.npy"

# The first alone looks for the axis, and all use what it finds.
"$reconstruct" "$scan" --executor cpu --output "$folder/one.npy" --center auto > "$folder/one" || exit 1
on 2 --center auto --output "$folder/two.npy" --truth "$folder/one.npy" --max-error 1e-5
[ "$status" -eq 0 ] || fail "--center auto: status $status"
[ "$(grep "^axis column" "$folder/output")" = "$(grep "^axis column" "$folder/one")" ] ||
  fail "--center auto: not '$(grep "^axis column" "$folder/one")', but:"

# Plans write nothing.
mkdir "$folder/new"
on 3 --plan --output "$folder/new/volume.npy" --size 20 20 7
[ "$status" -eq 0 ] || fail "--plan: status $status"
[ "$(grep -c "^rank [012] of 3: slices .*, rows .* to .* of all views, about .* s$" "$folder/output")" -eq 3 ] ||
  fail "--plan: not three ranks, but:"
[ "$(grep -c "^about .* s$" "$folder/output")" -eq 1 ] || fail "--plan: no time, but:"
on 3 --plan --method sirt --output "$folder/new/volume.npy" --size 20 20 7
[ "$(grep -c "^rank [012] of 3: slices .*, views .* to .*, about .* s$" "$folder/output")" -eq 3 ] ||
  fail "--plan --method sirt: not three ranks, but:"
grep -q "^projection: 3 ranks: rays are shared out, as the volume of .* fits; " "$folder/output" ||
  fail "--plan --method sirt: how it projects is missing:"
[ -z "$(ls -A "$folder/new")" ] || fail "--plan: wrote $(ls -A "$folder/new")"
rmdir "$folder/new"

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
refuses "--method: pwls works on one rank alone, and on several: .* cgls .*" --method pwls --strength 1
refuses "--strength: tv needs one on several ranks" --method tv
refuses "--method: cgls on 2 ranks needs as many slices and views" --method cgls --size 9 9 1
refuses "--workspace: 1024 bytes do not hold what ranks exchange" --method cgls --workspace 1K
# The first alone cannot write.
on 2 --output "$folder/missing/volume.npy"
[ "$status" -ne 0 ] || fail "a missing folder: status 0"
[ "$(grep -c "^reconstruct: .*missing" "$folder/output")" -eq 1 ] || fail "a missing folder:"
[ "$failures" -eq 0 ]
