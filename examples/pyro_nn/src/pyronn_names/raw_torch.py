# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""The functions of `pyronn_layers` that PYRO-NN's modules call in PyTorch, with their arguments in
their order: shapes, origins and spacings as tensors or lists, slowest axis first. Here they have
gradients, by the exact transpose.
"""
from . import torch_layers


def _projected(function, volume, sinogram_shape, **geometry):
    return function(volume, {"volume_shape": volume.shape[1:], "sinogram_shape": sinogram_shape,
                             **geometry})


def _backprojected(function, sinogram, volume_shape, **geometry):
    return function(sinogram, {"sinogram_shape": sinogram.shape[1:], "volume_shape": volume_shape,
                               **geometry})


def parallel_projection2d(input, sinogram_shape, volume_origin, detector_origin, volume_spacing,
                          detector_spacing, trajectory):
    return _projected(torch_layers.parallel_projection2d, input, sinogram_shape,
                      volume_origin=volume_origin, detector_origin=detector_origin,
                      volume_spacing=volume_spacing, detector_spacing=detector_spacing,
                      trajectory=trajectory)


def parallel_backprojection2d(input, volume_shape, volume_origin, detector_origin, volume_spacing,
                              detector_spacing, trajectory):
    return _backprojected(torch_layers.parallel_backprojection2d, input, volume_shape,
                          volume_origin=volume_origin, detector_origin=detector_origin,
                          volume_spacing=volume_spacing, detector_spacing=detector_spacing,
                          trajectory=trajectory)


def fan_projection2d(input, sinogram_shape, volume_origin, detector_origin, volume_spacing,
                     detector_spacing, source_isocenter_distance, source_detector_distance,
                     trajectory):
    return _projected(torch_layers.fan_projection2d, input, sinogram_shape,
                      volume_origin=volume_origin, detector_origin=detector_origin,
                      volume_spacing=volume_spacing, detector_spacing=detector_spacing,
                      source_isocenter_distance=source_isocenter_distance,
                      source_detector_distance=source_detector_distance, trajectory=trajectory)


def fan_backprojection2d(input, volume_shape, volume_origin, detector_origin, volume_spacing,
                         detector_spacing, source_isocenter_distance, source_detector_distance,
                         trajectory):
    return _backprojected(torch_layers.fan_backprojection2d, input, volume_shape,
                          volume_origin=volume_origin, detector_origin=detector_origin,
                          volume_spacing=volume_spacing, detector_spacing=detector_spacing,
                          source_isocenter_distance=source_isocenter_distance,
                          source_detector_distance=source_detector_distance, trajectory=trajectory)


def cone_projection3d(input, sinogram_shape, volume_origin, volume_spacing, trajectory, step_size,
                      hardware_interp):
    """`trajectory` holds projection matrices, which know the detector."""
    return _projected(lambda x, geometry: torch_layers.cone_projection3d(
        x, geometry, bool(hardware_interp)), input, sinogram_shape, volume_origin=volume_origin,
                      volume_spacing=volume_spacing, trajectory=trajectory, step_size=step_size)


def cone_backprojection3d(input, volume_shape, volume_origin, volume_spacing, trajectory,
                          projection_multiplier, hardware_interp):
    return _backprojected(lambda x, geometry: torch_layers.cone_backprojection3d(
        x, geometry, bool(hardware_interp)), input, volume_shape, volume_origin=volume_origin,
                          volume_spacing=volume_spacing, trajectory=trajectory,
                          projection_multiplier=projection_multiplier)
