"""The units of a log: what counts once, and whether the same units got both variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from winnow.core.production_vocabulary import AbDesign, AbUnit
from winnow.training.monitoring.ab_test.ab_log import AbRow

Values = NDArray[np.float64]


@dataclass(frozen=True)
class UnitValues:
    """One value of every unit, in both variants: of the same units in the same order, where they are paired."""

    baseline: Values
    candidate: Values

    @property
    def are_measured(self) -> bool:
        """Whether both variants have a value."""
        return len(self.baseline) > 0 and len(self.candidate) > 0


@dataclass(frozen=True)
class AbUnits:
    """A log as units."""

    unit: AbUnit
    design: AbDesign
    outcomes: UnitValues
    """Share of successes of every unit."""
    ratings: UnitValues
    """Mean rating of every unit that rated."""
    left_out: int
    """Units that do not fit the design: with one variant where most got both, with both where most got one."""
    without_name: int
    """Rows without a session or request, in a log of sessions or requests: each counts as a unit of its own."""


def units_of(rows: Sequence[AbRow], baseline: str) -> AbUnits:
    """Group the rows of a log of two variants.

    Rows of one session are not independent, so the session is the unit where rows have one, else the request, else the
    row. The design is paired if more units got both variants than one. Units of the other kind are left out: they would
    be compared with themselves, or with nothing.
    """
    unit = _unit_of(rows)
    names = [_name_of(row, unit) for row in rows]
    variants: dict[str, set[str]] = {}
    for name, row in zip(names, rows, strict=True):
        variants.setdefault(name, set()).add(row.variant)
    counts = Counter(len(own) for own in variants.values())
    design = AbDesign.PAIRED if counts[2] > counts[1] else AbDesign.INDEPENDENT
    kept = {name for name, own in variants.items() if (len(own) == 2) == (design is AbDesign.PAIRED)}
    grouped = [(name, row) for name, row in zip(names, rows, strict=True) if name in kept]
    outcomes = [(name, row.variant == baseline, row.outcome) for name, row in grouped]
    ratings = [(name, row.variant == baseline, row.rating) for name, row in grouped if row.rating is not None]
    return AbUnits(
        unit=unit,
        design=design,
        outcomes=_values(outcomes, design),
        ratings=_values(ratings, design),
        left_out=len(variants) - len(kept),
        without_name=0 if unit is AbUnit.ROW else sum(name.startswith("\0") for name in names),
    )


def _unit_of(rows: Sequence[AbRow]) -> AbUnit:
    if any(row.session for row in rows):
        return AbUnit.SESSION
    return AbUnit.REQUEST if any(row.request for row in rows) else AbUnit.ROW


def _name_of(row: AbRow, unit: AbUnit) -> str:
    """The unit of a row; one of its own for a row that does not name it."""
    named = {AbUnit.SESSION: row.session, AbUnit.REQUEST: row.request, AbUnit.ROW: ""}[unit]
    return named or f"\0{row.number}"


def _values(found: Sequence[tuple[str, bool, float]], design: AbDesign) -> UnitValues:
    """The mean of every unit in each variant; of units that have both, where they are paired."""
    grouped: dict[bool, dict[str, list[float]]] = {True: {}, False: {}}
    for name, is_baseline, value in found:
        grouped[is_baseline].setdefault(name, []).append(value)
    names = {side: sorted(own) for side, own in grouped.items()}
    if design is AbDesign.PAIRED:
        both = sorted(set(names[True]) & set(names[False]))
        names = {True: both, False: both}
    means = {side: np.array([fmean(grouped[side][name]) for name in own]) for side, own in names.items()}
    return UnitValues(means[True], means[False])
