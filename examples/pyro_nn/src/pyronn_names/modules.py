# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filtered backprojection as modules of PyTorch, by names that PYRO-NN once had. The filter is the
parameter `response`, half a spectrum of padded rows; the weights of rays are the buffer `weights`.
The scan is a plain attribute, as it stays on the host.
"""
import torch

from . import reconstruction, torch_layers


class _Reconstruction(torch.nn.Module):
    """sinograms (samples, views, ...) to images in 1/mm; any range that the weights can do."""

    pipeline = None

    def __init__(self, geometry, window="ram_lak"):
        super().__init__()
        pipeline = type(self).pipeline(geometry, window)
        self.scan, self.unit = pipeline.scan, pipeline.unit
        self.response = torch.nn.Parameter(torch.from_numpy(pipeline.response))
        self.register_buffer("weights", torch.from_numpy(pipeline.weights))

    def forward(self, sinogram):
        rows = torch_layers.filter_rows(sinogram * self.weights, self.unit * self.response)
        return torch_layers.backproject(rows, self.scan)


class ParallelBeamReconstruction2D(_Reconstruction):
    """Of parallel rays over half a turn, or a full one."""

    pipeline = staticmethod(reconstruction.parallel_2d)


class FanBeamReconstruction(_Reconstruction):
    """Of a fan over a full turn or a short scan."""

    pipeline = staticmethod(reconstruction.fan_2d)


class FDKConeBeamReconstruction(_Reconstruction):
    """Of a cone beam over a full turn or a short scan; PYRO-NN's was empty."""

    pipeline = staticmethod(reconstruction.cone_3d)
