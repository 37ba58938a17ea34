# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Arrays of NumPy in the library and arrays of the library in NumPy, by DLPack."""
import ctypes
import gc
import sys

import numpy

library = ctypes.CDLL(sys.argv[1])
library.lend.restype = ctypes.c_void_p
python = ctypes.pythonapi
python.PyCapsule_GetPointer.restype = ctypes.c_void_p
python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_New.restype = ctypes.py_object
python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
failures = 0


def check(name, passed, text=""):
    global failures
    failures += not passed
    print(f"numpy {numpy.__version__} {name:34} {'passed' if passed else 'FAILED'} {text}")


def taken(capsule, name):
    """The pointer in a capsule, which its consumer renames."""
    pointer = python.PyCapsule_GetPointer(capsule, name)
    taken.names = getattr(taken, "names", []) + [ctypes.c_char_p(b"used_" + name)]
    python.PyCapsule_SetName(capsule, taken.names[-1])
    return ctypes.c_void_p(pointer)


def call(function, *arguments):
    text = ctypes.create_string_buffer(300)
    threw = function(*arguments, text, len(text))
    return bool(threw), text.value.decode()


def doubled(array, versioned=True):
    capsule = array.__dlpack__(max_version=(1, 0)) if versioned else array.__dlpack__()
    return call(library.doubled, taken(capsule, b"dltensor_versioned" if versioned else b"dltensor"),
                int(versioned))


def summed(array, kind):
    capsule = array.__dlpack__(max_version=(1, 0))
    return call(library.summed, taken(capsule, b"dltensor_versioned"), kind.encode())


class Lent:
    """What numpy.from_dlpack takes."""

    def __init__(self, versioned, read_only):
        self.arguments = versioned, read_only

    def __dlpack_device__(self):
        return 1, 0

    def __dlpack__(self, **_):
        name = b"dltensor_versioned" if self.arguments[0] else b"dltensor"
        self.name = ctypes.create_string_buffer(name)  # lives as long as the capsule
        Lent.names = getattr(Lent, "names", []) + [self.name]
        return python.PyCapsule_New(library.lend(*self.arguments), self.name, None)


for versioned in (True, False):
    kind = "versioned" if versioned else "legacy"
    x = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
    check(f"{kind}: written in place", doubled(x, versioned) == (False, "(3, 2)")
          and numpy.array_equal(x, 2 * numpy.arange(6).reshape(2, 3)))
    y = numpy.arange(8, dtype=numpy.float32)[2:].reshape(2, 3)
    check(f"{kind}: from the middle", not doubled(y, versioned)[0] and y[0, 0] == 4)
    one = numpy.zeros((9, 3), numpy.float32)[4:5]
    check(f"{kind}: one row", not doubled(one, versioned)[0])
    empty = numpy.zeros((0, 3), numpy.float32)
    check(f"{kind}: empty", doubled(empty, versioned) == (False, "(3, 0)"))
    for name, wrong, part in (
        ("transposed", x.T, "not contiguous"),
        ("strided", numpy.zeros((4, 6), numpy.float32)[:, ::2], "not contiguous"),
        ("reversed", x[::-1], "not contiguous"),
        ("float64", x.astype(numpy.float64), "of float64; it must be of float32"),
        ("three axes", x[None], "3 axes; it must have 2"),
    ):
        threw, text = doubled(wrong, versioned)
        check(f"{kind}, refused: {name}", threw and part in text, text)
fixed = numpy.ones((2, 3), numpy.float32)
fixed.flags.writeable = False
threw, text = doubled(fixed)
check("refused: read-only, to write", threw and "read-only" in text, text)
check("read-only, to read", summed(fixed, "float32") == (False, "6"))
check("broadcast, refused", summed(numpy.broadcast_to(numpy.float32(1), (2, 3)), "float32")[0])
for kind in ("float64", "float32", "float16", "int64", "uint8"):
    check(f"sums of {kind}", summed(numpy.arange(6).reshape(2, 3).astype(kind), kind) == (False, "15"))

for versioned, read_only in ((1, 0), (1, 1), (0, 0)):
    array = numpy.from_dlpack(Lent(versioned, read_only))
    check(f"lent ({versioned}, {read_only})", library.lent() == 1
          and numpy.array_equal(array, numpy.arange(6).reshape(2, 3))
          and (array.flags.writeable or read_only or not versioned))
    del array
    gc.collect()
    check("given back", library.lent() == 0)
print(f"{failures} failures")
sys.exit(1 if failures else 0)
