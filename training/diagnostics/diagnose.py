"""Run every diagnostic on an evaluation: findings with number, cause and command. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from winnow.core.result import NotMeasured
from winnow.training.diagnostics import DIAGNOSTICS
from winnow.training.diagnostics.issue import Issue, RunContext

SERIOUS_SHARE = 0.05
"""Of the hold-out rows that a finding concerns: as much as a goal of 95 % leaves over for every mistake together."""


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


def diagnose(measures: Mapping[str, Any], context: RunContext) -> Findings:
    """Look for everything in FINDERS; `measures` is what `evaluate` stored of validation."""
    found: list[Finding] = []
    not_found: list[str] = []
    not_measured: dict[str, str] = {}
    for name, look in DIAGNOSTICS.items():
        issues = look(measures, context)
        if isinstance(issues, NotMeasured):
            not_measured[name] = issues.why
        elif not issues:
            not_found.append(name)
        else:
            found += [_to_finding(name, issue, measures["rows"]) for issue in issues]
    return Findings(sorted(found, key=lambda one: (-one.rows, one.name, one.evidence)), not_found, not_measured)


def _to_finding(name: str, issue: Issue, rows: int) -> Finding:
    concerned = min(round(issue.rows), rows)
    severity = "serious" if concerned >= SERIOUS_SHARE * rows else "minor"
    return Finding(name, severity, concerned, issue.evidence, issue.cause, issue.command)
