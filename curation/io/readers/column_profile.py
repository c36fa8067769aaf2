"""What the values of a column look like: texts, names of categories, times, ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from winnow.curation.io.readers.numbered_rows import Fields, value_text

LOOKED_AT_ROWS = 2000
"""Rows, evenly over the file, that a profile looks at."""

CHARACTERS_OF_A_WORD = 2.5
"""Characters of a word in a text without spaces, such as Chinese; chosen by us."""

_TIME = re.compile(
    r"\d{1,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,4}.*|\d{10}(?:\d{3})?(?:\.\d+)?|\w{3},? \w{3} \d.*\d{4}.*|"
    r"\d{1,2}\.? \w+ \d{4}.*|\w+ \d{1,2}, \d{4}.*"
)
_NUMBER = re.compile(r"[-+]?[\d.,]+ ?%?")
_ID = re.compile(r"[A-Za-z]{0,6}[-_#]?\d[\w-]*|[0-9a-f-]{16,}|\S+@\S+\.\w+|https?://\S+", re.I)


@dataclass(frozen=True)
class ColumnProfile:
    """The values of one column in a sample of the rows."""

    name: str
    rows: int
    """Rows that were looked at."""
    filled: int
    """Rows with a value."""
    distinct: int
    words: float
    """Words of a value, on average."""
    characters: float
    """Characters of a value, on average."""
    time_share: float
    """Share of values that look like a time."""
    number_share: float
    """Share of values that are a number."""
    id_share: float
    """Share of values that look like an id, an address or a link."""
    nested: bool
    """Some value is a list or an object."""

    @property
    def filled_share(self) -> float:
        """Share of the rows with a value."""
        return self.filled / max(self.rows, 1)

    @property
    def is_text(self) -> bool:
        """Whether the values are texts of people: several words, few of them repeated, neither times nor ids."""
        coded = max(self.time_share, self.number_share, self.id_share)
        return self.words >= 2.5 and self.distinct >= 0.5 * self.filled > 0 and coded < 0.5 and not self.nested

    @property
    def is_category(self) -> bool:
        """Whether the values are short names, some of which repeat."""
        coded = max(self.time_share, self.number_share, self.id_share)
        return self.filled > self.distinct >= 2 and self.words <= 5 and coded < 0.5 and not self.nested


def sampled(rows: Sequence[Fields]) -> Sequence[Fields]:
    """At most `LOOKED_AT_ROWS` rows, evenly over the file."""
    step = max(1, -(-len(rows) // LOOKED_AT_ROWS))
    return rows[::step]


def profile(rows: Sequence[Fields], column: str) -> ColumnProfile:
    """The values of a column in rows that were sampled before."""
    given = [fields.get(column) for fields in rows]
    values = [text for value in given if (text := value_text(value).strip())]
    count = max(len(values), 1)
    return ColumnProfile(
        name=column,
        rows=len(rows),
        filled=len(values),
        distinct=len(set(values)),
        words=sum(map(_words, values)) / count,
        characters=sum(map(len, values)) / count,
        time_share=_share(_TIME, values),
        number_share=_share(_NUMBER, values),
        id_share=_share(_ID, values),
        nested=any(isinstance(value, dict | list) for value in given),
    )


def _words(text: str) -> float:
    """Words of a text; one without spaces is counted by its characters."""
    spaced = len(text.split())
    unspaced = sum(ord(character) >= 0x3040 for character in text)
    return max(spaced, unspaced / CHARACTERS_OF_A_WORD)


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / max(len(values), 1)
