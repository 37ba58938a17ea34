# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Learns the filter of filtered backprojection from discs. Training begins with |f| at as many
frequencies as a row has pixels, without padding, of which discs get cups, and comes to the ramp
filter sampled in space. At full size: --size 256 --steps 300 --device cuda"""
import sys

import torch

import figures
from known_operators import Checks, Data, arguments, parallel_scan


class Reconstruction(torch.nn.Module):
    """Filtered backprojection, of which the response is learned."""

    def __init__(self, size, columns, views, response, device):
        super().__init__()
        self.scan = torch.from_numpy(parallel_scan(views))  # read on the host
        self.image, self.sinogram = [size, size], [views, columns]
        weights = torch.ops.known.parallel_fbp_weights(self.scan, self.sinogram)
        self.register_buffer("weights", weights)
        self.response = torch.nn.Parameter(response.clone())
        self.to(device)

    def project(self, images):
        return torch.ops.known.parallel(images, self.scan, self.sinogram, [1.0, 1.0])

    def forward(self, sinograms):
        filtered = torch.ops.known.filter(sinograms * self.weights, self.response)
        return torch.ops.known.parallel_weighted_adjoint(filtered, self.scan, self.image, [1.0, 1.0])


def unpadded_ramp(columns, length):
    """What a product with |f| in the transform of a row that is not padded does to it, as a response
    for padded rows: the filter in space is repeated with the period of a row."""
    period = torch.fft.irfft(torch.arange(columns // 2 + 1, dtype=torch.float64) / columns)
    distance = torch.arange(length)
    space = torch.where(distance < columns, period[distance % columns], 0.0)
    return torch.fft.rfft(torch.cat([space, space[1:-1].flip(0)])).real.float()


def unpadded_response(response, columns):
    """A filter at as many frequencies as a row has pixels: cut in space to half a row on each side,
    as distances beyond what object and image span are in no datum."""
    space = torch.fft.irfft(response.cpu().double())[:columns // 2 + 1]
    return torch.fft.rfft(torch.cat([space, space[1:-1].flip(0)])).real


def cupping(image, radius):
    """How much lower the middle of a disc is than its outer part, as a part of that."""
    axis = torch.arange(image.shape[-1]) - (image.shape[-1] - 1) / 2
    distance = (axis**2 + axis[:, None]**2).sqrt() / radius
    outer = image[(distance > 0.75) & (distance < 0.95)].mean()
    return (1 - image[distance < 0.2].mean() / outer).item()


def train(network, sinograms, discs, steps):
    """Adam, of which the steps become smaller to the end; returns the losses."""
    optimizer = torch.optim.Adam([network.response], lr=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (network(sinograms) - discs).square().sum()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def main():
    options = arguments(__doc__, size=128, steps=100)
    torch.ops.load_library(options.library)
    data, size, device = Data(options.library), options.size, options.device
    columns, views = 2 * (size * 400 // 512), 180 * size // 256
    ram_lak = torch.ops.known.parallel_fbp_response(torch.from_numpy(parallel_scan(views)),
                                                    [views, columns], "ram_lak")
    begin = unpadded_ramp(columns, len(ram_lak))
    network = Reconstruction(size, columns, views, begin, device)
    discs = torch.from_numpy(data.discs(size, range(9, size // 2, 2))).to(device)
    losses = train(network, network.project(discs).detach(), discs, options.steps)

    # What the three filters make of rectangles, which none has seen, and of a large disc
    filters = {"begin": begin, "Ram-Lak": ram_lak, "learned": network.response.detach().clone()}
    rectangles = torch.from_numpy(data.rectangles(size, 150)).to(device)
    disc = discs[-3:-2]  # 4 pixels smaller than the largest
    radius = 9 + 2 * (len(discs) - 3)
    found, errors = {}, {}
    with torch.no_grad():
        for name, response in filters.items():
            network.response.copy_(response)
            errors[name] = (network(network.project(rectangles)) - rectangles).square().sum().item()
            found[name] = network(network.project(disc))[0].cpu()
            print(f"{name}: cupping {100 * cupping(found[name], radius):.2f} %, mean in the disc "
                  f"{found[name][disc[0].cpu() == 1].mean():.4f}, rectangles {errors[name]:.1f}")
    figures.write_images(options.output / "ramp_filter.png", found.values(), 0.8, 1.1)
    figures.write_curve(options.output / "ramp_filter_loss.png", losses)

    print(f"loss {losses[0]:.1f} -> {losses[-1]:.1f} in {len(losses)} steps")
    lowest = [unpadded_response(filters[name], columns)[:10] for name in filters]
    difference = 100 * (lowest[2] / lowest[1] - 1)
    print("learned beside Ram-Lak [%]:", *(f"{d:.2f}" for d in difference))
    checks = Checks()
    # At a small size the ten frequencies reach farther up, where the filter makes up for interpolation.
    # Found are 1.28 % at size 128 and 0.28 % at 256; training begins at 100 %.
    checks.at_most("largest of these", difference.abs().max().item(), 256 / size)
    # Found is 0.1 %; where training begins, it is 1.5 to 1.8 %.
    checks.at_most("cupping [%]", abs(100 * cupping(found["learned"], radius)), 0.5)
    # Ram-Lak has the right mean of them, and what is learned sharper edges, too: 0.89 to 0.94.
    checks.at_most("rectangles, beside Ram-Lak", errors["learned"] / errors["Ram-Lak"], 1)
    return checks.exit_status()


if __name__ == "__main__":
    sys.exit(main())
