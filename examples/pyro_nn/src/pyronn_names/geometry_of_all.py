# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Geometry: the one class of all beams that PYRO-NN's notebooks and versions before 1.0 use."""
import copy
import json

import numpy as np

from .geometry import centred_origin, distances_of, spacing_of, value_of
from .library import array, integer, numbers, positive, sizes
from .trajectories import range_of

# What the trajectory, the sinogram's shape or the multiplier follow from.
_OF_THE_SCAN = ("detector_shape", "detector_spacing", "detector_origin", "number_of_projections",
                "angular_range", "source_detector_distance", "source_isocenter_distance",
                "swap_detector_axis")


class Geometry:
    """A mapping from names to tensors of PyTorch, for `**geometry`; attributes are NumPy arrays and
    numbers. Tensors stay in host memory, where operators read scans, whatever cuda() says."""

    def __init__(self):
        self.parameter_dict = {}
        self.trajectory_function = None
        self.gpu_device = False

    def init_from_parameters(self, volume_shape, volume_spacing, detector_shape, detector_spacing,
                             number_of_projections, angular_range, trajectory,
                             source_detector_distance=0.0, source_isocenter_distance=0.0,
                             swap_detector_axis=False):
        """Sets all values. `trajectory` is a function of .trajectories, or one that takes a
        geometry's values as arguments."""
        volume_shape = sizes(volume_shape, "volume_shape").astype(int)
        detector_shape = sizes(detector_shape, "detector_shape", len(volume_shape) - 1).astype(int)
        self.trajectory_function = trajectory
        self.parameter_dict = {
            "swap_detector_axis": swap_detector_axis,
            "volume_shape": volume_shape,
            "volume_spacing": spacing_of(volume_shape, volume_spacing, "volume_spacing"),
            "detector_shape": detector_shape,
            "detector_spacing": spacing_of(detector_shape, detector_spacing, "detector_spacing"),
            "number_of_projections": integer(number_of_projections, "number_of_projections"),
            "angular_range": range_of(angular_range).tolist(),
            "source_detector_distance": source_detector_distance,
            "source_isocenter_distance": source_isocenter_distance,
            "step_size": 0.2,
        }
        if source_detector_distance or source_isocenter_distance:  # 0 of parallel rays
            distances_of(source_detector_distance, source_isocenter_distance)
        for of in ("volume", "detector"):
            self._centre(of)
        self._count_views()
        self._make_trajectory()

    def _centre(self, of):
        values = self.parameter_dict
        values[f"{of}_origin"] = centred_origin(values[f"{of}_shape"], values[f"{of}_spacing"])

    def _make_trajectory(self):
        values = dict(self.parameter_dict)
        values.pop("trajectory", None)
        self.parameter_dict["trajectory"] = np.asarray(self.trajectory_function(**values))

    def __getattr__(self, name):
        """Parameters are attributes."""
        parameters = self.__dict__.get("parameter_dict", {})
        if name in parameters:
            return parameters[name]
        raise AttributeError(f"the geometry has no {name}")

    def __setattr__(self, name, value):
        """Sets a parameter, and makes anew what follows from it: origins, the sinogram's shape, the
        multiplier and the trajectory."""
        values = self.__dict__.get("parameter_dict", {})
        if name not in values:
            super().__setattr__(name, value)
            return
        if name in _OF_THE_SCAN and self.trajectory_function is None:
            raise ValueError(f"{name}: a geometry from a file has no function of its trajectory; "
                             "set trajectory_function")
        values[name] = self._checked(name, value)
        of, _, what = name.partition("_")
        if what in ("shape", "spacing") and of in ("volume", "detector"):
            self._centre(of)
        if name in _OF_THE_SCAN:
            self._count_views()
            self._make_trajectory()

    def _checked(self, name, value):
        """A value that fits the others."""
        if name in ("volume_shape", "detector_shape"):
            return sizes(value, name, len(self.parameter_dict[name])).astype(int)
        if name in ("volume_spacing", "detector_spacing"):
            shape = self.parameter_dict[name.replace("spacing", "shape")]
            return spacing_of(shape, value, name)
        if name in ("volume_origin", "detector_origin"):
            return array(value, name, (len(self.parameter_dict[name]),))
        if name == "number_of_projections":
            return integer(value, name)
        if name == "angular_range":
            return range_of(value).tolist()
        if name.endswith("_distance"):
            return positive(value, name)
        return np.asarray(value) if np.ndim(value) else value

    def _count_views(self):
        values = self.parameter_dict
        views = values["number_of_projections"]
        values["sinogram_shape"] = np.array([views, *values["detector_shape"]])
        values["projection_multiplier"] = (
            values["source_isocenter_distance"] * values["source_detector_distance"]
            * values["detector_spacing"][-1] * np.pi / views)

    def keys(self):
        return self.parameter_dict.keys()

    def __getitem__(self, key):
        """A tensor of float32, as in PYRO-NN; of trajectories float64, so that nothing is lost."""
        import torch

        of_type = torch.float64 if key == "trajectory" else torch.float32
        return torch.as_tensor(np.atleast_1d(value_of(self, key)), dtype=of_type)

    def cuda(self):
        self.gpu_device = True

    def cpu(self):
        self.gpu_device = False

    @property
    def is_gpu(self):
        return self.gpu_device

    def to_json(self, path):
        """Writes all values, the trajectory too."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.parameter_dict, file,
                      default=lambda value: np.asarray(value).tolist())

    @staticmethod
    def from_json(path):
        """What to_json wrote; PYRO-NN's files are the same."""
        with open(path, encoding="utf-8") as file:
            values = json.load(file)
        if not isinstance(values, dict):
            raise ValueError(f"from_json: {path} must hold names and values")
        loaded = Geometry()
        loaded.parameter_dict = {
            key: np.asarray(value) if isinstance(value, list) else value
            for key, value in values.items()
        }
        return loaded

    def _half_angle(self, axis):
        half = (self.detector_shape[axis] - 1) / 2.0 * self.detector_spacing[axis]
        return np.arctan(half / self.source_detector_distance)

    def fan_angle(self):
        """Half the angle of the fan's pixel centres [rad]."""
        return self._half_angle(-1)

    def cone_angle(self):
        return self._half_angle(-2)

    def set_detector_shift(self, detector_shift):
        """Moves the detector by (v, u) pixels and makes the trajectory anew."""
        shift = array(np.atleast_1d(numbers(detector_shift)), "detector_shift",
                      self.detector_spacing.shape)
        self.detector_origin = self.detector_origin + shift * self.detector_spacing

    def swap_axis(self, swap_det_axis):
        """Sets swap_detector_axis and makes the trajectory anew; PYRO-NN sets a value that nothing
        reads."""
        self.swap_detector_axis = swap_det_axis

    def set_angle_range(self, angle_range):
        """Sets the range, a pair or its end, and makes the trajectory anew."""
        self.angular_range = angle_range

    def set_volume_slice(self, slice):
        """A geometry of one slice of the volume, counted from its first."""
        slice = integer(slice, "set_volume_slice: the slice", least=0)
        if len(self.volume_shape) != 3 or slice >= self.volume_shape[0]:
            raise ValueError(f"set_volume_slice: there is no slice {slice} in a volume of shape "
                             f"{self.volume_shape.tolist()}")
        one = copy.deepcopy(self)
        one.parameter_dict["volume_origin"][0] += slice * one.volume_spacing[0]
        one.parameter_dict["volume_shape"][0] = 1
        return one

    def slice_the_geometry(self, slices):
        """Geometries of `slices` equal parts of the range. PYRO-NN takes a full turn for granted,
        and drops views that are left over, which here are refused."""
        slices = integer(slices, "slice_the_geometry: the number of parts")
        views = self.number_of_projections // slices
        if views * slices != self.number_of_projections:
            raise ValueError(f"slice_the_geometry: {self.number_of_projections} views cannot be "
                             f"cut into {slices} equal parts")
        begin, end = range_of(self.angular_range)
        parts = []
        for n in range(slices):
            part = copy.deepcopy(self)
            part.number_of_projections = views
            part.set_angle_range([begin + (end - begin) * n / slices,
                                  begin + (end - begin) * (n + 1) / slices])
            parts.append(part)
        return parts
