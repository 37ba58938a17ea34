# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Training with DistributedDataParallel, two processes of half a batch each: gradients of the first
step, and weights after some more, are those of one process with the whole batch. By Gloo on cores,
by NCCL on two GPUs; where there are fewer it says so and passes.

    torch_data_parallel.py LIBRARY cpu|cuda
"""
import sys
import tempfile
from pathlib import Path

import torch
from torch.nn.parallel import DistributedDataParallel

import torch_scans as scans

PROCESSES, SAMPLES, SIZE, VIEWS, COLUMNS = 2, 6, 32, 40, 48
STEPS, RATE = 20, 0.1
SCALE = 500.0
SCAN = scans.fan(VIEWS, 2.0, 300.0, 600.0)


class Network(torch.nn.Module):
    """A convolution, a projector, trained weights of views, and the transpose: gradients of the
    convolution come through both layers."""

    def __init__(self):
        super().__init__()
        self.factors = torch.nn.Parameter(torch.rand(SIZE, SIZE))
        self.weights = torch.nn.Parameter(torch.rand(VIEWS, 1))

    def forward(self, image):
        lines = torch.ops.ct.fan(image * self.factors, SCAN, [VIEWS, COLUMNS], [1.0, 1.0])
        return torch.ops.ct.fan_adjoint(lines * self.weights, SCAN, [SIZE, SIZE], [1.0, 1.0]) / SCALE


def train(network, images, targets):
    """Gradients of the first step and weights after the last, in a row each."""
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    first = None
    for _ in range(STEPS):
        optimizer.zero_grad()
        # Of equal parts of a batch the mean of means is the mean.
        (network(images) - targets).square().mean().backward()
        if first is None:
            first = [weight.grad.detach().cpu().clone() for weight in network.parameters()]
        optimizer.step()
    return first, [weight.detach().cpu() for weight in network.parameters()]


def problem(device):
    """Of numbers that are not negative, so that sums lose no digits, in whatever order."""
    torch.manual_seed(1)
    network = Network()
    return (network.to(device), torch.rand(SAMPLES, SIZE, SIZE).to(device),
            torch.rand(SAMPLES, SIZE, SIZE).to(device))


def work(rank, library, device, folder):
    torch.ops.load_library(library)
    torch.set_num_threads(1)
    if device == "cuda":
        torch.cuda.set_device(rank)
        device = f"cuda:{rank}"
    torch.distributed.init_process_group("gloo" if device == "cpu" else "nccl", rank=rank,
                                         init_method=f"file://{folder}/meeting", world_size=PROCESSES)
    network, images, targets = problem(device)
    own = slice(rank * SAMPLES // PROCESSES, (rank + 1) * SAMPLES // PROCESSES)
    ids = None if device == "cpu" else [rank]
    torch.save(train(DistributedDataParallel(network, device_ids=ids), images[own], targets[own]),
               f"{folder}/{rank}")
    torch.distributed.destroy_process_group()


def relative(found, expected):
    return ((found - expected).norm() / expected.norm()).item()


def main(library, device):
    if device == "cuda" and torch.cuda.device_count() < PROCESSES:
        print(f"{torch.cuda.device_count()} GPUs, where {PROCESSES} are wanted: skipped")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (library, device, folder), PROCESSES)
        found = [torch.load(Path(folder) / str(rank)) for rank in range(PROCESSES)]
    torch.ops.load_library(library)
    expected = train(*problem(device))
    names = [name for name, _ in Network().named_parameters()]
    failures = 0

    def expect(name, passed, number=""):
        nonlocal failures
        failures += not passed
        print(f"{'ok' if passed else 'FAILED'} {name} {number}")

    for what, parts, whole in zip(("gradient", "weights"), zip(*found), expected):
        for n, name in enumerate(names):
            errors = [relative(part[n], whole[n]) for part in parts]
            expect(f"{what} of {name}", max(errors) < 1e-6, f"{max(errors):.1e}")
            expect("  the same in all processes", all(torch.equal(part[n], parts[0][n]) for part in parts))
    half = train(problem(device)[0], *(each[:SAMPLES // PROCESSES] for each in problem(device)[1:]))
    for name, part, whole in zip(names, half[0], expected[0]):
        expect(f"half a batch has another gradient of {name}", relative(part, whole) > 1e-3,
               f"{relative(part, whole):.1e}")
    start = [weight.detach().cpu() for weight in problem("cpu")[0].parameters()]
    for name, before, after in zip(names, start, expected[1]):
        expect(f"{name} was trained", relative(after, before) > 1e-4, f"{relative(after, before):.1e}")
    print(f"{failures} failures")
    return failures


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
