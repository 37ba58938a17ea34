# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""A scan as an operator of ODL 1.0, whose solvers reconstruct from it.

    odl_operator.py LIBRARY   # with an operator "fan", "ct" its namespace
"""
import math
import sys

import numpy as np
import odl
import torch


class Scan(odl.Operator):
    """Line integrals of elements of `domain`, a space of PyTorch's tensors over (y, x) [mm]. ODL's
    spaces weight their inner products by the size of a cell, hence adjoints, too."""

    def __init__(self, name, scan, domain, range_, transposed=None):
        super().__init__(domain, range_, linear=True)
        self.name, self.scan, self.transposed = name, scan, transposed
        volume = range_ if transposed else domain
        self.spacing = [float(side) for side in volume.cell_sides]

    def _call(self, x):
        operator = getattr(torch.ops.ct, self.name + ("_adjoint" if self.transposed else ""))
        y = operator(x.data, self.scan, list(self.range.shape), self.spacing)
        weight = self.domain.cell_volume / self.range.cell_volume if self.transposed else 1
        return self.range.element(y * weight)

    @property
    def adjoint(self):
        return self.transposed or Scan(self.name, self.scan, self.range, self.domain, self)


def circular_fan(views, pixel, sid, sdd):
    """Source, detector centre and u step of every view, in (x, y) [mm]."""
    a = torch.arange(views, dtype=torch.float64) * (2 * math.pi / views)
    outward = torch.stack([a.cos(), a.sin()], -1)
    u = torch.stack([-a.sin(), a.cos()], -1)
    return torch.stack([sid * outward, (sid - sdd) * outward, pixel * u], 1)


def main(library):
    torch.ops.load_library(library)
    torch.manual_seed(1)
    options = {"dtype": "float32", "impl": "pytorch"}
    images = odl.uniform_discr([-32, -32], [32, 32], [32, 32], **options)
    sinograms = odl.uniform_discr([0, -80], [2 * math.pi, 80], [60, 40], **options)
    scan = Scan("fan", circular_fan(60, 4.0, 300.0, 600.0), images, sinograms)

    random = [space.element(torch.randn(space.shape)) for space in (images, sinograms)]
    forth, back = scan(random[0]).inner(random[1]), random[0].inner(scan.adjoint(random[1]))
    norm = odl.power_method_opnorm(scan, maxiter=30, xstart=random[0])
    print(f"<Ax, y> = {forth:.4f}, <x, A*y> = {back:.4f}, the norm of A is {norm:.3f}")
    assert abs(forth - back) < 1e-5 * scan(random[0]).norm() * random[1].norm()

    y, x = torch.meshgrid(*[2.0 * torch.arange(32) - 31.0] * 2, indexing="ij")
    truth = images.element(0.02 * ((x**2 + y**2 < 400).float() + ((x - 6)**2 + y**2 < 25)))
    lines = scan(truth)
    least_squares = images.zero()
    odl.solvers.conjugate_gradient_normal(scan, least_squares, lines, niter=100)

    noisy = lines + sinograms.element(0.005 * torch.randn(sinograms.shape))
    gradient = odl.Gradient(images)
    both = odl.BroadcastOperator(scan, gradient)
    step = 0.9 / odl.power_method_opnorm(both, maxiter=30, xstart=random[0])
    g = odl.functionals.SeparableSum(
        0.5 * odl.functionals.L2NormSquared(sinograms).translated(noisy),
        0.01 * odl.functionals.GroupL1Norm(gradient.range))
    total_variation = images.zero()
    odl.solvers.pdhg(total_variation, odl.functionals.ZeroFunctional(images), g, both, niter=100,
                     tau=step, sigma=step)
    for name, image, bound in (("conjugate gradients", least_squares, 0.02),
                               ("total variation", total_variation, 0.1)):
        error = (image - truth).norm() / truth.norm()
        print(f"{name}: {error:.4f} from the truth")
        assert error < bound


if __name__ == "__main__":
    main(sys.argv[1])
