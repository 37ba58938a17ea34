# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Filtered backprojection as a layer: a disc comes out right for every geometry, a trained filter
and trained weights get their gradients."""
import sys
import warnings

import torch

import scans

warnings.simplefilter("ignore")
torch.manual_seed(1)
ct = None


def scan_of(name, views, span=None):
    a = {} if span is None else {"span": span}
    if name == "parallel":
        return scans.parallel(views, 1.0)
    if name == "cone":
        return scans.cone(views, 2.0, 300.0, 600.0)
    return scans.fan(views, 2.0, 300.0, 600.0, **a)


class Layer(torch.nn.Module):
    """Filter and weights are parameters; the scan is a plain attribute, as it stays on the host."""

    def __init__(self, name, scan, projections, image, **options):
        super().__init__()
        self.name, self.scan = name, scan
        self.projections, self.image = projections, image
        fbp = f"{name}_fbp"
        self.response = torch.nn.Parameter(
            getattr(ct, fbp + "_response")(scan, projections, **options))
        self.weights = torch.nn.Parameter(
            getattr(ct, fbp + "_weights")(scan, projections, **options))

    def forward(self, projections):
        filtered = ct.filter(projections * self.weights, self.response)
        adjoint = getattr(ct, self.name + "_weighted_adjoint")
        return adjoint(filtered, self.scan, self.image, [1.0] * len(self.image))


def disc(shape, radius):
    """0.02 / mm within a radius of the middle."""
    axes = [torch.arange(n, dtype=torch.float32) - (n - 1) / 2 for n in shape]
    squares = sum(axis**2 for axis in torch.meshgrid(*axes, indexing="ij"))
    return 0.02 * (squares < radius**2).float()


def cases():
    for name, views, projections, image in (
        ("parallel", 180, [180, 96], [64, 64]),
        ("fan", 240, [240, 80], [64, 64]),
        ("arc", 240, [240, 80], [64, 64]),
        ("cone", 120, [120, 64, 80], [24, 48, 48]),
    ):
        scan = scan_of(name, views)
        layer = Layer(name, scan, projections, image)
        truth = disc(image, 10.0 if name == "cone" else 20.0)
        lines = getattr(ct, name)(truth, scan, projections, [1.0] * len(image))
        volume = layer(lines)
        inside = disc(image, 6.0 if name == "cone" else 14.0) > 0
        mean = volume[inside].mean().item()
        yield f"{name}: amplitude", abs(mean / 0.02 - 1) < 0.015, f"{mean:.5f} / mm"

        # Gradients of data, weights and response beside those of differences in double.
        target = torch.randn_like(volume)
        lines.requires_grad_()
        (layer(lines) * target).sum().backward()
        for what, tensor in (("data", lines), ("weights", layer.weights),
                             ("response", layer.response)):
            step = torch.randn_like(tensor)
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
        batch = torch.stack([lines.detach(), 2 * lines.detach()])
        yield f"{name}: batch", torch.allclose(layer(batch)[1], 2 * volume, rtol=1e-4, atol=1e-6), ""
    short = scans.fan(160, 2.0, 300.0, 600.0, span=3.14159265 + 0.6)
    layer = Layer("fan", short, [160, 80], [64, 64], window="hann", redundancy="parker")
    truth = disc([64, 64], 20.0)
    volume = layer(ct.fan(truth, short, [160, 80], [1.0, 1.0]))
    mean = volume[disc([64, 64], 14.0) > 0].mean().item()
    yield "short scan", abs(mean / 0.02 - 1) < 0.015, f"{mean:.5f} / mm"
    state = {key: value.clone() for key, value in layer.state_dict().items()}
    other = Layer("fan", short, [160, 80], [64, 64])
    other.load_state_dict(state)
    yield "state_dict", torch.equal(other(torch.ones(160, 80)), layer(torch.ones(160, 80))), ""
    for what, part, options in (("window", "there are ram_lak", {"window": "box"}),
                                ("redundancy", "there are automatic", {"redundancy": "none"})):
        try:
            ct.fan_fbp_weights(short, [160, 80], **options)
            yield f"refused: {what}", False, "accepted"
        except ValueError as error:
            yield f"refused: {what}", part in str(error), str(error)


def main(library):
    global ct
    torch.ops.load_library(library)
    ct = torch.ops.ct
    failures = 0
    for name, passed, text in cases():
        failures += not passed
        print(f"{torch.__version__:14} fbp {name:28} {'passed' if passed else 'FAILED'} {text}",
              flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
