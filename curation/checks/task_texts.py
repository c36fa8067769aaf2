"""Texts of the task file that repeat a hold-out record, and the task without them, as prompts and rules use it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from winnow.config.task import Label, NearMiss, Task
from winnow.core.example import canonical_text, joined_keys, key_words
from winnow.curation.checks.hold_out_texts import HoldOutTexts

QUOTED_WORDS = 3
"""So many words of a description quote a hold-out record wherever they are; fewer do where punctuation, or the ends of
the description, enclose them. Otherwise the hold-out record "refund" would forbid the word in every description."""

OMISSION = "…"
"""Stands for the quoted words in a description."""


@dataclass(frozen=True)
class RepeatedText:
    """A text of the task file that repeats a hold-out record."""

    place: str
    """The label or slot, the field, and the number of the text in it, counted from 1."""
    quoted: bool = False
    """The text quotes a hold-out record and says more; only the quoted words are left out."""

    def __str__(self) -> str:
        found = "quotes a hold-out record: these words are" if self.quoted else "repeats a hold-out record: it is"
        return f"winnow.yaml, {self.place} {found} not shown to any model"


class ScreenedTask(NamedTuple):
    """A task without the texts that repeat hold-out records."""

    task: Task
    left_out: Sequence[RepeatedText]
    """What the task file has and this task lacks, in the order of the file."""


def without_hold_out_texts(task: Task, hold_out: HoldOutTexts) -> ScreenedTask:
    """Leave out examples, near misses and slot values that repeat a hold-out record, and such words of descriptions.

    The rest of a description stays, because without it a model would not know when to use the label.
    """
    left_out: list[RepeatedText] = []
    labels = [_screened_label(label, hold_out, left_out) for label in task.labels]
    slots = {
        name: _unrepeated(values, f"slot {name}, value", hold_out, left_out) for name, values in task.slots.items()
    }
    kept = {name: values for name, values in slots.items() if values or not task.slots[name]}
    return ScreenedTask(task.model_copy(update={"labels": labels, "slots": kept}), left_out)


def _screened_label(label: Label, hold_out: HoldOutTexts, left_out: list[RepeatedText]) -> Label:
    """A label without texts that repeat hold-out records; what is left out is appended to `left_out`."""
    where = f"label {label.name}"
    update = {
        "description": _screened_description(label.description, f"{where}, description", hold_out, left_out),
        "examples": _unrepeated(label.examples, f"{where}, example", hold_out, left_out),
        "near_miss": _screened_near_miss(label.near_miss, f"{where}, near_miss", hold_out, left_out),
    }
    return label.model_copy(update=update)


def _unrepeated(
    texts: Sequence[str], where: str, hold_out: HoldOutTexts, left_out: list[RepeatedText]
) -> Sequence[str]:
    """The texts that repeat no hold-out record."""
    repeated = [hold_out.contain(text) for text in texts]
    left_out += [RepeatedText(f"{where} {number}") for number, found in enumerate(repeated, 1) if found]
    return [text for text, found in zip(texts, repeated, strict=True) if not found]


def _screened_near_miss(
    near: NearMiss | None, where: str, hold_out: HoldOutTexts, left_out: list[RepeatedText]
) -> NearMiss | None:
    if near is None or not hold_out.contain(near.text):
        return near
    left_out.append(RepeatedText(where))
    return None


def _screened_description(text: str, where: str, hold_out: HoldOutTexts, left_out: list[RepeatedText]) -> str:
    """A description without the words that repeat hold-out records."""
    if hold_out.contain(text):
        left_out.append(RepeatedText(where))
        return ""
    text = canonical_text(text)
    parts, position = [], 0
    for start, end in quoted_spans(text, hold_out):
        parts.append(text[position:start])
        position = end
    if not parts:
        return text
    left_out.append(RepeatedText(where, quoted=True))
    return OMISSION.join((*parts, text[position:]))


def quoted_spans(text: str, hold_out: HoldOutTexts) -> Iterator[tuple[int, int]]:
    """Where a text quotes hold-out records as a whole: start and end of each passage, the longest one at each start."""
    words = list(key_words(text))
    position = 0
    while position < len(words):
        first, key, end = words[position], "", 0
        for number, word in enumerate(words[position:], 1):
            key = joined_keys(key, word.key)
            if len(key) > hold_out.longest:
                break
            if key in hold_out.keys and (number >= QUOTED_WORDS or _is_enclosed(text, first.start, word.end)):
                end = number
        if end:
            yield first.start, words[position + end - 1].end
        position += end or 1


def _is_enclosed(text: str, start: int, end: int) -> bool:
    """Whether punctuation, a line break or the ends of the text enclose a passage."""
    return _begins_with_border(text[end:]) and _begins_with_border(text[:start][::-1])


def _begins_with_border(rest: str) -> bool:
    """Whether what follows begins another part; the hyphen of "sign-in" and the apostrophe of "user's" do not."""
    stripped = rest.lstrip()
    if not stripped or "\n" in rest[: len(rest) - len(stripped)]:
        return True
    return unicodedata.category(stripped[0])[0] in "PS" and not (rest == stripped and rest[1:2].isalnum())
