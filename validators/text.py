"""Reasons why the text, label or route of a row is not accepted into the dataset."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftfy.badness import is_bad

from winnow.core.suggest import nearest_name
from winnow.core.vocabulary import DropReason

MAX_CHARACTERS = 2000
"""Longer texts are documents, not queries; the default embedder reads about the first 1,000 characters."""


WINNOW_MARK = re.compile(r'… \(\d[\d,]* characters\)\s*\Z|\A\s*\{"winnow": "dropped row"')
"""How Winnow 0.2 marked a text that it had cut, and how a line of a file of dropped rows begins."""


@dataclass(frozen=True)
class Drop:
    """Why a row is dropped: a name for the problem, and the detail that a person needs to fix it."""

    reason: str
    detail: str
    raw: str = ""
    """The raw line, if it could not be parsed into columns; that of a CSV file below its header."""


def first_problems(problems: Sequence[str], *, most: int) -> str:
    """The detail of a drop: its first problems, and how many more there are."""
    more = f"; and {len(problems) - most} more" if len(problems) > most else ""
    return "; ".join(problems[:most]) + more


def text_problem(value: object, *, max_characters: int = MAX_CHARACTERS) -> Drop | None:
    """The problem with the text of a row, or None when the text is valid."""
    if value is None:
        return Drop(DropReason.EMPTY, "the text is missing")
    if not isinstance(value, str):
        return Drop(DropReason.NOT_TEXT, f"found {type(value).__name__}, expected a string")
    if not value.strip():
        return Drop(DropReason.EMPTY, "the text is empty or only whitespace")
    if len(value) > max_characters:
        return Drop(DropReason.TOO_LONG, f"{len(value)} characters, at most {max_characters} are allowed")
    if WINNOW_MARK.search(value):
        detail = "Winnow wrote this text: it is cut, or a whole line of a file of dropped rows"
        return Drop(DropReason.WINNOW_MARK, detail)
    return _broken_characters(value)


def _broken_characters(text: str) -> Drop | None:
    surrogates = [c for c in text if "\ud800" <= c <= "\udfff"]
    if surrogates:
        return Drop(
            DropReason.UNDECODABLE, f"byte or code unit {ord(surrogates[0]):#06x} is not a character; save as UTF-8"
        )
    control = [c for c in text if unicodedata.category(c) == "Cc" and c not in "\t\n\r"]
    if control and not is_bad(text):
        return Drop(DropReason.CONTROL_CHARACTER, f"character U+{ord(control[0]):04X}; remove it")
    if "\ufffd" in text or is_bad(text):
        return Drop(DropReason.MOJIBAKE, "the text was decoded with the wrong encoding; re-export it as UTF-8")
    return None


def label_problem(label: str, labels: Sequence[str]) -> Drop | None:
    """The problem with a label that is not in the task, with the most similar label; None otherwise."""
    if label in labels:
        return None
    nearest = nearest_name(label, labels)
    hint = f"; the closest label is {nearest!r}" if nearest else ""
    return Drop(DropReason.UNKNOWN_LABEL, f"label {label!r} is not in the task{hint}")


def route_problem(label: str, route: str, routes: Mapping[str, str | None]) -> Drop | None:
    """The problem with a route other than the task's route for the label. A label without a route accepts any."""
    wanted = routes.get(label)
    if not wanted or route == wanted:
        return None
    return Drop(DropReason.ROUTE_CONTRADICTS_TASK, f"route {route!r}, but the task sends {label!r} to {wanted!r}")
