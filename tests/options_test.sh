#!/bin/sh
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# What `reconstruct` says of options that are wrong, contradict the scan, or have no effect, and that
# it leaves nothing behind: options_test.sh RECONSTRUCT SIMULATE
reconstruct=$1
simulate=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failures=0
scan="$folder/scan/scan.json"
"$simulate" --size 24 --views 30 --output "$folder/scan" > /dev/null || exit 1

fail() {
  echo "$1"
  cat "$folder/error"
  failures=$((failures + 1))
}

# run OPTION...: on the CPU unless `executor` says otherwise; outputs would be new files.
run() {
  rm -rf "$folder/new" && mkdir "$folder/new"
  "$reconstruct" --executor "${executor:-cpu}" --output "$folder/new/volume.npy" "$@" > "$folder/output" \
    2> "$folder/error"
  status=$?
}
# refuses TEXT OPTION...: one line, status 2, and nothing is written.
refuses() {
  text=$1
  shift
  run "$@"
  [ "$status" -eq 2 ] || fail "$*: status $status instead of 2"
  grep -q -e "^reconstruct: $text" "$folder/error" || fail "$*: not '$text', but:"
  grep -q "::" "$folder/error" && fail "$*: speaks of C++:"
  [ -z "$(ls -A "$folder/new")" ] || fail "$*: wrote $(ls -A "$folder/new")"
}
# accepts OPTION...
accepts() {
  run "$@"
  [ "$status" -eq 0 ] || fail "$*: status $status instead of 0"
}

# Several of it would write the same files, unless they know of each other.
for variable in OMPI_COMM_WORLD_SIZE PMI_SIZE; do
  export $variable=4
  refuses "\(MPI has started 4 ranks ($variable)\|$variable says 4 ranks, but MPI knows 1\)" "$scan"
  export $variable=1
  accepts "$scan"
  unset $variable
done

# Options may stand before the file, whatever they take; what is no number is quoted.
accepts --voxel 10 "$scan"
accepts --voxel 10 10 10 "$scan"
accepts --size 8 8 8 "$scan"
accepts --repair "$scan"
accepts --rings 0.5 --zingers "$scan"
accepts --hardening 0 1 "$scan" --quiet
accepts --middle -1 0 0 --size 4 4 4 -- "$scan"
accepts --region 0 3 0 3 0 3 "$scan"
accepts --pixel 14 "$scan"
refuses "--voxel: 'x' must be a number above 0" --voxel x "$scan"
refuses "--voxel: '1,5' must be a number above 0" --voxel 1,5 "$scan"
refuses "--voxel: '0' must be a number above 0" --voxel 0 "$scan"
refuses "--voxel: '1e999' must be a number above 0" --voxel 1e999 "$scan"
refuses "--size: '8.5' must be a whole number above 0" --size 8.5 8 8 "$scan"
refuses "--size: wants 3 values, not 2" "$scan" --size 8 8
refuses "--center: wants 1 value, but there is none" "$scan" --center
refuses "--threads: '0' must be a whole number from 1 to 4096" --threads 0 "$scan"
refuses "--middle: 'nan' must be a number" "$scan" --middle nan 0 0
refuses "--center: '3x' must be file, auto or a column" "$scan" --center 3x
refuses "--hardening: 'x' must be a number, or file alone" "$scan" --hardening x
refuses "--zingers: 'nan' must be a number" "$scan" --zingers nan
refuses "--rings: 'inf' must be a number" "$scan" --rings inf

# GPUs. There need be none.
refuses "--devices: is of no use without a GPU; --executor is cpu" --devices 0 "$scan"
executor=auto
refuses "--devices: '0,x' must be all, or numbers of GPUs, as 0,1" --devices 0,x "$scan"
refuses "--devices: 1 is named twice" --devices 1,0,1 "$scan"
refuses "--devices: \(99, but CUDA's are\|there is no CUDA device\)" --devices 99 "$scan"
executor=cpu

# Numbers that contradict one another, or that make nothing.
refuses "--pixel: pixels of 0.0015 x 1.5 mm have sides whose ratio is 1000" \
  --pixel 0.0015 1.5 "$scan"
sed 's/"pixel_mm": \[[^]]*\]/"pixel_mm": [0.0015, 1.5]/' "$scan" > "$folder/scan/odd.json"
refuses ".*odd.json: pixels of 0.0015 x 1.5 mm" "$folder/scan/odd.json"
refuses ".*scan.json: a panel of [0-9]* mm, .* is too wide for a source 1000 mm away" \
  --pixel 1388 "$scan"
refuses "--source-detector: 10 mm is less than --source-isocenter, 20 mm" "$scan" \
  --source-isocenter 20 --source-detector 10
refuses "--source-detector: 1e+300 mm is longer than any scanner" "$scan" --source-detector 1e300
refuses ".*scan.json: a source 1e-09 mm from the axis and 1000 mm from the panel magnifies by" \
  "$scan" --source-isocenter 1e-9
refuses "--pixel: pixels of 1e-300 x 1e-300 mm are none of a detector's" --pixel 1e-300 "$scan"
refuses "--voxel: 1e+09 mm is more than all that is seen, 200 mm" --voxel 1e9 "$scan"
refuses "--hardening: a0 .* is the same for all p" --hardening 0 "$scan"
refuses "--hardening: a0 .* falls where p grows" --hardening 0 -1 "$scan"
refuses "--hardening: 1e+300 is no coefficient" --hardening 0 1e300 "$scan"
refuses "--center: 95 is outside of the columns, 0 to 23" --center 95 "$scan"

# Options without an effect.
refuses "--grey: is of no use without --png" --grey 0 1 "$scan"
refuses "--interpolation: texture is a GPU's" --interpolation texture "$scan"
refuses "--truth: is compared with attenuation" "$scan" --hounsfield 0.02 --truth \
  "$folder/scan/truth.npy"
refuses "--device-memory: is of no use without a GPU" "$scan" --device-memory 1G
# Without one it is refused, too, whoever chooses the place.
"$reconstruct" "$scan" --plan > "$folder/output" 2> "$folder/error"
if grep -q "on [0-9]* CPU thread" "$folder/output"; then
  "$reconstruct" "$scan" --plan --device-memory 1G > "$folder/output" 2> "$folder/error"
  status=$?
  [ "$status" -eq 2 ] || fail "--device-memory: status $status instead of 2"
  grep -q "^reconstruct: --device-memory: is of no use without a GPU; there is no" \
    "$folder/error" || fail "--device-memory without a GPU:"
fi
refuses "--entry: .* holds one scan" "$scan" --entry entry0001
sed -e '/"dark"/d' -e 's/"flat": "flat.npy"/"projections_are": "line_integrals"/' "$scan" \
  > "$folder/scan/lines.json"
refuses "--repair: .*lines.json holds line integrals" "$folder/scan/lines.json" --repair
refuses "--least-transmission: .* holds line integrals" "$folder/scan/lines.json" \
  --least-transmission 0.001
refuses "--fields: .* has no dark and no flat fields" "$folder/scan/lines.json" --fields averaged
refuses "--full-intensity: .* holds no counts" "$folder/scan/lines.json" --full-intensity 9
{
  printf '\223NUMPY\001\000v\000%-117s\n' \
    "{'descr': '<u2', 'fortran_order': False, 'shape': (30, 24, 1), }"
  head -c 1440 /dev/zero
} > "$folder/scan/thin.npy"
sed -e 's/"columns": 24/"columns": 1/' -e 's/projections.npy/thin.npy/' "$folder/scan/lines.json" \
  > "$folder/scan/thin.json"
accepts "$folder/scan/thin.json" --size 2 2 2
refuses "--rings: .*thin.json has 1 column; stripes are told by the 2 beside" --rings \
  "$folder/scan/thin.json" --size 2 2 2

# Masks of numbers that are none, of booleans and of bytes.
# mask_of TYPE: the header of a mask of the volume.
mask_of() {
  printf '\223NUMPY\001\000v\000%-117s\n' \
    "{'descr': '$1', 'fortran_order': False, 'shape': (24, 24, 24), }"
}
{
  mask_of "<f4"
  head -c 4924 /dev/zero | tr '\000' '\100'
  head -c 50372 /dev/zero | tr '\000' '\377'
} > "$folder/scan/holed.npy"
refuses "--mask: .*holed.npy holds NaN, first at \[slice 2, row 3, column 7\]; a voxel" "$scan" \
  --method sirt --mask "$folder/scan/holed.npy"
for type in "|b1" "|u1"; do
  {
    mask_of "$type"
    head -c 13824 /dev/zero | tr '\000' '\001'
  } > "$folder/scan/mask.npy"
  accepts "$scan" --method sirt --iterations 1 --mask "$folder/scan/mask.npy"
  {
    mask_of "$type"
    head -c 13824 /dev/zero
  } > "$folder/scan/mask.npy"
  refuses "--mask: .*mask.npy is 0 everywhere" "$scan" --method sirt --mask \
    "$folder/scan/mask.npy"
done

# Numbers of one are told as one.
run "$scan" --method os-sart --iterations 1 --subsets 1 --threads 1
grep "[^0-9.]1 \(iteration\|subset\|view\|slice\|row\|CPU thread\|band\)s" "$folder/output" \
  && fail "one is told as many:"
grep -q "^os-sart, 1 iteration of 1 subset from zeros" "$folder/output" || fail "$(cat "$folder/output")"
grep -q "^residual .* of the start's after 1 iteration$" "$folder/output" || fail "$(cat "$folder/output")"

# What can be known before the axis is searched for is refused before; after it, nothing is left.
pictures="--axis-png $folder/new/axis.png --sinogram-png $folder/new/sinogram.png"
known_before() {
  text=$1
  shift
  refuses "$text" "$scan" --center auto $pictures "$@"
  grep -q "found from the images" "$folder/output" && fail "$*: the axis was searched for first"
}
known_before "--region: z from 0 to 24 is no part" --region 0 3 0 3 0 24
known_before "--region: z from 0 to 24 is no part" --size 9 9 9 --region 0 3 0 3 0 24
known_before "--truth: .*flat.npy has " --truth "$folder/scan/flat.npy"
known_before "--truth: .*/nowhere.npy" --truth "$folder/nowhere.npy"
known_before "--mask: .*flat.npy has " --method sirt --mask "$folder/scan/flat.npy"
known_before "--subsets: 31 of 30 views" --method osem --subsets 31
known_before "--extend: 200 columns are more than four times" --extend 200
known_before "--hardening: file, which names no coefficients" --hardening file
known_before "--region: y from 6 to 4 is no part" --region 0 3 6 4 0 3
known_before "--region: x from 0 to 99 is no part" --region 0 99 4 6 0 3
known_before "--region-mm: x from 900 to 999 is no part" --region-mm 900 999 0 9 0 9
known_before "--middle: what is seen holds nothing" --middle 900 0 0
refuses "--host-memory: " "$scan" --center auto $pictures --host-memory 1M
# Which voxels are seen depends on the axis.
accepts "$scan" --center 11.5 --region 0 3 4 6 0 3
accepts "$scan" --center auto --region 0 3 4 6 0 3
refuses "--region: what is seen holds nothing of .*; it is a cylinder .* radius of 100.* mm" "$scan" \
  --center auto $pictures --region 0 2 0 2 0 2
grep -q "found from the images" "$folder/output" || fail "a region was refused before the search"
accepts "$scan" --center auto $pictures --plan
[ -z "$(ls -A "$folder/new")" ] || fail "--plan wrote $(ls -A "$folder/new")"
accepts "$scan" --center auto $pictures
[ "$(ls -A "$folder/new" | wc -l)" -eq 3 ] || fail "there are no pictures"

# Warnings are told, however quiet it is to be.
accepts "$scan" --center auto --rotation clockwise --quiet
grep -q "agree better if the scan turned the other way" "$folder/error" ||
  fail "--quiet swallows a warning"
grep -q "axis is not to be trusted until --rotation" "$folder/error" || fail "no word of the axis"

# Weights for an axis that is aside want rows in the plane of the orbit: without them, all count
# alike if opposite views see most of the same.
accepts "$scan" --center 10.5 --roll 1.5
grep -q "^redundancy uniform: assumed, the object lies within 11 columns of the axis" \
  "$folder/output" || fail "no redundancy is assumed"
accepts "$scan" --center 10.5 --roll 0.9
grep -q "^redundancy" "$folder/output" && fail "a redundancy is assumed without need"
refuses ".*scan.json: with --redundancy wang, .* --redundancy uniform takes more" "$scan" \
  --center 7.5 --roll 1.5
accepts "$scan" --center 7.5 --roll 1.5 --redundancy uniform
refuses "--redundancy: parker is for less than a full turn" "$scan" --redundancy parker
refuses "--redundancy: riess is for less than a full turn" "$scan" --redundancy riess

# A short scan of a source whose axis is aside is taken as one of parallel rays is.
sed 's/"count": 30/"count": 30, "range_deg": 220/' "$scan" > "$folder/scan/short.json"
accepts "$folder/scan/short.json" --center 8
grep -q "^redundancy parker: assumed, all views see the object to either side" "$folder/output" ||
  fail "no redundancy is assumed"
sed 's/"count": 30/"count": 30, "range_deg": 183/' "$scan" > "$folder/scan/shorter.json"
accepts "$folder/scan/shorter.json" --center 8
grep -q "^redundancy riess: assumed" "$folder/output" || fail "no redundancy is assumed"
accepts "$folder/scan/short.json" --center 1 --quiet
grep -q "the axis, in column 1 of 24, has 1.5 columns to one side" "$folder/error" ||
  fail "an axis beside the panel is taken in silence"
refuses ".*short.json: --redundancy wang needs a full turn" "$folder/scan/short.json" \
  --redundancy wang

# Files that may not become larger are an error as a full disk is.
small() {
  rm -rf "$folder/new" && mkdir "$folder/new"
  (
    ulimit -f 1
    "$reconstruct" --executor cpu "$scan" --quiet "$@" 2>&1
    echo "status $?"
  ) | cat > "$folder/error"
}
refuses "--output: .*volume.npy: takes 80000000000000 bytes, but the disk has" "$scan" \
  --size 100 100 2000000000
accepts "$scan" --size 100 100 2000000000 --plan
grep -q "^--output: .*volume.npy: takes 80000000000000 bytes, but the disk has" "$folder/output" ||
  fail "a plan is silent about the disk"
small --output "$folder/new/volume.npy"
grep -q "^status 2" "$folder/error" && grep -q "^reconstruct: --output: .*volume.npy: takes .*ulimit -f" \
  "$folder/error" || fail "a volume larger than files may be:"
small --size 4 4 4 --output "$folder/new/volume.npy" --sinogram-png "$folder/new/large.png"
grep -q "^status 1" "$folder/error" && grep -q "large.png: .*File too large" "$folder/error" ||
  fail "a picture larger than files may be:"
[ "$(ls -A "$folder/new")" = volume.npy ] || fail "it left $(ls -A "$folder/new"):"

exit $((failures > 0))
