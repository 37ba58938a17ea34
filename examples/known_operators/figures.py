# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Grey pictures as PNG files, with nothing but NumPy and zlib."""
import struct
import zlib

import numpy as np


def write_images(path, images, black, white):
    """Images (y, x) side by side; the grey values are from black to white."""
    row = np.concatenate([np.asarray(image) for image in images], 1)
    _write_png(path, np.clip((row - black) / (white - black), 0, 1))


def write_curve(path, values, width=480, height=320, margin=10):
    """Positive numbers over their index, on a logarithmic axis."""
    logs = np.log10(np.maximum(np.asarray(values, np.float64), 1e-30))
    part = (logs - logs.min()) / max(np.ptp(logs), 1e-12)
    columns = np.arange(width - 2 * margin)
    at = np.interp(columns / (len(columns) - 1) * (len(part) - 1), np.arange(len(part)), part)
    rows = margin + np.rint((1 - at) * (height - 2 * margin - 1)).astype(int)
    picture = np.ones((height, width))
    for column, (row, before) in enumerate(zip(rows, np.concatenate([rows[:1], rows[:-1]]))):
        picture[min(row, before):max(row, before) + 2, margin + column] = 0
    _write_png(path, picture)


def _write_png(path, grey):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    height, width = grey.shape
    lines = np.zeros((height, width + 1), np.uint8)  # each begins with 0: not filtered
    lines[:, 1:] = np.rint(255 * grey)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                   chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)) + chunk(b"IEND", b""))
