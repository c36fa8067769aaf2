"""Read a file as an interaction log: every line strictly, and a line that was cut off at the end told apart."""

from __future__ import annotations

from winnow.core.errors import Problem, WinnowError
from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.numbered_rows import NumberedRow, row_fields
from winnow.curation.io.readers.raw_rows import RawRows
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.validators.interactions.log_lines import is_log_line
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop
from winnow.validators.tools.strict_json import JsonError, read_json

LOG_COLUMNS = Columns(group="session", time="timestamp")
"""The roles of the fields of a line."""

CUT_OFF = "the line is cut off at the end of the file; add the log again when it is complete"


def log_readings(found: RawRows, kind: Kind) -> list[SourceRows]:
    """The lines of a file as rows without content; an empty list if no line is one of an interaction log.

    Raises WinnowError for a kind of task that no interaction can be an example of.
    """
    if not any(_is_of_log(fields, kind) for _, fields in found.rows):
        return []
    if kind.interaction_row is None:
        wanted = "a task whose kind reads interactions: intents or tools"
        raise WinnowError(Problem(found.name, f"an interaction log for a task of kind {kind.name}", wanted, ""))
    rows = [
        SourceRow(number, problem=fields) if isinstance(fields, Drop) else SourceRow(number, fields=fields)
        for number, fields in (_strict_rows(found.text) if found.text else found.rows)
    ]
    read = SourceRows(found.name, found.file_hash, LOG_COLUMNS, rows, found.notes, format=found.format, is_log=True)
    return [read]


def _is_of_log(fields: object, kind: Kind) -> bool:
    """Whether a row is a line of a log, and none with a column for the content of the kind."""
    if not isinstance(fields, dict) or not is_log_line(fields):
        return False
    content = {name for part in kind.content_columns.values() for name in part.names} - {"messages", "tools"}
    return "version" in fields or content.isdisjoint(fields)


def _strict_rows(text: str) -> list[NumberedRow]:
    lines = text.split("\n")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return [(number, _strict_row(line, is_last=number == len(lines))) for number, line in numbered]


def _strict_row(line: str, *, is_last: bool) -> dict[str, object] | Drop:
    try:
        value = read_json(line)
    except JsonError as error:
        detail = f"{CUT_OFF} ({error})" if is_last else str(error)
        return Drop(DropReason.MALFORMED_ROW, detail, line)
    return row_fields(value) if isinstance(value, dict) else Drop(DropReason.MALFORMED_ROW, "no JSON object", line)
