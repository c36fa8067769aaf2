"""A run that answers queries: calibrated, with a threshold, and an optional second stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.core.commands import command
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.core.routing_vocabulary import RoutedBy
from winnow.curation.releases.release import open_release
from winnow.training.evaluation.confidence_facts import FittedParameters
from winnow.training.evaluation.fit_on_validation import load_or_fit, nothing_fitted, stored_parameters
from winnow.training.methods import predict
from winnow.training.predictions import Predictions
from winnow.training.prompted.service_requests import asks_a_service
from winnow.training.routing.answer_rule import AnswerRule, fitted_rule
from winnow.training.routing.routable_run import require_routable
from winnow.training.routing.routed_answer import LabelProbability, RoutedAnswer
from winnow.training.routing.second_stage import SecondStage
from winnow.training.run_release import release_folder
from winnow.training.runs import Run

DEFAULT_TOP = 1
"""Labels of an answer that are stated with their probabilities."""

KEPT_OF_FIRST: Mapping[RoutedBy, tuple[str, ...]] = {
    RoutedBy.MODEL: (),
    RoutedBy.RULES: ("confidence", "run", "top"),
    RoutedBy.FALLBACK: ("label", "route"),
}
"""What stands of the first answer when the second stage answers: a rule has no confidence, and a run that is not
confident either leaves the label to the task."""


@dataclass(frozen=True)
class Router:
    """A run, ready to answer queries."""

    run: Run
    rule: AnswerRule
    second_stage: SecondStage | None = None
    """What is asked about the queries that the run does not answer."""
    not_calibrated: str = ""
    """Why the probabilities are those of the model; empty where they are calibrated."""
    no_threshold: str = ""
    """Why the run answers every query though something else could; empty where a threshold was fitted or given."""

    def answers(
        self, texts: Sequence[str], *, top: int = DEFAULT_TOP, progress: Progress | None = None
    ) -> list[RoutedAnswer]:
        """One answer for each text, with the `top` most likely labels."""
        if not texts:
            return []
        predictions = self.rule.calibrated(predict(self.run, texts, progress=progress))
        answered = self.rule.answered(predictions.confidence)
        found = [self._answer(predictions, row, bool(answered[row]), top) for row in range(len(texts))]
        open_rows = [row for row in range(len(texts)) if not answered[row]]
        if self.second_stage is not None and open_rows:
            second = self.second_stage.answers([texts[row] for row in open_rows], top=top)
            for row, answer in zip(open_rows, second, strict=True):
                found[row] = _final_answer(found[row], answer)
        return found

    def _answer(self, predictions: Predictions, row: int, answered: bool, top: int) -> RoutedAnswer:
        shares = predictions.probabilities[row]
        best = int(shares.argmax())
        label = predictions.classes[best] if answered else self.rule.fallback
        return RoutedAnswer(
            label=label,
            route=self.run.facts.routes.get(label) if label is not None else None,
            confidence=float(shares[best]),
            decided_by=RoutedBy.MODEL if answered else RoutedBy.FALLBACK,
            run=self.run.id,
            top=_top_labels(predictions.classes, shares, top),
        )


def open_router(
    run: Run,
    *,
    threshold: float | None = None,
    second_stage: SecondStage | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> Router:
    """The router of a run: temperature and threshold are those fitted on validation, which is predicted once.

    `threshold` replaces the fitted one. Where nothing was fitted and the release of the run is not here, probabilities
    are those of the model, and the fallback label of the task is not known. The cache holds embeddings of validation;
    those of queries are not kept. Raises WinnowError for a run that labels no texts.
    """
    require_routable(run)
    fitted = _fitted_parameters(run, vectors_cache, progress)
    if isinstance(fitted, NotMeasured):
        return Router(run, AnswerRule(threshold=threshold or 0.0), second_stage, not_calibrated=fitted.why)
    temperature, own = fitted.temperature, fitted.fallback_threshold
    is_missing = threshold is None and (fitted.fallback is not None or second_stage is not None)
    return Router(
        run,
        fitted_rule(fitted, threshold=threshold, has_second_stage=second_stage is not None),
        second_stage,
        not_calibrated=temperature.why if isinstance(temperature, NotMeasured) else "",
        no_threshold=own.why if is_missing and isinstance(own, NotMeasured) else "",
    )


def _fitted_parameters(
    run: Run, vectors_cache: Path | None, progress: Progress | None
) -> FittedParameters | NotMeasured:
    if known := stored_parameters(run):
        return known
    folder = release_folder(run)
    how = f"`{command('evaluate', run.id)}` calibrates them, where the release of the run is"
    if isinstance(folder, NotMeasured):
        return NotMeasured(f"{folder.why}; {how}")
    release = open_release(folder)
    if asks_a_service(run.facts):
        why = "nothing was fitted yet, and answering validation would send requests to a service"
        return nothing_fitted(release, f"{why}; {how}")
    return load_or_fit(run, release, vectors_cache=vectors_cache, progress=progress)


def _final_answer(first: RoutedAnswer, second: RoutedAnswer | None) -> RoutedAnswer:
    """The answer of two stages, of which the second may have none."""
    if second is None:
        return first
    kept = {name: getattr(first, name) for name in KEPT_OF_FIRST[second.decided_by]}
    return second.model_copy(update=kept)


def _top_labels(classes: Sequence[str], shares: NDArray[np.float64], top: int) -> list[LabelProbability]:
    """The most likely labels; on ties, the first."""
    order = np.argsort(-shares, kind="stable")[:top]
    return [LabelProbability(label=classes[i], probability=float(shares[i])) for i in order]
