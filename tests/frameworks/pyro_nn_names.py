# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""examples/pyro_nn beside closed forms, for one framework: `pyro_nn_names.py torch` or
`pyro_nn_names.py tensorflow`, with the folder `python` of its build on PYTHONPATH."""
import importlib
import sys

import pyro_nn_arrays
import pyro_nn_frame
import pyro_nn_phantoms
import pyro_nn_physics
import pyro_nn_refusals


def main(name):
    pyro_nn_frame.select(name)
    own = importlib.import_module(f"pyro_nn_{name}")
    failures = 0
    for module in (pyro_nn_physics, pyro_nn_arrays, pyro_nn_phantoms, pyro_nn_refusals, own):
        for what, passed, text in module.table():
            failures += not passed
            print(f"{name:10} {what:66} {'passed' if passed else 'FAILED'} {text}", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
