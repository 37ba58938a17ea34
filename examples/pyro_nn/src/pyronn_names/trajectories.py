# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Trajectories by the names and in the conventions of PYRO-NN 1.1, made by the C++ library.

In the plane they are central rays (views, 2), from the source to the detector: (cos t, sin t), or
(cos t, -sin t) where the detector's axis is swapped. In space they are projection matrices
(views, 3, 4) from world mm (x, y, z) to pixel indices (u, v): the source turns clockwise seen from
+z, from (sid, 0, 0) on. All are float64. Other arguments of a geometry are ignored, so that
`circular_trajectory_3d(**vars(geometry))` works.
"""
import numpy as np

from .library import array, integer, number, numbers, positive, result, sizes

_VERSION = 1


def range_of(angular_range):
    """(begin, end) of a range, or of a number, which is the end [rad]. A range that is empty, or of
    more than four turns, as those in degrees are, is refused."""
    pair = np.ravel(numbers(angular_range, "angular_range"))
    if pair.size == 1:
        pair = np.array([0.0, pair[0]])
    pair = array(pair, "angular_range", (2,))
    turns = abs(pair[1] - pair[0]) / (2 * np.pi)
    if turns == 0 or turns > 4 + 1e-6:
        raise ValueError(f"angular_range {pair.tolist()} must be not empty and of at most four "
                         "turns; it is in radians, not in degrees")
    return pair


def _panel(shape, spacing, origin):
    """A detector's numbers (v, u). Without a shape, any will do that fits the origin."""
    spacing = array(spacing, "detector_spacing", (2,))
    for value in spacing:
        positive(value, "detector_spacing")
    return (np.array([1, 1], np.int32) if shape is None else sizes(shape, "detector_shape", 2),
            spacing, array(origin, "detector_origin", (2,)))


def _views(number_of_projections):
    return integer(number_of_projections, "number_of_projections")


def circular_trajectory_2d(number_of_projections, angular_range, swap_detector_axis=False,
                           **geometry):
    """Central rays (views, 2) at equal steps, the end of the range excluded."""
    views = _views(number_of_projections)
    return result("names_circular_rays", _VERSION, bool(swap_detector_axis), views,
                  range_of(angular_range), shape=(views, 2))


def circular_trajectory_3d(number_of_projections, angular_range, detector_spacing, detector_origin,
                           source_isocenter_distance, source_detector_distance,
                           swap_detector_axis=False, detector_shape=None, **geometry):
    """Matrices (views, 3, 4) of a circle about z; v points along -z, and u along +y at angle 0
    where the detector's axis is swapped, else along -y. Then, as in 1.1, depths are negative, which
    all operators take."""
    views = _views(number_of_projections)
    return result("names_circular_matrices", _VERSION, bool(swap_detector_axis), views,
                  range_of(angular_range),
                  *_panel(detector_shape, detector_spacing, detector_origin),
                  positive(source_isocenter_distance, "source_isocenter_distance"),
                  positive(source_detector_distance, "source_detector_distance"),
                  shape=(views, 3, 4))


def multi_circular_trajectory_3d(number_of_projections, longtitude, angular_range, detector_spacing,
                                 detector_origin, source_isocenter_distance,
                                 source_detector_distance, swap_detector_axis=False, **geometry):
    """Matrices of one tilted circle: circular_trajectory_3d of a world that is turned by
    `longtitude` [rad] about x. So has PYRO-NN's repository it since September 2024; before, the
    world was turned by half a turn about y too."""
    circle = circular_trajectory_3d(number_of_projections, angular_range, detector_spacing,
                                    detector_origin, source_isocenter_distance,
                                    source_detector_distance, swap_detector_axis)
    longtitude = number(longtitude, "longtitude")
    c, s = np.cos(longtitude), np.sin(longtitude)
    turn = np.array([[1.0, 0, 0], [0, c, s], [0, -s, c]])
    circle[:, :, :3] = circle[:, :, :3] @ turn
    return circle


def fibonacci_sphere_projecton_matrix(number_of_projections, source_detector_distance,
                                      detector_spacing, source_isocenter_distance, detector_origin,
                                      swap_axis=False, *args, detector_shape=None, **geometry):
    """Matrices of sources on a Fibonacci sphere, which stand where those of 1.1 do. 1.1 rolls each
    panel by chance; here v is as close to the sphere's axis as it can be."""
    views = _views(number_of_projections)
    return result("names_fibonacci_matrices", bool(swap_axis), views,
                  *_panel(detector_shape, detector_spacing, detector_origin),
                  positive(source_isocenter_distance, "source_isocenter_distance"),
                  positive(source_detector_distance, "source_detector_distance"),
                  shape=(views, 3, 4))


def projection_matrices_from_vectors(vectors, detector_shape):
    """Matrices of source, detector centre, u step and v step of each view (views, 4, 3), in (x, y,
    z) [mm]. It takes the place of arbitrary_projection_matrix, whose EZRT headers are not read."""
    vectors = array(vectors, "vectors", ("views", 4, 3))
    return result("names_matrices_of_vectors", len(vectors),
                  sizes(detector_shape, "detector_shape", 2), vectors, shape=(len(vectors), 3, 4))
