"""Underrepresented slices: train has few rows of them, and the model is worse there."""

from __future__ import annotations

from winnow.core.counted import counted
from winnow.core.result import Measured, NotMeasured
from winnow.generators.generation_advice import more_examples
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.evaluation.slices import SliceCounts
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, holm

UNDERREPRESENTED_SHARE = 0.5
"""A slice is underrepresented when train has less than this share of the rows that it should have: of the task's target
for a label, of the slice's share of validation for a wording or an origin."""

MIN_SLICE_ROWS = 5
"""Minimum validation rows inside and outside a slice: with fewer, no result is significant among many slices."""


def underrepresented_slices(measures: EvaluationFacts, context: RunContext) -> Issues:
    """Slices with few train rows and significantly lower accuracy than all other rows (Fisher's exact test, Holm)."""
    kinds = {kind for kind, _ in context.train_rows}  # without similarity to train, which has no rows in train
    every = [*_label_slices(measures), *(one for one in _measured_slices(measures) if one.kind in kinds)]
    tested = [one for one in every if min(one.rows, one.other_rows) >= MIN_SLICE_ROWS]
    if not tested:
        return NotMeasured(f"no slice has {MIN_SLICE_ROWS} validation rows inside and outside")
    issues = []
    for one, p_value in zip(tested, holm([one.p_value for one in tested]), strict=True):
        have = context.train_rows.get((one.kind, one.value), 0)
        expected_rows = _expected_rows(one, context)
        if p_value < SIGNIFICANCE_LEVEL and one.rows_lost > 0 and have < UNDERREPRESENTED_SHARE * expected_rows:
            issues.append(_slice_issue(one, have, expected_rows, p_value, context))
    return issues


def _label_slices(measures: EvaluationFacts) -> list[SliceCounts]:
    """Every label as a slice: its recall, and the accuracy on all other rows."""
    rows, hits = measures.rows, round(measures.accuracy * measures.rows)
    right = {one.label: round(one.recall * one.rows) for one in measures.per_label if isinstance(one.recall, float)}
    return [
        SliceCounts("label", one.label, one.rows, right[one.label], rows - one.rows, hits - right[one.label])
        for one in measures.per_label
        if 0 < one.rows < rows
    ]


def _measured_slices(measures: EvaluationFacts) -> list[SliceCounts]:
    """The slices of the evaluation, without those that contain all rows."""
    found = []
    for one in measures.slices:
        inside, elsewhere = one.accuracy, one.elsewhere
        if isinstance(elsewhere, Measured):
            hits, other_hits = (round(share.value * share.rows) for share in (inside, elsewhere))
            found.append(SliceCounts(one.slice, one.value, inside.rows, hits, elsewhere.rows, other_hits))
    return found


def _expected_rows(one: SliceCounts, context: RunContext) -> float:
    """The number of train rows that a slice should have."""
    return context.per_label if one.kind == "label" else context.train_size * one.rows / (one.rows + one.other_rows)


def _slice_issue(one: SliceCounts, have: int, expected_rows: float, p_value: float, context: RunContext) -> Issue:
    evidence = (
        f"{one.kind} {one.value}: {counted(have, 'train row')}, {expected_rows:,.0f} expected; accuracy "
        f"{one.hits / one.rows:.3f} on {counted(one.rows, 'row')}, {one.other_hits / one.other_rows:.3f} elsewhere "
        f"(p {_format_p_value(p_value)})"
    )
    fix = more_examples(context.kind, one.value) if one.kind == "label" else context.more_data_command
    return Issue(one.rows_lost, evidence, "train has too few rows of this slice", fix)


def _format_p_value(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
