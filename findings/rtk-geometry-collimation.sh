#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: RTK reads each geometry file that RTK wrote.
# Happens: not if some projections are collimated and others are not. "No jaw" is the largest double, which
#   the writer prints with 15 digits, rounded up to what no double holds. The reader then fails with
#   one word, "stod". Files with jaws in all projections, or in none, are read.
# Matters: the geometry of a whole scan is lost for a jaw in a part of it, and the message names neither
#   element nor value. Other strict readers of the format meet the same text (Python makes it
#   infinity): take it for "no jaw". When writing, set wide jaws where there are none.
# Versions: itk-rtk 2.7.0.post1, itk 5.4.7, numpy 2.4.6, Python 3.11.
# Output seen:
#   jaws [False, False]: CollimationUSup [], read back: 2 projections
#   jaws [True, True]: CollimationUSup ['100'], read back: 2 projections
#   jaws [False, True]: CollimationUSup ['1.79769313486232e+308', '100'], read back: error: stod
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  itk-rtk==2.7.0.post1 itk==5.4.7 numpy==2.4.6 || {
  echo "the packages could not be installed: nothing was shown"
  exit 2
}
cd "$folder"
venv/bin/python - <<'PYTHON'
import re
import sys
from importlib.metadata import version

from itk import RTK as rtk


def written_and_read(collimated):
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    for view, jaws in enumerate(collimated):
        geometry.AddProjection(1000.0, 1500.0, 10.0 * view)
        if jaws:
            geometry.SetCollimationOfLastProjection(-100.0, 100.0, -80.0, 80.0 + view)
    writer = rtk.ThreeDCircularProjectionGeometryXMLFileWriter.New()
    writer.SetFilename("geometry.xml")
    writer.SetObject(geometry)
    writer.WriteFile()
    with open("geometry.xml", encoding="ascii") as file:
        jaws = re.findall(r"<CollimationUSup>(.*?)</", file.read())
    reader = rtk.ThreeDCircularProjectionGeometryXMLFileReader.New()
    reader.SetFilename("geometry.xml")
    try:
        reader.GenerateOutputInformation()
        result = f"{len(reader.GetOutputObject().GetGantryAngles())} projections"
    except Exception as error:  # its class is the binding's affair
        result = f"error: {error}"
    print(f"jaws {collimated}: CollimationUSup {jaws}, read back: {result}")
    return jaws, result


print("itk-rtk", version("itk-rtk"))
none = written_and_read([False, False])
every = written_and_read([True, True])
some = written_and_read([False, True])
if none[1] != "2 projections" or every[1] != "2 projections":
    sys.exit("changed: files with jaws in all projections or in none are not read")
if float(some[0][0]) != float("inf") or not some[1].startswith("error: stod"):
    sys.exit("changed: a file with jaws in some projections is read, or fails otherwise")
print("as stated")
PYTHON
