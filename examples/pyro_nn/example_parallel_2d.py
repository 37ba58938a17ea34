# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filtered backprojection of parallel rays, step by step: PYRO-NN 1.1's example_parallel_2d."""
import numpy as np
import torch

from checks import Report, relative_error, size_of
from pyronn_names import filters, modules, phantoms
from pyronn_names.geometry import GeometryParallel2D
from pyronn_names.layers import ParallelBackProjectionFor2D, ParallelProjectionFor2D
from pyronn_names.trajectories import circular_trajectory_2d


def main():
    size = size_of(__doc__, 256)
    geometry = GeometryParallel2D(
        volume_shape=[size, size], volume_spacing=[1, 1], detector_shape=[size * 800 // 256],
        detector_spacing=[1], number_of_projections=size * 360 // 256, angular_range=2 * np.pi)
    geometry.set_trajectory(circular_trajectory_2d(
        geometry.number_of_projections, geometry.angular_range, True))
    phantom = phantoms.shepp_logan_enhanced([size, size])[None]  # with an axis of samples

    sinogram = ParallelProjectionFor2D().forward(phantom, geometry)
    rows = filters.shepp_logan_2D(geometry.detector_shape, geometry.detector_spacing,
                                  geometry.number_of_projections)
    spectrum = torch.fft.fft(torch.tensor(sinogram), dim=-1, norm="ortho") * torch.tensor(rows)
    filtered = torch.fft.ifft(spectrum, dim=-1, norm="ortho").real
    image = ParallelBackProjectionFor2D().forward(filtered, geometry)[0]

    report = Report("example_parallel_2d")
    y, x = np.mgrid[:size, :size] / (size - 1) * 2 - 1
    inside = (x / 0.69)**2 + (y / 0.92)**2 < 0.7**2  # within the skull
    # 8e-5 is found at most: 0.3 % of the mean leave out no factor and no part of the filter.
    report.near("mean in the brain", image[inside].mean(), phantom[0][inside].mean(), 5e-4)
    # Most of the error lies at edges, whose share of pixels falls as 1 / size: 1.0 to 1.3
    # divided by the root of the size is found.
    report.below("error within the skull", relative_error(image, phantom[0], inside),
                 1.4 / size**0.5)
    with torch.no_grad():
        padded = modules.ParallelBeamReconstruction2D(geometry, "shepp_logan")(
            torch.tensor(sinogram))[0].numpy()
    # The detector is three times as wide as the object: rows need no padding, and only the rounding
    # of float32 differs.
    report.below("difference to padded rows", relative_error(image, padded, inside), 1e-5)
    report.exit()


if __name__ == "__main__":
    main()
