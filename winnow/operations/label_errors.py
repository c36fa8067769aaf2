"""Find records whose label or calls are probably wrong, with the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.label_error_evidence import LabelEvidence
from winnow.core.record import Record
from winnow.core.vocabulary import Split, State
from winnow.curation.annotations.suspected_labels import (
    SuspectedLabel,
    counts_by_kind,
    out_of_fold_evidence,
    ranked,
    suspected_label,
)
from winnow.operations._context import WorkspaceContext
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind, LabeledContent

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.core.progress import Progress
    from winnow.core.working_row import WorkingRow
    from winnow.curation.annotations.label_errors import LabelErrorRanking


class LabelErrors(Record):
    """What `winnow label-errors` found."""

    records: int
    """Labeled records that rules examined."""
    scored: int
    """Records of train that a model judged."""
    by_kind: Mapping[str, int]
    """Suspected records by kind of evidence."""
    unscored_labels: Mapping[str, int]
    """Labels with too few groups for a model to judge their records, and how many groups each has."""
    suspected: tuple[SuspectedLabel, ...]
    """Suspected records, the most suspicious first."""


def label_errors(
    workspace: WorkspaceContext, *, output: str | Path | None = None, progress: Progress | None = None
) -> LabelErrors:
    """Rank labeled records by the evidence against them; `output` is a CSV or JSONL file for all of them.

    Rules look at every split, a model only at train.
    """
    from winnow.curation.store.working_view import working_rows
    from winnow.reports.label_error_table import check_table_name, write_label_errors

    if output is not None:
        check_table_name(Path(output))
    task = workspace.task
    kind = kind_of(task)
    with workspace.store.reading() as connection:
        every = working_rows(connection)
    rows = [row for row in every if row.state == State.LABELED]
    judged, by_model = _opinions(workspace, task, every, progress)
    scores = {judged[one.position].id: one.score for one in by_model.ranked}
    evidence = _evidence(rows, judged, by_model, kind, task)
    found = (suspected_label(row, evidence[row.id], scores.get(row.id), kind.readable(row.content)) for row in rows)
    suspected = ranked(one for one in found if one)
    if output is not None:
        write_label_errors(suspected, Path(output))
    return LabelErrors(
        records=len(rows),
        scored=len(by_model.ranked),
        by_kind=counts_by_kind(suspected),
        unscored_labels=by_model.unscored_labels,
        suspected=tuple(suspected),
    )


def _evidence(
    rows: Sequence[WorkingRow], judged: Sequence[WorkingRow], by_model: LabelErrorRanking, kind: Kind, task: Task
) -> dict[str, list[LabelEvidence]]:
    """Everything against each record, by id. Rules compare records of one split only: no other split's answers leak."""
    evidence: dict[str, list[LabelEvidence]] = {}
    for split in Split:
        members = [row for row in rows if row.assigned_split == split]
        contents = [LabeledContent(row.id, row.content, row.label) for row in members]
        found = kind.label_evidence(contents, task)
        evidence |= {row.id: list(pieces) for row, pieces in zip(members, found, strict=True)}
    for error in by_model.ranked:
        row = judged[error.position]
        if error.score > 0 and kind.could_be(row.content, error.proposed):
            evidence[row.id].append(out_of_fold_evidence(error))
    return evidence


def _opinions(
    workspace: WorkspaceContext, task: Task, rows: Sequence[WorkingRow], progress: Progress | None
) -> tuple[Sequence[WorkingRow], LabelErrorRanking]:
    """The train records that a model judges, from what it may see of them, and its ranking of them."""
    from winnow.curation.labeling.suggestions import QueueModel

    kind = kind_of(task)
    model = QueueModel(
        rows=[_as_request(row, kind) for row in rows],
        queued=frozenset(),
        labels=_labels(rows, kind, task),
        near=task.gates.duplicates.cosine,
        embedder=workspace.embedder(task),
        vectors_cache=workspace.folder.vectors,
        progress=progress,
    )
    return model.train_rows, model.label_errors


def _as_request(row: WorkingRow, kind: Kind) -> WorkingRow:
    return row if kind.request_text is None else replace(row, text=kind.request_text(row.content))


def _labels(rows: Sequence[WorkingRow], kind: Kind, task: Task) -> list[str]:
    """The targets of the task and the combinations of them that records have; combinations count whole."""
    listed = kind.targets(task)
    used = sorted({row.label for row in rows if row.state == State.LABELED} - set(listed))
    return [*listed, *(label for label in used if kind.is_other_target(label, task))]
