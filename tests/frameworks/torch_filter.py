# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""The filter of rows: values against PyTorch's transforms in double, derivatives of rows and
responses of every order and mode."""
import sys
import warnings

import torch
from torch.func import grad, hessian, jvp, vmap

warnings.simplefilter("ignore")
torch.manual_seed(1)
COLUMNS = 10
DEVICE = "cpu"


def normal(*shape, **options):
    return torch.randn(*shape, device=DEVICE, **options)


def uniform(*shape, **options):
    return torch.rand(*shape, device=DEVICE, **options)


def reference(x, r):
    padded = 2 * (r.shape[-1] - 1)
    spectrum = torch.fft.rfft(x.double(), padded) * r.double()
    return torch.fft.irfft(spectrum, padded)[..., : x.shape[-1]]


def length():
    """Values in a response: the error of a wrong one says how many."""
    try:
        torch.ops.ct.filter(normal(1, COLUMNS), normal(1))
    except ValueError as error:
        return int(str(error).split("need ")[1].split()[0])
    raise AssertionError("a response of one value was accepted")


def cases(n, dtype):
    """(name, found, expected)."""
    op = torch.ops.ct.filter
    x = normal(2, 3, COLUMNS, dtype=dtype)
    t = normal(2, 3, COLUMNS, dtype=dtype)
    wide = dtype if dtype == torch.float64 else torch.float32
    r, q = uniform(n, dtype=wide), normal(n, dtype=wide)
    each, along = uniform(2, 1, n, dtype=wide), normal(2, 1, n, dtype=wide)

    def loss(f):
        return lambda a, b: (f(a, b).double() ** 3).sum()

    yield "values", op(x, r), reference(x, r)
    yield "values, a response each", op(x, each), reference(x, each)
    yield "values, small workspace", op(x, r, 64), reference(x, r)
    if dtype in (torch.float16, torch.bfloat16):
        return
    for name, s, v in (("shared", r, q), ("each", each, along)):
        mine, right = loss(op), loss(reference)
        for which in (0, 1):
            yield f"grad {which}, {name}", grad(mine, which)(x, s), grad(right, which)(x, s)
            both = ((x, s), (t, v))
            yield (f"jvp of grad {which}, {name}", jvp(grad(mine, which), *both)[1],
                   jvp(grad(right, which), *both)[1])
        yield f"jvp, {name}", jvp(op, (x, s), (t, v))[1], jvp(reference, (x, s), (t, v))[1]
        a, b = x.clone().requires_grad_(), s.clone().requires_grad_()
        mine(a, b).backward()
        yield f"backward rows, {name}", a.grad, grad(right, 0)(x, s)
        yield f"backward response, {name}", b.grad, grad(right, 1)(x, s)
    yield ("hessian", hessian(loss(op), 1)(x, r), hessian(loss(reference), 1)(x, r))
    yield "vmap rows", vmap(op, (0, None))(x, r), reference(x, r)
    yield "vmap both", vmap(op, (0, 0))(x, each[:, 0]), reference(x, each)
    yield "vmap response", vmap(op, (None, 0))(x[0], each[:, 0]), reference(x[:1].expand_as(x), each)
    yield ("vmap of grad", vmap(grad(loss(op), 1), (0, 0))(x, each[:, 0]),
           vmap(grad(loss(reference), 1), (0, 0))(x, each[:, 0]))
    scales = torch.tensor([2.0, -1.0], dtype=dtype, device=DEVICE)
    yield ("vmap, another inside",
           vmap(lambda a, b: vmap(lambda s: s * op(a, b))(scales), (0, 0))(x, each[:, 0]),
           torch.stack([s.double() * reference(x, each) for s in scales], 1))
    for which in (0, 1):
        yield (f"vmap of hessian {which}",
               vmap(hessian(loss(op), which), (0, 0))(x, each[:, 0]),
               vmap(hessian(loss(reference), which), (0, 0))(x, each[:, 0]))
    compiled = torch.compile(lambda a, b: grad(loss(op), 1)(a, b), backend="aot_eager",
                             fullgraph=True)
    yield "compile, grad inside", compiled(x, r), grad(loss(reference), 1)(x, r)


def main(library, device):
    global DEVICE
    DEVICE = device
    torch.ops.load_library(library)
    n = length()
    failures = 0
    bounds = {torch.float64: 1e-12, torch.float32: 5e-6, torch.float16: 2e-3, torch.bfloat16: 1e-2}

    def line(dtype, name, passed, text):
        nonlocal failures
        failures += not passed
        print(f"{torch.__version__:14} filter {str(dtype)[6:]:8} {name:28} "
              f"{'' if passed else 'FAILED '}{text}", flush=True)

    for dtype, bound in bounds.items():
        for name, found, expected in cases(n, dtype):
            error = ((found.double() - expected).norm() / expected.norm()).item()
            line(dtype, name, error <= bound and found.shape == expected.shape, f"{error:.1e}")
    x = normal(2, 3, COLUMNS, dtype=torch.float64, requires_grad=True)
    for r in (uniform(n, dtype=torch.float64), uniform(2, 1, n, dtype=torch.float64)):
        r.requires_grad_()
        gradient = torch.ops.ct.filter_response_gradient.default
        y = normal(2, 3, COLUMNS, dtype=torch.float64, requires_grad=True)
        for op, arguments in ((torch.ops.ct.filter.default, (x, r)),
                              (gradient, (x, y, list(r.shape)))):
            def function(a, b):
                return op(a, b, *arguments[2:])

            line(x.dtype, "opcheck",
                 set(torch.library.opcheck(op, arguments).values()) == {"SUCCESS"}, op.name())
            line(x.dtype, "gradcheck", torch.autograd.gradcheck(
                function, arguments[:2], check_forward_ad=True, check_batched_grad=True,
                check_batched_forward_grad=True), op.name())
            line(x.dtype, "gradgradcheck", torch.autograd.gradgradcheck(
                function, arguments[:2], check_fwd_over_rev=True), op.name())
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
