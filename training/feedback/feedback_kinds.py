"""The kinds of tasks that a run gives feedback for. To add one, derive its feedback and list it here."""

from __future__ import annotations

from enum import StrEnum

from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS


class FeedbackForm(StrEnum):
    """What feedback is derived from."""

    CONFUSED_LABELS = "confused labels"
    """Labels that the run confuses, with out-of-fold predictions of a linear probe on train."""
    FAILING_CELLS = "failing cells"
    """What the run fails at on validation, as counts: answering train out of fold would mean training several times."""


FEEDBACK_FORMS = {INTENTS.name: FeedbackForm.CONFUSED_LABELS, TOOLS.name: FeedbackForm.FAILING_CELLS}
"""The form of each kind; a kind without an entry is scored as classification."""


def feedback_form(kind: Kind) -> FeedbackForm:
    """What feedback on runs of a kind is derived from."""
    return FEEDBACK_FORMS.get(kind.name, FeedbackForm.CONFUSED_LABELS)
