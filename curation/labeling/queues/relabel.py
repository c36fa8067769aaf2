"""Queue `relabel`: labels from files and accepted lots that near duplicates or an out-of-fold model contradict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.core.vocabulary import DecidedBy, Origin
from winnow.core.working_row import WorkingRow
from winnow.curation.labeling.label_options import LEAVE_OUT_DIALOGUE, LEAVE_OUT_QUERY, REJECT_OPTION
from winnow.curation.labeling.queues.candidate import (
    QueueCandidate,
    WorkingRows,
    candidate_from_row,
    without_repeats,
)
from winnow.curation.labeling.queues.definition import QueueDefinition, QueueInputs, take_in_order
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Noun

if TYPE_CHECKING:
    import pandas as pd

    from winnow.curation.annotations.label_errors import SuspectedLabelError


NEIGHBORS_SHOWN = 3
"""Nearest records of other labels that are shown."""

BLIND_MODEL = "a model that did not see this {noun}"

PAIR_MODEL = BLIND_MODEL + ", choosing between two labels that the last run confuses,"


def label_error_candidates(
    rows: WorkingRows,
    label_errors: Sequence[SuspectedLabelError],
    *,
    noun: Noun = INTENTS.noun,
    doubted_by: str = BLIND_MODEL,
) -> list[QueueCandidate]:
    """Suspected errors in labels that nobody has read, in their order, with the nearest records of both labels.

    The errors' positions count `rows`. `noun` is what a record is called.
    """
    found = []
    for one in label_errors:
        row = rows[one.position]
        decider = _decider_to_doubt(row)
        if not decider:
            continue
        nearest = [*one.near_given[:NEIGHBORS_SHOWN], *one.near_proposed[:NEIGHBORS_SHOWN]]
        head = (
            f"Labeled {one.given} by {decider}; {doubted_by.format(noun=noun.one)} would choose {one.proposed} "
            f"(probability {one.proposed_probability:.2f}, {one.given}: {one.given_probability:.2f}). "
            f"Nearest {noun.many} of both labels:"
        )
        lines = [_quote(rows[i], cosine) for i, cosine in nearest]
        context = "\n".join([head, *lines])
        found.append(candidate_from_row(row, context=context, quoted_ids=[rows[i].id for i, _ in nearest]))
    return found


def conflict_candidates(rows: WorkingRows, conflicts: pd.DataFrame) -> list[QueueCandidate]:
    """Records with a near duplicate under another label, most similar pairs first, with these near duplicates.

    `conflicts` has one row a pair, the most similar first: ids `left` and `right`, and `similarity`.
    """
    by_id = {row.id: row for row in rows}
    near: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for left, right, similarity in conflicts[["left", "right", "similarity"]].itertuples(index=False):
        near[left].append((right, similarity))
        near[right].append((left, similarity))
    found = []
    for record, neighbors in near.items():
        row, shown = by_id[record], neighbors[:NEIGHBORS_SHOWN]
        decider = _decider_to_doubt(row)
        if not decider:
            continue
        head = f"Labeled {row.label} by {decider}. Near duplicates with other labels:"
        context = "\n".join([head, *(_quote(by_id[other], similarity) for other, similarity in shown)])
        found.append(candidate_from_row(row, context=context, quoted_ids=[other for other, _ in shown]))
    return found


def _decider_to_doubt(row: WorkingRow) -> str:
    """Who decided a label that nobody has read, in the words of the evidence; empty where people or a generator did."""
    if row.decided_by == DecidedBy.FILE:
        return "a file"
    machine_labeled = row.decided_by == DecidedBy.LOT and row.origin != Origin.SYNTHETIC
    return "an accepted lot" if machine_labeled else ""


def _quote(row: WorkingRow, similarity: float) -> str:
    return f"{row.label}: {row.text} (similarity {similarity:.2f})"


def _find(inputs: QueueInputs) -> list[QueueCandidate]:
    """Confused pairs of the last feedback, then conflicts, then other label errors."""
    model, noun = inputs.model, kind_of(inputs.task).noun
    confused = label_error_candidates(model.train_rows, model.confused_pair_errors, noun=noun, doubted_by=PAIR_MODEL)
    conflicts = conflict_candidates(inputs.rows, inputs.conflicts) if inputs.conflicts is not None else []
    errors = label_error_candidates(model.train_rows, model.label_errors.suspected, noun=noun)
    return without_repeats(confused, without_repeats(conflicts, errors))


RELABEL = QueueDefinition(
    name="relabel",
    purpose=(
        "The label of each of these queries may be wrong. The evidence is shown below the query: decide again, from "
        "the query alone, what the person wants."
    ),
    dialogue_purpose=(
        "The answer of each of these dialogues may be wrong. The evidence is shown below the dialogue: decide again, "
        "from the dialogue alone, which behavior is right. If the answer that is shown is wrong, say what is wrong "
        "and, if you can, write the corrected answer."
    ),
    asks_correction=True,
    find_candidates=_find,
    choose=take_in_order,
    special_options=(*QueueDefinition.special_options, REJECT_OPTION),
    context_title="Evidence",
    notes=(LEAVE_OUT_QUERY,),
    dialogue_notes=(LEAVE_OUT_DIALOGUE,),
    uses_conflicts=True,
    uses_feedback=True,
    unscored_labels=lambda inputs: inputs.model.label_errors.unscored_labels,
)
