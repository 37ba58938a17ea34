# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filtered backprojection as layers of Keras with TensorFlow: the filter is a weight, half a
spectrum of padded rows. A saved model holds the geometry; to load it, import this module.
"""
import keras

from . import reconstruction, tensorflow_layers
from .geometry import value_of
from .library import numbers

_NEEDED = ("volume_shape", "volume_spacing", "volume_origin", "detector_shape", "detector_spacing",
           "detector_origin", "sinogram_shape", "trajectory", "angular_range",
           "source_detector_distance", "source_isocenter_distance", "projection_multiplier",
           "step_size")


def _plain(geometry):
    """A geometry as lists and numbers, for a file."""
    values = {name: value_of(geometry, name, None) for name in _NEEDED}
    return {name: numbers(value, name).tolist() for name, value in values.items()
            if value is not None}


class _Reconstruction(keras.layers.Layer):
    """sinograms (samples, views, ...) to images in 1/mm. It computes with float32 and gives what
    its policy of types says."""

    pipeline = None

    def __init__(self, geometry, window="ram_lak", **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.geometry, self.window = _plain(geometry), window
        made = type(self).pipeline(self.geometry, window)
        self.scan, self.unit, self.ray_weights = made.scan, made.unit, made.weights
        self.response = self.add_weight(
            name="response", shape=made.response.shape,
            initializer=lambda shape, dtype=None: keras.ops.convert_to_tensor(made.response, dtype))

    def call(self, sinogram):
        sinogram = tensorflow_layers.floats("the sinogram", sinogram)
        self.scan.check("the sinogram", sinogram.shape, self.scan.sinogram)
        rows = tensorflow_layers.filter_rows(sinogram * self.ray_weights,
                                             self.unit * keras.ops.cast(self.response, "float32"))
        return keras.ops.cast(tensorflow_layers.backproject(rows, self.scan), self.compute_dtype)

    def compute_output_shape(self, shape):
        return (*shape[:len(shape) - len(self.scan.sinogram)], *self.scan.volume)

    def get_config(self):
        return {**super().get_config(), "geometry": self.geometry, "window": self.window}


@keras.saving.register_keras_serializable("pyronn_names")
class ParallelBeamReconstruction2D(_Reconstruction):
    """Of parallel rays over whole half turns."""

    pipeline = staticmethod(reconstruction.parallel_2d)


@keras.saving.register_keras_serializable("pyronn_names")
class FanBeamReconstruction(_Reconstruction):
    """Of a fan over a full turn or a short scan."""

    pipeline = staticmethod(reconstruction.fan_2d)


@keras.saving.register_keras_serializable("pyronn_names")
class FDKConeBeamReconstruction(_Reconstruction):
    """Of a cone beam over a full turn or a short scan."""

    pipeline = staticmethod(reconstruction.cone_3d)
