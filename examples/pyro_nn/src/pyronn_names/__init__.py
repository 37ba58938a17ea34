# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""The names of PYRO-NN's Python over pyronn's operators: ../README.md has the table.

    from pyronn_names import geometry, trajectories, filters, weights, phantoms  # NumPy
    from pyronn_names import torch_layers, modules                               # PyTorch
    from pyronn_names import tensorflow_layers, keras_layers                     # TensorFlow
    from pyronn_names import layers, utils, geometry_specific  # either: set_backend("tensorflow")
    from pyronn_names import v0                  # version 0.1, where it differs
"""
_backend = "torch"


def set_backend(name):
    """Chooses what .layers and .utils call: "torch", as at the beginning, or "tensorflow". It holds
    for this process; PYRO-NN writes it into the installed package."""
    global _backend
    if name not in ("torch", "tensorflow"):
        raise ValueError(f"set_backend: there is no '{name}'; there are torch and tensorflow")
    _backend = name


def read_backend():
    return _backend
