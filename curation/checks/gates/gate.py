"""What a gate is: measured value, threshold, verdict, evidence, and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GateVerdict = Literal["pass", "fail", "waived", "not_measured"]


Bound = Literal["at_most", "at_least"]


EVIDENCE_SHOWN = 5
"""Pieces of evidence a gate lists."""


@dataclass(frozen=True)
class Gate:
    """What was measured, against what, and what to do about it."""

    name: str
    measured: float | None
    """None when not measured."""
    threshold: float
    verdict: GateVerdict
    evidence: tuple[str, ...] = ()
    fix: str = ""
    """The command or edit that mends it; empty when nothing is to be done."""
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
    """A gate that passes from its threshold on."""
    failed = measured < threshold
    verdict: GateVerdict = "fail" if failed else "pass"
    return Gate(name, measured, threshold, verdict, tuple(evidence[:EVIDENCE_SHOWN]), fix if failed else "", "at_least")


def gate_not_measured(name: str, threshold: float, why: str, fix: str) -> Gate:
    return Gate(name, None, threshold, "not_measured", (why,), fix)
