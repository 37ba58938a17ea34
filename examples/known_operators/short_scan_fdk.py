# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""FDK of a short cone-beam scan as a network of known operators: cosine and Parker weights, filter,
backprojection. Some steps of training adapt weights and filter to a head. At full size: --size 256
--steps 20 --device cuda"""
import sys

import torch

import figures
from known_operators import Data, ShortScan, arguments


class Fdk(torch.nn.Module):
    """Factors of the weights and of the filter are parameters. The scan is a plain attribute, as it
    stays on the host."""

    def __init__(self, scan, projections, spacing):
        super().__init__()
        self.scan = torch.from_numpy(scan.vectors)
        self.volume, self.spacing = scan.volume, [spacing] * 3
        for name in ("weights", "response"):
            known = getattr(torch.ops.known, "cone_fbp_" + name)(self.scan, projections)
            self.register_buffer(name, known)
            self.register_parameter(name + "_factor", torch.nn.Parameter(torch.ones_like(known)))

    def forward(self, projections):
        weighted = projections * (self.weights * self.weights_factor)
        filtered = torch.ops.known.filter(weighted, self.response * self.response_factor)
        return torch.ops.known.cone_weighted_adjoint(filtered, self.scan, self.volume, self.spacing)


def wide_cone(size, device):
    """A smooth body and what the network makes of it."""
    scan = ShortScan.wide(size)
    body = torch.from_numpy(scan.smooth_body())
    network = Fdk(scan, scan.projections, scan.voxel).to(device)
    with torch.no_grad():
        lines = torch.ops.known.cone(body.to(device), network.scan, scan.projections, network.spacing)
        return body.numpy(), network(lines).cpu().numpy()


def main():
    options = arguments(__doc__, size=48, steps=5)
    torch.ops.load_library(options.library)
    scan = ShortScan(options.size)
    truth = torch.from_numpy(Data(options.library).head_3d(options.size)).to(options.device)
    network = Fdk(scan, scan.projections, scan.voxel).to(options.device)
    lines = torch.ops.known.cone(truth, network.scan, scan.projections, network.spacing)

    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    losses, untrained = [], None
    for _ in range(options.steps + 1):
        optimizer.zero_grad()
        volume = network(lines)
        loss = (volume - truth).square().mean()
        loss.backward()
        if untrained is None:
            untrained = volume.detach()
        losses.append(loss.item())
        optimizer.step()
    images = [x[options.size // 2].detach().cpu() for x in (truth, untrained, volume)]
    figures.write_images(options.output / "short_scan_fdk.png", images, 0, 0.5)
    figures.write_curve(options.output / "short_scan_fdk_loss.png", losses)
    return scan.check(truth.cpu().numpy(), untrained.cpu().numpy(), losses,
                      *wide_cone(options.size, options.device))


if __name__ == "__main__":
    sys.exit(main())
