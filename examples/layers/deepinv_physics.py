# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""A fan-beam scan as physics of DeepInverse 0.5, whose solvers reconstruct from it.

    deepinv_physics.py LIBRARY   # with an operator "fan", "ct" its namespace
"""
import math
import sys

import deepinv
import torch


class ScanPhysics(deepinv.physics.LinearPhysics):
    """Line integrals of images (sample, channel, y, x), with the exact transpose. `scan` stays in
    host memory, also where images are on a GPU: a plain attribute is not moved."""

    def __init__(self, operator, scan, projections, image, spacing, **options):
        super().__init__(img_size=(1, *image), **options)
        self.project = getattr(torch.ops.ct, operator)
        self.backproject = getattr(torch.ops.ct, operator + "_adjoint")
        self.scan, self.projections = scan, projections
        self.image, self.spacing = image, spacing

    def A(self, x, **_):
        return self.project(x, self.scan, self.projections, self.spacing)

    def A_adjoint(self, y, **_):
        return self.backproject(y, self.scan, self.image, self.spacing)


def circular_fan(views, pixel, sid, sdd):
    """Source, detector centre and u step of every view, in (x, y) [mm]."""
    a = torch.arange(views, dtype=torch.float64) * (2 * math.pi / views)
    outward = torch.stack([a.cos(), a.sin()], -1)
    u = torch.stack([-a.sin(), a.cos()], -1)
    return torch.stack([sid * outward, (sid - sdd) * outward, pixel * u], 1)


def main(library):
    torch.ops.load_library(library)
    torch.manual_seed(1)
    y, x = torch.meshgrid(*[2.0 * torch.arange(32) - 31.0] * 2, indexing="ij")
    truth = 0.02 * ((x**2 + y**2 < 400).float() + (((x - 6)**2 + y**2) < 25).float())[None, None]
    physics = ScanPhysics("fan", circular_fan(60, 4.0, 300.0, 600.0), [60, 40], [32, 32],
                          [2.0, 2.0], max_iter=200, tol=1e-6,
                          noise_model=deepinv.physics.GaussianNoise(0.005))

    gap = physics.adjointness_test(truth).item()
    norm = physics.compute_sqnorm(truth, tol=1e-6, max_iter=500, verbose=False).item()
    print(f"<Ax, y> and <x, A'y> are {gap:.1e} apart, the norm of A'A is {norm:.1f}")
    assert gap < 1e-5

    measured = physics(truth)
    inverse = physics.A_dagger(physics.A(truth))
    descent = deepinv.optim.GD(prior=deepinv.optim.SmoothedTVPrior(eps=1e-6),
                               data_fidelity=deepinv.optim.L2(), stepsize=1 / norm,
                               lambda_reg=0.01, max_iter=300)
    regularised = descent(measured, physics, init=torch.zeros_like(truth))
    for name, image, bound in (("pseudo-inverse", inverse, 0.02),
                               ("total variation", regularised, 0.12)):
        error = ((image - truth).norm() / truth.norm()).item()
        print(f"{name}: {error:.4f} from the truth")
        assert error < bound

    truth.requires_grad_()
    loss = physics.A(truth).square().sum()
    loss.backward()
    assert torch.allclose((truth * truth.grad).sum() / 2, loss)


if __name__ == "__main__":
    main(sys.argv[1])
