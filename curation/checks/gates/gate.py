"""What a gate is: measured value, threshold, verdict, evidence, and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic.dataclasses import dataclass

from winnow.config.gate_settings import LoosenedSetting
from winnow.core.record import RECORD_CONFIG
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Bound, GateVerdict

EVIDENCE_SHOWN = 5
"""Pieces of evidence that a gate lists."""


@dataclass(frozen=True, config=RECORD_CONFIG)
class Gate:
    """What was measured, against which threshold, and what to do about it."""

    name: str
    """Name of the gate."""
    measured: int | float | NotMeasured
    """In the unit of the threshold; not measured when there was nothing to measure."""
    threshold: int | float
    """The bound that `measured` is compared with: a count, a ratio, or a share of 0 to 1."""
    verdict: GateVerdict
    """Whether the gate passed, warns, failed, was waived, or had nothing to measure."""
    evidence: tuple[str, ...] = ()
    """What was found, the most important first."""
    fix: str = ""
    """The command or edit that resolves a failure or a warning; empty when there is nothing to do."""
    bound: Bound = Bound.AT_MOST
    """On which side of the threshold the gate passes."""
    loosened: tuple[LoosenedSetting, ...] = ()
    """Settings of the gate that are looser than their default, with who loosened them and why."""
    population: str = ""
    """What it was measured on, such as `536 train rows`; empty when it was not measured."""
    notes: tuple[str, ...] = ()
    """What a reader of the release has to know although it does not fail the gate; without texts of records."""

    @property
    def measured_text(self) -> str:
        """The measured value for display; a dash when it was not measured."""
        return "–" if isinstance(self.measured, NotMeasured) else f"{self.measured:g}"


def verdict_of(failed: bool) -> GateVerdict:
    """The verdict of a gate that was measured."""
    return GateVerdict.FAIL if failed else GateVerdict.PASS


def at_most(
    name: str, measured: float, threshold: float, evidence: Sequence[str], fix: str, *, always: bool = False
) -> Gate:
    """A gate that passes up to its threshold. Evidence is shown when it fails, or `always`."""
    failed = measured > threshold
    shown = list(evidence[:EVIDENCE_SHOWN]) if failed or always else []
    if failed and len(evidence) > EVIDENCE_SHOWN:
        shown.append(f"and {len(evidence) - EVIDENCE_SHOWN} more")
    return Gate(name, measured, threshold, verdict_of(failed), tuple(shown), fix if failed else "")


def as_warning(gate: Gate) -> Gate:
    """The gate, with a warning where it fails: for measures that healthy data can exceed."""
    return replace(gate, verdict=GateVerdict.WARNING) if gate.verdict is GateVerdict.FAIL else gate


def at_least(name: str, measured: float, threshold: float, evidence: Sequence[str], fix: str) -> Gate:
    """A gate that passes from its threshold upward."""
    failed = measured < threshold
    shown = tuple(evidence[:EVIDENCE_SHOWN])
    return Gate(name, measured, threshold, verdict_of(failed), shown, fix if failed else "", Bound.AT_LEAST)


NO_TRAIN_ROW = "no train row yet"
"""Why a gate that measures train has nothing to measure."""


def gate_not_measured(name: str, threshold: float, why: str, fix: str, *, bound: Bound = Bound.AT_MOST) -> Gate:
    """A gate that had nothing to measure, and why."""
    return Gate(name, NotMeasured(why), threshold, GateVerdict.NOT_MEASURED, (why,), fix, bound)
