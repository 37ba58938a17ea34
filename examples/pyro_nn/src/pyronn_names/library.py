# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Calls of the C++ library that take and give NumPy arrays: lib/arrays.so by ctypes."""
import ctypes
import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parent / "lib"


def _load():
    path = FOLDER / "arrays.so"
    if not path.exists():
        raise ImportError(f"{path} is missing: build examples/pyro_nn and put its folder `python` "
                          "on PYTHONPATH")
    library = ctypes.CDLL(str(path))
    library.names_error.restype = ctypes.c_char_p
    return library


_library = _load()


def _argument(value):
    """A Python value as C takes it; arrays must be contiguous and live during the call."""
    if isinstance(value, np.ndarray):
        assert value.flags.c_contiguous
        return ctypes.c_void_p(value.ctypes.data)
    if isinstance(value, str):
        return ctypes.c_char_p(value.encode())
    if isinstance(value, np.uint64):
        return ctypes.c_uint64(int(value))
    if isinstance(value, (float, np.floating)):
        return ctypes.c_double(value)
    return ctypes.c_int(int(value))


def call(name, *arguments):
    """Runs a function of lib/arrays.so. What is an InvalidArgument there is a ValueError here."""
    status = getattr(_library, name)(*map(_argument, arguments))
    if status:
        kind = {1: ValueError, 2: MemoryError}.get(status, RuntimeError)
        raise kind(_library.names_error().decode())


def result(name, *arguments, shape, dtype=np.float64):
    """The array that a function writes into its last argument."""
    if min(shape) < 1:
        raise ValueError(f"{name}: a result of shape {tuple(shape)} has no elements")
    out = np.empty(tuple(shape), dtype)
    call(name, *arguments, out)
    return out


def numbers(values, dtype=np.float64):
    """A contiguous array of numbers, also of tensors on any device."""
    if hasattr(values, "detach"):  # PyTorch's
        values = values.detach().cpu()
    return np.ascontiguousarray(np.asarray(values), dtype)


def sizes(values):
    """Sizes as integers, also where they were given as floats, as PYRO-NN's tensors are."""
    return np.atleast_1d(np.rint(numbers(values))).astype(np.int32)


def number(value):
    """One number of an array or tensor of one element, or a number."""
    return float(np.ravel(numbers(value))[0])
