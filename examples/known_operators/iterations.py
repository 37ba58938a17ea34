# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""Iterations of solvers as functions of tensors, which derivatives pass through: unrolled, with what
is learned between them, they are layers of a network.

Images are (..., y, x) and lines (..., view, u), with any leading axes; each sample is a problem of its
own. A pair has two functions of tensors, forward and adjoint. What an iteration does is said beside
the solver of the same name in pyronn/recon/solver/.
"""
from dataclasses import dataclass
from typing import Callable

import torch


@dataclass
class Pair:
    """A linear map and its transpose."""

    forward: Callable
    adjoint: Callable

    @classmethod
    def of(cls, name, scan, projections, volume, spacing, **more):
        """Of the operators NAMESPACE.NAME of a pyronn::TorchLibrary, of scans and shapes of a sample."""
        namespace, name = name.split(".")
        operators = getattr(torch.ops, namespace)
        forward, adjoint = getattr(operators, name), getattr(operators, name + "_adjoint")
        return cls(lambda x: forward(x, scan, projections, spacing, **more),
                   lambda y: adjoint(y, scan, volume, spacing, **more))

    def norm(self, image, turns=10):
        """The largest singular value, by power iteration from ones, which suits maps that are not
        negative; `image` is any image."""
        x = torch.ones_like(image)
        for _ in range(turns):
            x = self.adjoint(self.forward(x / _length(x)))
        return _length(x).sqrt()


def _length(x):
    """Of each sample, kept as axes of length 1."""
    return x.square().sum((-2, -1), keepdim=True).sqrt()


def _inverse(sums):
    return torch.where(sums > 0, 1 / sums.clamp_min(torch.finfo(sums.dtype).tiny), 0)


@dataclass
class Sirt:
    """x + w C A' R (b - A x), where R and C are the inverse sums of rows and of columns."""

    pair: Pair
    rows: torch.Tensor
    columns: torch.Tensor

    @classmethod
    def of(cls, pair, image, lines):
        """For images and lines like these."""
        return cls(pair, _inverse(pair.forward(torch.ones_like(image))),
                   _inverse(pair.adjoint(torch.ones_like(lines))))

    def __call__(self, x, b, relaxation=1, lower=None):
        x = x + relaxation * self.columns * self.pair.adjoint(self.rows * (b - self.pair.forward(x)))
        return x if lower is None else x.clamp_min(lower)


@dataclass
class Cgls:
    """Conjugate gradients on A'A x = A'b; the state is (x, residual, direction, |A'r|^2)."""

    pair: Pair

    def start(self, x, b):
        residual = b - self.pair.forward(x)
        gradient = self.pair.adjoint(residual)
        return x, residual, gradient, _length(gradient).square()

    def __call__(self, state):
        x, residual, direction, square = state
        lines = self.pair.forward(direction)
        step = _ratio(square, _length(lines).square())
        x, residual = x + step * direction, residual - step * lines
        gradient = self.pair.adjoint(residual)
        next_square = _length(gradient).square()
        return x, residual, gradient + _ratio(next_square, square) * direction, next_square


def _ratio(a, b):
    """0 where both are."""
    return torch.where(b > 0, a / torch.where(b > 0, b, 1), 0)


@dataclass
class FistaTv:
    """Accelerated proximal gradients for 1/2 |A x - b|^2 + c TV(x), isotropic and per unit of length;
    the state is (x, point beyond, dual, t). The norm is a bound of A's, the spacing that of (y, x)."""

    pair: Pair
    norm: torch.Tensor
    spacing: tuple = (1, 1)
    inner_iterations: int = 4

    def start(self, x):
        return x, x, x.new_zeros((2, *x.shape)), x.new_ones(())

    def __call__(self, state, b, strength, lower=None):
        x, beyond, dual, t = state
        square = self.norm**2
        point = beyond - self.pair.adjoint(self.pair.forward(beyond) - b) / square
        found, dual = self.prox(point, strength / square, dual, lower)
        next_t = (1 + (1 + 4 * t**2).sqrt()) / 2
        return found, found + (t - 1) / next_t * (found - x), dual, next_t

    def prox(self, y, weight, dual, lower=None):
        """The image between bounds of which 1/2 |x - y|^2 + weight TV(x) is small, and its dual."""
        bound = sum(4 / h**2 for h in self.spacing)
        for _ in range(self.inner_iterations):
            x = self._image(y, weight, dual, lower)
            dual = dual + 1.9 / (weight * bound) * self._differences(x)
            dual = dual / dual.square().sum(0).clamp_min(1).sqrt()
        return self._image(y, weight, dual, lower), dual

    def _image(self, y, weight, dual, lower):
        x = y - weight * self._transposed_differences(dual)
        return x if lower is None else x.clamp_min(lower)

    def _differences(self, x):
        pad = torch.nn.functional.pad
        return torch.stack([pad(x.diff(dim=-2), (0, 0, 0, 1)) / self.spacing[0],
                            pad(x.diff(dim=-1), (0, 1)) / self.spacing[1]])

    def _transposed_differences(self, dual):
        pad = torch.nn.functional.pad
        along_y, along_x = dual[0][..., :-1, :], dual[1][..., :-1]
        return (pad(along_y, (0, 0, 1, 0)) - pad(along_y, (0, 0, 0, 1))) / self.spacing[0] + \
            (pad(along_x, (1, 0)) - pad(along_x, (0, 1))) / self.spacing[1]
