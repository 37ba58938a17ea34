#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# The folders of the headers and what each is for: the first line of its README.md.
set -euo pipefail
cd "$(dirname "$0")/../include"

find pyronn -type d | LC_ALL=C sort | while read -r folder; do
  slashes=${folder//[!\/]/}
  name=$(printf "%$((2 * ${#slashes}))s%s" "" "${folder##*/}")
  printf '%-18s %s\n' "$name" "$(sed -n '1s/^[^:]*: //p' "$folder/README.md")"
done
