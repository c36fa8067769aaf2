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
from winnow.curation.labeling.review_form import CORRECTION, WRONG
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind


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
    kind: Kind = INTENTS,
) -> ResponseDecision:
    """The decision that a response is. A label that has been renamed since counts under its new name.

    An incomplete response decides as little as a discarded one.

    `proposed` is the label that a verdict is about; `kind` says how several chosen labels make one. Raises KeyError for
    a label that the task does not have.
    """
    if status == ResponseStatus.DISCARDED or is_incomplete(content, status, kind=kind):
        return ResponseDecision(DecisionKind.ABSTENTION, DISCARDED)
    if corrected := stored_correction(content):
        return ResponseDecision(DecisionKind.CORRECTION, corrected.record)
    value = chosen_label(content, kind)
    verdict = content.get("verdict")
    if verdict is not None:
        names_problem = bool(content.get(WRONG))
        return _decision_from_verdict(verdict, value, labels, renamed, proposed, kind, names_problem=names_problem)
    if value == REJECT_OPTION:
        return ResponseDecision(DecisionKind.REJECTION, "unusable")
    if value in (UNSURE_OPTION, SEVERAL_INTENTS_OPTION):
        return ResponseDecision(DecisionKind.ABSTENTION, str(value).removeprefix(SPECIAL_PREFIX))
    return ResponseDecision(DecisionKind.LABEL, _current_label(value, labels, renamed, kind))


def is_incomplete(content: Mapping[str, Any], status: str, *, kind: Kind = INTENTS) -> bool:
    """Whether a submitted response calls the proposed label wrong without the right one, or chooses a contradiction."""
    chosen = chosen_label(content, kind)
    needs_label = content.get("verdict") == WRONG_LABEL or bool(content.get("label"))
    return status == ResponseStatus.SUBMITTED and needs_label and chosen is None and not stored_correction(content)


class StoredCorrection(NamedTuple):
    """The corrected answer of a response, once it is stored as a record."""

    record: str
    """Its id."""
    label: str

    def as_value(self) -> dict[str, str]:
        """What a stored response has in place of the text, which is in the record alone."""
        return self._asdict()


def stored_correction(content: Mapping[str, Any]) -> StoredCorrection | None:
    """The corrected answer of a stored response; None if it has none."""
    value = content.get(CORRECTION)
    return StoredCorrection(value["record"], value["label"]) if isinstance(value, Mapping) else None


def chosen_label(content: Mapping[str, Any], kind: Kind) -> str | None:
    """The label of a response, a combination of several ones included; None if there is none, or a contradiction."""
    value = content.get("label")
    if not isinstance(value, list):
        return value
    if len(value) == 1:
        return str(value[0])
    has_other_option = any(str(one).startswith(SPECIAL_PREFIX) for one in value)
    return None if has_other_option or kind.combined_target is None else kind.combined_target(value)


def _decision_from_verdict(
    verdict: str,
    value: str | None,
    labels: Sequence[str],
    renamed: Sequence[LabelRename],
    proposed: str | None,
    kind: Kind,
    *,
    names_problem: bool,
) -> ResponseDecision:
    """A verdict on a proposed label; one that contradicts itself is an abstention, which goes to an adjudicator."""
    if verdict == "unusable":
        return ResponseDecision(DecisionKind.REJECTION, "unusable")
    better = None if value is None else _current_label(value, labels, renamed, kind)
    proposed = _current_label(proposed, labels, renamed, kind) if proposed else None
    if verdict == "right":
        if not proposed or better not in (None, proposed):
            return ResponseDecision(DecisionKind.ABSTENTION, "unsure")
        return ResponseDecision(DecisionKind.LABEL, proposed)
    if better is None or (better == proposed and not names_problem):
        return ResponseDecision(DecisionKind.ABSTENTION, "unsure")
    return ResponseDecision(DecisionKind.LABEL, better)


def _current_label(value: str | None, labels: Sequence[str], renamed: Sequence[LabelRename], kind: Kind) -> str:
    parts = [_current_part(part, labels, renamed) for part in kind.target_parts(str(value))]
    return parts[0] if kind.combined_target is None else str(kind.combined_target(parts))


def _current_part(name: str, labels: Sequence[str], renamed: Sequence[LabelRename]) -> str:
    current = name if name in labels else current_label(name, renamed)
    if current not in labels:
        raise KeyError(name)
    return current
