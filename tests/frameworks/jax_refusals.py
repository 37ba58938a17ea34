# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What operators of JAX refuse, and with what words.

    jax_refusals.py LIBRARY OWN_GEOMETRY_LIBRARY
"""
import sys

import jax_table  # first, as it says how many devices there are and where modules are
import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, jit, jvp, vmap
from jax.sharding import AxisType, PartitionSpec as P

import pyronn_jax
from jax_table import GEOMETRY, IMAGE, SPACING, VIEWS, normal, refused


def refusals(ct, own, path):
    """(name, call, type of the exception, words of its sentence)."""

    def fan(x, geometry=GEOMETRY, views=VIEWS, spacing=SPACING, **more):
        return ct.fan(x, geometry, views, spacing, **more)

    x, on_device = normal(*IMAGE), jnp.asarray(GEOMETRY)
    error = jax.errors.JaxRuntimeError
    raw = lambda *operands, **attributes: jax.ffi.ffi_call(
        "fan_project", jax.ShapeDtypeStruct(VIEWS, np.float32))(*operands, **attributes)
    whole = {"geometry": GEOMETRY.ravel(), "geometry_shape": np.array(GEOMETRY.shape),
             "spacing": np.ones(2)}
    mesh = jax.make_mesh((4,), ("sample",), axis_types=(AxisType.Auto,))
    each = np.stack([GEOMETRY] * 4)
    split = jax.shard_map(lambda v: fan(v, each), mesh=mesh, in_specs=P("sample"),
                          out_specs=P("sample"))
    no_derivative = "fan_project: the geometry has no derivative"
    return [
        ("int input", lambda: fan(x.astype(int)), TypeError, "input is of int32"),
        ("complex input", lambda: fan(x + 1j), TypeError, "input is of complex64"),
        ("too few axes", lambda: fan(x[0]), ValueError, "input has 1 axes"),
        ("views", lambda: fan(x, views=(7, 7)), error, "the geometry has 6 views"),
        ("rows of a view", lambda: fan(x, GEOMETRY[:, :2]), error, r"has \(2, 2\) numb"),
        ("axes of the geometry", lambda: fan(x, GEOMETRY[0]), error, "at least 3"),
        ("type of the geometry", lambda: fan(x, on_device.astype(jnp.bfloat16)), error,
         "the geometry is of bfloat16"),
        ("complex geometry", lambda: fan(x, GEOMETRY + 1j), TypeError, "is of complex128"),
        ("scans, samples", lambda: fan(x[None], np.stack([GEOMETRY] * 2)), ValueError,
         r"scans \(2,\), which do not fit the batch \(1,\)"),
        ("scans, no batch", lambda: fan(x, each), ValueError, r"fit the batch \(\)"),
        ("scans of all in shards", lambda: split(normal(4, *IMAGE)), ValueError,
         r"scans \(4,\), which do not fit the batch \(1,\)"),
        ("scans of all in vmap", lambda: vmap(lambda v: fan(v, each))(
            normal(4, *IMAGE)), ValueError, r"fit the batch \(\)"),
        ("the same as operands", lambda: vmap(fan, (0, None))(
            normal(4, *IMAGE), jnp.asarray(each)), ValueError, r"fit the batch \(\)"),
        ("scans of a raw call", lambda: raw(
            x, **{**whole, "geometry": each.ravel(),
                  "geometry_shape": np.array(each.shape)}), error, "has 1 axes of a batch"),
        ("spacing", lambda: fan(x, spacing=(1, 1, 1)), error, "spacing has 3 numbers"),
        ("negative spacing", lambda: fan(x, spacing=(1, -1)), error, "must be positive"),
        ("origin", lambda: fan(x, origin=[0]), error, "origin has 1 numbers"),
        ("model", lambda: fan(x, model=[1]), error, "has no parameters, but 1"),
        ("negative size", lambda: fan(x, views=(VIEWS[0], -8)), ValueError, "no size may be neg"),
        ("size that is not whole", lambda: fan(x, views=(VIEWS[0], 8.5)), TypeError,
         "must have a whole number for each axis"),
        ("one size", lambda: fan(x, views=8), TypeError, "output_shape is 8; it must have"),
        ("scalar spacing", lambda: fan(x, spacing=1.0), TypeError,
         "spacing is 1.0; it must be a sequence of numbers"),
        ("scalar origin", lambda: fan(x, origin=1), TypeError, "origin is 1; it must be a seq"),
        ("integer vectors", lambda: fan(x, GEOMETRY.astype(int)), TypeError,
         "vectors and matrices must be of float64"),
        ("integer vectors as an operand", lambda: fan(x, on_device.astype(int)), TypeError,
         "vectors and matrices must be of float64"),
        ("unknown operator", lambda: pyronn_jax.Library(path, ["none"]), AttributeError,
         "does not export none_project_cpu"),
        ("unknown geometry", lambda: pyronn_jax.Library(path, geometries=["none"]),
         AttributeError, "does not export none_geometry"),
        ("number that is none", lambda: fan(x, GEOMETRY * np.nan), error, "finite|nan"),
        ("limit", lambda: fan(x, workspace_limit=-1), error, "must be one number"),
        ("type of elements", lambda: jax.ffi.ffi_call(
            "fan_project", jax.ShapeDtypeStruct(VIEWS, np.int32))(x.astype(int), **whole), error,
         "tensors of int32 were not compiled; it has float32"),
        ("two types", lambda: raw(x.astype(jnp.float16), **whole), error, "the same type"),
        ("scalar attribute", lambda: raw(x, **{**whole, "spacing": 1.0}), error,
         "'spacing' must be an array of float64"),
        ("float32 attribute", lambda: raw(
            x, **{**whole, "spacing": np.ones(2, np.float32)}), error, "array of float64"),
        ("unknown attribute", lambda: raw(x, **whole, pitch=np.ones(1)), error,
         "there is no attribute 'pitch'"),
        ("no geometry", lambda: raw(x, spacing=np.ones(2)), error, "1 operands; it must have"),
        ("shape of the attribute", lambda: raw(
            x, **{**whole, "geometry_shape": np.array([5, 3, 2])}), error, "says 30"),
        ("grad of a geometry", lambda: grad(lambda g: fan(x, g).sum())(on_device),
         NotImplementedError, no_derivative),
        ("jvp of a geometry", lambda: jvp(lambda g: fan(x, g), (on_device,),
                                          (on_device,)), NotImplementedError, no_derivative),
        ("transpose in a geometry", lambda: jax.linear_transpose(
            lambda g: fan(x, g), on_device)(normal(*VIEWS)), NotImplementedError,
         "linear in its input, not in the geometry"),
        ("grad of int", lambda: grad(lambda v: fan(v).sum())(x.astype(int)), TypeError,
         "grad requires real"),
        ("rows of float16", lambda: ct.rows(x.astype(jnp.float16), jnp.ones(9)),
         TypeError, "rows are of float16"),
        ("response", lambda: ct.rows(x, jnp.ones(10)), error, "10.* need 9|9"),
        ("unregistered", lambda: own.tomosynthesis(
            x, np.array(99), (8, 20), SPACING), error, "no geometry has the number 99"),
    ]


def main(path, own_path):
    library = pyronn_jax.Library(path, ["fan"], ["rows"])
    own = pyronn_jax.Library(own_path, ["tomosynthesis"])
    table = jax_table.Table()
    for name, function, kind, words in refusals(library, own, path):
        table.line("refused", name, lambda: refused(function, kind, words))
        table.line("refused, jit", name, lambda: refused(jit(function), kind, words))
    return table.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
