# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filters by the names of PYRO-NN 1.1: (W,), for `_2D` (views, W), for `_3D` (views, 1, W), for
the product with an FFT of rows of W pixels, frequency 0 first.

They are right where those of 1.1 are not. All but `ramp` are sampled in space, so that the mean
comes out right, as in version 0.1; windows have the argument that their names say. 1D and 3D
filters are those of pixels `detector_spacing` apart, divided by the spacing [1/mm^2]: the factor is
in the cone beam's projection_multiplier. No operator of the plane has it, so `_2D` filters do
[1/mm]. `as_released` gives what 1.1 had.

`response` is the library's own form, for rows that are padded with zeros.
"""
import numpy as np

from .library import call, integer, numbers, positive, result


def _width_of(num_detectors):
    return integer(num_detectors, "the number of detector pixels")


def _filter(window, width, spacing):
    width, spacing = _width_of(width), positive(spacing, "detector_spacing")
    samples = result("names_ramp_samples", window, width // 2 + 1, shape=(width // 2 + 1,))
    distances = np.minimum(np.arange(width), width - np.arange(width))
    return (np.fft.fft(samples[distances]).real / spacing**2).astype(np.float32)


def _last(values, name):
    """The number of the axis u, of one detector."""
    values = np.atleast_1d(numbers(values, name))
    if values.ndim > 1 or values.size == 0:
        raise ValueError(f"{name}: shape {values.shape} must be that of one detector")
    return values[-1]


def _row(window, detector_shape, detector_spacing):
    return _filter(window, _last(detector_shape, "detector_shape"),
                   _last(detector_spacing, "detector_spacing"))


def _for_views(row, number_of_projections, *axes):
    views = integer(number_of_projections, "number_of_projections")
    return np.tile(row, (views, *axes, 1))


def _filter_2d(window, detector_shape, detector_spacing, number_of_projections):
    row = _row(window, detector_shape, detector_spacing)
    spacing = np.float32(_last(detector_spacing, "detector_spacing"))
    return _for_views(row * spacing, number_of_projections)


def _filter_3d(window, detector_shape, detector_spacing, number_of_projections):
    row = _row(window, detector_shape, detector_spacing)
    return _for_views(row, number_of_projections, 1)


def ramp(detector_width):
    """|f| [cycles per pixel], the same in all versions: what trained filters begin with. Its mean
    is 0, hence it is no filter for images."""
    return np.abs(np.fft.fftfreq(_width_of(detector_width))).astype(np.float32)


def ramp_2D(detector_shape, number_of_projections):
    """ramp for each view, without spacing, as in all versions."""
    return _for_views(ramp(_last(detector_shape, "detector_shape")), number_of_projections)


def ramp_3D(detector_shape, number_of_projections):
    """The same of a volume's views."""
    return _for_views(ramp(_last(detector_shape, "detector_shape")), number_of_projections, 1)


def ram_lak(num_detectors, detector_spacing):
    """The band-limited ramp filter, sampled in space."""
    return _filter("ram_lak", num_detectors, detector_spacing)


def ram_lak_2D(detector_shape, detector_spacing, number_of_projections):
    return _filter_2d("ram_lak", detector_shape, detector_spacing, number_of_projections)


def ram_lak_3D(detector_shape, detector_spacing, number_of_projections):
    return _filter_3d("ram_lak", detector_shape, detector_spacing, number_of_projections)


def shepp_logan(num_detectors, detector_spacing):
    """ram_lak times sin(pi f) / (pi f), f in cycles per pixel."""
    return _filter("shepp_logan", num_detectors, detector_spacing)


def shepp_logan_2D(detector_shape, detector_spacing, number_of_projections):
    return _filter_2d("shepp_logan", detector_shape, detector_spacing, number_of_projections)


def shepp_logan_3D(detector_shape, detector_spacing, number_of_projections):
    return _filter_3d("shepp_logan", detector_shape, detector_spacing, number_of_projections)


def cosine(num_detectors, detector_spacing):
    """ram_lak times cos(pi f)."""
    return _filter("cosine", num_detectors, detector_spacing)


def cosine_2D(detector_shape, detector_spacing, number_of_projections):
    return _filter_2d("cosine", detector_shape, detector_spacing, number_of_projections)


def cosine_3D(detector_shape, detector_spacing, number_of_projections):
    return _filter_3d("cosine", detector_shape, detector_spacing, number_of_projections)


def hamming(num_detectors, detector_spacing):
    """ram_lak times 0.54 + 0.46 cos(2 pi f)."""
    return _filter("hamming", num_detectors, detector_spacing)


def hamming_2D(detector_shape, detector_spacing, number_of_projections):
    return _filter_2d("hamming", detector_shape, detector_spacing, number_of_projections)


def hamming_3D(detector_shape, detector_spacing, number_of_projections):
    return _filter_3d("hamming", detector_shape, detector_spacing, number_of_projections)


def hann(num_detectors, detector_spacing):
    """ram_lak times 0.5 + 0.5 cos(2 pi f)."""
    return _filter("hann", num_detectors, detector_spacing)


def hann_2D(detector_shape, detector_spacing, number_of_projections):
    return _filter_2d("hann", detector_shape, detector_spacing, number_of_projections)


def hann_3D(detector_shape, detector_spacing, number_of_projections):
    return _filter_3d("hann", detector_shape, detector_spacing, number_of_projections)


def as_released(name, num_detectors, detector_spacing):
    """The filter of this name in 1.1, to repeat its results: |f| sampled in frequency, whose mean
    is 0; cosine, hamming and hann of half the argument, which do not reach 0 at the last frequency.
    `_2D` and `_3D` had the same rows."""
    f = np.fft.fftfreq(_width_of(num_detectors))
    windows = {
        "ram_lak": np.ones_like(f),
        "shepp_logan": np.sinc(f),
        "cosine": np.cos(np.pi * f / 2),
        "hamming": 0.54 + 0.46 * np.cos(np.pi * f),
        "hann": 0.5 + 0.5 * np.cos(np.pi * f),
    }
    if name not in windows:
        raise ValueError(f"as_released: there is no '{name}'; there are {', '.join(windows)}")
    spacing = positive(detector_spacing, "detector_spacing")
    return (np.abs(f) * windows[name] / spacing**2).astype(np.float32)


def response(window, num_detectors):
    """What layers of .modules filter with: half a spectrum of rows that are padded to at least
    twice their length, for pixels 1 apart; of ram_lak about f [cycles per pixel]."""
    if not isinstance(window, str):
        raise ValueError(f"the window {window} must be a name")
    columns = _width_of(num_detectors)
    length = np.empty(1, np.int32)
    call("names_response_length", columns, length)
    return result("names_response", window, columns, shape=(int(length[0]),), dtype=np.float32)
