# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""The wrappers of PYRO-NN 1.1: `ParallelProjectionFor2D().forward(input, geometry)`.

With PyTorch they take arrays of NumPy or tensors and give arrays, or with `for_train` tensors that
keep gradients. Tensors stay on their device; arrays are computed on `device`. With TensorFlow
they give its tensors. `debug` changes nothing. As in 1.1 nothing is read through the texture unit
with PyTorch, and cone beams take the geometry's steps.
"""
import importlib

import numpy as np

from . import read_backend
from .library import numbers


def _with_torch(function, input, geometry, for_train, device):
    import torch

    if not isinstance(input, torch.Tensor):
        input = torch.as_tensor(numbers(input, "the input", np.float32), device=device)
    output = function(input, geometry)
    return output if for_train else output.detach().cpu().numpy()


class _Wrapper:
    """Calls the function of this name, of the backend that is set when it is made."""

    function = None

    def __init__(self, device="cpu"):
        self.backend, self.device = read_backend(), device

    def forward(self, input, geometry, for_train=False, debug=False):
        module = importlib.import_module(f".{self.backend}_layers", __package__)
        function = getattr(module, self.function)
        if self.backend == "tensorflow":
            return function(input, geometry)
        return _with_torch(function, input, geometry, for_train, self.device)

    __call__ = forward


class ParallelProjectionFor2D(_Wrapper):
    function = "parallel_projection2d"


class ParallelBackProjectionFor2D(_Wrapper):
    function = "parallel_backprojection2d"


class FanProjectionFor2D(_Wrapper):
    function = "fan_projection2d"


class FanBackProjectionFor2D(_Wrapper):
    function = "fan_backprojection2d"


class ConeProjectionFor3D(_Wrapper):
    function = "cone_projection3d"


class ConeBackProjectionFor3D(_Wrapper):
    function = "cone_backprojection3d"


class ParallelProjectionFor3D(_Wrapper):
    function = "parallel_projection3d"


class ParallelBackProjectionFor3D(_Wrapper):
    function = "parallel_backprojection3d"
