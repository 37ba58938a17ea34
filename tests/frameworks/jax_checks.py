# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What operators of JAX take: types, layouts, batches, filters, geometries of a program's own; and
memory.

    jax_checks.py LIBRARY OWN_GEOMETRY_LIBRARY
"""
import concurrent.futures
import ctypes
import resource
import sys

import jax_table  # first, as it says how many devices there are and where modules are
import jax
import jax.export
import jax.numpy as jnp
import numpy as np
from jax import grad, hessian, jit, jvp, vmap
from jax.sharding import AxisType, PartitionSpec as P

import scans
import pyronn_jax
from jax_table import (CONE, DEVICES, GEOMETRY, IMAGE, ON_CPUS, SPACING, VIEWS, near, normal,
                       refused, same)


class Checks:
    def __init__(self, path, own_path):
        self.ct = pyronn_jax.Library(path, ["fan", "fan_march", "cone"], ["rows"])
        self.own = pyronn_jax.Library(own_path, ["tomosynthesis"])
        register = ctypes.CDLL(own_path).register_tomosynthesis
        register.argtypes, register.restype = [ctypes.c_float] * 2, ctypes.c_int64
        self.register = register

    def fan(self, x, geometry=GEOMETRY, views=VIEWS, spacing=SPACING, **more):
        return self.ct.fan(x, geometry, views, spacing, **more)

    def operators(self):
        """Pairs (name, function that says how right it is)."""
        ct, x = self.ct, normal(3, *IMAGE)
        result = self.fan(x)
        numbers = np.array(x)
        stride = np.zeros((3, 10, 12), np.float32)
        stride[:, ::2, ::2] = numbers
        frozen = numbers.copy()
        frozen.flags.writeable = False
        each = np.stack([scans.fan(6, 3.0, 40.0, 80.0, 0.1 * n) for n in range(3)])

        def dot_product(op, back, image, views, geometry, **more):
            v, w = normal(2, *image), normal(2, *views)
            spacing = (1.0,) * len(image)
            found = np.vdot(np.asarray(op(v, geometry, views, spacing, **more), float), w)
            expected = np.vdot(v, np.asarray(back(w, geometry, image, spacing, **more), float))
            return near([found], [expected], 5e-6)

        def types(dtype, bound):
            found = self.fan(x.astype(dtype))
            slope = grad(lambda v: self.fan(v).sum().astype(jnp.float32))(x.astype(dtype))
            if found.dtype != dtype or slope.dtype != dtype:
                raise AssertionError(f"results are of {found.dtype} and {slope.dtype}")
            near(slope, grad(lambda v: self.fan(v).sum())(x), bound)
            return near(found, self.fan(x.astype(dtype).astype(jnp.float32)), bound)

        def broadcast_scans():
            """Scans for one axis of a batch of two, or for both; against calls of one sample."""
            v = normal(2, 3, *IMAGE)
            for geometry in (each, each[None], each[:1, None], np.stack([each, each[::-1]])):
                of = np.broadcast_to(geometry, (2, 3, *GEOMETRY.shape))
                one = np.stack([[self.fan(v[a, b], of[a, b]) for b in range(3)]
                                for a in range(2)])
                near(self.fan(v, geometry), one, 1e-6)
                near(self.fan(v, jnp.asarray(geometry)), one, 1e-6)
            return near(self.fan(v, geometry), one, 1e-6)

        def workspace():
            """A second result is the workspace."""
            found, _ = jax.ffi.ffi_call("fan_project", (
                jax.ShapeDtypeStruct(result.shape, np.float32),
                jax.ShapeDtypeStruct((4096,), np.uint8)))(
                    x, geometry=GEOMETRY.ravel(), geometry_shape=np.array(GEOMETRY.shape),
                    spacing=np.ones(2))
            return same(found, result)

        def split_result():
            mesh = jax.make_mesh((3,), ("n",), axis_types=(AxisType.Auto,),
                                 devices=jax.devices()[:3])
            found = jit(jax.shard_map(self.fan, mesh=mesh, in_specs=P("n"), out_specs=P("n")))(x)
            if found.sharding.shard_shape(found.shape)[0] != 1:
                raise AssertionError("the result is on every device")
            return same(found, result)

        def explicit_shards():
            """JAX's meshes have explicit axes unless told otherwise: types say how arrays lie."""
            mesh = jax.make_mesh((3,), ("n",), devices=jax.devices()[:3])
            loss = lambda v: (self.fan(v) ** 2).sum()
            with jax.set_mesh(mesh):
                v = jax.device_put(x, jax.NamedSharding(mesh, P("n")))
                w = jax.device_put(x[:, :, :6], jax.NamedSharding(mesh, P(None, None, "n")))
                for f, g in ((self.fan, grad(loss)), (jit(self.fan), jit(grad(loss)))):
                    same(f(v), result)
                    near(g(v), grad(loss)(x))
                    same(self.fan(w, GEOMETRY, VIEWS), result)
            return "the same bits"

        def exported():
            """A program for a batch of any size."""
            shape = jax.export.symbolic_shape("b, 5, 6")
            allowed = [jax.export.DisabledSafetyCheck.custom_call("fan_project")]
            program = jax.export.export(jit(self.fan), disabled_checks=allowed)(
                jax.ShapeDtypeStruct(shape, np.float32))
            return same(program.call(x), result)

        def threads():
            """Calls from many threads, for other scans each."""
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                found = list(pool.map(lambda n: self.fan(x, each[n % 3]), range(96)))
            return same(found, [self.fan(x, each[n % 3]) for n in range(96)])

        def refused_again():
            """A compiled function that worked before raises another type."""
            step = jit(self.fan)
            for _ in range(2):
                step(x, GEOMETRY)
            return refused(lambda: step(x, GEOMETRY * np.nan), ValueError, "INVALID_ARG.*finite")

        def memory():
            """A scan for each step, and the same one always, grow no memory."""
            step = jit(lambda v, g: grad(lambda q: (self.fan(q, g) ** 2).sum())(v))
            sizes = []
            for round_of in range(3):
                for n in range(1500):
                    step(x, each[0] * (1 + n % 7)).block_until_ready()
                sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            if sizes[2] > sizes[1] + 1024:
                raise AssertionError(f"memory grows: {sizes} KiB")
            return f"{sizes[2] - sizes[1]} KiB more after 1500 more steps"

        found = [
            ("transposes, fan", lambda: dot_product(
                ct.fan, ct.fan_adjoint, IMAGE, VIEWS, GEOMETRY)),
            ("transposes, march", lambda: dot_product(
                ct.fan_march, ct.fan_march_adjoint, IMAGE, VIEWS, GEOMETRY, model=[0.3])),
            ("transposes, cone", lambda: dot_product(
                ct.cone, ct.cone_adjoint, (4, 3, 5), (4, 5, 4), CONE, origin=[-2, -1, 1])),
            ("float16", lambda: types(jnp.float16, 2e-3)),
            ("bfloat16", lambda: types(jnp.bfloat16, 2e-2)),
            ("the same again", lambda: same(self.fan(x), result)),
            ("without jit", lambda: same(self.without_jit(x), result)),
            ("NumPy", lambda: same(self.fan(numbers), result)),
            ("strided NumPy", lambda: same(self.fan(stride[:, ::2, ::2]), result)),
            ("read-only NumPy", lambda: same(self.fan(frozen), result)),
            ("transposed", lambda: same(
                jit(lambda v: self.fan(v.transpose(2, 0, 1)))(x.transpose(1, 2, 0)), result)),
            ("a slice in jit", lambda: same(jit(lambda v: self.fan(v[1:]))(x), result[1:])),
            ("DLPack", lambda: same(
                self.fan(jnp.from_dlpack(numbers if ON_CPUS else x)), result)),
            ("float64 NumPy", lambda: same(self.fan(numbers.astype(float)), result)),
            ("no samples", lambda: f"{self.fan(x[:0]).shape}"),
            ("limit of 0", lambda: (same if ON_CPUS else near)(
                self.fan(x, workspace_limit=0), result)),
            ("workspace", workspace),
            ("compiled before", lambda: same(jit(self.fan).lower(x).compile()(x), result)),
            ("exported", exported),
            ("threads", threads),
        ]
        if ON_CPUS:
            found += [
                ("scans of samples", broadcast_scans),
                ("stopped gradient", lambda: near(
                    grad(lambda g: (self.fan(x, jax.lax.stop_gradient(g)).sum() * g).sum())(
                        jnp.asarray(GEOMETRY)), np.full(GEOMETRY.shape, float(result.sum())), 1e-5)),
                ("refused again", refused_again),
                ("memory", memory),
            ]
        else:
            found.append(("operand refused", lambda: refused(
                lambda: self.fan(x, jnp.asarray(GEOMETRY)), jax.errors.JaxRuntimeError,
                "the geometry is an operand")))
        if DEVICES >= 3:
            found += [
                ("shards stay split", split_result),
                ("explicit shards", explicit_shards),
            ]
        return found

    def without_jit(self, x):
        with jax.disable_jit():
            return self.fan(x)

    def filters(self):
        rows, response = normal(3, 4, 7), normal(9)
        t, along = normal(3, 4, 7), normal(9)
        back = self.ct.rows

        def dense(v, h):
            spectra = np.fft.rfft(np.asarray(v, float), 16) * np.asarray(h, float)[..., None, :]
            return np.fft.irfft(spectra, 16)[..., :7]

        def loss(v, h):
            return (back(v, h) ** 3).sum()

        y = dense(rows, response)
        padded = [np.fft.rfft(np.asarray(v, float), 16) for v in (rows, 3 * y**2)]
        twice = np.array([1, *[2] * 7, 1])
        of_response = ((padded[0] * padded[1].conj()).real * twice / 16).sum((0, 1))
        responses = normal(3, 9)
        step = 1e-3
        gradients = [np.asarray(grad(loss, 1)(rows, response + s * along), float)
                     for s in (step, -step)]
        found = [
            ("filter", lambda: near(back(rows, response), y)),
            ("grad, rows", lambda: near(grad(loss)(rows, response), dense(3 * y**2, response))),
            ("grad, response", lambda: near(grad(loss, 1)(rows, response), of_response)),
            ("jvp, both", lambda: near(
                jvp(back, (rows, response), (t, along))[1],
                dense(t, response) + dense(rows, along))),
            ("jvp of grad, response", lambda: near(
                jvp(grad(loss, 1), (rows, response), (0 * t, along))[1],
                (gradients[0] - gradients[1]) / (2 * step), 1e-3)),
            ("hessian, response", lambda: near(
                hessian(loss, 1)(rows, response) @ along,
                jvp(grad(loss, 1), (rows, response), (0 * t, along))[1])),
            ("vmap, rows", lambda: same(vmap(back, (0, None))(rows, response),
                                        back(rows, response))),
            ("vmap, both", lambda: near(vmap(back)(rows, responses), np.stack(
                [dense(v, h) for v, h in zip(rows, responses)]))),
            ("vmap, responses", lambda: near(vmap(back, (None, 0))(rows[0], responses), np.stack(
                [dense(rows[0], h) for h in responses]))),
            ("vmap of grad, both", lambda: near(vmap(grad(loss, 1))(rows, responses), np.stack(
                [grad(loss, 1)(v, h) for v, h in zip(rows, responses)]))),
        ]
        if DEVICES >= 3:
            mesh = jax.make_mesh((3,), ("n",), axis_types=(AxisType.Auto,),
                                 devices=jax.devices()[:3])
            whole_loss = jax.shard_map(
                lambda v, h: jax.lax.psum(loss(v, h), "n"), mesh=mesh, in_specs=(P("n"), P()),
                out_specs=P())
            found += [
                ("grad of shard_map, rows", lambda: near(
                    grad(whole_loss)(rows, response), dense(3 * y**2, response))),
                ("grad of shard_map, response", lambda: near(
                    jit(grad(whole_loss, 1))(rows, response), of_response)),
            ]
        return found

    def own_geometry(self):
        """A program's own geometry beside a fan of the same sources."""
        x = normal(2, 5, 6)
        starts = [-40.0, -30.0]
        handles = np.array([self.register(first, 10.0) for first in starts])

        def fan(first):
            source = np.array([[first + 10.0 * n, 60.0] for n in range(8)])
            middle, step = (np.broadcast_to(v, (8, 2)) for v in ([0.0, -30.0], [2.0, 0.0]))
            return np.stack([source, middle, step], 1)

        views = (8, 20)
        own = lambda v, g: self.own.tomosynthesis(v, g, views, SPACING)
        expected = self.ct.fan(x, np.stack([fan(first) for first in starts]), views, SPACING)
        shared = self.ct.fan(x, fan(starts[0]), views, SPACING)
        loss = lambda f: (lambda v, g: (f(v, g) ** 2).sum())
        known = loss(lambda v, g: self.ct.fan(v, g, views, SPACING))
        return [
            ("shared", lambda: near(own(x, handles[0]), shared, 1e-5)),
            ("shared, operand", lambda: near(own(x, jnp.asarray(handles[0])), shared, 1e-5)),
            ("each", lambda: near(own(x, handles), expected, 1e-5)),
            ("each, operand", lambda: near(own(x, jnp.asarray(handles)), expected, 1e-5)),
            ("vmap", lambda: near(vmap(own)(x, jnp.asarray(handles)), expected, 1e-5)),
            ("grad", lambda: near(grad(loss(own))(x, handles[0]),
                                  grad(known)(x, fan(starts[0])), 1e-5)),
            ("vmap of grad", lambda: near(
                vmap(grad(loss(own)))(x, jnp.asarray(handles)),
                np.stack([grad(known)(v, fan(first)) for v, first in zip(x, starts)]), 1e-5)),
        ]


def main(path, own_path):
    checks, table = Checks(path, own_path), jax_table.Table()
    groups = [("operator", checks.operators()), ("filter", checks.filters())]
    if ON_CPUS:  # where that library has kernels
        groups.append(("own geometry", checks.own_geometry()))
    for group, of in groups:
        for name, function in of:
            table.line(group, name, function)
    return table.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
