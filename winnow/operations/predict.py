"""Label texts, or the rows of a file, with a run: calibrated, with a threshold, and with an optional second stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.commands import command
from winnow.core.errors import WinnowError
from winnow.core.parts import parts_of
from winnow.core.ranges import range_problem
from winnow.curation.io.readers.source_rows import SourceRow
from winnow.operations._context import Context
from winnow.operations.given_texts import table_of_texts, texts_of
from winnow.validators.text import Drop, text_problem

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.progress import Progress
    from winnow.training.routing.routed_answer import RoutedAnswer
    from winnow.training.routing.router import Router
    from winnow.training.runs import Run

DECIMALS = 6
"""Digits of probabilities."""

TEXTS_AT_A_TIME = 16_384
"""Texts that are answered together: however many there are, memory holds the vectors and probabilities of so many."""

ALWAYS = ("label", "route", "confidence", "decided_by")
"""What every answer states."""


@dataclass(frozen=True)
class PredictOptions:
    """How queries are answered, beyond what was fitted."""

    top: int | None = None
    """Number of most likely labels to state; None: none."""
    threshold: float | None = None
    """The confidence below which the run does not answer, in place of the fitted one; 0: it always answers."""
    fallback: str | Path | None = None
    """What is asked then: a file of rules, or another run; None: nothing."""

    @property
    def columns(self) -> list[str]:
        """What an answer states, in this order."""
        return [
            *ALWAYS,
            *(["run"] if self.fallback is not None else []),
            *(["top"] if self.top is not None else []),
        ]


NO_OPTIONS = PredictOptions()


def predict(
    context: Context,
    id_or_path: str | Path,
    texts: Sequence[str] | pd.Series | pd.DataFrame,
    *,
    options: PredictOptions = NO_OPTIONS,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Label texts: their index and columns, then those of `options`; `reason` where a text cannot be read."""
    table = table_of_texts(texts, added={*options.columns, "reason"})
    router = open_router_of(context, context.run(id_or_path), options)
    answers: list[RoutedAnswer | Drop] = []
    for part in parts_of(texts_of(table), TEXTS_AT_A_TIME):
        answers += answer_texts(router, part.items, options, progress=part.counted(progress))
    fields = [answer_fields(one, options) for one in answers]
    names = [*options.columns, *(["reason"] if any("reason" in one for one in fields) else [])]
    added: dict[str, Any] = {name: [one.get(name) for one in fields] for name in names}
    return table.assign(**added).astype({"confidence": float})


def predict_rows(
    router: Router, rows: Sequence[SourceRow], options: PredictOptions, *, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """One answer for each of some rows of a file, in their order, so that they can be joined.

    `row`, `text` and the columns of `options`; where a text cannot be read, `label` is None and `reason` says why.
    """
    texts = [row.content.get("text") for row in rows]
    readable = [row.problem or text for row, text in zip(rows, texts, strict=True)]
    answers = answer_texts(router, readable, options, progress=progress)
    return [
        {"row": row.number, "text": text, **answer_fields(answer, options)}
        for row, text, answer in zip(rows, texts, answers, strict=True)
    ]


def open_router_of(context: Context, run: Run, options: PredictOptions, *, progress: Progress | None = None) -> Router:
    """The router of a run with these options.

    Raises WinnowError for a run that labels no texts, for numbers out of range, and for a second stage that cannot be
    used.
    """
    from winnow.training.routing.open_second_stage import open_second_stage
    from winnow.training.routing.routable_run import require_routable
    from winnow.training.routing.router import open_router

    require_routable(run)
    ranges = (range_problem("top", options.top, low=1), range_problem("threshold", options.threshold, low=0, high=1))
    if problems := [one for one in ranges if one]:
        raise WinnowError(problems)
    fit: dict[str, Any] = {"vectors_cache": context.vectors_cache, "progress": progress}
    stage = None
    if options.fallback is not None:
        stage = open_second_stage(options.fallback, run, find_run=context.run, **fit)
    return open_router(run, threshold=options.threshold, second_stage=stage, **fit)


def answer_texts(
    router: Router, texts: Sequence[object], options: PredictOptions, *, progress: Progress | None = None
) -> list[RoutedAnswer | Drop]:
    """The answer to each text, or why it cannot be read."""
    problems = [one if isinstance(one, Drop) else text_problem(one) for one in texts]
    readable = [str(text) for text, problem in zip(texts, problems, strict=True) if problem is None]
    answers = iter(router.answers(readable, top=options.top or 1, progress=progress))
    return [next(answers) if problem is None else problem for problem in problems]


def answer_fields(answer: RoutedAnswer | Drop, options: PredictOptions) -> dict[str, Any]:
    """An answer as JSON: the columns of `options`, or `label` None and the `reason`."""
    if isinstance(answer, Drop):
        return {"label": None, "reason": str(answer.reason)}
    fields = answer.model_dump(mode="json")
    fields["confidence"] = round(answer.confidence, DECIMALS)
    fields["top"] = [{"label": one.label, "probability": round(one.probability, DECIMALS)} for one in answer.top]
    return {name: fields[name] for name in options.columns}


def rule_facts(router: Router) -> dict[str, Any]:
    """What the probabilities go through, as JSON."""
    rule = router.rule
    calibrated = {} if not router.not_calibrated else {"not_calibrated": router.not_calibrated}
    return {"temperature": rule.temperature, "threshold": rule.threshold, "fallback": rule.fallback, **calibrated}


def notes_about(router: Router) -> list[str]:
    """What limits the answers of both stages, and a second stage that is never asked."""
    from winnow.training.routing.run_stage import RunStage

    stage = router.second_stage
    notes = [*_notes_about_run(router), *(_notes_about_run(stage.router) if isinstance(stage, RunStage) else ())]
    if stage is not None and router.rule.threshold <= 0:
        how = command("predict", router.run.id, "FILE", threshold="NUMBER", fallback="FILE")
        notes.append(f"the second stage is never asked, because the threshold is 0; `{how}` sets another one")
    return notes


def _notes_about_run(router: Router) -> Iterator[str]:
    """Probabilities that are not calibrated, else a threshold that could not be fitted."""
    if router.not_calibrated:
        yield f"probabilities of {router.run.id} are not calibrated: {router.not_calibrated}"
    elif router.no_threshold:
        yield f"{router.run.id} answers every query: {router.no_threshold}"
