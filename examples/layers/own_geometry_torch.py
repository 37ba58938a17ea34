# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
import sys

import torch

torch.ops.load_library(sys.argv[1])
volumes = torch.rand(2, 16, 24, 24, requires_grad=True)  # samples, z, y, x
lines = torch.ops.own.tilted(volumes, torch.ops.own.scan(), [20, 32, 32], [1.0, 1.0, 1.0])
lines.square().sum().backward()
squared = (volumes * volumes.grad).sum() / 2  # <x, A'A x>
assert torch.allclose(squared, lines.square().sum())
