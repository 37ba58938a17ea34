# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""A filter that is learnt from random values: PYRO-NN's notebook of this name, on random bodies
instead of its patients. The filter is half a spectrum, and symmetric by that."""
import numpy as np
import torch

from checks import Report, relative_error, size_of
from pyronn_names import phantoms
from pyronn_names.geometry_of_all import Geometry
from pyronn_names.modules import ParallelBeamReconstruction2D
from pyronn_names.torch_layers import ParallelProjection2D
from pyronn_names.trajectories import circular_trajectory_2d


def train(model, sinograms, images, epochs):
    """The loss is a square of the filter: L-BFGS, where the notebook has Adam. Returns the loss
    before each epoch and at the end."""
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4, line_search_fn="strong_wolfe",
                                  history_size=100)

    def loss():
        return (model(sinograms) - images).square().mean()

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    losses = [optimizer.step(closure).item() for _ in range(epochs)]
    with torch.no_grad():
        return [*losses, loss().item()]


def main():
    size = size_of(__doc__, 96)  # the notebook has 362, and a GPU
    torch.manual_seed(0)
    geometry = Geometry()
    geometry.init_from_parameters(
        volume_shape=[size, size], volume_spacing=[1, 1], detector_shape=[size * 513 // 362],
        detector_spacing=[1], number_of_projections=size * 500 // 362, angular_range=-np.pi,
        trajectory=circular_trajectory_2d)
    images = np.stack([phantoms.random_bodies([size, size], 10, seed) for seed in range(6)])
    images = torch.tensor(images)
    sinograms = ParallelProjection2D()(images, **geometry)
    noise = 0.01 * sinograms.max() * torch.randn_like(sinograms)
    sinograms = sinograms + noise

    model = ParallelBeamReconstruction2D(geometry)
    torch.nn.init.uniform_(model.response, 0, 0.5)
    losses = train(model, sinograms[:4], images[:4], epochs=size // 2)
    hann = ParallelBeamReconstruction2D(geometry, "hann")
    with torch.no_grad():
        learnt, fixed = (relative_error(m(sinograms[4:]), images[4:]) for m in (model, hann))

    report = Report("trainable_filter_demo")
    # What random values begin with is found to fall to 6e-5 and less.
    report.below("loss, last to first", losses[-1] / losses[0], 1e-3)
    # 0.13 to 0.14 is found; noise of 1 % of the largest line integral sets it.
    report.below("error of images not learnt from", learnt, 0.16)
    # A filter that knows the noise is better than one that does not: 0.64 to 0.84 is found.
    report.below("the same to that of hann", learnt / fixed, 0.95)
    report.exit()


if __name__ == "__main__":
    main()
