"""Evidence that the label or the calls of one record are wrong."""

from __future__ import annotations

from enum import StrEnum

from winnow.core.record import Record


class EvidenceKind(StrEnum):
    """What speaks against a record, in the order in which it is shown."""

    RESULT_CONTRADICTS_CALL = "result_contradicts_call"
    """A result has another value than its call, or it failed and the answer does not say so."""
    SAME_QUESTION = "same_question"
    """Another record of the split has the same turns of the user and other calls."""
    GROUNDING = "grounding"
    """Nothing before a call gives one of its arguments."""
    OUT_OF_FOLD = "out_of_fold"
    """A model that was not trained on the record's group finds another label more credible."""


class LabelEvidence(Record):
    """One piece of evidence against one record."""

    kind: EvidenceKind
    """What kind of evidence it is."""
    strong: bool
    """Whether it alone makes an error likely; weak evidence only supports other evidence."""
    why: str
    """The evidence in words; turns are counted from 1."""
    proposed: str = ""
    """The label that it speaks for; empty if it speaks for none."""
