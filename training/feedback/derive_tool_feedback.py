"""Derive feedback from a run that calls tools: failing cells, suspected errors of train, actions, and the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.feedback_vocabulary import CellKind
from winnow.core.quota_names import PAIR_SEPARATOR
from winnow.curation.annotations.agreement import LabelPair
from winnow.curation.annotations.confused_pairs import ConfusedPairs, PairLabelErrors, label_errors_between
from winnow.curation.annotations.feedback_facts import FEEDBACK_FORMAT, FeedbackAction, FeedbackPair
from winnow.curation.annotations.tool_feedback_facts import FeedbackCell, ToolFeedbackFacts
from winnow.curation.engine.vectors import Vectors
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.feedback.actions import RELABEL_PRECISION, expected_share_of_fixes, split_annotations
from winnow.training.feedback.cell_plan import cell_plan, planned_count
from winnow.training.feedback.failing_cells import CountedCell, cells_that_fail, failing_cells
from winnow.training.feedback.guideline_warnings import guideline_warnings
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import LabeledContent
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.argument_gaps import possible_gaps

if TYPE_CHECKING:
    import pandas as pd

ESTIMATED_BY = "answers on validation; train is not answered"


class FeedbackSubject(NamedTuple):
    """What feedback is about, and where it goes."""

    run: str
    """Id of the run."""
    release: str
    """Name of its release."""
    annotations: int
    """Number of annotations that the actions share."""
    plan_name: str
    """Path of the plan in recommended commands."""


@dataclass(frozen=True)
class ToolFeedback:
    """What the errors of a run that calls tools say about its data."""

    stated: ToolFeedbackFacts
    """Names, counts and train ids, without texts."""
    plan: dict[str, Any]
    """The generation plan."""

    @property
    def actions(self) -> list[FeedbackAction]:
        """What to do, in this order."""
        return self.stated.actions

    def facts(self) -> ToolFeedbackFacts:
        """What is written to the folder of the run."""
        return self.stated


def derive_tool_feedback(
    train: pd.DataFrame,
    vectors: Vectors,
    results: Sequence[AnswerResult],
    *,
    task: Task,
    about: FeedbackSubject,
    people: Sequence[LabelPair],
) -> ToolFeedback:
    """Derive feedback from train rows, their (n, d) vectors, and the judged answers on validation.

    Of validation only counts are used. `people` are label pairs that annotators confuse.
    """
    counted, run = failing_cells(results), about.run
    cells = _with_train_rows(counted, train, task)
    pairs = [_feedback_pair(one) for one in cells if one.kind == CellKind.PAIR]
    labels, groups = ([str(v) for v in train[name]] for name in ("label", "group"))
    confused = ConfusedPairs(run, {pair.labels: pair.expected_errors for pair in pairs})
    between = label_errors_between(vectors, labels, groups, confused) if pairs else PairLabelErrors([], 0)
    contradicted = _contradicted_records(train, cells, task)
    ranked = [str(train["id"].iloc[one.position]) for one in between.ranked]
    suspected = list(dict.fromkeys([*contradicted, *ranked]))
    warnings = guideline_warnings(pairs, people)
    wrong = len({*contradicted, *ranked[: between.wrong]})
    stated = ToolFeedbackFacts(
        format=FEEDBACK_FORMAT,
        run=run,
        release=about.release,
        estimated_by=ESTIMATED_BY,
        errors=len({one.id for one in results if not one.is_right}),
        pairs=pairs,
        underrepresented=[],
        suspected_errors=suspected,
        wrong=wrong,
        actions=_actions(cells, _failing_dialogues(results, counted), wrong, len(suspected), about),
        guidelines=warnings,
        cells=cells,
    )
    return ToolFeedback(stated, cell_plan(run, cells) | {"guidelines": warnings})


def _with_train_rows(counted: Iterable[CountedCell], train: pd.DataFrame, task: Task) -> list[FeedbackCell]:
    tools = offered_by_task(task)
    known = {tool.name for tool in tools} | {gap.key for gap in possible_gaps(tools)}
    parts = [set(kind_of(task).target_parts(str(label))) for label in train["label"]]
    return [
        FeedbackCell(
            kind=one.cell.kind,
            name=one.cell.name,
            failing=one.failing,
            dialogues=one.dialogues,
            train_rows=sum(not own.isdisjoint(_targets_of(one.cell.kind, one.cell.name)) for own in parts),
            planned=planned_count(one, known),
        )
        for one in counted
    ]


def _targets_of(kind: CellKind, name: str) -> set[str]:
    """The tools or the behavior that a cell is about."""
    separators = {CellKind.PAIR: PAIR_SEPARATOR, CellKind.ARGUMENT: "."}
    if kind not in separators:
        return {name}
    named = name.split(separators[kind])
    return set(named if kind == CellKind.PAIR else named[:1])


def _feedback_pair(cell: FeedbackCell) -> FeedbackPair:
    first, second = cell.name.split(PAIR_SEPARATOR)
    return FeedbackPair(
        labels=(first, second),
        validation_errors=cell.failing,
        train_errors=0,
        validation_rows=cell.dialogues,
        train_rows=cell.train_rows,
        expected_errors=cell.failing,
    )


def _contradicted_records(train: pd.DataFrame, cells: Sequence[FeedbackCell], task: Task) -> list[str]:
    """Train records of failing cells that a rule finds strong evidence against, most evidence first."""
    kind, targets = kind_of(task), {target for one in cells for target in _targets_of(one.kind, one.name)}
    columns = [train[name] for name in ("id", "label", *kind.content_columns)]
    records = [
        LabeledContent(
            str(record), kind.content_of(dict(zip(kind.content_columns, map(str, values), strict=True))), label
        )
        for record, label, *values in zip(*columns, strict=True)
    ]
    evidence = kind.label_evidence(records, task)
    strong = {
        record.id: sum(one.strong for one in own)
        for record, own in zip(records, evidence, strict=True)
        if not targets.isdisjoint(kind.target_parts(record.target))
    }
    return sorted((record for record in strong if strong[record]), key=lambda record: (-strong[record], record))


def _failing_dialogues(results: Sequence[AnswerResult], counted: Sequence[CountedCell]) -> int:
    """Dialogues that fail in any of the cells."""
    cells = {one.cell for one in counted}
    return len({one.id for one in results if not cells.isdisjoint(cells_that_fail(one))})


def _actions(
    cells: Sequence[FeedbackCell], failing: int, wrong: int, suspected: int, about: FeedbackSubject
) -> list[FeedbackAction]:
    """The plan first: it needs no annotator until its dialogues are reviewed."""
    if not failing:
        return []
    rows, planned = sum(one.train_rows for one in cells), sum(one.planned for one in cells)
    relabel = split_annotations(about.annotations, wrong, suspected).relabel

    def action(name: str, fix: str, records: int, added: float) -> FeedbackAction:
        fixes = failing * expected_share_of_fixes(rows, added)
        return FeedbackAction(name=name, command=fix, records=records, rows=added, expected_fixes=fixes)

    actions = [
        action("plan", command("generate", plan=about.plan_name), planned, planned),
        action("relabel", command("push relabel", count=relabel), relabel, 2 * RELABEL_PRECISION * relabel),
    ]
    return [one for one in actions if one.records]
