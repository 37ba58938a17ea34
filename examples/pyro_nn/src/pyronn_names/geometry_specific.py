# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""geometry_specific of PYRO-NN 1.1: a cone beam from a dictionary and a function of a trajectory,
and phantoms with their sinograms."""
from .geometry import GeometryCone3D
from .layers import ConeProjectionFor3D
from .trajectories import circular_trajectory_3d


class SpecificGeometry:
    """A GeometryCone3D with the trajectory that `traj_func` makes of the dictionary and of the
    geometry's attributes. In 1.1 it is abstract; here other trajectories need no class."""

    def __init__(self, geo_info_dict, traj_func):
        self.geometry_info = geo_info_dict
        self.geometry = self.set_geo()
        self.trajectory = traj_func(**{**geo_info_dict, **self.geometry.get_dict()})
        self.geometry.set_trajectory(self.trajectory)

    def set_geo(self):
        return GeometryCone3D(**self.geometry_info)

    def create_sinogram(self, phantom):
        return ConeProjectionFor3D().forward(phantom, self.geometry)

    def generate_specific_phantom(self, phantom_func, *args, **kwargs):
        """(mask, sinogram, phantom, geometry), each array with an axis of samples in front."""
        phantom = phantom_func(self.geometry_info["volume_shape"], *args, **kwargs)[None]
        return phantom != 0, self.create_sinogram(phantom), phantom, self.geometry


class CircularGeometrys3D(SpecificGeometry):
    """On a circle."""

    def __init__(self, geo_dict_info):
        super().__init__(geo_dict_info, circular_trajectory_3d)
