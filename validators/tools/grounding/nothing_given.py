"""Whether anything that is given could stand for a value, even by knowledge about the world."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.grounding.calendar_dates import date_mentions, dates_of_value
from winnow.validators.tools.grounding.clock_times import time_mentions, times_of_value
from winnow.validators.tools.grounding.folding import FUNCTION_WORDS, fold, stem, stems
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.numeric import number_mentions
from winnow.validators.tools.grounding.passage import Passage
from winnow.validators.tools.grounding.quantities import quantities
from winnow.validators.tools.grounding.relative_dates import relative_dates
from winnow.validators.wording.facets import QUESTION_WORDS
from winnow.validators.wording.spelling import frequent_words

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_SENTENCE_START = re.compile(r"(?:^|[.!?:\n]\s*)[\"'“‘(]*$")

_QUOTED = re.compile(r"[\"“”‘][^\"“”]+[\"“”’]|(?<!\w)'[^']+'(?!\w)")

_DAY_PARTS = re.compile(r"\b(?:morning|afternoon|evening|night|noon|breakfast|lunch|dinner|brunch)\b", re.I)

_IMPLIED = (0, 1)
"""Numbers that language implies without saying them: "a ticket", "no luggage"."""


def nothing_given(leaf: Leaf, passages: Sequence[Passage], tool: Tool | None, others: Iterable[str]) -> bool:
    """Whether no passage has anything that a value of this type could come from.

    For dates, times and numbers: nothing of the type, and no name that is not another argument. For other strings: no
    word at all beyond those of the request itself.
    """
    texts = [passage.text for passage in passages]
    if not isinstance(leaf.value, str):
        typed = leaf.number not in _IMPLIED and not any(map(_counts, texts))
    elif dates_of_value(leaf):
        typed = not any(map(_dates, texts))
    elif times_of_value(leaf):
        typed = not any(map(_times, texts))
    else:
        return not any(_unexplained(text, _request_stems(tool)) for text in texts)
    explained = _request_stems(tool) | {each for other in others for each in stems(other)}
    return typed and not any(_names(text, explained) for text in texts)


def _counts(text: str) -> bool:
    return bool(number_mentions(text) or date_mentions(text) or time_mentions(text))


def _dates(text: str) -> bool:
    return bool(date_mentions(text) or relative_dates(text, None) or number_mentions(text))


def _times(text: str) -> bool:
    return bool(time_mentions(text) or number_mentions(text) or quantities(text) or _DAY_PARTS.search(text))


def _names(text: str, explained: frozenset[str]) -> list[str]:
    """Capitalized words inside sentences, and quoted words, that no other argument and no tool explains."""
    quoted = [word for match in _QUOTED.finditer(text) for word in _WORD.findall(match[0])]
    inside = [
        match[0]
        for match in _WORD.finditer(text)
        if match[0][0].isupper() and not _SENTENCE_START.search(text[: match.start()])
    ]
    return [word for word in quoted + inside if stem(fold(word)) not in explained and fold(word) not in _plain_words()]


def _unexplained(text: str, explained: frozenset[str]) -> list[str]:
    return [
        word for word in map(fold, _WORD.findall(text)) if stem(word) not in explained and word not in _plain_words()
    ]


def _request_stems(tool: Tool | None) -> frozenset[str]:
    """Stems of the words that only name what is wanted: those of the tool and of its arguments."""
    return frozenset(stem for text in _tool_texts(tool) for stem in stems(text)) if tool else frozenset()


def _tool_texts(tool: Tool) -> Iterator[str]:
    yield tool.name
    yield tool.description
    for name, schema in tool.properties.items():
        yield name
        if isinstance(schema, dict):
            yield str(schema.get("description", ""))


@cache
def _plain_words() -> frozenset[str]:
    return FUNCTION_WORDS | QUESTION_WORDS | frozenset(frequent_words("en")) | frozenset(_REQUEST_WORDS.split())


_REQUEST_WORDS = """
    please thanks thank hello hi hey could can would will want need like wish help find get give show tell let know
    check look see make create set add send book schedule i'd i'm i've i'll let's it's what's that's where's how's
    there's me my mine us our some any more also just now today something anything it this that these those
"""
"""Words with which people ask, whatever they ask for."""
