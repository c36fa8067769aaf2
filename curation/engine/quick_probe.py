"""A linear probe after a few steps of its fit: enough to rank labels, in a fraction of the time.

The fit is that of `fit_probe`, multinomial logistic regression with the same penalty, in coordinates in which the
curvature of its start is that of a sphere. There L-BFGS needs ten steps for what takes a hundred in the coordinates of
the embedding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.linear_probe import INVERSE_PENALTY
from winnow.curation.engine.vectors import Vectors

CURVATURE = 0.5
"""The mean curvature of a class during the fit, as a share of that at its start, 1 / classes."""

REMEMBERED_STEPS = 6
"""Steps from which the next one is computed."""

SUFFICIENT_DECREASE = 1e-4
"""Of the slope: a step that lowers the loss less is shortened (Nocedal and Wright 2006, Numerical Optimization)."""

SHORTER = 0.4
"""A step is shortened to this share."""

SHORTEST_STEP = 1e-3

RowIndices = NDArray[np.int64]


class ProbeRows(NamedTuple):
    """Rows in the coordinates in which they are fitted."""

    design: Vectors
    """Shape (n, dimensions + 1); the last column is that of the bias."""
    penalty: NDArray[np.float32]
    """Of each coordinate's squared weight; shape (dimensions + 1, 1)."""


def probe_rows(vectors: Vectors, classes: int, *, inverse_penalty: float = INVERSE_PENALTY) -> ProbeRows:
    """Coordinates for fits with so many classes on (n, d) vectors, or on parts of them."""
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    variances, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    curvature = CURVATURE / classes
    scale = 1 / np.sqrt(curvature * np.clip(variances, 0, None) + 1 / inverse_penalty)
    bias = np.full((len(vectors), 1), 1 / np.sqrt(curvature * max(len(vectors), 1)))
    design = np.hstack([centred @ (axes * scale).astype(np.float32), bias])
    penalty = np.append(scale**2 / inverse_penalty, 0)[:, None]
    return ProbeRows(np.ascontiguousarray(design, dtype=np.float32), penalty.astype(np.float32))


def fit_steps(rows: ProbeRows, codes: RowIndices, start: Vectors, steps: int) -> Vectors:
    """The weights, shape (dimensions + 1, classes), so many steps after `start`; `codes` are the rows' classes."""
    weights = start
    loss, gradient = _loss(rows, codes, weights)
    memory = _Memory()
    for _ in range(steps):
        direction = memory.direction(gradient)
        slope, length = _dot(gradient, direction), 1.0
        moved = weights + direction
        lower, changed = _loss(rows, codes, moved)
        while lower > loss + SUFFICIENT_DECREASE * length * slope and length > SHORTEST_STEP:
            length *= SHORTER
            moved = weights + np.float32(length) * direction
            lower, changed = _loss(rows, codes, moved)
        if lower >= loss:
            break
        memory.add(moved - weights, changed - gradient)
        weights, loss, gradient = moved, lower, changed
    return weights


def class_probabilities(design: Vectors, weights: Vectors) -> Vectors:
    """Class probabilities of rows, shape (n, classes)."""
    logits: Vectors = design @ weights
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


class _Loss(NamedTuple):
    value: float
    gradient: Vectors


def _loss(rows: ProbeRows, codes: RowIndices, weights: Vectors) -> _Loss:
    """The penalized loss of all rows, and its gradient."""
    number = np.arange(len(codes))
    residual = class_probabilities(rows.design, weights)
    own = np.log(np.maximum(residual[number, codes], np.finfo(np.float32).tiny))
    residual[number, codes] -= 1
    penalized = rows.penalty * weights
    return _Loss(_dot(penalized, weights) / 2 - float(own.sum(dtype=np.float64)), rows.design.T @ residual + penalized)


def _dot(one: Vectors, other: Vectors) -> float:
    return float(np.vdot(one, other))


@dataclass
class _Memory:
    """The last steps and what they changed in the gradient (L-BFGS)."""

    steps: list[Vectors] = field(default_factory=list)
    changes: list[Vectors] = field(default_factory=list)

    def add(self, step: Vectors, change: Vectors) -> None:
        """Remember a step along which the gradient grows; others say nothing about the curvature."""
        if _dot(step, change) > 0:
            self.steps = [*self.steps, step][-REMEMBERED_STEPS:]
            self.changes = [*self.changes, change][-REMEMBERED_STEPS:]

    def direction(self, gradient: Vectors) -> Vectors:
        """Where the loss falls, as far as the last steps tell."""
        found = gradient.copy()
        pairs = list(zip(self.steps, self.changes, strict=True))
        shares = []
        for step, change in reversed(pairs):
            shares.append(_dot(step, found) / _dot(step, change))
            found -= np.float32(shares[-1]) * change
        if pairs:
            found *= np.float32(_dot(*pairs[-1]) / _dot(pairs[-1][1], pairs[-1][1]))
        for (step, change), share in zip(pairs, reversed(shares), strict=True):
            found += np.float32(share - _dot(change, found) / _dot(step, change)) * step
        return -found
