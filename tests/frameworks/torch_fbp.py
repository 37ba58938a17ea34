# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filtered backprojection as a layer: what Fbp makes of the same projections, for every geometry, of
offset detectors, too; a trained filter and trained weights get their gradients.

    torch_fbp.py LIBRARY LIBRARY_OF_FBP_IMAGES DEVICE
"""
import ctypes
import itertools
import math
import sys
import warnings

import torch
from torch.nn.functional import pad

import torch_scans as scans

warnings.simplefilter("ignore")
torch.manual_seed(1)
ct = None
DEVICE = "cpu"


def scan_of(name, views, **options):
    if name == "parallel":
        return scans.parallel(views, 1.0, **options)
    return getattr(scans, name)(views, 2.0, 300.0, 600.0, **options)


class Layer(torch.nn.Module):
    """Filter and weights are parameters; the scan is a plain attribute, as it stays on the host."""

    def __init__(self, name, scan, projections, image, **options):
        super().__init__()
        self.scan, self.image = scan, image
        self.adjoint = getattr(ct, name + "_weighted_adjoint")
        fbp = f"{name}_fbp"
        self.before, self.after = getattr(ct, fbp + "_padding")(scan, projections, **options)
        padded = [*projections[:-1], projections[-1] + self.before + self.after]
        self.response = torch.nn.Parameter(
            getattr(ct, fbp + "_response")(scan, padded, **options))
        self.weights = torch.nn.Parameter(
            getattr(ct, fbp + "_weights")(scan, projections, **options))

    def forward(self, projections):
        """Of offset detectors rows are filtered beyond the edge, and the middle stays where it is."""
        weighted = projections * self.weights.to(projections.dtype)
        rows = pad(weighted, (self.before, self.after))
        filtered = ct.filter(rows, self.response)
        even = pad(filtered, (max(self.after - self.before, 0), max(self.before - self.after, 0)))
        return self.adjoint(even, self.scan, self.image, [1.0] * len(self.image))


def image_of_fbp(images, name, layer, projections):
    """What Fbp makes of projections, on cores."""
    sizes = (*reversed(projections.shape), 1)[:3], (*reversed(layer.image), 1)[:3]
    if projections.dim() == 2:
        sizes = (sizes[0][0], 1, sizes[0][1]), sizes[1]
    sizes = (ctypes.c_int * 6)(*sizes[0], *sizes[1])
    rows, image = projections.detach().cpu().contiguous(), torch.empty(layer.image)
    assert getattr(images, name + "_image")(
        *map(ctypes.c_void_p, (layer.scan.data_ptr(), ctypes.addressof(sizes), rows.data_ptr(),
                               image.data_ptr())))
    return image.to(DEVICE)


def disc(shape, radius):
    """0.02 / mm within a radius of the middle."""
    axes = [torch.arange(n, dtype=torch.float32, device=DEVICE) - (n - 1) / 2 for n in shape]
    squares = sum(axis**2 for axis in torch.meshgrid(*axes, indexing="ij"))
    return 0.02 * (squares < radius**2).float()


def amplitude(volume, radius):
    """Whether the disc came out, but for its edge."""
    mean = volume[disc(volume.shape, radius) > 0].float().mean().item()
    return abs(mean / 0.02 - 1) < 0.015, f"{mean:.5f} / mm"


def gradients(name, layer, lines, volume):
    """Of data, weights and response beside those of differences in double."""
    target = torch.randn_like(volume)
    lines = lines.clone().requires_grad_()
    (layer(lines) * target).sum().backward()
    for what, tensor in (("data", lines), ("weights", layer.weights),
                         ("response", layer.response)):
        step = torch.randn_like(tensor) * tensor.detach().abs().mean()
        with torch.no_grad():
            before = layer(lines)
            tensor += step
            after = layer(lines)
            tensor -= step
        expected = ((after.double() - before) * target).sum().item()  # linear in each
        found = (tensor.grad.double() * step).sum().item()
        scale = (after - before).double().norm().item() * target.double().norm().item()
        error = abs(found - expected) / scale
        yield f"{name}: gradient of {what}", error < 2e-6, f"{error:.1e}"


def narrow(name, layer, lines, volume):
    """Projections and images of 16 bits; weights and response keep 32."""
    target = torch.randn_like(volume)
    for dtype, bound in ((torch.float16, 3e-3), (torch.bfloat16, 2e-2)):
        leaf = lines.to(dtype).requires_grad_()
        found = layer(leaf)
        error = ((found - volume).norm() / volume.norm()).item()
        yield f"{name}: {dtype}", found.dtype == dtype and error < bound, f"{error:.1e}"
        slope, = torch.autograd.grad((found.float() * target).sum(), leaf)
        wide = lines.clone().requires_grad_()
        expected, = torch.autograd.grad((layer(wide) * target).sum(), wide)
        error = ((slope - expected).norm() / expected.norm()).item()
        yield f"{name}: gradient, {dtype}", slope.dtype == dtype and error < bound, f"{error:.1e}"


def cases(images):
    for name, views, projections, image, offset in (
        ("parallel", 180, [180, 96], [64, 64], 20.0),
        ("fan", 240, [240, 80], [64, 64], -25.0),
        ("arc", 240, [240, 80], [64, 64], 25.0),
        ("cone", 120, [120, 64, 80], [24, 48, 48], 25.0),
    ):
        radii = (10.0, 6.0) if name == "cone" else (20.0, 14.0)
        truth = disc(image, radii[0])
        full_turn = {"span": 2 * math.pi} if name == "parallel" else {}
        for what, scan in ((name, scan_of(name, views)),
                           (f"{name}, offset", scan_of(name, views, offset=offset, **full_turn))):
            layer = Layer(name, scan, projections, image).to(DEVICE)
            lines = getattr(ct, name)(truth, scan, projections, [1.0] * len(image))
            volume = layer(lines).detach()
            yield f"{what}: amplitude", *amplitude(volume, radii[1])
            expected = image_of_fbp(images, name, layer, lines)
            error = ((volume - expected).norm() / expected.norm()).item()
            yield (f"{what}: as Fbp", error < 1e-5,
                   f"{error:.1e}, {layer.before} and {layer.after} columns more")
            yield from gradients(what, layer, lines, volume)
            yield from narrow(what, layer, lines, volume)
        batch = torch.stack([lines, 2 * lines])
        yield f"{name}: batch", torch.allclose(layer(batch)[1], 2 * volume, rtol=1e-4, atol=1e-6), ""


def short_scan():
    short = scans.fan(160, 2.0, 300.0, 600.0, span=math.pi + 0.6)
    layer = Layer("fan", short, [160, 80], [64, 64], window="hann", redundancy="parker").to(DEVICE)
    truth = disc([64, 64], 20.0)
    volume = layer(ct.fan(truth, short, [160, 80], [1.0, 1.0]))
    yield "short scan", *amplitude(volume, 14.0)
    state = {key: value.clone() for key, value in layer.state_dict().items()}
    other = Layer("fan", short, [160, 80], [64, 64]).to(DEVICE)
    other.load_state_dict(state)
    ones = torch.ones(160, 80, device=DEVICE)
    yield "state_dict", torch.equal(other(ones), layer(ones)), ""
    for what, part, options in (("window", "there are ram_lak", {"window": "box"}),
                                ("redundancy", "there are automatic", {"redundancy": "none"})):
        for array in ("weights", "response", "padding"):
            try:
                getattr(ct, f"fan_fbp_{array}")(short, [160, 80], **options)
                yield f"refused: {what} of {array}", False, "accepted"
            except ValueError as error:
                yield f"refused: {what} of {array}", part in str(error), str(error)


def main(library, images, device):
    global ct, DEVICE
    DEVICE = device
    torch.ops.load_library(library)
    ct = torch.ops.ct
    failures = 0
    for name, passed, text in itertools.chain(cases(ctypes.CDLL(images)), short_scan()):
        failures += not passed
        print(f"{torch.__version__:14} fbp {name:40} {'passed' if passed else 'FAILED'} {text}",
              flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
