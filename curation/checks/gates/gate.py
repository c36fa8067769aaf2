"""What a gate is: measured value, threshold, verdict, evidence, and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GateVerdict = Literal["pass", "fail", "waived", "not_measured"]
Bound = Literal["at_most", "at_least"]

EVIDENCE_SHOWN = 5
"""Pieces of evidence that a gate lists."""


@dataclass(frozen=True)
class Gate:
    """What was measured, against which threshold, and what to do about it."""

    name: str
    measured: float | None
    """None when the verdict is `not_measured`; the evidence then gives the reason."""
    threshold: float
    verdict: GateVerdict
    evidence: tuple[str, ...] = ()
    fix: str = ""
    """The command or edit that resolves a failure; empty when there is nothing to do."""
    bound: Bound = "at_most"
    """On which side of the threshold the gate passes."""


def at_most(
    name: str, measured: float, threshold: float, evidence: Sequence[str], fix: str, *, always: bool = False
) -> Gate:
    """A gate that passes up to its threshold. Evidence is shown when it fails, or `always`."""
    failed = measured > threshold
    shown = list(evidence[:EVIDENCE_SHOWN]) if failed or always else []
    if failed and len(evidence) > EVIDENCE_SHOWN:
        shown.append(f"and {len(evidence) - EVIDENCE_SHOWN} more")
    return Gate(name, measured, threshold, "fail" if failed else "pass", tuple(shown), fix if failed else "")


def at_least(name: str, measured: float, threshold: float, evidence: Sequence[str], fix: str) -> Gate:
    """A gate that passes from its threshold upward."""
    failed = measured < threshold
    verdict: GateVerdict = "fail" if failed else "pass"
    return Gate(name, measured, threshold, verdict, tuple(evidence[:EVIDENCE_SHOWN]), fix if failed else "", "at_least")


def gate_not_measured(name: str, threshold: float, why: str, fix: str) -> Gate:
    """A gate that had nothing to measure, and why."""
    return Gate(name, None, threshold, "not_measured", (why,), fix)
