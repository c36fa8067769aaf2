"""What a response says about the answer of a record: its corrected answer, or why it returns to its annotator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from winnow.config.task import Task
from winnow.core.vocabulary import ResponseStatus
from winnow.curation.labeling.editable_answer import EditableAnswer
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.label_options import SPECIAL_PREFIX, WRONG_LABEL
from winnow.curation.labeling.response_decision import chosen_label, is_incomplete
from winnow.curation.labeling.review_form import CORRECTION, WRONG
from winnow.validators.kinds import kind_of
from winnow.validators.text import Drop
from winnow.validators.tools.corrected_answer import InvalidAnswer, plain_text

CONTRADICTORY_CHOICE = "the options that you chose contradict each other: several tools, or one other option alone"

NEEDS_LABEL = "`wrong label` needs the right label"

NEEDS_ANSWER = "`wrong` needs the right behavior or the corrected answer"

SAME_BEHAVIOR = "you chose the proposed behavior: say what is wrong with the answer, or choose another behavior"

RIGHT_AND_WRONG = "the answer cannot be right and have something wrong or a corrected answer"

UNUSABLE_AND_CORRECTED = "an answer cannot be corrected in a dialogue that is left out, or that you are unsure about"

SAME_ANSWER = "the corrected answer is the answer of the dialogue: change it, or leave it empty"

NEEDS_BEHAVIOR = "choose the behavior of the corrected answer too: its text does not show it"


class CorrectedContent(NamedTuple):
    """A valid corrected answer."""

    content: str
    """The content of the record with it."""
    label: str


class ReviewedAnswer(NamedTuple):
    """What a submitted response says about an answer."""

    corrected: CorrectedContent | None = None
    why_returned: str = ""
    """Why the response is not counted and returns to its annotator; empty if it counts."""


@dataclass(frozen=True)
class _Review:
    """A submitted response about a record whose kind has an answer besides the label."""

    values: Mapping[str, Any]
    content: str
    proposed: str | None
    task: Task
    form: EditableAnswer

    @property
    def verdict(self) -> str | None:
        return self.values.get("verdict")

    @property
    def problems(self) -> Sequence[str]:
        return self.values.get(WRONG) or ()

    @property
    def label(self) -> str | None:
        return chosen_label(self.values, kind_of(self.task))

    @property
    def written(self) -> str:
        """The corrected answer; an answer that is copied unchanged says nothing."""
        text = plain_text(str(self.values.get(CORRECTION) or ""))
        is_copy = text == self.form.as_text(self.content, self.task)
        return "" if is_copy and self.verdict != WRONG_LABEL and not self.problems else text

    def contradiction(self) -> str:
        """What cannot be true together; empty if everything can."""
        label = self.label
        if self.values.get("label") and label is None:
            return CONTRADICTORY_CHOICE
        if self.verdict == "right" and (self.written or self.problems):
            return RIGHT_AND_WRONG
        no_answer = self.verdict == "unusable" or (label or "").startswith(SPECIAL_PREFIX)
        if self.written and no_answer:
            return UNUSABLE_AND_CORRECTED
        return self._missing() if self.verdict == WRONG_LABEL and not self.written else ""

    def _missing(self) -> str:
        """What the verdict `wrong` needs besides, where no corrected answer is written."""
        if self.label is None:
            return NEEDS_ANSWER
        return SAME_BEHAVIOR if self.label == self.proposed and not self.problems else ""

    def corrected(self) -> CorrectedContent | str:
        """The corrected answer, or what is wrong with it."""
        found = self.form.correct(self.content, self.written, self.task, self.problems)
        if isinstance(found, InvalidAnswer):
            return f"corrected answer, {found.why}"
        if found == self.content:
            return SAME_ANSWER
        target = kind_of(self.task).target_of(found, self.label, self.task)
        if isinstance(target, Drop):
            return f"the chosen behavior contradicts the corrected answer: {target.detail}"
        return CorrectedContent(found, target) if target else NEEDS_BEHAVIOR


def review_answer(
    values: Mapping[str, Any], status: str, content: str, task: Task, *, proposed: str | None
) -> ReviewedAnswer:
    """What a response (question to value) says about the answer of a record with this content.

    `proposed` is the label that was shown with it. A response that is not submitted says nothing.
    """
    kind = kind_of(task)
    form = kind_form(kind).answer
    if status != ResponseStatus.SUBMITTED:
        return ReviewedAnswer()
    if form is None:
        incomplete = is_incomplete(values, status, kind=kind)
        return ReviewedAnswer(why_returned=NEEDS_LABEL if incomplete else "")
    review = _Review(values, content, proposed, task, form)
    if why := review.contradiction():
        return ReviewedAnswer(why_returned=why)
    if not review.written:
        return ReviewedAnswer()
    corrected = review.corrected()
    return ReviewedAnswer(why_returned=corrected) if isinstance(corrected, str) else ReviewedAnswer(corrected)
