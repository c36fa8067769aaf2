"""Queue `review`: the sample of every lot, then suspected errors outside the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.config.task import Task
from winnow.core.hashing import keyed_fraction
from winnow.curation.labeling.queues.definition import DatasetKind, QueueCandidate
from winnow.curation.review.lots import Lot


def review_candidates(
    current_lots: Sequence[Lot],
    rows: Sequence[Mapping[str, Any]],
    error_evidence: Mapping[str, tuple[str, tuple[str, ...]]],
    task: Task,
    *,
    refused_lots_pushed: str,
) -> list[QueueCandidate]:
    """The records that lots need judged next, in their random order; then suspects, which no look counts.

    `suspects` tells why and which records that quotes. Lots that were refused by `rescued_at` are read whole.
    """
    known = {row["id"]: row for row in rows}
    meanings = {label.name: label.description for label in task.labels}
    found: dict[str, QueueCandidate] = {}
    for lot in current_lots:
        sampled = dict.fromkeys(
            record
            for record in lot.records_to_review(include_refused=lot.verdict_at <= refused_lots_pushed)
            if record in known
        )
        for record in (*sampled, *(record for record in lot.outside_sample() if record in error_evidence)):
            if record in found or record not in known:
                continue
            row, label = known[record], lot.proposed[record]
            context = f"{label}: {meanings.get(label, '')}".rstrip(": ")
            kind: DatasetKind = "open"
            reason, quoted_ids = error_evidence.get(record, ("", ())) if record not in sampled else ("", ())
            if reason:
                kind, context = "suspected", f"{context}\n{reason}"
            elif not label or keyed_fraction(task.splits.key, "blind", record) < task.review.blind_share:
                kind = "blind"
            found[record] = QueueCandidate(
                record, row["text"], int(row["weight"]), "train", label or None, context, kind, quoted_ids
            )
    return list(found.values())
