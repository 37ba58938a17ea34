# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filtered backprojection of a fan: PYRO-NN 1.1's example_fan_2d, with the cosine weights that it
lacks, and Parker's weights where they belong, on a short scan."""
import numpy as np

from checks import Report, relative_error, size_of
from pyronn_names import filters, phantoms, weights
from pyronn_names.geometry import GeometryFan2D
from pyronn_names.layers import FanBackProjectionFor2D, FanProjectionFor2D
from pyronn_names.trajectories import circular_trajectory_2d
from pyronn_names.utils import fft_and_ifft


def reconstruct(size, angular_range, weights_of):
    """The phantom and its image, of a scan over a range."""
    pixel = 512 / size  # the object keeps its size in mm
    detector_shape, detector_spacing = [size], [0.8 * pixel, 0.8 * pixel]
    geometry = GeometryFan2D([size, size], [0.23655 * pixel, 0.23655 * pixel], detector_shape,
                             detector_spacing, size, angular_range, 200, 100)
    geometry.set_trajectory(circular_trajectory_2d(
        geometry.number_of_projections, geometry.angular_range, True))
    phantom = phantoms.shepp_logan_enhanced([size, size])[None]

    sinogram = FanProjectionFor2D().forward(phantom, geometry)
    weighted = sinogram * weights.cosine_weights_2d(geometry) * weights_of(geometry)
    rows = filters.ram_lak_2D(detector_shape, detector_spacing, geometry.number_of_projections)
    return phantom[0], FanBackProjectionFor2D().forward(fft_and_ifft(weighted, rows), geometry)[0]


def main():
    size = size_of(__doc__, 512)
    report = Report("example_fan_2d")
    y, x = np.mgrid[:size, :size] / (size - 1) * 2 - 1
    inside = (x / 0.69)**2 + (y / 0.92)**2 < 0.7**2
    short = np.pi + 2 * np.arctan((size - 1) / 2 * 0.8 * 512 / size / 200)
    for name, angular_range, weights_of in (
        ("full turn", 2 * np.pi, weights.redundancy_weights_2d),
        ("short scan", short, weights.parker_weights_2d),
    ):
        phantom, image = reconstruct(size, angular_range, weights_of)
        # 0.1 / size is found at most: a pixel of the phantom is what its centre is.
        report.near(f"{name}: mean in the brain", image[inside].mean(), phantom[inside].mean(),
                    0.15 / size)
        # Most of the error lies at edges, whose share of pixels falls as 1 / size: 1.4 to 1.6
        # divided by the root of the size is found.
        report.below(f"{name}: error within the skull", relative_error(image, phantom, inside),
                     1.8 / size**0.5)
    report.exit()


if __name__ == "__main__":
    main()
