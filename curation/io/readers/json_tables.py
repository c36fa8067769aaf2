"""JSON that holds a table: a list per column, an orientation of pandas, or the rows of each split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from winnow.core.counted import counted
from winnow.curation.io.readers.column_words import LABEL_WORDS, TEXT_WORDS
from winnow.curation.io.readers.columns import KNOWN_NAMES, parse_split
from winnow.validators.kinds import KINDS

CONTENT_NAMES = frozenset(
    name for kind in KINDS.values() for part in kind.content_columns.values() for name in part.names
)
"""Names of columns that hold the content of an example."""

NAMES_OF_TEXTS, NAMES_OF_LABELS = (frozenset(chain(*groups)) for groups in (TEXT_WORDS, LABEL_WORDS))
"""Names of columns in other words and languages. One of each are columns; one alone may be the name of a label."""

LISTS_AS_CONTENT = frozenset({"messages", "tools"})
"""Names of columns whose values are lists themselves: a list under such a name is one value."""

Rows = list[dict[str, Any]]


class ColumnLengthError(ValueError):
    """The columns of a table have different numbers of values."""


def table_rows(data: object) -> Rows | None:
    """The rows of a JSON object that holds a table; None for other data.

    Raises ColumnLengthError where it has a column of texts and one of labels with different numbers of values.
    """
    if not isinstance(data, Mapping) or not data:
        return None
    of_splits = {key: _rows_of_split(value) for key, value in data.items() if parse_split(key)}
    if len(of_splits) == len(data) and all(rows is not None for rows in of_splits.values()):
        return [{"split": key, **row} for key, rows in of_splits.items() for row in rows or ()]
    readings = (_of_columns_and_data, _of_lists, _of_objects)
    return next((rows for read in readings if (rows := read(data)) is not None), None)


def _rows_of_split(value: object) -> Rows | None:
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return value
    return table_rows(value)


def _of_columns_and_data(data: Mapping[str, Any]) -> Rows | None:
    """The orientation `split` of pandas: names of columns, and a list of values per row."""
    names, rows = data.get("columns"), data.get("data")
    if not isinstance(names, list) or not isinstance(rows, list):
        return None
    fits = all(isinstance(one, str) for one in names) and all(isinstance(row, list) for row in rows)
    fits = fits and all(len(row) == len(names) for row in rows)
    return [dict(zip(names, row, strict=True)) for row in rows] if fits else None


def _of_lists(data: Mapping[str, Any]) -> Rows | None:
    """A list of values per column, as `datasets` and `DataFrame.to_dict("list")` give them."""
    if not all(isinstance(value, list) and value for value in data.values()):
        return None
    names = _folded(data)
    lengths = {len(value) for value in data.values()}
    if names & CONTENT_NAMES and names & {*KNOWN_NAMES["label"]} and len(lengths) > 1:
        raise ColumnLengthError(", ".join(f"{key}: {counted(len(value), 'value')}" for key, value in data.items()))
    if len(lengths) > 1 or not _are_columns(data, names):
        return None
    return [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]


def _are_columns(data: Mapping[str, list[Any]], names: set[str]) -> bool:
    """Whether lists of one length are columns, and not the texts of each label or the parts of one dialogue."""
    values = [item for column in data.values() for item in column]
    if names & LISTS_AS_CONTENT:
        return all(isinstance(item, list) for key in data if key.lower() in LISTS_AS_CONTENT for item in data[key])
    if any(isinstance(item, dict) for item in values):
        return False
    has_both = bool(names & NAMES_OF_TEXTS and names & NAMES_OF_LABELS)
    has_label = has_both or (len(data) > 1 and bool(names & {*KNOWN_NAMES["label"]}))
    has_other_values = len(data) > 1 and any(not isinstance(item, str | list) for item in values)
    return bool(names & CONTENT_NAMES) or has_label or has_other_values


def _of_objects(data: Mapping[str, Any]) -> Rows | None:
    """The orientations `columns` and `index` of pandas: an object of values per column, or per row."""
    inner = list(data.values())
    if not all(isinstance(value, dict) and value for value in inner):
        return None
    shared = set(inner[0]).intersection(*inner)
    if _folded(shared) & CONTENT_NAMES:
        return inner
    same_keys = all(value.keys() == inner[0].keys() for value in inner)
    if not same_keys or not (_folded(data) & CONTENT_NAMES or all(key.isdecimal() for key in inner[0])):
        return None
    return [{name: column[key] for name, column in data.items()} for key in inner[0]]


def _folded(names: Iterable[str]) -> set[str]:
    return {name.strip().lower() for name in names}
