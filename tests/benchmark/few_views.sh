#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Tables and pictures of reconstructions from few views of measured scans:
#
#   tests/benchmark/few_views.sh DATA PICTURES [SIZE]
#
# DATA is the folder of the scans, PICTURES one for PNG files, and SIZE how many times as large pixels
# are as measured (1 unless given). The pictures need NumPy.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$2" "$folder/images"
c++ -std=c++17 -O3 ${CXXFLAGS:--march=native} -I "$here/../../include" "$here/few_views_table.cpp" \
  -o "$folder/few_views_table" -pthread
"$folder/few_views_table" "$1" "${3:-1}" "$folder/images"
PYTHONPATH=$here/../../examples/known_operators python3 "$here/few_views_pictures.py" "$folder/images" "$2"
