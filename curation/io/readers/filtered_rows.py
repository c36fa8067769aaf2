"""Leave out the rows of a file that do not meet the condition of the user, and say how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.curation.io.readers.dropped_rows import holds_dropped_rows
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow
from winnow.curation.io.readers.raw_rows import RawRows
from winnow.curation.pii.detect import redact
from winnow.validators.row_filter import FilterError, RowFilter, cell_text, is_equal, parse_filter
from winnow.validators.text import Drop

MOST_VALUES = 10
"""Values of a column that a message lists."""


class FilteredRows(NamedTuple):
    """The rows that meet a condition."""

    rows: list[NumberedRow]
    """Rows that could not be read stay."""
    notes: list[str]


def with_filter(found: RawRows, where: str | None) -> RawRows:
    """The rows of a file that meet a condition; rows that were dropped before met it when they were read.

    Raises WinnowError for a text that is no condition, for a column that is not there, and if no row is left.
    """
    if where is None or holds_dropped_rows(found.rows):
        return found
    kept = filtered(found.name, found.rows, where)
    return replace(found, rows=kept.rows, notes=[*found.notes, *kept.notes], where=where)


def filtered(name: str, numbered: Sequence[NumberedRow], where: str) -> FilteredRows:
    """The rows that meet a condition. Raises WinnowError as `with_filter` does."""
    condition = _parsed(where)
    good = [fields for _, fields in numbered if not isinstance(fields, Drop)]
    names = _names(name, condition, list(dict.fromkeys(key for fields in good for key in fields)))
    kept = [
        (number, fields) for number, fields in numbered if isinstance(fields, Drop) or _meets(fields, names, condition)
    ]
    left_out = len(numbered) - len(kept)
    if good and left_out == len(good):
        raise WinnowError(_nothing_left(name, condition, names, good))
    notes = [f"{name}: {left_out:,} of {counted(len(numbered), 'row')} left out by where: {where}"]
    return FilteredRows(kept, [*notes, *_unknown_values(name, condition, names, good)])


def _parsed(where: str) -> RowFilter:
    try:
        return parse_filter(where)
    except FilterError as error:
        expected = "a condition such as: role = 'user' and channel != 'email'"
        raise WinnowError(Problem(Parameter("where"), str(error), expected, "correct it")) from None


def _names(name: str, condition: RowFilter, present: Sequence[str]) -> Mapping[str, str]:
    """The column of the file that each column of a condition means: the same name, or one that differs in case."""
    folded = {column.strip().casefold(): column for column in reversed(present)}
    wanted = dict.fromkeys(one.column for one in condition.compared)
    names = {one: one if one in present else folded.get(one.strip().casefold(), "") for one in wanted}
    problems = [
        Problem(
            f"{name}: where",
            f"no column {column!r}",
            f"one of {', '.join(map(redact, present[:20]))}",
            suggestion(column, present, "choose one of these; put a name with spaces in quotes"),
        )
        for column, own in names.items()
        if not own
    ]
    if problems:
        raise WinnowError(problems)
    return names


def _meets(fields: Fields, names: Mapping[str, str], condition: RowFilter) -> bool:
    return condition.keeps({wanted: fields.get(own) for wanted, own in names.items()})


def _values(column: str, good: Sequence[Fields]) -> str:
    """The most frequent values of a column with their rows."""
    counts = Counter(cell_text(fields.get(column))[:40] or "(empty)" for fields in good)
    more = f" and {len(counts) - MOST_VALUES:,} more" if len(counts) > MOST_VALUES else ""
    return ", ".join(f"{redact(value)} {count:,}" for value, count in counts.most_common(MOST_VALUES)) + more


def _nothing_left(name: str, condition: RowFilter, names: Mapping[str, str], good: Sequence[Fields]) -> list[Problem]:
    """That no row meets the condition, with the values of its columns."""
    listed = "; ".join(f"{own!r} has {_values(own, good)}" for own in dict.fromkeys(names.values()))
    return [Problem(f"{name}: where", f"no row meets {condition.text}", "at least one row", f"change it: {listed}")]


def _unknown_values(name: str, condition: RowFilter, names: Mapping[str, str], good: Sequence[Fields]) -> Iterator[str]:
    """The values that a condition names and no row has."""
    for column, values, by_order in dict.fromkeys(condition.compared):
        own = names[column]
        absent = [one for one in values if not by_order and not any(is_equal(fields.get(own), one) for fields in good)]
        if absent:
            yield f"{name}: no row has {', '.join(map(repr, absent))} in {own!r}, which has {_values(own, good)}"
