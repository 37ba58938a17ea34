# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's own checks of an operator: opcheck, gradcheck, gradgradcheck; fakes of CUDA tensors."""
import sys
import warnings

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import torch_scans as scans

warnings.simplefilter("ignore")
torch.manual_seed(1)


def checks(op, geometry, views, x):
    arguments = (x.clone().requires_grad_(), geometry, views, [1.0] * len(views))
    if x.dtype == torch.float64:
        steps = {}
    else:  # operators are linear, so that large steps have no error but that of fp32
        steps = {"eps": 1.0, "atol": 1e-3, "rtol": 1e-3}
    first = {"check_forward_ad": True, "check_batched_grad": True,
             "check_batched_forward_grad": True, **steps}

    def function(v):
        return op(v, *arguments[1:])

    return [
        ("opcheck", lambda: set(torch.library.opcheck(op.default, arguments).values())
         == {"SUCCESS"}),
        ("gradcheck", lambda: torch.autograd.gradcheck(function, arguments[:1], **first)),
        ("gradgradcheck", lambda: torch.autograd.gradgradcheck(
            function, arguments[:1], check_fwd_over_rev=True, check_rev_over_rev=True, **steps)),
    ]


def fakes(op, geometry, views, x):
    """Compiling for a GPU sees fakes of its tensors, and needs no GPU."""
    with FakeTensorMode() as mode:
        fake = torch.empty(x.shape, dtype=x.dtype, device="cuda:0")
        y = op(fake, mode.from_tensor(geometry), views, [1.0] * len(views))
    return y.device == torch.device("cuda:0") and list(y.shape) == [*x.shape[:-len(views)], *views]


def main(library, device, dtypes):
    torch.ops.load_library(library)
    failures = 0

    def report(name, kind, dtype, check, function):
        nonlocal failures
        try:
            result = "passed" if function() else "FAILED"
        except Exception as problem:
            lines = [line for line in str(problem).splitlines() if line.strip()]
            result = f"FAILED {type(problem).__name__}: {' | '.join(lines)[:600]}"
        failures += result != "passed"
        print(f"{torch.__version__:14} {name:12} {kind:7} {str(dtype)[6:]:8} {check:16} {result}",
              flush=True)

    for dtype in dtypes:
        for name, scan, image, views in (
            ("fan", lambda f: scans.fan(6, 3.0, 40.0, 80.0, first=f), [5, 6], [6, 7]),
            ("cone", lambda f: scans.cone(4, 4.0, 40.0, 80.0, first=f), [4, 3, 5], [4, 5, 4]),
        ):
            each = torch.stack([scan(0.0), scan(0.3)])
            for kind, geometry in (("shared", scan(0.0)), ("each", each)):
                for op, shape, other in (
                    (name, image, views), (name + "_adjoint", views, image)
                ):
                    function = getattr(torch.ops.ct, op)
                    x = torch.randn(2, *shape, dtype=dtype, device=device)
                    for check, run in checks(function, geometry, other, x):
                        report(op, kind, dtype, check, run)
                    report(op, kind, dtype, "fake of CUDA",
                           lambda: fakes(function, geometry, other, x))
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], [getattr(torch, name) for name in sys.argv[3:]]))
