"""A lot in figures: the form that `status`, `pull`, reports and the manifest show."""

from __future__ import annotations

from typing import Literal

from winnow.core.lot_kind import LotKind
from winnow.core.record import Record
from winnow.core.vocabulary import LotVerdict


class UndrawnLotFacts(Record):
    """Records of one producer that no lot holds yet."""

    kind: LotKind = LotKind.GENERATED_RECORDS
    """What the lot will certify."""
    generator: str
    """Name of the generator that produced the records."""
    prompt_version: str
    """Version of the prompt or rules that produced them."""
    model: str
    """Model that produced them."""
    number: None = None
    """Always null: the lot is not drawn yet."""
    records: int
    """Records that wait for a lot."""
    verdict: Literal["not_drawn"] = "not_drawn"
    """Tells these records from a lot."""


class LotFacts(Record):
    """One lot and what its review found so far."""

    kind: LotKind = LotKind.GENERATED_RECORDS
    """What it certifies: generated records, or labels that a model proposed for real ones."""
    generator: str
    """Name of the generator that produced the records; of proposed labels `propose` and the confidence band."""
    prompt_version: str
    """Version of the prompt or rules that produced them; `-` if there is none."""
    model: str
    """Model that produced them; of proposed labels the run or the name of the model."""
    number: int
    """The first, second … lot of its generator, prompt version and model."""
    records: int
    """Records in the lot."""
    confidence: float
    """Confidence of the bounds on the defect rate, 0 to 1."""
    verdict: LotVerdict
    """The final verdict once it is recorded; until then, what the current look decides."""
    look: int
    """Looks at the sample so far."""
    read: int
    """Records of the sample that people have reviewed."""
    defects: int
    """Reviewed records of the sample that are defects."""
    more: int
    """Records that people must review next."""
    defect_rate_upper: float
    """Upper bound of the defect rate of the lot, 0 to 1 (exact, hypergeometric)."""
    unread_defect_rate_upper: float
    """Upper bound of the defect rate of its unread records, 0 to 1 (exact, hypergeometric)."""
    by_label: dict[str, tuple[int, int]]
    """Reviewed records of the sample and defects among them, by proposed label."""
    fully_inspected_labels: tuple[str, ...]
    """Labels that an accepted lot does not decide: their records are all reviewed, or with proposed labels unlabeled
    again."""


class ExportedLotFacts(LotFacts):
    """A lot with records in a release."""

    exported: int
    """Records of the lot in the release."""
