# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which PyTorch can differentiate, batch and compile an operator: right, or an error."""
import sys
import warnings

import torch
from torch.autograd import forward_ad
from torch.func import grad, hessian, jacfwd, jvp, linearize, vjp, vmap
from torch.utils.checkpoint import checkpoint

import torch_scans as scans

warnings.simplefilter("ignore")
torch.manual_seed(1)
DEVICE = "cpu"


class Case:
    """An operator with the matrix that it applies, found column by column in calls of its own."""

    def __init__(self, name, geometry, image, views):
        self.name, self.geometry = name, geometry
        self.image, self.views = image, views
        self.op = getattr(torch.ops.ct, name)
        self.adjoint = getattr(torch.ops.ct, name + "_adjoint")
        self.spacing = [1.0] * len(image)

    def __call__(self, x, geometry=None):
        return self.op(x, self.geometry if geometry is None else geometry, self.views, self.spacing)

    def back(self, y, geometry=None):
        return self.adjoint(
            y, self.geometry if geometry is None else geometry, self.image, self.spacing
        )

    def matrix(self, geometry, dtype):
        """(pixels, voxels) of one geometry."""
        voxels = torch.Size(self.image).numel()
        basis = torch.eye(voxels, dtype=dtype, device=DEVICE).reshape(voxels, *self.image)
        return self(basis, geometry).reshape(voxels, -1).T

    def input(self, *batch, dtype):
        return torch.randn(*batch, *self.image, dtype=dtype, device=DEVICE)


def close(found, expected, dtype):
    tolerance = 1e-12 if dtype == torch.float64 else 2e-5
    if found.shape != expected.shape:
        raise AssertionError(f"shapes {tuple(found.shape)} and {tuple(expected.shape)}")
    error = ((found - expected).norm() / expected.norm()).item()
    if not error <= tolerance:
        raise AssertionError(f"relative error {error:.2e}")
    return error


def modes(case, geometry, samples, dtype):
    """Pairs (name, function that returns what was found and what is right). `geometry` is one scan,
    or one for each sample; the loss of all modes is a cubic one, so that second derivatives of the
    loss are not constant."""
    each = geometry.dim() > case.geometry.dim()
    scan = [geometry[n] if each else geometry for n in range(samples)]
    A = torch.stack([case.matrix(s, dtype) for s in scan])
    x = case.input(samples, dtype=dtype)
    t = case.input(samples, dtype=dtype)
    flat = x.reshape(samples, -1, 1)
    along = t.reshape(samples, -1, 1)

    def loss(v, g=geometry):
        return (case(v, g) ** 3).sum()

    def dense(v):
        return ((A @ v.reshape(samples, -1, 1)) ** 3).sum()

    gradient = torch.func.grad(dense)(x)
    tangent = (A @ along).reshape(samples, *case.views)
    second = torch.func.jvp(torch.func.grad(dense), (x,), (t,))[1]

    def leaf():
        return x.clone().requires_grad_()

    def backward():
        v = leaf()
        loss(v).backward()
        return v.grad, gradient

    def double_backward():
        v = leaf()
        (first,) = torch.autograd.grad(loss(v), v, create_graph=True)
        return torch.autograd.grad((first * t).sum(), v)[0], second

    def forward_mode():
        with forward_ad.dual_level():
            y = case(forward_ad.make_dual(x, t), geometry)
            return forward_ad.unpack_dual(y).tangent, tangent

    def forward_mode_with_grad():
        with forward_ad.dual_level():
            y = case(forward_ad.make_dual(leaf(), t), geometry)
            return forward_ad.unpack_dual(y).tangent, tangent

    def whole_jacobian():
        found = jacfwd(lambda v: case(v, scan[0]))(x[0])
        return found.reshape(A[0].shape), A[0]

    def whole_hessian():
        found = hessian(lambda v: (case(v, scan[0]) ** 3).sum())(x[0])
        expected = hessian(lambda v: ((A[0] @ v.reshape(-1)) ** 3).sum())(x[0])
        return found, expected

    in_dims = (0, 0 if each else None)

    def sample_loss(v, g):
        return (case(v, g) ** 3).sum()

    def vmapped():
        found = vmap(case, in_dims)(x, geometry)
        native = case(x, geometry)
        if not torch.equal(found, native):
            raise AssertionError("vmap differs in bits from the native batch")
        return found, (A @ flat).reshape(native.shape)

    def vmapped_inside():
        v = torch.stack([x, 2 * x, 3 * x], 1)
        found = vmap(case, in_dims)(v, geometry)
        return found[:, 2], 3 * (A @ flat).reshape(samples, *case.views)

    def vmapped_last_axis():
        found = vmap(case, (x.dim() - 1, in_dims[1]))(x.movedim(0, -1), geometry)
        return found, (A @ flat).reshape(samples, *case.views)

    scales = torch.tensor([2.0, -1.0], dtype=dtype, device=DEVICE)

    def nested(count):
        found = vmap(lambda v, g: vmap(lambda s: s * case(v, g))(scales[:count]), in_dims)(
            x, geometry)
        return found, torch.stack([s * case(x, geometry) for s in scales[:count]], 1)

    def per_sample(transform):
        found = vmap(lambda v, g: transform(lambda q: (case(q, g) ** 3).sum())(v), in_dims)(
            x, geometry)
        expected = vmap(lambda v, a: transform(lambda q: ((a @ q.reshape(-1)) ** 3).sum())(v))(x, A)
        return found, expected

    def exported_and_decomposed():
        class Layer(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = torch.nn.Parameter(torch.tensor(1.0, dtype=dtype, device=DEVICE))

            def forward(self, v, g):
                return case(v * self.weight, g)

        program = torch.export.export(Layer(), (x, geometry)).run_decompositions()
        module = program.module()
        (module(x, geometry) ** 3).sum().backward()
        return module.weight.grad, (gradient * x).sum()

    def compiled(function):
        torch._dynamo.reset()
        return torch.compile(function, backend="aot_eager", fullgraph=True)

    def compiled_backward():
        v = leaf()
        compiled(loss)(v, geometry).backward()
        return v.grad, gradient

    def exported():
        class Layer(torch.nn.Module):
            def forward(self, v, g):
                return case(v, g)

        program = torch.export.export(Layer(), (x, geometry))
        return program.module()(x, geometry), (A @ flat).reshape(samples, *case.views)

    def dynamic():
        torch._dynamo.reset()
        function = torch.compile(case, backend="aot_eager", fullgraph=True, dynamic=True)
        function(x[:2], geometry[:2] if each else geometry)
        return function(x, geometry), (A @ flat).reshape(samples, *case.views)

    def inference():
        with torch.inference_mode():
            found = case(x, geometry)
        return found.clone(), (A @ flat).reshape(samples, *case.views)

    def deterministic():
        torch.use_deterministic_algorithms(True)
        try:
            return backward()
        finally:
            torch.use_deterministic_algorithms(False)

    def checkpointed(reentrant):
        v = leaf()
        checkpoint(loss, v, use_reentrant=reentrant).backward()
        return v.grad, gradient

    def functional(x_of, g_of=geometry):
        return loss(x_of, g_of)

    return [
        ("backward", backward),
        ("double backward", double_backward),
        ("forward_ad", forward_mode),
        ("forward_ad, requires_grad", forward_mode_with_grad),
        ("func.grad", lambda: (grad(functional)(x), gradient)),
        ("func.vjp", lambda: (vjp(loss, x)[1](torch.ones((), dtype=dtype, device=DEVICE))[0], gradient)),
        ("func.jvp", lambda: (jvp(lambda v: case(v, geometry), (x,), (t,))[1], tangent)),
        ("func.jvp of grad", lambda: (jvp(grad(functional), (x,), (t,))[1], second)),
        ("func.grad of jvp", lambda: (
            grad(lambda v: jvp(functional, (v,), (t,))[1])(x), second)),
        ("func.linearize", lambda: (linearize(lambda v: case(v, geometry), x)[1](t), tangent)),
        ("func.jacfwd", whole_jacobian),
        ("func.hessian", whole_hessian),
        ("vmap", vmapped),
        ("vmap, batch inside", vmapped_inside),
        ("vmap over last axis", vmapped_last_axis),
        ("vmap of grad", lambda: (vmap(grad(sample_loss), in_dims)(x, geometry), gradient)),
        ("vmap, another inside", lambda: nested(2)),
        ("vmap, another of one inside", lambda: nested(1)),
        ("vmap of jacfwd", lambda: per_sample(jacfwd)),
        ("vmap of hessian", lambda: per_sample(hessian)),
        ("compile, backward", compiled_backward),
        ("compile, jvp inside", lambda: (
            compiled(lambda v, s: jvp(lambda q: case(q, geometry), (v,), (s,))[1])(x, t), tangent)),
        ("compile, vmap inside", lambda: (
            compiled(lambda v, g: vmap(lambda a, b: case(a, b), in_dims)(v, g))(x, geometry),
            (A @ flat).reshape(samples, *case.views))),
        ("compile, grad inside", lambda: (compiled(lambda v: grad(functional)(v))(x), gradient)),
        ("compile, dynamic", dynamic),
        ("export", exported),
        ("export, decomposed, backward", exported_and_decomposed),
        ("checkpoint", lambda: checkpointed(False)),
        ("checkpoint, reentrant", lambda: checkpointed(True)),
        ("inference mode", inference),
        ("deterministic mode", deterministic),
    ]


def main(library, device, dtypes):
    global DEVICE
    DEVICE = device
    torch.ops.load_library(library)
    fan = scans.fan(6, 3.0, 40.0, 80.0)
    cone = scans.cone(4, 4.0, 40.0, 80.0)
    cases = [
        Case("fan", fan, [5, 6], [6, 7]),
        Case("cone", cone, [4, 3, 5], [4, 5, 4]),
    ]
    per_sample = {
        "fan": torch.stack([scans.fan(6, 3.0, 40.0, 80.0, first=0.1 * n) for n in range(3)]),
        "cone": torch.stack([scans.cone(4, 4.0, 40.0, 80.0, first=0.1 * n) for n in range(3)]),
    }
    failures = 0
    for dtype in dtypes:
        for case in cases:
            for kind, geometry in (("shared", case.geometry), ("each", per_sample[case.name])):
                for name, mode in modes(case, geometry, 3, dtype):
                    try:
                        error = f"{close(*mode(), dtype):.1e}"
                    except Exception as problem:  # a mode that fails is a line of the table
                        lines = [line for line in str(problem).splitlines() if line.strip()]
                        error = f"FAILED {type(problem).__name__}: {' | '.join(lines)[:400]}"
                        failures += 1
                    print(f"{torch.__version__:14} {case.name:5} {kind:7} {str(dtype)[6:]:8} "
                          f"{name:28} {error}", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], [getattr(torch, name) for name in sys.argv[3:]]))
