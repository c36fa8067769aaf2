"""Findings: what diagnostics found about a run, in the order of what it costs."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.core.record import Record
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues

SERIOUS_SHARE = 0.05
"""Share of the validation rows from which a finding is serious: all the errors that a goal of 95 % accuracy allows."""


class Finding(Record):
    """One thing that is wrong with a run."""

    name: str
    """Name of the diagnostic."""
    severity: str
    """`serious` when it affects at least SERIOUS_SHARE of the validation rows, else `minor`."""
    rows: int
    """Validation rows that it affects."""
    evidence: str
    """The measured values."""
    cause: str
    """The likely cause."""
    command: str
    """The command that addresses the cause."""


class Findings(Record):
    """The result of every diagnostic."""

    found: list[Finding]
    """Sorted by the number of validation rows that they affect, largest first."""
    not_found: list[str]
    """Names of diagnostics that were measured and found nothing."""
    not_measured: dict[str, str]
    """Diagnostics that could not be measured: name to reason."""


def findings_of(results: Mapping[str, Issues], rows: int) -> Findings:
    """The findings, from the result of every diagnostic by its name; `rows` is the number of validation rows."""
    found: list[Finding] = []
    not_found: list[str] = []
    not_measured: dict[str, str] = {}
    for name, issues in results.items():
        if isinstance(issues, NotMeasured):
            not_measured[name] = issues.why
        elif not issues:
            not_found.append(name)
        else:
            found += [_to_finding(name, issue, rows) for issue in issues]
    found.sort(key=lambda one: (-one.rows, one.name, one.evidence))
    return Findings(found=found, not_found=not_found, not_measured=not_measured)


def _to_finding(name: str, issue: Issue, rows: int) -> Finding:
    affected = min(round(issue.rows), rows)
    severity = "serious" if affected >= SERIOUS_SHARE * rows else "minor"
    return Finding(
        name=name,
        severity=severity,
        rows=affected,
        evidence=issue.evidence,
        cause=issue.cause,
        command=issue.command,
    )
