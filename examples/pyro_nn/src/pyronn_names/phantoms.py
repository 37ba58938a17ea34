# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Phantoms by the names of PYRO-NN, as NumPy arrays of float32, voxelised by the C++ library.

Shapes, positions and sizes are in voxels, (y, x) or (z, y, x), and positions count from the centre
of the first voxel. In 1.1 `circle`, `ellipse`, `place_sphere` and `place_cube_with_rotation` swap
the axes of `pos`, and `place_pyramid` ignores where its base lies; here they do not.
"""
import numpy as np

from .library import array, integer, number, positive, result, sizes

_ELLIPSOID, _BOX, _CYLINDER, _PYRAMID = 0.0, 1.0, 2.0, 3.0


def _shape(shape, *axes):
    """A shape of as many axes as one of `axes` says."""
    shape = sizes(shape)
    if len(shape) not in axes:
        expected = " or ".join(str(("z", "y", "x")[3 - n:]).replace("'", "") for n in axes)
        raise ValueError(f"shape {shape.tolist()} must be {expected}")
    return shape


def _size(shape):
    """A shape as (z, y, x)."""
    return np.array([1] * (3 - len(shape)) + [*shape], np.int32)


def _body(kind, shape, centre, semi_axes, angle=0.0, value=1.0):
    """One body of float32, of lists with the slowest axis first. The angle is about z, from x to
    y."""
    shape = _shape(shape, 2, 3)
    flat, axes = len(shape) == 2, len(shape)
    centre = array(centre, "the position", (axes,))
    semi_axes = [positive(a, "a size") for a in array(semi_axes, "sizes", (axes,))]
    c, a = ([*values[::-1]] + [1.0] * flat for values in (centre, semi_axes))
    row = np.array([kind, *c, *a, number(angle, "the angle"), number(value, "the value")])
    return result("names_bodies", axes, 1, row, _size(shape), shape=shape, dtype=np.float32)


def circle(shape, pos, radius, value=1.0):
    """A disc."""
    return _body(_ELLIPSOID, _shape(shape, 2), pos, (radius, radius), value=value)


def ellipse(shape, pos, half_axes, value=1.0, phi=0.0):
    """An ellipse with half axes (y, x), turned by phi [rad] from x to y."""
    return _body(_ELLIPSOID, _shape(shape, 2), pos, half_axes, phi, value)


def rect(shape, pos, size, value=1.0):
    """A rectangle whose first pixel is `pos`; what leaves the image is cut off."""
    image = np.zeros(_shape(shape, 2), np.float32)
    first = [integer(p, "the position", least=0) for p in array(pos, "the position", (2,))]
    extent = [integer(n, "the size") for n in array(size, "the size", (2,))]
    image[tuple(slice(p, p + n) for p, n in zip(first, extent))] = number(value, "the value")
    return image


def shepp_logan(shape):
    """The head of 1974 with its low contrast: skull 2, brain 1.02; the nose is up in a picture
    whose first row is the uppermost one."""
    return _head(shape, high_contrast=False)


def shepp_logan_enhanced(shape):
    """The head with Toft's contrast: skull 1, brain 0.2."""
    return _head(shape, high_contrast=True)


def _head(shape, high_contrast):
    shape = _shape(shape, 2)
    head = result("names_shepp_logan", 2, high_contrast, _size(shape), shape=shape,
                  dtype=np.float32)
    return np.ascontiguousarray(head[::-1])


def shepp_logan_3d(shape):
    """The head in space with Toft's contrast, as CONRAD has it; not flipped."""
    shape = _shape(shape, 3)
    return result("names_shepp_logan", 3, True, _size(shape), shape=shape, dtype=np.float32)


def random_bodies(shape, count=10, seed=0, attenuation=1.0):
    """`count` random bodies that add up, each of 0.1 to 1 times the attenuation; one seed gives the
    same ones everywhere. It takes the place of data sets of patients in the examples."""
    shape = _shape(shape, 2, 3)
    return result("names_random_bodies", len(shape), np.uint64(integer(seed, "the seed", least=0)),
                  integer(count, "the number of bodies", least=0),
                  number(attenuation, "attenuation"), _size(shape), shape=shape, dtype=np.float32)


def _place(grid, kind, centre, semi_axes, value, angle=0.0):
    """Sets the voxels of a body, in place."""
    grid[_body(kind, grid.shape, centre, semi_axes, angle) > 0.5] = value


def _angle(angle):
    return np.random.uniform(0, 2 * np.pi) if angle is None else angle


def place_sphere(grid, pos, radius, value=1.0):
    """A ball about `pos`."""
    _place(grid, _ELLIPSOID, pos, [number(radius)] * 3, value)


def place_cube(grid, pos, size, value=1.0):
    """A box whose first voxel is `pos`; one that leaves the grid is a ValueError."""
    array(pos, "the position", (3,)), array(size, "the size", (3,))
    for axis in range(3):
        if pos[axis] < 0 or pos[axis] + size[axis] > grid.shape[axis]:
            raise ValueError(f"place_cube: at {pos} with size {size} it leaves {grid.shape}")
    grid[tuple(slice(p, p + s) for p, s in zip(pos, size))] = value


def place_cube_with_rotation(grid, pos, size, value=1.0, angle=None):
    """The same about the middle of the box turned by an angle [rad], random if it is None."""
    half = array(size, "the size", (3,)) / 2
    _place(grid, _BOX, array(pos, "the position", (3,)) + half - 0.5, half, value, _angle(angle))


def place_ellipsoid_with_rotation(grid, pos, radii, value=1.0, angle=None):
    """An ellipsoid about `pos` with semi-axes (z, y, x)."""
    _place(grid, _ELLIPSOID, pos, radii, value, _angle(angle))


def place_cylinder_with_rotation(grid, pos, height, radius, value=1.0, angle=None):
    """A cylinder along z with its base about `pos`; an angle changes nothing."""
    _upright(grid, _CYLINDER, pos, number(height), number(radius), value)


def place_pyramid(grid, base_center, base_size, height, value=1.0):
    """A square pyramid with its base about `base_center`, its apex towards larger z."""
    _upright(grid, _PYRAMID, base_center, number(height), number(base_size) / 2, value)


def _upright(grid, kind, base, height, half_width, value):
    centre = array(base, "the base", (3,)) + [height / 2, 0, 0]
    _place(grid, kind, centre, [height / 2, half_width, half_width], value)


def generate_3D_primitives(volume_shape, number_of_primitives):
    """A volume of random bodies of attenuation 0.4 to 1, with later ones in place of earlier ones;
    numpy.random.seed makes it come again."""
    draw = np.random
    volume_shape = _shape(volume_shape, 3)
    grid = np.zeros(volume_shape, np.float32)
    largest = max(2.0, volume_shape[0] / 5)
    for _ in range(integer(number_of_primitives, "number_of_primitives", least=0)):
        pos = [draw.randint(0, size) for size in volume_shape]
        value = draw.uniform(0.4, 1.0)
        a, b, c = draw.uniform(1, largest, 3)
        kind = draw.randint(5)
        if kind == 0:
            place_ellipsoid_with_rotation(grid, pos, (a, b, c), value)
        elif kind == 1:
            place_sphere(grid, pos, a, value)
        elif kind == 2:
            place_cube_with_rotation(grid, pos, (a, b, c), value)
        elif kind == 3:
            place_pyramid(grid, pos, a, b, value)
        else:
            place_cylinder_with_rotation(grid, pos, a, b, value)
    return grid
