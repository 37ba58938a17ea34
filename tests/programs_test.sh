#!/bin/sh
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What the programs do where output cannot be written: programs_test.sh RECONSTRUCT SIMULATE SCAN.JSON
reconstruct=$1
simulate=$2
scan=$3
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failures=0

# expect STATUS TEXT: the last command ended so and said so on standard error.
expect() {
  if [ "$status" -ne "$1" ] || { [ -n "$2" ] && ! grep -q "$2" "$folder/error"; }; then
    echo "status $status instead of $1, and instead of '$2':"
    cat "$folder/error"
    failures=$((failures + 1))
  fi
}

# tells TEXT WHAT: the last command said so on standard output; else that WHAT.
tells() {
  grep -q "$1" "$folder/output" && return
  echo "$2:"
  cat "$folder/output"
  failures=$((failures + 1))
}

# nothing_in NAME...: no such file, and no temporary.
nothing_in() {
  for name in "$@" "$folder"/.pyronn-*; do
    [ ! -e "$name" ] && continue
    echo "$name was written"
    failures=$((failures + 1))
  done
}

# Standard output that is lost is an error, found before anything is computed.
"$reconstruct" "$scan" --output "$folder/full.mha" > /dev/full 2> "$folder/error"
status=$?
expect 1 "standard output cannot be written: No space left on device"
nothing_in "$folder/full.mha"
"$reconstruct" "$scan" --output "$folder/closed.mha" >&- 2> "$folder/error"
status=$?
expect 1 "standard output cannot be written: Bad file descriptor"
nothing_in "$folder/closed.mha"
"$reconstruct" --help > /dev/full 2> "$folder/error"
status=$?
expect 1 "standard output cannot be written"
"$simulate" --size 8 --views 3 --output "$folder/simulated" > /dev/full 2> "$folder/error"
status=$?
expect 1 "standard output cannot be written"

# With --quiet there is nothing to lose, and no file takes the place of a closed stream.
"$reconstruct" "$scan" --output "$folder/quiet.npy" --quiet >&- 2> "$folder/error"
status=$?
expect 0 ''
head -c 6 "$folder/quiet.npy" | grep -aq NUMPY || {
  echo "quiet.npy is no array"
  failures=$((failures + 1))
}

# Places that cannot be written are found before anything is computed.
if [ -d /proc/self ]; then
  "$reconstruct" "$scan" --output /proc/volume.mha > "$folder/output" 2> "$folder/error"
  status=$?
  expect 2 "^reconstruct: --output: /proc/volume.mha: cannot create a temporary file beside it"
  "$reconstruct" "$scan" --output "$folder/volume.npy" --png /proc/slices.png \
    >> "$folder/output" 2> "$folder/error"
  status=$?
  expect 2 "^reconstruct: --png: /proc/slices.png: cannot create a temporary file beside it"
  nothing_in "$folder/volume.npy"
  if grep -q "views of" "$folder/output"; then
    echo "it computed first"
    failures=$((failures + 1))
  fi
fi
"$simulate" --size 8 --views 3 --output "$scan" > /dev/null 2> "$folder/error"
status=$?
expect 1 "^simulate: $scan: cannot be made a folder: "

# Images that cannot be right are refused; what is wrong with few pixels is said.
there=$(dirname "$scan")
sed 's/"projections.npy"/"P"/;s/"dark.npy"/"F"/;s/"flat.npy"/"D"/' "$scan" |
  sed "s#\"P\"#\"$there/projections.npy\"#;s#\"D\"#\"$there/dark.npy\"#;s#\"F\"#\"$there/flat.npy\"#" \
    > "$folder/swapped.json"
"$reconstruct" "$folder/swapped.json" --output "$folder/swapped.mha" --quiet 2> "$folder/error"
status=$?
expect 2 "swapped.json: the flat field is below the dark field in most pixels; are they swapped?"
nothing_in "$folder/swapped.mha"
"$simulate" --size 24 --views 24 --dead-pixels 0.02 --output "$folder/dead" > /dev/null
"$reconstruct" "$folder/dead/scan.json" --output "$folder/dead/volume.npy" --quiet \
  2> "$folder/error"
status=$?
expect 0 "^reconstruct: [0-9]* bad pixels: "
"$reconstruct" "$folder/dead/scan.json" --output "$folder/dead/volume.npy" --quiet --repair \
  --truth "$folder/dead/truth.npy" --max-error 0.5 2> "$folder/error"
status=$?
expect 0 "bad pixels"

# Corrections of rings look at all views at once.
"$reconstruct" "$folder/dead/scan.json" --output "$folder/dead/rings.npy" --rings --executor cpu \
  --workspace 100K > "$folder/output" 2> "$folder/error"
status=$?
expect 0 ''
grep -q "24 views at a time" "$folder/output" || {
  echo "rings are looked for in a part of the views"
  failures=$((failures + 1))
}

# What is given counts for descriptions, too; what contradicts is refused.
"$reconstruct" "$folder/dead/scan.json" --output "$folder/dead/turned.npy" --quiet \
  --rotation clockwise 2> /dev/null
if cmp -s "$folder/dead/turned.npy" "$folder/dead/volume.npy"; then
  echo "--rotation changes nothing"
  failures=$((failures + 1))
fi
"$reconstruct" "$folder/dead/scan.json" --output "$folder/dead/full.npy" --full-intensity 5 \
  2> "$folder/error"
status=$?
expect 2 "^reconstruct: --full-intensity: .* has flat fields"
"$reconstruct" "$folder/dead/scan.json" --output "$folder/dead/full.npy" \
  --axis-png "$folder/dead/axis.png" 2> "$folder/error"
status=$?
expect 2 "^reconstruct: --axis-png: nothing is searched for"
"$reconstruct" "$folder/dead/truth.npy" --output "$folder/dead/full.npy" 2> "$folder/error"
status=$?
expect 2 "is of no format that is known"
"$reconstruct" "$folder/nowhere.json" --output "$folder/dead/full.npy" 2> "$folder/error"
status=$?
expect 2 "nowhere.json: does not exist"

# A region is a part of the volume that there is when the axis is known; pictures of nothing are
# refused, and numbers are short.
scanned="$folder/dead"
"$reconstruct" "$scanned/scan.json" --output "$scanned/part.npy" --region 0 3 0 3 0 24 \
  2> "$folder/error"
status=$?
expect 2 "^reconstruct: --region: z from 0 to 24 is no part of the volume, which has 24 voxels"
"$reconstruct" "$scanned/scan.json" --output "$scanned/part.npy" --middle 0 0 900 2> "$folder/error"
status=$?
expect 2 "^reconstruct: --middle: what is seen holds nothing of x from -100 to 100"
nothing_in "$scanned/part.npy"

# What the file says, what is found and what is assumed are told in this order.
"$reconstruct" "$scanned/scan.json" --output "$scanned/found.npy" --center auto > "$folder/output" \
  2> /dev/null
grep -q "^axis column [0-9]*[.][0-9]\{1,4\} +- [0-9]*[.][0-9]\{1,4\}: found from the images" \
  "$folder/output" || {
  echo "the axis is not told, or not shortly:"
  cat "$folder/output"
  failures=$((failures + 1))
}
if grep -n "assumed\|found" "$folder/output" | grep -A9 assumed | grep -q found; then
  echo "an assumption is told before what was found"
  failures=$((failures + 1))
fi

# Every iterative method makes residual and error small in few iterations, and takes the memory that
# was forecast, but for what the program itself takes.
"$simulate" --size 24 --views 30 --photons 1000000 --output "$folder/few" > /dev/null
few="$folder/few/scan.json"
# iterates RESIDUAL ERROR OPTION...: the residual falls below this part of the start's, and the
# relative error is below that.
iterates() {
  most=$1
  error=$2
  shift 2
  "$reconstruct" "$few" --executor cpu --output "$folder/few/volume.npy" --truth \
    "$folder/few/truth.npy" --max-error "$error" "$@" > "$folder/output" 2> "$folder/error"
  status=$?
  expect 0 ''
  awk -v most="$most" '/^residual/ { found = 1; if ($2 >= most) exit 1 } END { if (!found) exit 1 }' \
    "$folder/output" || {
    echo "$*: the residual does not fall below $most:"
    grep "^residual" "$folder/output"
    failures=$((failures + 1))
  }
  awk '/ MiB on the host/ { sub(/ MiB on the host.*/, ""); is[++n] = $NF }
    END { exit n != 2 || is[1] > is[2] + 16 }' "$folder/output" || {
    echo "$*: more memory is forecast than taken:"
    grep "MiB on the host" "$folder/output"
    failures=$((failures + 1))
  }
}
iterates 0.08 0.2 --method sirt --iterations 20
iterates 0.06 0.35 --method sart --iterations 3
iterates 0.07 0.25 --method os-sart --iterations 3
iterates 0.06 0.35 --method cgls --iterations 10
iterates 0.06 0.35 --method lsqr --iterations 10
iterates 0.13 0.25 --method mlem --iterations 20
iterates 0.13 0.35 --method osem --iterations 3 --subsets 5
iterates 0.15 0.3 --method pwls --iterations 10 --strength 20 --subsets 5
tells "^delta [0-9.e+-]*, by the slopes of" "the delta that was chosen is not told"
iterates 0.15 0.3 --method pwls --iterations 10 --strength 20 --subsets 5 --delta 0.001
iterates 0.08 0.18 --method tv --iterations 20 --strength 0.01 --nonnegative
iterates 0.08 0.2 --method pdhg --iterations 20 --strength 0.01
iterates 0.06 0.3 --method admm-tv --iterations 5 --strength 0.01
iterates 0.12 0.25 --method asd-pocs --iterations 5
iterates 0.8 0.2 --method sirt --iterations 5 --initial fbp --window hann --nonnegative
# A strength that is not given is chosen.
"$reconstruct" "$few" --executor cpu --output "$folder/few/chosen.npy" --method tv --nonnegative \
  --voxel 25 > "$folder/output" 2> "$folder/error"
status=$?
expect 0 ''
tells "^strength [0-9.e+-]*, by views that were held out" "the strength that was chosen is not told"
# Of a part of the half turn views are held out at its ends.
sed 's/"count": 30/"count": 30, "range_deg": 60/' "$few" > "$folder/few/limited.json"
"$reconstruct" "$folder/few/limited.json" --executor cpu --output "$folder/few/limited.npy" \
  --method tv --nonnegative --voxel 50 > "$folder/output" 2> "$folder/error"
status=$?
expect 0 ''
tells "held out at the ends$" "it is not told that views at the ends are held out"
# A strength is chosen with a mask, too, for a stack of slices. The start is the image of that search:
# residuals are told in parts of that before it.
iterates 0.1 0.15 --method tv --iterations 20 --nonnegative --mask "$folder/few/truth.npy"
tells "^strength [0-9.e+-]*, by views that were held out" "the strength that was chosen within the mask is not told"
tells "^tv, 20 iterations from what a search for the strength makes from zeros, strength by views" "the start is not told"
tells "^residual [0-9.e+-]* of that before the search after 20 iterations" "it is not told of what the residual is a part"
"$reconstruct" "$few" --output "$folder/few/plan.npy" --method tv --strength 0.01 --plan \
  > "$folder/output" 2> "$folder/error"
status=$?
expect 0 ''
tells "^tv, 100 iterations from zeros, strength 0.01" "the plan does not tell the method"
nothing_in "$folder/few/plan.npy"

# The picture of the residuals is a PNG; the mask keeps voxels as they were at the start.
iterates 0.1 0.16 --method sirt --iterations 3 --mask "$folder/few/truth.npy" \
  --convergence-png "$folder/few/convergence.png"
head -c 4 "$folder/few/convergence.png" | grep -aq PNG || {
  echo "convergence.png is no picture"
  failures=$((failures + 1))
}

# Options that a method does not have are refused.
# refuses TEXT OPTION...
refuses() {
  text=$1
  shift
  "$reconstruct" "$few" --executor cpu --output "$folder/few/refused.npy" "$@" > /dev/null \
    2> "$folder/error"
  status=$?
  expect 2 "^reconstruct: $text"
}
refuses "--window: --method sirt does not filter" --method sirt --window hann
refuses "--subsets: --method cgls takes no subsets" --method cgls --subsets 3
refuses "--nonnegative: --method lsqr keeps no bounds" --method lsqr --nonnegative
refuses "--strength: --method sart has no penalty" --method sart --strength 1
refuses "--strength: --method pdhg needs one" --method pdhg
refuses "--delta: --method tv has no such penalty" --method tv --delta 1
refuses "--delta: '0' must be a number above 0" --method pwls --strength 1 --delta 0
refuses "--extend: --method sirt needs no more columns" --method sirt --extend 0
refuses "--interpolation: --method sirt takes software alone" --method sirt \
  --interpolation texture
refuses "--initial: --method osem multiplies its start" --method osem --initial zero
refuses "--iterations: --method fbp does not iterate" --iterations 3
refuses "--convergence-png: --method fbp does not iterate" \
  --convergence-png "$folder/few/refused.png"
refuses "--subsets: 31 of 30 views" --method osem --subsets 31
refuses "--mask: .* has 24 x 24 x 1 voxels (x, y, z); the volume has 24 x 24 x 24" --method sirt \
  --mask "$folder/few/flat.npy"
refuses "--host-memory: tv works on all at once and takes [0-9]*M, [0-9]*M of them" \
  --method tv --strength 1 --host-memory 1M
nothing_in "$folder/few/refused.npy"

# Help fits on a screen.
"$reconstruct" --help | awk 'length($0) > 100 { wide = 1 } END { exit wide || NR > 50 }' || {
  echo "--help has more than 50 lines, or more than 100 columns"
  failures=$((failures + 1))
}

# A program that is stopped leaves nothing behind.
"$simulate" --size 96 --views 200 --output "$folder/large" > /dev/null
"$reconstruct" "$folder/large/scan.json" --output "$folder/large/stopped.mha" --executor cpu \
  --threads 1 --size 400 400 400 --voxel 0.5 > /dev/null 2> "$folder/error" &
program=$!
for wait in 1 2 3 4 5 6 7 8 9 10; do
  ls "$folder"/large/.pyronn-* > /dev/null 2>&1 && break
  sleep 0.3
done
ls "$folder"/large/.pyronn-* > /dev/null 2>&1 || {
  echo "there is no temporary file to be left behind"
  failures=$((failures + 1))
}
kill -s TERM "$program"
wait "$program" 2> /dev/null
nothing_in "$folder/large/stopped.mha" "$folder"/large/.pyronn-*

exit $((failures > 0))
