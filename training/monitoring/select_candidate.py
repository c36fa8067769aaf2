"""Select the baseline (what answers today) and the candidate (the run that could replace it)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.result import NotMeasured
from winnow.training.evaluation.stored_results import stored_measures
from winnow.training.runs import IMPORTED, Run

SIMPLEST_METHOD = "linear"
"""The method that others must beat, where nothing answers yet."""


@dataclass(frozen=True)
class EvaluatedRun:
    """A run, and its evaluation on validation."""

    run: Run
    measures: dict[str, Any] | NotMeasured

    @property
    def accuracy(self) -> float | NotMeasured:
        """On validation of its own release."""
        value = self.measures
        return value if isinstance(value, NotMeasured) else float(value["accuracy"])

    @property
    def rank(self) -> tuple[float, str]:
        """The most accurate last, of equally accurate ones the newest; what nobody evaluated first."""
        value = self.accuracy
        return (-1.0 if isinstance(value, NotMeasured) else value, str(self.run.facts["trained_at"]))


@dataclass(frozen=True)
class CandidateSelection:
    """Who stands against whom."""

    baseline: EvaluatedRun | None
    """None: the label of most train rows stands in for it."""
    role: str
    """Of the baseline: `deployed`, `imported`, `simplest run`, or `most frequent label`."""
    candidate: EvaluatedRun | None
    candidates_considered: int
    """Runs that the candidate is the best of: the more, the more its accuracy flatters it."""


def select_candidate(
    runs: Sequence[Run], *, deployed: str | None, release: str | None, wanted: str | None
) -> CandidateSelection:
    """Choose among runs, the oldest first. Pure but for reading their evaluations.

    The baseline is what is deployed, else the newest import, else the best `linear` run beside other methods, else
    nothing but the most frequent label. The candidate is the run that is `wanted`, else the most accurate on validation
    of those trained on `release`, given as a SHA-256.

    Raises WinnowError when the wanted run is not among them, or is deployed already.
    """
    if wanted is not None and wanted not in {run.id for run in runs}:
        known = ", ".join(run.id for run in runs) or "winnow train RELEASE"
        raise WinnowError(
            Problem(f"decide {wanted}", "no run of this workspace's ledger", known, "winnow runs lists them")
        )
    evaluated = [EvaluatedRun(run, stored_measures(run)) for run in runs]
    if wanted is not None and wanted == deployed:
        raise WinnowError(Problem(f"decide {wanted}", "it is deployed already", "another run", "leave it out"))
    trained = [one for one in evaluated if one.run.facts["method"] != IMPORTED and one.run.id != deployed]
    own = [one for one in trained if one.run.facts["release"]["sha256"] == release]
    pool = [one for one in evaluated if one.run.id == wanted] if wanted else own
    deployed_run = next((one for one in evaluated if one.run.id == deployed), None)
    imports = [one for one in evaluated if one.run.facts["method"] == IMPORTED and one.run.id != wanted]
    if deployed_run or imports:
        baseline, role = deployed_run or imports[-1], "deployed" if deployed_run else "imported"
        return CandidateSelection(baseline, role, _best(pool), len(pool))
    others = [one for one in pool if one.run.facts["method"] != SIMPLEST_METHOD]
    simplest = _best([one for one in own if one.run.facts["method"] == SIMPLEST_METHOD])
    if others and simplest:
        return CandidateSelection(simplest, "simplest run", _best(others), len(others))
    return CandidateSelection(None, "most frequent label", _best(pool), len(pool))


def _best(some: Sequence[EvaluatedRun]) -> EvaluatedRun | None:
    return max(some, key=lambda one: one.rank, default=None)
