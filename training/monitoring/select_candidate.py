"""Select the baseline (what is in production today) and the candidate (the run that could replace it)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.result import NotMeasured
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.monitoring.stored_evidence import LABEL_EVIDENCE, StoredEvidence
from winnow.training.run_facts import IMPORTED
from winnow.training.runs import Run

DEPLOYED, IMPORTED_RUN, SIMPLEST_RUN = "deployed", "imported", "simplest run"
"""The roles of a baseline."""

NO_BASELINE = "no baseline"
"""The role of nothing. The most frequent label is no baseline: among 64 labels, any model beats it."""


FINE_TUNED = (TrainingMethod.ENCODER, TrainingMethod.ADAPTER)
"""Methods that change the weights of a pretrained model."""


@dataclass(frozen=True)
class EvaluatedRun:
    """A run and its stored evaluation on validation."""

    run: Run
    measures: EvaluationFacts | ToolEvaluationFacts | NotMeasured

    @property
    def accuracy(self) -> float | NotMeasured:
        """Accuracy on the validation split of its own release."""
        value = self.measures
        if isinstance(value, NotMeasured):
            return value
        return value.accuracy.value if isinstance(value, ToolEvaluationFacts) else value.accuracy

    @property
    def rows(self) -> int:
        """On how many validation rows, or answers, the accuracy is."""
        value = self.measures
        if isinstance(value, NotMeasured):
            return 0
        return value.accuracy.rows if isinstance(value, ToolEvaluationFacts) else value.rows

    @property
    def rank(self) -> tuple[float, str]:
        """Sort key: unevaluated runs first, then by accuracy, then by age."""
        value = self.accuracy
        return (-1.0 if isinstance(value, NotMeasured) else value, self.run.facts.trained_at)


@dataclass(frozen=True)
class CandidateSelection:
    """The baseline and the candidate."""

    baseline: EvaluatedRun | None
    """None when there is nothing to compare with."""
    role: str
    """The role of the baseline, one of the roles above."""
    candidate: EvaluatedRun | None
    considered: tuple[EvaluatedRun, ...]
    """The runs that the candidate was selected from; the more, the more optimistic its accuracy."""
    unevaluated: tuple[str, ...] = ()
    """Ids of the runs among them that were not evaluated yet, oldest first."""

    @property
    def untuned(self) -> EvaluatedRun | None:
        """The more accurate of the two that are not fine-tuned: the prompted, linear or imported baseline."""
        both = [one for one in (self.baseline, self.candidate) if one and one.run.facts.method not in FINE_TUNED]
        return _best(both)


def select_candidate(
    runs: Sequence[Run],
    *,
    deployed: str | None,
    release: str | None,
    wanted: str | None,
    evidence: StoredEvidence = LABEL_EVIDENCE,
) -> CandidateSelection:
    """Select among runs, given oldest first. Pure except for reading their evaluations.

    The baseline is the deployed run, else the newest import, else the best run of the simplest method if there are runs
    of other methods, else there is none. The candidate is the `wanted` run, else the run trained on `release` (a
    SHA-256) with the highest validation accuracy.

    Raises WinnowError when the wanted run is unknown or already deployed.
    """
    if wanted is not None and wanted not in {run.id for run in runs}:
        known = ", ".join(run.id for run in runs) or "a run; there is none yet"
        raise WinnowError(Problem(wanted, "not a run of this workspace", known, f"{command('runs')} lists them"))
    evaluated = [EvaluatedRun(run, evidence.measures(run)) for run in runs]
    if wanted is not None and wanted == deployed:
        raise WinnowError(Problem(wanted, "the run is already deployed", "another run", "leave it out"))
    trained = [one for one in evaluated if one.run.facts.method != IMPORTED and one.run.id != deployed]
    own = [one for one in trained if one.run.facts.release.sha256 == release]
    pool = [one for one in evaluated if one.run.id == wanted] if wanted else own
    deployed_run = next((one for one in evaluated if one.run.id == deployed), None)
    imports = [one for one in evaluated if one.run.facts.method == IMPORTED and one.run.id != wanted]
    if deployed_run or imports:
        baseline, role = deployed_run or imports[-1], DEPLOYED if deployed_run else IMPORTED_RUN
        return CandidateSelection(baseline, role, _best(pool), tuple(pool), _unevaluated(pool))
    others = [one for one in pool if one.run.facts.method != evidence.simplest_method]
    simplest = _best([one for one in own if one.run.facts.method == evidence.simplest_method])
    if others and simplest:
        return CandidateSelection(simplest, SIMPLEST_RUN, _best(others), tuple(others), _unevaluated(pool))
    return CandidateSelection(None, NO_BASELINE, _best(pool), tuple(pool), _unevaluated(pool))


def _best(some: Sequence[EvaluatedRun]) -> EvaluatedRun | None:
    return max(some, key=lambda one: one.rank, default=None)


def _unevaluated(some: Sequence[EvaluatedRun]) -> tuple[str, ...]:
    return tuple(one.run.id for one in some if isinstance(one.measures, NotMeasured))
