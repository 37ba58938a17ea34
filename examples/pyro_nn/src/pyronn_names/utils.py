# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""general_utils of PYRO-NN 1.1."""
import numpy as np

from . import read_backend
from .library import integer


def fft_and_ifft(sinogram, filter):
    """Rows times a filter in frequency, a tensor of the backend that is set. A filter as wide as
    the rows is what .filters has by PYRO-NN's names, and wraps round as it does there."""
    if read_backend() == "torch":
        import torch

        sinogram, filter = torch.as_tensor(sinogram), torch.as_tensor(filter)
        return torch.fft.ifft(torch.fft.fft(sinogram) * filter.to(sinogram.device)).real
    import tensorflow as tf

    spectrum = tf.signal.fft(tf.cast(sinogram, tf.complex64)) * tf.cast(filter, tf.complex64)
    return tf.math.real(tf.signal.ifft(spectrum))


def fibonacci_sphere(n):
    """Points (n, 3) on the unit sphere, y from 1 down to -1."""
    n = integer(n, "the number of points")
    index = np.arange(n)
    y = 1 - 2 * (index + 0.5) / n
    angle = np.pi * (5**0.5 - 1) * index
    radius = np.sqrt(1 - y**2)
    return np.stack([radius * np.cos(angle), y, radius * np.sin(angle)], 1)
