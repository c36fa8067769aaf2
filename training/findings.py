"""Findings: what an evaluation says is wrong with a run, by which numbers, why that may be, and what to do about it.

Pure: measures in, findings out. A finding that cannot be computed is not made up; why it was not is told instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from curation.estimates import NotMeasured
from training.signs import About, Sign, Signs
from training.signs.confidence import fallback_not_learnt, miscalibrated
from training.signs.fit import overfitting, underfitting
from training.signs.labels import label_noise, wrong_label
from training.signs.slices import slice_starved

SERIOUS_SHARE = 0.05
"""Of the hold-out rows that a finding concerns: as much as a goal of 95 % leaves over for every mistake together."""
FINDERS: dict[str, Callable[[Mapping[str, Any], About], Signs]] = {
    "overfitting": overfitting,
    "underfitting": underfitting,
    "wrong_label": wrong_label,
    "miscalibrated": miscalibrated,
    "fallback_not_learnt": fallback_not_learnt,
    "slice_starved": slice_starved,
    "label_noise_limits_the_score": label_noise,
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a run."""

    name: str
    severity: str
    """`serious` when it concerns SERIOUS_SHARE of the hold-out rows, else `minor`."""
    rows: int
    """Hold-out rows that it concerns."""
    evidence: str
    cause: str
    command: str


@dataclass(frozen=True)
class Findings:
    """Everything that was looked for."""

    found: list[Finding]
    """Those that concern most hold-out rows first."""
    not_found: list[str]
    """Measured, and within the thresholds."""
    not_measured: dict[str, str]
    """By name, why it could not be looked for."""


def findings(measures: Mapping[str, Any], about: About) -> Findings:
    """Look for everything in FINDERS; `measures` is what `evaluate` stored of validation."""
    found: list[Finding] = []
    not_found: list[str] = []
    not_measured: dict[str, str] = {}
    for name, look in FINDERS.items():
        signs = look(measures, about)
        if isinstance(signs, NotMeasured):
            not_measured[name] = signs.why
        elif not signs:
            not_found.append(name)
        else:
            found += [_finding(name, sign, measures["rows"]) for sign in signs]
    return Findings(sorted(found, key=lambda one: (-one.rows, one.name, one.evidence)), not_found, not_measured)


def _finding(name: str, sign: Sign, rows: int) -> Finding:
    concerned = min(round(sign.rows), rows)
    severity = "serious" if concerned >= SERIOUS_SHARE * rows else "minor"
    return Finding(name, severity, concerned, sign.evidence, sign.cause, sign.command)
