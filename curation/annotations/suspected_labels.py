"""All evidence against labeled records, rules and model together, ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from winnow.core.label_error_evidence import EvidenceKind, LabelEvidence
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.vocabulary import Split
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.label_errors import JudgedLabel
from winnow.curation.annotations.wrong_label_count import WrongLabelCount

STRONGEST = 5
"""Suspected records that `check` shows as examples."""


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
    """How doubtful the model finds the label: minus the natural logarithm of the share of judged records that are at
    least as doubtful; absent where no model judged the record."""
    given_probability: Annotated[float | None, ABSENT_IF_NONE] = None
    """The probability of its label by a model that did not see its group; absent where no model judged the record."""
    proposed_probability: Annotated[float | None, ABSENT_IF_NONE] = None
    """The same of the most credible other label."""
    evidence: tuple[LabelEvidence, ...] = Field(min_length=1)
    """Every piece of evidence: strong ones first, then by kind."""
    text: str
    """The record as text for people; private data that the task does not allow is replaced."""
    source: str = ""
    """The file in which it stood first."""
    row: Annotated[int | None, ABSENT_IF_NONE] = None
    """Its row there, from 1."""


class LabelErrorSummary(Record):
    """How many label errors are suspected, as `check --json` states it."""

    records: int
    """Labeled records that rules examined."""
    scored: int
    """Records of train that a model judged."""
    suspected: int
    """Suspected records."""
    by_kind: Mapping[str, int]
    """Suspected records by kind of evidence."""
    unscored_labels: Mapping[str, int]
    """Labels with too few groups for a model to judge their records, and how many groups each has."""
    confirmed: int
    """Records that would be suspected, but a person confirmed or gave the label after it was suspected."""
    wrong_labels: WrongLabelCount
    """How many labels of train are wrong, by what the model finds where it is surest."""
    strongest: tuple[SuspectedLabel, ...]
    """The most suspicious few."""


class LabelErrors(Record):
    """Suspected label errors: what `winnow label-errors` lists and `winnow check` counts."""

    records: int
    """Labeled records that rules examined."""
    scored: int
    """Records of train that a model judged."""
    by_kind: Mapping[str, int]
    """Suspected records by kind of evidence."""
    unscored_labels: Mapping[str, int]
    """Labels with too few groups for a model to judge their records, and how many groups each has."""
    confirmed: int = 0
    """Records that would be suspected, but a person confirmed or gave the label after it was suspected."""
    wrong_labels: WrongLabelCount
    """How many labels of train are wrong, by what the model finds where it is surest."""
    suspected: tuple[SuspectedLabel, ...]
    """Suspected records, the most suspicious first: of those that only a model suspects, as many as may be wrong."""

    def summary(self) -> LabelErrorSummary:
        """The counts, and the strongest few."""
        names = ("records", "scored", "by_kind", "unscored_labels", "confirmed", "wrong_labels")
        facts = {name: getattr(self, name) for name in names}
        strongest = self.suspected[:STRONGEST]
        return LabelErrorSummary(**facts, suspected=len(self.suspected), strongest=strongest)

    def with_places(self, places: Mapping[str, tuple[str, int]]) -> LabelErrors:
        """The same with the file and the row in which each record stood first."""
        placed = (
            one.model_copy(update=dict(zip(("source", "row"), places[one.id], strict=True)))
            if one.id in places
            else one
            for one in self.suspected
        )
        return self.model_copy(update={"suspected": tuple(placed)})


def out_of_fold_evidence(error: JudgedLabel) -> LabelEvidence:
    """The opinion of the model as a piece of evidence; it is weak, because a model alone decides nothing."""
    why = (
        f"a model that did not see this record would choose {error.proposed} "
        f"(probability {error.proposed_probability:.2f}, {error.given}: {error.given_probability:.2f})"
    )
    return LabelEvidence(kind=EvidenceKind.OUT_OF_FOLD, strong=False, why=why, proposed=error.proposed)


def suspected_label(
    row: WorkingRow, evidence: Iterable[LabelEvidence], judged: JudgedLabel | None, text: str
) -> SuspectedLabel:
    """A record with the evidence against it; `judged` is what a model found, if it judged the record."""
    order = list(EvidenceKind)
    ordered = sorted(evidence, key=lambda one: (not one.strong, order.index(one.kind)))
    return SuspectedLabel(
        id=row.id,
        split=row.assigned_split,
        label=row.label,
        proposed=next((one.proposed for one in ordered if one.proposed), ""),
        kinds=tuple(kind for kind in order if any(one.kind == kind for one in ordered)),
        strong_kinds=tuple(kind for kind in order if any(one.kind == kind and one.strong for one in ordered)),
        evidence=tuple(ordered),
        text=text,
        score=None if judged is None else round(judged.score, 4),
        given_probability=None if judged is None else round(judged.given_probability, 4),
        proposed_probability=None if judged is None else round(judged.proposed_probability, 4),
    )


def ranked(suspected: Iterable[SuspectedLabel]) -> list[SuspectedLabel]:
    """More kinds with strong evidence first, then more kinds, then the higher score (0 if there is none), then ids."""
    return sorted(suspected, key=lambda one: (-len(one.strong_kinds), -len(one.kinds), -(one.score or 0.0), one.id))


def counts_by_kind(suspected: Sequence[SuspectedLabel]) -> Mapping[str, int]:
    """Records by kind of evidence, in the order of the vocabulary; kinds without a record are left out."""
    counts = {kind.value: sum(kind in one.kinds for one in suspected) for kind in EvidenceKind}
    return {kind: count for kind, count in counts.items() if count}
