#!/bin/sh
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# However the process of a device ends, all end, soon; where it throws all say the same:
# ending_devices_test.sh RANKS PROGRAM
ranks=$1
program=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failures=0
devices=$(nvidia-smi --list-gpus 2> /dev/null | grep -c '^GPU')
if [ "$devices" -lt "$ranks" ]; then
  echo "$devices GPUs, where $ranks are wanted: skipped"
  exit 77
fi

fail() {
  echo "$how: $1"
  cat "$folder"/*.txt
  failures=$((failures + 1))
}

# ends HOW SECONDS
ends() {
  how=$1
  rm -f "$folder"/*
  start=$(date +%s)
  rank=0
  while [ $rank -lt "$ranks" ]; do
    timeout 60 "$program" "$how" $rank "$ranks" "$folder/id" > "$folder/$rank.txt" 2>&1 &
    rank=$((rank + 1))
  done
  wait
  seconds=$(($(date +%s) - start))
  # To begin takes some of it.
  [ "$seconds" -lt 20 ] || fail "it took $seconds s"
  echo "$how: $seconds s: $(tail -n 1 "$folder/0.txt")"
}
# say COUNT SENTENCE: so many ranks do.
say() {
  count=$(cat "$folder"/*.txt | grep -cF "$2")
  [ "$count" -eq "$1" ] || fail "'$2' stands there $count times"
}

last=$((ranks - 1))
ends killed
say $last "nothing came from another rank for 5000 ms; the communicator was aborted"
ends gone
say $last "nothing came from another rank for 5000 ms; the communicator was aborted"
ends throws
say "$ranks" "rank $last of $ranks: a kernel that fails"
ends memory
say "$ranks" "rank $last of $ranks: no memory left"
ends throws-outside
say "$ranks" "rank $last of $ranks: fails between calls"
[ "$failures" -eq 0 ]
