# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""PYRO-NN's operators in PyTorch: eight functions of a tensor and a geometry, and the modules of
version 1.1, whose forward takes `**geometry`.

Volumes are (samples, y, x) or (samples, z, y, x), sinograms (samples, views, u) or (samples, views,
v, u), with any other leading axes too, on cores or a GPU. Lines are integrals in mm, and
backprojections have PYRO-NN's factors: pi / views, sid sdd pi / views, projection_multiplier.
Arrays of any real type, of NumPy too, are computed and given in float32.

`gradient` is "exact": by the transposed matrix; or "pyro_nn": the projector's gradient is the
backprojection with its factors and the other way round, as in PYRO-NN. `hardware_interp` reads
through the texture unit of a GPU; cores have none, and compute the same with and without it.
"""
import numpy as np
import torch

from . import scans
from .library import FOLDER

torch.ops.load_library(str(FOLDER / "torch_operators.so"))
_operators = torch.ops.pyronn_names

# torch.compile leaves these outside of graphs; a module of .modules is one graph.
parallel_2d, fan_2d, cone_3d, parallel_3d = (
    torch.compiler.disable(make)
    for make in (scans.parallel_2d, scans.fan_2d, scans.cone_3d, scans.parallel_3d))


def floats(name, x, device=None):
    """A tensor of float32 of a tensor or an array."""
    if not isinstance(x, torch.Tensor):
        try:
            x = torch.as_tensor(np.array(x), device=device)
        except TypeError:
            raise ValueError(f"{name} must be a tensor or an array of numbers; it is of type "
                             f"{type(x).__name__}") from None
    if x.is_complex() or x.layout != torch.strided:
        raise ValueError(f"{name} must be dense and real; it has {x.dtype}, {x.layout}")
    return x.to(torch.float32)


def _input(name, x, shape, scan):
    x = floats(name, x)
    scan.check(name, x.shape, shape)
    return x


def _call(scan, kind, x, shape, model, hardware_interp):
    texture = hardware_interp and x.is_cuda and scan.beam == "cone_3d"
    name = f"{scan.beam}{'_texture' if texture else ''}_{kind}"
    geometry = torch.from_numpy(scan.views)
    return getattr(_operators, name)(x, geometry, shape, scan.spacing, scan.origin, model)


def _factors(scan, like):
    factors = scan.factors()
    return factors if isinstance(factors, float) else torch.as_tensor(factors).to(like)


def _with_gradient_times(x, factors):
    """x, whose gradient is multiplied."""
    return x.detach() + factors * (x - x.detach())


def _is_exact(gradient):
    if gradient not in ("exact", "pyro_nn"):
        raise ValueError(f"gradient '{gradient}' must be exact or pyro_nn")
    return gradient == "exact"


def project(volume, scan, hardware_interp=False, gradient="exact"):
    """The line integrals of a scan of .scans."""
    volume = _input("the volume", volume, scan.volume, scan)
    if _is_exact(gradient):
        return _call(scan, "march", volume, scan.sinogram, [scan.step], hardware_interp)
    volume = _with_gradient_times(volume, _factors(scan, volume))
    return _call(scan, "unmatched", volume, scan.sinogram, [scan.step], hardware_interp)


def backproject(sinogram, scan, hardware_interp=False, gradient="exact"):
    """The backprojection of a scan of .scans, with its factors."""
    sinogram = _input("the sinogram", sinogram, scan.sinogram, scan)
    factors = _factors(scan, sinogram)
    if _is_exact(gradient):
        return factors * _call(scan, "back_adjoint", sinogram, scan.volume, [], hardware_interp)
    image = _call(scan, "unmatched_adjoint", sinogram, scan.volume, [scan.step], hardware_interp)
    return image.detach() * factors + (image - image.detach())


def filter_rows(sinogram, response):
    """Rows filtered with a half spectrum as .filters.response has it; gradients of both."""
    return _operators.filter(floats("the sinogram", sinogram), floats("the response", response))


def parallel_projection2d(volume, geometry, gradient="exact"):
    return project(volume, parallel_2d(geometry), False, gradient)


def parallel_backprojection2d(sinogram, geometry, gradient="exact"):
    return backproject(sinogram, parallel_2d(geometry), False, gradient)


def fan_projection2d(volume, geometry, gradient="exact"):
    return project(volume, fan_2d(geometry), False, gradient)


def fan_backprojection2d(sinogram, geometry, gradient="exact"):
    return backproject(sinogram, fan_2d(geometry), False, gradient)


def cone_projection3d(volume, geometry, hardware_interp=False, gradient="exact"):
    """Rays take the geometry's step_size [voxels]."""
    return project(volume, cone_3d(geometry), hardware_interp, gradient)


def cone_backprojection3d(sinogram, geometry, hardware_interp=False, gradient="exact"):
    return backproject(sinogram, cone_3d(geometry), hardware_interp, gradient)


def parallel_projection3d(volume, geometry, gradient="exact"):
    return project(volume, parallel_3d(geometry), False, gradient)


def parallel_backprojection3d(sinogram, geometry, gradient="exact"):
    return backproject(sinogram, parallel_3d(geometry), False, gradient)


class _Layer(torch.nn.Module):
    """A module without parameters of a function of (input, geometry)."""

    function = None

    def __init__(self, gradient="exact"):
        super().__init__()
        self.options = {"gradient": gradient}

    def forward(self, input, **geometry):
        return type(self).function(input, geometry, **self.options)


class _ConeLayer(_Layer):
    def __init__(self, hardware_interp=False, gradient="exact"):
        super().__init__(gradient)
        self.options["hardware_interp"] = bool(hardware_interp)


class ParallelProjection2D(_Layer):
    function = staticmethod(parallel_projection2d)


class ParallelBackProjection2D(_Layer):
    function = staticmethod(parallel_backprojection2d)


class FanProjection2D(_Layer):
    function = staticmethod(fan_projection2d)


class FanBackProjection2D(_Layer):
    function = staticmethod(fan_backprojection2d)


class ConeProjection3D(_ConeLayer):
    function = staticmethod(cone_projection3d)


class ConeBackProjection3D(_ConeLayer):
    function = staticmethod(cone_backprojection3d)


class ParallelProjection3D(_Layer):
    function = staticmethod(parallel_projection3d)


class ParallelBackProjection3D(_Layer):
    function = staticmethod(parallel_backprojection3d)
