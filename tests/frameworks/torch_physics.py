# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What libraries of inverse problems ask of a linear operator, for five geometries: adjointness,
norm, pseudo-inverse, differentiability, the same on every run, copies, no change of inputs."""
import copy
import sys
import warnings

import torch

import torch_scans as scans

warnings.simplefilter("ignore")
torch.manual_seed(1)
ct = None
DEVICE = "cpu"


class Physics(torch.nn.Module):
    """An operator with its transpose, and gains a detector element each as a parameter."""

    def __init__(self, name, scan, projections, image, dtype):
        super().__init__()
        self.name, self.scan = name, scan
        self.projections, self.image = projections, image
        self.gain = torch.nn.Parameter(torch.ones(projections[-1], dtype=dtype, device=DEVICE))

    def forward(self, x):
        op = getattr(ct, self.name)
        return self.gain * op(x, self.scan, self.projections, [1.0] * len(self.image))

    def adjoint(self, y):
        op = getattr(ct, self.name + "_adjoint")
        return op(self.gain * y, self.scan, self.image, [1.0] * len(self.image))


def normal_norm(physics, x, steps=300):
    """The largest eigenvalue of A'A, by power iteration."""
    for _ in range(steps):
        x = x / x.norm()
        x = physics.adjoint(physics(x))
    return x.norm().item()


def pseudo_inverse(physics, y, steps):
    """The least squares solution of smallest norm, by conjugate gradients."""
    x = y.new_zeros(physics.image)
    r = physics.adjoint(y)
    p, rr = r.clone(), r.square().sum()
    for _ in range(steps):
        q = physics.adjoint(physics(p))
        a = rr / (p * q).sum()
        x, r = x + a * p, r - a * q
        before, rr = rr, r.square().sum()
        if rr < 1e-28:
            break
        p = r + rr / before * p
    return x


def checks(name, scan, projections, image, dtype):
    physics = Physics(name, scan, projections, image, dtype)
    x = torch.randn(image, dtype=dtype, device=DEVICE)
    y = torch.randn(projections, dtype=dtype, device=DEVICE)
    exact = dtype == torch.float64
    with torch.no_grad():
        a, b = physics(x), physics.adjoint(y)
        gap = abs((a.double() * y).sum() - (x.double() * b).sum()).item()
        error = gap / (a.norm() * y.norm()).item()
        yield "adjointness", error < (1e-14 if exact else 1e-6), f"{error:.1e}"
        voxels = torch.Size(image).numel()
        basis = torch.eye(voxels, dtype=dtype, device=DEVICE).reshape(voxels, *image)
        matrix = physics(basis).reshape(voxels, -1).T
        expected = torch.linalg.matrix_norm(matrix.double(), 2).item() ** 2
        found = normal_norm(physics, x)
        error = abs(found / expected - 1)
        yield "norm", error < (1e-6 if exact else 1e-5), f"{error:.1e}"
        if exact:
            data = physics(x)
            found = pseudo_inverse(physics, data, 4 * voxels)
            error = ((physics(found) - data).norm() / data.norm()).item()
            yield "pseudo-inverse", error < 1e-8, f"{error:.1e}"
        yield "the same again", torch.equal(physics(x), a), ""
        kept = x.clone()
        physics(x)
        yield "input as it was", torch.equal(kept, x), ""
        sums = physics(2 * x + 3 * torch.ones_like(x)) - 2 * a - 3 * physics(torch.ones_like(x))
        error = (sums.norm() / a.norm()).item()
        yield "linearity", error < (1e-13 if exact else 1e-5), f"{error:.1e}"
    leaf = x.clone().requires_grad_()
    physics(leaf).square().sum().backward()
    expected = 2 * physics.adjoint(physics(x)).detach()
    error = ((leaf.grad - expected).norm() / expected.norm()).item()
    yield "differentiability", error < (1e-13 if exact else 1e-6), f"{error:.1e}"
    yield "gradient of a parameter", torch.allclose(
        physics.gain.grad, (2 * a.square()).flatten(0, -2).sum(0), rtol=1e-4), ""
    with torch.no_grad():
        physics.gain.uniform_(0.5, 1.5)
        clone = copy.deepcopy(physics)
        yield "deepcopy", torch.equal(clone(x), physics(x)), ""
        other = Physics(name, scan, projections, image, dtype)
        other.load_state_dict(physics.state_dict())
        yield "state_dict", torch.equal(other(x), physics(x)), ""
        moved = copy.deepcopy(physics).to(torch.float32)(x.float())
        error = ((moved - physics(x)).norm() / moved.norm()).item()
        yield "module.float()", error < 1e-5, f"{error:.1e}"


def main(library, device):
    global ct, DEVICE
    DEVICE = device
    torch.ops.load_library(library)
    ct = torch.ops.ct
    failures = 0
    for dtype in (torch.float64, torch.float32):
        for name, scan, projections, image in (
            ("parallel", scans.parallel(14, 1.0), [14, 16], [10, 9]),
            ("fan", scans.fan(14, 2.0, 40.0, 80.0), [14, 16], [10, 9]),
            ("arc", scans.fan(14, 2.0, 40.0, 80.0), [14, 16], [10, 9]),
            ("parallel_3d", scans.parallel_3d(10, 1.0), [10, 6, 10], [5, 6, 7]),
            ("cone", scans.cone(10, 2.0, 40.0, 80.0), [10, 6, 10], [5, 6, 7]),
        ):
            for check, passed, text in checks(name, scan, projections, image, dtype):
                failures += not passed
                print(f"{torch.__version__:14} {name:12} {str(dtype)[6:]:8} {check:24} "
                      f"{'passed' if passed else 'FAILED'} {text}", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
