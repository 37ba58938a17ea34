# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# For scripts that run other libraries, which source it with the tools that they need as arguments.
# `here` is the folder of the benchmarks, `folder` a temporary one that goes with the script, and
# "${pip[@]}" installs in an environment there, always with the packages that all others need.

script=$(basename "$0")
for tool in "$@"; do
  command -v "$tool" > /dev/null || {
    echo "$script: $tool is missing (apt-get install python3-venv cmake g++)" >&2
    exit 2
  }
done
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check
  "numpy==2.4.6" "scipy==1.17.1" "numba==0.68.1")
algotom="algotom==1.7.0"
astra="astra-toolbox==2.5.0"
rtk="itk-rtk==2.7.0.post1 itk==5.4.7"
export PYTHONDONTWRITEBYTECODE=1
