"""Queue `relabel`: labels from files that near duplicates or an out-of-fold model contradict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.curation.labeling.queues.definition import QueueCandidate, WorkingRows, candidate_from_row

if TYPE_CHECKING:
    import pandas as pd

    from winnow.curation.annotations.label_errors import SuspectedLabelError


NEIGHBORS_SHOWN = 3
"""Nearest records of other labels that are shown."""


BLIND_MODEL = "a model that did not see this query"


def label_error_candidates(
    rows: WorkingRows, label_errors: Sequence[SuspectedLabelError], *, wording: str = BLIND_MODEL
) -> list[QueueCandidate]:
    """Suspects whose label is from a file, in their order, with the nearest records of both labels.

    `rows` are those that the suspects' positions count; `told` says who doubts.
    """
    found = []
    for one in label_errors:
        row = rows[one.position]
        if one.score <= 0 or row["decided_by"] != "file":
            continue
        nearest = [*one.near_given[:NEIGHBORS_SHOWN], *one.near_proposed[:NEIGHBORS_SHOWN]]
        quoted = [
            (rows[i]["id"], f"{rows[i]['label']}: {rows[i]['text']} (similarity {cosine:.2f})") for i, cosine in nearest
        ]
        head = (
            f"Labeled {one.given} by a file; {wording} would say {one.proposed} "
            f"(probability {one.proposed_probability:.2f}, {one.given}: {one.given_probability:.2f}). Nearest of both:"
        )
        found.append(
            candidate_from_row(row, context="\n".join([head, *(line for _, line in quoted)]), quoted_ids=quoted)
        )
    return found


def conflict_candidates(rows: WorkingRows, conflicts: pd.DataFrame) -> list[QueueCandidate]:
    """Records that stand near others under another label, the nearest pairs first, with what stands near them.

    `conflicts` has one row a pair, the most similar first: ids `left` and `right`, and `similarity`.
    """
    by_id = {row["id"]: row for row in rows}
    near: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for left, right, similarity in conflicts[["left", "right", "similarity"]].itertuples(index=False):
        for one, other in ((left, right), (right, left)):
            nearest = by_id[other]
            near[one].append((other, f"{nearest['label']}: {nearest['text']} (similarity {similarity:.2f})"))
    return [
        candidate_from_row(
            by_id[record],
            context=_conflict_context(str(by_id[record]["label"]), found[:NEIGHBORS_SHOWN]),
            quoted_ids=found[:NEIGHBORS_SHOWN],
        )
        for record, found in near.items()
        if by_id[record]["decided_by"] == "file"
    ]


def _conflict_context(label: str, found: Sequence[tuple[str, str]]) -> str:
    wording = [line for _, line in found]
    return "\n".join([f"Labeled {label} by a file. Nearly the same, under other labels:", *wording])


def without_repeats(first: Sequence[QueueCandidate], then: Sequence[QueueCandidate]) -> list[QueueCandidate]:
    """Both, without those that come again."""
    known = {one.record_id for one in first}
    return [*first, *(one for one in then if one.record_id not in known)]
