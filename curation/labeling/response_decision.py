"""The decision that a response is: a label, a rejection or an abstention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from winnow.core.vocabulary import DecisionKind, ResponseStatus
from winnow.curation.annotations.renamed_labels import LabelRename, current_label
from winnow.curation.annotations.votes import DISCARDED
from winnow.curation.labeling.label_options import (
    REJECT_OPTION,
    SEVERAL_INTENTS_OPTION,
    SPECIAL_PREFIX,
    UNSURE_OPTION,
    WRONG_LABEL,
)


class ResponseDecision(NamedTuple):
    """What a response decides."""

    kind: DecisionKind
    value: str
    """The label, or why there is none."""


def decision_from_response(
    content: Mapping[str, Any],
    status: str,
    labels: Sequence[str],
    renamed: Sequence[LabelRename],
    *,
    proposed: str | None = None,
) -> ResponseDecision:
    """The decision that a response is. A label that has been renamed since counts under its new name.

    An incomplete response decides as little as a discarded one.

    `proposed` is the label that a verdict is about. Raises KeyError for a label that the task does not have.
    """
    if status == ResponseStatus.DISCARDED or is_incomplete(content, status):
        return ResponseDecision(DecisionKind.ABSTENTION, DISCARDED)
    value = content.get("label")
    verdict = content.get("verdict")
    if verdict is not None:
        return _decision_from_verdict(verdict, value, labels, renamed, proposed)
    if value == REJECT_OPTION:
        return ResponseDecision(DecisionKind.REJECTION, "unusable")
    if value in (UNSURE_OPTION, SEVERAL_INTENTS_OPTION):
        return ResponseDecision(DecisionKind.ABSTENTION, str(value).removeprefix(SPECIAL_PREFIX))
    return ResponseDecision(DecisionKind.LABEL, _current_label(value, labels, renamed))


def is_incomplete(content: Mapping[str, Any], status: str) -> bool:
    """Whether a submitted response calls the proposed label wrong without giving the right one."""
    wrong = content.get("verdict") == WRONG_LABEL
    return status == ResponseStatus.SUBMITTED and wrong and content.get("label") is None


def _decision_from_verdict(
    verdict: str, value: str | None, labels: Sequence[str], renamed: Sequence[LabelRename], proposed: str | None
) -> ResponseDecision:
    """A verdict on a proposed label; one that contradicts itself is an abstention, which goes to an adjudicator."""
    if verdict == "unusable":
        return ResponseDecision(DecisionKind.REJECTION, "unusable")
    better = None if value is None else _current_label(value, labels, renamed)
    proposed = _current_label(proposed, labels, renamed) if proposed else None
    if verdict == "right":
        if not proposed or better not in (None, proposed):
            return ResponseDecision(DecisionKind.ABSTENTION, "unsure")
        return ResponseDecision(DecisionKind.LABEL, proposed)
    if better is None or better == proposed:
        return ResponseDecision(DecisionKind.ABSTENTION, "unsure")
    return ResponseDecision(DecisionKind.LABEL, better)


def _current_label(value: str | None, labels: Sequence[str], renamed: Sequence[LabelRename]) -> str:
    name = value if value in labels else current_label(str(value), renamed)
    if name not in labels:
        raise KeyError(value)
    return str(name)
