# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""PYRO-NN's operators in TensorFlow: the six functions of versions 0.1 and 1.1, and parallel rays
in space, with their defaults: `hardware_interp` and steps of a whole voxel, whatever the geometry's
step_size.

Volumes are (samples, y, x) or (samples, z, y, x), sinograms (samples, views, u) or (samples, views,
v, u). A geometry holds for all samples, or has a trajectory, detector or distances for each. It is
read when the function is called or traced, and has no gradient. `gradient` and `hardware_interp`
are as in .torch_layers. Arrays of any real type are computed and given in float32.
"""
import dataclasses

import tensorflow as tf

from . import pyronn_tensorflow, scans
from .library import FOLDER, positive

_operators = pyronn_tensorflow.load(str(FOLDER / "tensorflow_operators.so"), "pyronn_names")


def floats(name, x):
    """A tensor of float32."""
    try:
        x = tf.convert_to_tensor(x)
        real = x.dtype.is_floating or x.dtype.is_integer or x.dtype.is_bool
    except (TypeError, ValueError):
        real = False
    if not real:
        kind = x.dtype.name if tf.is_tensor(x) else type(x).__name__
        raise ValueError(f"{name} must be an array of real numbers; it is of type {kind}")
    return tf.cast(x, tf.float32)


def _input(name, x, shape, scan):
    x = floats(name, x)
    if x.shape.rank is None:
        raise ValueError(f"{name}: its number of axes must be known")
    scan.check(name, x.shape, shape)
    if scan.multiplier.ndim:  # the number of samples may be known at run time alone
        x = tf.ensure_shape(x, [*scan.multiplier.shape, *x.shape[1:]])
    return x


def _call(scan, kind, x, shape, model, hardware_interp):
    texture = (hardware_interp and scan.beam == "cone_3d"
               and bool(tf.config.list_physical_devices("GPU")))
    name = f"{scan.beam}{'_texture' if texture else ''}_{kind}"
    return getattr(_operators, name)(x, scan.views, shape, scan.spacing, scan.origin, model)


def _with_gradient_times(x, factors):
    """x, whose gradient is multiplied."""
    still = tf.stop_gradient(x)
    return still + factors * (x - still)


def _is_exact(gradient):
    if gradient not in ("exact", "pyro_nn"):
        raise ValueError(f"gradient '{gradient}' must be exact or pyro_nn")
    return gradient == "exact"


def project(volume, scan, hardware_interp=True, gradient="exact"):
    """The line integrals of a scan of .scans."""
    volume = _input("the volume", volume, scan.volume, scan)
    if _is_exact(gradient):
        return _call(scan, "march", volume, scan.sinogram, [scan.step], hardware_interp)
    volume = _with_gradient_times(volume, scan.factors())
    return _call(scan, "unmatched", volume, scan.sinogram, [scan.step], hardware_interp)


def backproject(sinogram, scan, hardware_interp=True, gradient="exact"):
    """The backprojection of a scan of .scans, with its factors."""
    sinogram = _input("the sinogram", sinogram, scan.sinogram, scan)
    factors = scan.factors()
    if _is_exact(gradient):
        return factors * _call(scan, "back_adjoint", sinogram, scan.volume, [], hardware_interp)
    image = _call(scan, "unmatched_adjoint", sinogram, scan.volume, [scan.step], hardware_interp)
    return tf.stop_gradient(image) * factors + (image - tf.stop_gradient(image))


def filter_rows(sinogram, response):
    """Rows filtered with a half spectrum as .filters.response has it; gradients of both."""
    return _operators.filter(floats("the sinogram", sinogram), floats("the response", response))


def parallel_projection2d(volume, geometry, gradient="exact"):
    return project(volume, scans.parallel_2d(geometry), gradient=gradient)


def parallel_backprojection2d(sinogram, geometry, gradient="exact"):
    return backproject(sinogram, scans.parallel_2d(geometry), gradient=gradient)


def fan_projection2d(volume, geometry, gradient="exact"):
    return project(volume, scans.fan_2d(geometry), gradient=gradient)


def fan_backprojection2d(sinogram, geometry, gradient="exact"):
    return backproject(sinogram, scans.fan_2d(geometry), gradient=gradient)


def _cone(geometry, step_size):
    return dataclasses.replace(scans.cone_3d(geometry), step=positive(step_size, "step_size"))


def cone_projection3d(volume, geometry, hardware_interp=True, step_size=1.0, gradient="exact"):
    return project(volume, _cone(geometry, step_size), hardware_interp, gradient)


def cone_backprojection3d(sinogram, geometry, hardware_interp=True, step_size=1.0,
                          gradient="exact"):
    """The step is that of the gradient where this is "pyro_nn"."""
    return backproject(sinogram, _cone(geometry, step_size), hardware_interp, gradient)


def parallel_projection3d(volume, geometry, gradient="exact"):
    return project(volume, scans.parallel_3d(geometry), gradient=gradient)


def parallel_backprojection3d(sinogram, geometry, gradient="exact"):
    return backproject(sinogram, scans.parallel_3d(geometry), gradient=gradient)
