# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Calls of the C++ library that take and give NumPy arrays: lib/arrays.so by ctypes. C sees no
shapes: what is passed to it comes from array(), sizes(), number() and integer(), which check them.
"""
import ctypes
import pathlib
import re

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
        sentence = _library.names_error().decode()
        raise kind(re.sub(r"pyronn::[\w:]+: ", "", sentence))  # without the names of C++


def result(name, *arguments, shape, dtype=np.float64):
    """The array that a function writes into its last argument."""
    out = np.empty(tuple(shape), dtype)
    call(name, *arguments, out)
    return out


def numbers(values, name="a value", dtype=np.float64):
    """A contiguous array of numbers, also of tensors on any device."""
    if getattr(values, "requires_grad", False):
        raise NotImplementedError(f"{name} requires a gradient, which nothing has with respect to "
                                  "a geometry; detach it")
    if hasattr(values, "detach"):  # PyTorch's
        values = values.detach().cpu()
    try:
        return np.array(values, dtype, order="C")
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers; it is a {type(values).__name__}") from None


def _text(shape):
    sizes = ["samples..." if size is ... else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def array(values, name, shape):
    """Finite numbers of a shape, whose sizes are numbers, or names of sizes that may be any from 1
    on. `...` in front stands for no axis or one of samples."""
    values = numbers(values, name)
    core = shape[1:] if shape[0] is ... else shape
    samples = values.ndim - len(core)
    fits = 0 <= samples <= (shape[0] is ...) and all(
        found >= 1 if isinstance(size, str) else found == size
        for found, size in zip(values.shape[samples:], core))
    if not fits or values.size == 0:
        raise ValueError(f"{name}: shape {values.shape} must be {_text(shape)}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite")
    return values


def number(value, name="a value"):
    """One finite number, also of an array or tensor of one element."""
    values = numbers(value, name)
    if values.size != 1:
        raise ValueError(f"{name}: shape {values.shape} must be of one number")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite")
    return float(values.reshape(()))


def positive(value, name):
    """One number above 0."""
    value = number(value, name)
    if value <= 0:
        raise ValueError(f"{name} {value:g} must be positive")
    return value


def integer(value, name, least=1):
    """A whole number, which may be given as a float, as in PYRO-NN's tensors."""
    found = number(value, name)
    if found != round(found) or not least <= found < 2**31:
        raise ValueError(f"{name} {found:g} must be a whole number from {least} on")
    return int(found)


def sizes(values, name="a shape", axes=None):
    """Sizes of `axes` axes, or of any number of them, slowest axis first."""
    values = np.atleast_1d(numbers(values, name))
    array(values, name, ("axes" if axes is None else axes,))
    return np.array([integer(value, name) for value in values], np.int32)
