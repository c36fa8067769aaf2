"""The answers of people in a row, as the decisions that they become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from winnow.core.vocabulary import DecisionKind
from winnow.curation.annotations.votes import DISCARDED
from winnow.validators.annotator_answers import AnnotatorAnswer, AnswerStatus
from winnow.validators.text import Drop
from winnow.validators.time_cells import read_time


class KeptAnswer(NamedTuple):
    """What one person decided about a record in a file."""

    who: str
    """Name of the person; a pseudonym where the name is private data."""
    kind: DecisionKind
    """A label, or an abstention of somebody who passed the text on."""
    value: str
    """The label under its current name, or the abstention."""
    at: str
    """When, in UTC; empty where the file does not say."""


def kept_answers(
    answers: Sequence[AnnotatorAnswer], label_of: Callable[[object], str | Drop | None], name_of: Callable[[str], str]
) -> list[KeptAnswer] | Drop:
    """The latest answer of each person, or why the label of one of them is refused.

    `label_of` reads the label of an answer, `name_of` gives the name under which a person is stored.
    """
    found: dict[str, KeptAnswer] = {}
    for answer in answers:
        kept = _kept(answer, label_of, name_of)
        if isinstance(kept, Drop):
            return kept
        if kept and (kept.who not in found or found[kept.who].at <= kept.at):
            found.pop(kept.who, None)
            found[kept.who] = kept
    return list(found.values())


def _kept(
    answer: AnnotatorAnswer, label_of: Callable[[object], str | Drop | None], name_of: Callable[[str], str]
) -> KeptAnswer | Drop | None:
    """The decision of an answer; None where it decides nothing, such as a rejected proposal or a draft."""
    who, moment = name_of(answer.who), read_time(str(answer.time)) if answer.time else None
    at = moment.isoformat(timespec="microseconds") if moment else ""
    if not who or answer.status not in (AnswerStatus.GIVEN, AnswerStatus.SKIPPED):
        return None
    if answer.status == AnswerStatus.SKIPPED:
        return KeptAnswer(who, DecisionKind.ABSTENTION, DISCARDED, at)
    label = label_of(answer.label)
    return label if isinstance(label, Drop) or label is None else KeptAnswer(who, DecisionKind.LABEL, label, at)


def most_frequent_label(answers: Sequence[KeptAnswer]) -> str | None:
    """The label that most people gave; of equal ones the first in the order of names, None without any."""
    labels = Counter(one.value for one in answers if one.kind == DecisionKind.LABEL)
    return min(labels, key=lambda label: (-labels[label], label)) if labels else None
