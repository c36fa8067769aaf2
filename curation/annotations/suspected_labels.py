"""All evidence against labeled records, rules and model together, ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from winnow.core.label_error_evidence import EvidenceKind, LabelEvidence
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.vocabulary import Split
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.label_errors import SuspectedLabelError


class SuspectedLabel(Record):
    """One record whose label or calls are probably wrong, with everything that speaks against it."""

    id: str
    """Record id."""
    split: Split
    """The assigned split. Hold-out records are judged by rules only, never by a model."""
    label: str
    """The label that it has."""
    proposed: str = ""
    """The label that the first piece of evidence with one speaks for; empty if none speaks for another label."""
    kinds: tuple[EvidenceKind, ...]
    """The kinds of evidence, in the order of the vocabulary."""
    strong_kinds: tuple[EvidenceKind, ...]
    """Those of them with strong evidence."""
    score: Annotated[float | None, ABSENT_IF_NONE] = None
    """Natural logarithm of the odds of the most credible other label against the given one; absent where no model
    judged the record."""
    evidence: tuple[LabelEvidence, ...] = Field(min_length=1)
    """Every piece of evidence: strong ones first, then by kind."""
    text: str
    """The record as text for people."""


def out_of_fold_evidence(error: SuspectedLabelError) -> LabelEvidence:
    """The opinion of the model as a piece of evidence; it is weak, because a model alone decides nothing."""
    why = (
        f"a model that did not see this record would choose {error.proposed} "
        f"(probability {error.proposed_probability:.2f}, {error.given}: {error.given_probability:.2f})"
    )
    return LabelEvidence(kind=EvidenceKind.OUT_OF_FOLD, strong=False, why=why, proposed=error.proposed)


def suspected_label(
    row: WorkingRow, evidence: Iterable[LabelEvidence], score: float | None, text: str
) -> SuspectedLabel | None:
    """A record with the evidence against it; None without any."""
    order = list(EvidenceKind)
    ordered = sorted(evidence, key=lambda one: (not one.strong, order.index(one.kind)))
    if not ordered:
        return None
    return SuspectedLabel(
        id=row.id,
        split=row.assigned_split,
        label=row.label,
        proposed=next((one.proposed for one in ordered if one.proposed), ""),
        kinds=tuple(kind for kind in order if any(one.kind == kind for one in ordered)),
        strong_kinds=tuple(kind for kind in order if any(one.kind == kind and one.strong for one in ordered)),
        score=None if score is None else round(score, 4),
        evidence=tuple(ordered),
        text=text,
    )


def ranked(suspected: Iterable[SuspectedLabel]) -> list[SuspectedLabel]:
    """More kinds with strong evidence first, then more kinds, then the higher score (0 if there is none), then ids."""
    return sorted(suspected, key=lambda one: (-len(one.strong_kinds), -len(one.kinds), -(one.score or 0.0), one.id))


def counts_by_kind(suspected: Sequence[SuspectedLabel]) -> Mapping[str, int]:
    """Records by kind of evidence, in the order of the vocabulary; kinds without a record are left out."""
    counts = {kind.value: sum(kind in one.kinds for one in suspected) for kind in EvidenceKind}
    return {kind: count for kind, count in counts.items() if count}
