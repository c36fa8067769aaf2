"""Simulated annotators of many kinds: skilled ones, and a share who guess, favor one label, copy or tire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

TOWARDS = (0.6, 0.25, 0.15)
"""Shares of the errors that go to the nearest, second and third nearest label."""

BAD = 0.2
"""Share of the people who are of the kind that is simulated."""

COPIED_SKILL = 0.6
"""Share of right answers among those that two or three people share."""


@dataclass(frozen=True)
class Cell:
    """One combination of sizes and kinds of people."""

    classes: int
    records: int
    people: int
    answers: int
    """To each record, on average; 1 to twice as many less one."""
    kind: str = "skilled"
    skills: tuple[float, float] = (0.6, 0.95)
    imbalance: float = 0.0
    """0: all classes are equally frequent; 2: the rarest is e² times rarer than the most frequent."""


@dataclass(frozen=True)
class Answered:
    """Truth and answers."""

    truth: Ints
    codes: Ints
    """Shape (records, people), -1 for no answer."""


Change = Callable[["_Draw"], Ints]


@dataclass(frozen=True)
class _Draw:
    cell: Cell
    rng: np.random.Generator
    truth: Ints
    wrong: Ints
    """Shape (records, people)."""
    skills: NDArray[np.float64]
    bad: NDArray[np.bool_]
    """Shape (people,)."""

    def honest(self, skills: NDArray[np.float64] | None = None) -> Ints:
        own = self.skills if skills is None else skills
        return np.where(self.rng.random(self.wrong.shape) < own, self.truth[:, None], self.wrong)

    def with_bad(self, theirs: Ints) -> Ints:
        return np.where(self.bad, theirs, self.honest())


def _guessing(draw: _Draw) -> Ints:
    return draw.with_bad(draw.rng.integers(0, draw.cell.classes, draw.wrong.shape))


def _one_sided(draw: _Draw) -> Ints:
    """Half of their answers are the label that they favor."""
    favored = draw.rng.integers(0, draw.cell.classes, draw.cell.people)
    return draw.with_bad(np.where(draw.rng.random(draw.wrong.shape) < 0.5, favored, draw.honest()))


def _always_alike(draw: _Draw) -> Ints:
    favored = draw.rng.integers(0, draw.cell.classes, draw.cell.people)
    return draw.with_bad(np.tile(favored, (draw.cell.records, 1)))


def _tiring(draw: _Draw) -> Ints:
    """Half of their skill is lost by the end, in an order of their own."""
    done = draw.rng.random(draw.wrong.shape)
    return draw.with_bad(draw.honest(np.clip(draw.skills - 0.5 * done, 1 / draw.cell.classes, 1)))


def _copying(draw: _Draw) -> Ints:
    """Two or three people, at most a third of all, share their answers."""
    size = min(3, max(2, draw.cell.people // 3))
    found = draw.honest()
    if draw.cell.people < 5:
        return found
    several = draw.rng.choice(draw.cell.people, size, replace=False)
    right = draw.rng.random(draw.cell.records) < COPIED_SKILL
    found[:, several] = np.where(right, draw.truth, draw.wrong[:, 0])[:, None]
    return found


KINDS: dict[str, Change] = {
    "skilled": lambda draw: draw.honest(),
    "guessing": _guessing,
    "one-sided": _one_sided,
    "always alike": _always_alike,
    "tiring": _tiring,
    "copying": _copying,
}


def simulate(cell: Cell, seed: int) -> Answered:
    """Answers of a cell."""
    rng = np.random.default_rng([seed, cell.classes, cell.records, cell.people, cell.answers])
    weights = np.exp(-cell.imbalance * np.arange(cell.classes) / max(cell.classes - 1, 1))
    truth = rng.choice(cell.classes, cell.records, p=weights / weights.sum())
    near = np.stack([rng.permutation(np.delete(np.arange(cell.classes), k))[:3] for k in range(cell.classes)])
    towards = np.array(TOWARDS[: near.shape[1]]) / sum(TOWARDS[: near.shape[1]])
    shape = (cell.records, cell.people)
    wrong = near[truth[:, None], rng.choice(len(towards), shape, p=towards)]
    bad = rng.permutation(cell.people) < max(1, round(BAD * cell.people))
    codes = KINDS[cell.kind](_Draw(cell, rng, truth, wrong, rng.uniform(*cell.skills, cell.people), bad))
    many = np.minimum(rng.integers(1, 2 * cell.answers, cell.records), cell.people)
    codes[rng.random(shape).argsort(axis=1).argsort(axis=1) >= many[:, None]] = -1
    return Answered(truth, codes)
