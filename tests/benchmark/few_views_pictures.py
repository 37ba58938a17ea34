# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""A PNG for each scan of few_views_table with what the methods made of it side by side, in the order
of the table, in the greys of the last one: few_views_pictures.py IMAGES PICTURES"""
import sys
from pathlib import Path

import numpy as np

import figures

ORDER = ("FBP", "SIRT", "OS-SART", "SIRT, x >= 0", "OS-SART, x >= 0", "SART, x >= 0", "reconstruct_iteratively")


def main(images, pictures):
    scans = {}
    for file in Path(images).glob("*.npy"):
        method = max((m for m in ORDER if file.stem.endswith(", " + m)), key=len)
        scans.setdefault(file.stem[:-len(method) - 2], {})[method] = np.load(file)
    for scan, found in scans.items():
        row = [found[method] for method in ORDER if method in found]
        white = np.percentile(row[-1], 99.5)
        name = scan.replace(", ", "_").replace(" ", "_") + ".png"
        figures.write_images(Path(pictures) / name, row, -0.1 * white, 1.1 * white)
        print(name + ":", ", ".join(method for method in ORDER if method in found))


if __name__ == "__main__":
    main(*sys.argv[1:])
