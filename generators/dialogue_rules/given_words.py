"""The words of a turn that give the value of an argument: the value itself, or a date in other words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from winnow.generators.dialogue_rules.removed_phrase import occurrences
from winnow.generators.dialogue_rules.single_call import SingleCall
from winnow.validators.tools.grounding.calendar_dates import date_mentions
from winnow.validators.tools.grounding.relative_dates import relative_dates


class GivenValue(NamedTuple):
    """An argument of a call, and the words of the turn that give it."""

    name: str
    words: str
    """As they are written in the turn; equal to the value, apart from case, where it is given as it is."""
    is_spoken: bool
    """Whether they are a date in other words than the value."""


def given_values(request: SingleCall) -> Iterator[GivenValue]:
    """The arguments whose value stands in the turn, each with the words that give it."""
    for name, value in request.call.arguments.items():
        single = value[0] if isinstance(value, list) and len(value) == 1 else value
        text = "" if isinstance(single, bool) or not isinstance(single, str | int | float) else str(single)
        if text and occurrences(request.asked, text):
            yield GivenValue(name, text, is_spoken=False)
        elif text and (words := _only_date(request.asked, text)):
            yield GivenValue(name, words, is_spoken=True)


def is_elsewhere(request: SingleCall, given: GivenValue, system_prompt: str) -> bool:
    """Whether words are also written in another place than the one in the turn, or are a part of another argument."""
    others = [str(other) for key, other in request.call.arguments.items() if key != given.name]
    texts = [request.text_besides(), *others] if given.is_spoken else [request.text_besides(), system_prompt, *others]
    words = given.words.casefold()
    return request.asked.casefold().count(words) > 1 or any(words in text.casefold() for text in texts)


def _only_date(asked: str, value: str) -> str:
    """The only date of a turn where the value is a date; empty otherwise."""
    try:
        date.fromisoformat(value)
    except ValueError:
        return ""
    found = {one.quoted for one in date_mentions(asked)} | {one.quoted for one in relative_dates(asked, None)}
    return found.pop() if len(found) == 1 else ""
