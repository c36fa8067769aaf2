"""What a lot certifies: generated records, or the labels that a model proposed for real ones."""

from __future__ import annotations

from enum import StrEnum


class LotKind(StrEnum):
    """What the review of a lot decides about."""

    GENERATED_RECORDS = "generated_records"
    """A machine wrote the records; those of a refused lot are rejected."""
    PROPOSED_LABELS = "proposed_labels"
    """A model labeled real records; those of a refused lot are unlabeled again."""
