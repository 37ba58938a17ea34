# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Geometry: the one class of all beams that PYRO-NN's notebooks and versions before 1.0 use."""
import copy
import json

import numpy as np

from .geometry import centred_origin, value_of
from .trajectories import range_of


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
        self.trajectory_function = trajectory
        self.parameter_dict = {
            "swap_detector_axis": swap_detector_axis,
            "volume_shape": np.array(volume_shape),
            "volume_spacing": np.array(volume_spacing, np.float64),
            "volume_origin": centred_origin(volume_shape, volume_spacing),
            "detector_shape": np.array(detector_shape),
            "detector_spacing": np.array(detector_spacing, np.float64),
            "detector_origin": centred_origin(detector_shape, detector_spacing),
            "number_of_projections": int(number_of_projections),
            "angular_range": angular_range,
            "source_detector_distance": source_detector_distance,
            "source_isocenter_distance": source_isocenter_distance,
            "step_size": 0.2,
        }
        self._count_views()
        self._make_trajectory()

    def _make_trajectory(self):
        if self.trajectory_function is None:
            raise ValueError("Geometry: a geometry from a file has no function of its trajectory; "
                             "set trajectory_function")
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
        """Sets a parameter, and what follows from shapes and the number of views; as in PYRO-NN the
        trajectory is made anew by methods alone."""
        if name not in self.__dict__.get("parameter_dict", {}):
            super().__setattr__(name, value)
            return
        self.parameter_dict[name] = np.asarray(value) if np.ndim(value) else value
        if name in ("volume_shape", "detector_shape"):
            of = name.removesuffix("_shape")
            self.parameter_dict[f"{of}_origin"] = centred_origin(
                value, self.parameter_dict[f"{of}_spacing"])
        if name in ("detector_shape", "number_of_projections"):
            self._count_views()

    def _count_views(self):
        values = self.parameter_dict
        views = int(values["number_of_projections"])
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
        self.parameter_dict["detector_origin"] = (
            self.detector_origin + np.asarray(detector_shift) * self.detector_spacing)
        self._make_trajectory()

    def swap_axis(self, swap_det_axis):
        """Sets swap_detector_axis and makes the trajectory anew; PYRO-NN sets a value that nothing
        reads."""
        self.parameter_dict["swap_detector_axis"] = swap_det_axis
        self._make_trajectory()

    def set_angle_range(self, angle_range):
        """Sets the range, a pair or its end, and makes the trajectory anew."""
        self.parameter_dict["angular_range"] = range_of(angle_range).tolist()
        self._make_trajectory()

    def set_volume_slice(self, slice):
        """A geometry of one slice of the volume, counted from its first."""
        one = copy.deepcopy(self)
        one.parameter_dict["volume_origin"][0] += slice * one.volume_spacing[0]
        one.parameter_dict["volume_shape"][0] = 1
        return one

    def slice_the_geometry(self, slices):
        """Geometries of `slices` equal parts of the range. PYRO-NN takes a full turn for granted,
        and drops views that are left over, which here are refused."""
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
