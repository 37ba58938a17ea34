#!/bin/sh
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# However a rank ends, all end, soon, with a status other than 0; where it throws all say the same:
# ending_ranks_test.sh RANKS MPIRUN [FLAG...] PROGRAM
ranks=$1
shift
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
failures=0

fail() {
  echo "$1"
  cat "$output"
  failures=$((failures + 1))
}

# ends HOW COMMAND...
ends() {
  how=$1
  shift
  start=$(date +%s)
  timeout 60 "$@" "$how" > "$output" 2>&1
  status=$?
  seconds=$(($(date +%s) - start))
  # MPICH's mpiexec may return the 0 of a rank that is gone.
  [ "$status" -ne 0 ] || { [ "$how" = gone ] && "$1" --version | grep -q HYDRA; } ||
    fail "$how: status 0"
  [ "$seconds" -lt 10 ] || fail "$how: it took $seconds s"
}
# say SENTENCE: all ranks do.
say() {
  count=$(grep -cFx "rank $((ranks - 1)) of $ranks: $1" "$output")
  [ "$count" -eq "$ranks" ] || fail "$how: '$1' stands there $count times"
}

ends killed "$@"
ends gone "$@"
ends throws "$@"
say "a kernel that fails"
ends throws-outside "$@"
say "fails between calls"
[ "$failures" -eq 0 ]
