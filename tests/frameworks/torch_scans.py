# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""The scans of scans.py as tensors."""
import torch

import scans


def _as_tensor(function):
    return lambda *numbers, **options: torch.from_numpy(function(*numbers, **options))


fan, arc, parallel = map(_as_tensor, (scans.fan, scans.arc, scans.parallel))
cone, parallel_3d = _as_tensor(scans.cone), _as_tensor(scans.parallel_3d)
