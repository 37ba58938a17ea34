# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""FDK of a cone beam: PYRO-NN 1.1's example_cone_3d, with the cosine weights that it lacks."""
import numpy as np

from checks import Report, relative_error, size_of
from pyronn_names import phantoms, weights
from pyronn_names.filters import shepp_logan_3D
from pyronn_names.geometry import GeometryCone3D
from pyronn_names.layers import ConeBackProjectionFor3D, ConeProjectionFor3D
from pyronn_names.trajectories import circular_trajectory_3d
from pyronn_names.utils import fft_and_ifft


def main():
    size = size_of(__doc__, 256)
    pixel = 256 / size
    geometry = GeometryCone3D(
        volume_shape=[size] * 3, volume_spacing=[0.5 * pixel] * 3,
        detector_shape=[size * 400 // 256, size * 600 // 256], detector_spacing=[pixel, pixel],
        number_of_projections=size * 360 // 256, angular_range=2 * np.pi,
        source_isocenter_distance=750, source_detector_distance=1200)
    geometry.set_trajectory(circular_trajectory_3d(
        geometry.number_of_projections, geometry.angular_range, geometry.detector_spacing,
        geometry.detector_origin, geometry.source_isocenter_distance,
        geometry.source_detector_distance, True))
    phantom = phantoms.shepp_logan_3d([size] * 3)[None]

    sinogram = ConeProjectionFor3D().forward(phantom, geometry)
    rows = shepp_logan_3D(geometry.detector_shape, geometry.detector_spacing,
                          geometry.number_of_projections)
    filtered = fft_and_ifft(sinogram * weights.cosine_weights_3d(geometry), rows)
    volume = ConeBackProjectionFor3D().forward(filtered, geometry)[0]

    report = Report("example_cone_3d")
    z, y, x = np.mgrid[:size, :size, :size] / (size - 1) * 2 - 1
    inside = (x / 0.69)**2 + (y / 0.92)**2 + (z / 0.81)**2 < 0.7**2
    # 4e-4 is found; off the plane of the circle FDK is an approximation.
    report.near("mean in the brain", volume[inside].mean(), phantom[0][inside].mean(), 1e-3)
    # Most of the error lies at edges, whose share of pixels falls as 1 / size: 0.9 to 1.0
    # divided by the root of the size is found.
    report.below("error within the skull", relative_error(volume, phantom[0], inside),
                 1.1 / size**0.5)
    report.exit()


if __name__ == "__main__":
    main()
