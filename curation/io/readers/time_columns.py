"""Read the times of a file's rows, in the form that the whole column has."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.timestamps import parse_time
from winnow.curation.io.readers.columns import NO_COLUMN
from winnow.curation.io.readers.numbered_rows import value_text
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.validators.time_cells import DayOrder, read_time, time_form

TIME_FORMAT_SETTING = "time_format"
"""The key in the settings of a source under which the form of its times is."""

ORDER_WORDS = {DayOrder.DAY_FIRST: "day before month", DayOrder.MONTH_FIRST: "month before day"}
"""How a note calls the order of dates."""


def check_time_format(form: str | None) -> None:
    """Raises WinnowError for a form that is neither an order of day and month nor a pattern of strptime."""
    if form is None or form in [*DayOrder]:
        return
    try:
        if "%" in form and datetime.strptime(datetime(2024, 1, 2, tzinfo=UTC).strftime(form), form).year:
            return
        found = f"{form!r} has no part of a time"
    except ValueError as error:
        found = str(error)
    expected = f"{', '.join(DayOrder)} or a pattern of strptime such as %d.%m.%Y %H:%M"
    raise WinnowError(Problem(Parameter("time_format"), found, expected, "correct it, or leave it out"))


def with_times(source: SourceRows, form: str | None) -> SourceRows:
    """The rows with their times in ISO 8601, where they are written otherwise and can be read.

    `form` is the one that was named: a pattern of strptime or a `DayOrder`. Without it, the order of day and month is
    that of the column; where nothing decides it, `time_question` has an example. Times that cannot be read stay. Rows
    that were dropped before have the form of their file.
    """
    if source.as_added:
        form = json.loads(source.as_added.settings).get(TIME_FORMAT_SETTING)
    if source.is_log or source.restored or source.columns.time in (None, NO_COLUMN):
        return source
    values = [value_text(row.time).strip() for row in source.rows]
    found = time_form(_open_values(values)) if form is None else None
    settled = form or (found.form if found else None)
    rows = [_with_time(row, value, settled) for row, value in zip(source.rows, values, strict=True)]
    notes = []
    if found and found.form:
        order = ORDER_WORDS[DayOrder(found.form)]
        notes = [f"{source.name}: dates in {source.columns.time!r} have the {order}, as {found.example!r} shows"]
    question = found.example if found and found.is_open else ""
    return replace(source, rows=rows, notes=[*source.notes, *notes], time_form=settled, time_question=question)


def _open_values(values: Iterable[str]) -> list[str]:
    return [value for value in values if value and parse_time(value) is None]


def _with_time(row: SourceRow, value: str, form: str | None) -> SourceRow:
    """A row with its time as ISO 8601; one that has it already stays as it is, unless a pattern reads it otherwise."""
    if not value or (parse_time(value) is not None and not (form and "%" in form)):
        return row
    moment = read_time(value, form)
    return replace(row, time=moment.isoformat()) if moment else row
