"""What a run forgets: the record behind `evaluation/general.json`."""

from __future__ import annotations

from typing import Annotated

from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Difference, Measured, NotMeasured


class GeneralQuestions(Record):
    """Questions with choices: the share answered correctly, by the most likely choice."""

    before: Measured
    """Of the base model, with its Wilson interval."""
    after: Measured
    """Of the run, with its Wilson interval."""
    change: Difference
    """After minus before, on the same questions, with Tango's interval."""
    p_value: float
    """McNemar's exact test."""
    lost: int
    """Questions that only the base model answers correctly."""
    gained: int
    """Questions that only the run answers correctly."""
    verdict: ForgettingVerdict
    """Compared with the margin."""


class GeneralReferences(Record):
    """Instructions with a reference answer: the geometric mean probability of its tokens."""

    before: float
    """Of the base model, 0 to 1."""
    after: float
    """Of the run, 0 to 1."""
    change: Difference
    """After minus before, on the same instructions, with the paired bootstrap interval over instructions."""
    p_value: float
    """Permutation test that exchanges the two models."""
    rows: int
    """Instructions."""
    verdict: ForgettingVerdict
    """Compared with the margin."""


class UnaskedCall(Record):
    """An answer with a call although no tool is offered."""

    row: int
    """Number of the row, from 1."""
    answer: str
    """The answer of the run."""


class GeneralCalls(Record):
    """Calls in answers to instructions without tools."""

    share: Measured
    """Answers of the run that call a tool, or begin to, although none is offered; with the Wilson interval."""
    calls: list[UnaskedCall]
    """These answers."""
    verdict: ForgettingVerdict
    """Compared with the margin."""


class GeneralFacts(Record):
    """What a run forgets of general instructions, compared with its base model."""

    run: str
    """Id of the run."""
    base: str | None
    """The base model, as the run names it."""
    file: str
    """Name of the file of general instruction data."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    measured_at: str
    """UTC time in ISO 8601."""
    margin: float
    """The loss that is accepted, 0 to 1: `general_loss_max` of the task."""
    questions: GeneralQuestions | NotMeasured
    """Questions with choices."""
    references: GeneralReferences | NotMeasured
    """Instructions with a reference answer."""
    unasked_calls: GeneralCalls | NotMeasured
    """Calls although no tool is offered."""
    verdict: ForgettingVerdict
    """`degrades` if one of the three does, `no measured change` if all that were measured show it."""
    rows_needed: Annotated[int | None, ABSENT_IF_NONE] = None
    """Rows of a kind that would show no change beyond the margin if no answer differed; absent if it is shown."""
