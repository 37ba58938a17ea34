# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors of any strides, types and sizes: right, or refused with a sentence in PyTorch's own kind
of exception. Threads, forks, memory."""
import gc
import multiprocessing
import os
import random
import resource
import sys
import threading
import warnings

import numpy
import torch

import torch_scans as scans

warnings.simplefilter("ignore")
torch.manual_seed(1)
random.seed(1)
GEOMETRY = scans.fan(6, 3.0, 40.0, 80.0)
CONE = scans.cone(4, 4.0, 40.0, 80.0)
DEVICE = "cpu"


def normal(*shape, **options):
    return torch.randn(*shape, device=DEVICE, **options)


def ones(*shape, **options):
    return torch.ones(*shape, device=DEVICE, **options)


def fan(x, geometry=GEOMETRY, views=(6, 7), spacing=(1.0, 1.0), **rest):
    return torch.ops.ct.fan(x, geometry, list(views), list(spacing), **rest)


def back(y, geometry=GEOMETRY, image=(5, 6), spacing=(1.0, 1.0)):
    return torch.ops.ct.fan_adjoint(y, geometry, list(image), list(spacing))


def same(x):
    """The operator does not care how its input lies in memory."""
    copy = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    copy.copy_(x)
    return torch.equal(fan(x), fan(copy))


def unaligned(shape, dtype):
    """A contiguous tensor that begins at an odd multiple of its element."""
    count = torch.Size(shape).numel()
    return normal(count + 1).to(dtype)[1:].reshape(shape)


def strided(rank):
    """A random view of (..., 5, 6) with at most 3 samples along each leading axis."""
    shape = [random.randint(1, 3) for _ in range(rank - 2)] + [5, 6]
    order = random.sample(range(rank), rank)
    steps = [random.choice([1, 1, 2, 3]) for _ in shape]
    base = normal([shape[axis] * steps[axis] + 2 for axis in order])
    x = base.permute([order.index(axis) for axis in range(rank)])
    x = x[tuple(slice(1, 1 + n * s, s) for n, s in zip(shape, steps))]
    if rank > 2 and random.random() < 0.3:
        x = x[:1].expand(3, *x.shape[1:])
    assert list(x.shape)[-2:] == [5, 6]
    return x


def inputs():
    x = normal(2, 3, 5, 6)
    yield "two leading axes", fan(x).shape == (2, 3, 6, 7)
    yield "no leading axis", torch.allclose(fan(x[0, 0]), fan(x)[0, 0], atol=1e-5)
    yield "transposed", same(normal(3, 6, 5).mT)
    yield "sliced", same(normal(3, 9, 8)[:, 1:6, 2:])
    yield "every other", same(normal(6, 10, 12)[::2, ::2, ::2])
    yield "expanded", same(normal(1, 5, 6).expand(4, 5, 6))
    yield "expanded scalar", same(normal(()).expand(5, 6))
    yield "channels last", same(normal(2, 3, 5, 6).to(memory_format=torch.channels_last))
    yield "one channel, strange stride", same(
        normal(30).as_strided((1, 5, 6), (999, 6, 1)))
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        yield f"unaligned {dtype}", same(unaligned((3, 5, 6), dtype))
    yield "conjugate's imaginary part", same(normal(5, 6, dtype=torch.complex64).conj().imag)
    read_only = numpy.random.default_rng(1).standard_normal((5, 6)).astype(numpy.float32)
    read_only.flags.writeable = False
    yield "read-only NumPy", same(torch.from_numpy(read_only).to(DEVICE))
    yield "no samples", fan(normal(0, 5, 6)).shape == (0, 6, 7)
    empty = normal(0, 5, 6, requires_grad=True)
    fan(empty).sum().backward()
    yield "no samples, backward", empty.grad.shape == (0, 5, 6)
    leaf = normal(5, 6, requires_grad=True)
    fan(leaf).sum().backward()
    yield "gradient of a sum", torch.allclose(leaf.grad, back(ones(6, 7)), atol=1e-5)
    yield "geometry of float32", torch.allclose(fan(x, GEOMETRY.float()), fan(x), atol=1e-3)
    yield "geometry with strides", torch.equal(
        fan(x, GEOMETRY.mT.contiguous().mT), fan(x))
    origin = fan(x, origin=[-2.0, -2.5])
    yield "origin of the centred grid", torch.equal(origin, fan(x))
    changed = GEOMETRY.clone()
    first = fan(x, changed)
    changed.numpy()[:] = scans.fan(6, 3.0, 40.0, 80.0, first=0.3).numpy()
    yield "geometry changed behind PyTorch", not torch.equal(fan(x, changed), first)
    matrices = torch.zeros(4, 3, 4, dtype=torch.float64)
    for n in range(4):  # the 3x4 matrix that solves p ~ source + w (corner + u U + v V)
        s, c, u, v = CONE[n]
        corner = c - s - 2.0 * u - 1.5 * v
        inverse = torch.linalg.inv(torch.stack([u, v, corner], 1))
        matrices[n] = torch.cat([inverse, -(inverse @ s)[:, None]], 1)
    volume = normal(4, 3, 5)
    a, b = (torch.ops.ct.cone(volume, g, [4, 4, 5], [1.0] * 3) for g in (CONE, matrices))
    yield "matrices as vectors", torch.allclose(a, b, atol=1e-4)
    yield "fuzzed strides", all(same(strided(random.randint(2, 5))) for _ in range(300))
    leaf = normal(5, 6, requires_grad=True)
    y = normal(6, 7)
    found = torch.ops.ct.fan_unmatched(leaf, GEOMETRY, [6, 7], [1.0, 1.0])
    found.backward(y)
    weighted = torch.ops.ct.fan_weighted_adjoint(y, GEOMETRY, [5, 6], [1.0, 1.0])
    yield "a pair that is none", torch.equal(leaf.grad, weighted) and torch.equal(found, fan(leaf))
    with torch.autocast(DEVICE, torch.bfloat16):
        found = fan(normal(3, 5, 6).bfloat16())
    yield "autocast", found.dtype == torch.float32


def errors():
    """(what, exception, part of its sentence, function)."""
    x = normal(5, 6)
    wrong = normal
    yield "integers", TypeError, "it must be of float32", lambda: fan(x.long())
    yield "complex", TypeError, "ComplexFloat", lambda: fan(x.to(torch.complex64))
    yield "one axis", ValueError, "must have at least 2", lambda: fan(x[0])
    yield "output_shape", ValueError, "must have 2", lambda: fan(x, views=(1, 6, 7))
    yield "views", ValueError, "6 views, but", lambda: fan(x, views=(5, 7))
    yield "spacing", ValueError, "spacing has 1", lambda: fan(x, spacing=(1.0,))
    yield "no spacing", ValueError, "must be positive", lambda: fan(x, spacing=(0.0, 1.0))
    yield "origin", ValueError, "origin has 3", lambda: fan(x, origin=[1.0, 2.0, 3.0])
    yield "model", ValueError, "no parameters", lambda: fan(x, model=[1.0])
    yield "limit", ValueError, "must not be negative", lambda: fan(x, workspace_limit=-1)
    yield "geometry's shape", ValueError, "(2, 3) numbers a view", lambda: fan(
        x, GEOMETRY.mT.contiguous())
    yield "geometry of integers", TypeError, "must be numbers of float64", lambda: fan(
        x, GEOMETRY.long())
    yield "batch of geometries under vmap", ValueError, "but the input has 0", lambda: torch.vmap(
        lambda v: fan(v, GEOMETRY.expand(3, 6, 3, 2)))(wrong(3, 5, 6))
    yield "negative size", ValueError, "at least 1", lambda: fan(x, views=(6, -7))
    yield "complex response", TypeError, "ComplexFloat", lambda: torch.ops.ct.filter(
        x, ones(9, dtype=torch.complex64))
    yield "response of integers", TypeError, "Long", lambda: torch.ops.ct.filter(
        x, ones(9, dtype=torch.long))
    yield "responses under vmap", ValueError, "as many", lambda: torch.vmap(
        lambda v: torch.ops.ct.filter(v, ones(5, 9)))(x)
    yield "filter's limit", ValueError, "must not be negative", lambda: torch.ops.ct.filter(
        x, ones(9), -1)
    yield "geometry's axes", ValueError, "at least 3", lambda: fan(x, GEOMETRY[0])
    yield "geometry's batch", ValueError, "2 scans along axis 0", lambda: fan(
        wrong(3, 5, 6), GEOMETRY.expand(2, 6, 3, 2))
    yield "batch of geometries alone", ValueError, "leading axes, but the input has 0", lambda: fan(
        x, GEOMETRY.expand(2, 6, 3, 2))
    yield "geometry's type", TypeError, "Half", lambda: fan(x, GEOMETRY.half())
    yield "geometry not finite", ValueError, "finite", lambda: fan(x, GEOMETRY * float("nan"))
    yield "geometry's gradient", NotImplementedError, "detach it", lambda: fan(
        x, GEOMETRY.clone().requires_grad_())
    yield "no pixels", ValueError, "must be at least 1", lambda: fan(x, views=(6, 0))
    yield "not a tensor", RuntimeError, "Tensor", lambda: fan([1.0])
    yield "sparse", NotImplementedError, "Sparse", lambda: fan(x.to_sparse())
    yield "gradient of integers", RuntimeError, "floating point", lambda: fan(
        x.long().requires_grad_())
    yield "filter's response", ValueError, "need", lambda: torch.ops.ct.filter(x, ones(3))
    yield "filter of integers", TypeError, "float32", lambda: torch.ops.ct.filter(
        x.long(), ones(3))


def refused(kind, part, function):
    try:
        function()
    except Exception as error:
        text = str(error)
        return type(error) is kind and part in text.splitlines()[0], f"{type(error).__name__}: {text[:300]}"
    return False, "accepted"


def in_threads():
    x = normal(3, 5, 6)
    right = fan(x)
    results = [None] * 8

    def work(n):
        for _ in range(50):
            results[n] = fan(x, scans.fan(6, 3.0, 40.0, 80.0))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(results))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return all(torch.equal(result, right) for result in results)


def backward_in_threads():
    """Of several threads that go back through one graph, one does: the others are told so."""
    length = int(refused(ValueError, "need", lambda: torch.ops.ct.filter(
        ones(3, 6), ones(3)))[1].split("need ")[1])
    response = ones(length, requires_grad=True)
    for make in (fan, lambda x: torch.ops.ct.filter(x, response)):
        for _ in range(100):
            x = normal(5, 6, requires_grad=True)
            y = make(x).sum()
            results = []

            def work():
                try:
                    results.append(torch.autograd.grad(y, x)[0])
                except RuntimeError as error:
                    assert "second time" in str(error), error

            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if not results:
                return False
    return True


class Sinograms(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, n):
        return fan(torch.full((5, 6), float(n)))


def in_forks():
    right = fan(ones(5, 6))
    loader = torch.utils.data.DataLoader(Sinograms(), batch_size=4, num_workers=2,
                                         multiprocessing_context=multiprocessing.get_context("fork"))
    found = torch.cat(list(loader))
    return all(torch.allclose(found[n], n * right, atol=1e-3) for n in range(8))


def grown_megabytes(steps):
    """What training in steps keeps, the first ones not counted."""
    x = normal(8, 64, 64, requires_grad=True)
    geometry = scans.fan(30, 3.0, 400.0, 800.0)

    def step():
        torch.ops.ct.fan(x, geometry, [30, 64], [1.0, 1.0]).square().sum().backward()
        x.grad = None

    for _ in range(20):
        step()
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(steps):
        step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main(library, device):
    global DEVICE
    DEVICE = device
    torch.ops.load_library(library)
    failures = 0

    def line(name, passed, text=""):
        nonlocal failures
        failures += not passed
        print(f"{torch.__version__:14} {name:34} {'passed' if passed else 'FAILED'} {text}",
              flush=True)

    for name, passed in inputs():
        line(name, bool(passed))
    for name, kind, part, function in errors():
        line(f"refused: {name}", *refused(kind, part, function))
    line("eight threads", in_threads())
    line("one graph, four threads", backward_in_threads())
    if DEVICE == "cpu":  # CUDA's contexts do not survive a fork
        line("a data loader's forks", in_forks())
    grown = grown_megabytes(200)
    line("memory of 200 steps", grown < 4, f"{grown:.1f} MB more")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2]))
