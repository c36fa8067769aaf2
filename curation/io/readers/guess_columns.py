"""Guess which column holds the query, the label and the time where no column has a known name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from winnow.core.vocabulary import Split
from winnow.curation.io.readers.column_profile import ColumnProfile, sampled
from winnow.curation.io.readers.column_words import (
    LABEL_WORDS,
    OTHER_CATEGORY_WORDS,
    OTHER_TEXT_WORDS,
    TEXT_WORDS,
    TIME_WORDS,
    has_word,
    rank_in,
)
from winnow.curation.io.readers.columns import SPLIT_NAMES
from winnow.curation.io.readers.numbered_rows import Fields, value_text

MIN_FILLED = 0.5
"""Share of the rows that must have a value in the column of the query; a column of labels may be mostly blank."""

MIN_LABEL_SHARE = 0.9
"""Share of the values of a column that must be labels of the task before it is taken for the column of labels."""

MIN_ROWS_PER_LABEL = 3
"""Rows per value, on average, of a column that is taken for labels by its values alone."""

MODEL_WORDS = frozenset(
    """
    predicted prediction predictions pred preds model bot ai llm gpt auto automatic router classifier suggested
    suggestion output guess top1 vorhersage vorhergesagt prédiction predicción predicho previsão previsto
    """.split()
)
"""Words of columns that say what a model answered."""

LIKELY_TIMES = 0.5
"""Share of values that must look like times in a column that is named for one."""


class Guess(NamedTuple):
    """The likeliest column of a role."""

    column: str
    reason: str
    """Why it is taken."""
    others: tuple[str, ...] = ()
    """Other columns that could have the role, the likelier first."""
    is_sure: bool = True
    """No other column is as likely: its name says so, or it is the only one of its kind."""


def guess_text(profiles: Sequence[ColumnProfile]) -> Guess | None:
    """The column of the query: the likeliest by its name, else the one with the longest texts of users."""
    texts = [one for one in profiles if one.is_text and one.filled_share >= MIN_FILLED]
    named = [(rank, one) for one in texts if (rank := _text_rank(one.name)) is not None]
    if named:
        first, *others = [one for _, one in sorted(named, key=lambda pair: (pair[0], -pair[1].characters))]
        return Guess(first.name, "its name", tuple(one.name for one in others))
    users = [one for one in texts if not has_word(one.name, OTHER_TEXT_WORDS)] or texts
    if not users:
        return _short_text(profiles)
    first, *others = sorted(users, key=lambda one: -one.characters)
    reason = "being the longest free text" if others else "being the only free text"
    return Guess(first.name, reason, tuple(one.name for one in others), is_sure=not others)


def _text_rank(name: str) -> int | None:
    return None if has_word(name, OTHER_TEXT_WORDS) else rank_in(name, TEXT_WORDS)


def _short_text(profiles: Sequence[ColumnProfile]) -> Guess | None:
    """A column that is named for texts, although its values are short or repeat; the first one."""
    named = [
        (rank, one)
        for one in profiles
        if one.filled
        and not one.nested
        and one.time_share < LIKELY_TIMES
        and (rank := _text_rank(one.name)) is not None
    ]
    if not named:
        return None
    first, *others = [one for _, one in sorted(named, key=lambda pair: pair[0])]
    return Guess(first.name, "its name", tuple(one.name for one in others))


def guess_split(rows: Sequence[Fields], columns: Sequence[str]) -> Guess | None:
    """A column whose values are all names of splits, one of them that of train."""
    for column in columns:
        if None in _splits(sampled(rows), column):
            continue
        found = _splits(rows, column)
        if len(found) > 1 and None not in found and Split.TRAIN.value in found:
            return Guess(column, "its values are names of splits")
    return None


def guess_label(profiles: Sequence[ColumnProfile]) -> Guess | None:
    """The column of labels where the task has none yet: by its name, else a column of few short names that repeat."""
    categories = [one for one in profiles if one.is_category]
    named = [(rank, one) for one in categories if (rank := _label_rank(one.name)) is not None]
    if named:
        first, *others = [one for _, one in sorted(named, key=lambda pair: (pair[0], -pair[1].filled))]
        return Guess(first.name, "its name", tuple(one.name for one in others))
    found = [
        one
        for one in categories
        if not has_word(one.name, OTHER_CATEGORY_WORDS) and one.filled >= MIN_ROWS_PER_LABEL * one.distinct
    ]
    if not found:
        return None
    first, *others = sorted(found, key=lambda one: -one.distinct)
    reason = "its few short values that repeat"
    return Guess(first.name, reason, tuple(one.name for one in others), is_sure=not others)


def _label_rank(name: str) -> int | None:
    """How clearly a name says "label"; the clearest words count in every name, such as `intent name`."""
    rank, is_other = rank_in(name, LABEL_WORDS), has_word(name, OTHER_CATEGORY_WORDS)
    return None if rank is None or (is_other and rank > 0) else 2 * rank + is_other


def _splits(rows: Sequence[Fields], column: str) -> set[str | None]:
    """The splits that the values of a column name; None among them for a value that names none."""
    values = {text.lower() for fields in rows if (text := value_text(fields.get(column)).strip())}
    return {SPLIT_NAMES.get(value) for value in values}


def is_of_model(name: str) -> bool:
    """Whether a column says what a model answered: its labels are no labels of people."""
    return has_word(name, MODEL_WORDS)


def columns_of_labels(rows: Sequence[Fields], columns: Sequence[str], labels: Collection[str]) -> list[str]:
    """The columns whose values are nearly all labels of the task, the one with the most labels first."""
    likely = [column for column in columns if _label_rows(sampled(rows), column, labels)]
    found = [(hits, column) for column in likely if (hits := _label_rows(rows, column, labels))]
    return [column for _, column in sorted(found, key=lambda pair: -pair[0])]


def _label_rows(rows: Sequence[Fields], column: str, labels: Collection[str]) -> int:
    """The rows of a column that have a label of the task; 0 where they are too few of its values."""
    values = [text for fields in rows if (text := value_text(fields.get(column)).strip())]
    hits = sum(value in labels for value in values)
    return hits if hits >= MIN_LABEL_SHARE * len(values) else 0


def is_named_for_time(name: str) -> bool:
    """Whether the name of a column has a word for a time."""
    return rank_in(name, TIME_WORDS) is not None


def guess_time(profiles: Sequence[ColumnProfile]) -> Guess | None:
    """The column that is named for a time and whose values look like times, the beginning before other times."""
    named = [
        (rank, one)
        for one in profiles
        if one.time_share >= LIKELY_TIMES and (rank := rank_in(one.name, TIME_WORDS)) is not None
    ]
    if not named:
        return None
    first, *others = [one for _, one in sorted(named, key=lambda pair: (pair[0], -pair[1].filled))]
    return Guess(first.name, "its name", tuple(one.name for one in others))
