"""Recognize a column that says which rows a machine wrote, by its name and its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.vocabulary import ORIGINS, Origin
from winnow.curation.io.readers.group_columns import name_words
from winnow.curation.io.readers.numbered_rows import Fields, value_text

ORIGIN_WORDS = frozenset("origin origins provenance source herkunft quelle origen fuente origine provenienza".split())
"""Words for where a row comes from, in the names of columns."""

MACHINE_WORDS = frozenset(
    """
    synthetic synthesized synthesised synthetically generated machine artificial augmented augmentation paraphrased
    llm ai gpt chatgpt claude synthetisch generiert sintético sintetico synthétique synthetique
    """.split()
)
"""Words for rows that a machine wrote, in the names and the values of columns."""

HELPING_WORDS = frozenset("is was by data row rows model written made auto automatically text example query".split())
"""Words that may occur with one of `MACHINE_WORDS`, as in `is_synthetic` or `machine-written`."""

TRUE_VALUES = frozenset(("true", "1", "1.0", "yes", "y", "t"))
"""How files write that a yes/no column holds."""

FALSE_VALUES = frozenset(("false", "0", "0.0", "no", "n", "f"))
"""How files write that it does not hold."""


@dataclass(frozen=True)
class SyntheticColumn:
    """A column that says that a machine wrote some of the rows."""

    column: str
    synthetic: int
    """Number of rows that a machine wrote, at least one."""
    rows: int
    """Number of rows that have a value."""


def synthetic_columns(rows: Sequence[Fields], unused: Sequence[str]) -> list[SyntheticColumn]:
    """The columns without another role that say that a machine wrote some rows, in the order of the file.

    These are columns named for the origin with a value such as `synthetic` or `llm-generated`, columns whose values are
    all origins, under any name, and yes/no columns such as `is_synthetic`.
    """
    return [found for column in unused if (found := _synthetic_column(rows, column))]


def _synthetic_column(rows: Sequence[Fields], column: str) -> SyntheticColumn | None:
    values = [text for fields in rows if (text := value_text(fields.get(column)).strip().casefold())]
    if _is_named_for_machines(column) and set(values) <= TRUE_VALUES | FALSE_VALUES:
        count = sum(value in TRUE_VALUES for value in values)
    elif set(values) <= set(ORIGINS):
        count = values.count(Origin.SYNTHETIC)
    elif set(name_words(column)) & ORIGIN_WORDS:
        machine = {value for value in set(values) if _is_named_for_machines(value)}
        count = sum(value in machine for value in values)
    else:
        count = 0
    return SyntheticColumn(column, count, len(values)) if count else None


def _is_named_for_machines(name: str) -> bool:
    """Whether a name says nothing but that a machine wrote something: `synthetic`, `LLM-generated`, `is_synthetic`."""
    words = {word for word in name_words(name) if not word.isdigit()}
    return bool(words & MACHINE_WORDS) and words <= MACHINE_WORDS | HELPING_WORDS
