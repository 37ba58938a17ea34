# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filtered backprojection as modules of PyTorch, by names that PYRO-NN once had. The filter is the
parameter `response`, half a spectrum of padded rows, and all that a state_dict has: the scan is a
plain attribute, as it stays on the host, and the weights of rays follow from it.
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
        self.register_buffer("weights", torch.from_numpy(pipeline.weights), persistent=False)

    def forward(self, sinogram):
        sinogram = torch_layers.floats("the sinogram", sinogram, self.response.device)
        self.scan.check("the sinogram", sinogram.shape, self.scan.sinogram)
        rows = torch_layers.filter_rows(sinogram * self.weights, self.unit * self.response)
        return torch_layers.backproject(rows, self.scan)


class ParallelBeamReconstruction2D(_Reconstruction):
    """Of parallel rays over whole half turns."""

    pipeline = staticmethod(reconstruction.parallel_2d)


class FanBeamReconstruction(_Reconstruction):
    """Of a fan over a full turn or a short scan."""

    pipeline = staticmethod(reconstruction.fan_2d)


class FDKConeBeamReconstruction(_Reconstruction):
    """Of a cone beam over a full turn or a short scan; PYRO-NN's was empty."""

    pipeline = staticmethod(reconstruction.cone_3d)
