"""Propose labels for unlabeled traffic: by a run, or from a file; people certify lots of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.ranges import check_range
from winnow.core.working_row import WorkingRow
from winnow.curation.review.lot_pools import NO_PROMPT_VERSION
from winnow.curation.review.proposal_rules import NotProposed, read_proposal_rules
from winnow.curation.review.store_proposals import (
    PredictedLabel,
    ProposedBy,
    StoredProposals,
    prediction_refusal,
    store_proposals,
)
from winnow.operations._context import WorkspaceContext
from winnow.operations.propose_from_file import propose_from_file
from winnow.operations.propose_result import ProposeResult
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.predictions import Predictions
    from winnow.training.runs import Run

MIN_CONFIDENCE = 0.9
"""The lowest confidence of a run's proposals: below it a calibrated run is wrong in more than one record of ten, the
most that an accepted lot may have."""

SMALLEST_CHUNK = 256
"""Records that are labeled together when a number of proposals is wanted."""

NO_ANSWER_LEAD = 2e-6
"""A label that is not more likely than an equal share by this factor is no answer."""


def propose(
    workspace: WorkspaceContext,
    run: str | Path | None,
    *,
    min_confidence: float | None = None,
    count: int | None = None,
    predictions: str | Path | None = None,
    model: str = "",
    progress: Progress | None = None,
) -> ProposeResult:
    """Propose labels by a run, or those of a file; at most `count`, of records in random order.

    Raises WinnowError when neither or both are given, and for a run that has no model.
    """
    check_range("count", count, low=1)
    check_range("min_confidence", min_confidence, low=0, high=1)
    if (run is None) == (predictions is None):
        fix = f"`{command('propose', 'RUN')}` or `{command('propose', predictions='FILE', model='NAME')}`"
        raise WinnowError(Problem("propose", "neither or both", "a run or a file of predictions", fix))
    if predictions is not None:
        return propose_from_file(workspace, Path(predictions), model=model, min_confidence=min_confidence, count=count)
    assert run is not None
    if model:
        raise WinnowError(Problem(Parameter("model"), model, "only with predictions", "leave it out"))
    lowest = MIN_CONFIDENCE if min_confidence is None else min_confidence
    return _propose_by_run(workspace, _usable_run(workspace, run), lowest, count, progress)


def _usable_run(workspace: WorkspaceContext, run: str | Path) -> Run:
    """The run. Raises WinnowError for one that cannot label what the task asks for."""
    from winnow.training.run_facts import IMPORTED

    opened, from_file = workspace.run(run), command("propose", predictions="FILE", model="NAME")
    if opened.facts.method == IMPORTED:
        found = "its predictions were imported: there is no model to run"
        fix = f"have the system label the unlabeled records, then `{from_file}`"
        raise WinnowError(Problem(f"run {opened.id}", found, "a run trained by Winnow", fix))
    if kind_of(workspace.task).holds_dialogues:
        found = "it says what it would answer, and a label says what the answer in the dialogue does"
        raise WinnowError(Problem(f"run {opened.id}", found, "a file of predictions", f"`{from_file}`"))
    return opened


def _propose_by_run(
    workspace: WorkspaceContext, run: Run, lowest: float, count: int | None, progress: Progress | None
) -> ProposeResult:
    task = workspace.task
    by = ProposedBy(run.id, _prompt_version(run))
    with workspace.store.reading() as connection:
        rules = read_proposal_rules(connection, task, model=run.id)
    left_out = Counter(
        reason
        for record, row in rules.rows.items()
        if row.assigned_split == "train"
        and row.state in ("unlabeled", "proposed")
        and (reason := rules.refusal(record))
    )
    found: list[PredictedLabel] = []
    for one in _predicted(workspace, task, run, rules.open_records(), count, progress):
        reason = (
            NotProposed.NO_LABEL if not one.label else rules.label_refusal(one.record_id, one.label)
        ) or prediction_refusal(one, min_confidence=lowest)
        if reason:
            left_out[reason] += 1
            continue
        found.append(one)
        if len(found) == count:
            break
    stored = store_proposals(workspace.store, task, found, by, min_confidence=lowest)
    return _result(run.id, stored, left_out + Counter(stored.refused.values()))


def _result(model: str, stored: StoredProposals, left_out: Counter[NotProposed]) -> ProposeResult:
    reasons = {str(reason): number for reason, number in left_out.most_common()}
    return ProposeResult(model, stored.count, stored.by_band, reasons)


def _predicted(
    workspace: WorkspaceContext,
    task: Task,
    run: Run,
    rows: Sequence[WorkingRow],
    count: int | None,
    progress: Progress | None,
) -> Iterator[PredictedLabel]:
    """The run's labels under their current names; with a wanted number, only as many chunks as are asked for."""
    from winnow.training.methods import predict

    name_now = workspace.label_lookup()
    size = len(rows) if count is None else max(count, SMALLEST_CHUNK)
    for start in range(0, len(rows), size or 1):
        chunk = rows[start : start + size]
        output = predict(run, [row.text for row in chunk], vectors_cache=workspace.vectors_cache, progress=progress)
        for row, label, confidence in zip(chunk, output.labels, output.confidence.tolist(), strict=True):
            yield PredictedLabel(
                row.id, name_now(label) if _is_answer(output, confidence) else "", round(confidence, 6)
            )


def _is_answer(output: Predictions, confidence: float) -> bool:
    """Whether a label is more likely than any other: a language model whose answer cannot be read gives none."""
    return confidence > (1 + NO_ANSWER_LEAD) / len(output.classes)


def _prompt_version(run: Run) -> str:
    """The version of a prompted run's prompt; `-` for other methods."""
    return str(getattr(run.facts, "prompts", NO_PROMPT_VERSION))
