"""The two sides of a decision: what answers today, and the run that could answer instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from curation.estimates import NotMeasured
from training.answers import IMPORTED
from training.runs import Run
from training.stored import stored_measures
from validators.faults import Fault, WinnowError

SIMPLEST = "linear"
"""The method that others must beat, where nothing answers yet."""


@dataclass(frozen=True)
class Side:
    """A run, and its evaluation on validation."""

    run: Run
    measures: dict[str, Any] | NotMeasured

    @property
    def accuracy(self) -> float | NotMeasured:
        """On validation of its own release."""
        told = self.measures
        return told if isinstance(told, NotMeasured) else float(told["accuracy"])

    @property
    def rank(self) -> tuple[float, str]:
        """The most accurate last, of equally accurate ones the newest; what nobody evaluated first."""
        told = self.accuracy
        return (-1.0 if isinstance(told, NotMeasured) else told, str(self.run.facts["trained_at"]))


@dataclass(frozen=True)
class Sides:
    """Who stands against whom."""

    baseline: Side | None
    """None: the label of most train rows stands in for it."""
    role: str
    """Of the baseline: `deployed`, `imported`, `simplest run`, or `most frequent label`."""
    candidate: Side | None
    chosen_of: int
    """Runs that the candidate is the best of: the more, the more its accuracy flatters it."""


def sides(runs: Sequence[Run], *, deployed: str | None, release: str | None, wanted: str | None) -> Sides:
    """Choose among runs, the oldest first. Pure but for reading their evaluations.

    The baseline is what is deployed, else the newest import, else the best `linear` run beside other methods, else
    nothing but the most frequent label. The candidate is the run that is `wanted`, else the most accurate on validation
    of those trained on `release`, given as a SHA-256.

    Raises WinnowError when the wanted run is not among them, or is deployed already.
    """
    if wanted is not None and wanted not in {run.id for run in runs}:
        known = ", ".join(run.id for run in runs) or "winnow train RELEASE"
        raise WinnowError(
            Fault(f"decide {wanted}", "no run of this workspace's ledger", known, "winnow runs lists them")
        )
    seen = [Side(run, stored_measures(run)) for run in runs]
    if wanted is not None and wanted == deployed:
        raise WinnowError(Fault(f"decide {wanted}", "it is deployed already", "another run", "leave it out"))
    trained = [one for one in seen if one.run.facts["method"] != IMPORTED and one.run.id != deployed]
    own = [one for one in trained if one.run.facts["release"]["sha256"] == release]
    pool = [one for one in seen if one.run.id == wanted] if wanted else own
    standing = next((one for one in seen if one.run.id == deployed), None)
    imports = [one for one in seen if one.run.facts["method"] == IMPORTED and one.run.id != wanted]
    if standing or imports:
        baseline, role = standing or imports[-1], "deployed" if standing else "imported"
        return Sides(baseline, role, _best(pool), len(pool))
    others = [one for one in pool if one.run.facts["method"] != SIMPLEST]
    simplest = _best([one for one in own if one.run.facts["method"] == SIMPLEST])
    if others and simplest:
        return Sides(simplest, "simplest run", _best(others), len(others))
    return Sides(None, "most frequent label", _best(pool), len(pool))


def _best(some: Sequence[Side]) -> Side | None:
    return max(some, key=lambda one: one.rank, default=None)
