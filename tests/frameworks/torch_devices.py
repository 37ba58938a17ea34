# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Layers on two GPUs: tensors of a device that is not the current one, streams that are not its
default one, DataParallel over samples. Where there are fewer it says so and passes.

    torch_devices.py LIBRARY
"""
import copy
import sys
import warnings

import torch

import torch_scans as scans

warnings.simplefilter("ignore")
torch.manual_seed(1)
SCAN = scans.fan(40, 2.0, 300.0, 600.0)


class Scale(torch.nn.Module):
    """A projector behind a trained factor a pixel."""

    def __init__(self, size):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.rand(size))

    def forward(self, image):
        return torch.ops.ct.fan(image * self.factor, SCAN, [40, 48], [1.0, 1.0])


def step(model, image, weights):
    """The projections and the gradient of a training step."""
    model.zero_grad()
    lines = model(image)
    (lines * weights).sum().backward()
    return lines.detach().cpu(), next(model.parameters()).grad.cpu()


def relative(a, b):
    return ((a - b).norm() / b.norm()).item()


def main(library):
    torch.ops.load_library(library)
    if torch.cuda.device_count() < 2:
        print(f"{torch.cuda.device_count()} GPUs, where two are wanted: skipped")
        return 0
    failures = 0

    def expect(name, passed, found=""):
        nonlocal failures
        failures += not passed
        print(f"{'ok' if passed else 'FAILED'} {name} {found}")

    image, weights = torch.randn(6, 32, 32), torch.randn(6, 40, 48)
    reference = Scale(32)
    lines, gradient = step(copy.deepcopy(reference).cuda(0), image.cuda(0), weights.cuda(0))

    # The current device is 0, and its streams are not those of device 1.
    other = copy.deepcopy(reference).cuda(1)
    found = step(other, image.cuda(1), weights.cuda(1))
    expect("the other device, bit by bit", torch.equal(found[0], lines) and torch.equal(found[1], gradient))
    expect("the current device is what it was", torch.cuda.current_device() == 0)
    for device in (0, 1):
        stream = torch.cuda.Stream(device)
        model = copy.deepcopy(reference).cuda(device)
        inputs = image.cuda(device), weights.cuda(device)
        torch.cuda.synchronize(device)
        with torch.cuda.stream(stream):
            found = step(model, *inputs)
        expect(f"a stream of device {device}, bit by bit",
               torch.equal(found[0], lines) and torch.equal(found[1], gradient))
    with torch.cuda.device(1):
        found = step(copy.deepcopy(reference).cuda(0), image.cuda(0), weights.cuda(0))
        expect("device 0 while 1 is current", torch.equal(found[0], lines))
    try:
        torch.ops.ct.fan(image.cuda(1), SCAN.cuda(0) if hasattr(SCAN, "cuda") else SCAN, [40, 48], [1.0, 1.0])
        expect("a scan on another device is refused", False)
    except (RuntimeError, ValueError, NotImplementedError) as error:
        expect("a scan on another device is refused", "host" in str(error), str(error).split("\n")[0])

    shared = torch.nn.DataParallel(copy.deepcopy(reference).cuda(0), [0, 1])
    found = step(shared, image.cuda(0), weights.cuda(0))
    expect("DataParallel over samples", relative(found[0], lines) < 1e-6, relative(found[0], lines))
    expect("its gradient", relative(found[1], gradient) < 1e-6, relative(found[1], gradient))
    for _ in range(20):
        shared(image.cuda(0))
    before = [torch.cuda.memory_reserved(device) for device in (0, 1)]
    for _ in range(50):
        step(shared, image.cuda(0), weights.cuda(0))
    after = [torch.cuda.memory_reserved(device) for device in (0, 1)]
    expect("no memory is kept", before == after, f"{before} {after}")
    print(f"{failures} failures")
    return failures


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
