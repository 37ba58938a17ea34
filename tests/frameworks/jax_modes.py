# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which JAX can differentiate, batch, split and compile an operator: right, or an error.

    jax_modes.py LIBRARY [TYPE...]

prints a table of errors beside the operator's matrix.
"""
import sys

import jax_table  # first, as it says how many devices there are and where modules are
import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, hessian, jacfwd, jacrev, jit, jvp, linear_transpose, linearize, vjp, vmap
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P

import scans
import pyronn_jax

SAMPLES = 4
BOUNDS = {"float64": 1e-12, "float32": 2e-5}


class Case:
    """An operator with the matrix that it applies, found column by column in calls of its own."""

    def __init__(self, library, name, scan, image, views):
        self.name, self.scan, self.image, self.views = name, scan, image, views
        self.op, self.back = getattr(library, name), getattr(library, name + "_adjoint")
        self.spacing = [1.0] * len(image)

    def __call__(self, x, geometry):
        return self.op(x, geometry, self.views, self.spacing)

    def adjoint(self, y, geometry):
        return self.back(y, geometry, self.image, self.spacing)

    def cubic(self, x, geometry):
        """A loss whose second derivative is not constant."""
        return (self(x, geometry) ** 3).sum()

    def total(self, x, geometry):
        """The same of all shards."""
        return jax.lax.psum(self.cubic(x, geometry), "sample")

    def matrix(self, geometry, dtype):
        """(pixels, voxels) of one geometry."""
        voxels = int(np.prod(self.image))
        basis = jnp.eye(voxels, dtype=dtype).reshape(voxels, *self.image)
        return np.asarray(self(basis, geometry), np.float64).reshape(voxels, -1).T


class Expected:
    """Results and derivatives of the cubic loss, in float64."""

    def __init__(self, case, matrices, x, t):
        A, samples = np.stack(matrices), len(matrices)
        column = lambda v: np.asarray(v, np.float64).reshape(samples, -1, 1)
        back = np.swapaxes(A, 1, 2)
        y, along, first = A @ column(x), A @ column(t), A @ column(x)[0]
        images = lambda v: v.reshape(-1, *case.image)
        self.result = y.reshape(samples, *case.views)
        self.tangent = along.reshape(samples, *case.views)
        self.gradient = images(3 * back @ y**2)
        self.second = images(6 * back @ (y * along))
        self.back_of_result = images(back @ y)
        self.hessian = (6 * back[0] @ (y[0] * A[0])).reshape(*case.image, *case.image)
        self.jacobian = A[0].reshape(*case.views, *case.image)
        self.result_of_first = first.reshape(samples, *case.views)
        self.gradient_of_first = images((3 * back @ first**2).sum(0))


def modes(case, each, right):
    """Triples (name, function of samples x, tangents t and the geometry g, what is right)."""
    first = (lambda g: g[0]) if each else (lambda g: g)

    def transpose(y, like, g):
        return linear_transpose(lambda v: case(v, g), like)(y)[0]

    def scanned(x, t, g):
        step = lambda total, v: (total + case.cubic(v, first(g)), None)
        return grad(lambda v: jax.lax.scan(step, jnp.zeros((), x.dtype), v)[0])(x)[:1]

    cubic = case.cubic
    return [
        ("call", lambda x, t, g: case(x, g), right.result),
        ("jvp", lambda x, t, g: jvp(lambda v: case(v, g), (x,), (t,))[1], right.tangent),
        ("linearize", lambda x, t, g: linearize(lambda v: case(v, g), x)[1](t), right.tangent),
        ("grad", lambda x, t, g: grad(cubic)(x, g), right.gradient),
        ("vjp", lambda x, t, g: vjp(lambda v: cubic(v, g), x)[1](jnp.ones((), x.dtype))[0],
         right.gradient),
        ("linear_transpose", lambda x, t, g: transpose(case(x, g), x, g), right.back_of_result),
        ("linear_transpose of it", lambda x, t, g: linear_transpose(
            lambda y: transpose(y, x, g), case(x, g))(x)[0], right.result),
        ("jvp of grad", lambda x, t, g: jvp(lambda v: grad(cubic)(v, g), (x,), (t,))[1],
         right.second),
        ("grad of jvp", lambda x, t, g: grad(
            lambda v: jvp(lambda q: cubic(q, g), (v,), (t,))[1])(x), right.second),
        ("grad of grad", lambda x, t, g: grad(lambda v: (grad(cubic)(v, g) * t).sum())(x),
         right.second),
        ("hessian", lambda x, t, g: hessian(cubic)(x[0], first(g)), right.hessian),
        ("jacfwd", lambda x, t, g: jacfwd(case)(x[0], first(g)), right.jacobian),
        ("jacrev", lambda x, t, g: jacrev(case)(x[0], first(g)), right.jacobian),
        ("vmap, batch inside", lambda x, t, g: vmap(lambda v: case(v, g))(
            jnp.stack([x, 2 * x, 3 * x]))[2], 3 * right.result),
        ("checkpoint", lambda x, t, g: grad(
            jax.checkpoint(lambda v: cubic(v, g)))(x), right.gradient),
        ("scan", scanned, right.gradient[:1]),
    ]


def vmap_modes(case, each, right):
    split = 0 if each else None

    def bits(x, t, g):
        """The native batch, and no number where vmap has other bits."""
        native = case(x, g)
        return jnp.where(vmap(case, (0, split))(x, g) == native, native, jnp.nan)

    def of_jvp(v, s, g):
        return jvp(lambda q: case(q, g), (v,), (s,))[1]

    of_geometries = [("vmap of geometries", lambda x, t, g: vmap(case, (None, 0))(x[0], g),
                      right.result_of_first)]
    return [
        ("vmap, bits", bits, right.result),
        ("vmap over last axis", lambda x, t, g: vmap(case, (x.ndim - 1, split), x.ndim - 1)(
            jnp.moveaxis(x, 0, -1), g), np.moveaxis(right.result, 0, -1)),
        ("vmap of vmap", lambda x, t, g: vmap(vmap(case, (0, split)), (1, None))(
            jnp.stack([x, 2 * x, 3 * x], 1), g)[1], 2 * right.result),
        ("vmap of grad", lambda x, t, g: vmap(grad(case.cubic), (0, split))(x, g),
         right.gradient),
        ("grad of vmap", lambda x, t, g: grad(
            lambda v: (vmap(case, (0, split))(v, g) ** 3).sum())(x), right.gradient),
        ("vmap of jvp", lambda x, t, g: vmap(of_jvp, (0, 0, split))(x, t, g), right.tangent),
        ("vmap of hessian", lambda x, t, g: vmap(hessian(case.cubic), (0, split))(x, g)[0],
         right.hessian),
        *(of_geometries if each else []),
    ]


def sharded_modes(case, geometry, each, right):
    """Samples, and scans where there is one for each, split over devices; with the default checks."""
    mesh = jax.make_mesh((SAMPLES,), ("sample",), axis_types=(AxisType.Auto,))
    split, whole = P("sample"), P()
    is_part_of_call = isinstance(geometry, np.ndarray)
    of_geometry = split if each else whole

    def sharded(function, out=split, of=split):
        """`function` of shards of arrays and their scans."""
        def call(*arrays):
            *arrays, g = arrays
            if is_part_of_call:
                return jax.shard_map(lambda *v: function(*v, g), mesh=mesh,
                                     in_specs=(of,) * len(arrays), out_specs=out)(*arrays)
            return jax.shard_map(function, mesh=mesh, in_specs=(*[of] * len(arrays), of_geometry),
                                 out_specs=out)(*arrays, g)
        return call

    def split_input(function):
        """The same with samples that lie on their devices before."""
        place = lambda v: jax.lax.with_sharding_constraint(v, NamedSharding(mesh, split))
        return lambda x, t, g: function(place(x), place(t), g)

    loss = sharded(case.total, whole)
    local_jvp = lambda v, s, g: jvp(lambda q: case(q, g), (v,), (s,))[1]
    of_samples = (lambda v, g: vmap(case, (0, 0 if each else None))(v, g)) \
        if not is_part_of_call else (lambda v, g: vmap(lambda q: case(q, g))(v))
    return [
        ("shard_map", lambda x, t, g: sharded(case)(x, g), right.result),
        ("shard_map, split before", split_input(lambda x, t, g: sharded(case)(x, g)),
         right.result),
        ("shard_map of jvp", lambda x, t, g: sharded(local_jvp)(x, t, g), right.tangent),
        ("shard_map of grad", lambda x, t, g: sharded(grad(case.cubic))(x, g), right.gradient),
        ("shard_map of grad of psum", lambda x, t, g: sharded(grad(case.total))(x, g),
         right.gradient),
        ("shard_map of vmap", lambda x, t, g: sharded(of_samples)(x, g), right.result),
        ("vmap of shard_map", lambda x, t, g: vmap(lambda v: sharded(case)(v, g))(
            jnp.stack([x, 2 * x]))[1], 2 * right.result),
        ("grad of shard_map", lambda x, t, g: grad(
            lambda v: (sharded(case)(v, g) ** 3).sum())(x), right.gradient),
        ("grad of shard_map of psum", lambda x, t, g: grad(loss)(x, g), right.gradient),
        ("jvp of grad of it", lambda x, t, g: jvp(lambda v: grad(loss)(v, g), (x,), (t,))[1],
         right.second),
        ("linear_transpose of shard_map", lambda x, t, g: linear_transpose(
            lambda v: sharded(case)(v, g), x)(case(x, g))[0], right.back_of_result),
        # The gradient of what is on all devices is a sum over them.
        ("grad, volume on all devices", lambda x, t, g: grad(
            lambda v: sharded(case.total, whole, whole)(v, g))(x[:1]),
         right.gradient_of_first),
        ("split without shard_map", split_input(lambda x, t, g: case(x, g)), right.result),
        ("grad, without shard_map", split_input(lambda x, t, g: grad(case.cubic)(x, g)),
         right.gradient),
    ]


def compare(found, expected, dtype):
    found = np.asarray(found, np.float64)
    if found.shape != expected.shape:
        raise AssertionError(f"shapes {found.shape} and {expected.shape}")
    error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    if not error <= BOUNDS[dtype]:
        raise AssertionError(f"relative error {error:.2e}")
    return error


def table_of(case, kind, geometry, dtype):
    """Prints lines and returns how many failed. A mode that raises is a line of the table."""
    each = geometry.ndim > 3
    random = np.random.default_rng(1)
    x, t = (jnp.asarray(random.normal(size=(SAMPLES, *case.image)), dtype) for _ in range(2))
    scans_of = geometry if each else [geometry] * SAMPLES
    right = Expected(case, [case.matrix(g, dtype) for g in scans_of], x, t)
    lines = modes(case, each, right)
    is_part_of_call = isinstance(geometry, np.ndarray)
    if not (each and is_part_of_call):  # samples would have to be told which scans are theirs
        lines += vmap_modes(case, each, right)
        if jax_table.DEVICES >= SAMPLES:
            lines += sharded_modes(case, geometry, each, right)
    failures = 0
    for mode, function, expected in lines:
        if is_part_of_call:
            compiled = jit(lambda v, s, f=function: f(v, s, geometry))
        else:
            compiled = lambda v, s, f=jit(function): f(v, s, geometry)
        for name, run in ((mode, lambda v, s: function(v, s, geometry)),
                          (f"jit of {mode}", compiled)):
            try:
                text = f"{compare(run(x, t), expected, dtype):.1e}"
            except Exception as problem:
                text = f"FAILED {type(problem).__name__}: " + " | ".join(
                    line for line in str(problem).splitlines() if line.strip())[:400]
                failures += 1
            print(f"jax {jax.__version__:9} {case.name:5} {kind:16} {dtype:8} {name:38} {text}",
                  flush=True)
    return failures


def main(path, dtypes):
    if "float64" in dtypes:
        jax.config.update("jax_enable_x64", True)
    library = pyronn_jax.Library(path, ["fan", "cone"])
    cases = [
        Case(library, "fan", lambda n: scans.fan(6, 3.0, 40.0, 80.0, 0.1 * n), [5, 6], [6, 7]),
        Case(library, "cone", lambda n: scans.cone(4, 4.0, 40.0, 80.0, 0.1 * n), [4, 3, 5],
             [4, 5, 4]),
    ]
    failures = 0
    for dtype in dtypes:
        for case in cases:
            each = np.stack([case.scan(n) for n in range(SAMPLES)])
            kinds = [("shared", case.scan(0)), ("each", each)]
            if jax_table.ON_CPUS:
                kinds += [(f"{kind}, operand", jnp.asarray(scan)) for kind, scan in kinds]
            for kind, geometry in kinds:
                failures += table_of(case, kind, geometry, dtype)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:] or ["float32"]))
