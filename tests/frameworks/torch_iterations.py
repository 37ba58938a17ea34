# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Iterations of solvers as functions of tensors (examples/known_operators/iterations.py): against the
same formulas with the matrix in double, and the derivatives of some of them in a row.

    torch_iterations.py LIBRARY
"""
import sys

import torch

import torch_scans as scans
from iterations import Cgls, FistaTv, Pair, Sirt

torch.manual_seed(1)
SIZE, VIEWS, COLUMNS = 8, 6, 12


def pair_and_matrix(dtype):
    scan = scans.fan(VIEWS, 1.5, 40.0, 60.0)
    pair = Pair.of("ct.fan", scan, [VIEWS, COLUMNS], [SIZE, SIZE], [1.0, 1.0])
    units = torch.eye(SIZE * SIZE, dtype=dtype).reshape(-1, SIZE, SIZE)
    return pair, pair.forward(units).flatten(1).T.double()


def sirt(a, x, b, relaxation):
    rows, columns = a.sum(1, keepdim=True), a.sum(0)[:, None]
    inverse = lambda sums: torch.where(sums > 0, 1 / sums, 0)
    return (x + relaxation * inverse(columns) * (a.T @ (inverse(rows) * (b - a @ x)))).clamp_min(0)


def cases():
    """(name, found, expected, tolerance)."""
    pair, a = pair_and_matrix(torch.float32)
    truth = torch.rand(2, SIZE, SIZE)
    b = pair.forward(truth)
    flat = b.flatten(1).T.double()
    solver = Sirt.of(pair, truth, b)
    x, expected = torch.zeros_like(truth), torch.zeros(SIZE * SIZE, 2, dtype=torch.float64)
    for _ in range(5):
        x, expected = solver(x, b, 0.8, 0), sirt(a, expected, flat, 0.8)
    yield "SIRT", x, expected.T.reshape(2, SIZE, SIZE), 1e-5
    yield "norm", pair.norm(truth)[0, 0, 0], torch.linalg.matrix_norm(a, 2), 1e-4

    # The image that conjugate gradients reach in two steps is the best of A'b and A'A A'b.
    cgls = Cgls(pair)
    state = cgls.start(torch.zeros_like(truth), b)
    for _ in range(2):
        state = cgls(state)
    gradient = a.T @ flat
    for sample in range(2):
        basis = torch.stack([gradient[:, sample], a.T @ (a @ gradient[:, sample])], 1)
        best = basis @ torch.linalg.lstsq(a @ basis, flat[:, sample : sample + 1]).solution
        yield f"CGLS, sample {sample}", state[0][sample], best.reshape(SIZE, SIZE), 1e-4

    # A minimum of the objective: no other image has less.
    strength, tv = 0.5, FistaTv(pair, 1.001 * pair.norm(truth))
    state = tv.start(torch.zeros_like(truth))
    for _ in range(400):
        state = tv(state, b, strength, 0)

    def objective(image):
        along = tv._differences(image.double()).square().sum(0).sqrt().sum((-2, -1))
        lines = (a @ image.double().flatten(1).T).T - flat.T
        return lines.square().sum(1) / 2 + strength * along

    least = objective(state[0])
    for size in (1e-1, 1e-2):
        for _ in range(20):
            other = (state[0] + size * torch.randn_like(truth)).clamp_min(0)
            yield "FISTA-TV beside another image", (objective(other) < (1 - 1e-6) * least).float(), \
                torch.zeros(2), 0

    # Derivatives of some iterations in a row.
    pair, _ = pair_and_matrix(torch.float64)
    exact = truth[:1].double()
    tv, least_squares = FistaTv(pair, 1.001 * pair.norm(exact)), Cgls(pair)
    steps = Sirt.of(pair, exact, pair.forward(exact))

    def unrolled(data, strength):
        state = tv.start(torch.zeros_like(exact))
        for _ in range(2):
            state = tv(state, data, strength, 0)
        state = least_squares.start(steps(state[0], data), data)
        return least_squares(least_squares(state))[0]

    given = (pair.forward(exact).requires_grad_(), torch.tensor(0.3, dtype=torch.float64, requires_grad=True))
    passed = torch.autograd.gradcheck(unrolled, given, eps=1e-6, atol=1e-5, raise_exception=False)
    yield "derivatives of data and strength", torch.tensor(float(passed)), torch.tensor(1.0), 0


def main():
    torch.ops.load_library(sys.argv[1])
    failed = 0
    for name, found, expected, tolerance in cases():
        difference = (found.detach().double() - expected).norm() / max(expected.norm().item(), 1)
        failed += not difference <= tolerance
        print(f"{name}: {difference:.1e}{'' if difference <= tolerance else ' FAILED'}")
    print("all passed" if not failed else f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
